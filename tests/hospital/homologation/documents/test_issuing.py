"""Handing the PV out, taking it back signed in the three ways, and packing the whole for an audit."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pyhanko.keys import load_certs_from_pemder_data
from pypdfium2 import PdfDocument

from support.homologation_scene import PV, Scene
from support.hospital import make_service
from support.pki import TestPki
from tramontane.dmp.errors import LocalError
from tramontane.hospital.homologation.documents import bundle, issuing, wording
from tramontane.hospital.homologation.documents.signature import apart, local, verifying
from tramontane.hospital.homologation.documents.signature.report import Report as Verified
from tramontane.hospital.homologation.documents.wording import handed_out
from tramontane.hospital.homologation.models import Action, Dossier, Evidence, EvidenceRevision, Homologation, Judgement
from tramontane.hospital.homologation.selectors import journal
from tramontane.hospital.homologation.services import judging, moving, registering, reserving
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.objectives import sealing
from tramontane.hospital.traces.models import Trace
from tramontane.pack import Report, verify
from tramontane.rules.homologation import ActionState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _verified_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process costs a second of processor: `test_apart` and `test_views` start it."""

    def examine(data: bytes, originals: Mapping[str, int], authorities: Sequence[bytes]) -> Verified:
        return verifying.examine(
            data, originals, [one for der in authorities for one in load_certs_from_pemder_data(der)]
        )

    monkeypatch.setattr(apart, "examine", examine)


@pytest.fixture
def scene() -> Scene:
    return Scene.new()


@pytest.fixture
def dossier(scene: Scene) -> Dossier:
    return scene.decided(unmet=("exi-20",))


def packed(homologation: Homologation, scene: Scene) -> bytes:
    return b"".join(issuing.packed(homologation, actor=scene.actor))


def verified(data: bytes) -> Report:
    return verify(io.BytesIO(data))


def test_the_pv_handed_out_twice_is_the_same_file_and_its_digest_is_traced(scene: Scene, dossier: Dossier) -> None:
    first = issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    assert issuing.handed(dossier, "pv", "pdf", actor=scene.actor) == first
    assert [(one.size, one.current) for one in handed_out(dossier, "pv")] == [(len(first), True)] * 2
    assert wording.warning(dossier) == ""


def test_before_the_decision_there_is_no_pv_and_the_other_documents_exist(scene: Scene) -> None:
    found = scene.open()
    with pytest.raises(RefusedError, match="saisie"):
        issuing.handed(found, "pv", "pdf", actor=scene.actor)
    assert issuing.handed(found, "support", "docx", actor=scene.actor).startswith(b"PK")


def test_a_pv_signed_elsewhere_is_verified_kept_with_its_report_and_packed(
    scene: Scene, dossier: Dossier, pki: TestPki
) -> None:
    pv = issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    signed = local.sign(pv, pki.sign, reason="PV").content
    kept = issuing.take_signed(dossier, signed, "pv-signé.pdf", actor=scene.actor)
    assert (kept.signature_mode, kept.signature_report["level"]) == ("parapheur", "PAdES B-B")
    assert kept.signed_on == moving.today()
    data = packed(kept, scene)
    report = verified(data)
    assert report.whole
    roles = [entry.role for entry in report.manifest.entries]
    assert set(roles) == {"pv", "document", "preuve", "tableur", "fige", "trace", "index"}
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.read("pv/proces-verbal-signe.pdf") == signed
    assert json.loads(archive.read("traces/verification.json"))["intact"] is True
    assert "Document remis" in archive.read("traces/journal.csv").decode()
    noted = journal.traces(dossier).get(event="homologation.pack").detail
    assert noted["sha256"] == report.manifest_sha256
    proof = next(entry for entry in report.manifest.entries if entry.role == "preuve")
    assert "exi-01" in proof.exigences
    assert "exi-20" not in proof.exigences
    assert kept.sha256 == next(one.sha256 for one in report.manifest.entries if one.path == "dossier/dossier-fige.json")


