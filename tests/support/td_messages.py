"""What the tests of the TD0.x and TD1.x transactions share: the official examples and the calls that produce them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.transactions.exchange import Call, HttpRequest, HttpResponse, Software

VECTORS = Path(__file__).parent.parent / "vectors" / "hl7v3"
PATIENT = Ins("279035121518989", InsAuthority.NIR_TEST)
SOFTWARE = Software(
    oid="1.2.250.1.999.77", name="DPI EXEMPLE", version="1.0.0", homologation="NUMERO-HOMOLOGATION", installation="0001"
)
SENT_AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=timezone(timedelta(hours=1)))
CALL = Call(
    base_url="https://dmp.example.invalid/si-dmp-server/v2/services/",
    vihf=b"<jeton/>",
    message_id="urn:uuid:0b8f3a10-6a0e-4b0e-9e55-2f5a8d0c1101",
    sent_at=SENT_AT,
    software=SOFTWARE,
)


def example(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def answered(body: bytes, content_type: str = "application/soap+xml; charset=utf-8") -> HttpResponse:
    return HttpResponse(status=200, content_type=content_type, body=body)


def whole(request: HttpRequest) -> bytes:
    assert isinstance(request.body, bytes)
    return request.body
