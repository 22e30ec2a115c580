"""CDA R2 documents of the French profile: header, levels 1 and 3, written, read and shown safely."""

from tramontane.dmp.cda.build import BulletList, Paragraph, Section, Table, build_level1, build_level3
from tramontane.dmp.cda.document import Document, Level, extract, read
from tramontane.dmp.cda.media import Embedded, Mime
from tramontane.dmp.cda.render import Download, Kind, Rendered, render
from tramontane.dmp.cda.timestamps import Timestamp
from tramontane.dmp.cda.values import (
    FRENCH_TEMPLATES,
    LOINC,
    NORMAL,
    PS_IDNAT,
    STRUCT_IDNAT,
    UNSTRUCTURED_TEMPLATES,
    Encounter,
    Header,
    Identifier,
    Organization,
    Participant,
    Patient,
    ServiceEvent,
)

__all__ = [
    "FRENCH_TEMPLATES",
    "LOINC",
    "NORMAL",
    "PS_IDNAT",
    "STRUCT_IDNAT",
    "UNSTRUCTURED_TEMPLATES",
    "BulletList",
    "Document",
    "Download",
    "Embedded",
    "Encounter",
    "Header",
    "Identifier",
    "Kind",
    "Level",
    "Mime",
    "Organization",
    "Paragraph",
    "Participant",
    "Patient",
    "Rendered",
    "Section",
    "ServiceEvent",
    "Table",
    "Timestamp",
    "build_level1",
    "build_level3",
    "extract",
    "read",
    "render",
]
