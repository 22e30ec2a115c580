"""Building and signing a VIHF: the only door that makes tokens."""

from __future__ import annotations

import re
from datetime import datetime

from cryptography import x509

from tramontane.dmp.errors import LocalError
from tramontane.dmp.saml import Statements, signed_assertion, write_instant
from tramontane.dmp.signature import Signer, describe, key_info
from tramontane.dmp.vihf.attributes import ATTRIBUTES
from tramontane.dmp.vihf.content import Vihf
from tramontane.dmp.vihf.profile import OFFICIAL_SAMPLES, PrimaryAuthenticationPlace, WireProfile

_MAX_IDENTITIES = 64
_identities: dict[int, tuple[x509.Certificate, tuple[str, bytes]]] = {}
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}", re.ASCII)


def build(
    vihf: Vihf,
    *,
    signer: Signer,
    assertion_id: str,
    issue_instant: datetime,
    profile: WireProfile = OFFICIAL_SAMPLES,
) -> bytes:
    """A signed assertion, UTF-8, insertable as it is in ``wsse:Security``.

    The Issuer is the subject of the signer's certificate; whether that certificate may sign is the caller's concern
    (`client.HospitalIdentity` checks it once) and the first thing the other side verifies.

    Args:
        assertion_id: unique NCName, e.g. ``_<uuid>``.
        issue_instant: aware, any zone; written in UTC to the millisecond.

    Raises:
        LocalError: `assertion-id` is not an NCName, or `caractere-interdit` in a value.
        ValueError: naive datetime.
    """
    if _ID.fullmatch(assertion_id) is None:
        raise LocalError(
            "L'identifiant de l'assertion n'a pas la forme attendue.",
            code="assertion-id",
            expected="un NCName ASCII, par exemple _ suivi d'un UUID",
            received=assertion_id[:60],
            reference="SAML 2.0 core §1.3.4",
            next_step="fournissez un identifiant unique qui commence par une lettre ou _",
        )
    issuer, key_info_element = _identity(signer.certificate)
    decl_holds_it = profile.primary_authentication_place is PrimaryAuthenticationPlace.AUTHN_CONTEXT_DECL
    return signed_assertion(
        Statements(
            assertion_id=assertion_id,
            issue_instant=write_instant(issue_instant),
            issuer=issuer,
            name_id=str(vihf.subject),
            name_id_format=profile.name_id_format,
            authn_instant=write_instant(vihf.authn_instant),
            authn_context_class=vihf.authn_context_class
            if decl_holds_it
            else vihf.primary_authentication or vihf.authn_context_class,
            authn_context_decl=vihf.primary_authentication if decl_holds_it else None,
            attributes="".join([row.write(vihf, profile) for row in ATTRIBUTES]),
        ),
        signer,
        key_info_element,
    )


def _identity(certificate: x509.Certificate) -> tuple[str, bytes]:
    """What every token of a certificate repeats: the Issuer and the KeyInfo.

    Found again by the object itself, which is kept: hashing a certificate costs more than writing the rest.
    """
    known = _identities.get(id(certificate))
    if known is not None and known[0] is certificate:
        return known[1]
    identity = (describe(certificate).subject_dn, key_info(certificate))
    if len(_identities) >= _MAX_IDENTITIES:
        _identities.clear()
    _identities[id(certificate)] = (certificate, identity)
    return identity
