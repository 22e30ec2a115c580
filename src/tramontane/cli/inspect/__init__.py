"""What is behind `tramontane inspect`: recognise a message or a document by itself, and tell what it says."""

from tramontane.cli.inspect.inspection import Inspection, Kind, Row
from tramontane.cli.inspect.recogniser import recognise

__all__ = ["Inspection", "Kind", "Row", "recognise"]
