"""From an empty dossier to a signed snapshot that nothing changes, one trace a write, one refusal a mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from support.homologation_scene import FILE, PV, Scene, judgement
from support.hospital import make_account
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Role
from tramontane.hospital.homologation.models import (
    Edition,
    Ending,
    Evidence,
    EvidenceRevision,
    Homologation,
    Judgement,
    Member,
)
from tramontane.hospital.homologation.selectors import dossiers, homologations, journal
from tramontane.hospital.homologation.selectors.capability import homologated
from tramontane.hospital.homologation.selectors.facts import facts
from tramontane.hospital.homologation.services import (
    assessing,
    judging,
    moving,
    opening,
    proving,
    reserving,
    signing,
    sitting,
)
from tramontane.hospital.homologation.services.errors import OutdatedError, RefusedError
from tramontane.hospital.homologation.snapshot import canonical_digest
from tramontane.hospital.traces.models import Trace
from tramontane.rules.homologation import (
    ActionState,
    Assessment,
    DossierState,
    ExigenceState,
    ForbiddenMove,
    HomologationState,
    Level,
    Move,
    TriggerKind,
    add_months,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene() -> Scene:
    return Scene.new()


def test_a_dossier_is_pinned_to_its_edition_and_one_is_under_way_at_a_time(scene: Scene) -> None:
    dossier = scene.open()
    assert (dossier.number, dossier.state) == (1, DossierState.ASSESSING)
    assert dossiers.referentiel_of(dossier.edition).version == "1.0-essai"
    with pytest.raises(ForbiddenMove, match="déjà en cours"):
        scene.open()


def test_a_draft_referentiel_opens_no_dossier(scene: Scene) -> None:
    with pytest.raises(ForbiddenMove, match="inactif"):
        opening.open_dossier(scene.entity, "rie", actor=scene.actor)


def test_the_shipped_edition_is_recorded_by_the_first_dossier() -> None:
    scene = Scene.new()
    assert Edition.objects.filter(legal_entity=scene.entity).count() == 1
    scene.open()
    assert Edition.objects.filter(legal_entity=scene.entity).count() == 1, "the imported one is used"


def test_an_assessment_is_recorded_with_its_trace_and_refused_when_it_lacks_what_it_needs(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-23")
    (entry,) = journal.activity(dossier, "exi-23")
    assert entry.sentence == "EXI 23 évaluée : Conforme"
    with pytest.raises(RefusedError) as refused:
        scene.assess(dossier, "exi-23", Level.COMPLIANT_ON_PERIMETER)
    assert [one.field for one in refused.value.objections] == ["perimeter", "steps", "calendar"]
    with pytest.raises(KeyError):
        scene.assess(dossier, "exi-99")


def test_the_same_answer_sent_twice_is_written_once_and_blames_nobody(scene: Scene) -> None:
    dossier = scene.open()
    said = Assessment(Level.PARTLY, owner="Zoé Roux", stakeholders=("RSSI",))
    first, again = (assessing.assess(dossier, "exi-01", said, after=0, actor=scene.actor) for _ in range(2))
    assert (first.revision, again.revision) == (1, 1)
    assert Trace.objects.filter(event="homologation.evaluation").count() == 1


def test_the_second_of_two_people_who_write_at_once_is_told(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-01")
    with pytest.raises(OutdatedError):
        assessing.assess(dossier, "exi-01", Assessment(Level.PARTLY), after=0, actor=scene.actor)


def test_nothing_is_assessed_once_the_self_assessment_is_over(scene: Scene) -> None:
    dossier = scene.assessed()
    with pytest.raises(ForbiddenMove, match="terminée"):
        scene.assess(dossier, "exi-01", Level.PARTLY)
    resumed = moving.move(dossier, Move.RESUME, actor=scene.actor)
    scene.assess(resumed, "exi-01", Level.PARTLY)


def test_the_self_assessment_ends_when_every_exigence_is_assessed(scene: Scene) -> None:
    dossier = scene.open()
    with pytest.raises(ForbiddenMove) as refused:
        moving.move(dossier, Move.FINISH, actor=scene.actor)
    assert refused.value.gate is not None
    assert scene.again(dossier).state == DossierState.ASSESSING


def test_a_proof_keeps_its_digest_and_its_revisions(scene: Scene) -> None:
    dossier = scene.open()
    scene.prove(dossier, "exi-01", "exi-02")
    revision = EvidenceRevision.objects.get()
    assert revision.sha256 == hashlib.sha256(b"%PDF-1.7 preuve").hexdigest()
    newer = proving.Content(moving.today(), file=FILE("cr2.pdf", b"autre", "application/pdf"))
    assert proving.revise(dossier, revision.evidence, newer, actor=scene.actor).number == 2
    assert [len(line.evidence) for line in facts(dossier, moving.today()).lines[:3]] == [1, 1, 0]
    link = proving.Content(moving.today(), url="https://intranet.example/")
    with pytest.raises(RefusedError, match="enregistrable"):
        proving.revise(dossier, revision.evidence, link, actor=scene.actor)


@pytest.mark.parametrize("days", [None, -1])
def test_a_proof_without_content_or_with_a_period_backwards_is_refused(scene: Scene, days: int | None) -> None:
    dossier, day = scene.open(), moving.today()
    content = (
        proving.Content(day) if days is None else proving.Content(day, day + timedelta(days), url="https://a.example/")
    )
    with pytest.raises(RefusedError):
        proving.add(dossier, ["exi-01"], "Rien", content, actor=scene.actor)
    assert not EvidenceRevision.objects.exists()


def test_a_proof_of_another_establishment_is_out_of_reach(scene: Scene) -> None:
    other = Scene.new()
    dossier = other.open()
    other.prove(dossier, "exi-01")
    with pytest.raises(Evidence.DoesNotExist):
        proving.attach(scene.open(), "exi-01", Evidence.objects.get(), actor=scene.actor)


@pytest.mark.parametrize("exigence", ["exi-04", "exi-23", "exi-25", "exi-29"])
def test_the_blocking_four_never_carry_a_reserve(scene: Scene, exigence: str) -> None:
    dossier = scene.open()
    if exigence != "exi-29":
        scene.assess(dossier, exigence, Level.NON_COMPLIANT)
    with pytest.raises(RefusedError, match="enregistrable") as refused:
        scene.reserve(dossier, exigence)
    assert "n’admet aucune réserve" in refused.value.received


def test_a_proof_refused_for_its_exigence_leaves_no_file(scene: Scene, tmp_path: Path) -> None:
    dossier = scene.open()
    with pytest.raises(RefusedError):
        scene.prove(dossier, "exi-99")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_reserve_is_lifted_with_a_proof(scene: Scene) -> None:
    homologation = scene.signed(unmet=("exi-20",))
    reserve = homologation.dossier.reserves.get()
    assert carried(scene) == 1
    with pytest.raises(RefusedError):
        reserving.lift(reserve, None, on=moving.today(), actor=scene.actor)
    proof = EvidenceRevision.objects.get().evidence
    stale = homologation.dossier.reserves.get()
    reserving.lift(reserve, proof, on=moving.today(), actor=scene.actor)
    with pytest.raises(RefusedError, match="enregistrable") as again:
        reserving.lift(stale, proof, on=moving.today(), actor=scene.actor)
    assert "déjà levée" in again.value.received, "who lifted it, when and with what stays"
    assert homologation.snapshot["exigences"][19]["reserve"]["levee_le"] == "", "the snapshot keeps what was signed"
    assert carried(scene) == 0


def carried(scene: Scene) -> int:
    """How many réserves the homologation in force still carries, as the objectives ask."""
    found = homologated(scene.entity, "dmp", moving.today())
    assert found is not None
    return found.reserves


def test_a_reserve_of_an_exigence_met_before_the_decision_is_not_counted(scene: Scene) -> None:
    dossier = scene.decided(unmet=("exi-20",))
    dossier.assessments.filter(exigence="exi-20").update(level=Level.COMPLIANT)
    signing.sign(dossier, signing.SignedPv(PV, "pv.pdf", moving.today()), actor=scene.actor)
    assert carried(scene) == 0


def test_a_reserve_is_lifted_before_the_signature_once_its_exigence_is_met(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    scene.prove(dossier, "exi-20")
    reserve, proof = dossier.reserves.get(), EvidenceRevision.objects.get().evidence
    with pytest.raises(RefusedError) as refused:
        reserving.lift(reserve, proof, on=moving.today(), actor=scene.actor)
    assert "évaluer d’abord son niveau" in refused.value.received
    scene.assess(dossier, "exi-20", Level.COMPLIANT)
    reserving.lift(reserve, proof, on=moving.today(), actor=scene.actor)
    assert facts(dossier, moving.today()).states["exi-20"] is ExigenceState.MET


def test_a_lifted_reserve_is_not_rewritten_it_is_removed_and_another_written(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    dossier.reserves.update(lifted_on=moving.today())
    with pytest.raises(RefusedError) as refused:
        scene.reserve(dossier, "exi-20")
    assert "la retirer pour en écrire une autre" in refused.value.received
    lifted = dossier.reserves.get()
    with pytest.raises(RefusedError, match="enregistrable"):
        reserving.plan(lifted, "Encore", "RSSI", moving.today(), actor=scene.actor)
    reserving.remove_reserve(lifted, actor=scene.actor)
    scene.reserve(dossier, "exi-20")
    assert dossier.reserves.get().lifted_on is None


def test_what_a_colleague_removed_meanwhile_is_refused_and_said(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    reserve = dossier.reserves.get()
    action = reserve.actions.get()
    reserving.remove_reserve(dossier.reserves.get(), actor=scene.actor)
    acts: list[Callable[[], object]] = [
        lambda: reserving.lift(reserve, None, on=moving.today(), actor=scene.actor),
        lambda: reserving.plan(reserve, "Former", "DSI", moving.today(), actor=scene.actor),
        lambda: reserving.remove_reserve(reserve, actor=scene.actor),
        lambda: reserving.follow(action, ActionState.DONE, actor=scene.actor),
        lambda: reserving.entrust(action, "DSI", moving.today(), actor=scene.actor),
    ]
    for act in acts:
        with pytest.raises(RefusedError) as refused:
            act()
        assert "retirée entre-temps" in refused.value.received


def test_an_action_asked_twice_is_planned_once(scene: Scene) -> None:
    dossier = scene.open()
    scene.assess(dossier, "exi-20", Level.PARTLY)
    scene.reserve(dossier, "exi-20")
    reserve, due = dossier.reserves.get(), moving.today()
    first, again = (reserving.plan(reserve, "Former", "DSI", due, actor=scene.actor) for _ in range(2))
    assert first == again
    reserving.follow(first, ActionState.DONE, actor=scene.actor)
    assert reserving.plan(reserve, "Former", "DSI", due, actor=scene.actor) != first, "done once: asked for again"


def test_the_commission_opens_only_when_its_gate_does(scene: Scene) -> None:
    dossier = scene.open()
    with pytest.raises(ForbiddenMove):
        sitting.convene([dossier], sitting.Meeting(clock.now()), actor=scene.actor)
    for exigence in dossiers.referentiel_of(dossier.edition).assessed:
        scene.assess(dossier, exigence.id)
    dossier = moving.move(dossier, Move.FINISH, actor=scene.actor)
    with pytest.raises(ForbiddenMove) as refused:
        sitting.convene([dossier], sitting.Meeting(clock.now()), actor=scene.actor)
    assert refused.value.gate is not None
    assert [one.exigences for one in refused.value.gate.obstacles] == [("exi-04",), ("exi-23",), ("exi-25",)]


def test_the_members_of_the_last_sitting_are_invited_again(scene: Scene) -> None:
    dossier = scene.sat()
    judging.decide(dossier, judging.Ruling(Judgement.Decision.ADJOURNED, motive="À compléter"), actor=scene.actor)
    resumed = moving.move(scene.again(dossier), Move.RESUME, actor=scene.actor)
    finished = moving.move(resumed, Move.FINISH, actor=scene.actor)
    second = sitting.convene([finished], sitting.Meeting(clock.now()), actor=scene.actor)
    assert [(one.name, one.present) for one in second.members.all()] == [
        ("Anne Mercier", None),
        ("Claire Dubois", None),
    ]


def test_a_commission_withdrawn_gives_the_dossier_back(scene: Scene) -> None:
    dossier = scene.sat()
    assert sitting.cancel(dossier, actor=scene.actor, motive="Séance reportée").state == DossierState.ASSESSED
    assert dossiers.judgement_of(dossier) is None


def test_a_decision_follows_the_gate_and_the_limits_of_the_referentiel(scene: Scene) -> None:
    dossier = scene.sat()
    for months in (0, 37):
        with pytest.raises(RefusedError):
            judging.decide(dossier, judging.Ruling(Judgement.Decision.HOMOLOGATED, months), actor=scene.actor)
    with pytest.raises(RefusedError):
        judging.decide(dossier, judging.Ruling(Judgement.Decision.REFUSED), actor=scene.actor)
    row = judgement(dossier).sitting
    head = row.members.get(role=Member.Role.HEAD)
    sitting.note_attendance(row, {head.pk: False}, actor=scene.actor)
    with pytest.raises(ForbiddenMove) as refused:
        judging.decide(dossier, judging.Ruling(Judgement.Decision.HOMOLOGATED, 12), actor=scene.actor)
    assert [one.code for one in refused.value.gate.obstacles] == ["responsable-absent"]


def test_an_opinion_said_again_replaces_the_first(scene: Scene) -> None:
    dossier = scene.sat()
    member = judgement(dossier).sitting.members.first()
    for value in ("reserve", "favorable"):
        judging.give_opinion(dossier, member, value, "", actor=scene.actor)
    assert [one.value for one in judgement(dossier).opinions.all()] == ["favorable"]


def test_a_decision_can_be_taken_back_until_the_signature(scene: Scene) -> None:
    dossier = scene.decided()
    assert judging.reconsider(dossier, motive="Erreur de durée", actor=scene.actor).state == DossierState.COMMISSION
    assert judgement(dossier).decision == ""


def test_a_decision_and_a_signature_asked_twice_are_recorded_once(scene: Scene) -> None:
    dossier = scene.sat()
    ruling, other = (judging.Ruling(Judgement.Decision.HOMOLOGATED, months) for months in (12, 24))
    first, again = (judging.decide(dossier, ruling, actor=scene.actor) for _ in range(2))
    assert (first.pk, first.decided_at) == (again.pk, again.decided_at)
    with pytest.raises(ForbiddenMove):
        judging.decide(dossier, other, actor=scene.actor)
    judging.name_signatory(dossier, judging.PvNames("Anne Mercier", "soussignée", ("010000001",)), actor=scene.actor)
    pv = signing.SignedPv(PV, "pv.pdf", moving.today())
    assert signing.sign(dossier, pv, actor=scene.actor) == signing.sign(dossier, pv, actor=scene.actor)
    with pytest.raises(ForbiddenMove):
        signing.sign(dossier, signing.SignedPv(PV + b" autre", "pv.pdf", moving.today()), actor=scene.actor)
    assert Trace.objects.filter(event="homologation.decision").count() == 1
    assert Trace.objects.filter(event="homologation.pv").count() == 1


def test_a_commission_that_decided_does_not_sit_another_day(scene: Scene) -> None:
    row = judgement(scene.decided()).sitting
    with pytest.raises(ForbiddenMove, match="impossible de déplacer la séance"):
        sitting.postpone(row, sitting.Meeting(clock.now()), actor=scene.actor)
    again = type(row).objects.get()
    assert (again.starts_at, again.sequence) == (row.starts_at, 0)


def test_what_a_button_pressed_twice_asks_is_done_once(scene: Scene) -> None:
    dossier = scene.sat()
    row = judgement(dossier).sitting
    for _ in range(2):
        sitting.invite(row, Member.Role.DPO, "Paul Simon", "dpo@example.org", actor=scene.actor)
        sitting.postpone(row, sitting.Meeting(row.starts_at, 90, "Salle 2"), actor=scene.actor)
    assert row.members.filter(role=Member.Role.DPO).count() == 1
    assert type(row).objects.get().sequence == 1, "the event of the calendars changed once"
    paul = row.members.get(role=Member.Role.DPO)
    sitting.uninvite(paul, actor=scene.actor)
    paul = Member(pk=paul.pk or 0, sitting=row, role=Member.Role.DPO, name="Paul Simon")
    with pytest.raises(RefusedError) as refused:
        sitting.uninvite(paul, actor=scene.actor)
    assert "déjà retiré" in refused.value.received
    with pytest.raises(RefusedError):
        judging.give_opinion(dossier, paul, "favorable", "", actor=scene.actor)


def test_an_adjourned_dossier_that_is_resumed_waits_for_another_commission(scene: Scene) -> None:
    dossier = scene.sat()
    ruling = judging.Ruling(Judgement.Decision.ADJOURNED, motive="Relire la procédure")
    judging.decide(dossier, ruling, actor=scene.actor)
    assert judgement(scene.again(dossier)).motive == "Relire la procédure"
    resumed = moving.move(dossier, Move.RESUME, actor=scene.actor)
    assert facts(resumed, moving.today()).sitting is None
    finished = moving.move(resumed, Move.FINISH, actor=scene.actor)
    sitting.convene([finished], sitting.Meeting(clock.now()), actor=scene.actor)
    assert judgement(scene.again(dossier)).decision == ""


def test_signing_freezes_everything(scene: Scene) -> None:
    homologation = scene.signed(months=6, unmet=("exi-20",))
    frozen = homologation.snapshot
    assert homologation.sha256 == canonical_digest(frozen)
    assert homologation.signed_sha256 == hashlib.sha256(PV).hexdigest()
    assert homologation.mention.replace("\u00a0", " ") == (
        "Le service est homologué pour 6 mois, avec la réserve suivante : EXI 20, à mettre en conformité (exi-20)."
    )
    assert "je soussignée Anne Mercier" in frozen["pv"]["prononce"]
    assert len(frozen["exigences"]) == 29
    assert frozen["exigences"][0]["preuves"][0]["sha256"]
    assert frozen["commission"]["membres"][0] == {
        "nom": "Anne Mercier", "qualite": "Responsable de l’établissement", "present": True, "avis": "", "commentaire": "",
    }  # fmt: skip
    assert scene.again(homologation.dossier).state == DossierState.HOMOLOGATED
    known = facts(homologation.dossier, moving.today())
    assert known.states["exi-29"] is ExigenceState.MET


@pytest.mark.parametrize("table", ["homologation", "edition", "evidencerevision", "ending"])
def test_the_database_refuses_to_change_what_a_signature_rests_on(scene: Scene, table: str) -> None:
    homologation = scene.signed()
    signing.void(homologation, TriggerKind.CONFIGURATION, "Nouvelle version du DPI", actor=scene.actor)
    kind = {"homologation": Homologation, "edition": Edition, "evidencerevision": EvidenceRevision, "ending": Ending}[
        table
    ]
    row = kind.objects.first()
    field = {"homologation": "months", "edition": "version", "evidencerevision": "note", "ending": "motive"}[table]
    with pytest.raises(DatabaseError, match="ne se modifie"), transaction.atomic():
        kind.objects.filter(pk=row.pk).update(**{field: 7})
    with pytest.raises(DatabaseError), transaction.atomic():
        kind.objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("content", "days"), [(b"", 0), (b"<html>", 0), (PV, 1), (PV, -2)], ids=["empty", "not a PDF", "to come", "before"]
)
def test_a_signed_pv_that_cannot_be_one_is_refused(scene: Scene, content: bytes, days: int) -> None:
    dossier = scene.decided()
    day = moving.today() + timedelta(days=days)
    with pytest.raises(RefusedError):
        signing.sign(dossier, signing.SignedPv(content, "pv.pdf", day), actor=scene.actor)
    assert not Homologation.objects.exists()


def test_an_homologation_is_renewed_by_the_next_which_takes_over_the_answers(scene: Scene) -> None:
    first = scene.signed(unmet=("exi-20",))
    second = scene.open()
    assert second.previous == first.dossier
    assert facts(second, moving.today()).assessed == 28
    assert second.reserves.get().actions.count() == 1
    dossier = moving.move(second, Move.FINISH, actor=scene.actor)
    row = sitting.convene([dossier], sitting.Meeting(clock.now()), actor=scene.actor)
    sitting.note_attendance(row, {member.pk: True for member in row.members.all()}, actor=scene.actor)
    judging.state_risks(dossier, "rien de nouveau.", actor=scene.actor)
    judging.decide(dossier, judging.Ruling(Judgement.Decision.HOMOLOGATED, 36), actor=scene.actor)
    names = judging.PvNames("Anne Mercier", "soussignée", ("010000001",))
    judging.name_signatory(dossier, names, actor=scene.actor)
    renewed = signing.sign(dossier, signing.SignedPv(PV, "pv.pdf", moving.today()), actor=scene.actor)
    kept = homologations.signed(scene.entity).get(pk=first.pk)
    assert homologations.term(kept).state(moving.today()) is HomologationState.REPLACED
    assert kept.ending.replaced_by == renewed
    assert scene.again(first.dossier).state == DossierState.ARCHIVED
    assert homologations.in_force(scene.entity, "dmp", moving.today()) == renewed


def test_a_new_version_is_a_difference_to_review_and_a_trigger_never_an_edit(scene: Scene) -> None:
    homologation = scene.signed()
    text = "schema: 1\nreferentiel: dmp\nversion: '2.0-essai'\nsource: {document: D}\nexigences: [{id: exi-01, texte: Nouveau}]"
    found = opening.rehearse(scene.entity, "dmp", text.encode())
    assert [change.key for change in found.changes] == ["dmp:exi-01"]
    opening.record_edition(scene.entity, found.result, file=("v2.yaml", text.encode()), actor=scene.actor)
    assert dossiers.outdated(homologation.dossier)
    assert [one.kind for one in homologations.due(homologation, moving.today())] == [TriggerKind.REFERENTIEL]
    assert dossiers.referentiel_of(homologation.dossier.edition).version == "1.0-essai"
    renewal = scene.open()
    assert facts(renewal, moving.today()).states["exi-01"] is ExigenceState.NOT_ASSESSED
    assert facts(renewal, moving.today()).states["exi-02"] is ExigenceState.MET


def test_a_support_that_changes_after_the_signature_is_a_trigger(scene: Scene) -> None:
    homologation = scene.signed()
    assert homologations.due(homologation, moving.today()) == ()
    assessing.write_section(homologation.dossier, "risques", "Un risque de plus", actor=scene.actor)
    assert [one.kind for one in homologations.due(homologation, moving.today())] == [TriggerKind.SUPPORT]


def test_an_homologation_expires_by_itself(scene: Scene) -> None:
    homologation = scene.signed(months=1)
    later = add_months(moving.today(), 1) + timedelta(days=1)
    assert homologations.term(homologation).state(later) is HomologationState.EXPIRED
    assert homologations.in_force(scene.entity, "dmp", later) is None
    assert facts(homologation.dossier, later).states["exi-29"] is ExigenceState.AWAITED


def test_a_trigger_accepted_makes_it_void_once(scene: Scene) -> None:
    homologation = scene.signed()
    with pytest.raises(RefusedError):
        signing.void(homologation, TriggerKind.SUPPORT, " ", actor=scene.actor)
    stale = homologations.signed(scene.entity).get()
    signing.void(homologation, TriggerKind.SUPPORT, "Nouveau système d’information", actor=scene.actor)
    assert homologations.in_force(scene.entity, "dmp", moving.today()) is None
    for seen in (homologations.signed(scene.entity).get(), stale):  # `stale`: what a colleague's page still showed
        with pytest.raises(RefusedError):
            signing.void(seen, TriggerKind.SUPPORT, "Encore", actor=scene.actor)


def test_a_homologated_dossier_is_not_archived_by_hand(scene: Scene) -> None:
    homologation = scene.signed()
    with pytest.raises(ForbiddenMove, match="Homologué"):
        moving.move(homologation.dossier, Move.ARCHIVE, actor=scene.actor)


def test_every_write_leaves_a_trace_in_the_journal_of_the_dossier(scene: Scene) -> None:
    dossier = scene.open()
    assessing.comment(dossier, "exi-04", "À voir avec l’éditeur", author=scene.account, actor=scene.actor)
    (said,) = journal.activity(dossier, "exi-04")
    assert (said.text, said.who) == ("À voir avec l’éditeur", "Hélène Girard")
    assert "À voir" not in "".join(str(trace.detail) for trace in Trace.objects.all()), (
        "a comment stays out of the traces"
    )
    assert [journal.entry(row).sentence for row in journal.traces(dossier)] == [
        "EXI 04 commentée", "Dossier d’homologation : ouvert",
    ]  # fmt: skip


def test_a_reader_of_another_entity_finds_nothing(scene: Scene) -> None:
    dossier = scene.open()
    stranger = make_account(roles=(Role.HOMOLOGATION,))
    assert dossiers.find(stranger.legal_entity, dossier.number) is None


RIE = """schema: 1
referentiel: rie
version: 'essai'
actif: true
source: {document: Texte d’essai}
regles:
  mention: "Le moyen est homologué pour {mois} mois{reserves}."
  mention_reserves: ", avec {liste}"
  prononce: "Le {date}, {signataire}, {structure} : « {referentiel} » version {version}, {mois} mois{reserves}."
