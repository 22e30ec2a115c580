"""Statements, the readings chosen, the establishment's own dates and documents, and who may read its figures."""

from tramontane.hospital.objectives.models.choices import OwnDate, ReadingChoice, Sharing
from tramontane.hospital.objectives.models.proofs import ProofDocument
from tramontane.hospital.objectives.models.statements import LiveFacts, Statement

__all__ = ["LiveFacts", "OwnDate", "ProofDocument", "ReadingChoice", "Sharing", "Statement"]

# Rows are added, never changed: the database refuses the rest.
APPEND_ONLY = ("objectives_statement", "objectives_readingchoice")
