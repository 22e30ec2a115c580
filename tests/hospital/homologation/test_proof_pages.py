"""The pages of what is brought: proofs, and the official text of a référentiel."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from support.homologation_pages import page, post
from support.homologation_scene import FILE, Scene
from support.hospital import login
from tramontane.hospital import clock
from tramontane.hospital.homologation.documents.exchange import oscal_catalog
from tramontane.hospital.homologation.models import Edition, EvidenceRevision
from tramontane.hospital.homologation.services import moving
from tramontane.rules.referentiels import shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client: Client, settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    found = Scene.new()
    login(client, found.account)
    return found


def test_a_proof_is_joined_revised_and_given_back_as_a_download(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    hostile = FILE("<script>.html", b"<script>alert(1)</script>", "text/html")
    values = {"title": "=cmd|' /C calc'!A0", "exigences": ["exi-01", "exi-02"], "starts": "2026-01-01"}
    text = post(client, "evidence", dossier.number, file=hostile, **values)
    assert "<script>alert" not in text
    assert "=cmd|" in text
    revision = EvidenceRevision.objects.get()
    answer = client.get(reverse("homologation:download", args=[dossier.number, revision.evidence_id, 1]))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    post(client, "proof", dossier.number, revision.evidence_id, file=FILE("b.pdf", b"b"), starts="2026-02-01")
    assert revision.evidence.revisions.count() == 2
    assert "Joindre un fichier, ou donner une adresse" in post(
        client, "proof", dossier.number, revision.evidence_id, starts="2026-02-01"
    )
    assert (
        client.get(reverse("homologation:download", args=[dossier.number, revision.evidence_id, 9])).status_code == 404
    )


def test_a_proof_joined_by_mistake_is_withdrawn_with_a_reason_and_what_was_signed_keeps_it(
    client: Client, scene: Scene
) -> None:
    signed = scene.signed()
    proof = EvidenceRevision.objects.get().evidence
    renewed = scene.open()
    assert renewed.evidence_links.exists()
    address = reverse("homologation:withdraw", args=[renewed.number, proof.pk])
    client.post(address, {"motive": ""})
    assert renewed.evidence_links.exists(), "without a reason nothing is withdrawn"
    assert "Mauvais fichier" in post(client, "withdraw", renewed.number, proof.pk, motive="Mauvais fichier")
    assert not renewed.evidence_links.exists()
    assert "retirée par erreur de dépôt" in page(client, "journal", renewed.number)
    assert "déjà retirée" in post(client, "withdraw", renewed.number, proof.pk, motive="Encore")
    renewed_again = {"starts": "2026-01-01", "url": "https://intranet.example/"}
    assert "a été retirée" in post(client, "proof", renewed.number, proof.pk, **renewed_again)
    assert "Preuve déjà enregistrée" not in page(
        client, "exigences", renewed.number, exigence="exi-01", onglet="preuves"
    )
    signed.refresh_from_db()
    assert any(row["preuves"] for row in signed.snapshot["exigences"])
    assert EvidenceRevision.objects.filter(evidence=proof).count() == 1


def test_a_proof_of_a_decided_dossier_is_neither_withdrawn_nor_revised_under_its_feet(
    client: Client, scene: Scene
) -> None:
    dossier = scene.decided()
    proof = EvidenceRevision.objects.get().evidence
    said = post(client, "withdraw", dossier.number, proof.pk, motive="Erreur")
    assert f"Le dossier n° {dossier.number} est décidé et repose sur cette preuve" in said
    assert dossier.evidence_links.exists()
    newer = {"starts": moving.today(), "file": FILE("autre.pdf", b"%PDF-1.7 autre")}
    assert "est décidé et repose sur cette preuve" in post(client, "proof", dossier.number, proof.pk, **newer)
    assert proof.revisions.count() == 1


def test_the_official_text_is_checked_then_recorded(client: Client, scene: Scene) -> None:
    wrong = post(client, "import", "dmp", file=FILE("t.yaml", b"schema: 1\nid: x\nid: y"))
    assert "ligne 3, colonne 1 : clé répétée" in wrong
    text = "schema: 1\nreferentiel: dmp\nversion: '2.0-essai'\nsource: {document: Essai}\nexigences: [{id: exi-01, texte: '<script>x</script>'}]"
    report = post(client, "import", "dmp", file=FILE("t.yaml", text.encode()))
    assert "Rien n’est encore écrit : 1 exigence changerait, version 2.0-essai." in report
    assert "&lt;script&gt;x" in report
    content = re.search(r'name="content" value="([^"]*)"', report)
    assert content is not None
    done = post(client, "import", "dmp", content=content[1], file_name="t.yaml", apply="1")
    assert "Version 2.0-essai." in done
    kept = Edition.objects.count()
    assert "Ce fichier n’apporte rien" in post(client, "import", "dmp", file=FILE("t.yaml", text.encode()))
    post(client, "import", "dmp", content=content[1], file_name="t.yaml", apply="1")
    assert Edition.objects.count() == kept, "twice the same file would make every homologation due again"
    rules = text.replace("2.0", "2.1") + "\nregles: {duree_max_mois: 60}"
    report = post(client, "import", "dmp", file=FILE("t.yaml", rules.encode()))
    assert "durée maximale, en mois : « 36 » devient « 60 »" in report
    assert "aucun texte n’y porte le statut" in post(client, "import", "dmp", file=FILE("t.json", exported("dmp")))
    assert "uuid" in post(client, "import", "dmp", file=FILE("t.json", b'{"catalog": {"uuid": 1}}'))
    assert client.get(reverse("homologation:import", args=["autre"])).status_code == 404


def exported(name: str) -> bytes:
    """The référentiel shipped, as an OSCAL catalog: nobody read its official text."""
    return oscal_catalog.write(shipped(name), clock.now())


def test_the_official_text_comes_by_excel_too(client: Client, scene: Scene) -> None:
    answer = client.get(reverse("homologation:template", args=["dmp"]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="texte-officiel-dmp.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert "n’est pas utilisable" in post(client, "import", "dmp", file=FILE("t.xlsx", answer.content[:-30]))
    for row in book["Source"].iter_rows():
        row[1].value = {"Version du référentiel": "3.0-essai", "Titre du document officiel": "Essai"}.get(row[0].value)
    book["Source"]["B1"] = "Valeur"
    exigences = book["Exigences"]
    line = next(row for row in exigences.iter_rows() if row[0].value == "exi-02")
    line[3].value = "Texte recopié"
    filled = io.BytesIO()
    book.save(filled)
    report = post(client, "import", "dmp", file=FILE("t.xlsx", filled.getvalue()))
    assert "1 exigence changerait, version 3.0-essai." in report
    assert "Texte recopié" in report
    assert "<h2>Dimensions</h2>" not in report
    chapter = next(row for row in book["Dimensions"].iter_rows() if row[0].value == "acces")
    chapter[1].value = "Accès, tel que le texte le nomme"
    book.save(filled := io.BytesIO())
    assert "« Accès au DMP » : modifiée (libelle)" in post(
        client, "import", "dmp", file=FILE("t.xlsx", filled.getvalue())
    )
    line[3].value = "=cmd"
    book.save(filled := io.BytesIO())
    assert "formule" in post(client, "import", "dmp", file=FILE("t.xlsx", filled.getvalue()))
