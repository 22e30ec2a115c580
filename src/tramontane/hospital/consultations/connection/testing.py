"""« Tester la connexion »: what holds, what fails, what could not be looked at, in the order of a call.

Files and keys, certificates, revocation lists, the signature itself, then the network: name, port, mutual TLS, clock. What
depends on a professional and a patient (token, white list, contract) is not run here: said as such.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from tramontane.client.skew import measure
from tramontane.client.tls import client_context
from tramontane.dmp.errors import TramontaneError
from tramontane.hospital import clock
from tramontane.hospital.consultations.connection.certificates import report
from tramontane.hospital.consultations.connection.credentials import Material, material
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.rules.access import CertificateState

SECONDS = 8.0
DRIFT = timedelta(seconds=30)
HTTPS = 443


class Verdict(StrEnum):
    """What a look gave."""

    PASSED = "conforme"
    FAILED = "en échec"
    WARNING = "à surveiller"
    NOT_RUN = "non vérifié"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, in one sentence; `next_step` when something is to be done."""

    step: str
    verdict: Verdict
    sentence: str
    next_step: str = ""


NETWORK = "Réseau"
_UNTOUCHED = Finding(NETWORK, Verdict.NOT_RUN, "Le serveur n’a pas été appelé : une étape précédente est en échec.")
_PEOPLE = Finding(
    "Contrat et liste blanche",
    Verdict.NOT_RUN,
    "Le contrat AIR, la liste blanche et l’habilitation ne se vérifient qu’à l’ouverture d’un dossier par un professionnel.",
    "Ouvrez un dossier, puis revenez lire ici l’état observé de chaque site.",
)


def findings(connection: DmpConnection | None, at: datetime) -> tuple[Finding, ...]:
    """Every finding, in order. Waits for the network at most a few seconds a step; never raises."""
    if connection is None:
        sentence = "Aucune connexion au DMP n’est réglée."
        return (
            Finding("Réglages", Verdict.FAILED, sentence, "Renseignez l’adresse et les certificats, puis enregistrez."),
        )
    try:
        found = material(connection)
    except TramontaneError as error:
        return (Finding("Fichiers et clés", Verdict.FAILED, error.message, error.next_step), _UNTOUCHED, _PEOPLE)
    read = Finding(
        "Fichiers et clés",
        Verdict.PASSED,
        "Les certificats et les clés se lisent : ils sont de l’établissement et de l’usage attendu.",
    )
    local = (read, *_certificates(connection, at), _lists(found, at), _signature(found))
    if any(finding.verdict is Verdict.FAILED for finding in local):
        return (*local, _UNTOUCHED, _PEOPLE)
    return (*local, *_network(found), _PEOPLE)


_STATES = {CertificateState.VALID: Verdict.PASSED, CertificateState.EXPIRING: Verdict.WARNING}


def _certificates(connection: DmpConnection, at: datetime) -> Iterator[Finding]:
    for line in report(connection, at).lines:
        verdict = _STATES.get(line.state, Verdict.FAILED)
        said = f"Certificat {line.state.value} ; il expire le {line.not_after:%d/%m/%Y} ({line.days_left} jours)."
        yield Finding(line.role, verdict, said, "" if verdict is Verdict.PASSED else "Demandez son renouvellement.")


def _lists(found: Material, at: datetime) -> Finding:
    step = "Listes de révocation"
    if found.endpoint.trust.revocation != "require":
        sentence = "La révocation du certificat du serveur n’est pas contrôlée."
        return Finding(step, Verdict.WARNING, sentence, "À n’accepter que sur une plateforme d’essai.")
    stale = [crl for crl in found.crls if crl.next_update_utc is None or crl.next_update_utc <= at]
    if stale:
        sentence = f"{len(stale)} liste(s) sur {len(found.crls)} ne sont plus à jour."
        return Finding(step, Verdict.FAILED, sentence, "Récupérez les listes de révocation (CRL) du jour.")
    return Finding(step, Verdict.PASSED, f"{len(found.crls)} liste(s) à jour.")


def _signature(found: Material) -> Finding:
    step = "Clé de signature"
    try:
        found.identity.signature.sign(b"tramontane: essai de signature")
    except TramontaneError as error:
        return Finding(step, Verdict.FAILED, error.message, error.next_step)
    return Finding(step, Verdict.PASSED, "La clé de signature répond.")


def _network(found: Material) -> Iterator[Finding]:
    """Name, port, handshake, answer: stops at the first failure."""
    address = urlsplit(found.endpoint.base_url)
    try:
        socket.getaddrinfo(address.hostname, address.port or HTTPS, type=socket.SOCK_STREAM)
        yield Finding("Nom du serveur", Verdict.PASSED, f"{address.hostname} est connu du DNS.")
        with socket.create_connection((address.hostname, address.port or HTTPS), timeout=SECONDS) as plain:
            yield Finding("Connexion", Verdict.PASSED, f"Le port {address.port or HTTPS} répond.")
            yield from _greet(found, plain, address)
    except ssl.SSLError as error:
        yield Finding(
            "TLS mutuel",
            Verdict.FAILED,
            _tls(error),
            "Vérifiez les autorités, les CRL et le certificat d’authentification.",
        )
    except socket.gaierror:
        yield Finding(
            "Nom du serveur", Verdict.FAILED, f"{address.hostname} est inconnu du DNS.", "Vérifiez l’adresse et le DNS."
        )
    except (OSError, HTTPException) as error:
        said = f"Le serveur ne répond pas ({type(error).__name__})."
        yield Finding(
            "Connexion", Verdict.FAILED, said, "Vérifiez l’adresse, le port et l’ouverture des flux sortants."
        )


def _greet(found: Material, plain: socket.socket, address: SplitResult) -> Iterator[Finding]:
    """The handshake, then a request without content: in TLS 1.3 only the answer says that our certificate was accepted."""
    context = client_context(found.endpoint.trust, found.identity.authentication)
    with context.wrap_socket(plain, server_hostname=address.hostname) as secured:
        sent_at = clock.now()
        secured.sendall(f"HEAD {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = HTTPResponse(secured, method="HEAD")
        answer.begin()
        yield Finding("TLS mutuel", Verdict.PASSED, f"{secured.version()} : chacun a accepté le certificat de l’autre.")
        yield _clock(measure(answer.headers.get("Date", ""), sent_at=sent_at, received_at=clock.now()))


def _clock(drift: timedelta | None) -> Finding:
    step = "Horloge"
    if drift is None:
        return Finding(step, Verdict.NOT_RUN, "Le serveur ne dit pas son heure.")
    seconds = round(abs(drift).total_seconds())
    if abs(drift) > DRIFT:
        return Finding(
            step,
            Verdict.FAILED,
            f"Notre horloge et la sienne diffèrent de {seconds} s.",
            "Synchronisez l’horloge (NTP).",
        )
    return Finding(step, Verdict.PASSED, f"Notre horloge et la sienne diffèrent de moins de {max(seconds, 1) + 1} s.")


def _tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Le certificat du serveur est refusé : {error.verify_message}."
    return f"La négociation TLS a échoué ({error.reason or 'sans raison donnée'})."
