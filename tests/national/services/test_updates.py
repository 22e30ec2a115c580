"""TD3.3: who may mask, unmask, make visible, archive, delete; and what the registry says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from support.national import (
    AUTRE_MEDECIN,
    INFIRMIER,
    MEDECIN,
    SPECIALISTE_MT,
    InMemory,
    author,
    call,
    confidential,
    entry,
    feed,
    indirect,
    submission_set,
    vihf,
)
from tramontane.dmp.errors import RegistryFailure, SoapFault
from tramontane.dmp.identity import Rpps
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions import td3_1, td3_3
from tramontane.dmp.vihf import AccessMode, Vihf
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria, DocumentEntry, SubmissionSet, find_documents

Change = Callable[[DocumentEntry, SubmissionSet], td3_3.Update]


def listed(national: InMemory, who: Rpps = MEDECIN) -> list[DocumentEntry]:
    """Every document that `who` sees, in any status."""
    query = find_documents(DocumentCriteria(statuses=tuple(AvailabilityStatus)))
    return list(td3_1.read(national(td3_1.request(call(vihf(who)), query))).document_entries)


def change(national: InMemory, action: Change, document: DocumentEntry, caller: Vihf | None = None) -> None:
    """Ask for a change of a document as it was read."""
    update = action(document, submission_set(90))
    td3_3.read(national(td3_3.request(call(caller or vihf()), update)))


def fed(national: InMemory, **changes: Any) -> DocumentEntry:
    """One document, as its author reads it."""
    feed(entry(1, **changes))
    return listed(national)[0]


def test_masking_makes_a_new_version_that_others_do_not_see(national: InMemory) -> None:
    before = fed(national)
    change(national, td3_3.mask, before)
    (after,) = listed(national)
    assert after.masked_to_professionals
    assert (after.logical_id, after.version) == (before.logical_id, "2")
    assert after.entry_uuid != before.entry_uuid
    assert (after.unique_id, after.hash) == (before.unique_id, before.hash)
    assert listed(national, AUTRE_MEDECIN) == []


def test_unmasking_shows_it_again(national: InMemory) -> None:
    document = fed(national, confidentiality_codes=confidential("MASQUE_PS"))
    change(national, td3_3.unmask, document)
    assert len(listed(national, AUTRE_MEDECIN)) == 1


def test_making_visible_to_the_patient(national: InMemory) -> None:
    document = fed(national, confidentiality_codes=confidential("INVISIBLE_PATIENT"))
    change(national, td3_3.make_visible_to_patient, document, vihf(AUTRE_MEDECIN))
    assert not listed(national)[0].invisible_to_patient


def test_archiving_and_back(national: InMemory) -> None:
    change(national, td3_3.archive, fed(national))
    (archived,) = listed(national)
    assert archived.availability_status is AvailabilityStatus.ARCHIVED
    update = td3_3.unarchive(archived, msgspec.structs.replace(submission_set(91)))
    td3_3.read(national(td3_3.request(call(vihf()), update)))
    assert listed(national)[0].availability_status is AvailabilityStatus.APPROVED


def test_the_author_deletes_his_own_document(national: InMemory) -> None:
    change(national, td3_3.delete, fed(national))
    assert listed(national)[0].availability_status is AvailabilityStatus.DELETED


DENIED = {
    "a colleague deletes": (td3_3.delete, AUTRE_MEDECIN, {}),
    "a nurse archives what she did not write": (td3_3.archive, INFIRMIER, {}),
    "a physician archives what the patient deposited": (
        td3_3.archive, MEDECIN, {"class_code": Coded("90", "1.2.250.1.213.1.1.4.1")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DENIED)
def test_what_belongs_to_another_is_refused(national: InMemory, case: str) -> None:
    action, who, changes = DENIED[case]
    document = fed(national, **changes)
    with pytest.raises(RegistryFailure) as refused:
        change(national, action, document, vihf(who))
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"
    assert listed(national)[0].availability_status is AvailabilityStatus.APPROVED


def test_the_attending_physician_archives_what_the_patient_deposited(national: InMemory) -> None:
    document = fed(national, class_code=Coded("90", "1.2.250.1.213.1.1.4.1"))
    change(national, td3_3.archive, document, vihf(SPECIALISTE_MT))
    assert listed(national)[0].availability_status is AvailabilityStatus.ARCHIVED


def test_the_attending_physician_unmasks_what_others_wrote(national: InMemory) -> None:
    document = fed(national, confidentiality_codes=confidential("MASQUE_PS"))
    change(national, td3_3.unmask, document, vihf(SPECIALISTE_MT))
    assert not listed(national)[0].masked_to_professionals


def test_a_masked_document_does_not_exist_for_who_may_not_see_it(national: InMemory) -> None:
    document = fed(national, confidentiality_codes=confidential("MASQUE_PS"))
    with pytest.raises(RegistryFailure) as refused:
        change(national, td3_3.unmask, document, vihf(AUTRE_MEDECIN))
    assert refused.value.remote_code == "UnresolvedReferenceException"


def test_nothing_is_masked_in_bris_de_glace(national: InMemory) -> None:
    document = fed(national)
    with pytest.raises(SoapFault):
        change(national, td3_3.mask, document, vihf(access_mode=AccessMode.BRIS_DE_GLACE))


def test_a_version_that_is_no_longer_current_is_refused(national: InMemory) -> None:
    document = fed(national)
    change(national, td3_3.mask, document)
    stale = msgspec.structs.replace(document, confidentiality_codes=confidential("MASQUE_PS"))
    update = td3_3.unmask(stale, submission_set(91))
    with pytest.raises(RegistryFailure) as refused:
        td3_3.read(national(td3_3.request(call(vihf()), update)))
    assert refused.value.remote_code == "XDSMetadataVersionError"


def test_a_status_that_is_no_longer_current_is_refused(national: InMemory) -> None:
    document = fed(national)
    change(national, td3_3.archive, document)
    with pytest.raises(RegistryFailure) as refused:
        td3_3.read(national(td3_3.request(call(vihf()), td3_3.archive(document, submission_set(91)))))
    assert refused.value.remote_code == "XDSMetadataUpdateError"


@pytest.mark.parametrize(
    "changes", [{"title": "autre"}, {"type_code": Coded("11502-2", "2.16.840.1.113883.6.1")}, {"hash": "0" * 40}]
)
def test_only_visibility_may_change(national: InMemory, changes: dict[str, object]) -> None:
    update = td3_3.mask(fed(national), submission_set(90))
    forged = td3_3.MetadataUpdate(
        update.submission_set, msgspec.structs.replace(update.entry, **changes), update.previous_version
    )
    with pytest.raises(RegistryFailure) as refused:
        td3_3.read(national(td3_3.request(call(vihf()), forged)))
    assert refused.value.remote_code == "XDSMetadataUpdateError"
    assert listed(national)[0].title == "Document 1"


def test_a_structure_in_indirecte_deletes_its_own_documents_only(national: InMemory) -> None:
    feed(entry(1), entry(2, authors=(author(structure=indirect().structure),)))
    own, other = sorted(listed(national), key=lambda document: document.title, reverse=True)
    change(national, td3_3.delete, own, indirect())
    update = td3_3.delete(other, submission_set(91))
    with pytest.raises(RegistryFailure) as refused:
        td3_3.read(national(td3_3.request(call(indirect()), update)))
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"
