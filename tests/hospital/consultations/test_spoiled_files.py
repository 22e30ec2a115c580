"""A file of the connection that was replaced by something else: said to each in their words, and never a page in error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from support.consultation import Ready
from support.hospital import login
from support.pki import SIGN, pki
from tramontane.demo.pki import Profile, pem
from tramontane.hospital.config import certificate_checks
from tramontane.hospital.config.findings import Level
from tramontane.hospital.consultations.connection import testing
from tramontane.hospital.traces.models import Trace


def _cut(whole: bytes) -> bytes:
    return whole.rstrip()[:-12]


def _der(_whole: bytes) -> bytes:
    return pki().crls[0].public_bytes(Encoding.DER)


def _weak(whole: bytes) -> bytes:
    """An authority whose key OpenSSL refuses, after our certificate and before our key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return whole.replace(
        b"-----BEGIN PRIVATE", pem(pki().demo.issue(Profile.SIGN, SIGN, key=key).certificate) + b"-----BEGIN PRIVATE"
    )


SPOILED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "authorities cut": ("trust_path", _cut),
    "authorities in DER": ("trust_path", _der),
    "lists cut": ("crl_path", _cut),
    "lists in DER": ("crl_path", _der),
    "lists emptied": ("crl_path", lambda _whole: b""),
    "certificate cut": ("authentication", lambda whole: whole[:300]),
    "key lost": ("signature", lambda whole: whole[: whole.index(b"-----BEGIN PRIVATE")]),
    "chain too weak": ("authentication", _weak),
}


@pytest.fixture
def spoil(ready: Ready, tmp_path: Path) -> Callable[[str], None]:
    def spoil(case: str) -> None:
        field, change = SPOILED[case]
        connection: Any = ready.connection
        whole = Path(getattr(connection, field).removeprefix("file:")).read_bytes()
        changed = tmp_path / "changed.pem"
        changed.write_bytes(change(whole))
        setattr(connection, field, str(changed) if field.endswith("_path") else f"file:{changed}")
        connection.save()

    return spoil


@pytest.mark.parametrize("case", SPOILED)
def test_each_reads_what_to_do_and_nothing_leaves(
    case: str, spoil: Callable[[str], None], ready: Ready, client: Client
) -> None:
    spoil(case)
    login(client, ready.account)
    shown = client.post(f"/patients/{ready.patient.pk}/dmp/etat/", headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "Signalez-le au service informatique" in shown.content.decode()
    assert ready.world.asked == []
    assert Trace.objects.order_by("-id")[0].event == "acces.refuse"
    faults = [found.sentence for found in certificate_checks.dmp() if found.level is Level.FAILURE]
    assert len(faults) == 1
    assert "À faire" in faults[0]
    tested = testing.findings(ready.connection, ready.account.created_at)
    assert (tested[0].verdict, bool(tested[0].next_step)) == (testing.Verdict.FAILED, True)
