"""The synthetic hospital: counts, coherence, and one integer that decides everything."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tramontane.demo.compose import Table
from tramontane.demo.contents import content
from tramontane.demo.entries import document_entry, submission_set
from tramontane.demo.hospital import REFERENCE_DAY, SEED, SyntheticHospital
from tramontane.demo.stories import catalogue, stories
from tramontane.demo.values import DmpState, GrantState, IdentityStatus
from tramontane.dmp import cda
from tramontane.dmp.identity import InsAuthority
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import AvailabilityStatus
from tramontane.dmp.xds.profile import require_submittable


@pytest.fixture(scope="module")
def hospital() -> SyntheticHospital:
    return SyntheticHospital()


def bytes_of(hospital: SyntheticHospital, step: int) -> str:
    digest = hashlib.sha256()
    for document in hospital.documents[::step]:
        digest.update(content(document))
        digest.update(repr(document_entry(document)).encode())
        digest.update(repr(submission_set(document)).encode())
    return digest.hexdigest()


def test_the_legal_entity_has_three_sites_and_one_is_not_contracted(hospital: SyntheticHospital) -> None:
    sites = hospital.legal_entity.sites
    assert len(sites) == 3
    assert [site.contracted for site in sites] == [True, True, False]
    assert all(str(site.finess).startswith("99") and "fictif" in site.name for site in sites)


def test_forty_professionals_of_ten_professions_work_there(hospital: SyntheticHospital) -> None:
    assert len(hospital.professionals) == 40
    assert len({one.profession for one in hospital.professionals}) == 10
    assert len({one.rpps for one in hospital.professionals}) == 40
    assert all(str(one.rpps).startswith("9999") for one in hospital.professionals)


def test_physicians_have_a_savoir_faire_and_pharmacists_a_section(hospital: SyntheticHospital) -> None:
    for one in (*hospital.professionals, *hospital.correspondents):
        if one.profession == "10":
            assert one.roles[1] in value_set(ValueSetName.SAVOIR_FAIRE)
        if one.profession == "21":
            assert one.roles[1] in value_set(ValueSetName.PHARMACIST_SECTION)


def test_agents_have_no_rpps(hospital: SyntheticHospital) -> None:
    assert hospital.agents
    assert all(one.rpps is None for one in hospital.agents)


def test_two_hundred_patients_have_each_their_own_test_ins(hospital: SyntheticHospital) -> None:
    assert len(hospital.patients) == 200
    assert len({one.ins for one in hospital.patients}) == 200
    assert {one.ins.authority for one in hospital.patients} == {InsAuthority.NIR_TEST}


def test_the_ins_says_the_sex_and_the_month_of_birth_of_its_patient(hospital: SyntheticHospital) -> None:
    for one in hospital.patients:
        said = (one.ins.value[0], one.ins.value[1:3], one.ins.value[3:5])
        assert said == ("2" if one.sex == "F" else "1", f"{one.birth_date:%y}", f"{one.birth_date:%m}")


def test_there_are_minors_and_very_old_people_and_corsicans(hospital: SyntheticHospital) -> None:
    ages = [one.age_on(REFERENCE_DAY) for one in hospital.patients]
    assert sum(age < 18 for age in ages) >= 20
    assert sum(age >= 80 for age in ages) >= 15
    assert min(ages) >= 0
    assert any(one.ins.value[5:7] in {"2A", "2B"} for one in hospital.patients)


def test_every_situation_of_a_dmp_exists(hospital: SyntheticHospital) -> None:
    states = Counter(one.dmp.state for one in hospital.patients)
    assert all(states[state] >= 3 for state in DmpState)
    grants = [grant for one in hospital.patients for grant in one.dmp.grants]
    assert any(grant.state is GrantState.INTERDIT for grant in grants)
    assert any(grant.expires_at and grant.expires_at.date() < REFERENCE_DAY for grant in grants)
    assert any(one.dmp.opposes_bris_de_glace for one in hospital.patients)
    assert {one.local.identity for one in hospital.patients} == set(IdentityStatus)
    assert {one.local.consent for one in hospital.patients} == {True, False, None}


def test_two_thousand_documents_of_more_than_twenty_five_types_exist(hospital: SyntheticHospital) -> None:
    assert len(hospital.documents) == 2000
    assert len({one.kind.type for one in hospital.documents}) > 25
    assert len({one.unique_id for one in hospital.documents}) == 2000
    assert len({one.entry_uuid for one in hospital.documents}) == 2000


def test_documents_are_archived_deleted_hidden_and_replaced(hospital: SyntheticHospital) -> None:
    statuses = Counter(one.status for one in hospital.documents)
    assert statuses[AvailabilityStatus.ARCHIVED] >= 20
    assert statuses[AvailabilityStatus.DELETED] >= 1
    visibilities = Counter(one.visibility for one in hospital.documents)
    assert all(visibilities[code] >= 5 for code in ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"))
    assert sum(one.replaces is not None for one in hospital.documents) >= 100
    assert any(len(one.versions) == 3 for one in hospital.documents)


def test_only_minors_hide_documents_from_legal_representatives(hospital: SyntheticHospital) -> None:
    hidden = [one for one in hospital.documents if one.visibility == "INVISIBLE_REPRESENTANTS_LEGAUX"]
    assert all(one.patient.age_on(one.written_at.date()) < 18 for one in hidden)


def test_a_replacement_comes_after_what_it_replaces_and_is_of_the_same_patient_and_kind(
    hospital: SyntheticHospital,
) -> None:
    for one in hospital.documents:
        if one.replaces is not None:
            assert one.replaces.rank < one.rank
            assert one.replaces.submitted_at < one.submitted_at
            assert (one.replaces.patient, one.replaces.kind) == (one.patient, one.kind)


def test_no_document_is_written_before_birth_in_the_future_or_after_the_dmp_closed(hospital: SyntheticHospital) -> None:
    for one in hospital.documents:
        last = one.patient.dmp.closed_on or REFERENCE_DAY
        assert one.patient.birth_date < one.written_at.date() <= last


def test_a_patient_without_dmp_has_no_document(hospital: SyntheticHospital) -> None:
    assert not [one for one in hospital.documents if one.patient.dmp.state is DmpState.NONE]


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    here = bytes_of(SyntheticHospital(7), step=40)
    script = "import sys; sys.path.insert(0, sys.argv[1]); import test_hospital as t; print(t.bytes_of(t.SyntheticHospital(7), 40))"
    there = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == here


def test_another_seed_gives_other_people() -> None:
    assert {one.ins for one in SyntheticHospital(1).patients[20:]} != {
        one.ins for one in SyntheticHospital(2).patients[20:]
    }


def test_another_day_moves_documents_and_leaves_identities_alone() -> None:
    today, later = SyntheticHospital(SEED), SyntheticHospital(SEED, REFERENCE_DAY + timedelta(days=100))
    assert [one.ins for one in today.patients] == [one.ins for one in later.patients]
    assert today.documents[0].written_at != later.documents[0].written_at


def test_any_seed_and_any_day_make_a_whole_hospital() -> None:
    for seed, day in ((0, date(2026, 2, 28)), (99, date(2028, 2, 29)), (123456, date(2031, 12, 31))):
        hospital = SyntheticHospital(seed, day)
        assert (len(hospital.professionals), len(hospital.patients), len(hospital.documents)) == (40, 200, 2000)


def test_every_document_reads_back_with_its_identifiers_type_and_level(hospital: SyntheticHospital) -> None:
    for one in hospital.documents[::7]:
        read = cda.read(content(one))
        assert read.header.identifier.unique_id == one.unique_id
        assert read.header.type.code == one.kind.type
        assert read.header.patient.ins == one.patient.ins
        assert (read.level is cda.Level.STRUCTURED) == (one.kind.body == "structure")


def test_every_kind_of_document_renders_to_a_page_without_notice(hospital: SyntheticHospital) -> None:
    firsts = {one.kind.id: one for one in hospital.documents}
    shown = {"pdf": cda.Kind.PDF, "texte": cda.Kind.TEXT, "structure": cda.Kind.STRUCTURED}
    for one in firsts.values():
        rendered = cda.render(content(one))
        assert rendered.kind is shown[one.kind.body]
        assert rendered.notices == ()


def test_no_placeholder_is_left_in_any_text(hospital: SyntheticHospital) -> None:
    assert not [one.report.title for one in hospital.documents if re.search(r"[{}]", repr(one.report.sections))]


def test_metadata_use_official_codes_only(hospital: SyntheticHospital) -> None:
    for one in hospital.documents[::11]:
        entry = document_entry(one)
        assert entry.type_code in value_set(ValueSetName.TYPE_CODE)
        assert entry.class_code in value_set(ValueSetName.CLASS_CODE)
        assert entry.format_code in value_set(ValueSetName.FORMAT_CODE)
        assert entry.facility_type in value_set(ValueSetName.FACILITY_TYPE)
        assert entry.practice_setting in value_set(ValueSetName.PRACTICE_SETTING)
        assert all(code in value_set(ValueSetName.CONFIDENTIALITY) for code in entry.confidentiality_codes)
        assert submission_set(one).content_type in value_set(ValueSetName.CONTENT_TYPE)


def test_every_submission_respects_the_french_profile(hospital: SyntheticHospital) -> None:
    for one in hospital.documents:
        require_submittable(submission_set(one), [document_entry(one)])


def test_documents_of_the_patient_are_told_apart_and_name_no_institution(hospital: SyntheticHospital) -> None:
    own = [document_entry(one) for one in hospital.documents if one.author is None]
    assert own
    assert all(entry.from_patient and entry.authors[0].institutions == () for entry in own)


@pytest.mark.needs("pdftoppm")
def test_a_report_is_a_pdf_whose_text_can_be_read(hospital: SyntheticHospital, tmp_path: Path) -> None:
    document = next(one for one in hospital.documents if one.kind.id == "hospitalisation")
    embedded = cda.extract(content(document))
    assert embedded is not None
    (tmp_path / "report.pdf").write_bytes(embedded.data)
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert document.patient.display in text
    assert "Motif d’hospitalisation" in text
    assert "fictifs" in text


def day_of(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def test_nobody_is_vaccinated_before_birth(hospital: SyntheticHospital) -> None:
    young = [one for one in hospital.documents if one.kind.id == "vaccination" and one.patient.birth_date.year > 2020]
    assert young
    for one in young:
        table = one.report.sections[0].content
        assert isinstance(table, Table)
        assert all(day_of(row[2]) > one.patient.birth_date for row in table.rows)


def test_scenarios_are_named_once_and_found_by_key(hospital: SyntheticHospital) -> None:
    keys = [one.key for one in hospital.patients]
    assert len(set(keys)) == 200
    assert hospital.patient("jeanne-martin").dmp.state is DmpState.OPEN
    assert hospital.staff("garnier").second_factor == ""
    with pytest.raises(KeyError):
        hospital.patient("personne")


def test_every_story_and_every_kind_of_document_is_used(hospital: SyntheticHospital) -> None:
    assert {one.kind.id for one in hospital.documents} == set(catalogue())
    assert {one.story.id for one in hospital.documents} == set(stories())
