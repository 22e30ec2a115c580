"""The demo's directory: one demo at a time, reused only when it holds exactly the same hospital."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tramontane.cli.configuration import load
from tramontane.demo.hospital import REFERENCE_DAY, SyntheticHospital
from tramontane.demo.processes import free_port, require_free
from tramontane.demo.workspace import Workspace, write_configuration, write_pki
from tramontane.dmp.errors import CertificateMisuse, LocalError
from tramontane.dmp.identity import InsAuthority

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_a_directory_holds_one_demo_at_a_time(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.locked(), pytest.raises(LocalError) as refusal, workspace.locked():
        pass
    assert refusal.value.code == "demo-en-cours"
    with workspace.locked():  # released
        pass


def test_a_seeded_directory_is_recognised_for_the_same_seed_and_day_only(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not workspace.is_seeded(SyntheticHospital(1))
    workspace.end_seeding(SyntheticHospital(1))
    assert workspace.is_seeded(SyntheticHospital(1))
    assert not workspace.is_seeded(SyntheticHospital(2))
    assert not workspace.is_seeded(SyntheticHospital(1, REFERENCE_DAY + timedelta(days=1)))


def test_an_interrupted_seeding_is_never_reused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.end_seeding(SyntheticHospital(1))
    workspace.begin_seeding()
    assert not workspace.is_seeded(SyntheticHospital(1))


def test_the_configuration_it_writes_is_the_one_consult_reads(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_pki(workspace.pki, datetime.now(UTC))
    write_configuration(workspace, SyntheticHospital(), "https://127.0.0.1:8443/services/", NOW)
    configuration = load(workspace.configuration)
    assert configuration.endpoint.base_url == "https://127.0.0.1:8443/services/"
    assert configuration.authority is InsAuthority.NIR_TEST
    assert str(configuration.identity.finess_juridique) == "990000010"
    for key in tomllib.loads(workspace.configuration.read_text())["professionnels"]:
        one = SyntheticHospital().staff(key)
        assert configuration.professional(key).rpps == one.rpps
        read = [(role.code, role.code_system) for role in configuration.professional(key).roles]
        assert read == [(role.code, role.code_system) for role in one.roles]
        assert len(configuration.proof(key).factors) == (2 if one.second_factor else 1)


def test_swapped_certificates_in_the_configuration_are_refused_with_a_sentence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_pki(workspace.pki, datetime.now(UTC))
    write_configuration(workspace, SyntheticHospital(), "https://127.0.0.1:8443/services/", NOW)
    text = workspace.configuration.read_text()
    swapped = (
        text.replace("authentification.", "X.").replace("signature.", "authentification.").replace("X.", "signature.")
    )
    workspace.configuration.write_text(swapped)
    with pytest.raises(CertificateMisuse) as refusal:
        _ = load(workspace.configuration).identity
    assert refusal.value.code == "certificats-intervertis"


def test_a_free_port_is_free_and_a_taken_one_is_refused() -> None:
    import socket

    port = free_port()
    assert require_free(port) == port
    with socket.create_server(("127.0.0.1", port)), pytest.raises(LocalError) as refusal:
        require_free(port)
    assert refusal.value.code == "port-indisponible"
