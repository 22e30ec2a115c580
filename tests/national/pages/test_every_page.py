"""Every address: the banner, the role, the method, the record of nobody else; in one walk over `urls`."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from support.national import (
    EJ,
    ET,
    ET_OF_OTHER_EJ,
    ET_WITHOUT_CONTRACT,
    MEDECIN,
    NOW,
    OPEN,
    OTHER_EJ,
    UNDECLARED,
    InMemory,
    entry,
    feed,
)
from support.national_pages import declaration, logged_in, officer, representative
from support.next_call import refusal
from tramontane.national import faults
from tramontane.national.models import (
    AccessTrace,
    Alert,
    ConformanceSession,
    DirectoryKind,
    FaultKind,
    Guardianship,
    PatientRecord,
    WatchedPatient,
)
from tramontane.national.pages.navigation import ENTRIES
from tramontane.national.pages.roles import Role
from tramontane.national.pages.services import contracts, directory_import
from tramontane.national.pages.urls import urlpatterns

BANNER = "Bac à sable : simulation, aucun lien avec les services nationaux".replace(" :", "\u00a0:")
# What is no page: styles, files, and forms that only answer a POST.
FILES = {"theme", "conformance-json", "conformance-pdf", "contract-pdf", "directory-template", "own-content"}
POSTS = {"card-login", "persona-login", "logout", "view-profile", "opening"} | {
    "unwatch-patient", "play-fault-again", "forget-fault", "end-conformance", "play-patient", "leave-patient",
}  # fmt: skip
PUBLIC = {"welcome", "theme", "login", "card-login", "enrolment", "persona-login", "logout"}


@pytest.fixture
def scene(pages: InMemory) -> dict[str, dict[str, object]]:
    """One of each thing, and the arguments of each address."""
    feed(entry(1))
    contract = contracts.sign(representative(EJ.value), (ET_WITHOUT_CONTRACT.value,), declaration(), NOW)
    content = b"finess_geographique;nom;finess_juridique;nom_juridique;ouvert\r\n"
    content += f"{ET.value};Renommé;{EJ.value};CH FICTIF;oui\r\n".encode()
    imported = directory_import.receive(DirectoryKind.FINESS, "finess.csv", content, officer(), NOW)
    with_pk = {"contract", "contract-pdf", "renew-contract", "amend-contract"}
    return {
        **{name: {"pk": contract.pk} for name in with_pk},
        "white-list-entry": {"finess": ET.value},
        "professional": {"rpps": MEDECIN.value},
        "directory-import": {"pk": imported.pk},
        "directory-template": {"kind": "finess"},
        "own-document": {"entry_uuid": entry(1).entry_uuid},
        "own-content": {"entry_uuid": entry(1).entry_uuid},
        **_watched_over(pages),
    }


def _watched_over(pages: InMemory) -> dict[str, dict[str, object]]:
    """One exchange, one alert about it, one watched patient, one fault."""
    refusal(pages)
    trace = AccessTrace.objects.get()
    alert = Alert.objects.create(
        rule="volume-horaire", subject_kind="rpps", subject=MEDECIN.value, figure=30, threshold=25,
        since=NOW, until=NOW, opened_at=NOW,
    )  # fmt: skip
    watched = WatchedPatient.objects.create(patient=PatientRecord.objects.get(ins=OPEN.value), reason="x", added_at=NOW)
    fault = {"pk": faults.script(faults.PlayedFault(FaultKind.HTTP_500))}
    session = ConformanceSession.objects.create(label="x", legal_entity_id=EJ.value, started_at=NOW, started_by="x")
    sessions = ("conformance-session", "end-conformance", "conformance-json", "conformance-pdf")
    return {
        **{name: {"pk": session.pk} for name in sessions},
        "exchange": {"pk": trace.pk},
        "alert": {"pk": alert.pk},
        "unwatch-patient": {"pk": watched.pk},
        "play-fault-again": fault,
        "forget-fault": fault,
    }


def people() -> dict[Role, Client]:
    return {
        Role.REPRESENTATIVE: logged_in(f"representative:{EJ.value}"),
        Role.CNAM_OFFICER: logged_in("officer:"),
        Role.OPERATOR: logged_in("operator:"),
        Role.PATIENT: logged_in(f"patient:{PatientRecord.objects.get(ins=OPEN.value).pk}"),
    }


def test_every_page_carries_the_banner_and_opens_for_its_role_alone(scene: dict) -> None:
    clients, stranger = people(), Client()
    for pattern in urlpatterns:
        name, roles = pattern.name, getattr(pattern.callback, "required_roles", frozenset())
        url = reverse(name, kwargs=scene.get(name, {}))
        assert bool(roles) != (name in PUBLIC), f"{name} is for someone, or public on purpose"
        if name in POSTS:
            assert stranger.get(url).status_code == 405, name
            continue
        for role, client in clients.items():
            answer = client.get(url)
            allowed = not roles or role in roles or name in PUBLIC
            if allowed and name in ("welcome", "enrolment"):
                continue  # elsewhere: to the role's own home, or refused without a card
            assert answer.status_code == (200 if allowed else 403), (name, role)
            if name not in FILES or not allowed:
                assert BANNER in answer.content.decode(), (name, role)
        if roles:
            assert stranger.get(url).url.startswith("/connexion/?suite="), name


def test_strangers_read_the_banner_on_every_public_page(scene: dict) -> None:
    for url in ("/", "/connexion/", "/connexion/enrolement/", "/nulle-part/"):
        assert BANNER in Client().get(url).content.decode(), url


def test_a_page_in_panne_and_an_old_form_say_so_under_the_banner(scene: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    client = people()[Role.CNAM_OFFICER]
    client.raise_request_exception = False
    from tramontane.national.pages.views import white_list

    monkeypatch.setattr(white_list.selectors, "counts", lambda _day: 1 / 0)
    failed = client.get("/liste-blanche/")
    assert (failed.status_code, BANNER in failed.content.decode()) == (500, True)
    strict = Client(enforce_csrf_checks=True)
    old = strict.post("/connexion/personnage/", {"personnage": "officer:"})
    assert (old.status_code, "a expiré" in old.content.decode(), BANNER in old.content.decode()) == (403, True, True)


def test_the_navigation_leads_to_pages_of_the_role(scene: dict) -> None:
    clients = people()
    for one in ENTRIES:
        for role in one.roles:
            page = clients[role].get(one.path)
            assert page.status_code == 200
            assert f'href="{one.path}" aria-current="page"' in page.content.decode()


def test_the_contract_of_another_legal_entity_does_not_exist(scene: dict) -> None:
    other = logged_in(f"representative:{OTHER_EJ.value}")
    for name in ("contract", "contract-pdf", "renew-contract", "amend-contract"):
        assert other.get(reverse(name, kwargs=scene[name])).status_code == 404
    assert ET.value not in other.get("/contrats/nouveau/").content.decode()
    assert ET_OF_OTHER_EJ.value in other.get("/contrats/nouveau/").content.decode()


def test_the_documents_of_another_patient_do_not_exist(scene: dict) -> None:
    other = logged_in(f"patient:{PatientRecord.objects.get(ins=UNDECLARED.value).pk}")
    for name in ("own-document", "own-content"):
        url = reverse(name, kwargs=scene[name])
        assert other.get(url).status_code == 404
        assert other.post(url, {"acte": "masquer"}).status_code in (404, 405)


def test_only_a_child_one_stands_for_is_viewed(scene: dict) -> None:
    parent = PatientRecord.objects.get(ins=UNDECLARED.value)
    child = PatientRecord.objects.get(ins=OPEN.value)
    client = logged_in(f"patient:{parent.pk}")
    assert client.post("/mon-espace-sante/profil/", {"profil": child.pk}).status_code == 404
    PatientRecord.objects.filter(pk=child.pk).update(birth_date=date(NOW.year - 9, 1, 1))
    Guardianship.objects.create(guardian=parent, child=child)
    page = client.post("/mon-espace-sante/profil/", {"profil": child.pk}, follow=True).content.decode()
    assert "en tant que représentant légal" in page
    assert "Document 1" in client.get("/mon-espace-sante/documents/").content.decode()
    Guardianship.objects.all().delete()
    assert "Document 1" not in client.get("/mon-espace-sante/documents/").content.decode()


def test_a_document_is_given_as_a_file_and_never_opened_in_the_page(scene: dict) -> None:
    answer = people()[Role.PATIENT].get(reverse("own-content", kwargs=scene["own-content"]))
    assert b"".join(answer.streaming_content) == b"Document 1"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
