"""The server's side of mutual TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

# LPS access suites of PDT-INF-579 v4, by their OpenSSL names; TLS 1.3 suites are OpenSSL's own.
CIPHERS = "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-GCM-SHA384"


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files; `certificate` holds the server's chain, leaf first.

    Attributes:
        anchors: roots of the client certificates. Clients must send their intermediates.
        intermediates: authorities that sign clients and « cachets », for the judge.
        crls: one CRL per authority. Read again when the file changes; absent or stale, every call is refused.
        require_crl: False only in a laboratory without CRL.
    """

    certificate: Path
    key: Path
    anchors: Path
    intermediates: Path | None = None
    crls: Path | None = None
    require_crl: bool = True


def context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or later; a connection without a client certificate that chains to an anchor does not open.

    Purpose and revocation are the judge's, at each call: a certificate without extended key usage passes OpenSSL's
    purpose check, and one revoked during a kept-alive connection must be refused at its next call.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(CIPHERS)
    made.load_cert_chain(tls.certificate, tls.key)
    made.load_verify_locations(tls.anchors)
    made.verify_mode = ssl.CERT_REQUIRED
    return made
