"""The client: everything between the protocol library and the network.

A hospital gives a `Setting` once, then asks on behalf of its professionals:

    from tramontane.client import DmpClient, Endpoint, HospitalIdentity, PrivateKeySigner, ServerTrust, Setting, TlsCredentials

    identity = HospitalIdentity(
        FinessJuridique("990000010"),
        authentication=TlsCredentials.from_pkcs12(Path("auth.p12").read_bytes(), password),
        signature=PrivateKeySigner.from_pkcs12(Path("cachet.p12").read_bytes(), password),
    )
    endpoint = Endpoint("https://…/si-dmp-server/v2/services/", ServerTrust(anchors, crls=crls))
    with DmpClient(Setting(identity, endpoint, software, observer=traces.record)) as dmp:
        if dmp.status(professional, patient).open:
            documents = dmp.find_documents(professional, patient).document_entries

`AsyncDmpClient` has the same methods, awaited. Every failure is a `TransportError`, with its phase, or a
`tramontane.dmp.errors.RemoteError`, with the DMP's own code. `Pkcs11Signer` (extra `pkcs11`) is imported from
`tramontane.client.pkcs11`.
"""

from tramontane.client.aio import AsyncDmpClient
from tramontane.client.breaker import BreakerPolicy
from tramontane.client.client import DmpClient
from tramontane.client.clock import Clock, SystemClock
from tramontane.client.conversation import Policies, Setting
from tramontane.client.errors import (
    AnswerTooLarge,
    CircuitOpen,
    ClientClosed,
    DeadlineExceeded,
    Phase,
    ServiceUnavailable,
    TlsRefused,
    TransportError,
)
from tramontane.client.exchange import Exchange, Observer, Outcome
from tramontane.client.identity import ExpiryWarning, HospitalIdentity
from tramontane.client.keys import PrivateKeySigner, TlsCredentials
from tramontane.client.parties import Endpoint, Professional
from tramontane.client.retry import RetryPolicy
from tramontane.client.tls import ServerTrust
from tramontane.client.transport import Limits

__all__ = [
    "AnswerTooLarge",
    "AsyncDmpClient",
    "BreakerPolicy",
    "CircuitOpen",
    "ClientClosed",
    "Clock",
    "DeadlineExceeded",
    "DmpClient",
    "Endpoint",
    "Exchange",
    "ExpiryWarning",
    "HospitalIdentity",
    "Limits",
    "Observer",
    "Outcome",
    "Phase",
    "Policies",
    "PrivateKeySigner",
    "Professional",
    "RetryPolicy",
    "ServerTrust",
    "ServiceUnavailable",
    "Setting",
    "SystemClock",
    "TlsCredentials",
    "TlsRefused",
    "TransportError",
]
