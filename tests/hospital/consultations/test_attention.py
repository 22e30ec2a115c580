"""The security officer's desk: the gravest thing first, and every fact with its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from support.consultation import Ready, make_ready
from support.dmp_double import World
from support.hospital import login, make_account
from support.pki import OTHER_FINESS_JURIDIQUE
from tramontane.dmp.errors import SoapFault
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.consultations import attention, gateway, services
from tramontane.hospital.consultations.models import DmpConnection, Opening, SiteContract
from tramontane.hospital.consultations.services.emergency import Declarations
from tramontane.hospital.habilitations.models import MatrixRevision
from tramontane.hospital.traces.events import Event
from tramontane.hospital.traces.services import record

TRUE = Declarations("Patient inconscient", unable_to_express_will=True, immediate_risk=True)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(world: World) -> Ready:
    return make_ready(world)


@pytest.fixture
def rssi(ready: Ready) -> Account:
    return make_account(ready.account.legal_entity, roles=(Role.RSSI,))


def lead(account: Account) -> str:
    now = clock.now()
    advice = attention.first(attention.facts(account.legal_entity, now), now)
    return advice.sentence if advice else ""


def verified(account: Account, outcome: str = "intacte") -> None:
    record(Event("trace.verifiee", actor(account, None), outcome=outcome))


def test_the_gravest_thing_comes_first_and_nothing_is_said_when_all_is_well(ready: Ready, rssi: Account) -> None:
    assert isinstance(services.bris_de_glace_open(ready.access, TRUE), Opening)
    Opening.objects.update(reviewed_at=clock.now())
    assert lead(rssi) == "La chaîne de traces n’a jamais été vérifiée."
    verified(rssi)
    assert lead(rssi) == ""
    MatrixRevision.objects.update(created_at=clock.now() - timedelta(days=400))
    assert lead(rssi) == "La revue annuelle des habilitations est en retard."
    site = ready.access.site
    contract, _ = SiteContract.objects.get_or_create(geographic_entity=site)
    SiteContract.objects.filter(pk=contract.pk).update(observed_state="refused")
    assert site is not None
    assert site.name in lead(rssi)
    Opening.objects.update(reviewed_at=None)
    assert lead(rssi) == "1\u00a0accès en urgence à contrôler."
    MatrixRevision.objects.all().delete()
    assert lead(rssi).startswith("Personne ne peut consulter le DMP")
    DmpConnection.objects.all().delete()
    assert lead(rssi) == "Le DMP est inaccessible à tous : certificat absent."


def test_a_chain_found_altered_is_said_before_what_can_wait(rssi: Account) -> None:
    MatrixRevision.objects.update(created_at=clock.now() - timedelta(days=400))
    verified(rssi, "altérée")
    assert lead(rssi) == "La chaîne de traces a été trouvée altérée."


@pytest.mark.parametrize("role", [Role.RSSI, Role.DPO])
def test_the_desk_tells_certificates_causes_emergencies_rights_and_the_chain(
    client: Client, ready: Ready, role: Role, django_assert_max_num_queries: Any
) -> None:
    officer = make_account(ready.account.legal_entity, roles=(role,))
    login(client, officer)
    verified(officer)
    assert isinstance(services.bris_de_glace_open(ready.access, TRUE), Opening)
    ready.world.fail("TD0.2", SoapFault("Refusé.", remote_code="DMPAccessDenied", remote_text="liste blanche"))
    with pytest.raises(SoapFault):
        gateway.status(ready.access)
    with django_assert_max_num_queries(30):
        page = client.get("/rssi/").content.decode()
    for words in (
        "Authentification (TLS mutuel)",
        "jours",
        "Patient inconscient",
        "Matrice d’habilitation modifiée",
        "intacte",
        "Numéros RPPS",
    ):
        assert words in page, words
    assert page.count('name="csrfmiddlewaretoken"') >= 3, "verify and extract from here"


def test_what_happens_in_another_legal_entity_is_not_told_here(rssi: Account, world: World) -> None:
    verified(rssi)
    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    assert isinstance(services.bris_de_glace_open(other.access, TRUE), Opening)
    verified(other.account, "altérée")
    assert lead(rssi) == ""
