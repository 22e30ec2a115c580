"""TD0.2 and TD1.3a: the state of a DMP, whatever it is, and each refusal in its wire form."""

from dataclasses import replace
from typing import Any

import pytest

from support.national import (
    BLOCKED,
    CLOSED,
    ET_CLOSED,
    EXPIRED,
    NO_DMP,
    OPEN,
    OPPOSED,
    SPECIALISTE_MT,
    UNDECLARED,
    UNKNOWN,
    InMemory,
    body_of,
    call,
    vihf,
)
from tramontane.dmp.errors import AcknowledgementError, SoapFault
from tramontane.dmp.hl7v3 import Reason
from tramontane.dmp.identity import Ins
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.td0_2 import Authorisation


def status(national: InMemory, patient: Ins, **changes: Any) -> td0_2.DmpStatus:
    """Ask for the state of a DMP."""
    response = national(td0_2.request(call(vihf(patient=patient, **changes)), patient))
    return td0_2.read(response, patient=patient)


def test_an_open_dmp_with_a_valid_authorisation(national: InMemory) -> None:
    found = status(national, OPEN)
    assert (found.exists, found.open, found.authorisation) == (True, True, Authorisation.VALIDE)
    assert found.attached_to_mes is True


@pytest.mark.parametrize("patient", [NO_DMP, UNKNOWN])
def test_a_patient_without_dmp(national: InMemory, patient: Ins) -> None:
    found = status(national, patient)
    assert (found.exists, found.open) == (False, False)


def test_a_closed_dmp_says_when_and_why(national: InMemory) -> None:
    found = status(national, CLOSED)
    assert (found.exists, found.open) == (True, False)
    assert found.closing_date is not None
    assert found.closing_motive == "FERMETURE_DEMANDE_PATIENT"


@pytest.mark.parametrize(
    ("patient", "state"),
    [(BLOCKED, Authorisation.INTERDIT), (EXPIRED, Authorisation.EXPIRE), (UNDECLARED, Authorisation.NON_EXISTE)],
)
def test_each_state_of_the_authorisation_is_told(national: InMemory, patient: Ins, state: Authorisation) -> None:
    assert status(national, patient).authorisation is state


def test_the_attending_physician_is_told_so(national: InMemory) -> None:
    response = national(td0_2.request(call(vihf(SPECIALISTE_MT)), OPEN))
    assert td0_2.read(response).is_medecin_traitant
    assert not status(national, OPEN).is_medecin_traitant


def test_an_unknown_structure_is_refused_in_the_words_of_the_service(national: InMemory) -> None:
    with pytest.raises(AcknowledgementError) as refusal:
        status(national, OPEN, structure=ET_CLOSED.struct_idnat)
    assert "Structure introuvable ou Inactive" in refusal.value.remote_text


def test_another_patient_than_the_tokens_is_refused(national: InMemory) -> None:
    with pytest.raises(AcknowledgementError) as refusal:
        td0_2.read(national(td0_2.request(call(vihf(patient=OPEN)), EXPIRED)))
    assert refusal.value.remote_code == "XDSPatientIdDoesNotMatch"


def administrative(national: InMemory, patient: Ins) -> td0_2.DmpStatus:
    """TD1.3a."""
    content = vihf(patient=patient)
    return td0_2.read(national(td0_2.request(call(content), patient, reason=Reason.CNSLT_DATA)))


def test_administrative_data_tell_the_oppositions(national: InMemory) -> None:
    found = administrative(national, OPEN)
    assert (found.opposition_bris_de_glace, found.opposition_acces_urgence) == (False, False)


def test_administrative_data_need_an_authorisation(national: InMemory) -> None:
    with pytest.raises(SoapFault) as refusal:
        administrative(national, OPPOSED)
    assert refusal.value.remote_code == "DMPAccessDeniedByRightsService"


def test_administrative_data_of_a_closed_dmp_are_refused_by_an_acknowledgement(national: InMemory) -> None:
    with pytest.raises(AcknowledgementError) as refusal:
        administrative(national, CLOSED)
    assert refusal.value.remote_code == "DMPClosed"


def test_administrative_data_of_nobody_are_not_found(national: InMemory) -> None:
    assert not administrative(national, NO_DMP).exists


def test_a_reason_outside_the_consultation_is_denied(national: InMemory) -> None:
    request = td0_2.request(call(vihf()), OPEN)
    body = body_of(request).replace(b'code="TEST_EXST"', b'code="FERM"')
    assert body != request.body
    with pytest.raises(SoapFault) as refusal:
        td0_2.read(national(replace(request, body=body)))
    assert refusal.value.remote_code == "DMPAccessDeniedByRightsService"
