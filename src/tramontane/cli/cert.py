"""`tramontane cert check`: is this the right certificate, still valid, of the right structure, not revoked?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from rich.text import Text

from tramontane.cli.base import OK, REFUSED, FrenchCommand, FrenchGroup, emit, json_option
from tramontane.cli.inputs import Instant, read_certificates, read_crls, read_input
from tramontane.cli.screen import console, show_verdicts, verdict_fields
from tramontane.dmp.identity import FinessJuridique
from tramontane.dmp.signature import CertificateUsage, TrustStore, describe, usages
from tramontane.dmp.verdicts import Outcome, Verdict, accepted

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_USAGES = {
    "authentification": CertificateUsage.AUTHENTICATION,
    "signature": CertificateUsage.SIGNATURE,
    "serveur": CertificateUsage.SERVER,
}
_WORDS = {usage: word for word, usage in _USAGES.items()} | {CertificateUsage.UNSUITABLE: "aucun usage du DMP"}


@click.group(cls=FrenchGroup)
def cert() -> None:
    """Vérifier les certificats de l'établissement."""


@cert.command("check", cls=FrenchCommand)
@click.argument("files", metavar="FICHIER...", nargs=-1, type=_FILE)
@click.option(
    "--authentification",
    "auth",
    type=_FILE,
    metavar="FICHIER",
    help="Certificat attendu pour l'authentification TLS (ORG_AUTH_CLI).",
)
@click.option(
    "--signature",
    "sign",
    type=_FILE,
    metavar="FICHIER",
    help="Certificat attendu pour signer le VIHF (cachet ORG_SIGN).",
)
@click.option(
    "--racine",
    "anchors",
    multiple=True,
    type=_FILE,
    metavar="FICHIER",
    help="Certificat racine de confiance (répétable).",
)
@click.option(
    "--intermediaires", multiple=True, type=_FILE, metavar="FICHIER", help="Autorités intermédiaires (répétable)."
)
@click.option("--crl", "crls", multiple=True, type=_FILE, metavar="FICHIER", help="Listes de révocation (répétable).")
@click.option("--finess-juridique", metavar="FINESS", help="FINESS juridique que le certificat doit porter.")
@click.option(
    "--mot-de-passe",
    "password",
    envvar="TRAMONTANE_PKCS12_PASSWORD",
    metavar="TEXTE",
    help="Mot de passe des fichiers PKCS#12 ; préférez la variable TRAMONTANE_PKCS12_PASSWORD.",
)
@click.option("--instant", "at", type=Instant(), metavar="INSTANT", help="Juger à cet instant plutôt que maintenant.")
@json_option
@click.pass_context
def check(ctx: click.Context, /, *, files: tuple[Path, ...], as_json: bool, **options: Any) -> None:
    """Dire à quoi sert chaque certificat et s'il peut servir : usage, dates, chaîne, révocation, structure.

    FICHIER est en PEM, DER ou PKCS#12 (.p12, .pfx). Donnez les deux certificats avec --authentification et --signature
    pour déceler leur inversion. Sans --racine, la chaîne n'est pas vérifiée et le résultat n'est pas « accepté ».
    """
    expected: list[tuple[Path, CertificateUsage | None]] = [(path, None) for path in files]
    expected += [
        (options[key], _USAGES[word])
        for key, word in (("auth", "authentification"), ("sign", "signature"))
        if options[key]
    ]
    if not expected:
        raise click.UsageError("Donnez au moins un certificat.")
    results = [_judge(path, usage, options) for path, usage in expected]
    if as_json:
        emit(
            {
                "accepted": all(accepted(verdicts) for _, _, verdicts in results),
                "certificates": [_fields(*one) for one in results],
            }
        )
    else:
        for result in results:
            _show(*result)
    ctx.exit(OK if all(accepted(verdicts) for _, _, verdicts in results) else REFUSED)


Judged = tuple[Path, x509.Certificate, tuple[Verdict, ...]]