def test_a_proof_changed_or_lost_after_the_signature_shows_in_the_pack(scene: Scene) -> None:
    kept = scene.signed()
    revision = EvidenceRevision.objects.get(evidence__legal_entity=scene.entity)
    Path(revision.file.path).write_bytes(b"%PDF-1.7 autre")
    assert [one.code for one in verified(packed(kept, scene)).findings] == ["modifie-avant"]
    Path(revision.file.path).unlink()
    assert [one.code for one in verified(packed(kept, scene)).findings] == ["absent"]


def test_what_is_not_our_pv_is_refused_and_nothing_is_kept(scene: Scene, dossier: Dossier, pki: TestPki) -> None:
    pv = issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    other = local.sign(issuing.handed(dossier, "support", "pdf", actor=scene.actor), pki.sign, reason="x").content
    for data in (b"", pv, other):
        with pytest.raises(RefusedError):
            issuing.take_signed(dossier, data, "x.pdf", actor=scene.actor)
    assert not Homologation.objects.exists()


def test_a_pv_of_before_a_decision_taken_back_is_another_document(scene: Scene, dossier: Dossier, pki: TestPki) -> None:
    signed = local.sign(issuing.handed(dossier, "pv", "pdf", actor=scene.actor), pki.sign, reason="PV").content
    judging.reconsider(dossier, motive="Durée à revoir", actor=scene.actor)
    ruling = judging.Ruling(Judgement.Decision.HOMOLOGATED, 6)
    judging.decide(dossier, ruling, actor=scene.actor)
    issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    with pytest.raises(RefusedError) as refused:
        issuing.take_signed(dossier, signed, "pv.pdf", actor=scene.actor)
    assert (
        "ne dit plus ce que dit le dossier (Décision de la commission : annulée" in refused.value.objections[0].sentence
    )
    assert not Homologation.objects.exists()


def _done(dossier: Dossier, scene: Scene) -> None:
    action = Action.objects.get(reserve__dossier=dossier)
    reserving.follow(action, ActionState.DONE, actor=scene.actor)


def _planned(dossier: Dossier, scene: Scene) -> None:
    reserving.plan(dossier.reserves.get(), "Former le service", "DSI", moving.today(), actor=scene.actor)


@pytest.mark.parametrize("change", [_done, _planned])
def test_a_pv_of_before_a_reserve_or_an_action_changed_is_no_longer_the_one_to_sign(
    change: Callable[[Dossier, Scene], None], scene: Scene, dossier: Dossier, pki: TestPki
) -> None:
    before = issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    issuing.handed(dossier, "support", "pdf", actor=scene.actor)
    change(dossier, scene)
    warned = wording.warning(dossier)
    assert "il ne dit plus ce que dit le dossier (EXI 20 : " in warned
    assert not handed_out(dossier, "support")[0].current
    signed = local.sign(before, pki.sign, reason="PV").content
    with pytest.raises(RefusedError) as refused:
        issuing.take_signed(dossier, signed, "pv.pdf", actor=scene.actor)
    with pytest.raises(RefusedError) as scanned:
        issuing.take_scanned(dossier, PV, "pv.pdf", moving.today(), actor=scene.actor)
    said = (*refused.value.objections, *scanned.value.objections)
    assert [one.sentence.startswith("Mots du PV") for one in said] == [True, True]
    assert not Homologation.objects.exists()
    after = issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    kept = issuing.take_signed(dossier, local.sign(after, pki.sign, reason="PV").content, "pv.pdf", actor=scene.actor)
    assert {one["code"]: one["outcome"] for one in kept.signature_report["checks"]}["mots"] == "passed"


def test_a_pv_handed_out_stays_the_one_to_sign_while_only_a_proof_changes(scene: Scene, dossier: Dossier) -> None:
    issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    issuing.handed(dossier, "support", "pdf", actor=scene.actor)
    Evidence.objects.filter(legal_entity=scene.entity).update(title="Autre titre")
    assert wording.warning(dossier) == ""
    assert not handed_out(dossier, "support")[0].current


