"""A day of traffic played by the operator: alerts about whom the stand-in knows, up to the refusal that the hospital gets."""

from __future__ import annotations

from datetime import date

from support.national import ET, ET_SUSPENDED, InMemory, rpps
from support.national_pages import logged_in
from support.next_call import refusal
from tramontane.dmp.identity import Rpps
from tramontane.dmp.verdicts import Outcome
from tramontane.dmp.vihf import AccessMode
from tramontane.national.models import AccessTrace, Act, Alert, PlayedDay, Professional
from tramontane.national.monitoring.playing import SERVICE, last_working_day
from tramontane.national.tracing import verdicts_of


def hire(number: int = 40) -> None:
    """Staff in two structures."""
    for index in range(number):
        one, _ = Professional.objects.get_or_create(
            rpps=rpps(index + 1).value, defaults={"family_name": "DUPONT", "given_name": "ALEX", "profession": "10"}
        )
        one.establishments.set([(ET, ET_SUSPENDED)[index % 2].value])


def test_a_played_day_opens_alerts_that_lead_to_a_suspension_and_to_the_refusal(pages: InMemory) -> None:
    hire()
    operator, officer = logged_in("operator:"), logged_in("officer:")
    assert "alertes ouvertes" in operator.post("/journee/", follow=True).content.decode()
    played = PlayedDay.objects.get()
    found = [alert for _, _, alert in operator.get("/journee/").context["planted"] if alert]
    assert len(played.planted) == 10
    assert len(found) >= 6, played.planted
    alert = next(
        one
        for one in found
        if one.subject_kind == "rpps" and Professional.objects.filter(pk=one.subject, authorised=True)
    )
    assert 'id="echange-' in officer.get(f"/alertes/{alert.pk}/").content.decode()
    officer.post(f"/alertes/{alert.pk}/", {"acte": "examiner"})
    calling = {"subject": Rpps(alert.subject).ps_idnat, "access_mode": AccessMode.BRIS_DE_GLACE}
    assert refusal(pages, **calling) == ""
    officer.post(f"/alertes/{alert.pk}/", {"acte": "suspendre", "cause": "Compte utilisé par un automate"})
    assert "Compte utilisé par un automate" in refusal(pages, **calling)


def test_nothing_that_was_played_reads_as_checked_and_refusals_are_found_by_check(pages: InMemory) -> None:
    hire()
    client = logged_in("operator:")
    client.post("/journee/")
    traces = AccessTrace.objects.filter(service=SERVICE)
    outcomes = {verdict.outcome for trace in traces for verdict in verdicts_of(trace)}
    assert outcomes == {Outcome.FAILED, Outcome.NOT_RUN}
    assert client.get("/echanges/").content.decode().count(">Journée jouée</span>") == 50
    refused = traces.filter(result="refused").count()
    assert refused == traces.filter(failed_checks__isnull=False).count() > 0
    assert client.get("/echanges/?controle=4").context["count"] > 0
    assert not traces.exclude(legal_entity="").exists(), "no conformance session counts them"


def test_a_day_is_played_once_and_its_act_says_by_whom(pages: InMemory) -> None:
    hire()
    client = logged_in("operator:")
    client.post("/journee/")
    before = AccessTrace.objects.count()
    assert "déjà jouée" in client.post("/journee/", follow=True).content.decode()
    assert AccessTrace.objects.count() == before
    assert (Act.objects.get(kind="day-played").role, Alert.objects.exists()) == ("opérateur de la maquette", True)


def test_a_directory_too_small_is_told_and_nothing_is_written(pages: InMemory) -> None:
    page = logged_in("operator:").post("/journee/", follow=True).content.decode()
    assert "importez un annuaire" in page
    assert not PlayedDay.objects.exists()
    assert not AccessTrace.objects.exists()


def test_the_day_played_is_the_last_from_monday_to_friday() -> None:
    assert last_working_day(date(2026, 11, 24)) == date(2026, 11, 23)
    assert {last_working_day(date(2026, 11, day)) for day in (21, 22, 23)} == {date(2026, 11, 20)}
