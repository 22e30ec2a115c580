"""The algorithms of a VIHF signature, and only those: what is not in these tables is refused.

Official samples of 2019-2020 sign with SHA-1, the ANS example of 2024 with SHA-256. We write SHA-256; SHA-1 is
read only where the verification policy says so, and is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"


@dataclass(frozen=True, slots=True)
class AllowList:
    """Signature and digest URIs accepted, each with its hash (`hashlib` name for digests)."""

    signatures: Mapping[str, hashes.HashAlgorithm]
    digests: Mapping[str, str]


STRICT = AllowList(MappingProxyType({RSA_SHA256: hashes.SHA256()}), MappingProxyType({SHA256: "sha256"}))
WITH_SHA1 = AllowList(
    MappingProxyType({**STRICT.signatures, RSA_SHA1: hashes.SHA1()}),  # noqa: S303  # read on demand, see above
    MappingProxyType({**STRICT.digests, SHA1: "sha1"}),
)
