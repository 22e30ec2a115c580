"""The gate before each call, its two traces, and the client behind it."""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from support.consultation import Ready, write_credentials
from support.dmp_double import DmpDouble, World
from support.pki import pki
from tramontane.client import DeadlineExceeded, DmpClient, Phase
from tramontane.dmp.errors import SoapFault
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations import connection, gateway, selectors
from tramontane.hospital.consultations.gateway import clients
from tramontane.hospital.consultations.gateway.professional import professional
from tramontane.hospital.consultations.models import SiteContract
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.services import record
from tramontane.rules.access import CertificateState


def exchanges() -> list[Trace]:
    return list(Trace.objects.filter(event__startswith="dmp.").order_by("id"))


def test_the_intention_is_written_before_the_call_leaves_and_the_answer_after(ready: Ready) -> None:
    seen: list[list[str]] = []
    ready.world.on_send = lambda _asked: seen.append([trace.event for trace in exchanges()])
    gateway.status(ready.access)
    assert seen == [["dmp.demande"]]
    asked, answered = exchanges()
    assert (asked.event, answered.event) == ("dmp.demande", "dmp.reponse")
    assert asked.correlation == answered.correlation
    assert asked.assertion_id == answered.assertion_id != ""
    assert (asked.transaction, asked.access_mode, asked.outcome) == ("TD0.2", "normal", "demandé")
    assert (asked.rpps, asked.ins) == (ready.account.rpps, ready.patient.ins)
    assert ready.access.site is not None
    assert asked.finess_geographique == ready.access.site.finess_geographique
    assert asked.proof["means"] == "passkey"
    assert answered.outcome == "répondu"


def test_a_failed_call_says_its_phase_in_the_trace(ready: Ready) -> None:
    ready.world.fail("TD0.2", DeadlineExceeded("Le DMP n'a pas répondu à temps.", phase=Phase.WAITING))
    with pytest.raises(DeadlineExceeded):
        gateway.status(ready.access)
    answered = exchanges()[-1]
    assert answered.outcome == "échoué"
    assert answered.detail["phase"] == "attente de la réponse"


def test_no_number_of_a_refusal_reaches_the_trace(ready: Ready) -> None:
    said = f"Patient {ready.patient.ins} inconnu"
    ready.world.fail("TD0.2", SoapFault("Refusé.", remote_code="X", remote_text=said))
    with pytest.raises(SoapFault):
        gateway.status(ready.access)
    assert ready.patient.ins not in str(exchanges()[-1].detail)
    assert exchanges()[-1].detail["sentence"] == "Patient … inconnu"


@pytest.mark.django_db(transaction=True)
def test_no_call_is_ever_made_inside_a_database_transaction(world: World) -> None:
    from support.consultation import make_ready

    ready = make_ready(world)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        gateway.status(ready.access)
    assert world.asked == []
    assert exchanges() == []


def test_a_call_outside_the_gateway_leaves_nothing(ready: Ready) -> None:
    double = DmpDouble(ready.world, ready.connection)
    with pytest.raises(LookupError):
        double.status(professional(ready.access), gateway.ins_of(ready.patient))
    assert ready.world.asked == []


def test_a_refusal_at_the_last_moment_stops_the_request_and_leaves_no_intention(ready: Ready) -> None:
    ready.say("consultation", "opposition")
    with pytest.raises(gateway.AccessRefusedError) as refusal:
        gateway.status(ready.access)
    assert [reason.code for reason in refusal.value.refused.reasons] == ["patient-oppose"]
    assert ready.world.asked == []
    assert exchanges() == []


def test_a_crash_between_the_two_rows_is_counted(ready: Ready, settings: object) -> None:
    settings.CONSULTATION = {"unanswered_seconds": 0}  # type: ignore[attr-defined]
    gateway.status(ready.access)
    with transaction.atomic():
        record(ready.access.event("dmp.demande", transaction="TD3.1", correlation=uuid4()))
    entity = ready.account.legal_entity
    lost = selectors.unanswered(entity, clock.now() + timedelta(seconds=1))
    assert [trace.transaction for trace in lost] == ["TD3.1"]


