"""Consent: history is kept, the state is read from it, and an opposition outlives its episode."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from support.hospital import make_account, make_episode, make_patient, make_service
from tramontane.hospital import clock
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients import services
from tramontane.hospital.patients.consent import consent_state, explicit_consent
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.traces.models import Trace
from tramontane.rules.access import PatientChoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def patient(service) -> Patient:
    return make_patient(service.geographic_entity.legal_entity)


@pytest.fixture
def episode(patient, service) -> Episode:
    return make_episode(patient, service)


@pytest.fixture
def clerk(service):
    return actor(make_account(services=(service,)), None)


def declare(patient, clerk, subject, choice, episode=None, **fields) -> ConsentRecord:
    return services.declare(patient, services.Declaration(subject, choice, episode, **fields), actor=clerk)


def choice_of(patient, episode) -> PatientChoice:
    return consent_state(patient, episode).choice


def test_nothing_declared_is_not_collected(patient, episode):
    state = consent_state(patient, episode)
    assert state.choice is PatientChoice.NOT_COLLECTED
    assert state.missing == ("information", "consentement")


def test_an_informed_patient_who_says_nothing_is_not_opposed(patient, episode, clerk):
    declare(patient, clerk, "information", "informed", episode)
    assert choice_of(patient, episode) is PatientChoice.NOT_OPPOSED


def test_information_is_given_again_at_each_episode(patient, episode, service, clerk):
    declare(patient, clerk, "information", "informed", episode)
    assert choice_of(patient, make_episode(patient, service)) is PatientChoice.NOT_COLLECTED


def test_an_opposition_holds_from_one_episode_to_the_next(patient, episode, service, clerk):
    declare(patient, clerk, "consultation", "opposition", episode)
    following = make_episode(patient, service)
    declare(patient, clerk, "information", "informed", following)
    assert choice_of(patient, following) is PatientChoice.OPPOSED


def test_a_consent_in_another_episode_lifts_the_opposition_but_consents_to_nothing_here(
    patient, episode, service, clerk
):
    declare(patient, clerk, "consultation", "opposition", episode)
    following, third = make_episode(patient, service), make_episode(patient, service)
    declare(patient, clerk, "consultation", "consent", following)
    assert choice_of(patient, following) is PatientChoice.NOT_OPPOSED
    assert choice_of(patient, third) is PatientChoice.NOT_COLLECTED


def test_a_consent_elsewhere_does_not_erase_the_one_given_here(patient, episode, service, clerk):
    declare(patient, clerk, "consultation", "consent", episode)
    declare(patient, clerk, "consultation", "consent", make_episode(patient, service))
    assert choice_of(patient, episode) is PatientChoice.NOT_OPPOSED


def test_a_withdrawn_consent_reads_as_an_opposition(patient, episode, clerk):
    declare(patient, clerk, "consultation", "consent", episode)
    declare(patient, clerk, "consultation", "withdrawn", episode)
    assert choice_of(patient, episode) is PatientChoice.OPPOSED
    assert patient.consents.count() == 2


def test_an_explicit_consent_opens_for_one_professional_only_and_not_before_it_was_given(
    patient, episode, service, clerk
):
    outsider, other = (
        make_account(service.geographic_entity.legal_entity),
        make_account(service.geographic_entity.legal_entity),
    )
    since = clock.now()
    declare(patient, clerk, "consultation", "consent", episode, for_account=outsider)
    assert explicit_consent(patient, outsider.pk, since) is not None
    assert explicit_consent(patient, other.pk, since) is None
    assert explicit_consent(patient, outsider.pk, clock.now() + timedelta(seconds=1)) is None
    assert choice_of(patient, episode) is PatientChoice.NOT_COLLECTED


@pytest.mark.parametrize(
    ("subject", "choice"), [("information", "consent"), ("feeding", "consent"), ("autre", "informed")]
)
def test_a_declaration_that_makes_no_sense_is_refused(subject, choice):
    with pytest.raises(services.PatientError):
        services.Declaration(subject, choice)


def test_opposing_the_feeding_asks_for_a_motive(patient, episode, clerk):
    with pytest.raises(services.PatientError, match="motif légitime"):
        services.Declaration("feeding", "opposition")
    declare(patient, clerk, "feeding", "opposition", episode, motive="Motif exposé au médecin")
    assert consent_state(patient, episode).opposes_feeding


def test_a_declaration_is_traced_with_the_ins_and_without_any_trait(patient, episode, clerk):
    declare(patient, clerk, "consultation", "consent", episode)
    trace = Trace.objects.get(event="consentement.enregistre")
    assert trace.ins == patient.ins
    assert patient.birth_name not in str(trace.detail)


def test_the_same_form_sent_twice_is_one_declaration_even_after_a_withdrawal(patient, episode, clerk):
    form = uuid4()
    first = declare(patient, clerk, "consultation", "consent", episode, submission=form)
    assert declare(patient, clerk, "consultation", "consent", episode, submission=form) == first
    declare(patient, clerk, "consultation", "withdrawn", episode, submission=uuid4())
    assert declare(patient, clerk, "consultation", "consent", episode, submission=form) == first
    assert choice_of(patient, episode) is PatientChoice.OPPOSED
    assert ConsentRecord.objects.count() == Trace.objects.filter(event="consentement.enregistre").count() == 2


def test_another_choice_on_the_same_form_is_another_declaration(patient, episode, clerk):
    form = uuid4()
    declare(patient, clerk, "consultation", "opposition", episode, submission=form)
    declare(patient, clerk, "consultation", "consent", episode, submission=form)
    assert ConsentRecord.objects.count() == 2


def test_the_form_of_another_patient_is_another_declaration(patient, episode, service, clerk):
    form, other = uuid4(), make_patient(service.geographic_entity.legal_entity)
    declare(patient, clerk, "consultation", "consent", episode, submission=form)
    declare(other, clerk, "consultation", "consent", submission=form)
    assert ConsentRecord.objects.count() == 2
