"""Handing documents out, and taking the signed PV back: each act leaves its trace, and the trace is what is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from pyhanko.keys import load_certs_from_pemder_data

from tramontane.dmp.errors import LocalError
from tramontane.dmp.signature import Signer
from tramontane.hospital import clock
from tramontane.hospital.consultations.connection.credentials import open_signer
from tramontane.hospital.homologation.documents import bundle
from tramontane.hospital.homologation.documents.content import content_of
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature import local, verifying
from tramontane.hospital.homologation.documents.signature.report import Report, scanned
from tramontane.hospital.homologation.models import Dossier, Homologation
from tramontane.hospital.homologation.selectors import journal
from tramontane.hospital.homologation.selectors.facts import PARIS
from tramontane.hospital.homologation.services import signing
from tramontane.hospital.homologation.services.errors import RefusedError, refuse
from tramontane.hospital.homologation.services.writing import trace
from tramontane.hospital.traces.events import Actor
from tramontane.pack import Manifest, stream
from tramontane.rules.homologation import Objection
from tramontane.ui import document, word

Mode = Homologation.SignatureMode


@transaction.atomic
def handed(dossier: Dossier, key: str, form: str, *, actor: Actor) -> bytes:
    """One document, in `pdf` or `docx`, and the trace of its digest: a signed PV is compared with it later.

    Raises:
        RefusedError: the PV has not all its words yet.
    """
    paper, content = PAPERS[key], content_of(dossier)
    late = paper.decided and content.signed
    refuse("", "Le procès-verbal est signé : téléchargez le fichier signé." if late else "")
    refuse("", "Le procès-verbal n’a pas encore tous ses mots." if paper.decided and not content.decided else "")
    drawn = paper.draw(content)
    data = FORMS[form](drawn, content.at)
    sha256 = hashlib.sha256(data).hexdigest()
    detail: dict[str, Any] = {
        "title": f"{paper.title} ({form})",
        "kind": key,
        "form": form,
        "sha256": sha256,
        "size": len(data),
    }
    trace(dossier, "homologation.document", actor, **detail)
    return data


def _projet(drawn: document.Document, at: datetime) -> bytes:
    return word.write(replace(drawn, notice="Projet : seul le PDF fait foi"), at=at)


FORMS: dict[str, Callable[[document.Document, datetime], bytes]] = {
    "pdf": lambda drawn, at: document.pdf(drawn, at=at),
    "docx": _projet,
}


# A decision, a signatory, a state: a PV handed out before says other words than those a signature freezes.
_REWORDED = ("homologation.decision", "homologation.dossier")


def originals(dossier: Dossier) -> dict[str, int]:
    """SHA-256 → size of each PV of this dossier that was handed out since its words last changed."""
    traces = journal.traces(dossier)
    changed = traces.filter(event__in=_REWORDED).values_list("pk", flat=True).first() or 0
    rows = traces.filter(event="homologation.document", detail__kind="pv", detail__form="pdf", pk__gt=changed)
    return {row.detail["sha256"]: int(row.detail["size"]) for row in rows}


@transaction.atomic
def take_scanned(dossier: Dossier, data: bytes, name: str, signed_on: date, *, actor: Actor) -> Homologation:
    """A PV signed by hand, scanned: digest, who brings it, when. Nothing of it can be verified, and the report says so.

    Raises:
        RefusedError, ForbiddenMove: as `services.signing.sign`.
    """
    report = scanned().plain(verified_at=clock.now())
    return signing.sign(dossier, signing.SignedPv(data, name, signed_on, Mode.SCANNED, report), actor=actor)


def examine(dossier: Dossier, data: bytes) -> Report:
    """The checks on a PV that comes back from a parapheur."""
    return verifying.examine(data, originals(dossier), authorities())


@transaction.atomic
def take_signed(dossier: Dossier, data: bytes, name: str, *, actor: Actor) -> Homologation:
    """A PV signed in an external parapheur, verified before it is kept.

    Raises:
        RefusedError: a check failed; `objections` says which.
        ForbiddenMove: as `services.signing.sign`.
    """
    refuse("file", "" if 0 < len(data) <= signing.MAX_BYTES else "Joindre le PV signé, de 25 Mo au plus.")
    report = examine(dossier, data)
    if report.failures:
        raise RefusedError(Objection("file", f"{one.title} : {one.detail or 'refusé'}.") for one in report.failures)
    moment = (report.signed_at or clock.now()).astimezone(PARIS)
    kept = signing.SignedPv(data, name, moment.date(), Mode.PARAPHEUR, report.plain(verified_at=clock.now()))
    return signing.sign(dossier, kept, actor=actor)


def sign_here(dossier: Dossier, key: Signer, *, actor: Actor) -> Homologation:
    """Sign the PV with a key given for this act, or configured here; then verify it as one that comes from elsewhere.

    The time-stamp is asked between two transactions: nobody waits behind the network.

    Raises:
        CertificateMisuse: the key refused.
        RefusedError, ForbiddenMove: as `take_signed`.
    """
    pdf = handed(dossier, "pv", "pdf", actor=actor)
    stamper = local.timestamper(settings.ENVIRONMENT.timestamp_url)
    signed = local.sign(pdf, key, reason=PAPERS["pv"].title, timestamper=stamper)
    report = examine(dossier, signed.content)
    if report.failures:
        raise RefusedError(Objection("", f"{one.title} : {one.detail or 'refusé'}.") for one in report.failures)
    said = report.plain(verified_at=clock.now())
    if signed.timestamp_failure:
        said["timestamp_failure"] = signed.timestamp_failure
    today = clock.now().astimezone(PARIS).date()
    kept = signing.SignedPv(signed.content, "proces-verbal-signe.pdf", today, Mode.LOCAL, said)
    return signing.sign(dossier, kept, actor=actor)


def configured_key() -> Signer | None:
    """The key of this installation that signs PVs; None when none is configured.

    Raises:
        CertificateMisuse, LocalError: it cannot serve.
    """
    environment = settings.ENVIRONMENT
    return open_signer(environment.pv_key, environment.pv_secret or None) if environment.pv_key else None


def authorities() -> list[object]:
    """Certificates trusted for signatures; empty when none is configured.

    Raises:
        LocalError: the file configured cannot be read.
    """
    path = settings.ENVIRONMENT.pv_authorities
    try:
        return list(load_certs_from_pemder_data(Path(path).read_bytes())) if path else []
    except (OSError, ValueError) as error:
        raise LocalError(
            "Les autorités de confiance des signatures ne se lisent pas.",
            code="autorites-illisibles",
            expected="un fichier PEM de certificats",
            received=type(error).__name__,
            next_step="faites vérifier TRAMONTANE_PV_AUTHORITIES par l’exploitant",
        ) from None


def packed(homologation: Homologation, *, actor: Actor) -> Iterator[bytes]:
    """The audit pack as a stream; its end leaves the digest of its manifest in the traces."""

    def ended(manifest: Manifest, sha256: str) -> None:
        files = len(manifest.entries)
        with transaction.atomic():
            trace(homologation.dossier, "homologation.pack", actor, files=files, sha256=sha256)

    return stream(bundle.head(homologation), bundle.parts(homologation), at=clock.now().astimezone(PARIS), ended=ended)
