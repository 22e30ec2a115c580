"""The proof of authentication a session carries: which means, which factors, from whom, when.

A table, not branches: each local means presents known families of factors (HospiConnect: what one knows, has, is).
Two factors are two *different* families. What a provider presents is decided by its own table (`oidc.evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from tramontane.rules.access.facts import AuthenticationProof, Factor

KNOWLEDGE, POSSESSION, INHERENCE = Factor.CONNAISSANCE.value, Factor.POSSESSION.value, Factor.INHERENCE.value

# Means → families presented. A passkey is accepted with user verification only: the key, plus the PIN or the
# fingerprint that unlocks it. A recovery code is written on paper next to nothing else: it is one more thing known,
# so password and recovery code are one family, and open the application but not the DMP.
LOCAL_MEANS: dict[str, tuple[str, ...]] = {
    "password": (KNOWLEDGE,),
    "recovery": (KNOWLEDGE,),
    "totp": (KNOWLEDGE, POSSESSION),
    "passkey": (KNOWLEDGE, POSSESSION),
    "cpx": (KNOWLEDGE, POSSESSION),
}
LABELS = {
    "password": "mot de passe seul",
    "recovery": "mot de passe et code de secours",
    "totp": "mot de passe et code à usage unique",
    "passkey": "clé d’accès",
    "cpx": "carte CPx",
}
ONE_FAMILY = "Un mot de passe et un code de secours sont deux choses que l’on connaît : cela ne fait pas deux facteurs différents."
ONE_FACTOR = "Vous vous êtes identifié avec un seul facteur : il en faut deux de natures différentes."
TOO_OLD = "Votre preuve d’authentification à deux facteurs est trop ancienne."
WHY_NOT = {"password": ONE_FACTOR, "recovery": ONE_FAMILY}

# Outcome of a login in its trace: objective 1.3 counts both without reading the proof.
STRONG, WEAK = "deux facteurs", "un facteur"

_KEY = "proof"


@dataclass(frozen=True, slots=True)
class SessionProof:
    """How the person in front of the screen was identified.

    Attributes:
        means: ``passkey``, ``totp``, ``recovery``, ``password``, ``cpx`` or ``oidc:<provider>``.
        factors: families presented, valued as `rules.access.Factor`; fewer than two never opens the DMP.
        provider: who verified them: ``local`` or the provider's key.
        instant: when, aware, UTC.
        why_not: when two factors are not proven, the reason, in French.
        detail: claims the provider gave as evidence (`acr`, `amr`, `auth_time`), kept for the trace.
    """

    means: str
    factors: tuple[str, ...]
    provider: str
    instant: datetime
    why_not: str = ""
    detail: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("une preuve porte un instant avec son fuseau")
        if not self.two_factors and not self.why_not:
            raise ValueError("une preuve insuffisante dit pourquoi")

    @property
    def two_factors(self) -> bool:
        """Whether two different families were presented."""
        return len(set(self.factors)) >= 2

    @property
    def outcome(self) -> str:
        """What a trace of login says of it."""
        return STRONG if self.two_factors else WEAK

    @property
    def label(self) -> str:
        """The means in words, for screens and traces."""
        return LABELS.get(self.means) or f"fournisseur d’identité {self.provider}"

    def at(self, moment: datetime, *, valid_for: timedelta) -> SessionProof:
        """This proof as it stands at `moment`: past its validity it proves nothing any more."""
        if not self.two_factors or moment - self.instant < valid_for:
            return self
        return replace(self, factors=(), why_not=TOO_OLD)

    def for_rules(self) -> AuthenticationProof | None:
        """What `rules.access` judges. None when there is no proof any more; no factor when a provider told none."""
        if not self.factors and (self.provider == "local" or self.why_not == TOO_OLD):
            return None
        families = frozenset(Factor(name) for name in self.factors)
        return AuthenticationProof(self.label, families, self.provider, self.instant)

    def as_trace(self) -> dict[str, Any]:
        """The proof as a trace keeps it."""
        return {
            "means": self.means,
            "factors": list(self.factors),
            "provider": self.provider,
            "instant": self.instant.isoformat(),
            **({"evidence": self.detail} if self.detail else {}),
        }


def local(means: str, instant: datetime) -> SessionProof:
    """The proof of a local means, from the table.

    Raises:
        KeyError: a means outside the table proves nothing.
    """
    return SessionProof(means, LOCAL_MEANS[means], "local", instant, WHY_NOT.get(means, ""))


def write(session: SessionBase, proof: SessionProof) -> None:
    """Keep the proof in the session, in place of any other."""
    session[_KEY] = as_kept(proof)


def as_kept(proof: SessionProof) -> dict[str, Any]:
    """The proof as a session can hold it."""
    return {
        "means": proof.means,
        "factors": list(proof.factors),
        "provider": proof.provider,
        "instant": proof.instant.isoformat(),
        "why_not": proof.why_not,
        "detail": proof.detail,
    }


def read(session: SessionBase) -> SessionProof | None:
    """The proof of the session, None before login."""
    kept = session.get(_KEY)
    return None if kept is None else from_kept(kept)


def from_kept(kept: dict[str, Any]) -> SessionProof:
    """The inverse of `as_kept`."""
    return SessionProof(
        means=kept["means"],
        factors=tuple(kept["factors"]),
        provider=kept["provider"],
        instant=datetime.fromisoformat(kept["instant"]),
        why_not=kept["why_not"],
        detail=kept["detail"],
    )
