"""The guide for record systems: its commands, run as they are shown, against a running server."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from django.contrib.sessions.backends.db import SessionStore

from support.consultation import make_ready
from tramontane.hospital import clock
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import codes
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.interfaces.services import registry
from tramontane.hospital.traces.models import Trace

GUIDE = Path(__file__).resolve().parents[3] / "docs/guides/integrer-un-dpi.md"
PASSWORD = "une phrase assez longue"
CONTENT = b"%PDF-1.4 compte rendu"


def commands() -> tuple[str, str]:
    """The blocks before the registration of the key, and those after."""
    parts = GUIDE.read_text().split("\n## ")
    scripts = ["\n".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL)) for part in parts]
    return scripts[1], "\n".join(scripts[2:])


def run(script: str, desk: Path, **variables: str) -> str:
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        check=False, capture_output=True, text=True, timeout=300, cwd=desk, env=os.environ | variables,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.django_db(transaction=True)
def test_every_command_of_the_guide_works_in_its_order(live_server, world, settings, tmp_path):
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, base_url=live_server.url)
    ready = make_ready(world, password=PASSWORD)
    ready.dossier.feed(at=clock.now() - timedelta(days=1), content=CONTENT, mime_type="application/pdf")
    account, who = ready.account, actor(ready.account, None)
    session = SessionStore()
    totp, before = pyotp.TOTP(codes.begin_totp(session)), clock.now() - timedelta(minutes=2)
    assert codes.confirm_totp(session, account, totp.at(before), before, who)

    first, others = commands()
    run(first, tmp_path)
    system = registry.register(
        account.legal_entity, identifier="dpi-exemple", name="DPI", origin="https://dpi.exemple.test", actor=who
    )
    registry.add_key(system, (tmp_path / "dpi.pub.pem").read_text(), actor=who)
    said = run(
        others,
        tmp_path,
        BASE=live_server.url,
        IDENTIFIANT=account.login,
        MOT_DE_PASSE=PASSWORD,
        CODE=totp.now(),
        IPP=ready.patient.ipp,
        INS=f"urn:oid:{ready.patient.ins_oid}|{ready.patient.ins}",
    )
    assert "Connectez-vous pour ouvrir ce dossier" in said
    assert 'id="dmp-etat"' in said
    assert '"two_factors": true' in said
    assert '"situation": "readable"' in said
    assert (tmp_path / "document").read_bytes() == CONTENT
    assert (tmp_path / "binaire").read_bytes() == CONTENT
    assert RecordDocument.objects.count() == 1
    assert '"already": true' in said
    assert '"choice": "consent"' in said
    assert world.transactions == ["TD0.2", "TD3.1", "TD3.2"]
    assert {
        "lancement.contextuel",
        "dossier.ouvert",
        "document.lu",
        "document.classe",
        "consentement.enregistre",
    } <= set(Trace.objects.values_list("event", flat=True))