def test_refused_calls_are_grouped_by_cause(ready: Ready) -> None:
    fault = SoapFault("Refusé.", remote_code="DMPAccessDeniedByRightsService", remote_text="PS et Structure non liés")
    ready.world.fail("TD0.2", fault, fault)
    for _ in range(2):
        with pytest.raises(SoapFault):
            gateway.status(ready.access)
    gateway.status(ready.access)
    (cause,) = selectors.causes(ready.account.legal_entity, clock.now() - timedelta(days=1))
    assert (cause.cause, cause.sentence, cause.count) == (
        "DMPAccessDeniedByRightsService", "PS et Structure non liés", 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("L'entité géographique est sur la liste blanche. Reçu : aucun contrat pour 990000077.", "refused"),
        ("liste blanche : contrat suspendu (contrôle en cours)", "suspended"),
        ("liste blanche : contrat expiré", "expired"),
        ("liste blanche : contrat valable du 01/01/2024 au 01/01/2025", "expired"),
    ],
)
def test_a_refusal_of_the_white_list_is_observed(ready: Ready, said: str, state: str) -> None:
    fault = SoapFault("Refusé.", remote_code="DMPAccessDeniedByRightsService", remote_text=said)
    ready.world.fail("TD0.2", fault)
    with pytest.raises(SoapFault):
        gateway.status(ready.access)
    assert SiteContract.objects.get(geographic_entity=ready.access.site).observed_state == state


def test_an_answer_shows_that_the_site_is_on_the_white_list(ready: Ready) -> None:
    gateway.status(ready.access)
    assert SiteContract.objects.get(geographic_entity=ready.access.site).observed_state == "active"


def test_another_refusal_says_nothing_of_the_white_list(ready: Ready) -> None:
    ready.world.fail("TD0.2", SoapFault("Refusé.", remote_code="X", remote_text="PS et Structure non liés"))
    with pytest.raises(SoapFault):
        gateway.status(ready.access)
    assert not SiteContract.objects.filter(geographic_entity=ready.access.site).exists()


def test_one_client_serves_a_legal_entity_until_its_connection_changes(ready: Ready) -> None:
    with clients.borrowed(ready.connection) as first, clients.borrowed(ready.connection) as second:
        assert first is second
        row = ready.connection
        row.base_url, row.updated_at = "https://localhost:9443/services/", clock.now()
        row.save()
        with clients.borrowed(row) as third:
            assert third is not first
        assert not first.closed  # type: ignore[attr-defined]  # the double: a call may still be running
    assert first.closed  # type: ignore[attr-defined]  # given back by its last borrower
    assert not third.closed  # type: ignore[attr-defined]


def test_a_certificate_renewed_on_disk_rebuilds_the_client(ready: Ready) -> None:
    with clients.borrowed(ready.connection) as first:
        pass
    os.utime(ready.connection.authentication.removeprefix("file:"), ns=(1, 1))
    with clients.borrowed(ready.connection) as second:
        assert second is not first
    write_credentials(f"auth-{ready.account.legal_entity.finess_juridique}", pki().auth)


def test_the_real_client_is_built_from_the_row(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    client = clients.make(ready.connection)
    assert isinstance(client, DmpClient)
    client.close()


@pytest.mark.parametrize(
    ("field", "credentials", "state"),
    [
        ("authentication", lambda: pki().auth_expired, CertificateState.EXPIRED),
        ("authentication", lambda: pki().auth_revoked, CertificateState.REVOKED),
        ("signature", lambda: pki().sign_expired, CertificateState.EXPIRED),
        ("signature", lambda: pki().sign_revoked, CertificateState.REVOKED),
        ("authentication", lambda: pki().sign, CertificateState.MISSING),
        ("signature", lambda: pki().sign_other_finess, CertificateState.MISSING),
    ],
)
def test_the_state_of_the_certificates_is_read_from_the_files(
    ready: Ready, field: str, credentials: object, state: CertificateState
) -> None:
    row = ready.connection
    setattr(row, field, write_credentials(f"{field}-{state.name}", credentials()))  # type: ignore[operator]
    assert connection.report(row, clock.now()).state is state


def test_a_certificate_about_to_expire_warns(ready: Ready) -> None:
    (line, _) = connection.report(ready.connection, clock.now()).lines
    later = line.not_after - timedelta(days=30)
    assert connection.report(ready.connection, later).state is CertificateState.EXPIRING


def test_a_missing_file_is_told_without_its_path(ready: Ready) -> None:
    row = ready.connection
    row.authentication = "file:/nowhere/secret-name.p12"
    report = connection.report(row, clock.now())
    assert report.state is CertificateState.MISSING
    assert "nowhere" not in report.fault
    assert "introuvable" in report.fault


def test_the_professional_is_named_as_the_directory_knows_her(ready: Ready) -> None:
    who = professional(ready.access)
    assert [(role.code, role.code_system) for role in who.roles] == [
        ("10", "1.2.250.1.71.1.2.7"), ("SM04", "1.2.250.1.71.4.2.5"),
    ]  # fmt: skip
    assert who.authn_context_class.endswith(":unspecified")
    Account.objects.filter(pk=ready.account.pk).update(profession="21", savoir_faire="H")
    ready.account.refresh_from_db()
    assert [role.code_system for role in professional(ready.access).roles] == [
        "1.2.250.1.71.1.2.7",
        "1.2.250.1.71.4.2.6",
    ]
