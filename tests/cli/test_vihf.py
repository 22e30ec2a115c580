"""`tramontane vihf build|verify|explain`, on a configuration like the one the demo writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tramontane.cli import tramontane_command
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.workspace import Workspace, write_configuration, write_pki

VECTOR = Path(__file__).parents[1] / "vectors" / "vihf" / "vihf_air_simplifie_signed.xml"
INS = "254036938301239"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made, now = Workspace(tmp_path_factory.mktemp("demo")), datetime.now(UTC)
    write_pki(made.pki, now)
    write_configuration(made, SyntheticHospital(), "https://127.0.0.1:1/si-dmp-server/v2/services/", now)
    return made


def run(workspace: Workspace, *arguments: object, given: bytes | str = b"") -> Result:
    return CliRunner().invoke(tramontane_command, [str(argument) for argument in arguments], input=given)


def build(workspace: Workspace, *more: object) -> str:
    result = run(workspace, "vihf", "build", "--config", workspace.configuration, "--ins", INS, *more)
    assert result.exit_code == 0, result.output
    return result.output


def trust(workspace: Workspace) -> tuple[object, ...]:
    return ("--racine", workspace.pki / "racine.pem", "--intermediaires", workspace.pki / "intermediaires.pem",
            "--crl", workspace.pki / "crl.pem")  # fmt: skip


def test_a_token_just_built_is_accepted_from_standard_input(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "verify", *trust(workspace), given=build(workspace))
    assert result.exit_code == 0, result.output
    assert "Accepté." in result.output


def test_a_pinned_certificate_replaces_the_root(workspace: Workspace) -> None:
    token = build(workspace)
    good, bad = (workspace.pki / f"{name}.crt.pem" for name in ("signature", "authentification"))
    assert run(workspace, "vihf", "verify", "--certificat", good, given=token).exit_code == 0
    assert run(workspace, "vihf", "verify", "--certificat", bad, given=token).exit_code == 1


def test_every_step_is_told_in_json_with_its_stable_keys(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "verify", "--json", *trust(workspace), given=build(workspace))
    report = json.loads(result.output)
    assert (report["accepted"], report["usable"]) == (True, True)
    assert [one["step"] for one in report["verdicts"]] == list(range(1, len(report["verdicts"]) + 1))
    keys = {"step", "code", "title", "outcome", "expected", "received", "location", "reference", "next_step"}
    assert all(set(one) == keys for one in report["verdicts"])


def test_one_changed_character_is_refused_with_exit_code_1(workspace: Workspace) -> None:
    token = build(workspace).replace("ROUSSEAU", "ROUSSEAV").replace("Rousseau", "Rousseav")
    result = run(workspace, "vihf", "verify", *trust(workspace), given=token)
    assert result.exit_code == 1
    assert "échoué" in result.output


def test_an_old_token_is_refused_now_and_accepted_in_its_time(workspace: Workspace) -> None:
    token = json.loads(build(workspace, "--json"))
    late = run(
        workspace, "vihf", "verify", *trust(workspace), "--instant", "2027-06-01T00:00:00Z", given=token["assertion"]
    )
    assert late.exit_code == 1
    in_time = run(
        workspace, "vihf", "verify", *trust(workspace), "--instant", token["issue_instant"], given=token["assertion"]
    )
    assert in_time.exit_code == 0


@pytest.mark.parametrize("noise", [b"bonjour", b"<html/>", b"\x00\xff" * 40])
def test_what_is_no_token_is_unusable_with_exit_code_2(workspace: Workspace, noise: bytes) -> None:
    assert run(workspace, "vihf", "verify", *trust(workspace), given=noise).exit_code == 2
    assert run(workspace, "vihf", "explain", given=noise).exit_code == 2


def test_verifying_without_saying_whom_to_trust_is_a_usage_error(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "verify", given=build(workspace))
    assert (result.exit_code, "--racine" in result.output) == (2, True)


def test_explain_says_what_the_token_affirms_and_never_shows_the_patients_number(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "explain", given=build(workspace))
    assert result.exit_code == 0, result.output
    assert "CONF_EXI_PGSSIS" in result.output
    assert "899990000012" in result.output
    assert INS not in result.output


def test_explain_does_not_say_that_trust_and_freshness_passed(workspace: Workspace) -> None:
    report = json.loads(run(workspace, "vihf", "explain", "--json", given=build(workspace)).output)
    outcomes = {one["code"]: one["outcome"] for one in report["verdicts"]}
    assert {outcomes[code] for code in ("cle", "certificat-confiance", "emission")} == {"not run"}
    assert report["coherent"]


def test_the_official_like_sample_is_explained(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "explain", VECTOR)
    assert result.exit_code == 0, result.output
    assert "MARTIN CAMILLE" in result.output


def test_the_indirect_mode_has_no_pgssis_declaration(workspace: Workspace) -> None:
    report = json.loads(run(workspace, "vihf", "explain", "--json", given=build(workspace, "--indirecte")).output)
    said = {claim["name"]: claim["value"] for claim in report["claims"]}
    assert (said["mode"], said["primary_authentication"]) == ("INDIRECTE", "non dite")


def test_two_tokens_never_share_their_identifier(workspace: Workspace) -> None:
    first, second = (json.loads(build(workspace, "--json"))["assertion_id"] for _ in range(2))
    assert first != second


def test_a_wrong_ins_is_refused_without_quoting_it(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "build", "--config", workspace.configuration, "--ins", INS[:-1] + "0")
    assert result.exit_code == 2
    assert "clé" in result.output
    assert INS[:13] not in result.output


def test_the_ins_may_come_from_standard_input_and_hold_spaces(workspace: Workspace) -> None:
    spaced = "2 54 03 69 383 012 39\n"
    result = run(workspace, "vihf", "build", "--config", workspace.configuration, "--ins", "-", given=spaced)
    assert result.exit_code == 0


def test_an_unknown_professional_names_the_missing_key(workspace: Workspace) -> None:
    result = run(workspace, "vihf", "build", "--config", workspace.configuration, "--ins", INS, "--professionnel", "x")
    assert (result.exit_code, "professionnels.x" in result.output) == (2, True)


def test_a_missing_configuration_says_how_to_get_one(workspace: Workspace, tmp_path: Path) -> None:
    result = run(workspace, "vihf", "build", "--config", tmp_path / "rien.toml", "--ins", INS)
    assert (result.exit_code, "tramontane demo" in result.output) == (2, True)
