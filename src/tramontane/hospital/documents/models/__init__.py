"""The local record and its folders, what was just read from the DMP, and what is to be sent to it."""

from tramontane.hospital.documents.models.outbox import Dispatch
from tramontane.hospital.documents.models.reading import RetrievedContent, SavedFilter
from tramontane.hospital.documents.models.record import FolderRule, RecordDocument

__all__ = ["Dispatch", "FolderRule", "RecordDocument", "RetrievedContent", "SavedFilter"]
