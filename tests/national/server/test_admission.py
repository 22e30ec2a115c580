"""Who may come in: each certificate × TLS version × state of the CRLs, against the running server (anchor C2)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from support.national import ET_OF_OTHER_EJ, MEDECIN, OPEN, call, vihf
from support.national_server import NationalServer
from support.pki import AUTH, SERVER, pki
from tramontane.demo.pki import Credentials, Profile
from tramontane.dmp.errors import SoapFault
from tramontane.dmp.transactions import td0_2
from tramontane.dmp.transactions.exchange import HttpRequest

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
CERTIFICATES: dict[str, Callable[[], Credentials | None]] = {
    "good": lambda: pki().auth,
    "none": lambda: None,
    "revoked": lambda: pki().auth_revoked,
    "expired": lambda: pki().auth_expired,
    "not yet valid": lambda: pki().auth_not_yet_valid,
    "twin CA": lambda: pki().auth_twin,
    "serverAuth only": lambda: pki().demo.issue(Profile.SERVER, SERVER, key=pki().auth.key),
    "no EKU": lambda: pki().auth_no_eku,
    "signature certificate": lambda: pki().sign,
    "other FINESS": lambda: pki().auth_other_finess,
    "self-signed": lambda: pki().auth_self_signed,
    "chain missing": lambda: pki().auth,
}
CRLS: dict[str, Callable[[], tuple[x509.CertificateRevocationList, ...]]] = {
    "fresh": lambda: pki().crls,
    "stale": lambda: pki().stale_crls,
    "absent": lambda: (),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NationalServer]:
    """One server for the whole matrix: it reads the CRLs again when they change."""
    running = NationalServer(tmp_path_factory.mktemp("admission"))
    running.run("from support.national import populate; populate()")
    running.start()
    yield running
    running.stop()


def admission(server: NationalServer, context: ssl.SSLContext, request: HttpRequest) -> str:
    """`accepted`, `judge` (a SOAP fault) or `tls` (no HTTP answer at all)."""
    connection = server.connect(context)
    try:
        response = server.send(request, connection)
    except (ssl.SSLError, ConnectionError):
        return "tls"
    finally:
        connection.close()
    try:
        td0_2.read(response)
    except SoapFault:
        return "judge"
    return "accepted"


# Where each certificate is stopped while CRLs are fresh. The handshake knows chains and dates, the judge the rest.
EXPECTED = {
    "good": "accepted",
    "none": "tls",
    "revoked": "judge",
    "expired": "tls",
    "not yet valid": "tls",
    "twin CA": "tls",
    "serverAuth only": "tls",
    "no EKU": "judge",
    "signature certificate": "judge",
    "other FINESS": "judge",
    "self-signed": "tls",
    "chain missing": "tls",
}


@pytest.mark.parametrize("crls", CRLS)
@pytest.mark.parametrize("version", VERSIONS)
def test_only_the_good_certificate_with_fresh_crls_comes_in(server: NationalServer, version: str, crls: str) -> None:
    server.publish(*CRLS[crls]())
    found = {}
    for name, credentials in CERTIFICATES.items():
        chain = () if name == "chain missing" else None
        context = server.client_context(credentials(), chain=chain, version=VERSIONS[version])
        found[name] = admission(server, context, td0_2.request(call(vihf()), OPEN))
    closed = {name: "judge" if where == "accepted" else where for name, where in EXPECTED.items()}
    assert found == (EXPECTED if crls == "fresh" else closed)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_other_hospital_comes_in_for_itself(server: NationalServer, version: str) -> None:
    """The valid twin of « other FINESS »: its own certificate, its own entity, its own seal."""
    server.publish(*pki().crls)
    context = server.client_context(pki().auth_other_finess, version=VERSIONS[version])
    content = vihf(MEDECIN, structure=ET_OF_OTHER_EJ.struct_idnat)
    request = td0_2.request(call(content, signer=pki().sign_other_finess), OPEN)
    assert admission(server, context, request) == "accepted"


def test_a_certificate_revoked_during_a_kept_alive_connection_is_refused_at_its_next_call(
    server: NationalServer,
) -> None:
    server.publish(*pki().crls)
    credentials: Credentials = pki().demo.issue(Profile.AUTH_CLI, AUTH, key=pki().auth.key)
    connection = server.connect(server.client_context(credentials))
    assert td0_2.read(server.send(td0_2.request(call(vihf()), OPEN), connection)).exists
    pki().demo.revoke(credentials.certificate)
    server.publish(*pki().demo.crls(now=pki().now + timedelta(seconds=1)))
    with pytest.raises(SoapFault):
        td0_2.read(server.send(td0_2.request(call(vihf()), OPEN), connection))
    connection.close()


def test_an_older_tls_does_not_connect(server: NationalServer) -> None:
    context = server.client_context(pki().auth)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        server.connect(context).connect()


def test_a_header_never_identifies_anybody_over_tcp(server: NationalServer) -> None:
    """Every spelling of a forwarded certificate beside a certificate that is not good enough (anchor C4)."""
    server.publish(*pki().crls)
    good = pki().auth.certificate_pem.decode().replace("\n", "%0A")
    names = ("X-SSL-Client-Cert", "x-ssl-client-cert", "X_SSL_CLIENT_CERT", "SSL_CLIENT_CERT", "X-Client-Cert")
    connection = server.connect(server.client_context(pki().sign))
    request = td0_2.request(call(vihf()), OPEN)
    headers = {"Content-Type": request.content_type, **dict.fromkeys(names, good)}
    connection.request("POST", "/si-dmp-server/v2/services/patients", body=request.body, headers=headers)
    response = connection.getresponse()
    assert b"Fault" in response.read()
    connection.close()


def test_health_answers_certified_clients(server: NationalServer) -> None:
    assert server.get("/health") == 200


def test_an_unknown_service_is_not_found(server: NationalServer, tmp_path: Path) -> None:
    connection = server.connect(server.client_context(pki().auth))
    connection.request("POST", "/si-dmp-server/v2/services/unknown", body=b"")
    assert connection.getresponse().status == 404
    connection.close()


def test_a_broken_multipart_is_a_bad_request(server: NationalServer) -> None:
    connection = server.connect(server.client_context(pki().auth))
    headers = {"Content-Type": 'multipart/related; boundary="b"'}
    connection.request("POST", "/si-dmp-server/v2/services/repository", body=b"--b\r\n", headers=headers)
    assert connection.getresponse().status in (400, 404)
    connection.close()
