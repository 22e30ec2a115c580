"""TD3.2: contents streamed as they are, each refusal an error of its own, and always in MTOM."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from support.national import (
    AUTRE_MEDECIN,
    EXPIRED,
    INFIRMIER,
    MEDECIN,
    NO_DMP,
    OPEN,
    SPECIALISTE_MT,
    SUSPENDU,
    InMemory,
    call,
    confidential,
    entry,
    feed,
    vihf,
)
from tramontane.dmp.errors import RegistryFailure, SoapFault
from tramontane.dmp.identity import Ins, Rpps
from tramontane.dmp.transactions import td3_1, td3_2
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria, ResponseStatus, find_documents
from tramontane.national import tracing
from tramontane.national.models import AccessTrace

REPOSITORY = "1.2.250.1.213.4.1.1.1.2"


def get(
    national: InMemory,
    *unique_ids: str,
    who: Rpps = MEDECIN,
    patient: Ins = OPEN,
    repository: str = REPOSITORY,
    **changes: Any,
) -> td3_2.RetrievedDocuments:
    """Retrieve documents."""
    wanted = [(repository, unique_id) for unique_id in unique_ids]
    response = national(td3_2.request(call(vihf(who, patient, **changes)), wanted))
    assert response.content_type.startswith("multipart/related")
    return td3_2.read(response)


def refusal(national: InMemory, *unique_ids: str, **details: Any) -> str:
    """The code of the failure."""
    with pytest.raises(RegistryFailure) as failure:
        get(national, *unique_ids, **details)
    return failure.value.remote_code


ONE, TWO = entry(1), entry(2)


def test_a_document_comes_back_as_it_was_fed(national: InMemory) -> None:
    feed(ONE)
    (document,) = get(national, ONE.unique_id)
    assert bytes(document.content) == b"Document 1"
    assert document.mime_type == "text/xml"


def test_what_comes_back_is_what_the_registry_announced(national: InMemory) -> None:
    feed(ONE)
    announced = td3_1.read(national(td3_1.request(call(vihf()), find_documents(DocumentCriteria())))).document_entries[
        0
    ]
    (document,) = get(national, ONE.unique_id)
    assert (announced.hash, announced.size) == (hashlib.sha1(document.content).hexdigest(), len(document.content))


def test_several_documents_come_in_the_order_asked(national: InMemory) -> None:
    feed(ONE, TWO)
    documents = get(national, TWO.unique_id, ONE.unique_id)
    assert [document.unique_id for document in documents] == [TWO.unique_id, ONE.unique_id]


@pytest.mark.parametrize("status", list(AvailabilityStatus))
def test_archived_obsolete_and_deleted_documents_are_readable(national: InMemory, status: AvailabilityStatus) -> None:
    feed(entry(1, availability_status=status))
    assert len(get(national, ONE.unique_id)) == 1


UNKNOWN_DOCUMENTS = {
    "a uniqueId that nobody gave": "1.2.3.4",
    "an entryUUID": ONE.entry_uuid,
}


@pytest.mark.parametrize("case", UNKNOWN_DOCUMENTS)
def test_what_is_no_unique_id_is_an_error(national: InMemory, case: str) -> None:
    feed(ONE)
    assert refusal(national, UNKNOWN_DOCUMENTS[case]) == "XDSDocumentUniqueIdError"


def test_another_repository_is_unknown(national: InMemory) -> None:
    feed(ONE)
    assert refusal(national, ONE.unique_id, repository="1.2.3") == "XDSUnknownRepositoryId"


def test_another_patients_document_does_not_exist(national: InMemory) -> None:
    feed(entry(1, patient=EXPIRED))
    assert refusal(national, ONE.unique_id) == "XDSDocumentUniqueIdError"


def test_a_type_closed_to_the_profession_is_refused_by_name(national: InMemory) -> None:
    feed(entry(1, type_code="68599-0"))
    assert refusal(national, ONE.unique_id, who=INFIRMIER) == "DMPAccessDeniedByRightsService"
    (verdict,) = tracing.explain(AccessTrace.objects.latest("pk"))
    assert (verdict.step, verdict.location) == (11, f"uniqueId={ONE.unique_id}")
    assert len(get(national, ONE.unique_id)) == 1


def test_a_masked_document_does_not_exist_but_for_those_who_may(national: InMemory) -> None:
    feed(entry(1, confidentiality_codes=confidential("MASQUE_PS")))
    assert refusal(national, ONE.unique_id, who=AUTRE_MEDECIN) == "XDSDocumentUniqueIdError"
    assert [verdict.step for verdict in tracing.explain(AccessTrace.objects.latest("pk"))] == [12]
    assert len(get(national, ONE.unique_id, who=MEDECIN)) == 1
    assert len(get(national, ONE.unique_id, who=SPECIALISTE_MT)) == 1


def test_a_partial_success_gives_what_it_can(national: InMemory) -> None:
    feed(ONE)
    found = get(national, ONE.unique_id, "1.2.3.4")
    assert [document.unique_id for document in found] == [ONE.unique_id]
    assert found.outcome.status is ResponseStatus.PARTIAL_SUCCESS
    assert [error.code for error in found.outcome.errors] == ["XDSDocumentUniqueIdError"]


def test_the_trace_names_what_was_given_and_nothing_else(national: InMemory) -> None:
    feed(ONE, TWO)
    get(national, ONE.unique_id)
    assert AccessTrace.objects.latest("pk").documents == [ONE.unique_id]


@pytest.mark.parametrize(("who", "patient"), [(SUSPENDU, OPEN), (MEDECIN, NO_DMP), (MEDECIN, EXPIRED)])
def test_even_a_fault_comes_in_mtom(national: InMemory, who: Rpps, patient: Ins) -> None:
    with pytest.raises(SoapFault) as fault:
        get(national, ONE.unique_id, who=who, patient=patient)
    assert fault.value.remote_code == "DMPAccessDeniedByRightsService"


def test_bris_de_glace_reads_without_authorisation(national: InMemory) -> None:
    feed(entry(1, patient=EXPIRED))
    found = get(national, ONE.unique_id, patient=EXPIRED, access_mode=AccessMode.BRIS_DE_GLACE)
    assert len(found) == 1
    assert AccessTrace.objects.latest("pk").access_mode == "bris_de_glace"
