"""Steps from 19: what the verified bytes say. Every one of them runs: a refusal comes with all its reasons."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import PsIdNat
from tramontane.dmp.saml import read_instant
from tramontane.dmp.saml.names import X509_SUBJECT_NAME
from tramontane.dmp.signature import CertificateUsage, same_name
from tramontane.dmp.vihf.examination import Examination, Failed, Finding, Step, Tolerated
from tramontane.dmp.vihf.profile import PrimaryAuthenticationPlace


def _usage(examination: Examination) -> Finding:
    found = examination.signer.usages
    return None if CertificateUsage.SIGNATURE in found else Failed(", ".join(sorted(found)) or "aucun usage admis")


def _validity(examination: Examination) -> Finding:
    signer = examination.signer
    if signer.is_valid(examination.at):
        return None
    first, last = signer.not_before, signer.not_after
    return Failed(
        f"{examination.at:%Y-%m-%dT%H:%M:%S%z}", f"entre {first:%Y-%m-%d %H:%M:%S} et {last:%Y-%m-%d %H:%M:%S} UTC"
    )


def _trust(examination: Examination) -> Finding:
    refusal = examination.policy.keys.distrust(examination.signer.certificate, examination.at)
    if refusal is None:
        return None
    return Failed(
        f"{refusal.code} : {refusal.received}",
        refusal.expected,
        reference=refusal.reference,
        next_step=refusal.next_step,
    )


# The same professionals and hospitals come back in every token; a refusal is not kept.
_same_name = lru_cache(maxsize=256)(same_name)
_ps_idnat = lru_cache(maxsize=4096)(PsIdNat)


def _issuer(examination: Examination) -> Finding:
    content, subject = examination.content, examination.signer.subject_dn
    if content.issuer_format != X509_SUBJECT_NAME:
        return Failed(content.issuer_format[:100] or "aucun format", X509_SUBJECT_NAME, "//Assertion/Issuer/@Format")
    if content.issuer == subject:
        return None
    if not _same_name(content.issuer, subject):
        return Failed(f"« {content.issuer[:200]} »", f"« {subject} »")
    return Tolerated("le même nom, écrit autrement")


def _version(examination: Examination) -> Finding:
    version = examination.content.version
    return None if version == "2.0" else Failed(f"« {version[:20]} »")


def _issued(examination: Examination) -> Finding:
    policy, at = examination.policy, examination.at
    issued = read_instant(examination.content.issue_instant)
    examination.fields["issue_instant"] = issued
    if policy.is_fresh(issued, at):
        return None
    return Failed(
        _at(issued), f"moins de {policy.max_age.total_seconds():g} s avant {_at(at)}, à {_skew(examination)} près"
    )


def _period(examination: Examination) -> Finding:
    content, at, skew = examination.content, examination.at, examination.policy.clock_skew
    ends = [text for text in (content.not_on_or_after, content.session_not_on_or_after) if text is not None]
    if content.not_before is not None and at + skew < read_instant(content.not_before):
        return Failed(f"NotBefore {content.not_before}", f"au plus tard {_at(at)}, à {_skew(examination)} près")
    late = [text for text in ends if at - skew >= read_instant(text)]
    return Failed(f"NotOnOrAfter {late[0]}", f"après {_at(at)}, à {_skew(examination)} près") if late else None


def _authenticated(examination: Examination) -> Finding:
    policy, issued = examination.policy, examination.fields["issue_instant"]
    instant = read_instant(examination.content.authn_instant)
    examination.fields["authn_instant"] = instant
    if not policy.is_past(instant, issued):
        return Failed(_at(instant), f"au plus tard {_at(issued)}, à {_skew(examination)} près")
    if not policy.is_recent(instant, issued):
        return Failed(_at(instant), f"au plus {policy.max_authn_age} avant {_at(issued)}")
    return None


def _subject(examination: Examination) -> Finding:
    """INDIRECTE allows a plain text; whether the mode does is a rule on the content."""
    name_id = examination.content.name_id
    if not name_id:
        return Failed("un identifiant vide")
    try:
        examination.fields["subject"] = _ps_idnat(name_id)
    except InvalidIdentifier:
        examination.fields["subject"] = name_id
    return None


def _context(examination: Examination) -> Finding:
    content, fields = examination.content, examination.fields
    fields["authn_context_class"] = content.authn_context_class
    fields["primary_authentication"] = content.authn_context_decl
    place = examination.policy.profile.primary_authentication_place
    if place is PrimaryAuthenticationPlace.AUTHN_CONTEXT_CLASS_REF and content.authn_context_class == "CONF_EXI_PGSSIS":
        fields["primary_authentication"] = content.authn_context_class
    return None


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.%f%z}"


def _skew(examination: Examination) -> str:
    return f"{examination.policy.clock_skew.total_seconds():g} s"


_CLOCK = "vérifiez l'horloge du poste (NTP) et régénérez le VIHF à chaque appel"

_VIHF = "protocole DMP, VIHF, enveloppe"

CONTENT_STEPS: tuple[Step, ...] = (
    Step(
        "certificat-usage",
        "Le certificat est fait pour signer",
        CertificateUsage.SIGNATURE.value,
        "//KeyInfo/X509Data/X509Certificate",
        "EX_GEN-1450",
        "signez avec le certificat ORG_SIGN (cachet), jamais avec celui d'authentification",
        _usage,
    ),
    Step(
        "certificat-validite",
        "Le certificat est en cours de validité",
        "une date dans sa période de validité",
        "//KeyInfo/X509Data/X509Certificate",
        "RFC 5280 §4.1.2.5",
        "renouvelez le certificat de signature",
        _validity,
    ),
    Step(
        "certificat-confiance",
        "Le certificat est de confiance et n'est pas révoqué",
        "un certificat épinglé, ou une chaîne jusqu'à une racine configurée, avec ses CRL",
        "//KeyInfo/X509Data/X509Certificate",
        "RFC 5280 §6",
        "signez avec un certificat de l'IGC-Santé",
        _trust,
    ),
    Step(
        "emetteur",
        "L'émetteur est le sujet du certificat de signature",
        "le nom distinctif du certificat",
        "//Assertion/Issuer",
        _VIHF,
        "recopiez dans Issuer le sujet du certificat de signature",
        _issuer,
    ),
    Step(
        "saml-version",
        "L'assertion est en SAML 2.0",
        "2.0",
        "//Assertion/@Version",
        "SAML 2.0 core §2.3.3",
        'écrivez Version="2.0"',
        _version,
    ),
    Step(
        "emission",
        "Le VIHF vient d'être émis",
        "une date récente",
        "//Assertion/@IssueInstant",
        "SAML 2.0 core §2.3.3 ; durée réglée par le serveur",
        _CLOCK,
        _issued,
    ),
    Step(
        "periode",
        "Le VIHF est dans sa période de validité",
        "NotBefore passé, NotOnOrAfter à venir",
        "//Conditions",
        "SAML 2.0 core §2.5.1",
        _CLOCK,
        _period,
    ),
    Step(
        "connexion",
        "La connexion de l'utilisateur précède le VIHF",
        "une date antérieure à IssueInstant",
        "//AuthnStatement/@AuthnInstant",
        "SAML 2.0 core §2.7.2",
        _CLOCK,
        _authenticated,
        needs=frozenset({"issue_instant"}),
    ),
)
# What is said of the user: the steps of the attributes follow.
USER_STEPS: tuple[Step, ...] = (
    Step(
        "sujet",
        "L'utilisateur est désigné",
        "un identifiant",
        "//Subject/NameID",
        "protocole DMP, VIHF, sujet",
        "renseignez le PS_IdNat du professionnel",
        _subject,
    ),
    Step(
        "contexte",
        "Le contexte d'authentification est lu",
        "AuthnContextClassRef, puis AuthnContextDecl en AIR",
        "//AuthnContext",
        "protocole DMP, VIHF, authentification",
        "voir l'étape en échec",
        _context,
    ),
)
