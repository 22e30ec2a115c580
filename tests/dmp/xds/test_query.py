"""Stored queries: their builders, their typed values and their syntax on the wire."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tramontane.dmp import xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.nomenclatures import Coded, resource
from tramontane.dmp.xds.query_wire import read_query, write_query

REQUEST = (
    '<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">{}<AdhocQuery id="urn:uuid:1">{}</AdhocQuery></q:AdhocQueryRequest>'
)


def read(values: str, option: str = "") -> xds.StoredQuery:
    slot = f'<Slot name="$x"><ValueList>{values}</ValueList></Slot>' if values else ""
    return read_query(etree.fromstring(REQUEST.format(option, slot)))


def back(query: xds.StoredQuery) -> xds.StoredQuery:
    return read_query(etree.fromstring(write_query(query)))


def test_the_queries_are_those_whose_use_by_the_dmp_was_seen():
    seen = {row["id"] for row in resource("stored_queries")["concepts"] if row["dmpUseSeen"]}
    assert seen == set(xds.QueryId)


def test_every_criterion_has_its_parameter():
    code, day = Coded("c", "s"), datetime(2026, 1, 2, tzinfo=UTC)
    query = xds.find_documents(
        xds.DocumentCriteria(
            patient_id="p",
            statuses=(xds.AvailabilityStatus.APPROVED, xds.AvailabilityStatus.ARCHIVED),
            class_codes=(code,),
            type_codes=(code,),
            practice_settings=(code,),
            facility_types=(code,),
            format_codes=(code,),
            event_codes=((code,), (code, code)),
            confidentiality_codes=((code,),),
            author_persons=("%MARTIN%",),
            creation=xds.Period(day, day),
            service_start=xds.Period(day),
            service_stop=xds.Period(end=day),
        ),
        return_type=xds.ReturnType.OBJECT_REF,
    )
    assert {parameter.name.removeprefix("$XDSDocumentEntry") for parameter in query.parameters} == {
        "PatientId", "Status", "ClassCode", "TypeCode", "PracticeSettingCode", "HealthcareFacilityTypeCode",
        "FormatCode", "EventCodeList", "ConfidentialityCode", "AuthorPerson", "CreationTimeFrom", "CreationTimeTo",
        "ServiceStartTimeFrom", "ServiceStopTimeTo",
    }  # fmt: skip
    assert back(query) == query
    assert query.codes("$XDSDocumentEntryEventCodeList") == ((code,), (code, code))
    assert query.time("$XDSDocumentEntryServiceStopTimeTo") == day
    assert query.text("$XDSDocumentEntryPatientId") == "p"
    assert query.texts("$XDSDocumentEntryStatus")[1].endswith("Archived")


def test_what_is_not_asked_is_not_written():
    query = xds.find_documents(xds.DocumentCriteria())
    assert [parameter.name for parameter in query.parameters] == ["$XDSDocumentEntryStatus"]
    assert query.text("$nothing") == ""
    assert query.time("$nothing") is None


def test_a_reference_is_searched_by_its_own_query():
    query = xds.find_documents_by_reference_id(xds.DocumentCriteria(), ["A1^^^&1.2&ISO^urn:ihe:iti:xds:2013:accession"])
    assert query.id is xds.QueryId.FIND_DOCUMENTS_BY_REFERENCE_ID
    assert back(query) == query


values = st.text(st.sampled_from("a'(),^ 1é&<"), max_size=8).map(str.strip) | st.integers(0, 10**19)


@given(st.lists(values, min_size=1, max_size=4), st.booleans())
def test_any_value_reads_back_whatever_its_quotes(items, as_list):
    items = items if as_list else items[:1]
    query = xds.StoredQuery("urn:uuid:other", (xds.Parameter("$x", tuple(items), as_list),))
    assert back(query) == query


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("<Value>'a'</Value>", ("a",)),
        ("<Value>'it''s'</Value>", ("it's",)),
        ("<Value>''</Value>", ("",)),
        ("<Value>('a','b')</Value>", ("a", "b")),
        ("<Value> ( 'a' , 'b' ) </Value>", ("a", "b")),
        ("<Value>('a')</Value><Value>('b','c')</Value>", ("a", "b", "c")),
        ("<Value>'a'</Value><Value>'b'</Value>", ("a", "b")),
        ("<Value>20260101</Value>", (20260101,)),
        ("<Value>(1,2)</Value>", (1, 2)),
        ("<Value>'a<!-- comment -->b'</Value>", ("ab",)),
    ],
)
def test_the_forms_of_the_standard_are_read(wire, expected):
    assert read(wire).parameters[0].values == expected


def test_a_list_cut_over_several_values_is_one_list():
    assert read("<Value>('a')</Value><Value>('b')</Value>").parameters[0].is_list
    assert not read("<Value>'a'</Value>").parameters[0].is_list


@pytest.mark.parametrize("wire", ["a", "'a", "a'", "('a'", "('a' 'b')", "('a',)", "()", "'a'b", "-1", "1.5", "'a','"])
def test_a_value_badly_written_is_refused_and_not_repeated(wire):
    with pytest.raises(MalformedMessage) as refused:
        read(f"<Value>{wire}</Value>")
    assert "$x" in refused.value.expected


def test_the_return_type_is_read_and_an_unknown_one_refused():
    assert read("").return_type is xds.ReturnType.LEAF_CLASS
    assert read("", '<q:ResponseOption returnType="ObjectRef"/>').return_type is xds.ReturnType.OBJECT_REF
    for option in ('<q:ResponseOption returnType="RegistryObject"/>', "<q:ResponseOption/>"):
        with pytest.raises(MalformedMessage):
            read("", option)


def test_a_date_may_be_quoted():
    assert read("<Value>'20260102'</Value>").time("$x") == datetime(2026, 1, 2, tzinfo=UTC)
