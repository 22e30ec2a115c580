"""TD0.3, TD1.6 and TD0.4: declare, remove and list authorisations."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from support.national import (
    BLOCKED,
    CLOSED,
    EXPIRED,
    INFIRMIER,
    MEDECIN,
    NO_DMP,
    NOW,
    OPEN,
    UNDECLARED,
    InMemory,
    body_of,
    call,
    entry,
    feed,
    indirect,
    vihf,
)
from tramontane.dmp.errors import ServiceStatusError, SoapFault
from tramontane.dmp.identity import Ins
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions import td0_2, td0_3, td0_4, td1_6
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.vihf import AccessMode

SECRETARY = (Coded("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),)


def declare(national: InMemory, patient: Ins, **changes: Any) -> str:
    """AJOUT; the context of the answer."""
    request = td0_3.set_authorization(call(vihf(patient=patient, **changes)), td0_3.Action.AJOUT)
    return td0_3.read(national(request)).context


def authorisation(national: InMemory, patient: Ins) -> Authorisation | None:
    """As TD0.2 tells it."""
    return td0_2.read(national(td0_2.request(call(vihf(patient=patient)), patient))).authorisation


@pytest.mark.parametrize("patient", [UNDECLARED, EXPIRED])
def test_declaring_makes_the_authorisation_valid(national: InMemory, patient: Ins) -> None:
    assert authorisation(national, patient) is not Authorisation.VALIDE
    assert declare(national, patient) == ""
    assert authorisation(national, patient) is Authorisation.VALIDE


def test_declaring_twice_changes_nothing_and_says_so(national: InMemory) -> None:
    assert declare(national, OPEN) == "Autorisation déjà présente aucune action effectuée"


def test_removing_ends_it(national: InMemory) -> None:
    td0_3.read(national(td0_3.set_authorization(call(vihf()), td0_3.Action.SUPPRESSION)))
    assert authorisation(national, OPEN) is Authorisation.NON_EXISTE


def test_a_block_is_not_lifted_by_the_blocked(national: InMemory) -> None:
    with pytest.raises(SoapFault) as refusal:
        declare(national, BLOCKED)
    assert refusal.value.remote_code == "DMPAccessDeniedByRightsService"
    assert authorisation(national, BLOCKED) is Authorisation.INTERDIT


def test_nothing_is_declared_in_bris_de_glace(national: InMemory) -> None:
    with pytest.raises(SoapFault):
        declare(national, UNDECLARED, access_mode=AccessMode.BRIS_DE_GLACE)
    assert authorisation(national, UNDECLARED) is Authorisation.NON_EXISTE


def test_a_closed_dmp_answers_its_own_status(national: InMemory) -> None:
    with pytest.raises(ServiceStatusError) as refusal:
        declare(national, CLOSED)
    assert refusal.value.remote_code == "DMPClosed"


def test_no_dmp_is_a_rights_fault(national: InMemory) -> None:
    with pytest.raises(SoapFault):
        declare(national, NO_DMP)


def test_declaring_oneself_attending_physician(national: InMemory) -> None:
    request = td0_3.set_authorization(call(vihf(patient=UNDECLARED)), td0_3.Action.AJOUT, td0_3.Role.MEDECIN_TRAITANT)
    td0_3.read(national(request))
    status = td0_2.read(national(td0_2.request(call(vihf(patient=UNDECLARED)), UNDECLARED)))
    assert status.is_medecin_traitant


def test_a_secretary_declares_for_the_structure(national: InMemory) -> None:
    """PDT-INF-606 note 1: the authorisation is the structure's, so the physician of the structure has it."""
    with pytest.raises(SoapFault):  # the role is not the profession of the directory
        declare(national, UNDECLARED, roles=SECRETARY, subject=INFIRMIER.ps_idnat, access_mode=AccessMode.CENTRE_15)
    assert declare(national, UNDECLARED, roles=SECRETARY, subject=INFIRMIER.ps_idnat) == ""
    assert authorisation(national, UNDECLARED) is Authorisation.VALIDE


def test_an_action_outside_the_schema_is_denied(national: InMemory) -> None:
    request = td0_3.set_authorization(call(vihf()), td0_3.Action.AJOUT)
    body = body_of(request).replace(b"AJOUT", b"TOUT")
    with pytest.raises(SoapFault):
        td0_3.read(national(replace(request, body=body)))


def listed(national: InMemory, patient: Ins, mode: td1_6.Mode) -> dict[str, str]:
    """TD1.6: PS_IdNat → state."""
    found = td1_6.read(national(td1_6.request(call(vihf(patient=patient)), mode)))
    return {one.national_id: one.mode for one in found.authorizations}


def test_the_list_of_the_authorised_is_that_of_the_patient(national: InMemory) -> None:
    active = listed(national, OPEN, td1_6.Mode.ACTIVE)
    assert len(active) == 7
    assert active[MEDECIN.ps_idnat.value] == "VALIDE"
    assert listed(national, OPEN, td1_6.Mode.INTERDITE) == {}


def test_each_listed_professional_has_a_profession_that_reads(national: InMemory) -> None:
    found = td1_6.read(national(td1_6.request(call(vihf()), td1_6.Mode.TOUTE))).authorizations
    specialities = {one.national_id: one.specialities for one in found}
    assert specialities[MEDECIN.ps_idnat.value][0][0] == "G15_10/SM26"
    assert "Infirmier" in specialities[INFIRMIER.ps_idnat.value][0][1]


def patients(national: InMemory, date_type: td0_4.DateType, *, days: int, **changes: Any) -> list[str]:
    """TD0.4: the INS listed."""
    since = timezone.localtime(NOW - timedelta(days=days))
    request = td0_4.request(call(vihf(patient=None, **changes)), since=since, date_type=date_type)
    return [one.identifiers[0][0] for one in td0_4.read(national(request)).patients]


def test_the_list_of_patients_holds_open_dmp_with_a_valid_authorisation(national: InMemory) -> None:
    assert patients(national, td0_4.DateType.LASTAUTORIZATION, days=30) == [OPEN.value]
    assert patients(national, td0_4.DateType.LASTAUTORIZATION, days=5) == []


def test_the_list_of_patients_by_last_document(national: InMemory) -> None:
    assert patients(national, td0_4.DateType.LASTDOC, days=5) == []
    feed(entry(1), days_ago=2)
    assert patients(national, td0_4.DateType.LASTDOC, days=5) == [OPEN.value]


def test_a_list_without_a_readable_date_is_refused(national: InMemory) -> None:
    request = td0_4.request(call(vihf(patient=None)), since=NOW, date_type=td0_4.DateType.LASTDOC)
    body = body_of(request).replace(NOW.strftime("%Y%m%d%H%M%S").encode(), b"hier")
    with pytest.raises(SoapFault):
        td0_4.read(national(replace(request, body=body)))


def test_a_structure_in_indirecte_declares_nothing(national: InMemory) -> None:
    with pytest.raises(SoapFault):
        td0_3.read(national(td0_3.set_authorization(call(indirect()), td0_3.Action.AJOUT)))
