"""Nothing secret is ever shown: keys, tokens and identifiers stay out of logs, representations and errors."""

from __future__ import annotations

import base64
import logging
import traceback
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support.dmp_client import EMPTY_LIST, PATIENT, PHYSICIAN, REFUSED, run_async, run_sync, setting, trust
from support.pki import pki
from support.tls_server import answer, cut_mid_body, hang_up, reset, serve, stall_mid_body, stay_silent
from tramontane.client import Exchange, operations
from tramontane.dmp.errors import TramontaneError

PKI = pki()
READS = operations.status(PHYSICIAN, PATIENT)


def secrets_of(requests: list[Any]) -> list[str]:
    """What must never be seen: both keys in every usual form, the signed tokens, the patient's whole INS."""
    found = [PATIENT.value]
    for credentials in (PKI.auth, PKI.sign):
        numbers = credentials.key.private_numbers()
        der = credentials.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        encoded = base64.b64encode(der).decode()
        found += [str(numbers.d), str(numbers.p), f"{numbers.p:x}", encoded[100:200], "PRIVATE KEY"]
    for request in requests:
        body = request.body.decode()
        found.append(body.partition("<SignatureValue>")[2].partition("</SignatureValue>")[0])
        found.append("<saml2:Assertion")
    return [secret for secret in found if secret]


@pytest.mark.parametrize("run", [run_sync, run_async])
@pytest.mark.parametrize(
    "behaviour",
    [EMPTY_LIST, REFUSED, answer(b"not xml"), hang_up, reset, cut_mid_body, stall_mid_body, stay_silent],
)
def test_no_secret_in_logs_errors_tracebacks_or_traces(
    run: Any, behaviour: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    journal: list[Exchange] = []
    with serve(behaviour) as running:
        given = setting(running.base_url, observer=journal.append)
        error = run(given, READS).only
    assert isinstance(error, TramontaneError)
    seen = [caplog.text, repr(given), repr(READS), repr(journal), repr(error), str(error), error.explain()]
    seen += traceback.format_exception(error)
    secrets = secrets_of(running.requests)
    assert len(secrets) >= 11
    assert [secret for secret in secrets if any(secret in text for text in seen)] == []


def test_the_scan_finds_a_secret_that_is_there() -> None:
    with serve(EMPTY_LIST) as running:
        run_sync(setting(running.base_url), READS)
    sent = running.requests[0].body.decode()
    assert any(secret in sent for secret in secrets_of(running.requests))


def test_a_setting_shows_its_certificates_and_not_its_keys() -> None:
    given = setting("https://localhost:1/")
    assert "RSAPrivateKey" not in repr(given)
    assert "RSAPrivateKey" not in repr(trust())
