"""TD3.1: what each stored query answers, filter by filter, and what the caller may not see is absent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from support.national import (
    AUTRE_MEDECIN,
    BLOCKED,
    CLOSED,
    EXPIRED,
    G15,
    INFIRMIER,
    LOINC,
    MEDECIN,
    NO_DMP,
    NOW,
    OPEN,
    SPECIALISTE_MT,
    UNKNOWN,
    InMemory,
    author,
    call,
    confidential,
    entry,
    feed,
    indirect,
    vihf,
)
from tramontane.dmp.errors import RegistryFailure, SoapFault
from tramontane.dmp.identity import Ins, Rpps
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import (
    AssociationType,
    AvailabilityStatus,
    DocumentCriteria,
    Parameter,
    Period,
    QueryId,
    QueryResponse,
    ReturnType,
    StoredQuery,
    find_documents,
    find_documents_by_reference_id,
    find_submission_sets,
    get_associations,
    get_documents,
    get_documents_and_associations,
)


def ask(
    national: InMemory, query: StoredQuery, who: Rpps = MEDECIN, patient: Ins = OPEN, **changes: Any
) -> QueryResponse:
    """Put a stored query."""
    return td3_1.read(national(td3_1.request(call(vihf(who, patient, **changes)), query)))


def titles(response: QueryResponse) -> list[str]:
    """What was found, in order."""
    return [found.title for found in response.document_entries]


def find(**criteria: Any) -> StoredQuery:
    """FindDocuments."""
    return find_documents(DocumentCriteria(**criteria))


def test_an_empty_dmp_answers_nothing(national: InMemory) -> None:
    response = ask(national, find())
    assert (response.document_entries, response.total) == ((), 0)


def test_documents_come_back_whole_and_most_recent_first(national: InMemory) -> None:
    feed(entry(2), entry(1))
    response = ask(national, find())
    assert titles(response) == ["Document 1", "Document 2"]
    found = response.document_entries[0]
    assert found.size == len("Document 1")
    assert len(found.hash) == 40
    assert found.repository_unique_id == "1.2.250.1.213.4.1.1.1.2"
    assert (found.logical_id, found.version) == (found.entry_uuid, "1")
    assert found.authors == entry(1).authors
    assert found.creation_time == entry(1).creation_time


def test_the_patient_may_be_left_to_the_token(national: InMemory) -> None:
    feed(entry(1))
    assert titles(ask(national, find(patient_id=OPEN.cx))) == titles(ask(national, find())) == ["Document 1"]


STATUSES = list(AvailabilityStatus)


@pytest.mark.parametrize("status", STATUSES)
def test_only_the_statuses_asked_for_come_back(national: InMemory, status: AvailabilityStatus) -> None:
    feed(*(entry(rank, availability_status=one) for rank, one in enumerate(STATUSES, start=1)))
    found = ask(national, find(statuses=(status,))).document_entries
    assert [one.availability_status for one in found] == [status]


PSYCHIATRY = Coded("68599-0", LOINC)
FILTERS: dict[str, dict[str, Any]] = {
    "type": {"type_codes": (Coded("11502-2", LOINC),)},
    "class": {"class_codes": (Coded("31", "1.2.250.1.213.1.1.4.1"),)},
    "format": {"format_codes": (Coded("urn:other", "1.3.6.1.4.1.19376.1.2.3"),)},
    "facility": {"facility_types": (Coded("SA05", "1.2.250.1.71.4.2.4"),)},
    "practice setting": {"practice_settings": (Coded("AMBULATOIRE", "1.2.250.1.213.1.1.4.9"),)},
    "event": {"event_codes": ((Coded("CT", "1.2.250.1.213.1.1.5.618"),),)},
    "confidentiality": {"confidentiality_codes": ((Coded("INVISIBLE_PATIENT", "1.2.250.1.213.1.1.4.13"),),)},
    "author": {"author_persons": (f"{AUTRE_MEDECIN.ps_idnat}^%",)},
    "creation, from": {"creation": Period(start=NOW - timedelta(days=2))},
    "act, from": {"service_start": Period(start=NOW - timedelta(days=2))},
    "act, until": {"service_stop": Period(start=NOW - timedelta(days=2), end=NOW)},
}
WANTED = entry(
    1,
    type_code="11502-2",
    title="cherché",
    class_code=Coded("31", "1.2.250.1.213.1.1.4.1"),
    format_code=Coded("urn:other", "1.3.6.1.4.1.19376.1.2.3"),
    facility_type=Coded("SA05", "1.2.250.1.71.4.2.4"),
    practice_setting=Coded("AMBULATOIRE", "1.2.250.1.213.1.1.4.9"),
    event_codes=(Coded("CT", "1.2.250.1.213.1.1.5.618"),),
    confidentiality_codes=confidential("INVISIBLE_PATIENT"),
    authors=(author(AUTRE_MEDECIN),),
    service_stop_time=NOW - timedelta(days=1),
)


@pytest.mark.parametrize("case", FILTERS)
def test_each_filter_keeps_what_matches_and_only_that(national: InMemory, case: str) -> None:
    feed(WANTED, entry(700, title="autre"))
    assert titles(ask(national, find(**FILTERS[case]))) == ["cherché"]


def test_a_code_of_another_coding_scheme_does_not_match(national: InMemory) -> None:
    feed(entry(1))
    assert titles(ask(national, find(type_codes=(Coded("34112-3", G15),)))) == []
    assert titles(ask(national, find(type_codes=(Coded("34112-3", LOINC),)))) == ["Document 1"]


def test_a_period_holds_its_first_instant_and_not_its_last(national: InMemory) -> None:
    feed(entry(1))
    instant = entry(1).creation_time
    assert titles(ask(national, find(creation=Period(start=instant)))) == ["Document 1"]
    assert titles(ask(national, find(creation=Period(end=instant)))) == []


def test_two_event_code_lists_must_both_match(national: InMemory) -> None:
    ct, head = Coded("CT", "1.2.250.1.213.1.1.5.618"), Coded("TETE", "1.2.250.1.213.1.1.5.695")
    feed(entry(1, event_codes=(ct,)), entry(2, event_codes=(ct, head)))
    assert titles(ask(national, find(event_codes=((ct,), (head,))))) == ["Document 2"]
    assert titles(ask(national, find(event_codes=((ct, head),)))) == ["Document 1", "Document 2"]


def test_an_imaging_document_is_found_by_its_accession_number(national: InMemory) -> None:
    reference = "ACC1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"
    feed(entry(1, reference_ids=(reference,)), entry(2))
    query = find_documents_by_reference_id(DocumentCriteria(), [reference])
    assert titles(ask(national, query)) == ["Document 1"]


def test_references_only_tell_the_entry_uuids(national: InMemory) -> None:
    feed(entry(1))
    response = ask(national, find_documents(DocumentCriteria(), return_type=ReturnType.OBJECT_REF))
    assert response.document_entries == ()
    assert [one.entry_uuid for one in response.object_refs] == [entry(1).entry_uuid]


def test_documents_are_got_by_either_identifier(national: InMemory) -> None:
    feed(entry(1), entry(2))
    assert titles(ask(national, get_documents(entry_uuids=[entry(1).entry_uuid]))) == ["Document 1"]
    assert titles(ask(national, get_documents(unique_ids=[entry(2).unique_id]))) == ["Document 2"]


def test_the_next_opening_follows_submission_sets_to_new_documents(national: InMemory) -> None:
    feed(entry(1), number=1, days_ago=20)
    feed(entry(2), number=2, days_ago=1)
    since = Period(start=NOW - timedelta(days=10))
    submissions = ask(national, find_submission_sets(submitted=since)).submission_sets
    assert [one.unique_id for one in submissions] == ["1.2.250.1.999.77.4.2"]
    links = ask(national, get_associations([one.entry_uuid for one in submissions])).associations
    members = [one.target for one in links if one.type == AssociationType.HAS_MEMBER]
    response = ask(national, get_documents_and_associations(entry_uuids=members))
    assert titles(response) == ["Document 2"]
    assert [one.type for one in response.associations] == [AssociationType.HAS_MEMBER]


def test_a_replaced_document_is_deprecated_and_linked_to_its_successor(national: InMemory) -> None:
    feed(entry(1), number=1)
    feed(entry(2), number=2, replaces=entry(1).entry_uuid)
    assert titles(ask(national, find())) == ["Document 2"]
    assert titles(ask(national, find(statuses=(AvailabilityStatus.DEPRECATED,)))) == ["Document 1"]
    links = ask(national, get_associations([entry(2).entry_uuid])).associations
    replacement = next(one for one in links if one.type == AssociationType.REPLACES)
    assert (replacement.source, replacement.target) == (entry(2).entry_uuid, entry(1).entry_uuid)


MASKED = entry(1, confidentiality_codes=confidential("MASQUE_PS"))
MASKED_QUERIES = {
    "find": find(),
    "get": get_documents(entry_uuids=[MASKED.entry_uuid]),
    "get with associations": get_documents_and_associations(unique_ids=[MASKED.unique_id]),
    "associations": get_associations([MASKED.entry_uuid]),
    "submission sets": find_submission_sets(),
    "references": find_documents(DocumentCriteria(), return_type=ReturnType.OBJECT_REF),
}


@pytest.mark.parametrize("case", MASKED_QUERIES)
def test_no_query_betrays_a_masked_document(national: InMemory, case: str) -> None:
    feed(MASKED)
    assert ask(national, MASKED_QUERIES[case], AUTRE_MEDECIN).objects == ()
    assert ask(national, MASKED_QUERIES[case], MEDECIN).objects, "its author sees it"
    assert ask(national, MASKED_QUERIES[case], SPECIALISTE_MT).objects, "the attending physician sees it"


def test_a_submission_set_with_one_visible_document_is_listed(national: InMemory) -> None:
    feed(MASKED, entry(2))
    assert len(ask(national, find_submission_sets(), AUTRE_MEDECIN).submission_sets) == 1


def test_a_nurse_does_not_see_the_types_closed_to_her(national: InMemory) -> None:
    feed(entry(1, type_code="68599-0"), entry(2))
    assert titles(ask(national, find(), INFIRMIER)) == ["Document 2"]
    assert titles(ask(national, find(), MEDECIN)) == ["Document 1", "Document 2"]


def test_another_patients_documents_are_never_found(national: InMemory) -> None:
    feed(entry(1, patient=EXPIRED))
    assert ask(national, find()).document_entries == ()
    assert ask(national, get_documents(unique_ids=[entry(1).unique_id])).document_entries == ()
    assert ask(national, get_associations([entry(1).entry_uuid])).associations == ()


def test_bris_de_glace_lists_without_authorisation(national: InMemory) -> None:
    feed(entry(1, patient=EXPIRED))
    found = ask(national, find(), patient=EXPIRED, access_mode=AccessMode.BRIS_DE_GLACE)
    assert titles(found) == ["Document 1"]


@pytest.mark.parametrize("patient", [BLOCKED, EXPIRED, CLOSED])
def test_what_the_patient_does_not_allow_is_a_rights_fault(national: InMemory, patient: Ins) -> None:
    with pytest.raises(SoapFault) as refusal:
        ask(national, find(), patient=patient)
    assert refusal.value.remote_code == "DMPAccessDeniedByRightsService"


@pytest.mark.parametrize("patient", [NO_DMP, UNKNOWN])
def test_a_patient_without_dmp_is_unknown_to_the_registry(national: InMemory, patient: Ins) -> None:
    with pytest.raises(RegistryFailure) as refusal:
        ask(national, find(), patient=patient)
    assert refusal.value.remote_code == "XDSUnknownPatientId"


ERRORS = {
    "XDSUnknownStoredQuery": StoredQuery("urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"),
    "XDSStoredQueryMissingParam": StoredQuery(QueryId.FIND_DOCUMENTS),
    "XDSStoredQueryParamNumber": get_documents(entry_uuids=["urn:uuid:a"], unique_ids=["1.2"]),
    "XDSPatientIdDoesNotMatch": find(patient_id=EXPIRED.cx),
}


@pytest.mark.parametrize("code", ERRORS)
def test_a_query_that_breaks_its_own_rules_says_which(national: InMemory, code: str) -> None:
    with pytest.raises(RegistryFailure) as refusal:
        ask(national, ERRORS[code])
    assert refusal.value.remote_code == code


def test_a_date_that_cannot_be_read_is_refused_rather_than_ignored(national: InMemory) -> None:
    feed(entry(1))
    parameters = (*find().parameters, Parameter("$XDSDocumentEntryCreationTimeFrom", ("hier",)))
    with pytest.raises(SoapFault) as refusal:
        ask(national, StoredQuery(QueryId.FIND_DOCUMENTS, parameters))
    assert "CreationTimeFrom" in refusal.value.remote_text


def test_a_structure_in_indirecte_may_not_read_metadata_but_finds_its_own_references(national: InMemory) -> None:
    feed(entry(1), entry(2, authors=(author(structure=indirect().structure),)))
    with pytest.raises(SoapFault):
        td3_1.read(national(td3_1.request(call(indirect()), find())))
    references = find_documents(DocumentCriteria(), return_type=ReturnType.OBJECT_REF)
    response = td3_1.read(national(td3_1.request(call(indirect()), references)))
    assert [one.entry_uuid for one in response.object_refs] == [entry(2).entry_uuid]


PERSON = str(author(AUTRE_MEDECIN).person)
LIKE = {
    "%": True,
    PERSON: True,
    PERSON[:-1]: False,
    f"{PERSON[:5]}%{PERSON[-5:]}": True,
    f"{PERSON[:5]}%{PERSON[5:8]}%{PERSON[9:12]}%": True,
    f"{PERSON[:5]}%{PERSON[9:12]}%{PERSON[5:8]}": False,
    f"_{PERSON[1:]}": True,
    f"_{PERSON}": False,
    f"%{PERSON}%": True,
    "%" * 200 + "zz": False,
    "%1" * 200: False,
}


@pytest.mark.parametrize("pattern", LIKE)
def test_authors_are_sought_with_the_wildcards_of_sql_at_no_great_cost(national: InMemory, pattern: str) -> None:
    feed(WANTED)
    assert titles(ask(national, find(author_persons=(pattern,)))) == (["cherché"] if LIKE[pattern] else [])
