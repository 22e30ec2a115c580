"""HL7 v2 on the page: split a message into fields, and write its acknowledgement. No meaning here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}
# A segment is ended by CR (HL7 v2.5 §2.4.1); files edited by hand carry LF or CRLF.
SEGMENT_END = "\r"


class UnreadableError(Exception):
    """Bytes that are not an HL7 v2 message; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Message:
    """Segments in order, each a list of raw fields; field 1 of MSH is the separator itself."""

    segments: tuple[tuple[str, ...], ...]

    def first(self, name: str) -> tuple[str, ...]:
        """The first segment of that name, empty when there is none."""
        return next((segment for segment in self.segments if segment[0] == name), ())

    def field(self, name: str, rank: int) -> str:
        """One field of the first segment of that name, raw; empty when absent."""
        segment = self.first(name)
        return segment[rank] if rank < len(segment) else ""

    def value(self, name: str, rank: int, component: int = 1) -> str:
        """The first repetition of a field, one component of it, unescaped."""
        return component_of(repetitions(self.field(name, rank))[0], component)


def parse(text: str) -> Message:
    """Split a message.

    Raises:
        UnreadableError: it does not start with MSH and its four or five encoding characters `|^~\\&`.
    """
    lines = [line for line in text.replace("\r\n", "\r").replace("\n", "\r").split(SEGMENT_END) if line.strip()]
    if not lines or not lines[0].startswith("MSH"):
        raise UnreadableError("Le message ne commence pas par un segment MSH.")
    if lines[0][3:8] != "|^~\\&":
        raise UnreadableError(f"Caractères d’encodage attendus « |^~\\& », reçus « {lines[0][3:8]} ».")
    header = ("MSH", "|", *lines[0][4:].split("|"))
    return Message((header, *(tuple(line.split("|")) for line in lines[1:])))


def repetitions(field: str) -> list[str]:
    """The repetitions of a field, at least one."""
    return field.split("~")


def component_of(repetition: str, rank: int, subcomponent: int = 0) -> str:
    """A component (from 1), or one of its subcomponents (from 1), unescaped."""
    parts = repetition.split("^")
    raw = parts[rank - 1] if rank <= len(parts) else ""
    if subcomponent:
        pieces = raw.split("&")
        raw = pieces[subcomponent - 1] if subcomponent <= len(pieces) else ""
    return unescape(raw)


def unescape(raw: str) -> str:
    """`\\F\\`, `\\S\\`, `\\T\\`, `\\R\\`, `\\E\\` → the character each stands for; others are left as they are."""
    if "\\" not in raw:
        return raw
    pieces = raw.split("\\")
    return "".join(piece if rank % 2 == 0 else _ESCAPES.get(piece, f"\\{piece}\\") for rank, piece in enumerate(pieces))


def escape(text: str) -> str:
    """The reverse, for what an acknowledgement quotes."""
    swapped = text.replace("\\", "\\E\\")
    for letter, character in (("F", "|"), ("S", "^"), ("T", "&"), ("R", "~")):
        swapped = swapped.replace(character, f"\\{letter}\\")
    return swapped.replace("\r", " ").replace("\n", " ")


# « 00010101 » and « 99991231 » stand for « no date » in some systems; no time zone can be applied to them.
_CENTURIES = ("19", "20", "21")


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """A TS to the minute or the second; without offset it is in `zone`. None when empty, shorter than a day or of no year we live in."""
    digits, sign, offset = text.partition("+") if "+" in text else text.partition("-")
    digits = digits.split(".")[0]
    formats = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if len(digits) not in formats or digits[:2] not in _CENTURIES:
        return None
    try:
        if sign:
            return datetime.strptime(digits + sign + offset, formats[len(digits)] + "%z").astimezone(UTC)
        return datetime.strptime(digits, formats[len(digits)]).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """A date on eight digits."""
    try:
        return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date() if len(text) >= 8 else None
    except ValueError:
        return None


def acknowledge(message: Message | None, code: str, text: str, *, control_id: str, at: datetime) -> str:
    """An ACK: AA accepted, AE or AR refused, with its reason (HL7 v2.5 §2.9)."""
    sender = (message.field("MSH", 5), message.field("MSH", 6)) if message else ("", "")
    receiver = (message.field("MSH", 3), message.field("MSH", 4)) if message else ("", "")
    trigger = message.value("MSH", 9, 2) if message else ""
    version = message.value("MSH", 12) if message else ""
    header = [
        "MSH", "^~\\&", *sender, *receiver, f"{at.astimezone(UTC):%Y%m%d%H%M%S}+0000", "",
        f"ACK^{trigger}^ACK" if trigger else "ACK", control_id, (message.field("MSH", 11) if message else "") or "P",
        version or "2.5",
    ]  # fmt: skip
    original = message.field("MSH", 10) if message else ""
    return SEGMENT_END.join(("|".join(header), "|".join(("MSA", code, original, escape(text))), ""))
