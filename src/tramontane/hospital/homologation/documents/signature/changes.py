"""What was added to a PDF after its first revision: signatures, or something that changes what people read."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

# What a signature may add to the catalogue (ISO 32000-1 § 12.7 and 12.8; ETSI EN 319 142-1 for DSS and Extensions).
_CATALOGUE = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Perms", "/Metadata", "/Version"})
_PAGE = frozenset({"/Annots"})


def unexpected(reader: PdfFileReader, original: PdfFileReader) -> str:
    """The first thing added after the first revision that is no signature, in a sentence; empty when there is none.

    The first revision must be `original` itself: bytes that begin a file are not shown unless its tables lead to them.
    That revision is compared with the last: the content of the pages, their resources and their fonts are objects
    of the first, which nothing may replace.
    """
    if reader.xrefs.get_startxref_for_revision(0) != original.xrefs.get_startxref_for_revision(0):
        return "le fichier contient notre PV sans le montrer"
    before = reader.get_historical_resolver(0)
    pages = _pages(before)
    spared = {reader.root_ref, *pages, *_described(reader)}
    first = reader.xrefs.explicit_refs_in_revision(0)
    for revision in range(1, reader.xrefs.total_revisions):
        touched = reader.xrefs.explicit_refs_in_revision(revision) | reader.xrefs.refs_freed_in_revision(revision)
        if replaced := (touched & first) - spared:
            return f"l’objet {min(one.idnum for one in replaced)} du PV a été remplacé"
    if _changed(before.root, reader.root, _CATALOGUE):
        return "le catalogue du PV a été modifié"
    if _pages(reader) != pages:
        return "des pages ont été ajoutées, retirées ou déplacées"
    return next((said for page in pages if (said := _page(before, reader, page))), "")


def _page(before: HistoricalResolver, reader: PdfFileReader, reference: Any) -> str:
    old, new = before.get_object(reference), reader.get_object(reference)
    if _changed(old, new, _PAGE):
        return "une page du PV a été modifiée"
    known = set(map(repr, _annotations(old)))
    for one in _annotations(new):
        if repr(one) not in known and not _signs(one):
            return "une annotation qui n’est pas une signature a été ajoutée sur une page"
    return ""


def _annotations(page: DictionaryObject) -> list[Any]:
    found = page.get("/Annots", None)
    return [found.raw_get(at) for at in range(len(found))] if found is not None else []


def _signs(annotation: Any) -> bool:
    widget = annotation.get_object() if isinstance(annotation, IndirectObject) else annotation
    kind = widget.get("/FT", None) or widget.get("/Parent", {}).get("/FT", None)
    return bool(widget.get("/Subtype", None) == "/Widget" and kind == "/Sig")


def _changed(old: DictionaryObject, new: DictionaryObject, allowed: frozenset[str]) -> bool:
    names = (set(old) | set(new)) - allowed
    return any(
        name not in old or name not in new or repr(old.raw_get(name)) != repr(new.raw_get(name)) for name in names
    )


def _described(reader: PdfFileReader) -> set[Any]:
    """Document information and metadata: dates and producer change with a revision, nobody reads them as the PV."""
    holders = (reader.trailer_view, reader.root)
    found = [one.raw_get(name) for one, name in zip(holders, ("/Info", "/Metadata"), strict=True) if name in one]
    return {one.reference for one in found if isinstance(one, IndirectObject)}


def _pages(source: Any) -> list[Any]:
    """References of the pages, in order. The tree is walked with care: it comes from outside."""
    found: list[Any] = []
    seen: set[Any] = set()
    waiting = [source.root.raw_get("/Pages")]
    while waiting:
        one = waiting.pop()
        reference = one.reference
        if reference in seen or len(seen) > 5000:
            raise ValueError("l’arbre des pages boucle")
        seen.add(reference)
        node = source.get_object(reference)
        kids = node.get("/Kids", None)
        if kids is None:
            found.append(reference)
        else:
            waiting += [kids.raw_get(at) for at in reversed(range(len(kids)))]
    return found
