"""`tramontane hospital work`, `hl7` and `purge-traces`: what runs beside the server, and what ends a retention."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import transaction

from support.hospital import make_account, make_legal_entity, make_patient
from tramontane.cli.hospital import hospital
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.consultations.models import DmpState
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.models import Seal, Trace
from tramontane.hospital.traces.services import record

pytestmark = pytest.mark.django_db
LONG_AGO = "2001-05-04"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hospital, list(arguments))


def write(entity: LegalEntity, patient: Patient, count: int = 3) -> None:
    for _ in range(count):
        with transaction.atomic():
            record(Event("dossier.ouvert", Actor(entity.finess_juridique), ins=patient.ins))


def said_closed(patient: Patient, on: str, *, days_ago: int = 1) -> None:
    """The DMP answered somebody that it was closed on that day; an empty day: that it is open."""
    DmpState.objects.create(
        patient=patient, account=make_account(patient.legal_entity), exists=True, open=not on,
        detail={"closing_date": on}, checked_at=clock.now() - timedelta(days=days_ago),
    )  # fmt: skip


def test_one_round_of_duties_seals_what_waits() -> None:
    entity = make_legal_entity()
    write(entity, make_patient(entity))
    done = run("work", "--once")
    assert done.exit_code == 0, done.output
    assert Seal.objects.count() == 1


def test_what_runs_beside_the_server_also_speaks_json() -> None:
    entity = make_legal_entity()
    write(entity, make_patient(entity))
    sealed = json.loads(run("seal", "--json").stdout)
    assert sealed == {"seal": Seal.objects.get().pk, "traces": 3, "head": Seal.objects.get().hash}
    duties = [json.loads(line) for line in run("work", "--once", "--json").stdout.splitlines()]
    assert {"duty": "seal", "done": True} in duties
    assert json.loads(run("migrate", "--json").stdout) == {"applied": []}


def test_a_purge_is_shown_before_it_is_applied_and_the_chain_stays_intact() -> None:
    entity, other = make_legal_entity(), make_legal_entity()
    due = make_patient(entity)
    same_person = make_patient(other, ins=due.ins)
    write(entity, due)
    write(other, same_person, 2)
    while chain.seal() is not None:
        pass
    said_closed(due, LONG_AGO)
    shown = run("purge-traces", "--entite", entity.finess_juridique)
    assert "04/05/2001" in shown.output
    assert "Rien n'a été détruit" in shown.output
    assert due.ins not in shown.output
    assert Trace.objects.filter(ins=due.ins).count() == 5
    applied = run("purge-traces", "--entite", entity.finess_juridique, "--appliquer", "--json")
    assert json.loads(applied.output) == {"patients": 1, "traces": 3, "destroyed": 3}
    # What another entity keeps of the same person is its own to decide on.
    assert Trace.objects.filter(ins=due.ins, finess_juridique=other.finess_juridique).count() == 2
    assert chain.verify().intact
    assert chain.verify().purged == 3


@pytest.mark.parametrize("later", ["", "2020-01-01"])
def test_what_the_dmp_said_last_counts(later: str) -> None:
    entity = make_legal_entity()
    patient = make_patient(entity)
    write(entity, patient)
    said_closed(patient, LONG_AGO, days_ago=300)
    said_closed(patient, later, days_ago=2)
    assert "Aucune trace" in run("purge-traces", "--entite", entity.finess_juridique, "--appliquer").output
    assert Trace.objects.filter(ins=patient.ins).count() == 3


def test_a_feed_of_identities_leaves_this_machine_encrypted_or_not_at_all(tmp_path: Path) -> None:
    refused = run("hl7", "--entite", "690000001", "--adresse", "0.0.0.0")
    assert refused.exit_code == 2
    assert "--en-clair" in refused.output
    (tmp_path / "c.pem").write_bytes(b"x")
    partial = run("hl7", "--entite", "690000001", "--certificat", str(tmp_path / "c.pem"))
    assert partial.exit_code == 2
    assert "ensemble" in partial.output
    unknown = run("hl7", "--entite", "690000001")
    assert "Aucune entité juridique 690000001" in unknown.output
