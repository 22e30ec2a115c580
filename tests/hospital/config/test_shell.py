"""Health, metrics, errors, checks, environment: what the operator leans on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.test.client import RequestFactory

from support.hospital import login, make_account, make_legal_entity
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.config import checks, views
from tramontane.hospital.config.environment import DEFAULTS, PREFIX, ConfigurationError, read_environment
from tramontane.hospital.config.findings import Level
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

pytestmark = pytest.mark.django_db


def test_alive_says_nothing_of_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_database", lambda: False)
    assert client.get("/health/live").status_code == 200


def test_ready_needs_the_database_and_its_tables(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/ready").json() == {"database": True, "migrations": True, "disk": True}
    monkeypatch.setattr(views, "migrated", lambda: False)
    assert client.get("/health/ready").status_code == 503

    def broken() -> Any:
        raise DatabaseError("secret of the connection string")

    monkeypatch.setattr("tramontane.hospital.config.views.connection.cursor", broken)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert b"secret" not in answer.content


def test_a_disk_without_room_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SMALLEST_ROOM", 2**62)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["disk"]) == (503, False)


def test_metrics_count_requests_by_view_and_name_nobody(client: Client) -> None:
    account = make_account(roles=())
    login(client, account)
    client.get("/mon-compte/facteurs/")
    text = client.get("/metrics").content.decode()
    assert re.search(r'tramontane_requests_total\{method="GET",status="200",view="accounts:factors"\} \d', text)
    assert "tramontane_open_sessions 1.0" in text
    assert account.login not in text


def test_methods_that_a_client_invents_are_counted_together(client: Client) -> None:
    for invented in ("RANSACK", "PILLAGE"):
        client.generic(invented, "/health/live")
    text = client.get("/metrics").content.decode()
    assert 'method="other"' in text
    assert not re.search("RANSACK|PILLAGE", text)


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "10.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_metrics_are_for_this_machine_only(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", **headers).status_code == 403  # type: ignore[arg-type]


def test_metrics_with_a_token_ask_for_it(client: Client, settings: Any) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, metrics_token="jeton")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer jeton"}).status_code == 200


def test_errors_speak_french(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    login(client, make_account(roles=()))
    missing = client.get("/rien-ici/")
    assert (missing.status_code, "Cette page n’existe pas" in missing.content.decode()) == (404, True)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    expired = strict.post("/connexion/", {"login": "x"})
    assert (expired.status_code, "Ce formulaire a expiré" in expired.content.decode()) == (403, True)

    def broken(*_args: object) -> None:
        raise RuntimeError("trait de Jeanne")

    monkeypatch.setattr("tramontane.hospital.accounts.views.login.providers", broken)
    failed = strict.get("/connexion/")
    assert failed.status_code == 500
    assert "Ce n’est pas de votre fait" in failed.content.decode()
    assert "Jeanne" not in failed.content.decode()


def test_every_answer_carries_a_content_policy_without_inline_script(client: Client) -> None:
    policy = client.get("/connexion/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert client.get("/connexion/")["X-Frame-Options"] == "DENY"


def test_no_template_of_ours_has_an_inline_script_style_or_handler() -> None:
    import tramontane.hospital
    import tramontane.ui

    roots = [Path(tramontane.ui.__file__).parent, Path(tramontane.hospital.__file__).parent / "accounts"]
    guilty = [
        path.name
        for root in roots
        for path in root.rglob("*.html")
        if re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def sentences(level: Level) -> list[str]:
    return [finding.sentence for finding in checks.findings() if finding.level is level]


def test_an_empty_installation_is_told_how_to_start() -> None:
    assert any("create-entity" in sentence for sentence in sentences(Level.FAILURE))


def test_an_installation_with_its_people_has_nothing_that_blocks() -> None:
    make_account(roles=(Role.ACCOUNT_MANAGER,))
    assert sentences(Level.FAILURE) == []
    assert any("développement" in sentence for sentence in sentences(Level.WARNING))


def test_an_entity_without_site_or_manager_is_named() -> None:
    entity = make_legal_entity(site=False)
    assert any(entity.name in sentence and "aucun site" in sentence for sentence in sentences(Level.FAILURE))
    assert any(entity.name in sentence and "gérer les comptes" in sentence for sentence in sentences(Level.WARNING))


def test_a_late_seal_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        record(Event("dossier.ouvert", Actor("690000001")))
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr("tramontane.hospital.clock.now", lambda: later)
    assert any("attendent leur sceau" in sentence for sentence in sentences(Level.WARNING))
    chain.seal()
    assert not any("attendent leur sceau" in sentence for sentence in sentences(Level.WARNING))


def test_an_unreachable_provider_blocks_and_is_named(settings: Any, tmp_path: Path) -> None:
    make_account(roles=(Role.ACCOUNT_MANAGER,))
    file = tmp_path / "p.yaml"
    file.write_text(
        "providers: [{key: psc, profile: pro-sante-connect, client_id: x, issuer: 'http://127.0.0.1:9', discovery: ''}]"
    )
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, providers_file=str(file))
    assert any("Pro Santé Connect (psc)" in sentence for sentence in sentences(Level.FAILURE))


def test_an_extraction_certificate_that_cannot_be_read_blocks(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "x.p12").write_bytes(b"not a PKCS#12")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, extraction_p12=str(tmp_path / "x.p12"))
    assert any("illisible" in sentence for sentence in sentences(Level.FAILURE))


PRODUCTION = {
    "TRAMONTANE_ENV": "production",
    "TRAMONTANE_SECRET_KEY": "x" * 50,
    "TRAMONTANE_BASE_URL": "https://dmp.ch-exemple.fr",
    "TRAMONTANE_DATABASE_URL": "postgresql://x/y",
}


def test_a_production_environment_is_read() -> None:
    environment = read_environment(PRODUCTION)
    assert environment.production
    assert environment.secure
    assert environment.host == "dmp.ch-exemple.fr"


@pytest.mark.parametrize("name", ["TRAMONTANE_SECRET_KEY", "TRAMONTANE_BASE_URL", "TRAMONTANE_DATABASE_URL"])
def test_production_refuses_what_is_missing_by_name(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read_environment({key: value for key, value in PRODUCTION.items() if key != name})


def test_every_fault_of_the_environment_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_environment(
            {"TRAMONTANE_ENV": "production", "TRAMONTANE_SESSION_HOURS": "dix", "TRAMONTANE_ACCENT": "#ffff00"}
        )
    assert len(caught.value.faults) == 5


def test_the_client_s_address_is_the_proxy_s_word_only_when_the_proxy_is_trusted(settings: Any) -> None:
    from tramontane.hospital.accounts.services.throttle import address_of

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.2.3")
    assert address_of(request) == "10.0.0.9"
    settings.ENVIRONMENT = replace(current.ENVIRONMENT, trusted_proxy_socket="/run/x.sock")
    assert address_of(request) == "10.1.2.3"


def test_production_on_the_embedded_database_is_accepted_in_writing_and_warned_about(settings: Any) -> None:
    written = PRODUCTION | {"TRAMONTANE_DATABASE_URL": "", "TRAMONTANE_EMBEDDED_DATABASE": "accepted"}
    environment = read_environment(written)
    assert environment.database_url.startswith("sqlite:///")
    settings.ENVIRONMENT = environment
    assert any("Base intégrée" in sentence for sentence in sentences(Level.WARNING))
    with pytest.raises(ConfigurationError, match="EMBEDDED_DATABASE"):
        read_environment(written | {"TRAMONTANE_EMBEDDED_DATABASE": "oui"})


def test_the_certificates_of_insi_are_checked_and_an_expired_one_blocks(tmp_path: Path) -> None:
    from support.consultation import write_credentials
    from support.pki import pki
    from tramontane.demo.pki import pem
    from tramontane.hospital.patients.models import InsiConnection

    entity = make_legal_entity()
    (tmp_path / "trust.pem").write_bytes(pem(*pki().anchors))
    (tmp_path / "crl.pem").write_bytes(pem(*pki().crls))
    link = InsiConnection.objects.create(
        legal_entity=entity, url="https://insi.exemple.test/", authentication=write_credentials("insi", pki().auth),
        trust_path=str(tmp_path / "trust.pem"), crl_path=str(tmp_path / "crl.pem"), updated_at=clock.now(),
    )  # fmt: skip
    named = f"{entity.name}, INSi, certificat"
    assert any(finding.sentence.startswith(named) for finding in checks.findings())
    link.authentication = "file:/nowhere.p12"
    link.save()
    assert any(entity.name in sentence and "introuvable" in sentence for sentence in sentences(Level.FAILURE))


def test_every_variable_has_its_line_in_a_guide() -> None:
    guides = Path(__file__).parents[3] / "docs/guides/hopital"
    said = "".join(guide.read_text() for guide in guides.glob("*.md"))
    assert [name for name in DEFAULTS if f"`{PREFIX}{name}`" not in said] == []


def test_what_the_application_keeps_is_for_its_own_account(tmp_path: Path, settings: Any) -> None:
    """Whatever the umask of who starts it: documents of patients, and the database beside them."""
    settings.MEDIA_ROOT = tmp_path / "files"
    name = default_storage.save("dossier/essai.pdf", ContentFile(b"%PDF"))
    kept = tmp_path / "files" / name
    assert [oct(path.stat().st_mode & 0o777) for path in (kept, kept.parent)] == ["0o600", "0o700"]
    assert current.ENVIRONMENT.data_directory.stat().st_mode & 0o077 == 0


def test_a_data_directory_open_to_all_is_said(tmp_path: Path, settings: Any) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data_directory=tmp_path)
    tmp_path.chmod(0o755)
    said = [found.sentence for found in checks.findings() if found.level is Level.WARNING]
    assert any("ouvert à tous les comptes" in sentence for sentence in said)
    tmp_path.chmod(0o700)
    assert not any("ouvert à tous" in found.sentence for found in checks.findings())
