"""Pour the synthetic hospital into the national stand-in.

This module reads Django models: call `tramontane.national.setup` once, then import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from tramontane.demo.contents import content
from tramontane.demo.documents import DemoDocument
from tramontane.demo.entries import document_entry, submission_set
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.values import Patient, Staff
from tramontane.national import seeding
from tramontane.national.pages.contract_rules import add_months


def seed_national(hospital: SyntheticHospital, *, progress: Callable[[int], None] = lambda _: None) -> None:
    """Empty the national side, then write establishments, professionals, patients, decisions and documents.

    Args:
        progress: called with the number of documents written so far.
    """
    seeding.reset()
    seeding.seed(
        establishments=_establishments(hospital),
        professionals=map(_professional, (*hospital.professionals, *hospital.correspondents)),
        patients=map(_patient, hospital.patients),
        authorisations=_authorisations(hospital),
        guardianships=_guardianships(hospital),
        submissions=_submissions(hospital, progress),
    )


def _establishments(hospital: SyntheticHospital) -> Iterator[seeding.Establishment]:
    contract = seeding.Contract(hospital.today - timedelta(days=200), hospital.today + timedelta(days=530))
    for entity in hospital.legal_entities:
        for site in entity.sites:
            yield seeding.Establishment(
                site.finess, site.name, entity.finess, entity.name, contract if site.contracted else None
            )


def _professional(one: Staff) -> seeding.ProfessionalRecord:
    assert one.rpps is not None
    second = one.roles[1].code if len(one.roles) > 1 else ""
    return seeding.ProfessionalRecord(
        one.rpps, one.family_name.upper(), one.given_name, one.profession, second, (one.site,)
    )


def _patient(one: Patient) -> seeding.Patient:
    return seeding.Patient(
        ins=one.ins,
        birth_name=one.birth_name.upper(),
        usage_name=one.usage_name.upper(),
        given_names=" ".join(one.given_names),
        sex=one.sex,
        birth_date=one.birth_date,
        state=one.dmp.state.value,
        closed_on=one.dmp.closed_on,
        opposes_bris_de_glace=one.dmp.opposes_bris_de_glace,
        opposes_emergency_access=one.dmp.opposes_emergency_access,
        allows_masked_in_emergency=one.dmp.allows_masked_in_emergency,
        medecin_traitant=one.dmp.medecin_traitant,
    )


def _authorisations(hospital: SyntheticHospital) -> Iterator[seeding.Authorisation]:
    for patient in hospital.patients:
        for grant in patient.dmp.grants:
            yield seeding.Authorisation(
                patient.ins, grant.holder, grant.state.value, grant.granted_at, grant.expires_at
            )


def _guardianships(hospital: SyntheticHospital) -> Iterator[seeding.Guardianship]:
    """Each minor has one parent: the youngest adult of the same name, eighteen years older at least, if there is one."""
    youngest_first = sorted(hospital.patients, key=lambda one: (one.birth_date, one.key), reverse=True)
    majority = add_months(hospital.today, -18 * 12)
    for child in (one for one in youngest_first if one.birth_date > majority):
        born = add_months(child.birth_date, -18 * 12)
        parents = (one for one in youngest_first if one.birth_name == child.birth_name and one.birth_date <= born)
        if parent := next(parents, None):
            yield seeding.Guardianship(parent.ins, child.ins)


def _submissions(hospital: SyntheticHospital, progress: Callable[[int], None]) -> Iterator[seeding.Submission]:
    for count, document in enumerate(hospital.documents, start=1):
        yield _submission(document)
        progress(count)


def _submission(document: DemoDocument) -> seeding.Submission:
    replaces = document.replaces.entry_uuid if document.replaces else ""
    written = seeding.Document(document_entry(document), content(document), replaces)
    return seeding.Submission(document.patient.ins, submission_set(document), (written,))
