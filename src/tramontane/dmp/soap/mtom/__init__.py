"""MTOM: a SOAP message and its binary parts in one ``multipart/related`` body (XOP 1.0, RFC 2387), both ways."""

from tramontane.dmp.soap.mtom.headers import MediaType
from tramontane.dmp.soap.mtom.reader import Event, MultipartReader, PartBegins, PartData, PartEnds
from tramontane.dmp.soap.mtom.whole import Received, content_id_of, read
from tramontane.dmp.soap.mtom.writer import Multipart, Part, write

__all__ = [
    "Event",
    "MediaType",
    "Multipart",
    "MultipartReader",
    "Part",
    "PartBegins",
    "PartData",
    "PartEnds",
    "Received",
    "content_id_of",
    "read",
    "write",
]
