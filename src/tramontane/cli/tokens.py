"""VIHF for the command line: from a configuration to a token, from bytes to a judgement and its words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from tramontane.cli.configuration import Configuration
from tramontane.cli.inputs import unusable
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.identity import Ins
from tramontane.dmp.signature import der_certificate
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf import (
    CONF_EXI_PGSSIS,
    AccessMode,
    AuthenticationMode,
    KeyPolicy,
    PinnedCertificates,
    Verification,
    VerificationPolicy,
    VerifiedVihf,
    Vihf,
    verify,
    verify_assertion,
)
from tramontane.dmp.xml import parse

_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


def content(configuration: Configuration, key: str, patient: Ins, mode: str, *, indirecte: bool) -> Vihf:
    """What the token of this professional for this patient says."""
    who, software = configuration.professional(key), configuration.software
    return Vihf(
        mode=AuthenticationMode.INDIRECTE if indirecte else AuthenticationMode.INDIRECTE_RENFORCEE,
        subject=who.rpps.ps_idnat,
        subject_name=who.name,
        roles=who.roles,
        structure=who.finess_geographique.struct_idnat,
        sector=who.sector,
        patient=patient,
        access_mode=AccessMode(mode),
        authn_instant=who.authn_instant,
        authn_context_class=who.authn_context_class,
        lps_id=software.installation,
        lps_name=software.name,
        lps_version=software.version,
        lps_homologation=software.homologation,
        primary_authentication=None if indirecte else CONF_EXI_PGSSIS,
        confidentiality=None,
    )


def judge(data: bytes, keys: KeyPolicy, options: Mapping[str, Any], at: datetime) -> Verification:
    """Verify a bare assertion or an envelope, whichever it is."""
    policy = VerificationPolicy(
        keys,
        max_age=timedelta(seconds=options["max_age"]),
        accept_sha1=options["sha1"],
        tolerant=not options["strict"],
        patient_required=False,
    )
    return (verify_assertion if _is_bare(data) else verify)(data, policy, at=at)


# What `explain` does not judge: whose key it is, whether it is trusted, whether the token is fresh.
UNJUDGED = frozenset({"cle", "certificat-confiance", "certificat-validite", "emission"})


def without_trust(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts, those that only trust or the clock could give being said not run."""
    return tuple(
        replace(one, outcome=Outcome.NOT_RUN) if one.code in UNJUDGED and one.outcome is Outcome.PASSED else one
        for one in verdicts
    )


def own_certificate(data: bytes) -> KeyPolicy:
    """The certificate the token carries: enough to see whether it is coherent, never whether it is to be believed.

    Raises:
        LocalError: there is none to read.
    """
    encoded = _assertion(data).findtext(f".//{_DSIG}X509Certificate") or ""
    try:
        return PinnedCertificates([der_certificate(base64.b64decode("".join(encoded.split())))])
    except ValueError as error:
        raise unusable(
            "Ce jeton ne porte pas de certificat lisible.", received="X509Certificate absent ou illisible"
        ) from error


def issue_instant_of(data: bytes) -> datetime:
    """When the token says it was issued; now when it does not say."""
    try:
        read = datetime.fromisoformat(_assertion(data).get("IssueInstant", ""))
    except ValueError:
        return datetime.now(UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def claims(token: VerifiedVihf) -> list[tuple[str, str, str]]:
    """What a token affirms: stable name, French label, value; the patient's number stays masked."""
    said = token.content
    return [
        ("mode", "Mode d'authentification", str(said.mode)),
        ("primary_authentication", "Authentification primaire", said.primary_authentication or "non dite"),
        ("subject", "Professionnel (PS_IdNat)", str(said.subject)),
        ("subject_name", "Nom du professionnel", said.subject_name or "non dit"),
        ("roles", "Rôles", " ; ".join(f"{role.code} {role.label}".strip() for role in said.roles)),
        ("structure", "Structure (Struct_IdNat)", str(said.structure)),
        ("sector", "Secteur d'activité", said.sector),
        ("patient", "Patient (INS masqué)", said.patient.masked if said.patient else "aucun"),
        ("access_mode", "Mode d'accès", str(said.access_mode)),
        ("authn_instant", "Connexion du professionnel", said.authn_instant.isoformat()),
        ("authn_context_class", "Moyen de connexion", said.authn_context_class),
        ("software", "Logiciel", f"{said.lps_name} {said.lps_version}"),
        ("version", "Version du VIHF", token.version),
        ("assertion_id", "Identifiant du jeton", token.assertion_id),
        ("issue_instant", "Émis le", token.issue_instant.isoformat()),
        ("issuer", "Émetteur", token.issuer),
    ]


def _is_bare(data: bytes) -> bool:
    try:
        return parse(data).tag == f"{_SAML}Assertion"
    except MalformedMessage:
        return False


def _assertion(data: bytes) -> etree._Element:
    """The first assertion, or an empty element: the verification itself says what is missing."""
    try:
        root = parse(data)
    except MalformedMessage:
        return etree.Element("vide")
    found = root if root.tag == f"{_SAML}Assertion" else root.find(f".//{_SAML}Assertion")
    return etree.Element("vide") if found is None else found
