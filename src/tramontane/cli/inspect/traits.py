"""What must not be shown unless asked: patient identifiers and traits."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.cli.inspect.inspection import HIDDEN


@dataclass(frozen=True, slots=True)
class Traits:
    """How patient data are shown: whole when `shown`, else masked."""

    shown: bool = False

    def identifier(self, value: str) -> str:
        """An INS or CX: its key alone is kept, and its authority."""
        if self.shown or not value:
            return value
        number, separator, authority = value.partition("^")
        visible = number[13:] if len(number) == 15 else ""
        return f"{'*' * (len(number) - len(visible))}{visible}{separator}{authority}"

    def text(self, value: str) -> str:
        """A name, a birth date, a sex."""
        return value if self.shown or not value else HIDDEN

    def person(self, value: str) -> str:
        """An XCN: a professional's is shown, a patient's is not. XCN.13 tells which (IDNPS, RI, or NH and INS)."""
        parts = value.split("^")
        is_patient = len(parts) > 12 and parts[12] in ("NH", "INS", "INS-NIR", "INS-NIA", "INS-C")
        return HIDDEN if is_patient and not self.shown else value
