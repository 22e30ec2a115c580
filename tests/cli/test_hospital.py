"""`tramontane hospital …`: from an empty database to a first account, and the upkeep of traces."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import OperationalError, connection
from django.test import Client

from tramontane.cli.hospital import hospital
from tramontane.hospital.accounts.models import Account, LegalEntity, ScimToken
from tramontane.hospital.traces import append_only
from tramontane.hospital.traces.models import Seal, Trace

pytestmark = pytest.mark.django_db
ENTITY = (
    "create-entity",
    "--finess-juridique",
    "690000001",
    "--nom",
    "CH d'essai",
    "--finess-geographique",
    "690000019",
    "--site",
    "Site",
)
ACCOUNT = ("create-account", "--entite", "690000001", "--identifiant", "z.durand", "--nom", "Durand", "--prenom", "Zoé", "--role", "account_manager")  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hospital, list(arguments))


def test_an_empty_installation_becomes_one_where_someone_can_log_in() -> None:
    assert run("check").exit_code == 1
    assert run(*ENTITY).exit_code == 0
    created = run(*ACCOUNT)
    assert created.exit_code == 0
    password = created.output.rsplit(" ", 1)[1].strip()
    answer = Client().post("/connexion/", {"login": "z.durand", "password": password})
    assert answer["Location"] == "/connexion/nouveau-mot-de-passe/"
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert Trace.objects.get(event="compte.cree").account_name == "ligne de commande"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((*ACCOUNT[:2], "000000000", *ACCOUNT[3:]), "create-entity"),
        ((*ACCOUNT, "--rpps", "12345678901"), "RPPS"),
        ((*ACCOUNT, "--role", "reine"), "Rôle inconnu"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_its_reason(arguments: tuple[str, ...], word: str) -> None:
    run(*ENTITY)
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert word in refused.output
    assert not Account.objects.exists()


def test_a_scim_token_is_shown_once_and_opens_its_entity() -> None:
    run(*ENTITY)
    token = run("create-scim-token", "--entite", "690000001", "--nom", "RH").output.rsplit(" ", 1)[1].strip()
    assert ScimToken.objects.get().legal_entity == LegalEntity.objects.get()
    answer = Client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_sealing_then_verifying_then_finding_what_was_touched() -> None:
    run(*ENTITY)
    run(*ACCOUNT)
    assert "tête" in run("seal").output
    head = Seal.objects.get().hash
    assert run("verify-traces", "--tete", head).exit_code == 0
    assert run("verify-traces", "--tete", "0" * 64).exit_code == 1
    append_only.run(connection, append_only.removal(connection.vendor))
    touched = Trace.objects.order_by("id").first()
    assert touched is not None
    Trace.objects.filter(pk=touched.pk).update(account_name="autre")
    found = run("verify-traces")
    assert found.exit_code == 1
    assert f"La trace {touched.pk} a été modifiée." in found.output


def said(*arguments: str, expected: int = 0) -> dict[str, Any]:
    """The one JSON value on standard output."""
    result = run(*arguments, "--json")
    assert result.exit_code == expected, result.output
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def test_every_command_that_ends_tells_its_result_in_json() -> None:
    assert {one["level"] for one in said("check", expected=1)["findings"]} >= {"failure"}
    assert said(*ENTITY) == {"finess_juridique": "690000001", "finess_geographique": "690000019", "created": True}
    assert said(*ENTITY)["created"] is False
    account = said(*ACCOUNT)
    answer = Client().post("/connexion/", {"login": account["login"], "password": account["temporary_password"]})
    assert answer["Location"] == "/connexion/nouveau-mot-de-passe/"
    token = said("create-scim-token", "--entite", "690000001", "--nom", "RH")["token"]
    assert Client().get("/scim/v2/Users", headers={"authorization": f"Bearer {token}"}).status_code == 200
    verified = said("verify-traces")
    assert verified["intact"] is True
    assert verified["traces"] == Trace.objects.count() > 0


def test_the_figures_of_the_servers_are_kept_off_the_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are mapped in memory: on a full disk, counting a request would kill the process that answers it."""
    seen: dict[str, Any] = {}

    class Served:
        def __init__(self, _target: str, **options: Any) -> None:
            seen.update(options)

        def serve(self) -> None:
            seen["directory"] = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
            seen["mode"] = stat.S_IMODE(seen["directory"].stat().st_mode)

    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setattr("granian.Granian", Served)
    assert run("serve").exit_code == 0
    assert seen["directory"].parent == Path("/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir())
    assert (seen["mode"], seen["directory"].exists()) == (0o700, False)
    assert seen["respawn_failed_workers"]


def test_a_database_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr("tramontane.hospital.traces.chain.seal", away)
    said = run("seal", "--json")
    error = json.loads(said.output)["error"]
    assert (said.exit_code, error["code"], error["received"]) == (2, "base-inutilisable", "connection refused")
