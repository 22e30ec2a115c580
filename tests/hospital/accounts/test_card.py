"""CPx card login: a certificate is believed from the proxy's socket with the key of the channel, then judged."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from support.hospital import login, make_account, make_legal_entity, make_rpps
from support.pki import TestPki, pki
from tramontane.cli.hospital import hospital
from tramontane.demo.pki import Credentials, Person, Profile, pem
from tramontane.hospital.accounts import proof as proofs
from tramontane.hospital.accounts.card.door import DoorError, build, door
from tramontane.hospital.accounts.models import Account, OpenSession, Role
from tramontane.hospital.config.checks import findings
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db
SOCKET = "/run/tramontane/proxy.sock"
KEY = "k" * 40
HOST = "localhost:8443"
PATH = "/connexion/carte/?suite=/mon-compte/facteurs/"


def card_of(rpps: str, **fields: Any) -> Credentials:
    """An authentication card; one key pair serves them all."""
    return card_named(f"8{rpps}", **fields)


def card_named(ps_idnat: str, profile: Profile = Profile.AUTH_CLI, **fields: Any) -> Credentials:
    return pki().demo.issue_cps(Person(ps_idnat, "LIBRE", "MAX"), profile, key=pki().auth.key, **fields)


def escaped(*certificates: x509.Certificate) -> str:
    """As nginx writes it."""
    return quote(pem(*certificates).decode(), safe="")


def byte_sequence(certificate: x509.Certificate) -> str:
    """As RFC 9440 writes it."""
    return f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


@pytest.fixture
def files(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's door, and the authorities it names."""
    monkeypatch.setenv("CARD_KEY", KEY)
    write_trust(tmp_path, pki(), pki().crls)
    description = {
        "address": f"https://{HOST}",
        "authorities": str(tmp_path / "cards.pem"),
        "crl": str(tmp_path / "cards.crl.pem"),
        "channel_key_env": "CARD_KEY",
    }
    (tmp_path / "door.yaml").write_text(yaml.safe_dump(description))
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, card_file=str(tmp_path / "door.yaml"), trusted_proxy_socket=SOCKET
    )
    return tmp_path


def write_trust(directory: Path, known: TestPki, crls: tuple[x509.CertificateRevocationList, ...]) -> None:
    (directory / "cards.pem").write_bytes(pem(*known.anchors, *known.intermediates))
    (directory / "cards.crl.pem").write_bytes(pem(*crls))


def channel(written: str, **changes: str) -> dict[str, Any]:
    """A request as the application receives it from the proxy."""
    extra = {"REMOTE_ADDR": "", "SERVER_NAME": SOCKET, "SERVER_PORT": "0", "HTTP_HOST": HOST}
    return {"secure": True, **extra, "HTTP_X_TRAMONTANE_CARD": f"{KEY};{written}"} | changes


def present(
    client: Client, written: str, method: str = "get", data: dict[str, Any] | None = None, **changes: str
) -> Any:
    """The request of someone whose browser gave this certificate to the proxy."""
    extra = channel(written, **changes)
    return client.get(PATH, **extra) if method == "get" else client.post(PATH, data or {}, **extra)


def assert_refused(client: Client, answer: Any, code: str) -> None:
    assert answer.status_code == 403
    assert f"<code>{code}</code>" in answer.content.decode()
    assert proofs.read(client.session) is None
    assert not OpenSession.objects.exists()
    assert Trace.objects.filter(event="connexion.refusee", detail__reason=f"carte : {code}").exists()


@pytest.mark.parametrize("write", [escaped, byte_sequence])
def test_a_valid_card_says_whose_it_is_then_opens_a_session_with_two_factors(
    client: Client, files: Path, write: Callable[[x509.Certificate], str]
) -> None:
    account = make_account(roles=(Role.ADMISSIONS,))
    card = card_of(str(account.rpps))
    page = present(client, write(card.certificate))
    assert page.status_code == 200
    assert account.display_name in page.content.decode()
    assert proofs.read(client.session) is None, "looking at the page opens nothing"
    answer = present(client, write(card.certificate), "post")
    assert answer["Location"] == "http://localhost:8000/mon-compte/facteurs/"
    proof = proofs.read(client.session)
    assert proof is not None
    assert (proof.means, proof.two_factors) == ("cpx", True)
    trace = Trace.objects.get(event="connexion.reussie")
    assert trace.rpps == account.rpps
    assert trace.proof["evidence"]["certificate_serial"] == f"{card.certificate.serial_number:x}"


def _other_channels() -> list[tuple[str, dict[str, str]]]:
    good = "GOOD"
    return [
        ("canal-inconnu", {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "127.0.0.1"}),
        ("canal-inconnu", {"REMOTE_ADDR": "10.0.0.9"}),
        ("canal-inconnu", {"SERVER_NAME": "/run/another.sock"}),
        ("canal-inconnu", {"SERVER_NAME": ""}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": good}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": f";{good}"}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": f"{KEY[:-1]};{good}"}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": f"{KEY}x;{good}"}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": f"é{KEY};{good}"}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": f"{good}, {KEY};{good}"}),
        ("canal-sans-cle", {"HTTP_X_TRAMONTANE_CARD": ""}),
    ]


