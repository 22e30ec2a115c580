"""The pages of the documents: what each role may do, what is refused in words, and how a certificate signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from support.homologation_scene import FILE, Scene
from support.hospital import login, make_account
from support.pki import TestPki
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.homologation.documents.exchange import EXCHANGES
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.models import Homologation
from tramontane.hospital.homologation.services import moving, registering, reserving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(client: Client) -> Scene:
    found = Scene.new()
    login(client, found.account)
    return found


def test_every_file_downloads_under_its_own_name_and_kind(client: Client, scene: Scene) -> None:
    number = scene.decided().number
    base = f"/homologation/{number}/documents/"
    for key, paper in PAPERS.items():
        for form, start in (("pdf", b"%PDF-"), ("docx", b"PK")):
            answer = client.get(f"{base}{key}.{form}")
            assert answer.content.startswith(start)
            assert f'filename="{paper.stem}-dossier-{number}.{form}"' in answer.headers["Content-Disposition"]
    for name, one in EXCHANGES.items():
        assert one.file_name in client.get(f"{base}echanges/{name}/").headers["Content-Disposition"]
    assert client.get(f"{base}classeur/telecharger/").content.startswith(b"PK")
    assert client.get(f"{base}autre.pdf").status_code == 404
    assert client.get(f"{base}pv.exe").status_code == 404
    assert client.get(f"{base}echanges/autre/").status_code == 404


def test_the_numbers_are_asked_for_by_the_team_and_by_nobody_else(client: Client, scene: Scene) -> None:
    dossier, today = scene.open(), moving.today()
    system = registering.register(scene.entity, "DPI d’essai", "Éditeur fictif", actor=scene.actor)
    registering.add_version(system, registering.VersionFacts("7.1", today, "CNDA-77", today), actor=scene.actor)
    assert (
        "Télécharger le support avec les numéros"
        in client.get(f"/homologation/{dossier.number}/documents/").content.decode()
    )
    address = reverse("homologation:support-with-numbers", args=[dossier.number])
    answer = client.post(address)
    assert (answer.content[:5], answer.headers["Cache-Control"]) == (b"%PDF-", "no-store")
    assert client.get(address).status_code == 405
    scene.account.roles = [Role.DPO.value]
    scene.account.save()
    assert client.post(address).status_code == 403


def test_a_pv_handed_out_before_the_plan_changed_is_warned_of_on_every_page_before_the_signature(
    client: Client, scene: Scene
) -> None:
    dossier = scene.decided(unmet=("exi-20",))
    base = f"/homologation/{dossier.number}"
    assert client.get(f"{base}/documents/pv.pdf").status_code == 200
    assert "À jour" in client.get(f"{base}/documents/").content.decode()
    reserving.plan(dossier.reserves.get(), "Former le service", "DSI", moving.today(), actor=scene.actor)
    assert "A changé depuis" in client.get(f"{base}/documents/").content.decode()
    for name in ("pv", "signature"):
        assert "il ne dit plus ce que dit le dossier (EXI 20" in client.get(f"{base}/{name}/").content.decode()


def test_before_the_decision_the_pv_is_not_there_and_no_pack_is_made(client: Client, scene: Scene) -> None:
    number = scene.open().number
    base = f"/homologation/{number}/documents/"
    assert client.get(f"{base}pv.pdf").status_code == 404
    assert "Le pack d’audit se fabrique une fois" in client.post(f"{base}pack/", follow=True).content.decode()
    assert "pas encore prêt à signer" in client.get(f"/homologation/{number}/signature/").content.decode()


def test_a_certificate_signs_once_its_code_is_right_and_nothing_of_it_is_kept(
    client: Client, scene: Scene, pki: TestPki, tmp_path: Path
) -> None:
    number = scene.decided().number
    address = f"/homologation/{number}/signature/ici/"
    p12 = pki.sign.pkcs12("le bon code")

    def signed_with(code: str, content: bytes = p12) -> str:
        values = {"certificat-file": FILE("cle.p12", content), "certificat-code": code}
        return client.post(address, values, follow=True).content.decode()

    assert "Erreur" in signed_with("un autre code")
    assert "Erreur" in signed_with("le bon code", b"pas un p12")
    assert not Homologation.objects.exists()
    assert "Signé ici avec un certificat" in signed_with("le bon code")
    assert Homologation.objects.get().signature_report["level"] == "PAdES B-B"
    assert all(p12 not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert client.get(f"/homologation/{number}/documents/pv.pdf").status_code == 404  # the signed one is given instead


def test_without_a_configured_certificate_there_is_no_button_and_the_address_signs_nothing(
    client: Client, scene: Scene
) -> None:
    number = scene.decided().number
    assert "certificat de l’installation" not in client.get(f"/homologation/{number}/signature/").content.decode()
    assert client.post(f"/homologation/{number}/signature/ici/", {"configured": "1"}).status_code == 422
    assert not Homologation.objects.exists()


def test_a_session_with_one_factor_signs_nothing(client: Client, scene: Scene, pki: TestPki) -> None:
    number = scene.decided().number
    login(client, scene.account, "password")
    values = {"certificat-file": FILE("cle.p12", pki.sign.pkcs12("code")), "certificat-code": "code"}
    answer = client.post(f"/homologation/{number}/signature/ici/", values)
    assert "deux facteurs" in answer.content.decode()
    assert not Homologation.objects.exists()


def test_the_dpo_reads_every_document_and_signs_or_imports_nothing(scene: Scene) -> None:
    number, dpo = scene.decided().number, Client()
    login(dpo, make_account(scene.entity, roles=(Role.DPO,)))
    assert dpo.get(f"/homologation/{number}/documents/pv.pdf").status_code == 200
    assert dpo.post(f"/homologation/{number}/signature/ici/").status_code == 403
    assert dpo.post(f"/homologation/{number}/signature/parapheur/").status_code == 403
    assert dpo.get(f"/homologation/{number}/documents/classeur/").status_code == 403


def test_another_establishment_sees_none_of_it(scene: Scene) -> None:
    number, other = scene.decided().number, Client()
    login(other, Scene.new().account)
    for path in ("documents/", "documents/pv.pdf", "documents/classeur/", "signature/"):
        assert other.get(f"/homologation/{number}/{path}").status_code == 404
