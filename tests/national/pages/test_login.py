"""Coming in: cards from the TLS connection alone, enrolment by the directory, personas only where they are allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from support.national import EJ, ET, MEDECIN, OPEN, OTHER_EJ, InMemory, trust
from support.national_pages import card, logged_in, page_settings
from support.pki import pki
from tramontane.national.models import Act, PatientRecord, Professional, Representative
from tramontane.national.pages import trust as page_trust
from tramontane.national.pages.middleware import CERTIFICATE

CPE = f"3{EJ.value}/0042"


def with_card(certificate, client: Client | None = None) -> Client:
    """A browser whose TLS connection presents a certificate."""
    client = client or Client()
    client.defaults[CERTIFICATE] = certificate
    return client


def enrol(client: Client, legal_entity: str = EJ.value):
    return client.post("/connexion/enrolement/", {"legal_entity": legal_entity, "capacity": "Directrice"}, follow=True)


def test_a_card_never_seen_is_enrolled_once_and_signs_for_its_entity(pages: InMemory) -> None:
    client = with_card(card(CPE).certificate)
    assert client.post("/connexion/carte/").url == "/connexion/enrolement/"
    assert "Vous êtes enrôlé" in enrol(client).content.decode()
    row = Representative.objects.get()
    assert (row.identity, row.legal_entity_id, row.capacity) == (CPE, EJ.value, "Directrice")
    assert Act.objects.get().kind == "enrolled"
    client.post("/deconnexion/")
    assert client.post("/connexion/carte/").url == "/contrats/"


def test_a_card_of_a_site_stands_for_its_legal_entity_and_a_cps_for_those_of_the_directory(pages: InMemory) -> None:
    assert "CH FICTIF" in with_card(card(f"3{ET.value}/1").certificate).get("/connexion/enrolement/").content.decode()
    cps = with_card(card(f"8{MEDECIN.value}").certificate)
    assert "ne rattache le RPPS" in cps.get("/connexion/enrolement/").content.decode()
    Professional.objects.get(pk=MEDECIN.value).establishments.set([ET.value])
    assert enrol(cps).redirect_chain[-1][0] == "/contrats/"


def test_nobody_enrols_for_an_entity_that_neither_card_nor_directory_gives(pages: InMemory) -> None:
    answer = enrol(with_card(card(CPE).certificate), OTHER_EJ.value)
    assert "Sélectionnez un choix valide" in answer.content.decode()
    assert not Representative.objects.exists()


def test_a_session_opened_by_a_card_is_worth_nothing_without_it_nor_with_another(pages: InMemory) -> None:
    client = with_card(card(CPE).certificate)
    enrol(client)
    assert client.get("/contrats/").status_code == 200
    assert with_card(None, client).get("/contrats/").status_code == 302
    assert with_card(card(f"3{OTHER_EJ.value}/1").certificate, client).get("/contrats/").status_code == 302
    assert with_card(card(CPE).certificate, client).get("/contrats/").status_code == 200


def test_a_card_revoked_since_is_refused_at_the_next_page(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    client = with_card(card(CPE).certificate)
    enrol(client)
    stale = trust(crls=pki().stale_crls)
    monkeypatch.setattr(page_trust, "_files", lambda: lambda: stale)
    assert client.get("/contrats/").status_code == 302


@pytest.mark.parametrize(
    "header", ["HTTP_TRAMONTANE_CERTIFICATE", "HTTP_X_SSL_CLIENT_CERT", "HTTP_TRAMONTANE.CERTIFICATE"]
)
def test_no_header_is_a_card(pages: InMemory, header: str) -> None:
    client = Client(**{header: card(CPE).certificate_pem.decode().replace("\n", " ")})
    answer = client.post("/connexion/carte/")
    assert answer.status_code == 403
    assert "aucun certificat" in answer.content.decode()


def test_the_card_of_an_officer_opens_the_white_list(national: InMemory, tmp_path: Path) -> None:
    with page_settings(tmp_path, NATIONAL_OFFICERS=frozenset({f"8{MEDECIN.value}"})):
        client = with_card(card(f"8{MEDECIN.value}").certificate)
        assert client.post("/connexion/carte/").url == "/liste-blanche/"
        assert client.get("/liste-blanche/").status_code == 200
        assert client.get("/contrats/").status_code == 403
    with page_settings(tmp_path, NATIONAL_OFFICERS=frozenset()):
        assert client.get("/liste-blanche/").status_code == 302, "who is no longer an officer is one no longer"


def test_the_card_of_an_operator_opens_the_desk_and_nothing_of_the_officer(national: InMemory, tmp_path: Path) -> None:
    with page_settings(tmp_path, NATIONAL_OPERATORS=frozenset({f"8{MEDECIN.value}"})):
        client = with_card(card(f"8{MEDECIN.value}").certificate)
        assert client.post("/connexion/carte/").url == "/echanges/"
        assert client.get("/pannes/").status_code == 200
        assert client.get("/liste-blanche/").status_code == 403
        assert "opérateur de la maquette" in client.get("/alertes/").content.decode()
    with page_settings(tmp_path):
        assert client.get("/echanges/").status_code == 302, "who is no longer an operator is one no longer"


def test_one_card_cannot_both_suspend_and_operate(tmp_path: Path) -> None:
    done = settings_with(tmp_path, TRAMONTANE_NATIONAL_OFFICERS="8999, 8998", TRAMONTANE_NATIONAL_OPERATORS="8998")
    assert done.returncode != 0
    assert "nomment une même carte" in done.stderr


def test_an_operator_with_a_card_plays_any_patient_and_every_act_says_so(national: InMemory, tmp_path: Path) -> None:
    patient = PatientRecord.objects.get(ins=OPEN.value)
    with page_settings(tmp_path, NATIONAL_UNSAFE_PERSONAS=False, NATIONAL_OPERATORS=frozenset({f"8{MEDECIN.value}"})):
        client = with_card(card(f"8{MEDECIN.value}").certificate)
        client.post("/connexion/carte/")
        assert (
            client.post("/jouer-un-patient/", {"patient": OPEN.value}).content.decode().count('aria-label="Jouer') == 1
        )
        assert client.post("/jouer-un-patient/entrer/", {"patient": "0"}).status_code == 404
        page = client.post("/jouer-un-patient/entrer/", {"patient": patient.pk}, follow=True).content.decode()
        assert "Simulation" in page
        client.post("/mon-espace-sante/professionnels/", {"acte": "bloquer", "rpps": MEDECIN.value})
        assert "joué par CAMILLE FICTIF" in Act.objects.get(kind="professional-blocked").actor
        assert client.get("/echanges/").status_code == 403, "a patient operates nothing"
        assert client.post("/jouer-un-patient/quitter/").url == "/jouer-un-patient/"
        assert client.get("/echanges/").status_code == 200
        client.post("/jouer-un-patient/entrer/", {"patient": patient.pk})
        assert with_card(None, client).get("/mon-espace-sante/").status_code == 302
    with page_settings(tmp_path, NATIONAL_UNSAFE_PERSONAS=False):
        with_card(card(f"8{MEDECIN.value}").certificate, client)
        assert client.get("/mon-espace-sante/").status_code == 302, "no operator, no play"


def test_a_patient_who_is_not_played_has_nobody_to_become(pages: InMemory) -> None:
    client = logged_in(f"patient:{PatientRecord.objects.first().pk}")
    assert client.post("/jouer-un-patient/quitter/").status_code == 404
    assert client.post("/jouer-un-patient/entrer/", {"patient": PatientRecord.objects.last().pk}).status_code == 403


def test_a_representative_whom_the_directory_forgets_signs_no_more(pages: InMemory) -> None:
    doctor = Professional.objects.get(pk=MEDECIN.value)
    doctor.establishments.set([ET.value])
    client = with_card(card(f"8{MEDECIN.value}").certificate)
    enrol(client)
    assert client.get("/contrats/nouveau/").status_code == 200
    doctor.establishments.clear()
    assert client.get("/contrats/nouveau/").status_code == 302, "at the very next page"
    refused = client.post("/connexion/carte/")
    assert (refused.status_code, "ne vous y rattachent plus" in refused.content.decode()) == (403, True)
    doctor.establishments.set([ET.value])
    assert client.post("/connexion/carte/").url == "/contrats/"


def test_without_permission_there_are_no_personas_and_theirs_sessions_end(national: InMemory, tmp_path: Path) -> None:
    with page_settings(tmp_path):
        client = logged_in("officer:")
    with page_settings(tmp_path, NATIONAL_UNSAFE_PERSONAS=False):
        assert client.get("/liste-blanche/").status_code == 302
        assert Client().post("/connexion/personnage/", {"personnage": "officer:"}).status_code == 404
        assert "personnage" not in Client().get("/connexion/").content.decode().split("Cette installation")[0]


@pytest.mark.parametrize("persona", ["", "officer", "patient:0", "patient:x", "representative:000000000", "root:1"])
def test_a_persona_that_does_not_exist_opens_nothing(pages: InMemory, persona: str) -> None:
    client = Client()
    answer = client.post("/connexion/personnage/", {"personnage": persona})
    assert answer.status_code == (302 if persona == "officer" else 404)
    assert ("person" in client.session) == (persona == "officer")


def test_the_next_page_is_on_this_site(pages: InMemory) -> None:
    for suite, url in (("/professionnels/", "/professionnels/"), ("https://example.org/", "/liste-blanche/")):
        answer = Client().post("/connexion/personnage/", {"personnage": "officer:", "suite": suite})
        assert answer.url == url


def test_logging_in_again_keeps_nothing_of_the_session_before(pages: InMemory) -> None:
    client = logged_in("officer:")
    before = client.session.session_key
    client.post("/connexion/personnage/", {"personnage": f"patient:{PatientRecord.objects.first().pk}"})
    assert client.session.session_key != before
    assert client.get("/liste-blanche/").status_code == 403


def settings_with(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TRAMONTANE_NATIONAL_DATA": str(tmp_path)} | variables
    command = [sys.executable, "-c", "import tramontane.national.pages.settings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_personas_do_not_start_in_production(tmp_path: Path) -> None:
    done = settings_with(tmp_path, TRAMONTANE_ENV="production", TRAMONTANE_NATIONAL_UNSAFE_PERSONAS="1")
    assert done.returncode != 0
    assert "TRAMONTANE_NATIONAL_UNSAFE_PERSONAS" in done.stderr


def test_a_patient_is_sought_by_name_without_the_name_in_the_address(pages: InMemory) -> None:
    PatientRecord.objects.filter(pk=PatientRecord.objects.first().pk).update(birth_name="RARE")
    found = Client().post("/connexion/", {"patient": "rar", "suite": "/mon-espace-sante/"}).content.decode()
    assert found.count('value="patient:') == 1
    assert 'name="suite" value="/mon-espace-sante/"' in found
    assert Client().get("/connexion/?patient=RARE").content.decode().count('value="patient:') > 1
