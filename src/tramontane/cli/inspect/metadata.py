"""Metadata of documents, for a reader and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from lxml import etree

from tramontane.cli.inspect.inspection import Row, listed, rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.xds import Association, DocumentEntry, SubmissionSet
from tramontane.dmp.xds.model import RegistryObject
from tramontane.dmp.xds.names import RIM
from tramontane.dmp.xds.readers import read_objects

MAX_LISTED = 50
"""Documents told one by one in the summary; all of them are in `documents`."""


def objects_of(element: etree._Element) -> tuple[RegistryObject, ...]:
    """Every registry object of a message, wherever its list is. The tree is rid of its comments."""
    etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)
    return tuple(found for parent in element.iter(f"{{{RIM}}}RegistryObjectList") for found in read_objects(parent))


def entries_of(objects: Iterable[RegistryObject]) -> tuple[DocumentEntry, ...]:
    return tuple(one for one in objects if isinstance(one, DocumentEntry))


def submissions_of(objects: Iterable[RegistryObject]) -> tuple[SubmissionSet, ...]:
    return tuple(one for one in objects if isinstance(one, SubmissionSet))


def associations_of(objects: Iterable[RegistryObject]) -> tuple[Association, ...]:
    return tuple(one for one in objects if isinstance(one, Association))


def metadata(entry: DocumentEntry, traits: Traits) -> Mapping[str, Any]:
    """The entry as JSON values, under its IHE names; patient data masked unless asked for."""
    values: dict[str, Any] = msgspec.to_builtins(entry)
    values.pop("kept")
    values |= {name: traits.identifier(values[name]) for name in ("patient_id", "source_patient_id")}
    values["source_patient_info"] = [traits.text(line) for line in entry.source_patient_info]
    values["legal_authenticator"] = traits.person(entry.legal_authenticator)
    for author in values["authors"]:
        author["person"] = traits.person(author["person"])
    return values | {
        "masked_to_professionals": entry.masked_to_professionals,
        "invisible_to_patient": entry.invisible_to_patient,
        "invisible_to_legal_representatives": entry.invisible_to_legal_representatives,
        "from_patient": entry.from_patient,
    }


def document_rows(entries: tuple[DocumentEntry, ...]) -> tuple[Row, ...]:
    """One row a document: title, type, date of the act, status and visibility."""
    told = tuple(Row(f"Document {rank}", _told(entry)) for rank, entry in enumerate(entries[:MAX_LISTED], 1))
    left = len(entries) - MAX_LISTED
    return (*told, *rows(("Et aussi", f"{left} autres documents" if left > 0 else "")))


def _told(entry: DocumentEntry) -> str:
    status = str(entry.availability_status or "").rpartition(":")[2]
    acted = f"{entry.service_start_time:%Y-%m-%d}" if entry.service_start_time else ""
    return listed((entry.title, _type(entry.type_code), acted, status, *_visibility(entry)))


def _type(code: Coded | None) -> str:
    return value_set(ValueSetName.TYPE_CODE).display(code.code, code.code_system, code.label) if code else ""


def _visibility(entry: DocumentEntry) -> tuple[str, ...]:
    """EX_3.1-1080: the state of each document is told."""
    return (
        "masqué aux professionnels" if entry.masked_to_professionals else "",
        "invisible au patient" if entry.invisible_to_patient else "",
        "invisible aux représentants légaux" if entry.invisible_to_legal_representatives else "",
        "déposé par le patient" if entry.from_patient else "",
    )
