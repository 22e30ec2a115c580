"""Patients, their stays, their care teams, and what each of them declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tramontane.demo import values
from tramontane.demo.seeded import chance
from tramontane.hospital.accounts.models import Account, LegalEntity, Service
from tramontane.hospital.patients.models import CareTeamMember, ConsentRecord, Episode, LegalRepresentative, Patient

PARIS = ZoneInfo("Europe/Paris")
MAJORITY = 18
Subject, Choice = ConsentRecord.Subject, ConsentRecord.Choice
_STATUS = {
    values.IdentityStatus.PROVISOIRE: Patient.IdentityStatus.PROVISOIRE,
    values.IdentityStatus.VALIDEE: Patient.IdentityStatus.VALIDEE,
    values.IdentityStatus.RECUPEREE: Patient.IdentityStatus.RECUPEREE,
    values.IdentityStatus.QUALIFIEE: Patient.IdentityStatus.QUALIFIEE,
}
# RNIV: only these two statuses say that INSi answered.
_WITH_INS = frozenset({Patient.IdentityStatus.RECUPEREE, Patient.IdentityStatus.QUALIFIEE})
_KINDS = {"urgences": Episode.Kind.EMERGENCY, "endocrinologie": Episode.Kind.OUTPATIENT}
# Beyond the members of the service: who is named around whom.
NAMED_IN_TEAM = (("jeanne-martin", "marchand"), ("fatima-haddad", "marchand"), ("lucien-faure", "marchand"))
# Outside the care team: the patient consented to this professional, an hour ago.
EXPLICIT_CONSENT = (("jeanne-martin", "caron"),)


@dataclass(frozen=True, slots=True)
class Ward:
    """The patients as kept, with their stay."""

    patients: Mapping[str, Patient]
    episodes: Mapping[str, Episode]


def create(
    entity: LegalEntity, people: Sequence[values.Patient], accounts: Mapping[str, Account], at: datetime
) -> Ward:
    """Everyone, with a stay in the service of their story; those of the day arrive through the day."""
    Patient.objects.bulk_create(_patient(entity, one, at) for one in people)
    ipps = {patient.ipp: patient for patient in entity.patients.all()}
    patients = {one.key: ipps[one.ipp] for one in people}
    services = {one.code: one for one in Service.objects.filter(geographic_entity__legal_entity=entity)}
    Episode.objects.bulk_create(_episode(patients[one.key], one, services) for one in people)
    stays = {stay.patient_id: stay for stay in Episode.objects.filter(patient__legal_entity=entity)}
    ward = Ward(patients, {one.key: stays[patients[one.key].pk] for one in people})
    _representatives(people, ward, at)
    _teams(ward, accounts, at)
    _declarations(people, ward, accounts, at)
    return ward


def _patient(entity: LegalEntity, one: values.Patient, at: datetime) -> Patient:
    status = _STATUS[one.local.identity]
    asked = at - timedelta(days=40) if status in _WITH_INS else None
    return Patient(
        legal_entity=entity,
        ipp=one.ipp,
        birth_name=one.birth_name.upper(),
        birth_given_names=" ".join(one.given_names).upper(),
        first_given_name=one.given_names[0].upper(),
        used_name=one.usage_name.upper(),
        sex=one.sex,
        birth_date=one.birth_date,
        # The matricule carries the INSEE code of the place of birth: sex, year, month, then department and commune.
        birth_place_code=one.ins.value[5:10],
        birth_place=one.birth_place.upper(),
        identity_status=status,
        ins=one.ins.value if status in _WITH_INS else "",
        ins_oid=one.ins.oid if status in _WITH_INS else "",
        ins_checked_at=asked,
        qualified_at=asked if status is Patient.IdentityStatus.QUALIFIEE else None,
    )


def _episode(patient: Patient, one: values.Patient, services: Mapping[str, Service]) -> Episode:
    return Episode(
        patient=patient,
        service=services[one.local.service],
        visit_number=f"V{one.ipp}",
        kind=_KINDS.get(one.local.service, Episode.Kind.INPATIENT),
        starts_at=_arrival(one),
    )


def _arrival(one: values.Patient) -> datetime:
    """Between 7 and 18 o'clock, in Paris: at a given instant, some of the day's arrivals are still to come."""
    rng = chance(0, "arrival", one.ipp)
    return datetime.combine(one.local.admitted_on, time(rng.randint(7, 17), rng.randrange(0, 60, 5)), PARIS).astimezone(
        UTC
    )


def _representatives(people: Sequence[values.Patient], ward: Ward, at: datetime) -> None:
    minors = [one for one in people if one.age_on(at.astimezone(PARIS).date()) < MAJORITY]
    LegalRepresentative.objects.bulk_create(
        LegalRepresentative(
            patient=ward.patients[one.key],
            name=f"{one.birth_name.upper()} Sophie",
            relation="MTH",
            phone="01 99 00 00 00",
        )
        for one in minors
    )


def _teams(ward: Ward, accounts: Mapping[str, Account], at: datetime) -> None:
    CareTeamMember.objects.bulk_create(
        CareTeamMember(episode=ward.episodes[patient], account=accounts[login], added_at=at - timedelta(days=1))
        for patient, login in NAMED_IN_TEAM
    )


def _declarations(people: Sequence[values.Patient], ward: Ward, accounts: Mapping[str, Account], at: datetime) -> None:
    desk = accounts["lefevre"]
    declared = [row for one in people for row in _said(one, ward, desk, at)]
    declared += [
        ConsentRecord(
            patient=ward.patients[patient],
            episode=ward.episodes[patient],
            subject=Subject.CONSULTATION,
            choice=Choice.CONSENT,
            for_account=accounts[login],
            recorded_at=at - timedelta(hours=1),
            recorded_by=accounts[login],
        )
        for patient, login in EXPLICIT_CONSENT
    ]
    ConsentRecord.objects.bulk_create(sorted(declared, key=lambda row: row.recorded_at))


def _said(one: values.Patient, ward: Ward, desk: Account, at: datetime) -> Iterator[ConsentRecord]:
    """Informed on arrival, consent or opposition a few minutes later; nothing of those who have just come, or will."""
    told = ward.episodes[one.key].starts_at + timedelta(minutes=10)
    if one.local.informed_on is None or told + timedelta(minutes=5) > at:
        return
    common = {"patient": ward.patients[one.key], "episode": ward.episodes[one.key], "recorded_by": desk}
    yield ConsentRecord(subject=Subject.INFORMATION, choice=Choice.INFORMED, recorded_at=told, **common)
    yield ConsentRecord(subject=Subject.FEEDING, choice=Choice.INFORMED, recorded_at=told, **common)
    if one.local.consent is not None:
        choice = Choice.CONSENT if one.local.consent else Choice.OPPOSITION
        later = told + timedelta(minutes=5)
        yield ConsentRecord(subject=Subject.CONSULTATION, choice=choice, recorded_at=later, **common)
