"""Nothing secret and no trait of identity in the logs or in the traces, after everything that handles them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pyotp
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from support.evil_op import CLIENT_SECRET, EvilProvider, rsa_key
from support.hospital import PASSWORD, login, make_account, make_patient, make_rpps
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role, ScimToken
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes, passwords
from tramontane.hospital.accounts.views.scim import token_hash
from tramontane.hospital.config.logs import CATALOGUE, CatalogueFormatter
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Any:
    """What the application would write to its standard error."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(CatalogueFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_neither_logs_nor_traces_hold_a_secret_or_a_trait(
    client: Client, lines: io.StringIO, evil: EvilProvider, declare: Callable[..., None]
) -> None:
    secrets: list[str] = [PASSWORD, CLIENT_SECRET, "jeton-scim-secret", "faux-mot-de-passe"]
    account = make_account(roles=(Role.ACCOUNT_MANAGER, Role.RSSI), password=PASSWORD)
    patient = make_patient(account.legal_entity, birth_name="TRAITUNIQUE", birth_given_names="PRENOMUNIQUE")
    secrets += [patient.birth_name, patient.birth_given_names, "1954-03-12", "19540312", "12/03/1954"]
    # A local login, wrong then right, and recovery codes.
    session = SessionStore()
    totp = pyotp.TOTP(codes.begin_totp(session))
    secrets.append(totp.secret)
    codes.confirm_totp(session, account, totp.now(), clock.now(), actor(account, None))
    secrets += codes.renew_recovery_codes(account, actor(account, None))
    client.post("/connexion/", {"login": account.login, "password": "faux-mot-de-passe"})
    client.post("/connexion/", {"login": "faux-mot-de-passe", "password": PASSWORD})
    client.post("/connexion/", {"login": account.login, "password": PASSWORD})
    client.post("/connexion/second-facteur/", {"code": "000000"})
    login(client, account)
    secrets.append(str(client.session.session_key))
    # The desk: a temporary password, an import, a failed one.
    other = make_account(account.legal_entity)
    secrets.append(client.post(f"/comptes/{other.pk}/mot-de-passe/").context["password"])
    upload = BytesIO(b"identifiant;nom;prenom\nx;Nom;Prenom\n;;\n")
    upload.name = "c.csv"
    client.post("/comptes/import/", {"file": upload})
    # A delegated login that fails, then succeeds; its tokens.
    declare(evil)
    evil.identity = {"SubjectNameID": f"8{other.rpps}"}
    tokens: list[str] = []
    evil.id_token = lambda token: tokens.append(token) or token  # type: ignore[func-returns-value]
    evil.response = lambda body: tokens.append(body["access_token"]) or body  # type: ignore[func-returns-value]
    for key in (rsa_key("b"), rsa_key("a")):
        evil.signing_key = key
        visitor = Client()
        answer = evil.authorize(visitor.get("/connexion/oidc/psc/")["Location"])
        tokens += [answer["code"], answer["state"]]
        visitor.get("/connexion/oidc/psc/retour/", answer)
    assert len(tokens) >= 8
    # SCIM, refused and accepted; a page that fails; a search by INS.
    ScimToken.objects.create(
        legal_entity=account.legal_entity, name="RH", hash=token_hash("jeton-scim-secret"), created_at=clock.now()
    )
    for rpps in ("12345678901", make_rpps()):
        body = {"userName": f"s{rpps}", "name": {"familyName": "N", "givenName": "P"},
                "urn:tramontane:params:scim:schemas:extension:professional:1.0": {"rpps": rpps}}  # fmt: skip
        Client().post(
            "/scim/v2/Users",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": "Bearer jeton-scim-secret"},
        )
    client.post("/traces/", {"patient": patient.ins})
    client.get("/traces/?recherche=1")
    client.get("/introuvable/")
    chain.seal()

    written = lines.getvalue() + json.dumps(list(Trace.objects.values()), default=str, ensure_ascii=False)
    assert lines.getvalue().count("\n") > 3
    assert Trace.objects.count() > 8
    assert [secret for secret in secrets + tokens if secret in written] == []
    assert patient.ins not in lines.getvalue()


def record_of(name: str, message: str, **extra: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": name, "msg": message, "levelname": "WARNING", **extra})


def test_a_field_that_the_code_does_not_allow_never_reaches_the_line() -> None:
    line = json.loads(
        CatalogueFormatter().format(
            record_of("tramontane.x", "oidc.refused", provider="psc", token="eyJ", ins="2540369")
        )
    )
    assert line["code"] == "oidc.refused"
    assert line["provider"] == "psc"
    assert "token" not in line
    assert "ins" not in line


@pytest.mark.parametrize("hostile", ["a\nb", "a\r\nFAKE", "a\x00b", "a\u2028b", '"}', "%s%s%n", "\x1b[31m", "é" * 5000])
def test_one_event_stays_one_line(hostile: str) -> None:
    for made in (record_of("tramontane.x", hostile), record_of("tramontane.x", "oidc.refused", provider=hostile)):
        text = CatalogueFormatter().format(made)
        assert "\n" not in text
        assert "\r" not in text
        json.loads(text)


def test_an_exception_is_its_type_and_place_not_what_it_quotes() -> None:
    try:
        raise ValueError("MARTIN Jeanne 12/03/1954")
    except ValueError as error:
        made = record_of(
            "django.request", "Internal Server Error: %s", exc_info=(type(error), error, error.__traceback__)
        )
    line = json.loads(CatalogueFormatter().format(made))
    assert line["exception"] == "ValueError"
    assert "MARTIN" not in json.dumps(line)
    assert "test_secrets.py" in line["at_code"]


def test_every_code_that_the_application_logs_is_in_the_catalogue() -> None:
    import ast
    from pathlib import Path

    import tramontane.hospital

    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    unknown = []
    for path in Path(tramontane.hospital.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in levels):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id in ("logger", "log"):
                code = str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else "?"
                if code not in CATALOGUE:
                    unknown.append(f"{path.name}:{node.lineno} {code}")
    assert unknown == []


def test_a_temporary_password_has_79_bits() -> None:
    account = make_account()
    given = {passwords.hand_over(account, actor(account, None), clock.now()) for _ in range(20)}
    assert len(given) == 20
    assert all(len(password) == 19 for password in given)
