"""URNs, UUIDs and error codes are those of the reference data."""

import pytest

from tramontane.dmp import xds
from tramontane.dmp.errors import RegistryFailure
from tramontane.dmp.nomenclatures import ValueSetName, resource, value_set
from tramontane.dmp.transactions import td2_1, td3_1, td3_2, td3_3
from tramontane.dmp.xds.names import DOCUMENT_ENTRY, SUBMISSION_SET
from tramontane.dmp.xds.responses import raise_for_failure
from tramontane.dmp.xds.sentences import REGISTRY_SENTENCES, sentence_for
from tramontane.dmp.xds.tables import DOCUMENT, SUBMISSION

UUIDS = resource("xds_uuids")["concepts"]
FIELDS = {
    "author": "authors",
    "classCode": "class_code",
    "confidentialityCode": "confidentiality_codes",
    "eventCodeList": "event_codes",
    "formatCode": "format_code",
    "healthcareFacilityTypeCode": "facility_type",
    "practiceSettingCode": "practice_setting",
    "typeCode": "type_code",
    "contentTypeCode": "content_type",
    "patientId": "patient_id",
    "uniqueId": "unique_id",
    "sourceId": "source_id",
}


@pytest.mark.parametrize(("kind", "layout"), [("DocumentEntry", DOCUMENT), ("SubmissionSet", SUBMISSION)])
def test_the_tables_hold_the_published_schemes(kind, layout):
    published = {
        uuid: FIELDS[name.partition(".")[2]]
        for name, uuid in UUIDS.items()
        if name.startswith(f"{kind}.") and "IHE" not in name
    }
    ours = {scheme: place.field for scheme, place in layout.classifications.items()}
    ours |= {scheme: field for scheme, (field, _) in layout.identifiers.items()}
    assert ours == published


def test_types_and_statuses_are_the_published_ones():
    assert UUIDS["DocumentEntry"] == DOCUMENT_ENTRY
    assert UUIDS["SubmissionSet"] == SUBMISSION_SET
    assert {urn for name, urn in UUIDS.items() if name.startswith("Association.")} == set(xds.AssociationType)
    assert {coded.code for coded in value_set(ValueSetName.AVAILABILITY_STATUS)} == set(xds.AvailabilityStatus)


@pytest.mark.parametrize("module", [td2_1, td3_1, td3_2, td3_3])
def test_the_actions_are_the_published_ones(module):
    operation = module.OPERATION
    row = next(
        row for row in resource("endpoints_actions")["transactions"] if row["td"].startswith(operation.transaction)
    )
    assert (operation.service, operation.action, operation.response_action) == (
        row["service"],
        row["action"],
        row["response"],
    )


def test_every_published_code_has_a_sentence_of_its_own_and_something_to_do():
    published = {row["code"] for row in resource("error_codes")["ihe_xds"]}
    assert set(REGISTRY_SENTENCES) == published
    assert len({sentence for sentence, _ in REGISTRY_SENTENCES.values()}) == len(published)
    assert all(next_step for _, next_step in REGISTRY_SENTENCES.values())


def test_an_unknown_code_is_shown_as_it_is():
    assert "XDSBrandNew" in sentence_for("XDSBrandNew")[0]
    error = xds.RegistryError("XDSBrandNew")
    assert "XDSBrandNew" in error.sentence
    assert error.next_step


def test_a_failure_without_any_error_is_still_told():
    with pytest.raises(RegistryFailure, match="sans dire pourquoi"):
        raise_for_failure(xds.ResponseStatus.FAILURE, ())
