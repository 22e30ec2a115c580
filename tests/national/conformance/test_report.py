"""The report of true exchanges: each refusal case meets the code that the stand-in really sends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.national import (
    BLOCKED,
    CLOSED,
    EJ,
    ET_SUSPENDED,
    NO_DMP,
    NOW,
    SUSPENDU,
    InMemory,
    call,
    vihf,
)
from support.next_call import refusal
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.vihf import Vihf
from tramontane.dmp.xds import DocumentCriteria, StoredQuery, find_documents
from tramontane.national.conformance.report import Report, as_data, report
from tramontane.national.models import ConformanceSession

LATER = NOW + timedelta(days=1)
SUSPENDED = {"structure": ET_SUSPENDED.struct_idnat}


def session(*provoked: int) -> ConformanceSession:
    return ConformanceSession.objects.create(
        label="x", legal_entity_id=EJ.value, started_at=NOW - timedelta(minutes=1), started_by="x", provoked=provoked
    )


def outcomes(found: Report) -> dict[str, str]:
    return {one.case.code: one.outcome.value for one in found.results}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("dmp-ferme", vihf(patient=CLOSED)),
        ("dmp-ferme", vihf(patient=NO_DMP)),
        ("blocage", vihf(patient=BLOCKED)),
        ("entite-suspendue", vihf(**SUSPENDED)),
        ("professionnel-suspendu", vihf(SUSPENDU)),
    ],
)
def test_each_refusal_is_met_as_it_is_on_the_wire_and_insisting_fails(
    national: InMemory, code: str, content: Vihf
) -> None:
    def search() -> None:
        national(td3_1.request(call(content), find_documents(DocumentCriteria())))

    search()
    assert {name for name, outcome in outcomes(report(session(), LATER)).items() if outcome == "passed"} >= {
        code,
        "demandes",
    }
    search()
    search()
    assert outcomes(report(session(), LATER))[code] == "failed"


def test_a_provoked_suspension_leaves_the_other_cases_to_the_client(national: InMemory) -> None:
    assert refusal(national) == ""
    assert refusal(national, **SUSPENDED)
    assert outcomes(report(session(), LATER))["liste-blanche"] == "failed"
    data = as_data(report(session(6), LATER))
    found = {case["code"]: case for case in data["cases"]}
    assert (found["liste-blanche"]["outcome"], found["entite-suspendue"]["outcome"]) == ("passed", "passed")
    assert data["provoked_checks"] == ["6. Liste blanche"]
    assert found["entite-suspendue"]["refusal"]["codes"] == ["DMPAccessDeniedByRightsService"]


def test_a_query_without_what_it_must_say_fails_for_its_form(national: InMemory) -> None:
    national(td3_1.request(call(vihf()), StoredQuery("urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", ())))
    found = {one.case.code: one for one in report(session(), LATER).results}
    assert found["demandes"].outcome == "failed"
    assert "XDS" in found["demandes"].received
    assert found["vihf"].outcome == "passed"
