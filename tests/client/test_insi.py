"""The INSi client against the stand-in's own process, over mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from support.insi import insi_credentials
from support.national_server import NationalServer
from support.pki import pki
from tramontane.client import ServerTrust, TlsCredentials, TransportError
from tramontane.client.insi import InsiService, search
from tramontane.demo.pki import Credentials
from tramontane.dmp.errors import LocalError, SoapFault
from tramontane.dmp.transactions.insi import Result, Sought

SOUGHT = Sought("Pat-Trois", "Dominique", "F", date(1979, 3, 28), "63220")
SEED = """
from datetime import date
from tramontane.national.models import PatientRecord
PatientRecord.objects.create(ins="279035121518989", ins_oid="1.2.250.1.213.1.4.10", birth_name="PAT-TROIS",
    given_names="DOMINIQUE", sex="F", birth_date=date(1979, 3, 28))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    running = NationalServer(tmp_path_factory.mktemp("insi"))
    running.run(SEED)
    running.start()
    yield running
    running.stop()


def service(port: int, credentials: Credentials | None = None) -> InsiService:
    mine = credentials or insi_credentials()
    return InsiService(
        f"https://localhost:{port}/insi/lps",
        ServerTrust(pki().anchors, pki().intermediates, pki().crls),
        TlsCredentials(mine.certificate, mine.key, mine.chain),
    )


def test_an_identity_is_found_by_its_traits(server: NationalServer) -> None:
    answer = search(service(server.port), SOUGHT, message_id="urn:uuid:1")
    assert answer.identity is not None
    assert answer.identity.ins.value == "279035121518989"


def test_unknown_traits_find_nobody(server: NationalServer) -> None:
    answer = search(service(server.port), Sought("Absent", "Zoé", "F", date(1979, 3, 28)), message_id="urn:uuid:2")
    assert answer.result is Result.NONE


def test_the_certificate_of_the_dmp_does_not_open_insi(server: NationalServer) -> None:
    with pytest.raises(SoapFault) as refused:
        search(service(server.port, pki().auth), SOUGHT, message_id="urn:uuid:3")
    assert refused.value.remote_code == "desir_560"


def test_nobody_at_the_other_end_is_a_failure_with_its_phase() -> None:
    with pytest.raises(TransportError) as failed:
        search(service(1), SOUGHT, message_id="urn:uuid:4")
    assert failed.value.phase.name == "CONNECTION"


def test_an_address_without_tls_is_refused() -> None:
    with pytest.raises(LocalError) as refused:
        InsiService("http://localhost/insi/lps", service(1).trust, service(1).credentials)
    assert refused.value.code == "insi-adresse"