def test_a_scanned_pv_says_which_papers_it_may_be(scene: Scene, dossier: Dossier) -> None:
    issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    _done(dossier, scene)
    issuing.handed(dossier, "pv", "pdf", actor=scene.actor)
    kept = issuing.take_scanned(dossier, PV, "pv.pdf", moving.today(), actor=scene.actor)
    said = {one["code"]: one for one in kept.signature_report["checks"]}["mots"]
    assert said["outcome"] == "not run"
    assert "d’autres remis avant disent autre chose" in said["detail"]


def test_no_transaction_waits_for_the_time_stamp(
    scene: Scene, dossier: Dossier, pki: TestPki, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth, asked, sign = len(connection.savepoint_ids), [], local.sign

    def noted(*args: Any, **more: Any) -> local.SignedFile:
        asked.append(len(connection.savepoint_ids))
        return sign(*args, **more)

    monkeypatch.setattr(local, "sign", noted)
    issuing.sign_here(dossier, pki.sign, actor=scene.actor)
    assert asked == [depth]


def test_signing_here_with_the_configured_key_says_that_the_time_stamp_failed(
    scene: Scene, dossier: Dossier, pki: TestPki, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "cle.pem").write_bytes(pki.sign.key_pem() + pki.sign.certificate_pem)
    changes = {"pv_key": f"file:{tmp_path / 'cle.pem'}", "timestamp_url": "http://127.0.0.1:9/"}
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, **changes)
    key = sealing.configured_key()
    assert key is not None
    kept = issuing.sign_here(dossier, key, actor=scene.actor)
    assert kept.signature_mode == "local"
    assert kept.signature_report["level"] == "PAdES B-B"
    assert kept.signature_report["timestamp_failure"] == "TimestampRequestError"
    assert kept.signature_report["trust"] == "non vérifiée"
    assert ("Confiance de la signature", "NON VÉRIFIÉE : rien n’établit ici l’identité du signataire") in bundle.head(
        kept
    ).facts


def text_of(pdf: bytes) -> str:
    return " ".join("".join(page.get_textpage().get_text_bounded() for page in PdfDocument(pdf)).split())


def test_the_register_is_in_the_support_and_in_the_pack_and_its_number_only_where_it_was_asked_for(
    scene: Scene,
) -> None:
    system = registering.register(scene.entity, "DPI d’essai", "Éditeur fictif", actor=scene.actor)
    facts = registering.VersionFacts("7.1", moving.today(), "SECRET-CNDA-77", moving.today())
    registering.add_version(system, facts, actor=scene.actor)
    registering.deploy(system, make_service(scene.entity, name="Cardiologie"), None, moving.today(), actor=scene.actor)
    kept = scene.signed()
    support = text_of(issuing.handed(kept.dossier, "support", "pdf", actor=scene.actor))
    assert "DPI d’essai, Éditeur fictif" in support
    assert "relevé, tenu secret (EX_GEN-1490)" in support
    assert "Cardiologie" in support
    assert "SECRET-CNDA-77" not in support
    archive = zipfile.ZipFile(io.BytesIO(packed(kept, scene)))
    (row,) = json.loads(archive.read("documents/logiciels-metier.json"))["logiciels"]
    assert (row["version"], row["numero_cnda_releve"], row["services"][0]["service"]) == ("7.1", True, "Cardiologie")
    assert not any(b"SECRET-CNDA-77" in archive.read(name) for name in archive.namelist() if not name.endswith(".pdf"))
    shown = issuing.handed_with_numbers(kept.dossier, actor=scene.actor)
    assert "SECRET-CNDA-77" in text_of(shown)
    assert Trace.objects.filter(event="homologation.numero").count() == 1


def test_authorities_that_cannot_be_read_are_said(settings: Any, tmp_path: Path) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, pv_authorities=str(tmp_path / "rien.pem"))
    with pytest.raises(LocalError, match="autorités de confiance"):
        issuing.authorities()
