"""From traces to an alert, from the alert to its traces, the suspension and the closing; the next call is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from support.national import AUTRE_MEDECIN, ET, MEDECIN, NOW, OPEN, InMemory, ins
from support.national_pages import logged_in
from support.next_call import refusal
from tramontane.national.models import AccessTrace, Act, Alert, AlertState, PatientRecord, WatchedPatient

TODAY = timezone.localdate(NOW)


@pytest.fixture
def many(pages: InMemory) -> InMemory:
    """Sixty patients in a minute, at noon of yesterday."""
    noon = timezone.localtime(NOW).replace(hour=12) - timedelta(days=1)
    AccessTrace.objects.bulk_create(
        AccessTrace(
            instant=noon + timedelta(seconds=index), transaction="TD3.1", service="registry", result="granted",
            access_mode="normal", rpps=MEDECIN.value, structure=ET.value, ins=ins(200 + index).value,
            assertion_id=f"_{index}",
        )
        for index in range(60)
    )  # fmt: skip
    return pages


def test_a_day_is_examined_and_each_alert_leads_to_its_traces(many: InMemory) -> None:
    client = logged_in("officer:")
    day = (TODAY - timedelta(days=1)).isoformat()
    page = client.post("/alertes/", {"day": day}, follow=True).content.decode()
    assert "Consultation en masse" in page
    alert = Alert.objects.get(rule="volume-horaire")
    assert (alert.subject, alert.figure) == (MEDECIN.value, 60)
    shown = client.get(f"/alertes/{alert.pk}/").content.decode()
    assert shown.count('id="echange-') == 50
    assert 'rel="next"' in shown
    client.post("/alertes/", {"day": day})
    assert Alert.objects.filter(rule="volume-horaire").count() == 1


def test_from_an_alert_the_suspension_is_met_by_the_next_call(many: InMemory) -> None:
    client = logged_in("officer:")
    client.post("/alertes/", {"day": (TODAY - timedelta(days=1)).isoformat()})
    alert = Alert.objects.get(rule="volume-horaire")
    url = f"/alertes/{alert.pk}/"
    assert refusal(many) == ""
    early = client.post(url, {"acte": "clore", "outcome": "misuse", "reason": "compte partagé"}, follow=True)
    assert "commencez son examen" in early.content.decode()
    client.post(url, {"acte": "examiner"})
    assert client.post(url, {"acte": "clore", "outcome": "misuse", "reason": "court"}).status_code == 400
    client.post(url, {"acte": "suspendre", "cause": "Alerte : soixante patients en une minute"})
    assert "soixante patients en une minute" in refusal(many)
    assert refusal(many, AUTRE_MEDECIN) == ""
    client.post(url, {"acte": "clore", "outcome": "misuse", "reason": "Compte partagé, avoué par le service"})
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == (AlertState.CLOSED, "misuse")
    page = client.get(url).content.decode()
    assert "Compte partagé, avoué par le service" in page
    assert [act.kind for act in Act.objects.filter(alert=alert).order_by("pk")] == [
        "alert-investigated", "professional-suspended", "alert-closed",
    ]  # fmt: skip


def test_a_closed_alert_answers_for_its_facts_and_more_facts_open_another(many: InMemory) -> None:
    client, day = logged_in("officer:"), (TODAY - timedelta(days=1)).isoformat()
    client.post("/alertes/", {"day": day})
    Alert.objects.update(state=AlertState.CLOSED)
    before = Alert.objects.count()
    client.post("/alertes/", {"day": day})
    assert Alert.objects.count() == before
    Alert.objects.filter(rule="volume-horaire").update(figure=30)
    client.post("/alertes/", {"day": day})
    assert Alert.objects.filter(rule="volume-horaire", state=AlertState.OPEN).count() == 1


def test_two_officers_do_not_examine_the_same_alert(many: InMemory) -> None:
    client = logged_in("officer:")
    client.post("/alertes/", {"day": (TODAY - timedelta(days=1)).isoformat()})
    url = f"/alertes/{Alert.objects.get(rule='volume-horaire').pk}/"
    client.post(url, {"acte": "examiner"})
    assert "en cours d’examen" in client.post(url, {"acte": "examiner"}, follow=True).content.decode()
    assert Act.objects.filter(kind="alert-investigated").count() == 1
    assert client.post(url, {"acte": "inconnu"}).status_code == 200
    assert Act.objects.count() == 1


def test_a_watched_patient_read_without_episode_opens_an_alert_that_she_never_sees(pages: InMemory) -> None:
    officer, patient = logged_in("officer:"), PatientRecord.objects.get(ins=OPEN.value)
    refused = officer.post("/patients-surveilles/", {"ins": "1 23", "reason": "personnalité publique"})
    assert (refused.status_code, "Aucun patient" in refused.content.decode()) == (400, True)
    officer.post("/patients-surveilles/", {"ins": OPEN.value, "reason": "personnalité publique"})
    assert refusal(pages) == ""
    officer.post("/alertes/", {"day": timezone.localdate().isoformat()})
    alert = Alert.objects.get(rule="patient-surveille")
    assert (alert.subject, alert.figure) == (OPEN.value, 1)
    page = officer.get(f"/alertes/{alert.pk}/").content.decode()
    assert MEDECIN.value in page
    assert "Suspendre l’accès" not in page
    assert "surveill" not in logged_in(f"patient:{patient.pk}").get("/mon-espace-sante/").content.decode().lower()
    officer.post(f"/patients-surveilles/{WatchedPatient.objects.get().pk}/lever/")
    assert not WatchedPatient.objects.exists()