exigences:
  - {id: exi-04, texte: Texte d’essai un}
  - {id: exi-10, texte: Texte d’essai deux}
"""


def test_one_sitting_judges_two_referentiels_and_keeps_the_homologations_apart(scene: Scene) -> None:
    found = opening.rehearse(scene.entity, "rie", RIE.encode())
    opening.record_edition(scene.entity, found.result, file=("rie.yaml", RIE.encode()), actor=scene.actor)
    rie = opening.open_dossier(scene.entity, "rie", actor=scene.actor)
    for exigence in ("exi-04", "exi-10"):
        scene.assess(rie, exigence)
    scene.prove(rie, "exi-04", "exi-10")
    rie = moving.move(rie, Move.FINISH, actor=scene.actor)
    dmp = scene.assessed()
    row = sitting.convene([dmp, rie], sitting.Meeting(clock.now() - timedelta(hours=1)), actor=scene.actor)
    sitting.invite(row, Member.Role.DEPUTY, "Anne Mercier", "", actor=scene.actor)
    sitting.note_attendance(row, {member.pk: True for member in row.members.all()}, actor=scene.actor)
    for dossier in (dmp, rie):
        judging.state_risks(dossier, "rien d’inacceptable.", actor=scene.actor)
    judging.decide(rie, judging.Ruling(Judgement.Decision.HOMOLOGATED, 48), actor=scene.actor)
    anne, later = row.members.get(), sitting.Meeting(clock.now())
    changes: list[Callable[[], object]] = [
        lambda: sitting.postpone(row, later, actor=scene.actor),
        lambda: sitting.invite(row, Member.Role.RSSI, "Claire Dubois", "", actor=scene.actor),
        lambda: sitting.uninvite(anne, actor=scene.actor),
        lambda: sitting.note_attendance(row, {anne.pk: False}, actor=scene.actor),
    ]
    for change in changes:
        with pytest.raises(ForbiddenMove, match=f"Le dossier n° {rie.number} est déjà jugé à cette séance"):
            change()
    judging.decide(dmp, judging.Ruling(Judgement.Decision.ADJOURNED, motive="À compléter"), actor=scene.actor)
    names = judging.PvNames("Anne Mercier", "soussignée", ("010000001",))
    judging.name_signatory(rie, names, actor=scene.actor)
    signed = signing.sign(rie, signing.SignedPv(PV, "pv-rie.pdf", moving.today()), actor=scene.actor)
    assert signed.mention.replace("\u00a0", " ") == "Le moyen est homologué pour 48 mois."
    assert (scene.again(dmp).state, scene.again(rie).state) == (DossierState.ADJOURNED, DossierState.HOMOLOGATED)
    assert homologations.in_force(scene.entity, "dmp", moving.today()) is None
    assert homologations.in_force(scene.entity, "rie", moving.today()) == signed
