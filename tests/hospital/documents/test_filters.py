"""Filters: what a query string keeps, its chips, the rows that pass, the order they come in; saved and searched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client

from support.consultation import make_ready
from support.dmp_double import make_entry
from support.hospital import login
from support.record_scene import LOINC, confidential, professional
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import AvailabilityStatus
from tramontane.hospital.consultations.describing import described
from tramontane.hospital.consultations.selectors import ShownLine
from tramontane.hospital.documents.filters import Filters, author_choices, type_choices
from tramontane.hospital.documents.models import SavedFilter
from tramontane.hospital.documents.rows import Line, line_of
from tramontane.hospital.documents.views.reading import criteria_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def row(days: float = 1, *, new: bool = False, **changes: object) -> Line:
    at = NOW - timedelta(days=days)
    entry = make_entry(**({"service_start_time": at, "creation_time": at} | changes))
    return line_of(
        ShownLine(described(entry), ""), new=frozenset({entry.unique_id} if new else ()), held={}, read=frozenset()
    )


def kept(query: str, *rows: Line) -> list[str]:
    return [one.title for one in Filters.read(QueryDict(query)).apply(rows, now=NOW, zone=PARIS)]


BIOLOGY = {"type_code": Coded("11502-2", LOINC, "CR d'examens biologiques")}
OLD = {"availability_status": AvailabilityStatus.DEPRECATED}
ARCHIVED = {"availability_status": AvailabilityStatus.ARCHIVED}


def test_by_default_the_last_24_months_of_active_documents_newest_first():
    rows = (
        row(3, title="c"),
        row(1, title="a"),
        row(800, title="vieux"),
        row(2, title="v1", **OLD),
        row(2, title="arch", **ARCHIVED),
    )
    assert kept("", *rows) == ["a", "c"]
    assert kept("periode=tout", *rows) == ["a", "c", "vieux"]
    assert kept("aussi=anciennes", *rows) == ["a", "v1", "c"]
    assert kept("aussi=archives&periode=tout", *rows) == ["a", "arch", "c", "vieux"]


def test_a_document_without_any_date_is_never_hidden_by_one():
    assert kept("du=2026-11-01", row(title="sans date", service_start_time=None, creation_time=None)) == ["sans date"]


def test_dates_are_local_days_both_included():
    late = row(title="minuit", service_start_time=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))  # the 20th in Paris
    assert kept("du=2026-11-20&au=2026-11-20", late) == ["minuit"]
    assert kept("du=2026-11-19&au=2026-11-19", late) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=11502-2", ["bio"]),
        ("auteur=CHU", ["bio"]),
        ("seulement=nouveaux", ["neuf"]),
        ("seulement=invisibles", ["caché"]),
        ("seulement=representants", []),
        ("seulement=nouveaux&seulement=invisibles", ["caché", "neuf"]),
        ("q=BIO chu", ["bio"]),
        ("q=absent", []),
        ("seulement=inconnu&tri=inconnu&page=x&du=hier", ["bio", "caché", "neuf"]),
    ],
)
def test_each_filter_keeps_what_it_says(query, found):
    rows = (
        row(1, title="bio", authors=(professional("NGUYEN Anh", "CHU"),), **BIOLOGY),
        row(2, title="caché", confidentiality_codes=confidential("INVISIBLE_PATIENT")),
        row(3, title="neuf", new=True),
    )
    assert kept(query, *rows) == found


def test_documents_of_the_patient_come_after_the_others_whatever_the_order():
    mine = row(0, title="Abc", class_code=Coded("90", "1.2.250.1.213.1.1.4.1"))
    others = (row(5, title="Zoé"), row(6, title="Bcd"))
    assert kept("tri=titre", mine, *others) == ["Bcd", "Zoé", "Abc"]
    assert kept("", mine, *others) == ["Zoé", "Bcd", "Abc"]


def test_each_chip_takes_away_its_filter_only():
    filters = Filters.read(QueryDict("type=11502-2&type=18748-4&q=hb&aussi=archives&du=2026-01-02&tri=titre"))
    chips = {chip.text: Filters.read(QueryDict(chip.without)) for chip in filters.chips({"11502-2": "Biologie"})}
    assert set(chips) == {"Avec les archivés", "Biologie", "18748-4", "À partir du 02/01/2026", "« hb »"}
    assert chips["Biologie"].types == ("18748-4",)
    assert chips["« hb »"].text == ""
    assert chips["« hb »"].types == filters.types
    assert all(after.order == "titre" for after in chips.values())


@pytest.mark.parametrize(
    "query", ["", "periode=tout", "type=a&type=b&auteur=C&seulement=masques&q=x+y&du=2026-01-02&au=2026-02-03&tri=type"]
)
def test_a_query_string_reads_back_as_itself(query):
    filters = Filters.read(QueryDict(query))
    assert Filters.read(QueryDict(filters.query)) == filters


def test_the_choices_are_counted_most_numerous_first():
    rows = [row(**BIOLOGY), row(), row()]
    assert [(choice.value, choice.count) for choice in type_choices(rows)] == [("34112-3", 2), ("11502-2", 1)]
    assert author_choices([row(authors=(professional("A B", "CHU"),)), row()])[0].value == "CHU"


def test_the_patient_who_wrote_is_never_named():
    from tramontane.dmp.xds import Author

    written = row(authors=(Author(person="254036938301245^MARTIN^JEANNE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"),))
    assert written.author == "Le patient"


def test_a_personal_filter_is_kept_by_name_for_its_account_only(desk, world):
    desk.open()
    desk.client.post(f"{desk.url}dmp/filtres/?type=11502-2&q=hb", {"nom": "Biologie"})
    desk.client.post(f"{desk.url}dmp/filtres/?q=nfs", {"nom": "Biologie"})
    assert SavedFilter.objects.get().query == "q=nfs"
    assert 'href="?q=nfs">Biologie' in desk.text()
    other = make_ready(world)
    stranger = Client()
    login(stranger, other.account)
    pk = SavedFilter.objects.get().pk
    stranger.post(f"/patients/{other.patient.pk}/dmp/filtres/{pk}/supprimer/")
    assert SavedFilter.objects.exists()
    desk.client.post(f"{desk.url}dmp/filtres/{pk}/supprimer/")
    assert not SavedFilter.objects.exists()


def test_a_precise_search_is_one_call_and_its_results_join_the_list(desk):
    desk.open()
    desk.ready.dossier.feed(at=datetime.now(UTC) - timedelta(days=1500), title="Vieille NFS", **BIOLOGY)
    desk.ready.world.asked.clear()
    page = desk.client.post(f"{desk.url}dmp/rechercher/", {"type": "11502-2"}, follow=True).content.decode()
    assert desk.ready.world.transactions == ["TD3.1"]
    assert "Le DMP a trouvé 1\u00a0document" in page
    assert "Vieille NFS" in page


def test_a_refused_search_shows_its_reasons(desk):
    desk.open()
    desk.ready.say("consultation", "opposition")
    response = desk.client.post(f"{desk.url}dmp/rechercher/", {"type": ""})
    assert response.status_code == 403
    assert 'data-code="patient-oppose"' in response.content.decode()


def test_what_the_registry_is_asked_is_what_was_chosen():
    filters = Filters.read(QueryDict("type=11502-2&du=2026-01-02&au=2026-01-03&aussi=archives"))
    criteria = criteria_of(filters, "MAR%TIN")
    assert criteria.statuses == (AvailabilityStatus.APPROVED, AvailabilityStatus.ARCHIVED)
    assert [code.code for code in criteria.type_codes] == ["11502-2"]
    assert criteria.author_persons == ("%MARTIN%",)
    assert criteria.service_start.start.isoformat() == "2026-01-02T00:00:00+01:00"
    assert criteria.service_start.end.isoformat() == "2026-01-04T00:00:00+01:00"
