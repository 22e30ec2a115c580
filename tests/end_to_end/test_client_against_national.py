"""The hospital's client against the running stand-in, over mutual TLS, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from support.national import (
    BLOCKED,
    CLOSED,
    ET,
    ET_WITHOUT_CONTRACT,
    INFIRMIER,
    MEDECIN,
    NO_DMP,
    NOW,
    OPEN,
    PROFESSIONS,
    ROLES,
    SOFTWARE,
    UNDECLARED,
    entry,
    submission_set,
)
from support.national_server import BASE_PATH, NationalServer
from support.needs import missing
from support.pki import pki
from support.postgres import binaries, shared_cluster
from tramontane.client import (
    DmpClient,
    Endpoint,
    HospitalIdentity,
    Phase,
    PrivateKeySigner,
    Professional,
    ServerTrust,
    Setting,
    TlsCredentials,
    TransportError,
)
from tramontane.demo.pki import Credentials
from tramontane.dmp.errors import RegistryFailure, SoapFault
from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Rpps
from tramontane.dmp.transactions import td2_1
from tramontane.dmp.transactions.retrieval import DocumentData, DocumentEvent
from tramontane.dmp.transactions.td0_2 import Authorisation, DmpStatus
from tramontane.dmp.transactions.td3_2 import RetrievedDocument
from tramontane.dmp.xds import DocumentEntry

MEGABYTE = 1024 * 1024
FEED = (
    "from support.national import confidential, entry, feed, populate\n"
    "populate()\n"
    "feed(entry(1), entry(2, type_code='68599-0'), entry(3, confidentiality_codes=confidential('MASQUE_PS')))"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    """A populated stand-in, two workers."""
    url = ""
    if request.param == "postgresql":
        if binaries() is None:
            missing("postgresql", "postgresql")
        url = shared_cluster().create("end_to_end")
    running = NationalServer(tmp_path_factory.mktemp(request.param), url, workers=2)
    running.run(FEED)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def dmp(server: NationalServer) -> Iterator[DmpClient]:
    """The hospital's client."""
    auth, sign = pki().auth, pki().sign
    identity = HospitalIdentity(
        FinessJuridique("990000010"),
        authentication=TlsCredentials.from_pem(auth.certificate_pem, auth.key_pem()),
        signature=PrivateKeySigner.from_pem(sign.certificate_pem, sign.key_pem()),
    )
    trust = ServerTrust(pki().anchors, pki().intermediates, pki().crls)
    endpoint = Endpoint(f"https://localhost:{server.port}{BASE_PATH}", trust)
    with DmpClient(Setting(identity, endpoint, SOFTWARE)) as client:
        yield client


def professional(who: Rpps = MEDECIN, where: FinessGeographique = ET) -> Professional:
    """Logged in half an hour ago with a card."""
    return Professional(
        who,
        "MARTIN CAMILLE",
        ROLES[PROFESSIONS[who]],
        where,
        "SA01",
        NOW - timedelta(minutes=30),
        "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
    )


def test_a_physician_reads_what_the_registry_announced(dmp: DmpClient) -> None:
    assert dmp.status(professional(), OPEN).authorisation is Authorisation.VALIDE
    found = dmp.find_documents(professional(), OPEN).document_entries
    assert {one.title for one in found} >= {"Document 1", "Document 2", "Document 3"}
    documents = dmp.retrieve(professional(), OPEN, [(one.repository_unique_id, one.unique_id) for one in found])
    assert [(one.sha1, one.size) for one in documents] == [(one.hash, one.size) for one in found]


