"""The French profile on writing: every fault at once, and never a patient trait."""

from datetime import UTC, datetime

import msgspec
import pytest

from support.messages import mime
from tramontane.dmp import soap
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.soap import mtom
from tramontane.dmp.transactions import td2_1
from tramontane.dmp.xds import Author, DocumentEntry, SubmissionSet
from tramontane.dmp.xds.profile import (
    ProfileViolation,
    document_entry_faults,
    require_submittable,
    submission_set_faults,
)

SUBMISSION = td2_1.parse(
    soap.read_envelope(mtom.read(*mime("td21_request.mime")).root), mtom.read(*mime("td21_request.mime"))
)
ENTRY = SUBMISSION.documents[0].entry
LEVEL = ENTRY.confidentiality_codes[0]
MASK = Coded("MASQUE_PS", "1.2.250.1.213.1.1.4.13")


def test_the_example_has_no_fault():
    require_submittable(SUBMISSION.submission_set, [ENTRY])


def test_an_empty_entry_and_an_empty_set_lack_everything_required():
    assert [fault.field for fault in document_entry_faults(DocumentEntry())] == [
        "mime_type", "language_code", "creation_time", "service_start_time", "title", "authors", "legal_authenticator",
        "patient_id", "source_patient_id", "unique_id", "class_code", "type_code", "format_code", "facility_type",
        "practice_setting", "confidentiality_codes",
    ]  # fmt: skip
    assert {fault.field for fault in submission_set_faults(SubmissionSet())} == {
        "submission_time", "patient_id", "source_id", "unique_id", "content_type", "authors",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"patient_id": "279035121518989"}, "patient_id"),
        ({"unique_id": "1.2." + "9" * 70}, "unique_id"),
        ({"unique_id": "1.02"}, "unique_id"),
        ({"authors": (Author(roles=("x",)),)}, "authors[0].person"),
        ({"class_code": Coded("99", "1.2.250.1.213.1.1.4.1")}, "class_code"),
        ({"type_code": Coded("34112-3", "1.2.3")}, "type_code"),
        ({"format_code": Coded("urn:x", "1.2")}, "format_code"),
        ({"facility_type": Coded("SA99", "1.2.250.1.71.4.2.4")}, "facility_type"),
        ({"practice_setting": Coded("X", "1.2.250.1.213.1.1.4.9")}, "practice_setting"),
        ({"confidentiality_codes": (MASK,)}, "confidentiality_codes"),
        ({"confidentiality_codes": (LEVEL, Coded("R", LEVEL.code_system))}, "confidentiality_codes"),
        ({"confidentiality_codes": (LEVEL, MASK, MASK)}, "confidentiality_codes"),
        ({"confidentiality_codes": (LEVEL, Coded("SECRET", MASK.code_system))}, "confidentiality_codes"),
        ({"service_stop_time": datetime(1999, 1, 1, tzinfo=UTC)}, "service_stop_time"),
    ],
)
def test_each_rule_names_its_field(changes, field):
    faults = list(document_entry_faults(msgspec.structs.replace(ENTRY, **changes)))
    assert [fault.field for fault in faults] == [field]
    assert faults[0].expected
    assert faults[0].reference


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source_id": "here"}, "source_id"),
        ({"authors": ENTRY.authors * 2}, "authors"),
        ({"content_type": Coded("00", "1.2")}, "content_type"),
    ],
)
def test_each_rule_of_the_set_names_its_field(changes, field):
    changed = msgspec.structs.replace(SUBMISSION.submission_set, **changes)
    assert [fault.field for fault in submission_set_faults(changed)] == [field]


def test_a_content_type_published_without_its_system_is_accepted():
    changed = msgspec.structs.replace(SUBMISSION.submission_set, content_type=Coded("05", "1.2.250.1.213.2.2"))
    assert list(submission_set_faults(changed)) == []


def test_a_submission_of_nothing_is_refused():
    with pytest.raises(ProfileViolation, match="au moins un document"):
        require_submittable(SUBMISSION.submission_set, [])


def test_no_patient_trait_is_in_the_error():
    wrong = msgspec.structs.replace(ENTRY, patient_id="1790351215189 PAT-TROIS", title="")
    with pytest.raises(ProfileViolation) as refused:
        require_submittable(SUBMISSION.submission_set, [ENTRY, wrong])
    assert [fault.field for fault in refused.value.faults] == ["document 2, title", "document 2, patient_id"]
    assert "PAT-TROIS" not in refused.value.explain()
    assert "1790351215189" not in refused.value.explain()
