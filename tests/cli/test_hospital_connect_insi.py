"""`tramontane hospital connect-insi`: kept when everything it names can be read, refused otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from support.hospital import make_legal_entity
from support.insi import insi_credentials
from support.pki import pki
from tramontane.cli.hospital import hospital
from tramontane.demo.pki import pem
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.patients.models import InsiConnection
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity() -> LegalEntity:
    return make_legal_entity()


def connect(directory: Path, finess: str, **changes: str) -> Result:
    credentials = insi_credentials()
    key = directory / "insi.pem"
    key.write_bytes(pem(credentials.certificate, *credentials.chain) + credentials.key_pem())
    (directory / "trust.pem").write_bytes(pem(*pki().anchors, *pki().intermediates))
    (directory / "crl.pem").write_bytes(pem(*pki().crls))
    options = {
        "--entite": finess,
        "--url": "https://localhost:8443/insi/lps",
        "--certificat": str(key),
        "--autorites": str(directory / "trust.pem"),
        "--crl": str(directory / "crl.pem"),
    } | changes
    return CliRunner().invoke(hospital, ["connect-insi", *(word for pair in options.items() for word in pair)])


def test_a_usable_connection_is_kept_by_reference_and_traced(entity: LegalEntity, tmp_path: Path) -> None:
    result = connect(tmp_path, entity.finess_juridique)
    assert result.exit_code == 0, result.output
    row = InsiConnection.objects.get(legal_entity=entity)
    assert row.authentication == f"file:{tmp_path}/insi.pem"
    assert Trace.objects.get().event == "configuration.modifiee"


def test_the_connection_is_told_in_json(entity: LegalEntity, tmp_path: Path) -> None:
    connect(tmp_path, entity.finess_juridique)  # writes the files
    words = ["--entite", entity.finess_juridique, "--url", "https://localhost/insi", "--json"]
    files = [
        "--certificat",
        f"{tmp_path}/insi.pem",
        "--autorites",
        f"{tmp_path}/trust.pem",
        "--crl",
        f"{tmp_path}/crl.pem",
    ]
    told = json.loads(CliRunner().invoke(hospital, ["connect-insi", *words, *files]).output)
    assert told == {"finess_juridique": entity.finess_juridique, "url": "https://localhost/insi", "connected": True}


def test_connecting_again_replaces(entity: LegalEntity, tmp_path: Path) -> None:
    connect(tmp_path, entity.finess_juridique)
    connect(tmp_path, entity.finess_juridique, **{"--url": "https://localhost/autre"})
    assert InsiConnection.objects.get().url == "https://localhost/autre"


def test_an_address_or_a_certificate_that_cannot_serve_is_not_kept(entity: LegalEntity, tmp_path: Path) -> None:
    plain = connect(tmp_path, entity.finess_juridique, **{"--url": "http://localhost/insi"})
    swapped = connect(tmp_path, entity.finess_juridique, **{"--certificat": str(tmp_path / "trust.pem")})
    unknown = connect(tmp_path, "690000999")
    assert all(result.exit_code != 0 for result in (plain, swapped, unknown))
    assert InsiConnection.objects.count() == 0