def test_the_lines_of_the_readme_run_as_they_are_written(server: NationalServer) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (lines,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    given = {
        "auth_p12": pkcs12_of(pki().auth),
        "sign_p12": pkcs12_of(pki().sign),
        "password": "secret",
        "url": f"https://localhost:{server.port}{BASE_PATH}",
        "anchors": pki().anchors,
        "crls": pki().crls,
        "software": SOFTWARE,
        "professional": professional(),
        "patient": OPEN,
    }
    exec(compile(lines, "README.md", "exec"), given)
    status, entry_read, document = given["status"], given["entry"], given["document"]
    assert isinstance(status, DmpStatus)
    assert isinstance(entry_read, DocumentEntry)
    assert isinstance(document, RetrievedDocument)
    assert status.authorisation is Authorisation.VALIDE
    assert document.sha1 == entry_read.hash


def pkcs12_of(credentials: Credentials) -> bytes:
    """The file an authority delivers: key, certificate and chain under a password."""
    return pkcs12.serialize_key_and_certificates(
        b"hospital", credentials.key, credentials.certificate, credentials.chain, BestAvailableEncryption(b"secret")
    )


def test_a_nurse_sees_less_and_may_not_ask_for_the_rest(dmp: DmpClient) -> None:
    found = dmp.find_documents(professional(INFIRMIER), OPEN).document_entries
    titles = {one.title for one in found}
    assert "Document 1" in titles
    assert not titles & {"Document 2", "Document 3"}
    with pytest.raises(RegistryFailure) as refused:
        dmp.retrieve(professional(INFIRMIER), OPEN, [(found[0].repository_unique_id, entry(2).unique_id)])
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"


def test_each_patient_gets_his_own_answer(dmp: DmpClient) -> None:
    assert not dmp.status(professional(), NO_DMP).exists
    assert not dmp.status(professional(), CLOSED).open
    assert dmp.status(professional(), BLOCKED).authorisation is Authorisation.INTERDIT
    with pytest.raises(SoapFault) as refused:
        dmp.find_documents(professional(), BLOCKED)
    assert refused.value.remote_code == "DMPAccessDeniedByRightsService"


def test_consent_opens_the_dmp(dmp: DmpClient) -> None:
    with pytest.raises(SoapFault):
        dmp.find_documents(professional(), UNDECLARED)
    dmp.authorise(professional(), UNDECLARED)
    assert dmp.find_documents(professional(), UNDECLARED).document_entries == ()


def test_a_site_without_contract_is_refused(dmp: DmpClient) -> None:
    with pytest.raises(SoapFault) as refused:
        dmp.status(professional(where=ET_WITHOUT_CONTRACT), OPEN)
    assert "liste blanche" in refused.value.remote_text


def test_the_hospital_feeds_twenty_megabytes_in_chunks_and_gets_them_back_in_chunks(dmp: DmpClient) -> None:
    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            return (bytes([rank]) * MEGABYTE for rank in range(20))

    document = entry(500, entry_uuid="", availability_status=None)
    submission = td2_1.Submission(
        submission_set(500), (td2_1.SubmittedDocument(document, Chunks(), length=20 * MEGABYTE),)
    )
    dmp.submit(professional(), OPEN, submission)
    found = dmp.find_documents(professional(), OPEN).document_entries
    announced = next(one for one in found if one.unique_id == document.unique_id)
    sizes: list[int] = []

    def sink(event: DocumentEvent) -> None:
        if isinstance(event, DocumentData):
            sizes.append(len(event.data))

    dmp.retrieve_to(professional(), OPEN, [(announced.repository_unique_id, announced.unique_id)], sink)
    assert announced.size == sum(sizes) == 20 * MEGABYTE
    assert max(sizes) < MEGABYTE


def test_every_call_is_traced_with_who_where_and_whom(dmp: DmpClient, server: NationalServer) -> None:
    dmp.status(professional(), OPEN)
    last = server.run(
        "from tramontane.national.models import AccessTrace\n"
        "t = AccessTrace.objects.latest('pk')\n"
        "print(t.transaction, t.result, t.rpps, t.structure, t.legal_entity, t.ins)"
    )
    assert last.split() == ["TD0.2", "granted", MEDECIN.value, ET.value, "990000010", OPEN.value]


def test_a_stopped_server_is_a_connection_failure(dmp: DmpClient, server: NationalServer, tmp_path: Path) -> None:
    server.stop()
    with pytest.raises(TransportError) as failure:
        dmp.status(professional(), OPEN)
    assert failure.value.phase is Phase.CONNECTION
    server.start()
