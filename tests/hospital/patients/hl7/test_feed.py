"""The feed: stored before acknowledged, applied once and in order, kept with its reason when it fails."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection

from support.hl7 import message
from support.hospital import make_account, make_ins, make_legal_entity, make_service, make_site
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.patients.hl7 import apply, feed, mllp
from tramontane.hospital.patients.models import ConsentRecord, Episode, Hl7Message, Patient
from tramontane.hospital.traces.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity():
    entity = make_legal_entity()
    make_service(entity, code="UF01", name="Cardiologie")
    make_service(entity, code="UF02", name="Réanimation")
    return entity


def send(entity, event="A01", **fields) -> str:
    fields.setdefault("ins", INS)
    return feed.receive(entity, message(event, **fields).encode())


INS = make_ins(number=383012)


def patient(ipp="100200") -> Patient:
    return Patient.objects.get(ipp=ipp)


def last() -> Hl7Message:
    return Hl7Message.objects.latest("id")


def test_an_admission_creates_the_identity_the_episode_and_the_qualification(entity):
    ack = send(entity)
    assert "|AA|" in ack.replace("MSA|AA", "|AA")
    who = patient()
    assert (who.birth_name, who.first_given_name, who.birth_given_names) == ("MARTIN", "JEANNE", "JEANNE MARIE")
    assert (who.identity_status, who.ins, who.birth_place_code) == ("QUAL", INS, "69383")
    assert who.episodes.get().service.code == "UF01"
    assert last().state == "applied"


def test_an_identity_without_ins_is_only_validated(entity):
    send(entity, ins="")
    assert patient().identity_status == "VALI"


def test_a_provisional_identity_with_an_ins_is_only_recovered(entity):
    send(entity, reliability="PROV")
    assert patient().identity_status == "RECUP"


def test_the_same_control_id_is_applied_once_and_acknowledged_twice(entity):
    first, second = send(entity, control="SAME"), send(entity, control="SAME", name="AUTRE")
    assert "MSA|AA|SAME" in first
    assert "MSA|AA|SAME" in second
    assert Hl7Message.objects.count() == 1
    assert patient().birth_name == "MARTIN"


def test_a_message_is_stored_even_when_it_cannot_be_applied(entity):
    assert "MSA|AA" in send(entity, service="INCONNU")
    row = last()
    assert row.state == "refused"
    assert "« INCONNU » n’existe pas ici" in row.reason
    assert not Patient.objects.exists(), "nothing of a refused message stays"


def test_a_code_used_on_two_sites_is_that_of_the_site_named_or_is_refused(entity):
    """The site's FINESS travels in every VIHF of the stay: it is never chosen by chance."""
    first = entity.geographic_entities.get()
    second = make_site(entity)
    make_service(entity, code="UF01", geographic_entity=second)
    send(entity, visit="V0")
    assert last().state == "refused"
    assert "plusieurs sites" in last().reason
    for visit, site in (("V1", first), ("V2", second)):
        send(entity, visit=visit, facility=f"{site.finess_geographique}&1.2.250.1.71.4.2.2&ISO")
        assert patient().episodes.get(visit_number=visit).service.geographic_entity == site
    send(entity, visit="V3", facility="990000036")
    assert last().state == "refused"


def test_a_refused_message_replays_once_its_cause_is_mended(entity):
    send(entity, service="UF03")
    make_service(entity, code="UF03")
    row = feed.replay(last(), actor=actor(make_account(entity), None))
    assert row.state == "applied"
    assert patient().episodes.get().service.code == "UF03"
    assert Trace.objects.filter(event="hl7.rejoue").exists()


def test_an_old_message_is_not_replayed_over_a_newer_one(entity):
    send(entity, service="UF03", name="ANCIEN")
    old = last()
    send(entity, "A28", name="MARTIN")
    make_service(entity, code="UF03")
    with pytest.raises(apply.EventRefusedError, match="plus récent"):
        feed.replay(old, actor=actor(make_account(entity), None))


def test_a_newer_message_applied_while_one_asks_to_replay_the_old_one_wins(entity, monkeypatch):
    send(entity, service="UF03", name="ANCIEN")
    old, make = last(), make_service
    make(entity, code="UF03")
    claim = feed._claim

    def late(row):
        monkeypatch.setattr(feed, "_claim", claim)
        send(entity, "A28", name="MARTIN")
        return claim(row)

    monkeypatch.setattr(feed, "_claim", late)
    with pytest.raises(apply.EventRefusedError, match="plus récent"):
        feed.replay(old, actor=actor(make_account(entity), None))


def test_bytes_that_are_not_hl7_are_kept_and_refused_with_the_reason(entity):
    ack = feed.receive(entity, b"GET / HTTP/1.1")
    assert "MSA|AR" in ack
    assert last().state == "refused"
    assert last().body == "GET / HTTP/1.1"


