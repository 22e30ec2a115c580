"""A password given by someone else: who may give it, to whom, what it opens, and that the person is told."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from django.test import Client

from support.hospital import PASSWORD, login, make_account, make_legal_entity
from tramontane.hospital import clock
from tramontane.hospital.accounts import authority
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, Movement, Role, TotpDevice
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, importing, passwords

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Account:
    account = make_account(roles=(Role.ACCOUNT_MANAGER,), given_name="Camille", family_name="Durand")
    login(client, account)
    return account


def hand(client: Client, account: Account) -> Any:
    return client.post(f"/comptes/{account.pk}/mot-de-passe/", follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("role", list(Role))
def test_every_role_says_who_may_give_it(role: Role) -> None:
    assert authority.GIVERS[role]
    assert not authority.beyond(make_account(roles=authority.GIVERS[role][:1]), [role.value])


def test_every_role_has_its_word_in_files() -> None:
    assert set(importing.ROLE_NAMES) == set(Role.values)


@pytest.mark.parametrize("role", [Role.RSSI, Role.DPO, Role.HOMOLOGATION, Role.DIRECTION])
def test_no_password_for_a_person_with_a_stronger_role(client: Client, manager: Account, role: Role) -> None:
    watcher = make_account(manager.legal_entity, roles=(Role.CLINICIAN, role), password=PASSWORD)
    watcher.recovery_codes.create(hash="x")
    answer = hand(client, watcher)
    assert "hors de votre portée" in text(answer)
    assert "Remettre un mot de passe" not in text(client.get(f"/comptes/{watcher.pk}/"))
    watcher.refresh_from_db()
    assert watcher.check_password(PASSWORD)
    assert watcher.recovery_codes.exists(), "its factors are kept"


def test_who_holds_the_role_too_may_hand_the_password(client: Client) -> None:
    both = make_account(roles=(Role.ACCOUNT_MANAGER, Role.RSSI))
    login(client, both)
    assert hand(client, make_account(both.legal_entity, roles=(Role.RSSI,))).context["password"]


def values(account: Account, **changes: Any) -> dict[str, Any]:
    kept = {name: getattr(account, name) or "" for name in ("login", "family_name", "given_name", "rpps", "profession")}
    return kept | {"roles": account.roles} | changes


def test_a_stronger_role_is_neither_given_nor_taken_back(client: Client, manager: Account) -> None:
    colleague = make_account(manager.legal_entity, roles=(Role.CLINICIAN,))
    watcher = make_account(manager.legal_entity, roles=(Role.RSSI,))
    answer = client.post(f"/comptes/{colleague.pk}/", values(colleague, roles=["clinician", "rssi"]))
    assert answer.status_code == 422
    assert "hors de votre portée" in text(answer)
    client.post(f"/comptes/{watcher.pk}/", values(watcher, roles=["clinician"]))
    watcher.refresh_from_db()
    assert watcher.roles == ["clinician", "rssi"], "what is out of reach stays, beside what was given"
    assert 'value="rssi"' not in text(client.get(f"/comptes/{watcher.pk}/"))
    assert (
        client.post(f"/comptes/{watcher.pk}/", values(watcher, family_name="Nouveau", roles=["clinician"])).status_code
        == 302
    )


def test_nobody_changes_their_own_roles_or_rpps(client: Client, manager: Account) -> None:
    for changes in ({"roles": ["account_manager", "clinician"]}, {"rpps": make_account(make_legal_entity()).rpps}):
        answer = client.post(f"/comptes/{manager.pk}/", values(manager, **changes))
        assert answer.status_code == 422
        assert "demandez-le à un collègue" in text(answer)


def test_a_file_does_not_give_what_its_sender_may_not(client: Client, manager: Account) -> None:
    data = b"identifiant;nom;prenom;roles\na;A;A;rssi\nb;B;B;soignant\n"
    rehearsed = importing.rehearse(manager.legal_entity, data, clock.now(), manager)
    applied = importing.apply(manager.legal_entity, data, actor(manager, None))
    assert [line.action for line in rehearsed.lines] == [line.action for line in applied.lines] == ["refuse", "create"]


@pytest.mark.parametrize("means", ["password", "recovery"])
def test_a_session_with_one_factor_hands_no_password(client: Client, means: str) -> None:
    manager = make_account(roles=(Role.ACCOUNT_MANAGER,))
    login(client, manager, means)
    account = make_account(manager.legal_entity, password=PASSWORD)
    answer = client.post(f"/comptes/{account.pk}/mot-de-passe/")
    assert answer["Location"].startswith("/mon-compte/confirmer/")
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_a_temporary_password_never_counts_even_with_a_right_code(client: Client) -> None:
    account = make_account(roles=(Role.ADMISSIONS,))
    secret = pyotp.random_base32()
    TotpDevice.objects.create(account=account, secret=codes.sealed(secret), confirmed_at=clock.now())
    temporary = passwords.hand_over(account, actor(account, None), clock.now())
    assert client.post("/connexion/", {"login": account.login, "password": temporary})["Location"].endswith(
        "/nouveau-mot-de-passe/"
    )
    answer = client.post("/connexion/second-facteur/", {"code": pyotp.TOTP(secret).now()})
    assert answer["Location"] == "/connexion/nouveau-mot-de-passe/"
    assert proofs.read(client.session) is None
    login(client, account, "recovery")
    page = client.post("/mon-compte/confirmer/", {"password": temporary, "code": pyotp.TOTP(secret).now()})
    assert 'name="code"' not in text(page)
    proof = proofs.read(client.session)
    assert proof is not None
    assert not proof.two_factors


def test_the_person_is_told_who_handed_it_at_first_sight_and_at_login(client: Client, manager: Account) -> None:
    account = make_account(manager.legal_entity, roles=(Role.ADMISSIONS,))
    temporary = hand(client, account).context["password"]
    own = Client()
    own.post("/connexion/", {"login": account.login, "password": temporary})
    assert "par Camille Durand" in text(own.get("/connexion/nouveau-mot-de-passe/"))
    own.post("/connexion/nouveau-mot-de-passe/", {"password": PASSWORD, "again": PASSWORD})
    secret = own.get("/connexion/enrolement/application/").context["secret"].replace(" ", "")
    opened = own.post("/connexion/enrolement/application/", {"code": pyotp.TOTP(secret).now()}, follow=True)
    assert "remis en votre nom par Camille Durand" in text(opened)
    assert "remis en votre nom par" not in text(own.get("/mon-compte/codes-de-secours/")), "said once"
    assert "par Camille Durand" in text(own.get("/mon-compte/facteurs/")), "and kept"


def test_the_person_is_told_even_if_someone_else_used_the_password_or_she_logs_in_otherwise(client: Client) -> None:
    account = make_account()
    passwords.hand_over(account, actor(make_account(account.legal_entity), None), clock.now())
    passwords.hand_over(account, actor(make_account(account.legal_entity), None), clock.now())
    assert len(passwords.tell(account, clock.now())) == 2
    assert passwords.tell(account, clock.now()) == []
    assert account.movements.filter(kind=Movement.Kind.PASSWORD, told_at=None).count() == 0