def _judge(path: Path, usage: CertificateUsage | None, options: dict[str, Any]) -> Judged:
    leaf, *chain = _load(path, options["password"])
    at = options["at"] or datetime.now(UTC)
    intermediates = (*chain, *(one for file in options["intermediaires"] for one in read_certificates(file)))
    usage = usage or describe(leaf).usage
    verdicts = _chain_verdicts(leaf, usage, at, options, tuple(intermediates))
    return path, leaf, (*verdicts, *_structure(leaf, options["finess_juridique"], len(verdicts) + 1))


def _load(path: Path, password: str | None) -> tuple[x509.Certificate, ...]:
    if path.suffix.lower() in {".p12", ".pfx"}:
        from tramontane.client.keys import PrivateKeySigner

        held = PrivateKeySigner.from_pkcs12(read_input(str(path)), password)
        return (held.certificate, *held.chain)
    return read_certificates(path)


def _chain_verdicts(
    leaf: x509.Certificate,
    usage: CertificateUsage,
    at: datetime,
    options: dict[str, Any],
    intermediates: tuple[x509.Certificate, ...],
) -> tuple[Verdict, ...]:
    anchors = tuple(one for file in options["anchors"] for one in read_certificates(file))
    crls = tuple(one for file in options["crls"] for one in read_crls(file))
    if anchors:
        return TrustStore(anchors, intermediates, crls).check(leaf, at=at, usage=usage)
    # Without an anchor nothing is trusted: the certificate anchors itself to have purpose and dates judged alone.
    purpose, dates, *_ = TrustStore((leaf,), require_crl=False).check(leaf, at=at, usage=usage)
    unknown = Verdict(
        3,
        "certificat-chaine",
        "La chaîne remonte à une autorité de confiance",
        Outcome.NOT_RUN,
        expected="une racine donnée avec --racine",
        next_step="donnez les certificats racines de l'IGC-Santé avec --racine, et leurs CRL avec --crl",
    )
    return (purpose, dates, unknown)


def _structure(leaf: x509.Certificate, finess: str | None, step: int) -> tuple[Verdict, ...]:
    if not finess:
        return ()
    expected = str(FinessJuridique(finess).struct_idnat)
    received = str(describe(leaf).struct_idnat or "")
    return (
        Verdict(
            step,
            "certificat-structure",
            "Le certificat est celui de la structure",
            Outcome.PASSED if received == expected else Outcome.FAILED,
            expected=f"OU = {expected}",
            received=f"OU = {received}" if received else "aucun identifiant de structure",
            location="subject, OU",
            reference="IGC-Santé, OU = 1 + FINESS juridique",
            next_step="utilisez le certificat délivré à cette entité juridique",
        ),
    )


def _fields(path: Path, leaf: x509.Certificate, verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    description = describe(leaf)
    return {
        "file": str(path),
        "subject": description.subject_dn,
        "struct_idnat": str(description.struct_idnat or ""),
        "usage": _WORDS[description.usage],
        "serial": str(description.serial),
        "not_before": description.not_before.isoformat(),
        "not_after": description.not_after.isoformat(),
        "fingerprint_sha256": description.fingerprint_sha256,
        "accepted": accepted(verdicts),
        "verdicts": [verdict_fields(verdict) for verdict in verdicts],
    }


def _show(path: Path, leaf: x509.Certificate, verdicts: tuple[Verdict, ...]) -> None:
    out, description = console(), describe(leaf)
    out.print(Text(str(path), style="bold"))
    out.print(Text(f"   {description.subject_dn}"))
    out.print(
        f"   usage\N{NO-BREAK SPACE}: {' et '.join(sorted(_WORDS[usage] for usage in usages(leaf))) or _WORDS[description.usage]}"
    )
    out.print(
        f"   valable du {description.not_before:%d/%m/%Y} au {description.not_after:%d/%m/%Y}, structure {description.struct_idnat or 'non dite'}"
    )
    show_verdicts(verdicts, out)
    out.print("")
