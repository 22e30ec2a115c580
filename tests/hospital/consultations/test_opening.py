"""Opening a record: what is asked, what is told, what is remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from support.consultation import Ready, make_ready
from support.dmp_double import World
from tramontane.client import DeadlineExceeded, Phase
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.hospital.consultations import selectors, services
from tramontane.hospital.consultations.models import Answer, KnownDocument, Opening, SearchMemory
from tramontane.hospital.consultations.view import Situation, Whose
from tramontane.hospital.traces.models import Trace
from tramontane.rules.consultation import Kind, LocalDocument

NOW = datetime.now(UTC).replace(microsecond=0)
TWO_DAYS = NOW - timedelta(days=2)
RADIOLOGY = Coded("18748-4", "2.16.840.1.113883.6.1", "CR d'imagerie médicale")


def events() -> list[str]:
    codes = Trace.objects.exclude(event__in=("matrice.modifiee", "consentement.enregistre")).order_by("id")
    return list(codes.values_list("event", flat=True))


def test_a_first_opening_asks_the_status_then_searches_two_years_once(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    ready.dossier.feed(at=NOW - timedelta(days=800))
    view = services.open_record(ready.access)
    assert [(a.transaction, a.query) for a in ready.world.asked] == [("TD0.2", ""), ("TD3.1", "FIND_DOCUMENTS")]
    assert view.situation is Situation.READABLE
    assert len(view.new) == 1
    assert view.told is not None
    assert "antérieur" in view.told.hidden[0]
    assert view.sentence[0] == "DMP ouvert"
    assert events() == ["dossier.ouvert", "dmp.demande", "dmp.reponse", "dmp.demande", "dmp.reponse"]


def test_the_same_page_shown_again_makes_no_call(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    first = services.open_record(ready.access)
    again = services.open_record(ready.access)
    assert ready.world.transactions == ["TD0.2", "TD3.1"]
    assert again == msgspec.structs.replace(first, kept=True)


def test_the_next_opening_asks_only_for_what_was_submitted_since(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)
    first_search = SearchMemory.objects.get().searched_at
    ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2), type_code=RADIOLOGY)
    ready.world.asked.clear()
    view = services.refresh(ready.access)
    assert [a.query for a in ready.world.asked] == [
        "", "FIND_SUBMISSION_SETS", "GET_ASSOCIATIONS", "GET_DOCUMENTS_AND_ASSOCIATIONS",
    ]  # fmt: skip
    assert [notice.type_code for notice in view.new] == ["18748-4"]
    assert view.told is not None
    assert view.told.previous_search == first_search
    assert view.told.total == 2
    assert SearchMemory.objects.get().searched_at > first_search


def test_twenty_one_documents_are_asked_for_in_two_batches(ready: Ready) -> None:
    services.open_record(ready.access)
    for _ in range(21):
        ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2))
    ready.world.asked.clear()
    view = services.refresh(ready.access)
    assert [a.query for a in ready.world.asked].count("GET_DOCUMENTS_AND_ASSOCIATIONS") == 2
    assert len(view.new) == 21


def test_a_replaced_document_is_announced_once(ready: Ready) -> None:
    old = ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)
    newer = ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2), replaces=old.entry_uuid)
    view = services.refresh(ready.access)
    assert view.told is not None
    assert [(n.unique_id, n.replaces) for n in view.told.of(Kind.REPLACED)] == [(newer.unique_id, old.unique_id)]
    assert selectors.newer_versions(ready.patient, [old.unique_id]) == {old.unique_id: newer.unique_id}
    again = services.refresh(ready.access)
    assert again.told is not None
    assert again.told.of(Kind.REPLACED) == ()


def test_a_document_the_record_already_holds_is_not_new(
    ready: Ready, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = ready.dossier.feed(at=TWO_DAYS)
    monkeypatch.setattr(selectors, "held_for_test", lambda _patient: [LocalDocument(held.unique_id)], raising=False)
    settings.HELD_DOCUMENTS = f"{selectors.__name__}.held_for_test"  # type: ignore[attr-defined]
    view = services.open_record(ready.access)
    assert view.new == ()
    assert view.told is not None
    assert view.told.here == 1


def test_a_failed_search_hides_nothing_from_the_next_one(ready: Ready) -> None:
    services.open_record(ready.access)
    before = SearchMemory.objects.get().searched_at
    late = ready.dossier.feed(at=datetime.now(UTC) + timedelta(seconds=2))
    ready.world.fail("TD3.1", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING))
    failed = services.refresh(ready.access)
    assert failed.situation is Situation.FAILED
    assert failed.failure is not None
    assert (failed.failure.whose, failed.failure.phase, failed.failure.retry) == (
        Whose.NETWORK,
        "attente de la réponse",
        True,
    )
    assert SearchMemory.objects.get().searched_at == before
    assert [n.unique_id for n in services.refresh(ready.access).new] == [late.unique_id]


def test_what_was_known_before_a_failure_stays_dated(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    first = services.open_record(ready.access)
    ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING))
    failed = services.refresh(ready.access)
    assert failed.told is not None
    assert first.told is not None
    assert failed.told.as_of == first.told.as_of
    assert failed.told.read
    assert len(failed.new) == 1


def test_a_refusal_by_the_dmp_is_told_with_its_code_and_not_retried(ready: Ready) -> None:
    ready.world.fail("TD0.2", SoapFault("Le SI-DMP refuse.", remote_code="DMPAccessDeniedByRightsService"))
    view = services.open_record(ready.access)
    assert view.failure is not None
    assert (view.failure.whose, view.failure.code, view.failure.retry) == (
        Whose.DMP, "DMPAccessDeniedByRightsService", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "situation", "words"),
    [
        ({"exists": False, "open": False}, Situation.NO_DMP, "Ce patient n’a pas de DMP"),
        ({"open": False}, Situation.CLOSED, "DMP fermé"),
        ({"authorisation": Authorisation.NON_EXISTE}, Situation.TO_AUTHORISE, "DMP ouvert"),
        ({"authorisation": Authorisation.EXPIRE}, Situation.TO_AUTHORISE, "DMP ouvert"),
        ({"authorisation": Authorisation.INTERDIT}, Situation.REFUSED, "Le DMP ne peut pas être consulté"),
        ({"authorisation": None}, Situation.REFUSED, "Le DMP ne peut pas être consulté"),
    ],
)
def test_what_the_status_says_stops_the_search(
    ready: Ready, status: dict[str, object], situation: Situation, words: str
) -> None:
    ready.world.open(ready.patient.ins, **status)
    view = services.open_record(ready.access)
    assert (view.situation, view.sentence[0]) == (situation, words)
    assert ready.world.transactions == ["TD0.2"]
    assert services.displayed(ready.access).situation is situation


@pytest.mark.parametrize(
    ("status", "situation"),
    [
        ({"exists": False, "open": False}, Situation.NO_DMP),
        ({"authorisation": Authorisation.NON_EXISTE}, Situation.TO_AUTHORISE),
        ({"authorisation": Authorisation.INTERDIT}, Situation.REFUSED),
        ({}, Situation.READABLE),
    ],
)
def test_an_answer_too_old_is_asked_again_whatever_it_said(
    ready: Ready, status: dict[str, object], situation: Situation
) -> None:
    ready.world.open(ready.patient.ins, **status)
    services.open_record(ready.access)
    Answer.objects.update(answered_at=NOW - timedelta(minutes=6))
    assert services.displayed(ready.access).situation is Situation.TO_ASK
    ready.world.asked.clear()
    assert services.open_record(ready.access).situation is situation
    assert ready.world.transactions[0] == "TD0.2"


def test_a_blocked_professional_is_told_so_without_asking_again_and_again(ready: Ready) -> None:
    ready.world.open(ready.patient.ins, authorisation=Authorisation.INTERDIT)
    services.open_record(ready.access)
    again = services.open_record(ready.access)
    assert [reason.code for reason in again.reasons] == ["professionnel-bloque"]
    assert ready.world.transactions == ["TD0.2"]


def test_the_authorisation_is_added_on_an_explicit_act_then_the_record_opens(ready: Ready) -> None:
    ready.world.open(ready.patient.ins, authorisation=Authorisation.NON_EXISTE).feed(at=TWO_DAYS)
    services.open_record(ready.access)
    view = services.authorise(ready.access)
    assert ready.world.transactions == ["TD0.2", "TD0.3", "TD0.2", "TD3.1"]
    assert view is not None
    assert view.readable


def test_an_authorisation_already_valid_is_not_added_again(ready: Ready) -> None:
    services.open_record(ready.access)
    ready.world.asked.clear()
    assert services.authorise(ready.access) is None
    assert ready.world.asked == []
    assert not Trace.objects.filter(event="acces.refuse").exists(), "nothing was refused: there was nothing to do"


def test_nobody_sees_what_the_dmp_did_not_show_her(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)
    other = make_ready(ready.world)
    assert len(selectors.shown_lines(ready.account, ready.patient)) == 1
    assert len(selectors.shown_entries(ready.account, ready.patient)) == 1
    assert selectors.shown_lines(other.account, ready.patient) == []
    assert selectors.shown_entries(other.account, ready.patient) == {}


def test_no_identity_trait_of_the_dmp_is_kept(ready: Ready) -> None:
    ready.dossier.feed(at=TWO_DAYS)
    services.open_record(ready.access)
    assert "PID-5" not in str(KnownDocument.objects.get().entry)
    assert "PID-5" not in str(Answer.objects.get().content)


def test_an_opening_is_noted_with_its_site(ready: Ready) -> None:
    services.open_record(ready.access)
    opening = Opening.objects.get()
    assert (opening.account, opening.patient, opening.access_mode) == (ready.account, ready.patient, "normal")
    assert opening.geographic_entity == ready.access.site


def test_two_legal_entities_never_cross(ready: Ready, world: World) -> None:
    from support.pki import FINESS_JURIDIQUE, OTHER_FINESS_JURIDIQUE

    other = make_ready(world, finess=OTHER_FINESS_JURIDIQUE)
    services.open_record(ready.access)
    services.open_record(other.access)
    assert ready.access.site is not None
    assert other.access.site is not None
    named = {(a.finess_juridique, str(a.professional.finess_geographique), a.ins) for a in world.asked}
    assert named == {
        (FINESS_JURIDIQUE, ready.access.site.finess_geographique, ready.patient.ins),
        (OTHER_FINESS_JURIDIQUE, other.access.site.finess_geographique, other.patient.ins),
    }
    mine = Trace.objects.filter(finess_juridique=FINESS_JURIDIQUE, event__startswith="dmp.")
    assert set(mine.values_list("ins", flat=True)) == {ready.patient.ins}
