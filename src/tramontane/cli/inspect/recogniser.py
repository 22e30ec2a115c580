"""Recognises by itself what it is given, and tells it. Never raises on what it is given: at worst, it says « unknown »."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from tramontane.cli.inspect.clinical import describe_cda
from tramontane.cli.inspect.hl7v2 import describe_hl7v2, is_hl7v2
from tramontane.cli.inspect.inspection import Inspection, rows, unknown
from tramontane.cli.inspect.messages import BODIES, describe_body, describe_envelope
from tramontane.cli.inspect.multipart import multipart_of, read, with_parts
from tramontane.cli.inspect.packages import describe_archive
from tramontane.cli.inspect.tokens import ASSERTION, describe_token
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.cda.elements import CLINICAL_DOCUMENT
from tramontane.dmp.cda.media import Mime, kind_of
from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.soap.names import SOAP_11, SOAP_12
from tramontane.dmp.xml import parse

_ENVELOPES = (f"{{{SOAP_12}}}Envelope", f"{{{SOAP_11}}}Envelope")
_XSLT = ("{http://www.w3.org/1999/XSL/Transform}stylesheet", "{http://www.w3.org/1999/XSL/Transform}transform")
_FILES = {
    Mime.PDF: "un fichier PDF",
    Mime.PNG: "une image PNG",
    Mime.JPEG: "une image JPEG",
    Mime.GIF: "une image GIF",
    Mime.TIFF: "une image TIFF",
    Mime.RTF: "un texte RTF",
}


def recognise(data: bytes, content_type: str | None = None, *, show_traits: bool = False) -> Inspection:
    """What these bytes are.

    Args:
        content_type: the HTTP header that came with them, if any; a file needs none.
        show_traits: show patient identifiers, names and birth dates, masked by default.
    """
    traits = Traits(show_traits)
    try:
        return _recognise(data, content_type, traits)
    except TramontaneError as error:
        return unknown("Contenu illisible : " + error.message, *rows(("Explication", error.explain())))


def _recognise(data: bytes, content_type: str | None, traits: Traits) -> Inspection:
    """By the first bytes: what is certain first, what needs a parser last."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return describe_archive(data, traits)
    if is_hl7v2(data):
        return describe_hl7v2(data, traits)
    multipart = multipart_of(data, content_type)
    if multipart is not None:
        received = read(*multipart)
        return with_parts(_recognise_xml(received.root, traits), received.parts, traits)
    return _recognise_xml(data, traits) if _looks_like_xml(data) else _neither(data)


def _neither(data: bytes) -> Inspection:
    """Bytes of no known format; a few usual files are named."""
    if not data.strip():
        return unknown("Rien à inspecter : le contenu est vide.")
    file = _FILES.get(kind_of(data, ""))
    if file is not None:
        return unknown(f"C'est {file}, pas un message ni un document CDA.")
    return unknown("Ni un message SOAP, ni un document CDA, ni une archive XDM, ni un message HL7 v2.")


def _looks_like_xml(data: bytes) -> bool:
    """`<` comes first, in any encoding of XML, after a byte order mark and blanks."""
    return data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _recognise_xml(data: bytes, traits: Traits) -> Inspection:
    root = parse(data, large=True)
    if root.tag in _ENVELOPES:
        return describe_envelope(root, traits)
    if root.tag == ASSERTION:
        return describe_token(root, traits)
    if root.tag == CLINICAL_DOCUMENT or root.tag in _XSLT:
        return describe_cda(data, traits)
    if root.tag in BODIES:
        return _bare(describe_body(root, traits))
    name = etree.QName(root)
    return unknown("Document XML d'un autre format.", *rows(("Élément", name.localname), ("Espace", name.namespace)))


def _bare(told: Inspection) -> Inspection:
    """A body without its envelope: a saved extract, or the METADATA.XML of an archive, which is no transaction."""
    if told.transaction.startswith("TD3.3"):
        return replace(told, title="Métadonnées XDS (METADATA.XML, ou requête sans son enveloppe)", transaction="")
    return replace(told, title=f"{told.title} (sans son enveloppe SOAP)")
