"""What a patient sees: her documents, who accessed them, the messages; and what a parent does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.national import (
    BLOCKED,
    ET,
    INFIRMIER,
    MEDECIN,
    NOW,
    OPEN,
    UNDECLARED,
    InMemory,
    call,
    confidential,
    entry,
    feed,
    vihf,
)
from support.next_call import refusal, titles
from tramontane.dmp.transactions import td3_2
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import AvailabilityStatus
from tramontane.national.models import AccessNotification, Guardianship, PatientRecord
from tramontane.national.pages.selectors import health_space as selectors


def record(ins=OPEN) -> PatientRecord:
    return PatientRecord.objects.get(ins=ins.value)


def own_titles(*, for_a_child: bool = False) -> set[str]:
    return {one.entry.title for one in selectors.documents_of(record(), "", for_a_child=for_a_child)[0]}


def accesses(**options) -> list[selectors.Access]:
    return selectors.accesses_of(record(), "", **{"for_a_child": False, **options})[0]


def read(national: InMemory, *numbers: int, who=MEDECIN) -> None:
    wanted = [("1.2.250.1.213.4.1.1.1.2", entry(number).unique_id) for number in numbers]
    national(td3_2.request(call(vihf(who)), wanted))


def feed_one_of_each() -> None:
    feed(
        entry(1),
        entry(2, confidentiality_codes=confidential("INVISIBLE_PATIENT")),
        entry(3, confidentiality_codes=confidential("INVISIBLE_REPRESENTANTS_LEGAUX")),
        entry(4, confidentiality_codes=confidential("MASQUE_PS")),
        entry(5, availability_status=AvailabilityStatus.DELETED),
        entry(6, availability_status=AvailabilityStatus.ARCHIVED),
    )


def test_she_sees_all_but_what_is_not_announced_or_deleted(pages: InMemory) -> None:
    feed_one_of_each()
    assert own_titles() == {"Document 1", "Document 3", "Document 4", "Document 6"}


def test_a_parent_does_not_see_what_the_minor_hides_either(pages: InMemory) -> None:
    feed_one_of_each()
    assert own_titles(for_a_child=True) == {"Document 1", "Document 4", "Document 6"}


def test_documents_follow_each_other_from_page_to_page(pages: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(*(entry(number, creation_time=NOW - timedelta(days=number // 3)) for number in range(1, 12)))
    monkeypatch.setattr(selectors, "PAGE", 4)
    seen, after = [], ""
    while True:
        page, after = selectors.documents_of(record(), after, for_a_child=False)
        seen += [one.entry.title for one in page]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 11
    assert seen[-1] in {"Document 9", "Document 10", "Document 11"}


def test_an_access_says_who_what_when_where_and_in_which_mode(pages: InMemory) -> None:
    feed(entry(1))
    titles(pages)
    read(pages, 1)
    refusal(pages, access_mode=AccessMode.BRIS_DE_GLACE)
    emergency, reading, listing = accesses()
    assert (listing.what, listing.who, listing.structure) == (
        "a consulté la liste de vos documents",
        "Camille MARTIN",
        f"SITE {ET.value}",
    )
    assert reading.documents == ["Document 1"]
    assert (emergency.mode, emergency.granted, listing.mode) == ("Bris de glace (urgence)", True, "Accès habituel")
    assert listing.trace.instant <= reading.trace.instant <= emergency.trace.instant


def test_a_secret_connection_of_a_minor_is_told_to_the_minor_only(pages: InMemory) -> None:
    feed(entry(1))
    PatientRecord.objects.filter(ins=OPEN.value).update(birth_date=NOW.date() - timedelta(days=16 * 366))
    titles(pages)
    hidden = vihf(confidentiality="INVISIBLE_REPRESENTANTS_LEGAUX", who=INFIRMIER)
    national_answer = pages(td3_2.request(call(hidden), [("1.2.250.1.213.4.1.1.1.2", entry(1).unique_id)]))
    assert b"Document" in national_answer.body
    assert [one.trace.secret for one in accesses()] == [True, False]
    assert [one.trace.rpps for one in accesses(for_a_child=True)] == [MEDECIN.value]
    last = selectors.last_access(record(), for_a_child=True)
    assert last is not None
    assert last.trace.rpps == MEDECIN.value
    assert [access.trace.rpps for _, access in selectors.notifications_of(record(), "")[0]] == [MEDECIN.value]
    assert [who.rpps for who in selectors.professionals_seen(record(), ())] == [MEDECIN.value]


def test_a_refused_access_is_told_too(pages: InMemory) -> None:
    assert refusal(pages, patient=BLOCKED)
    (told,) = selectors.accesses_of(record(BLOCKED), "", for_a_child=False)[0]
    assert not told.granted


def test_no_access_names_a_document_that_the_reader_may_not_know(pages: InMemory) -> None:
    feed_one_of_each()
    read(pages, 1, 2, 3)
    assert accesses()[0].documents == ["Document 1", "Document 3"]
    assert accesses(for_a_child=True)[0].documents == ["Document 1"]


def test_accesses_follow_each_other_from_page_to_page_even_at_the_same_instant(
    pages: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        titles(pages)
    type(accesses()[0].trace).objects.update(instant=NOW)
    monkeypatch.setattr(selectors, "PAGE", 2)
    seen, after = [], ""
    while True:
        page, after = selectors.accesses_of(record(), after, for_a_child=False)
        seen += [one.trace.pk for one in page]
        if not after:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_one_message_a_day_for_each_reader_and_mode(pages: InMemory) -> None:
    titles(pages)
    titles(pages)
    titles(pages, INFIRMIER)
    titles(pages, access_mode=AccessMode.BRIS_DE_GLACE)
    told, _ = selectors.notifications_of(record(), "")
    assert [(access.trace.rpps, message.access_mode) for message, access in told] == [
        (MEDECIN.value, "bris_de_glace"),
        (INFIRMIER.value, "normal"),
        (MEDECIN.value, "normal"),
    ]


def test_a_refusal_and_a_question_about_existence_send_no_message(pages: InMemory) -> None:
    assert refusal(pages, patient=UNDECLARED)
    from support.next_call import status

    status(pages)
    assert not AccessNotification.objects.exists()


def test_a_child_is_represented_until_the_day_of_majority(pages: InMemory) -> None:
    parent, child = record(BLOCKED), record(OPEN)
    born = child.birth_date
    Guardianship.objects.create(guardian=parent, child=child)
    birthday = NOW.replace(year=born.year + 18, month=born.month, day=born.day, hour=12)
    assert selectors.children_of(parent, birthday - timedelta(days=1)) == [child]
    assert selectors.children_of(parent, birthday) == []
    assert selectors.children_of(child, birthday - timedelta(days=1)) == []


def test_the_directory_is_searched_from_three_letters_on(pages: InMemory) -> None:
    assert selectors.professionals_named("MA") == []
    assert MEDECIN.value in {one.rpps for one in selectors.professionals_named("mart")}
    assert [one.rpps for one in selectors.professionals_named(INFIRMIER.value)] == [INFIRMIER.value]


def test_recent_readers_without_a_decision_are_proposed(pages: InMemory) -> None:
    titles(pages, INFIRMIER)
    assert [one.rpps for one in selectors.professionals_seen(record(), [])] == [INFIRMIER.value]
    assert selectors.professionals_seen(record(), [INFIRMIER.value]) == []
