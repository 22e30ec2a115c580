"""What a transaction module receives and gives: one call's context, a request to send, a response to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tramontane.dmp import soap
from tramontane.dmp.soap import mtom


@dataclass(frozen=True, slots=True)
class Software:
    """The record system (LPS/DPI) that calls.

    Attributes:
        oid: OID of the installation; roots `.1` (messages) and `.2` (queries) hang below it (TD0.2 samples).
        name: LPS_Nom.
        version: LPS_Version.
        homologation: LPS_ID_HOMOLOGATION_DMP, kept secret on screen (EX_GEN-1490).
        installation: LPS_ID, serial number of the installation.
    """

    oid: str
    name: str
    version: str
    homologation: str
    installation: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """The context of one call: where it goes, who signed, when. Clock and identifiers are the caller's.

    Attributes:
        base_url: endpoint base ending with `/`, e.g. ``https://…/si-dmp-server/v2/services/``.
        vihf: the signed assertion, as serialised by `tramontane.dmp.vihf`.
        message_id: WS-Addressing MessageID, ``urn:uuid:…``.
        sent_at: instant of sending, aware, any zone.
        software: the calling software.
    """

    base_url: str
    vihf: bytes
    message_id: str
    sent_at: datetime
    software: Software


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST ready to be sent.

    Attributes:
        transaction: e.g. ``TD3.1``.
        idempotent: whether sending it twice changes nothing more than sending it once.
        body: whole body, or an iterable of chunks to stream; then `length` is its size when known.
    """

    transaction: str
    url: str
    action: str
    content_type: str
    body: bytes | Iterable[bytes]
    idempotent: bool
    length: int | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back, whole. Large answers are read with the streaming readers of `dmp.soap.mtom` instead."""

    status: int
    content_type: str
    body: bytes

    def require_answer_to(self, message_id: str) -> None:
        """Nothing when the envelope says it answers this request, or does not say.

        Raises:
            MalformedMessage: it answers another one, perhaps about another patient; or a broken multipart.
        """
        multipart = mtom.MediaType.parse(self.content_type).is_multipart
        soap.require_answer_to(mtom.read(self.content_type, self.body).root if multipart else self.body, message_id)