@pytest.mark.parametrize(("field", "named"), [("name", "PID-5"), ("sex", "PID-8"), ("birth", "PID-7")])
def test_a_missing_trait_is_named_in_the_reason(entity, field, named):
    send(entity, **{field: ""})
    assert named in last().reason


def test_a_nul_is_kept_as_its_picture(entity):
    assert "MSA|AA" in send(entity, name="DU\0PONT")
    assert "DU␀PONT" in last().body


def test_windows_1252_bytes_keep_their_accents(entity):
    feed.receive(entity, message(name="LEFÈVRE", ins=INS).encode("windows-1252"))
    assert patient().birth_name == "LEFÈVRE"


def test_transfer_discharge_and_their_cancellations(entity):
    send(entity)
    send(entity, "A02", service="UF02")
    assert patient().episodes.get().service.code == "UF02"
    send(entity, "A12", service="UF01")
    assert patient().episodes.get().service.code == "UF01"
    send(entity, "A03", end="20261125100000")
    assert patient().episodes.get().ends_at is not None
    send(entity, "A13")
    assert patient().episodes.get().ends_at is None
    send(entity, "A11")
    assert patient().episodes.get().cancelled_at is not None


def test_a_discharge_of_an_unknown_visit_says_what_to_send_first(entity):
    send(entity, "A28")
    send(entity, "A03")
    assert "A01" in last().reason


def test_a_merge_moves_the_episodes_and_keeps_the_former_identity(entity):
    send(entity, ipp="1", ins="")
    send(entity, "A28", ipp="2", ins="")
    send(entity, "A40", ipp="2", ins="", mrg="1")
    assert Patient.objects.get(ipp="1").merged_into == patient("2")
    assert patient("2").episodes.count() == 1


def test_a_changed_ipp_keeps_the_patient(entity):
    send(entity)
    before = patient().pk
    send(entity, "A47", ipp="999", mrg="100200", ins="")
    assert patient("999").pk == before


def test_a_merge_cures_an_ins_borne_twice_whichever_identity_bore_it(entity):
    send(entity, "A28", ipp="1")
    send(entity, "A28", ipp="2", ins="")
    send(entity, "A31", ipp="2")
    assert "doublon" in last().reason
    send(entity, "A40", ipp="2", mrg="1")
    assert last().state == "applied", last().reason
    assert (patient("2").ins, patient("2").identity_status) == (INS, "QUAL")
    send(entity, "A31", ipp="2", given="JEANNETTE")
    assert last().state == "applied", "the identity that went still bears the INS, and stands in nobody’s way"
    assert patient("1").ins == patient("2").ins == INS


def test_a_merge_applies_when_the_two_identities_already_bear_the_ins_of_the_message(entity):
    send(entity, "A28", ipp="1")
    send(entity, "A28", ipp="2", ins="")
    Patient.objects.filter(ipp="1").update(ins=make_ins(number=12))
    send(entity, "A31", ipp="2")
    send(entity, "A40", ipp="2", mrg="1")
    assert (patient("1").merged_into, patient("2").ins) == (patient("2"), INS)


def test_a_merge_told_twice_or_through_a_third_identity_is_applied_once(entity):
    for ipp in ("1", "2", "3"):
        send(entity, ipp=ipp, ins="", visit=f"V{ipp}")
    for former, kept in (("1", "2"), ("1", "2"), ("2", "3"), ("1", "3")):
        send(entity, "A40", ipp=kept, ins="", mrg=former, visit="")
        assert last().state == "applied", last().reason
    assert (patient("1").merged_into, patient("2").merged_into) == (patient("2"), patient("3"))
    assert patient("3").episodes.count() == 3
    assert Trace.objects.filter(event="patient.fusionne").count() == 2


def test_a_merge_that_contradicts_another_is_refused(entity):
    for ipp in ("1", "2", "3"):
        send(entity, "A28", ipp=ipp, ins="")
    send(entity, "A40", ipp="2", ins="", mrg="1")
    for kept, former in (("3", "1"), ("1", "3")):
        send(entity, "A40", ipp=kept, ins="", mrg=former)
        assert last().state == "refused"
        assert "déjà fusionnée" in last().reason
    assert patient("3").merged_into is None


def test_a_merge_of_an_identity_never_received_waits_for_it(entity):
    send(entity, "A28", ipp="2", ins="", name="MARTIN")
    send(entity, "A40", ipp="2", ins="", name="MARTAIN", mrg="1")
    merge = last()
    assert (merge.state, patient("2").birth_name) == ("refused", "MARTIN")
    send(entity, "A28", ipp="1", ins="")
    assert feed.replay(merge, actor=actor(make_account(entity), None)).state == "applied"
    assert patient("1").merged_into == patient("2")


