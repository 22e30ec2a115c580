"""An HL7 v2 message (PAM-FR, ORU, MDM…): who sends what, about which patient, with which consent."""

from __future__ import annotations

from dataclasses import dataclass

from tramontane.cli.inspect.inspection import Inspection, Kind, rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.nomenclatures import ValueSetName, value_set

MAX_SEGMENTS = 10_000
# ZFA-9 and ZFA-11, segment of PAM-FR 2.11.
_FEEDING = {"INO": "informé, non opposé", "IO": "informé, opposé", "NA": "non recueilli"}
_CONSULTATION = {"IC": "informé, consent", "INC": "informé, ne consent pas", "NA": "non recueilli"}


def is_hl7v2(data: bytes) -> bool:
    """Whether the bytes begin as a message, MLLP framing and byte order mark tolerated."""
    start = data[:8].lstrip(b"\xef\xbb\xbf\x0b\r\n ")
    return start.startswith(b"MSH") and len(start) > 3 and not chr(start[3]).isalnum()


@dataclass(frozen=True, slots=True)
class Message:
    """Segments, each a list of fields where field 1 is at index 1, as the standard counts."""

    segments: tuple[tuple[str, ...], ...]
    component: str
    repetition: str

    def field(self, segment: str, number: int) -> str:
        """The field of the first such segment; empty when absent."""
        found = next((fields for fields in self.segments if fields[0] == segment), ())
        return found[number] if number < len(found) else ""

    def part(self, segment: str, number: int, component: int = 1) -> str:
        """One component of the first repetition of a field."""
        parts = self.field(segment, number).split(self.repetition)[0].split(self.component)
        return parts[component - 1] if component <= len(parts) else ""


def read_message(data: bytes) -> Message:
    """The message, in UTF-8 or windows-1252, whatever it says of its encoding."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    text = text.strip("\x0b\x1c\r\n \ufeff")
    separator, encoding = text[3], text[4:8]
    lines = text.replace("\r\n", "\r").replace("\n", "\r").split("\r")[:MAX_SEGMENTS]
    segments = tuple(tuple(line.split(separator)) for line in lines if line)
    # MSH-1 is the separator itself.
    header = (segments[0][0], separator, *segments[0][1:])
    return Message((header, *segments[1:]), encoding[:1] or "^", encoding[1:2] or "~")


def describe_hl7v2(data: bytes, traits: Traits) -> Inspection:
    """The summary of a message; patient traits masked unless asked for."""
    message = read_message(data)
    kind = message.field("MSH", 9).replace(message.component, "^")
    return Inspection(
        Kind.HL7V2,
        f"Message HL7 v2 {kind}".strip(),
        rows=rows(
            ("Version", message.part("MSH", 12)),
            ("Émetteur", message.part("MSH", 3)),
            ("Établissement émetteur", message.part("MSH", 4)),
            ("Destinataire", message.part("MSH", 5)),
            ("Date", message.part("MSH", 7)),
            ("Identifiant du message", message.part("MSH", 10)),
            *_patient(message, traits),
            ("Venue", message.part("PV1", 19)),
            ("Classe de venue", message.part("PV1", 2)),
            ("Unité", message.part("PV1", 3)),
            ("Statut du DMP (ZFA-1)", message.field("ZFA", 1)),
            ("Opposition à l'alimentation (ZFA-9)", _told(message.field("ZFA", 9), _FEEDING)),
            ("Consentement à la consultation (ZFA-11)", _told(message.field("ZFA", 11), _CONSULTATION)),
            ("Segments", ", ".join(fields[0] for fields in message.segments[:60])),
        ),
        details={"message_type": kind, "segments": [fields[0] for fields in message.segments]},
    )


def _patient(message: Message, traits: Traits) -> tuple[tuple[str, str], ...]:
    identifiers = [one for one in message.field("PID", 3).split(message.repetition) if one]
    reliability = message.part("PID", 32)
    return (
        *(("Identifiant du patient", traits.identifier(one.replace(message.component, "^"))) for one in identifiers),
        ("Nom du patient", traits.text(message.field("PID", 5))),
        ("Date de naissance", traits.text(message.part("PID", 7))),
        ("Sexe", traits.text(message.part("PID", 8))),
        ("Statut de l'identité (PID-32)", _reliability(reliability)),
    )


def _reliability(code: str) -> str:
    return f"{code} — {value_set(ValueSetName.IDENTITY_RELIABILITY).display(code)}" if code else ""


def _told(code: str, meanings: dict[str, str]) -> str:
    return f"{code} — {meanings[code]}" if code in meanings else code