@pytest.mark.parametrize(("code", "changes"), _other_channels())
def test_a_certificate_from_another_channel_is_refused(
    client: Client, files: Path, code: str, changes: dict[str, str]
) -> None:
    good = escaped(card_of(str(make_account().rpps)).certificate)
    forged = {name: value.replace("GOOD", good) for name, value in changes.items()}
    for method in ("get", "post"):
        assert_refused(client, present(client, good, method, **forged), code)


def test_a_socket_that_is_not_configured_is_no_channel(client: Client, files: Path, settings: Any) -> None:
    good = escaped(card_of(str(make_account().rpps)).certificate)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, trusted_proxy_socket="")
    with pytest.raises(DoorError, match="TRUSTED_PROXY_SOCKET"):
        present(client, good)
    assert "ma carte" not in client.get("/connexion/").content.decode()


def _written_otherwise(good: x509.Certificate, other: x509.Certificate) -> list[str]:
    der = base64.b64encode(good.public_bytes(Encoding.DER)).decode()
    text = pem(good).decode()
    return [
        der,
        f":{der}",
        f":{der}:, :{der}:",
        f":{der[:-4]}:",
        f":{der}AAAA:",
        f":{der.replace('A', '-', 1)}:",
        "::",
        ":",
        text,
        text.replace("\n", " "),
        escaped(good, other),
        escaped(other, good),
        escaped(good) + "%0A",
        escaped(good)[:-3],
        "%20" + escaped(good),
        quote("x" + text, safe=""),
        quote(escaped(good), safe=""),
        f"{escaped(good)},{escaped(other)}",
        escaped(good) + "%00",
        escaped(good) + "%FF",
        "-----BEGIN%20CERTIFICATE-----",
        quote(text.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), safe=""),
        escaped(good) + "A" * 20_000,
    ]


def test_anything_but_one_certificate_written_as_agreed_is_refused(client: Client, files: Path) -> None:
    good = card_of(str(make_account().rpps)).certificate
    cases = _written_otherwise(good, card_of(str(make_account().rpps)).certificate)
    for written in cases:
        assert_refused(client, present(client, written, "post"), "certificat-illisible")
    assert_refused(client, present(client, ""), "carte-absente")


def _bad_cards() -> list[tuple[str, Callable[[str], x509.Certificate]]]:
    """Refusal, and the card of a RPPS that earns it."""
    now = pki().now
    return [
        ("certificat-usage", lambda rpps: card_of(rpps, profile=Profile.SIGN).certificate),
        ("certificat-usage", lambda rpps: card_of(rpps, profile=Profile.NO_EKU).certificate),
        ("certificat-usage", lambda rpps: card_of(rpps, profile=Profile.SERVER).certificate),
        ("certificat-validite", lambda rpps: card_of(rpps, not_after=now - timedelta(hours=1)).certificate),
        ("certificat-chaine", _of_twin),
        ("carte-sans-personne", lambda rpps: pki().auth.certificate),
        ("carte-sans-rpps", lambda rpps: card_named(rpps).certificate),
        ("carte-sans-personne", lambda rpps: card_named("8" + "1" * 11).certificate),
        ("carte-sans-rpps", lambda rpps: card_named("3" + "990000010/1234").certificate),
        ("carte-sans-rpps", lambda rpps: card_named("0" + "691234567").certificate),
    ]


def _of_twin(rpps: str) -> x509.Certificate:
    return pki().twin.issue_cps(Person(f"8{rpps}", "LIBRE", "MAX"), Profile.AUTH_CLI, key=pki().auth.key).certificate


@pytest.mark.parametrize(("code", "make"), _bad_cards())
def test_another_certificate_is_refused_and_says_why(
    client: Client, files: Path, code: str, make: Callable[[str], x509.Certificate]
) -> None:
    written = escaped(make(str(make_account().rpps)))
    for method in ("get", "post"):
        assert_refused(client, present(client, written, method), code)


def test_a_revoked_card_is_refused_as_soon_as_the_new_list_is_there(client: Client, files: Path) -> None:
    account = make_account(roles=(Role.ADMISSIONS,))
    card = card_of(str(account.rpps))
    assert present(client, escaped(card.certificate)).status_code == 200
    pki().demo.revoke(card.certificate)
    write_trust(files, pki(), pki().crls)
    assert_refused(client, present(client, escaped(card.certificate), "post"), "certificat-revocation")


def test_stale_or_missing_lists_refuse_every_card(client: Client, files: Path) -> None:
    written = escaped(card_of(str(make_account().rpps)).certificate)
    write_trust(files, pki(), pki().stale_crls)
    assert_refused(client, present(client, written, "post"), "certificat-crl")
    write_trust(files, pki(), pki().crls[:1])
    assert_refused(client, present(client, written, "post"), "certificat-crl")
    (files / "cards.crl.pem").unlink()
    assert_refused(client, present(client, written, "post"), "autorites-illisibles")


