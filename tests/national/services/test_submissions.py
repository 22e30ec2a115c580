"""TD2.1: a hospital feeds in INDIRECTE what its professionals then read; what is wrong is refused whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from support.national import (
    EJ,
    ET,
    EXPIRED,
    NO_DMP,
    OPEN,
    OTHER_EJ,
    InMemory,
    author,
    call,
    entry,
    feed,
    indirect,
    submission_set,
    vihf,
)
from tramontane.dmp.errors import RegistryFailure, SoapFault
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions import td2_1, td3_1, td3_2
from tramontane.dmp.vihf import Vihf
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria, DocumentEntry, QueryResponse, find_documents
from tramontane.national.models import AccessTrace, RegistryDocument
from tramontane.national.storage import store

CONTENT = b"<ClinicalDocument/>"


def submitted(number: int, **changes: Any) -> DocumentEntry:
    """A DocumentEntry as a hospital submits it: without what the registry gives."""
    return entry(number, **{"entry_uuid": "", "availability_status": None, **changes})


def send(
    national: InMemory,
    *documents: DocumentEntry,
    content: bytes | Iterable[bytes] = CONTENT,
    replaces: str = "",
    number: int = 50,
    caller: Vihf | None = None,
    patient: Ins = OPEN,
) -> None:
    """Feed documents in one submission."""
    submission = td2_1.Submission(
        submission_set(number, patient=patient),
        tuple(td2_1.SubmittedDocument(one, content, replaces=replaces) for one in documents),
    )
    td2_1.read(
        national(td2_1.request(call(caller or indirect(patient=patient, structure=ET.struct_idnat)), submission))
    )


def found(national: InMemory, **criteria: Any) -> QueryResponse:
    """What a physician sees."""
    return td3_1.read(national(td3_1.request(call(vihf()), find_documents(DocumentCriteria(**criteria)))))


def refusal(national: InMemory, *documents: DocumentEntry, **details: Any) -> str:
    """The code of the failure; and nothing was registered."""
    before = RegistryDocument.objects.count()
    with pytest.raises(RegistryFailure) as failure:
        send(national, *documents, **details)
    assert RegistryDocument.objects.count() == before
    return failure.value.remote_code


def test_what_is_fed_is_found_and_read(national: InMemory) -> None:
    send(national, submitted(1))
    (document,) = found(national).document_entries
    assert document.entry_uuid.startswith("urn:uuid:")
    assert (document.logical_id, document.version) == (document.entry_uuid, "1")
    assert document.availability_status is AvailabilityStatus.APPROVED
    wanted = [(document.repository_unique_id, document.unique_id)]
    (read,) = td3_2.read(national(td3_2.request(call(vihf()), wanted)))
    assert bytes(read.content) == CONTENT
    assert (read.sha1, read.size) == (document.hash, document.size)


def test_a_content_in_chunks_is_streamed_to_its_file(national: InMemory) -> None:
    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"x" * 65_536] * 48)

    send(national, submitted(1), content=Chunks())
    assert found(national).document_entries[0].size == 48 * 65_536


def test_several_documents_in_one_submission(national: InMemory) -> None:
    send(national, submitted(1), submitted(2))
    assert len(found(national).document_entries) == 2
    assert sorted(AccessTrace.objects.filter(transaction="TD2.1").get().documents) == [
        entry(1).unique_id,
        entry(2).unique_id,
    ]


def test_a_replacement_deprecates_what_it_replaces(national: InMemory) -> None:
    feed(entry(1))
    send(national, submitted(2), replaces=entry(1).entry_uuid)
    assert [one.title for one in found(national).document_entries] == ["Document 2"]
    old = found(national, statuses=(AvailabilityStatus.DEPRECATED,)).document_entries
    assert [one.title for one in old] == ["Document 1"]


def test_feeding_is_refused_in_air_whatever_the_message(national: InMemory) -> None:
    with pytest.raises(SoapFault) as refused:
        send(national, submitted(1), caller=vihf())
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"
    assert not any(path.is_file() for path in store()._incoming.rglob("*"))


def test_the_same_unique_id_twice_is_refused(national: InMemory) -> None:
    feed(entry(1))
    assert refusal(national, submitted(1)) == "XDSDuplicateUniqueIdInRegistry"
    assert refusal(national, submitted(2), submitted(2)) == "XDSRegistryDuplicateUniqueIdInMessage"


def test_the_same_submission_set_twice_is_refused(national: InMemory) -> None:
    send(national, submitted(1))
    assert refusal(national, submitted(2)) == "XDSDuplicateUniqueIdInRegistry"


def test_another_patient_than_the_tokens_is_refused(national: InMemory) -> None:
    assert refusal(national, submitted(1, patient=EXPIRED)) == "XDSPatientIdDoesNotMatch"


def test_a_document_of_another_structure_is_refused_in_the_field_words(national: InMemory) -> None:
    stranger = submitted(1, authors=(author(structure=OTHER_EJ.struct_idnat),))
    with pytest.raises(RegistryFailure) as refused:
        send(national, stranger)
    assert "Aucun AuthorInstitution" in refused.value.remote_text


def test_a_document_of_the_legal_entity_is_accepted(national: InMemory) -> None:
    send(national, submitted(1, authors=(author(structure=EJ.struct_idnat),)))
    assert RegistryDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("replaced", "code"),
    [("urn:uuid:unknown", "UnresolvedReferenceException"), (entry(1).entry_uuid, "XDSRegistryDeprecatedDocumentError")],
)
def test_only_a_current_document_is_replaced(national: InMemory, replaced: str, code: str) -> None:
    feed(entry(1, availability_status=AvailabilityStatus.DEPRECATED))
    assert refusal(national, submitted(2), replaces=replaced) == code


def test_feeding_needs_a_dmp_and_no_authorisation(national: InMemory) -> None:
    send(national, submitted(1, patient=EXPIRED), patient=EXPIRED)
    with pytest.raises(SoapFault):
        send(national, submitted(2, patient=NO_DMP), patient=NO_DMP, number=51)


def test_a_described_document_without_content_is_refused(national: InMemory) -> None:
    submission = td2_1.Submission(submission_set(50), (td2_1.SubmittedDocument(submitted(1), CONTENT),))
    request = td2_1.request(call(indirect(structure=ET.struct_idnat)), submission)
    body = b"".join(map(bytes, request.body)).replace(b"cid:doc-1@dpi", b"cid:doc-9@dpi")
    with pytest.raises(RegistryFailure) as refused:
        td2_1.read(national(replace(request, body=body)))
    assert refused.value.remote_code == "XDSMissingDocument"
