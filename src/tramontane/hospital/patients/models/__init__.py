"""Identities, episodes, consent, and the HL7 messages that feed them."""

from tramontane.hospital.patients.models.consent import ConsentRecord, SpokenSentence
from tramontane.hospital.patients.models.episodes import CareTeamMember, Episode, OutsideAccess
from tramontane.hospital.patients.models.feed import Hl7Message
from tramontane.hospital.patients.models.identities import LegalRepresentative, Patient
from tramontane.hospital.patients.models.insi import InsiConnection

__all__ = [
    "CareTeamMember",
    "ConsentRecord",
    "Episode",
    "Hl7Message",
    "InsiConnection",
    "LegalRepresentative",
    "OutsideAccess",
    "Patient",
    "SpokenSentence",
]