def test_a_merge_replayed_after_newer_messages_merges_and_puts_back_no_trait(entity):
    send(entity, "A28", ipp="2", ins="", name="ANCIEN")
    send(entity, "A40", ipp="2", ins="", name="ANCIEN", mrg="1")
    merge = last()
    send(entity, "A28", ipp="1", ins="")
    send(entity, "A31", ipp="2", ins="", name="MARTIN")
    assert feed.replay(merge, actor=actor(make_account(entity), None)).state == "applied"
    assert (patient("1").merged_into, patient("2").birth_name) == (patient("2"), "MARTIN")


def test_several_merges_in_one_message_are_refused_whole(entity):
    for ipp in ("1", "2", "3"):
        send(entity, "A28", ipp=ipp, ins="")
    two = message("A40", ipp="3", ins="", mrg="1") + "MRG|2^^^CH&1.2.3&ISO^PI\r"
    feed.receive(entity, two.encode())
    assert (last().state, patient("1").merged_into) == ("refused", None)
    assert "MRG" in last().reason


@pytest.mark.parametrize("ending", ["A40", "A47"])
def test_an_old_message_brings_back_no_identity_that_was_merged_or_renamed_since(entity, ending):
    send(entity, "A28", ipp="1", ins="")
    send(entity, ipp="1", ins="", service="UF03")
    old = last()
    make_service(entity, code="UF03")
    if ending == "A40":
        send(entity, "A28", ipp="2", ins="")
    send(entity, ending, ipp="2", ins="", mrg="1")
    with pytest.raises(apply.EventRefusedError, match="plus récent"):
        feed.replay(old, actor=actor(make_account(entity), None))
    assert Patient.objects.filter(merged_into=None).get().ipp == "2"


def test_a_message_for_an_identity_that_was_merged_says_so(entity):
    for ipp in ("1", "2"):
        send(entity, "A28", ipp=ipp, ins="")
    send(entity, "A40", ipp="2", ins="", mrg="1")
    send(entity, "A31", ipp="1", ins="")
    assert "déjà fusionnée" in last().reason


def test_an_ipp_changed_twice_by_the_same_news_is_changed_once(entity):
    send(entity)
    for _ in range(2):
        send(entity, "A47", ipp="999", mrg="100200")
        assert last().state == "applied", last().reason
    assert Patient.objects.get().ipp == "999"


@pytest.mark.parametrize("attribute", ["DOUT", "FICT", "USUR", "COLV"])
def test_an_identity_that_is_doubted_loses_its_ins_whatever_status_it_comes_with(entity, attribute):
    send(entity)
    send(entity, "A31", reliability=f"VALI~{attribute}")
    assert (patient().identity_status, patient().ins, patient().qualified_at) == ("PROV", "", None)
    send(entity, "A31", reliability="VALI")
    assert patient().identity_status == "QUAL"


