"""Local login: password, then a second factor; throttling; temporary passwords; step-up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from support.hospital import PASSWORD, login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.models import Account, OpenSession, Throttle, TotpDevice
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, passwords
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


def with_totp(account: Account) -> pyotp.TOTP:
    session = SessionStore()
    totp = pyotp.TOTP(codes.begin_totp(session))
    # Confirmed with the code of two minutes ago: the one of now is still to be used.
    before = clock.now() - timedelta(minutes=2)
    assert codes.confirm_totp(session, account, totp.at(before), before, actor(account, None))
    return totp


def give_password(client: Client, account: Account, password: str = PASSWORD, suite: str = "") -> Any:
    return client.post(f"/connexion/?suite={suite}", {"login": account.login, "password": password})


def session_proof(client: Client) -> SessionProof | None:
    return proofs.read(client.session)


def test_password_then_code_opens_a_session_with_two_factors_and_its_trace(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    totp = with_totp(account)
    answer = give_password(client, account, suite="/mon-compte/facteurs/")
    assert answer["Location"] == "/connexion/second-facteur/"
    answer = client.post("/connexion/second-facteur/", {"code": totp.now()})
    assert answer["Location"] == "/mon-compte/facteurs/"
    proof = session_proof(client)
    assert proof is not None
    assert proof.two_factors
    assert set(proof.factors) == {"connaissance", "possession"}
    trace = Trace.objects.get(event="connexion.reussie")
    assert trace.account_id == account.pk
    assert trace.proof["means"] == "totp"


def test_the_password_alone_opens_nothing(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    with_totp(account)
    give_password(client, account)
    assert client.get("/")["Location"].startswith("/connexion/")


def test_the_session_key_changes_at_each_step_and_the_old_one_is_dead(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    totp = with_totp(account)
    client.get("/connexion/")
    client.session.save()
    give_password(client, account)
    half = client.session.session_key
    client.post("/connexion/second-facteur/", {"code": totp.now()})
    assert client.session.session_key != half
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = str(half)
    assert thief.get("/")["Location"].startswith("/connexion/")


def test_a_code_is_used_once(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    totp = with_totp(account)
    code = totp.now()
    assert codes.check_totp(account, code, clock.now())
    give_password(client, account)
    answer = client.post("/connexion/second-facteur/", {"code": code})
    assert answer.status_code == 422
    assert "a déjà servi" in answer.content.decode()


@pytest.mark.parametrize("drift", [-90, -61, 61, 90])
def test_a_code_of_another_time_is_refused(drift: int) -> None:
    account = make_account(password=PASSWORD)
    totp = with_totp(account)
    now = clock.now()
    assert not codes.check_totp(account, totp.at(now + timedelta(seconds=drift)), now)


def test_the_totp_secret_is_not_readable_in_the_database() -> None:
    session = SessionStore()
    secret = codes.begin_totp(session)
    assert secret not in str(dict(session.items()))
    now = clock.now()
    account = make_account()
    assert codes.confirm_totp(session, account, pyotp.TOTP(secret).at(now), now, actor(account, None))
    assert secret.encode() not in bytes(TotpDevice.objects.get().secret)


def test_a_secret_that_is_not_confirmed_is_shown_to_one_session_alone(client: Client) -> None:
    """Whoever knows the password before the owner has enrolled must not walk away with her future codes."""
    account = make_account(password=PASSWORD)
    thief = Client()
    for browser in (client, thief):
        give_password(browser, account)
    seen = [
        [browser.get("/connexion/enrolement/application/").context["secret"] for _ in range(2)]
        for browser in (client, thief)
    ]
    assert seen[0][0] == seen[0][1]
    assert seen[1][0] == seen[1][1]
    assert seen[0][0] != seen[1][0]


def test_a_recovery_code_opens_the_application_but_not_the_dmp_and_says_why(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    with_totp(account)
    code = codes.renew_recovery_codes(account, actor(account, None))[0]
    give_password(client, account)
    answer = client.post("/connexion/second-facteur/", {"recovery": code.upper().replace("-", " ")}, follow=True)
    assert answer.status_code == 200
    assert "Le DMP reste fermé" in answer.content.decode()
    proof = session_proof(client)
    assert proof is not None
    assert not proof.two_factors
    assert proof.factors == ("connaissance",)


def test_a_recovery_code_is_used_once() -> None:
    account = make_account()
    code = codes.renew_recovery_codes(account, actor(account, None))[3]
    assert codes.use_recovery_code(account, code, clock.now())
    assert not codes.use_recovery_code(account, code, clock.now())


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Client) -> None:
    account = make_account(password=PASSWORD)
    wrong = client.post("/connexion/", {"login": account.login, "password": "pas le bon"})
    unknown = client.post("/connexion/", {"login": "personne", "password": "pas le bon"})
    assert wrong.status_code == unknown.status_code == 422
    for answer in (wrong, unknown):
        assert "Identifiant ou mot de passe incorrect." in answer.content.decode()


def test_after_five_failures_even_the_right_password_waits_and_is_told_until_when(client: Client) -> None:
    account = make_account(password=PASSWORD)
    for _ in range(5):
        give_password(client, account, "non")
    answer = give_password(client, account)
    assert answer.status_code == 422
    assert "suspendues jusqu’à" in answer.content.decode()
    Throttle.objects.update(blocked_until=clock.now() - timedelta(seconds=1))
    assert give_password(client, account)["Location"] == "/connexion/enrolement/"


def test_an_unknown_name_is_suspended_like_a_known_one(client: Client) -> None:
    for _ in range(5):
        client.post("/connexion/", {"login": "personne", "password": "x"})
    answer = client.post("/connexion/", {"login": "Personne ", "password": "x"})
    assert "suspendues jusqu’à" in answer.content.decode()


def test_what_was_typed_in_the_name_field_is_kept_nowhere(client: Client) -> None:
    client.post("/connexion/", {"login": "mon-secret-tapé-ici", "password": "x"})
    assert not Throttle.objects.filter(key__contains="secret").exists()
    assert "mon-secret" not in str(list(Trace.objects.values()))


def test_five_wrong_codes_suspend_the_second_factor(client: Client) -> None:
    account = make_account(password=PASSWORD)
    totp = with_totp(account)
    give_password(client, account)
    for _ in range(5):
        client.post("/connexion/second-facteur/", {"code": "000000"})
    answer = client.post("/connexion/second-facteur/", {"code": totp.now()})
    assert "suspendues jusqu’à" in answer.content.decode()


def test_a_half_login_dies_after_ten_minutes(client: Client) -> None:
    account = make_account(password=PASSWORD)
    totp = with_totp(account)
    give_password(client, account)
    session = client.session
    session["pending"] = session["pending"] | {"at": (clock.now() - timedelta(minutes=11)).isoformat()}
    session.save()
    assert client.post("/connexion/second-facteur/", {"code": totp.now()})["Location"] == "/connexion/?fin=trop-long"


def test_a_temporary_password_only_serves_to_choose_another_then_to_enrol(client: Client) -> None:
    account = make_account(roles=())
    temporary = passwords.hand_over(account, actor(account, None), clock.now())
    assert give_password(client, account, temporary)["Location"] == "/connexion/nouveau-mot-de-passe/"
    assert client.get("/connexion/enrolement/")["Location"] == "/connexion/?fin=trop-long"
    same = client.post("/connexion/nouveau-mot-de-passe/", {"password": temporary, "again": temporary})
    assert same.status_code == 422
    chosen = client.post("/connexion/nouveau-mot-de-passe/", {"password": PASSWORD, "again": PASSWORD})
    assert chosen["Location"] == "/connexion/enrolement/"
    page = client.get("/connexion/enrolement/application/")
    assert page.status_code == 200
    secret = page.context["secret"].replace(" ", "")
    answer = client.post("/connexion/enrolement/application/", {"code": pyotp.TOTP(secret).now()})
    assert answer["Location"] == "/mon-compte/codes-de-secours/"
    proof = session_proof(client)
    assert proof is not None
    assert proof.two_factors
    shown = client.post("/mon-compte/codes-de-secours/")
    assert len(shown.context["codes"]) == 10


def test_a_temporary_password_dies_after_a_week(client: Client) -> None:
    account = make_account()
    temporary = passwords.hand_over(account, actor(account, None), clock.now() - timedelta(days=8))
    assert "a expiré" in give_password(client, account, temporary).content.decode()


@pytest.mark.parametrize("password", ["court", "motdepasse", "Rousseau Alix", "azertyuiop"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    account = make_account(family_name="Rousseau", roles=())
    temporary = passwords.hand_over(account, actor(account, None), clock.now())
    give_password(client, account, temporary)
    answer = client.post("/connexion/nouveau-mot-de-passe/", {"password": password, "again": password})
    assert answer.status_code == 422


def test_someone_with_a_factor_cannot_enrol_another_from_the_password_alone(client: Client) -> None:
    account = make_account(password=PASSWORD)
    with_totp(account)
    give_password(client, account)
    assert client.get("/connexion/enrolement/")["Location"] == "/connexion/?fin=trop-long"
    assert client.post("/connexion/enrolement/cle/options/").status_code == 403


def test_step_up_asks_for_password_and_code_together(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    totp = with_totp(account)
    login(client, account, "recovery")
    wrong = client.post("/mon-compte/confirmer/?suite=/x/", {"password": "faux", "code": totp.now()})
    assert wrong.status_code == 422
    account.refresh_from_db()
    right = client.post("/mon-compte/confirmer/?suite=/x/", {"password": PASSWORD, "code": totp.now()})
    assert right["Location"] == "/x/"
    proof = session_proof(client)
    assert proof is not None
    assert proof.two_factors


def test_an_old_proof_no_longer_opens_the_dmp() -> None:
    now = clock.now()
    proof = proofs.local("passkey", now - timedelta(hours=10))
    aged = proof.at(now, valid_for=timedelta(hours=10))
    assert not aged.two_factors
    assert aged.why_not == proofs.TOO_OLD
    assert proof.at(now, valid_for=timedelta(hours=11)).two_factors


def test_changing_one_s_factors_asks_for_a_fresh_proof(client: Client) -> None:
    account = make_account(roles=())
    proof = proofs.local("passkey", clock.now() - timedelta(minutes=16))
    login(client, account, proof)
    answer = client.get("/mon-compte/facteurs/application/")
    assert answer["Location"].startswith("/mon-compte/confirmer/")


def test_the_last_factor_cannot_be_removed(client: Client) -> None:
    account = make_account(roles=(), password=PASSWORD)
    with_totp(account)
    login(client, account, "totp")
    answer = client.post("/mon-compte/facteurs/application/retirer/", follow=True)
    assert "dernier second facteur" in answer.content.decode()
    assert TotpDevice.objects.filter(account=account).exists()


def test_inactivity_ends_the_session_and_says_so(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    session = client.session
    session["seen_at"] = (clock.now() - timedelta(minutes=31)).isoformat()
    session.save()
    answer = client.get("/", follow=True)
    assert "sans activité" in answer.content.decode()
    assert not OpenSession.objects.exists()


def test_a_session_ends_anyway_after_its_maximum(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    session = client.session
    session["started_at"] = (clock.now() - timedelta(hours=10)).isoformat()
    session.save()
    assert "durée maximale" in client.get("/", follow=True).content.decode()


def test_logout_ends_the_session_and_is_traced(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    key = client.session.session_key
    client.post("/deconnexion/")
    assert Trace.objects.filter(event="connexion.fin", account_id=account.pk).exists()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = str(key)
    assert thief.get("/")["Location"].startswith("/connexion/")


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"],
)
def test_no_login_leads_to_another_site(client: Client, address: str) -> None:
    account = make_account(roles=())
    login(client, account)
    assert client.get("/connexion/", {"suite": address})["Location"] == "/"
