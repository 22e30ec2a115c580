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
from tramontane.hospital.homologation.documents import bundle
from tramontane.hospital.homologation.documents.content import Content, content_of
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature import apart, local
from tramontane.hospital.homologation.documents.signature.report import Report, scanned
from tramontane.hospital.homologation.documents.wording import handed_out, wording, words_check
from tramontane.hospital.homologation.models import Dossier, Homologation, SystemVersion
from tramontane.hospital.homologation.selectors.facts import PARIS
from tramontane.hospital.homologation.services import registering, signing
from tramontane.hospital.homologation.services.errors import RefusedError, refuse
from tramontane.hospital.homologation.services.writing import trace
from tramontane.hospital.objectives.sealing import manifest_signature
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
    return _traced(dossier, key, form, FORMS[form](drawn, content.at), content, actor)


@transaction.atomic
def handed_with_numbers(dossier: Dossier, *, actor: Actor) -> bytes:
    """The support documentaire with the CNDA numbers, for who asks explicitly: each number shown leaves its own trace."""
    content = content_of(dossier)
    named = {row["version_id"] for row in content.values.get("logiciels", []) if row["numero_cnda_releve"]}
    versions = SystemVersion.objects.filter(pk__in=named, system__legal_entity=dossier.legal_entity)
    numbers = {one.pk: registering.reveal(one, actor=actor) for one in versions.select_related("system")}
    shown = replace(content, numbers=numbers)
    return _traced(dossier, "support", "pdf", document.pdf(PAPERS["support"].draw(shown), at=shown.at), content, actor)


def _traced(dossier: Dossier, key: str, form: str, data: bytes, content: Content, actor: Actor) -> bytes:
    sha256 = hashlib.sha256(data).hexdigest()
    detail: dict[str, Any] = {
        "title": f"{PAPERS[key].title} ({form})",
        "kind": key,
        "form": form,
        "sha256": sha256,
        "size": len(data),
        "words": wording(key, content),
    }
    trace(dossier, "homologation.document", actor, **detail)
    return data


def _projet(drawn: document.Document, at: datetime) -> bytes:
    return word.write(replace(drawn, notice="Projet : seul le PDF fait foi"), at=at)


FORMS: dict[str, Callable[[document.Document, datetime], bytes]] = {
    "pdf": lambda drawn, at: document.pdf(drawn, at=at),
    "docx": _projet,
}


def take_scanned(dossier: Dossier, data: bytes, name: str, signed_on: date, *, actor: Actor) -> Homologation:
    """A PV signed by hand, scanned: digest, who brings it, when. Nothing of it can be verified, and the report says so.

    Raises:
        RefusedError, ForbiddenMove: as `services.signing.sign`; or every PV handed out says other words.
    """
    kept = signing.SignedPv(data, name, signed_on, Mode.SCANNED)
    return _keep(dossier, kept, scanned(), actor)


def take_signed(dossier: Dossier, data: bytes, name: str, *, actor: Actor) -> Homologation:
    """A PV signed in an external parapheur, verified before it is kept.

    Raises:
        RefusedError: a check failed; `objections` says which.
        ForbiddenMove: as `services.signing.sign`.
        LocalError: authorities that cannot be read, or a verification that has no turn.
    """
    refuse("file", "" if 0 < len(data) <= signing.MAX_BYTES else "Joindre le PV signé, de 25 Mo au plus.")
    report = examine(dossier, data)
    moment = (report.signed_at or clock.now()).astimezone(PARIS)
    return _keep(dossier, signing.SignedPv(data, name, moment.date(), Mode.PARAPHEUR), report, actor)


def sign_here(dossier: Dossier, key: Signer, *, actor: Actor) -> Homologation:
    """Sign the PV with a key given for this act, or configured here; then verify it as one that comes from elsewhere.

    The time-stamp is asked between two transactions: nobody waits behind the network.

    Raises:
        CertificateMisuse: the key refused.
        RefusedError, ForbiddenMove, LocalError: as `take_signed`.
    """
    pdf = handed(dossier, "pv", "pdf", actor=actor)
    stamper = local.timestamper(settings.ENVIRONMENT.timestamp_url)
    signed = local.sign(pdf, key, reason=PAPERS["pv"].title, timestamper=stamper)
    report = replace(examine(dossier, signed.content), timestamp_failure=signed.timestamp_failure)
    today = clock.now().astimezone(PARIS).date()
    kept = signing.SignedPv(signed.content, "proces-verbal-signe.pdf", today, Mode.LOCAL)
    return _keep(dossier, kept, report, actor)


def examine(dossier: Dossier, data: bytes) -> Report:
    """The checks on the bytes of a PV that comes back, in a process of its own; outside any transaction."""
    originals = {one.sha256: one.size for one in handed_out(dossier, "pv")}
    return apart.examine(data, originals, authorities())


@transaction.atomic
def _keep(dossier: Dossier, pv: signing.SignedPv, report: Report, actor: Actor) -> Homologation:
    """Compare the words while nobody can change them, then freeze."""
    row = Dossier.objects.select_for_update().select_related("edition", "legal_entity").get(pk=dossier.pk)
    papers = handed_out(row, "pv")
    report = replace(report, checks=(*report.checks, words_check(row, papers, report.original_sha256)))
    if report.failures:
        raise RefusedError(Objection("file", f"{one.title} : {one.detail or 'refusé'}.") for one in report.failures)
    return signing.sign(row, replace(pv, report=report.plain(verified_at=clock.now())), actor=actor)


def authorities() -> list[bytes]:
    """Certificates trusted for signatures, in DER; empty when none is configured.

    Raises:
        LocalError: the file configured cannot be read.
    """
    path = settings.ENVIRONMENT.pv_authorities
    try:
        return [one.dump() for one in load_certs_from_pemder_data(Path(path).read_bytes())] if path else []
    except (OSError, ValueError) as error:
        raise LocalError(
            "Les autorités de confiance des signatures ne se lisent pas.",
            code="autorites-illisibles",
            expected="un fichier PEM de certificats",
            received=type(error).__name__,
            next_step="faites vérifier TRAMONTANE_PV_AUTHORITIES par l’exploitant",
        ) from None


def packed(homologation: Homologation, *, actor: Actor) -> Iterator[bytes]:
    """The audit pack as a stream, its manifest signed when a key of this installation is configured; its end leaves the
    digest of the manifest in the traces.

    Raises:
        CertificateMisuse, LocalError: the key configured cannot serve.
    """

    def ended(manifest: Manifest, sha256: str) -> None:
        files = len(manifest.entries)
        with transaction.atomic():
            trace(homologation.dossier, "homologation.pack", actor, files=files, sha256=sha256)

    at, sign = clock.now().astimezone(PARIS), manifest_signature()
    return stream(bundle.head(homologation), bundle.parts(homologation), at=at, ended=ended, sign=sign)
