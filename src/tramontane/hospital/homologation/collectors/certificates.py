"""EXI 25: the two certificates and their keys, as they are on disk or in their token now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from tramontane.client.pkcs11 import Pkcs11Signer
from tramontane.dmp.errors import CertificateMisuse, TramontaneError
from tramontane.dmp.signature import describe
from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.consultations.connection import Material, material, report
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.consultations.selectors import connection_of
from tramontane.hospital.homologation.collectors.finding import Check, Finding, Scope
from tramontane.rules.access import CertificateState

NOT_SET = Finding((Check("Connexion au DMP", Outcome.NOT_RUN, "La connexion au DMP n’est pas réglée."),))
HOLDS = frozenset({CertificateState.VALID, CertificateState.EXPIRING})
MODULE = "pkcs11:"
OTHERS = 0o077  # permissions of the group and of everybody else


def validity(scope: Scope) -> Finding:
    """Purpose (checked when they are loaded, by their profile) and dates."""
    row = connection_of(scope.entity.pk)
    if row is None:
        return NOT_SET
    label = "Certificats de l’établissement, de l’usage attendu"
    try:
        found = material(row)
    except CertificateMisuse as error:
        return Finding((Check(label, Outcome.FAILED, error.message),))
    except (TramontaneError, ValueError) as error:
        said = error.message if isinstance(error, TramontaneError) else "Un fichier est illisible."
        return Finding((Check(label, Outcome.NOT_RUN, said),))
    lines = report(row, scope.at).lines
    checks = [Check(label, Outcome.PASSED, "Un certificat d’authentification, un certificat de signature.")]
    checks += [
        Check(
            one.role,
            Outcome.PASSED if one.state in HOLDS else Outcome.FAILED,
            f"Certificat {one.state.value}, jusqu’au {timezone.localdate(one.not_after):%d/%m/%Y}.",
        )
        for one in lines
    ]
    held = (found.identity.authentication.certificate, found.identity.signature.certificate)
    names = ("Authentification", "Signature")
    prints = {f"{name}, SHA-256": describe(one).fingerprint_sha256 for name, one in zip(names, held, strict=True)}
    return Finding(tuple(checks), prints)


def custody(scope: Scope) -> Finding:
    """Passed: a key drawn inside a PKCS#11 module, that signs now and that the module declares it never gave nor will give
    out. Failed: one it may give out, or a file that other accounts of the server read. Not run: the rest, a file above all,
    since nothing here proves that it was never copied."""
    row = connection_of(scope.entity.pk)
    if row is None:
        return NOT_SET
    held = (("Clef d’authentification", row.authentication), ("Clef de signature", row.signature))
    return Finding(
        tuple(_in_module(label, row) if one.startswith(MODULE) else _in_file(label, one) for label, one in held),
        {label: "module PKCS#11" if one.startswith(MODULE) else "fichier" for label, one in held},
    )


def _in_module(label: str, row: DmpConnection) -> Check:
    """The module is asked, now: a reference to a module proves nothing of the key."""
    try:
        key = material(row).identity.signature
        assert isinstance(key, Pkcs11Signer)
        key.sign(b"tramontane: releve de la garde des clefs")
        leaves, inside = key.may_leave(), key.never_left()
    except (TramontaneError, ValueError) as error:
        said = error.message if isinstance(error, TramontaneError) else "Un fichier est illisible."
        return Check(label, Outcome.NOT_RUN, f"Le module n’a pas été interrogé : {said}")
    if leaves:
        return Check(
            label, Outcome.FAILED, "Le module peut donner la clef : elle n’y est pas déclarée non extractible."
        )
    if not inside:
        said = "Clef importée dans le module : où elle était avant se prouve par la procédure de garde, à joindre."
        return Check(label, Outcome.NOT_RUN, said)
    return Check(
        label, Outcome.PASSED, "Tirée dans le module, jamais extractible ; elle a signé à l’instant du relevé."
    )


def _in_file(label: str, reference: str) -> Check:
    try:
        mode = Path(reference.removeprefix("file:")).stat().st_mode
    except OSError:
        return Check(label, Outcome.NOT_RUN, "Le fichier n’est pas lisible.")
    if mode & OTHERS:
        return Check(
            label, Outcome.FAILED, f"Fichier que d’autres comptes du serveur peuvent lire (mode {mode & 0o777:o})."
        )
    said = "Fichier réservé à l’application ; sa non-duplication se prouve par la procédure de garde, à joindre."
    return Check(label, Outcome.NOT_RUN, said)


def revocation(scope: Scope) -> Finding:
    """The server's revocation is required, lists are current, and none of ours is on them."""
    row = connection_of(scope.entity.pk)
    if row is None:
        return NOT_SET
    try:
        found = material(row)
    except (TramontaneError, ValueError):
        return Finding(
            (Check("Listes de révocation", Outcome.NOT_RUN, "Les certificats ou les listes sont illisibles."),)
        )
    checks = (_required(row), _current(found, scope.at), _not_listed(row, found, scope.at))
    return Finding(checks, {"Listes de révocation": len(found.crls)})


def _required(row: DmpConnection) -> Check:
    outcome = Outcome.PASSED if row.revocation == "require" else Outcome.FAILED
    said = "Exigée." if outcome is Outcome.PASSED else "Non contrôlée (réglage d’essai)."
    return Check("Révocation du certificat du serveur", outcome, said)


def _current(found: Material, at: datetime) -> Check:
    label = "Listes de révocation à jour"
    if not found.crls:
        return Check(label, Outcome.NOT_RUN, "Aucune liste.")
    stale = [crl for crl in found.crls if crl.next_update_utc is None or crl.next_update_utc <= at]
    outcome = Outcome.FAILED if stale else Outcome.PASSED
    return Check(label, outcome, f"{len(found.crls) - len(stale)} sur {len(found.crls)}.")


def _not_listed(row: DmpConnection, found: Material, at: datetime) -> Check:
    """A list of another authority says nothing of ours."""
    label = "Aucun certificat de l’établissement n’est révoqué"
    ours = (found.identity.authentication.certificate, found.identity.signature.certificate)
    if not all(any(crl.issuer == one.issuer for crl in found.crls) for one in ours):
        return Check(label, Outcome.NOT_RUN, "Aucune liste de leur autorité n’est fournie.")
    revoked = [one.role for one in report(row, at).lines if one.state is CertificateState.REVOKED]
    if revoked:
        return Check(label, Outcome.FAILED, f"Révoqué : {', '.join(revoked)}.")
    return Check(label, Outcome.PASSED, "Aucun des deux ne figure dans les listes de leur autorité.")