def test_a_card_whose_issuer_is_not_listed_is_refused_though_its_root_is(client: Client, files: Path) -> None:
    written = escaped(card_of(str(make_account().rpps)).certificate)
    known = pki().demo
    (files / "cards.pem").write_bytes(pem(*known.anchors, known.organisations.certificate))
    assert_refused(client, present(client, written, "post"), "certificat-chaine")


def test_a_card_nobody_here_has_and_a_closed_account_are_refused(client: Client, files: Path) -> None:
    gone = make_account(is_active=False)
    for rpps in (str(gone.rpps), make_rpps()):
        answer = present(client, escaped(card_of(rpps).certificate), "post")
        assert_refused(client, answer, "compte-inconnu")


def test_a_card_with_accounts_in_two_establishments_asks_which(client: Client, files: Path) -> None:
    first = make_account(make_legal_entity(name="CH A"), roles=(Role.ADMISSIONS,))
    second = make_account(make_legal_entity(name="CH B"), roles=(Role.ADMISSIONS,), rpps=first.rpps)
    written = escaped(card_of(str(first.rpps)).certificate)
    page = present(client, written).content.decode()
    assert page.index("CH A") < page.index("CH B")
    for wrong in ({}, {"account": str(make_account().pk)}):
        assert present(client, written, "post", wrong).status_code == 422
    assert not OpenSession.objects.exists()
    present(client, written, "post", {"account": str(second.pk)})
    assert OpenSession.objects.get().account == second


def test_a_card_strengthens_its_own_person_s_session_and_no_other(client: Client, files: Path) -> None:
    account = make_account(roles=(Role.ADMISSIONS,))
    login(client, account, "password")
    other = escaped(card_of(str(make_account().rpps)).certificate)
    refused = present(client, other, "post")
    assert refused.status_code == 403
    assert "<code>autre-personne</code>" in refused.content.decode()
    present(client, escaped(card_of(str(account.rpps)).certificate), "post")
    proof = proofs.read(client.session)
    assert proof is not None
    assert (proof.means, proof.two_factors) == ("cpx", True)


def test_the_form_is_protected_and_may_lead_back_to_the_application(files: Path) -> None:
    account = make_account()
    client = Client(enforce_csrf_checks=True)
    written = escaped(card_of(str(account.rpps)).certificate)
    page = present(client, written)
    assert "form-action 'self' http://localhost:8000" in page["Content-Security-Policy"]
    assert present(client, written, "post").status_code == 403
    assert not OpenSession.objects.exists()


def test_the_card_is_offered_at_its_own_address_and_only_when_it_is_configured(
    client: Client, files: Path, settings: Any
) -> None:
    assert f'href="https://{HOST}/connexion/carte/?suite=%2F"' in client.get("/connexion/").content.decode()
    assert client.get(PATH)["Location"] == f"https://{HOST}/connexion/carte/?suite=%2Fmon-compte%2Ffacteurs%2F"
    login(client, make_account())
    assert "Confirmer avec ma carte" in client.get("/mon-compte/confirmer/").content.decode()
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, card_file="")
    assert "ma carte" not in Client().get("/connexion/").content.decode()
    assert "ma carte" not in client.get("/mon-compte/confirmer/").content.decode()
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"address": "http://localhost:8443"}, "https"),
        ({"address": "https://evil.example:8443"}, "même hôte"),
        ({"channel_key_env": "SHORT"}, "channel_key_env"),
        ({"channel_key_env": "MISSING"}, "channel_key_env"),
        ({"more": "1"}, "champs attendus"),
    ],
)
def test_a_door_that_is_not_safe_is_not_built(files: Path, change: dict[str, str], named: str) -> None:
    description = yaml.safe_load((files / "door.yaml").read_text()) | change
    with pytest.raises(DoorError, match=named):
        build(description, {"CARD_KEY": KEY, "SHORT": "court"})
    found = door()
    assert found is not None
    assert KEY not in repr(found)


def test_a_refused_card_leaves_no_certificate_and_no_name_in_the_trace(client: Client, files: Path) -> None:
    account: Account = make_account()
    present(client, escaped(card_of(str(account.rpps), profile=Profile.SIGN).certificate))
    kept = str(list(Trace.objects.values()))
    assert "LIBRE" not in kept
    assert "CERTIFICATE" not in kept
    assert KEY not in kept


def test_the_application_listens_on_the_trusted_socket_or_not_at_all(files: Path) -> None:
    refused = CliRunner().invoke(hospital, ["serve", "--port", "8099"])
    assert refused.exit_code == 2
    assert f"--socket {SOCKET}" in refused.output


def test_the_check_says_whether_cards_are_accepted(files: Path) -> None:
    assert any("Cartes CPx lues à" in finding.sentence for finding in findings())
    write_trust(files, pki(), pki().stale_crls)
    assert any("aucune carte n’est acceptée" in finding.sentence for finding in findings())
    (files / "door.yaml").write_text("address: x")
    assert any("champs attendus" in finding.sentence for finding in findings())