def test_what_a_crash_left_behind_is_applied_before_what_follows_it(entity, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(feed, "process", lambda row: row)
        send(entity, "A28", ipp="1", ins="", name="ANCIEN")
        send(entity, "A28", ipp="2", ins="")
    send(entity, "A31", ipp="1", ins="", name="MARTIN")
    assert patient("1").birth_name == "MARTIN"
    assert Hl7Message.objects.filter(state="stored").get().patient_key == "2", "another patient’s waits for its own"
    send(entity, "A40", ipp="1", ins="", mrg="2")
    assert patient("2").merged_into == patient("1")


def test_what_the_database_refuses_is_kept_in_error_and_holds_up_nothing(entity, monkeypatch):
    def clash(*_args, **_kwargs):
        raise IntegrityError("a desk wrote the same IPP a moment before")

    monkeypatch.setattr(apply.services, "create_patient", clash)
    assert "MSA|AA" in send(entity)
    assert last().state == "refused"
    assert "IPP" not in last().reason
    monkeypatch.undo()
    assert feed.replay(last(), actor=actor(make_account(entity), None)).state == "applied"


def test_a_changed_strict_trait_with_the_same_ins_qualifies_again(entity):
    send(entity)
    send(entity, "A08", name="DURAND")
    assert (patient().birth_name, patient().identity_status) == ("DURAND", "QUAL")


def test_zfa_records_consent_and_feeding_once(entity):
    zfa = "ZFA|ACTIF|20240306111154|||||||INO|20261123080000|IC|20261123080000"
    for event in ("A01", "A08", "A08"):
        send(entity, event, zfa=zfa)
    rows = ConsentRecord.objects.order_by("subject").values_list("subject", "choice", "source")
    assert list(rows) == [("consultation", "consent", "hl7"), ("feeding", "informed", "hl7")]


def test_a_zfa_older_than_what_the_desk_recorded_changes_nothing(entity):
    send(entity)
    who = patient()
    from tramontane.hospital.patients import services

    services.declare(
        who,
        services.Declaration("consultation", "opposition", who.episodes.get()),
        actor=actor(make_account(entity), None),
    )
    send(entity, "A08", zfa="ZFA|ACTIF||||||||||IC|20200101000000")
    assert who.consents.latest("id").choice == "opposition"


def test_na_says_nothing(entity):
    send(entity, zfa="ZFA|ACTIF||||||||NA||NA|")
    assert not ConsentRecord.objects.exists()


def test_an_event_outside_the_list_is_kept_with_the_list(entity):
    send(entity, "A54")
    assert "A54" in last().reason
    assert "A40" in last().reason


def test_what_was_stored_before_a_crash_is_applied_at_the_next_start(entity, monkeypatch):
    monkeypatch.setattr(feed, "process", lambda row: row)
    assert "MSA|AA" in send(entity)
    assert last().state == "stored"
    monkeypatch.undo()
    assert feed.process_pending(entity) == 1
    assert Episode.objects.count() == 1


@pytest.mark.parametrize(("service", "state"), [("UF01", "applied"), ("INCONNU", "refused")])
def test_what_another_worker_did_meanwhile_is_neither_done_again_nor_undone(entity, monkeypatch, service, state):
    with monkeypatch.context() as crash:
        crash.setattr(feed, "process", lambda row: row)
        send(entity, service=service)
    one, other = last(), last()
    feed.process(one)
    assert feed.process(other).state == state
    assert last().attempts == 1
    assert Trace.objects.filter(event__in=("hl7.recu", "hl7.refuse")).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_process_a_stored_message_once(entity, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(feed, "process", lambda row: row)
        send(entity)
    rows, applied, both_read = [last(), last()], [], Barrier(2)

    def slowly(*arguments, late):
        applied.append(arguments)
        time.sleep(0.2)
        return apply.apply(*arguments, late=late)

    def work(row):
        try:
            both_read.wait(10)
            return feed.process(row).state
        finally:
            connection.close()

    monkeypatch.setattr(feed, "events", SimpleNamespace(apply=slowly, EventRefusedError=apply.EventRefusedError))
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, rows)) == ["applied", "applied"]
    assert len(applied) == 1
    assert (last().attempts, Episode.objects.count()) == (1, 1)


def test_two_entities_may_receive_the_same_control_id_and_ipp(entity):
    other = make_legal_entity()
    make_service(other, code="UF01")
    send(entity, control="X", ins="")
    send(other, control="X", ins="")
    assert Patient.objects.filter(ipp="100200").count() == 2


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": "X" * 101}, "PID-5 (L) : 101 caractères reçus, 100 au plus"),
        ({"given": "X" * 200}, "PID-5 (L)"),
        ({"ipp": "1" * 31}, "PID-3 (IPP) : 31 caractères reçus, 30 au plus"),
        ({"visit": "1" * 31}, "PV1-19"),
        ({"kind": "AMB"}, "PV1-2"),
    ],
)
def test_a_value_too_long_to_be_kept_is_refused_where_it_stands_and_holds_nothing_up(entity, fields, place):
    assert "MSA|AA" in send(entity, **fields)
    assert last().state == "refused"
    assert place in last().reason
    assert "XX" not in last().reason
    assert not Patient.objects.exists()
    assert feed.process_pending(entity) == 0


@pytest.mark.parametrize("no_date", ["00010101000000", "99991231235959-1400", "00000000"])
def test_a_date_that_stands_for_no_date_is_none(entity, no_date):
    send(entity, event="A01", end=no_date)
    assert last().state == "applied", last().reason
    assert patient().episodes.get().ends_at is None


def test_the_acknowledgement_escapes_what_it_quotes():
    from tramontane.hospital.patients.hl7.message import escape, unescape

    hostile = "a|b^c~d&e\\f\r\nMSA|AA"
    assert "|" not in escape(hostile)
    assert "\r" not in escape(hostile)
    assert unescape(escape("a|b^c~d&e\\f")) == "a|b^c~d&e\\f"


def test_mllp_frames_are_answered_one_by_one_whatever_the_chunks():
    received: list[bytes] = []

    def receive(raw: bytes) -> str:
        received.append(raw)
        return f"ACK{len(received)}"

    async def scene() -> bytes:
        server = await mllp.listen("127.0.0.1", 0, receive)
        host, port = server.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(host, port)
        for piece in (b"noise\x0bMS", b"H|one\x1c", b"\r\x0bMSH|two\x1c\r"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        answers = await reader.readuntil(b"ACK2\x1c\r")
        writer.close()
        server.close()
        return answers

    result: list[bytes] = []
    thread = Thread(target=lambda: result.append(asyncio.run(scene())))
    thread.start()
    thread.join(10)
    assert received == [b"MSH|one", b"MSH|two"]
    assert result[0] == b"\x0bACK1\x1c\r\x0bACK2\x1c\r"
