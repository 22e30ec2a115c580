"""`tramontane cert check` and `tramontane pki demo`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from support.pki import pki
from tramontane.cli import tramontane_command
from tramontane.demo.pki import pem
from tramontane.dmp.signature import CertificateUsage, describe


def run(*arguments: object) -> Result:
    return CliRunner().invoke(tramontane_command, [str(argument) for argument in arguments])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    certificates = pki()
    (tmp_path / "racine.pem").write_bytes(pem(*certificates.anchors))
    (tmp_path / "crl.pem").write_bytes(pem(*certificates.crls))
    (tmp_path / "crl-perimee.pem").write_bytes(pem(*certificates.stale_crls))
    for name in ("auth", "sign", "server", "auth_revoked", "auth_expired", "auth_twin"):
        (tmp_path / f"{name}.pem").write_bytes(getattr(certificates, name).certificate_pem)
    (tmp_path / "auth.p12").write_bytes(certificates.auth.pkcs12("secret"))
    return tmp_path


def check(files: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    trust = ("--racine", files / "racine.pem", "--crl", files / "crl.pem")
    result = run("cert", "check", "--json", *trust, *arguments)
    return result.exit_code, json.loads(result.output)


def failed(report: dict[str, Any]) -> list[str]:
    return [v["code"] for one in report["certificates"] for v in one["verdicts"] if v["outcome"] == "failed"]


def test_the_two_good_certificates_are_accepted(files: Path) -> None:
    code, report = check(files, "--authentification", files / "auth.pem", "--signature", files / "sign.pem")
    assert (code, report["accepted"], failed(report)) == (0, True, [])
    assert [one["usage"] for one in report["certificates"]] == ["authentification", "signature"]


def test_a_mix_up_of_the_two_certificates_is_refused_twice(files: Path) -> None:
    code, report = check(files, "--authentification", files / "sign.pem", "--signature", files / "auth.pem")
    assert code == 1
    assert failed(report) == ["certificat-usage", "certificat-usage"]


@pytest.mark.parametrize("name", ["auth_revoked", "auth_expired", "auth_twin"])
def test_a_bad_certificate_is_refused_at_one_step_at_least(files: Path, name: str) -> None:
    code, report = check(files, files / f"{name}.pem")
    assert code == 1
    assert len(failed(report)) >= 1
    assert not report["accepted"]


def test_a_stale_revocation_list_refuses_the_certificate(files: Path) -> None:
    result = run(
        "cert", "check", "--racine", files / "racine.pem", "--crl", files / "crl-perimee.pem", files / "auth.pem"
    )
    assert result.exit_code == 1
    assert "échoué" in result.output


def test_without_an_anchor_the_chain_is_not_run_and_nothing_reads_as_accepted(files: Path) -> None:
    result = run("cert", "check", "--json", files / "auth.pem")
    outcomes = [v["outcome"] for v in json.loads(result.output)["certificates"][0]["verdicts"]]
    assert (result.exit_code, outcomes) == (1, ["passed", "passed", "not run"])


def test_the_structure_is_compared_with_the_finess_given(files: Path) -> None:
    assert check(files, "--finess-juridique", "990000010", files / "auth.pem")[0] == 0
    code, report = check(files, "--finess-juridique", "990000036", files / "auth.pem")
    assert (code, failed(report)) == (1, ["certificat-structure"])


def test_a_pkcs12_file_is_read_with_its_password_and_never_shows_it(files: Path) -> None:
    code, report = check(files, "--mot-de-passe", "secret", files / "auth.p12")
    assert (code, report["accepted"]) == (0, True)
    wrong = run("cert", "check", "--mot-de-passe", "faux-secret", files / "auth.p12")
    assert wrong.exit_code == 2
    assert "mot de passe" in wrong.output
    assert "faux-secret" not in wrong.output


def test_a_file_that_is_no_certificate_is_unusable_and_said_so_without_a_traceback(files: Path) -> None:
    (files / "bruit.pem").write_bytes(b"bonjour")
    result = run("cert", "check", files / "bruit.pem")
    assert result.exit_code == 2
    assert "ne contient pas de certificat lisible" in result.output
    assert "Traceback" not in result.output


def test_no_certificate_at_all_is_a_usage_error() -> None:
    result = run("cert", "check")
    assert (result.exit_code, "au moins un certificat" in result.output) == (2, True)


def test_judging_at_another_instant_changes_the_verdict(files: Path) -> None:
    code, report = check(files, "--instant", "2001-01-01", files / "auth.pem")
    assert code == 1
    assert "certificat-validite" in failed(report)


def test_pki_demo_writes_certificates_that_cert_check_accepts(tmp_path: Path) -> None:
    result = run("pki", "demo", "--sortie", tmp_path, "--json")
    assert (result.exit_code, json.loads(result.output)["leaves"]) == (
        0,
        ["authentification", "signature", "insi", "carte-cpe", "serveur", "carte"],
    )
    pair = ("--authentification", tmp_path / "authentification.crt.pem", "--signature", tmp_path / "signature.crt.pem")
    trust = ("--racine", tmp_path / "racine.pem", "--crl", tmp_path / "crl.pem", "--finess-juridique", "990000010")
    assert run("cert", "check", *trust, *pair).exit_code == 0


def test_pki_demo_refuses_to_run_in_production(tmp_path: Path) -> None:
    command = ["pki", "demo", "--sortie", str(tmp_path)]
    result = CliRunner().invoke(tramontane_command, command, env={"TRAMONTANE_ENV": "production"})
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    run("pki", "demo", "--sortie", tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key.pem")} == {0o600}


def test_the_usage_shown_is_the_one_the_library_describes(files: Path) -> None:
    assert describe(pki().server.certificate).usage is CertificateUsage.SERVER
    code, report = check(files, files / "server.pem")
    assert (code, report["certificates"][0]["usage"]) == (0, "serveur")
