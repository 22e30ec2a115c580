"""What a collector says: passed on proof, failed on exceptions, never passed by absence of data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection, transaction

from support import append_only, softhsm
from support import pki as certificates
from support.consultation import Ready, make_ready, play_double
from support.dmp_double import World
from support.homologation_scene import Scene
from support.hospital import make_legal_entity
from support.pki import SIGN
from tramontane.demo.pki import Profile
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import NoticeReading
from tramontane.hospital.accounts.services import review
from tramontane.hospital.consultations import services as consultations
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.homologation.collectors import BY_CODE, COLLECTORS, Finding, Scope
from tramontane.hospital.homologation.models import EvidenceRevision
from tramontane.hospital.homologation.services import collecting, moving, registering
from tramontane.hospital.homologation.services.errors import RefusedError
from tramontane.hospital.homologation.services.registering import VersionFacts
from tramontane.hospital.patients.models import ConsentRecord, Patient
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import digest_of, record
from tramontane.rules.referentiels import shipped, shipped_ids

pytestmark = pytest.mark.django_db
CALLS = ("double_facteur", "identifiants_appels", "ins_qualifiee", "consentement", "notice_lue")


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Ready]:
    """A professional who may consult; the DMP is played by the double."""
    settings.MEDIA_ROOT = tmp_path
    world = World()
    play_double(monkeypatch, world)
    yield make_ready(world)
    clients.close_all()


def look(entity: Any, code: str, *, days: int = 30) -> Finding:
    today = moving.today()
    return BY_CODE[code].look(Scope(entity, today - timedelta(days=days), today, clock.now()))


def consulted(ready: Ready) -> Any:
    """One real opening, by the same path as the screens."""
    consultations.open_record(ready.access)
    return ready.account.legal_entity


def trace_like(ready: Ready, **changes: Any) -> Trace:
    """A call as an application at fault would have traced it."""
    event = {"transaction": "TD3.1", "outcome": "demandé", "correlation": clock.new_uuid(), "assertion_id": "a"}
    with transaction.atomic():
        made = record(ready.access.event("dmp.demande", **event))
    copied = {field.attname: getattr(made, field.attname) for field in Trace._meta.concrete_fields} | changes
    copied.pop("id")
    row = Trace(**copied)
    row.digest = digest_of(row)
    row.save(force_insert=True)
    return row


@pytest.mark.parametrize("code", [one.code for one in COLLECTORS if one.code != "revue_habilitations"])
def test_with_nothing_to_look_at_nothing_is_passed(code: str) -> None:
    found = look(make_legal_entity(), code)
    assert found.outcome is Outcome.NOT_RUN
    assert found.checks


def test_a_finding_without_any_check_was_not_run() -> None:
    assert Finding(()).outcome is Outcome.NOT_RUN


@pytest.mark.parametrize("code", CALLS)
def test_a_consultation_that_followed_the_rules_passes(ready: Ready, code: str) -> None:
    NoticeReading.objects.update(read_at=clock.now() - timedelta(days=1))
    ConsentRecord.objects.update(recorded_at=clock.now() - timedelta(hours=1))
    Patient.objects.update(qualified_at=clock.now() - timedelta(hours=1))
    found = look(consulted(ready), code)
    assert found.outcome is Outcome.PASSED, found
    assert found.exceptions == ()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("double_facteur", {"proof": {"means": "password", "factors": ["connaissance"]}}),
        ("double_facteur", {"proof": {"means": "recovery", "factors": ["connaissance", "connaissance"]}}),
        ("double_facteur", {"proof": {}}),
        ("identifiants_appels", {"rpps": ""}),
        ("identifiants_appels", {"finess_geographique": ""}),
        ("identifiants_appels", {"finess_geographique": "999999999"}),
        ("ins_qualifiee", {"ins": ""}),
        ("ins_qualifiee", {"patient_id": 0}),
        ("consentement", {"patient_id": 0}),
        ("notice_lue", {"account_id": 0}),
    ],
)
def test_one_call_at_fault_fails_the_whole_and_is_named(ready: Ready, code: str, fault: dict[str, Any]) -> None:
    entity = consulted(ready)
    wrong = trace_like(ready, **fault)
    found = look(entity, code)
    assert found.outcome is Outcome.FAILED
    assert f"Trace n° {wrong.pk}" in found.exceptions
    assert 1 in found.figures.values()


def test_an_identity_qualified_in_another_establishment_is_not_qualified_here(ready: Ready) -> None:
    entity = consulted(ready)
    elsewhere = trace_like(ready, event="patient.qualifie", finess_juridique="999999999", ins="1" * 15)
    wrong = trace_like(ready, patient_id=0, ins=elsewhere.ins)
    assert f"Trace n° {wrong.pk}" in look(entity, "ins_qualifiee").exceptions


def test_an_opposition_before_the_call_fails_whatever_was_agreed_earlier(ready: Ready) -> None:
    consulted(ready)
    ConsentRecord.objects.create(
        patient=ready.patient,
        subject="consultation",
        choice="opposition",
        recorded_at=clock.now() - timedelta(seconds=1),
    )
    trace_like(ready)
    assert look(ready.account.legal_entity, "consentement").outcome is Outcome.FAILED


def test_an_emergency_is_counted_apart_from_the_consents(ready: Ready) -> None:
    entity = consulted(ready)
    trace_like(ready, patient_id=0, access_mode="bris_de_glace")
    found = look(entity, "consentement")
    assert found.outcome is Outcome.PASSED
    assert found.figures["Appels en urgence, hors relevé"] == 1


def test_calls_of_another_entity_or_another_period_do_not_count(ready: Ready) -> None:
    consulted(ready)
    assert look(make_legal_entity(), "double_facteur").outcome is Outcome.NOT_RUN
    long_ago = Scope(ready.account.legal_entity, date(2020, 1, 1), date(2020, 1, 31), clock.now())
    assert BY_CODE["double_facteur"].look(long_ago).outcome is Outcome.NOT_RUN


def test_the_chain_of_the_period_is_read_again_row_by_row(ready: Ready) -> None:
    entity = consulted(ready)
    assert look(entity, "chaine_traces").outcome is Outcome.NOT_RUN, "nothing is sealed yet"
    chain.seal()
    found = look(entity, "chaine_traces")
    assert found.outcome is Outcome.PASSED, found
    assert found.figures["Sceaux relus"] == 1
    victim = Trace.objects.filter(event="dmp.demande").first()
    assert victim is not None
    append_only.open_up(connection)
    Trace.objects.filter(pk=victim.pk).update(rpps="10000000000")
    append_only.close(connection)
    found = look(entity, "chaine_traces")
    assert found.outcome is Outcome.FAILED
    assert f"La trace {victim.pk} a été modifiée." in found.exceptions


@pytest.mark.parametrize("later", [False, True], ids=["the last of all", "followed by others"])
def test_a_period_whose_traces_were_all_destroyed_does_not_read_as_an_empty_one(ready: Ready, later: bool) -> None:
    entity, today = ready.account.legal_entity, moving.today()
    earlier = Scope(entity, today - timedelta(days=9), today - timedelta(days=2), clock.now())
    look_again = BY_CODE["chaine_traces"].look
    append_only.open_up(connection)
    Trace.objects.update(recorded_at=clock.now() - timedelta(days=30))  # those of the fixtures are before the period
    for row in Trace.objects.all():
        Trace.objects.filter(pk=row.pk).update(digest=digest_of(row))
    chain.seal()
    assert look_again(earlier).outcome is Outcome.NOT_RUN
    victims = [trace_like(ready, recorded_at=clock.now() - timedelta(days=5)).pk for _ in range(2)]
    victims += Trace.objects.filter(recorded_at__gt=clock.now() - timedelta(days=1)).values_list("pk", flat=True)
    chain.seal()
    if later:
        consulted(ready)
        chain.seal()
    Trace.objects.filter(pk__in=victims).delete()
    append_only.close(connection)
    found = look_again(earlier)
    assert found.outcome is Outcome.FAILED, found
    assert any("a disparu" in one for one in found.exceptions)


def test_only_the_links_of_the_period_are_read_and_old_traces_without_a_seal_are_said(ready: Ready) -> None:
    entity, today = consulted(ready), moving.today()
    chain.seal()
    old = Scope(entity, today - timedelta(days=9), today - timedelta(days=2), clock.now())
    trace_like(ready, recorded_at=clock.now() - timedelta(days=5))
    found = BY_CODE["chaine_traces"].look(old)
    assert found.figures["Sceaux relus"] == 0
    assert "Aucun sceau." in found.checks[1].said
    assert found.checks[1].outcome is Outcome.NOT_RUN


def test_a_call_without_its_answer_makes_the_traces_incomplete(ready: Ready) -> None:
    entity = consulted(ready)
    left = trace_like(ready, correlation=clock.new_uuid(), recorded_at=clock.now() - timedelta(days=2))
    found = look(entity, "chaine_traces")
    assert found.outcome is Outcome.FAILED
    assert f"Trace n° {left.pk}" in found.exceptions


def test_reviews_are_failed_until_they_were_held_this_year(ready: Ready) -> None:
    entity = ready.account.legal_entity
    assert look(entity, "revue_habilitations").outcome is Outcome.FAILED
    campaign = review.open_campaign("Annuelle", ready.account, ready.access.actor)
    for item in campaign.items.all():
        review.decide(item, "confirmed", "", ready.account, ready.access.actor)
    review.close(campaign, ready.access.actor)
    found = look(entity, "revue_habilitations")
    assert found.outcome is Outcome.PASSED
    earlier = Scope(entity, moving.today() - timedelta(days=20), moving.today() - timedelta(days=10), clock.now())
    found = BY_CODE["revue_habilitations"].look(earlier)
    assert found.checks[0].said.startswith("Jamais, jusqu’au"), (
        "the review closed after the period proves nothing of it"
    )
    kept = type(campaign).objects.get()
    kept.pk, kept.closed_at = None, clock.now() - timedelta(days=100)
    kept.save(force_insert=True)
    found = BY_CODE["revue_habilitations"].look(earlier)
    assert found.checks[0].outcome is Outcome.PASSED, "a later one does not hide it"
    type(campaign).objects.update(closed_at=clock.now() - timedelta(days=400))
    assert look(entity, "revue_habilitations").outcome is Outcome.FAILED


def test_certificates_are_read_and_the_expired_ones_fail(ready: Ready) -> None:
    entity = ready.account.legal_entity
    assert look(entity, "certificats").outcome is Outcome.PASSED
    today = moving.today()
    later = Scope(entity, today, today, clock.now() + timedelta(days=4000))
    assert BY_CODE["certificats"].look(later).outcome is Outcome.FAILED
    DmpConnection.objects.update(authentication="file:/nulle/part.p12")
    assert look(entity, "certificats").outcome is not Outcome.PASSED


def test_a_key_in_a_file_is_never_proven_safe_and_fails_when_others_may_read_it(ready: Ready, tmp_path: Path) -> None:
    entity, key = ready.account.legal_entity, tmp_path / "clef.pem"
    key.write_text("secret")
    DmpConnection.objects.update(authentication=f"file:{key}", signature="pkcs11:token=t;object=o?module-path=/lib.so")
    for mode, expected in ((0o600, Outcome.NOT_RUN), (0o644, Outcome.FAILED)):
        key.chmod(mode)
        assert look(entity, "garde_clefs").outcome is expected
    found = look(entity, "garde_clefs")
    assert found.figures["Clef de signature"] == "module PKCS#11"
    assert [check.outcome for check in found.checks] == [Outcome.FAILED, Outcome.NOT_RUN], "a reference proves nothing"


@pytest.mark.needs("softhsm2-util")
@pytest.mark.parametrize(("name", "expected"), [(softhsm.KEPT, "passed"), (softhsm.LOOSE, "failed")])
def test_a_key_in_a_real_token_passes_when_the_token_never_gives_it_out(
    ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    pki, other = certificates.pki(), tmp_path / "auth.p12"
    held = pki.demo.issue_to(softhsm.key(name), Profile.SIGN, SIGN)
    (tmp_path / "cert.pem").write_bytes(held.public_bytes(Encoding.PEM))
    other.write_bytes(pki.auth.pkcs12(softhsm.PIN))
    other.chmod(0o600)
    monkeypatch.setenv("TRAMONTANE_ESSAI_PIN", softhsm.PIN)
    where = f"module-path={softhsm.module()}&x-certificate={tmp_path}/cert.pem"
    DmpConnection.objects.update(
        authentication=f"file:{other}",
        signature=f"pkcs11:token={softhsm.TOKEN};object={name}?{where}",
        secret_name="TRAMONTANE_ESSAI_PIN",
        updated_at=clock.now(),
    )
    found = look(ready.account.legal_entity, "garde_clefs")
    assert found.checks[1].outcome == expected, found
    assert found.checks[0].outcome is Outcome.NOT_RUN, "the other key is in a file"


def test_revocation_passes_only_when_it_is_required_and_its_lists_are_current(ready: Ready) -> None:
    entity = ready.account.legal_entity
    assert look(entity, "revocation").outcome is Outcome.PASSED
    today = moving.today()
    assert (
        BY_CODE["revocation"].look(Scope(entity, today, today, clock.now() + timedelta(days=4000))).outcome
        is Outcome.FAILED
    )
    DmpConnection.objects.update(revocation="unsafe-skip", updated_at=clock.now())
    assert look(entity, "revocation").outcome is Outcome.FAILED


def test_the_register_proves_exi_04_with_the_number_of_the_tokens_in_one_service_at_least(ready: Ready) -> None:
    entity, who, today = ready.account.legal_entity, ready.access.actor, moving.today()
    system = registering.register(entity, "DPI Exemple", "Éditeur", actor=who)
    assert look(entity, "deploiement_dpi").outcome is Outcome.FAILED  # in production nowhere
    registering.deploy(system, ready.service, None, today, actor=who)
    assert look(entity, "deploiement_dpi").outcome is Outcome.NOT_RUN  # nobody said what the CNDA homologated
    registering.add_version(system, VersionFacts("2", today, "AUTRE-NUMERO", today), actor=who)
    assert look(entity, "deploiement_dpi").outcome is Outcome.FAILED  # not what the tokens carry
    registering.add_version(system, VersionFacts("2", today, "NUMERO-HOMOLOGATION", today), actor=who)
    found = look(entity, "deploiement_dpi")
    assert found.outcome is Outcome.PASSED
    assert "NUMERO-HOMOLOGATION" not in repr(found)
    registering.retire(system, today, actor=who)
    assert look(entity, "deploiement_dpi").outcome is Outcome.NOT_RUN


def test_what_is_collected_is_kept_with_its_statements_and_no_value(ready: Ready) -> None:
    entity, today = consulted(ready), moving.today()
    row = collecting.collect(entity, "double_facteur", today, today, actor=ready.access.actor)
    assert row.content["requetes"]
    assert all("SELECT" in sql for sql in row.content["requetes"])
    kept = json.dumps(row.content)
    assert ready.patient.ins not in kept
    assert (ready.account.rpps or "?") not in kept
    with pytest.raises(Exception, match="registre"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE homologation_collection SET outcome = 'passed'")


def test_a_period_that_ends_before_it_starts_or_tomorrow_is_refused(ready: Ready) -> None:
    entity, today, day = ready.account.legal_entity, moving.today(), timedelta(days=1)
    for starts, ends in ((today, today - day), (today, today + day)):
        with pytest.raises(RefusedError):
            collecting.collect(entity, "certificats", starts, ends, actor=ready.access.actor)


def test_a_period_before_any_trace_could_be_is_refused(ready: Ready) -> None:
    with pytest.raises(RefusedError, match="saisie"):
        collecting.ask(ready.account.legal_entity, ["chaine_traces"], date.min, date.min, actor=ready.access.actor)


def test_a_person_confirms_and_the_next_confirmation_revises_the_same_proof(ready: Ready) -> None:
    entity, today, who = consulted(ready), moving.today(), ready.access.actor
    dossier = Scene(entity, ready.account).open()
    first = collecting.collect(entity, "double_facteur", today, today, actor=who)
    assert not EvidenceRevision.objects.exists()
    proof = collecting.confirm(dossier, first, ["exi-23"], actor=who)
    second = collecting.collect(entity, "double_facteur", today, today, actor=who)
    assert collecting.confirm(dossier, second, ["exi-23"], actor=who) == proof
    revisions = list(proof.revisions.order_by("number"))
    assert [row.sha256 for row in revisions] == [first.sha256, second.sha256]
    assert revisions[0].outcome == "passed"
    assert proof.links.get().exigence == "exi-23"


def test_what_did_not_run_cannot_be_confirmed(ready: Ready) -> None:
    entity, today, who = ready.account.legal_entity, moving.today(), ready.access.actor
    dossier = Scene(entity, ready.account).open()
    row = collecting.collect(entity, "double_facteur", today, today, actor=who)
    with pytest.raises(RefusedError):
        collecting.confirm(dossier, row, ["exi-23"], actor=who)


def test_every_collector_a_referentiel_names_exists() -> None:
    named = {code for name in shipped_ids() for exigence in shipped(name).exigences for code in exigence.collecteurs}
    assert named - set(BY_CODE) == set()
    assert {"double_facteur", "garde_clefs", "revue_habilitations", "deploiement_dpi"} <= named
