"""A hospital's setting for the tests of the client, and both of its faces behind one function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from support.pki import FINESS_JURIDIQUE, pki
from support.tls_server import TO_THE_REQUEST, Behaviour, Received, answer
from tramontane.client import (
    AsyncDmpClient,
    DmpClient,
    Endpoint,
    HospitalIdentity,
    Limits,
    Policies,
    PrivateKeySigner,
    Professional,
    RetryPolicy,
    ServerTrust,
    Setting,
    SystemClock,
    TlsCredentials,
)
from tramontane.client.operations import Plan
from tramontane.dmp import soap
from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Ins, InsAuthority, Rpps
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.transactions import td0_3, td1_6
from tramontane.dmp.transactions.exchange import Call, HttpRequest, Software
from tramontane.dmp.transactions.proprietary import ServiceStatus
from tramontane.dmp.vihf import AccessMode

PHYSICIAN = Professional(
    rpps=Rpps("99990000012"),
    name="MAX LIBRE",
    roles=(Coded("10", "1.2.250.1.71.1.2.7"), Coded("SM26", "1.2.250.1.71.4.2.5")),
    finess_geographique=FinessGeographique("990000028"),
    sector="SA01",
    authn_instant=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    authn_context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
)
PATIENT = Ins("279035121518989", InsAuthority.NIR_TEST)
SOFTWARE = Software("1.2.250.1.999.1", "DPI des Monts", "1.0", "HOMOLOGATION-SECRETE")
QUICK = Limits(deadline=0.6)
ONCE = RetryPolicy(attempts=1)


class AdjustableClock(SystemClock):
    """The real clock, moved by hand; jitter is chosen."""

    def __init__(self, draw: float = 0.0) -> None:
        self.ahead = 0.0
        self._draw = draw

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead)

    def draw(self) -> float:
        return self._draw


def identity() -> HospitalIdentity:
    certificates = pki()
    return HospitalIdentity(
        FinessJuridique(FINESS_JURIDIQUE),
        TlsCredentials(certificates.auth.certificate, certificates.auth.key, certificates.auth.chain),
        PrivateKeySigner(certificates.sign.certificate, certificates.sign.key),
    )


def trust(**changes: Any) -> ServerTrust:
    return replace(ServerTrust(pki().anchors, crls=pki().crls), **changes)


def setting(base_url: str, *, trusting: ServerTrust | None = None, limits: Limits = QUICK, **changes: Any) -> Setting:
    """Quick deadlines, one attempt, a clock that can be moved: change what a test is about."""
    policies = Policies(limits=limits, retry=changes.pop("retry", ONCE), **changes.pop("policies", {}))
    changes.setdefault("clock", AdjustableClock())
    return Setting(identity(), Endpoint(base_url, trusting or trust()), SOFTWARE, policies=policies, **changes)


@dataclass
class Outcomes:
    """What a series of calls gave: a value or an error each."""

    all: list[Any] = field(default_factory=list)

    @property
    def only(self) -> Any:
        (one,) = self.all
        return one


def run_sync(given: Setting, *plans: Plan[Any]) -> Outcomes:
    outcomes = Outcomes()
    with DmpClient(given) as client:
        for plan in plans:
            try:
                outcomes.all.append(client.run(plan))
            except TramontaneError as error:
                outcomes.all.append(error)
    return outcomes


def run_async(given: Setting, *plans: Plan[Any]) -> Outcomes:
    async def run() -> Outcomes:
        outcomes = Outcomes()
        async with AsyncDmpClient(given) as client:
            for plan in plans:
                try:
                    outcomes.all.append(await client.run(plan))
                except TramontaneError as error:
                    outcomes.all.append(error)
        return outcomes

    return asyncio.run(run())


FACES: dict[str, Callable[..., Outcomes]] = {"sync": run_sync, "async": run_async}


def message_id(request: Received) -> str:
    return soap.read_envelope(request.body).addressing.message_id


def assertion_id(request: Received) -> str:
    security = soap.read_envelope(request.body).security
    assert security is not None
    return str(security[0].get("ID"))


EMPTY_LIST = answer(
    td1_6.respond(td1_6.AuthorizationList(()), message_id="urn:uuid:1", relates_to=TO_THE_REQUEST.decode())[1],
)
DONE = answer(td0_3.respond(ServiceStatus(), message_id="urn:uuid:1", relates_to=TO_THE_REQUEST.decode())[1])
REFUSED = answer(
    soap.build_fault(
        soap.Fault(code="soap:Sender", subcode="soap:DMPInvalidCertificate", reason="Certificat invalide"),
        message_id="urn:uuid:1",
        relates_to=TO_THE_REQUEST.decode(),
    ),
    status="500 Internal Server Error",
)


def raw_plan(body: Any, *, length: int | None = None, idempotent: bool = True) -> Plan[bytes]:
    """A plan that sends `body` as it is and gives the answer's body back."""

    def write(call: Call) -> HttpRequest:
        return HttpRequest("RAW", call.base_url + "raw", "urn:raw", "application/soap+xml", body, idempotent, length)

    return Plan(PHYSICIAN, PATIENT, AccessMode.NORMAL, write=write, read=lambda response: response.body)


def dated(date: str) -> Behaviour:
    return answer(b"<ok/>", date=date)
