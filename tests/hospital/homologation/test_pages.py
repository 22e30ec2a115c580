"""Every page in every state of a dossier, for those who may see it, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from icalendar import Calendar

from support.homologation_pages import page, post
from support.homologation_scene import FILE, PV, Scene, judgement
from support.hospital import login, make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.homologation.models import EvidenceRevision, Homologation, Judgement, Member, Sitting
from tramontane.hospital.homologation.services import judging, moving, signing
from tramontane.hospital.homologation.tabs import TABS
from tramontane.hospital.homologation.urls import urlpatterns
from tramontane.hospital.traces.models import Trace
from tramontane.rules.homologation import Level, Move
from tramontane.rules.referentiels import shipped_ids

pytestmark = pytest.mark.django_db
NEXT = {
    "Commencer l’auto-évaluation": "/homologation/{}/evaluer/exi-01/",
    "Lire les exigences": "/homologation/{}/exigences/",
    "Préparer la commission": "/homologation/{}/commission/",
    "Voir la commission": "/homologation/{}/commission/",
}
READERS = (Role.HOMOLOGATION, Role.DIRECTION, Role.RSSI, Role.DPO)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(client: Client) -> Scene:
    found = Scene.new()
    login(client, found.account)
    return found


@pytest.mark.parametrize("state", ["open", "assessed", "sat", "decided", "signed"])
def test_every_tab_answers_in_every_state(client: Client, scene: Scene, state: str) -> None:
    made = getattr(scene, state)()
    number = made.dossier.number if isinstance(made, Homologation) else made.number
    for tab in TABS:
        assert f"Dossier n° {number}" in page(client, tab.name.removeprefix("homologation:"), number)
    for tab in ("texte", "evaluation", "preuves", "parties", "plan", "activite", "autre"):
        assert 'id="tiroir"' in page(client, "exigences", number, exigence="exi-23", onglet=tab)
    page(client, "assess", number, "exi-20")
    page(client, "dossiers")
    for name in shipped_ids():
        page(client, "referentiel", name)


def test_before_the_first_dossier_the_workspace_says_what_to_do(client: Client, scene: Scene) -> None:
    assert client.get("/homologation/").headers["Location"] == "/homologation/dossiers/"
    text = page(client, "dossiers")
    assert "Aucun dossier d’homologation n’est ouvert." in text
    assert "Inactif</span>" in text
    assert "Dossier n° 1" in post(client, "open", referentiel="dmp")
    assert client.get("/homologation/").headers["Location"] == "/homologation/1/"
    assert client.post("/homologation/ouvrir/", {"referentiel": "autre"}).status_code == 404


@pytest.mark.parametrize(
    ("state", "role", "label"),
    [
        ("open", Role.HOMOLOGATION, "Commencer l’auto-évaluation"),
        ("open", Role.DIRECTION, "Lire les exigences"),
        ("open", Role.DPO, "Lire les exigences"),
        ("sat", Role.DIRECTION, "Préparer la commission"),
        ("sat", Role.DPO, "Voir la commission"),
    ],
)
def test_what_comes_next_is_offered_to_who_may_do_it_and_shown_to_the_others(
    client: Client, scene: Scene, state: str, role: Role, label: str
) -> None:
    dossier = getattr(scene, state)()
    login(client, make_account(scene.entity, roles=(role,)))
    assert f'class="button" href="{NEXT[label].format(dossier.number)}">{label}</a>' in page(
        client, "dossier", dossier.number
    )


def test_a_stranger_finds_no_dossier_and_no_file(client: Client, scene: Scene) -> None:
    homologation = scene.signed()
    number, revision = homologation.dossier.number, EvidenceRevision.objects.get()
    stranger = Client()
    login(stranger, make_account(roles=READERS))
    for name, args in (("dossier", ()), ("signed", ()), ("pv", ()), ("download", (revision.evidence_id, 1))):
        assert stranger.get(reverse(f"homologation:{name}", args=[number, *args])).status_code == 404
    assert "Aucun dossier" in stranger.get("/homologation/dossiers/").content.decode()


def _own(pattern: URLPattern | URLResolver) -> bool:
    return isinstance(pattern, URLPattern)


def _views(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        yield from [pattern.callback] if _own(pattern) else _views(pattern.url_patterns)


def test_no_address_of_the_workspace_is_without_its_roles() -> None:
    open_ones = [view.__name__ for view in _views(urlpatterns) if not getattr(view, "required_roles", None)]
    assert open_ones == []
    assert {role for view in _views(urlpatterns) for role in view.required_roles} <= set(READERS)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMISSIONS, Role.ACCOUNT_MANAGER])
def test_the_other_desks_are_refused(scene: Scene, role: Role) -> None:
    dossier = scene.open()
    other = Client()
    login(other, make_account(scene.entity, roles=(role,)))
    for pattern in filter(_own, urlpatterns):
        values = {"number": dossier.number, "exigence": "exi-01", "name": "dmp", "key": "risques", "what": "risques"}
        values |= {"form": "pdf"}
        values |= dict.fromkeys(("evidence", "revision", "reserve", "action"), 1)
        wanted = {name: value for name, value in values.items() if name in pattern.pattern.converters}
        address = reverse(f"homologation:{pattern.name}", kwargs=wanted)
        assert other.get(address).status_code == 403, address
        assert other.post(address).status_code == 403, address


def test_the_dpo_reads_and_comments_but_changes_nothing(scene: Scene) -> None:
    dossier = scene.open()
    dpo = Client()
    login(dpo, make_account(scene.entity, roles=(Role.DPO,)))
    address = reverse("homologation:assess", args=[dossier.number, "exi-01"])
    shown = page(dpo, "assess", dossier.number, "exi-01")
    assert shown.index("Vous pouvez lire, pas évaluer.") < shown.index("Niveau</legend>")
    assert "Enregistrer</button>" not in shown
    dpo.post(address, {"level": "conforme", "after": 0})
    assert not dossier.assessments.exists()
    assert dpo.post(reverse("homologation:move", args=[dossier.number]), {"move": "ARCHIVE"}).status_code == 403
    dpo.post(reverse("homologation:comment", args=[dossier.number, "exi-01"]), {"text": "Vu."})
    assert dossier.comments.get().text == "Vu."
    assert dpo.post(reverse("homologation:comment", args=[dossier.number, "exi-99"]), {"text": "?"}).status_code == 404


def test_one_exigence_a_screen_leads_to_the_next(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    address = reverse("homologation:assess", args=[dossier.number, "exi-04"])
    values = {
        "level": "conforme_perimetre",
        "perimeter": "Cardiologie",
        "steps": "Puis tous",
        "after": "0",
        "next": "1",
    }
    refused = client.post(address, values)
    assert refused.status_code == 422
    assert "Donner le calendrier" in refused.content.decode()
    done = client.post(address, values | {"calendar": "Juin 2027", "stakeholders": "DSI\n\n Éditeur "})
    assert done.headers["Location"] == reverse("homologation:assess", args=[dossier.number, "exi-05"])
    kept = dossier.assessments.get()
    assert (kept.level, kept.stakeholders, kept.revision) == ("conforme_perimetre", ["DSI", "Éditeur"], 1)
    again = client.post(address, values | {"calendar": "Fin 2028"}).content.decode()
    assert "écrit ici entre-temps" in again
    assert '<p class="keep-lines">Juin 2027</p>' in again, "what is kept"
    assert "Fin 2028</textarea>" in again, "beside what was typed"
    assert 'name="after" value="1"' in again, "which may now follow it"
    assert client.get(reverse("homologation:assess", args=[dossier.number, "exi-29"])).status_code == 404


def test_an_unknown_text_is_said_unknown_and_both_readings_of_exi_25_are_shown(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    assert "Texte officiel à saisir." in page(client, "assess", dossier.number, "exi-01")
    text = page(client, "assess", dossier.number, "exi-25")
    assert "stricte confidentialité de l&#x27;accès à la clef privée" in text
    assert "MIE conformes au RIE" in text
    assert "Texte cité par le webinaire" in text


def test_the_list_is_filtered_by_view_dimension_and_owner(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY, owner="Zoé Roux")

    def shown(**query: str) -> list[str]:
        return re.findall(r"<strong>(EXI \d\d)</strong>", page(client, "exigences", dossier.number, **query))

    assert len(shown()) == 29
    assert shown(vue="non-atteintes") == ["EXI 20"]
    assert len(shown(vue="a-evaluer")) == 27
    assert shown(dimension="air_simplifie") == ["EXI 23", "EXI 25", "EXI 29"]
    assert shown(responsable="Zoé Roux") == ["EXI 20"]
    assert shown(vue="atteintes") == []
    assert len(shown(vue="inconnue")) == 29


def test_the_drawer_joins_proofs_writes_reserves_and_plans_actions(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    post(client, "add-proof", dossier.number, "exi-20", url="https://intranet.example/matrice", starts="2026-01-01")
    post(client, "write-reserve", dossier.number, "exi-20", text="Revue à tenir", due="2027-03-31")
    reserve = dossier.reserves.get()
    post(client, "plan", dossier.number, reserve.pk, title="Tenir la revue", owner="RSSI", due="2027-02-28")
    action = reserve.actions.get()
    changed = {"state": "faite", "owner": "DSI", "due": "2027-03-01", "seen": action.updated_at.isoformat()}
    assert action.updated_at.isoformat() in page(client, "reserves", dossier.number)
    assert "Tenir la revue" in post(client, "follow", dossier.number, action.pk, **changed)
    assert "confiée à DSI pour le 01/03/2027 (avant : RSSI, 28/02/2027)" in page(client, "journal", dossier.number)
    assert "Action enregistrée" in post(client, "follow", dossier.number, action.pk, **changed), "pressed twice"
    stale = changed | {"state": "en_cours"}
    assert "écrit ici entre-temps" in post(client, "follow", dossier.number, action.pk, **stale)
    action.refresh_from_db()
    assert (action.state, action.owner) == ("faite", "DSI")
    stale = {"text": "Autre texte", "due": "2027-03-31", "seen": "2027-03-31 Revue"}
    assert "écrit ici entre-temps" in post(client, "write-reserve", dossier.number, "exi-20", **stale)
    assert 'value="2027-03-31 Revue à tenir"' in page(
        client, "exigences", dossier.number, exigence="exi-20", onglet="plan"
    )
    fresh = stale | {"seen": "2027-03-31 Revue à tenir"}
    assert "Réserve enregistrée" in post(client, "write-reserve", dossier.number, "exi-20", **fresh)
    proof = EvidenceRevision.objects.get().evidence
    post(client, "attach", dossier.number, "exi-01", evidence=proof.pk)
    post(client, "detach", dossier.number, "exi-20", evidence=proof.pk)
    assert [one.exigence for one in dossier.evidence_links.all()] == ["exi-01"]
    assert "évaluer d’abord son niveau" in page(client, "reserves", dossier.number)
    assert "encore déclarée non atteinte" in post(client, "lift", dossier.number, reserve.pk, evidence=proof.pk)
    scene.assess(dossier, "exi-20")
    assert "Réserve levée" in post(client, "lift", dossier.number, reserve.pk, evidence=proof.pk)
    reserve.refresh_from_db()
    assert reserve.lifted_with == proof
    assert "n’admet aucune réserve" in post(
        client, "write-reserve", dossier.number, "exi-23", text="Non", due="2027-03-31"
    )


def test_what_names_nothing_is_not_found(client: Client, scene: Scene) -> None:
    number = scene.open().number
    address = f"/homologation/{number}/exigences/exi-20/preuves/retirer/"
    assert [client.post(address, {"evidence": asked}).status_code for asked in ("", "x", "9" * 30)] == [404] * 3
    reserve = {"text": "Réserve", "due": "2027-03-31"}
    assert client.post(f"/homologation/{number}/exigences/exi-999/reserve/", reserve).status_code == 404


@pytest.mark.parametrize("carried", ["", "é", "%%%", "A" * 9])
def test_what_a_report_did_not_carry_is_refused(client: Client, scene: Scene, carried: str) -> None:
    number = scene.open().number
    for address in ("referentiels/dmp/importer/", "contrat/referents/", f"{number}/documents/classeur/"):
        answer = client.post(f"/homologation/{address}", {"content": carried, "apply": "1"})
        assert answer.status_code == 422, address


def test_a_gate_that_is_shut_says_why(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    assert "28 exigences ne sont pas évaluées" in post(client, "move", dossier.number, move="FINISH")
    text = page(client, "commission", dossier.number)
    assert "EXI 23 (Authentification à deux facteurs préalable) n’est pas évaluée." in text
    assert client.post(reverse("homologation:move", args=[dossier.number]), {"move": "SIGN"}).status_code == 404


def test_the_commission_is_convened_held_and_decides(client: Client, scene: Scene) -> None:
    dossier = scene.assessed(unmet=("exi-20",))
    today = moving.today().isoformat()
    values = {
        "dossiers": [str(dossier.number)],
        "day": today,
        "time": "00:05",
        "minutes": "90",
        "place": "Salle <b>A</b>",
    }
    text = post(client, "commission", dossier.number, **values)
    assert "La commission siège le" in text
    assert "Salle &lt;b&gt;A" in text
    number = dossier.number
    post(client, "act", number, "inviter", role="representant", name="Anne Mercier", email="anne@example.org")
    refused = post(client, "act", number, "inviter", role="rssi", name="Claire", email="non")
    assert "Adresse électronique : Saisissez" in refused
    member = Sitting.objects.get().members.get()
    said = {f"present-{member.pk}": "oui", f"avis-{member.pk}": "favorable", "risks": "{{ 7*7 }} reste acceptable."}
    assert "Séance enregistrée." in post(client, "act", number, "noter", **said, **{"risks-vus": ""})
    assert "{{ 7*7 }}" in page(client, "commission", number)
    assert "limite l’homologation à 36" in post(client, "act", number, "decision", decision="homologue", months="37")
    assert "Homologué pour 6 mois" in post(client, "act", number, "decision", decision="homologue", months="6")
    assert client.post(reverse("homologation:act", args=[number, "autre"])).status_code == 404


def test_the_invitation_is_a_calendar_event_that_moves_without_doubling(client: Client, scene: Scene) -> None:
    dossier = scene.sat()
    address = reverse("homologation:invitation", args=[dossier.number])
    (event,) = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert event["SEQUENCE"] == 0
    values = {"day": "2027-01-12", "time": "14:30", "minutes": "60", "place": "Salle B"}
    post(client, "act", dossier.number, "seance", **values)
    (moved,) = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert moved["UID"] == event["UID"]
    assert moved["SEQUENCE"] == 1
    assert moved.decoded("DTSTART").isoformat() == "2027-01-12T13:30:00+00:00"
    assert "Présentation du support documentaire" in moved["DESCRIPTION"]


def test_the_pv_is_shown_with_its_words_then_signed(client: Client, scene: Scene) -> None:
    dossier = scene.decided(months=6, unmet=("exi-20",))
    text = page(client, "pv", dossier.number)
    assert "Le service est homologué pour 6 mois, avec la réserve suivante : EXI 20" in text
    assert "je soussignée Anne Mercier" in text
    post(
        client,
        "names",
        dossier.number,
        signatory="Louis Anglade",
        soussigne="soussigné",
        identifiants="690000001\n690000002",
    )
    assert "690000002" in page(client, "pv", dossier.number)
    wrong = post(client, "pv", dossier.number, file=FILE("pv.pdf", b"<html>"), signed_on=moving.today().isoformat())
    assert "Le PV signé est un fichier PDF." in wrong
    signed = post(client, "pv", dossier.number, file=FILE("pv.pdf", PV), signed_on=moving.today().isoformat())
    assert "Le procès-verbal est signé" in signed
    assert "Louis Anglade" in signed
    checks = Homologation.objects.get(dossier=dossier).signature_report["checks"]
    assert [(one["code"], one["outcome"]) for one in checks] == [("signature", "not run"), ("mots", "not run")]
    answer = client.get(reverse("homologation:signed", args=[dossier.number]))
    assert b"".join(answer.streaming_content) == PV  # type: ignore[attr-defined]


def test_the_list_of_dossiers_says_what_each_homologation_is_worth_today(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.signed(months=1)
    assert "Homologation bientôt expirée" in page(client, "dossiers")
    later = clock.now() + timedelta(days=45)
    monkeypatch.setattr(clock, "now", lambda: later)
    login(client, scene.account)
    assert "Homologation expirée" in page(client, "dossiers")


def test_a_dossier_opened_twice_is_shown_not_refused(client: Client, scene: Scene) -> None:
    assert "Dossier ouvert." in post(client, "open", referentiel="dmp")
    assert "Ce dossier est déjà en cours." in post(client, "open", referentiel="dmp")
    assert "1 exigence évaluée" not in page(client, "dossier", 1)
    scene.assess(scene.entity.dossiers.get(), "exi-01")
    assert "1 exigence évaluée sur 28" in page(client, "dossier", 1)


def test_one_button_keeps_presences_opinions_and_risks_and_only_what_was_changed(client: Client, scene: Scene) -> None:
    dossier = scene.sat()
    number, head = dossier.number, judgement(dossier).sitting.members.get(role=Member.Role.HEAD)
    risks = judgement(dossier).risks
    seen = {f"presence-vue-{head.pk}": "oui", f"avis-vu-{head.pk}": "", "risks-vus": risks}
    for name, value in seen.items():
        assert f'name="{name}" form="seance-notee" value="{value}"' in page(client, "commission", number)
    typed = seen | {
        f"present-{head.pk}": "oui",
        f"avis-{head.pk}": "reserve",
        f"mot-{head.pk}": "À revoir",
        "risks": risks,
    }
    traced = Trace.objects.filter(event="homologation.commission").count()
    for _ in range(2):
        assert "Séance enregistrée." in post(client, "act", number, "noter", **typed)
    assert Trace.objects.filter(event="homologation.commission").count() == traced + 1, "the opinion, and once"
    judging.state_risks(dossier, "un risque de plus.", actor=scene.actor)
    assert "Séance enregistrée." in post(client, "act", number, "noter", **typed), "risks were not changed here"
    text = post(client, "act", number, "noter", **(typed | {"risks": "rien.", f"present-{head.pk}": "non"}))
    assert "écrit ici entre-temps" in text
    assert "rien.</textarea>" in text
    assert "Ce qui est enregistré : un risque de plus." in text
    head.refresh_from_db()
    assert (judgement(dossier).risks, head.present) == ("un risque de plus.", False)
    bare = {f"avis-{head.pk}": "", f"mot-{head.pk}": "Sans avis", "risks-vus": "", "risks": ""}
    assert f"avant son commentaire : {head.name}" in post(client, "act", number, "noter", **bare)


def test_what_was_typed_of_a_decision_is_shown_again_when_it_is_refused(client: Client, scene: Scene) -> None:
    dossier = scene.sat()
    values = {"decision": "homologue", "months": 48, "motive": "Un long motif"}
    answer = client.post(reverse("homologation:act", args=[dossier.number, "decision"]), values)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Un long motif</textarea>" in shown
    assert "limite l’homologation à 36" in shown


def test_an_adjourned_dossier_is_convened_again_from_its_page(client: Client, scene: Scene) -> None:
    dossier = scene.sat()
    ruling = judging.Ruling(Judgement.Decision.ADJOURNED, motive="Relire la procédure")
    judging.decide(dossier, ruling, actor=scene.actor)
    moving.move(dossier, Move.RESUME, actor=scene.actor)
    assert "Relire la procédure" in page(client, "commission", dossier.number)
    moving.move(dossier, Move.FINISH, actor=scene.actor)
    shown = page(client, "commission", dossier.number)
    assert "Convoquer la commission" in shown
    assert "Relire la procédure" in shown


def test_the_pv_on_screen_names_the_reserves_that_its_mention_does(client: Client, scene: Scene) -> None:
    """A réserve whose exigence is met since is no longer named, lifted or not."""
    dossier = scene.decided(unmet=("exi-20", "exi-28"))
    dossier.assessments.filter(exigence="exi-20").update(level=Level.COMPLIANT)
    due = dossier.reserves.get(exigence="exi-28").due
    before = page(client, "pv", dossier.number)
    signing.sign(dossier, signing.SignedPv(PV, "pv.pdf", moving.today()), actor=scene.actor)
    for text in (before, page(client, "pv", dossier.number)):
        assert "à mettre en conformité (exi-20)" not in text
        assert f"(exi-28) (avant le {due:%d/%m/%Y})" in text


def test_the_dpo_says_where_the_pv_and_the_aipd_are_kept(scene: Scene) -> None:
    homologation = scene.signed()
    number = homologation.dossier.number
    dpo = Client()
    login(dpo, make_account(scene.entity, roles=(Role.DPO,)))
    assert "Le PV s’ajoute au registre RGPD" in page(dpo, "pv", number)
    day = moving.today()
    said = post(dpo, "rgpd", number, kind="registre", done_on=day.isoformat(), reference="Registre, fiche 12")
    assert "Registre, fiche 12" in said
    assert "Il reste un élément à déclarer." in said
    later = (day + timedelta(days=1)).isoformat()
    assert "ne peut pas être à venir" in post(dpo, "rgpd", number, kind="aipd", done_on=later, reference="GED")
    post(dpo, "rgpd", number, kind="registre", done_on=day.isoformat(), reference="Registre, fiche 13")
    assert [one.reference for one in homologation.rgpd_items.all()] == ["Registre, fiche 13"]
    assert dpo.post(reverse("homologation:rgpd", args=[scene.open().number])).status_code == 404


def test_what_binds_the_establishment_asks_for_two_factors(scene: Scene) -> None:
    dossier = scene.decided()
    one_factor = Client()
    login(one_factor, scene.account, "password")
    said = post(one_factor, "pv", dossier.number, file=FILE("pv.pdf", PV), signed_on=moving.today().isoformat())
    assert "il demande une session à deux facteurs" in said
    assert not Homologation.objects.exists()
    reconsidered = judging.reconsider(dossier, motive="Essai", actor=scene.actor)
    said = post(one_factor, "act", reconsidered.number, "decision", decision="homologue", months="6")
    assert "deux facteurs" in said
    assert judgement(dossier).decision == ""


def test_an_accepted_trigger_makes_it_void(client: Client, scene: Scene) -> None:
    homologation = scene.signed()
    number = homologation.dossier.number
    assert "encore" in page(client, "deadlines", number)
    text = post(client, "void", number, trigger="configuration", motive="Nouvelle version du DPI")
    assert "Homologation caduque" in text
    assert client.post(reverse("homologation:void", args=[scene.open().number])).status_code == 404


def test_the_support_is_written_part_by_part(client: Client, scene: Scene) -> None:
    dossier = scene.open()
    assert "0 partie écrite sur 8." in page(client, "support", dossier.number)
    post(client, "write-section", dossier.number, "risques", **{"risques-text": "Un risque"})
    assert "1 partie écrite sur 8." in page(client, "support", dossier.number)
    seen = dossier.sections.get().updated_at.isoformat()
    assert f'name="risques-seen" value="{seen}"' in page(client, "support", dossier.number)
    both = {
        "risques-text": "Un risque\r\nEt un autre",
        "risques-seen": seen,
        "acces-text": "Par rôle",
        "acces-seen": "",
    }
    assert "2 parties écrites sur 8." in post(client, "write-section", dossier.number, "acces", **both)
    assert "Support enregistré" in post(client, "write-section", dossier.number, "acces", **both), "pressed twice"
    assert dossier.sections.get(key="risques").text == "Un risque\nEt un autre"
    assert Trace.objects.filter(event="homologation.support").count() == 3
    stale = both | {"risques-text": "Texte de cinq pages", "acces-text": "Par rôle et par service"}
    text = post(client, "write-section", dossier.number, "risques", **stale)
    assert "écrit ici entre-temps" in text
    assert "Texte de cinq pages</textarea>" in text, "nothing typed is lost"
    assert "Et un autre</p>" in text, "beside what is kept"
    for key in ("exigences", "autre"):
        assert client.post(reverse("homologation:write-section", args=[dossier.number, key])).status_code == 404


def test_a_dossier_taken_back_shows_its_decision_undone(client: Client, scene: Scene) -> None:
    dossier = scene.decided()
    post(client, "act", dossier.number, "revenir", motive="Durée à revoir")
    assert judgement(dossier).decision == ""
    post(client, "act", dossier.number, "annuler", motive="Séance reportée")
    resumed = scene.again(dossier)
    assert moving.move(resumed, Move.RESUME, actor=scene.actor).state == "auto_evaluation"
