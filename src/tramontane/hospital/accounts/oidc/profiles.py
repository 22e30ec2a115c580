"""Identity providers as data: a packaged profile (what the product is), and the operator's file (who it is)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

# RFC 8725 §3.1-3.2: our own list. Never `none`, never a MAC: the client secret is not a signing key of the provider.
ALGORITHMS = frozenset({"RS256", "PS256", "ES256"})
ACCOUNT_KINDS = frozenset({"ps_idnat", "rpps", "login", "subject"})
FACTORS = frozenset({"connaissance", "possession", "inherence"})


class ProfileError(Exception):
    """A provider's description that cannot be used. The message names the provider and the field."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One row of the table of evidence: exactly these claims prove these factors.

    Attributes:
        acr: the exact value expected; None: this row does not look at `acr`.
        amr: the exact set expected; None: this row does not look at `amr`.
        factors: families of factors that they prove.
    """

    acr: str | None
    amr: frozenset[str] | None
    factors: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.acr is None and not self.amr:
            raise ProfileError("une ligne de preuve regarde acr, amr ou les deux")
        if not set(self.factors) <= FACTORS or len(set(self.factors)) < 2:
            raise ProfileError(f"une ligne de preuve donne deux facteurs parmi {sorted(FACTORS)}")


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """A provider, complete. Built by `load`.

    Attributes:
        key: name in addresses and traces, e.g. ``psc``.
        legal_entity: FINESS of the only legal entity whose accounts it may open; empty for a national provider.
        account_claim, account_kind: which claim names the account, and what it is.
        acceptance: the table of evidence. Empty: this provider never proves two factors.
        max_auth_age: seconds after which `auth_time` is too old.
        max_token_age: seconds after which an ID token is refused, whatever its `exp`.
    """

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = ""
    legal_entity: str = ""
    discovery: str = ""
    token_auth_method: str = "client_secret_basic"  # noqa: S105 - the name of a method
    scope: str = "openid"
    acr_values: str = ""
    extra_parameters: tuple[tuple[str, str], ...] = ()
    algorithms: frozenset[str] = frozenset({"RS256"})
    userinfo: bool = False
    account_claim: str = "sub"
    account_kind: str = "subject"
    situations: bool = False
    acceptance: tuple[Acceptance, ...] = ()
    max_auth_age: int = 36_000
    max_token_age: int = 600
    ca_file: str = ""

    def __post_init__(self) -> None:
        checks = (
            (
                bool(self.key) and self.key.isascii() and self.key.replace("-", "").isalnum(),
                "key : lettres, chiffres, tirets",
            ),
            (self.issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")), "issuer : adresse https"),
            (bool(self.client_id), "client_id : obligatoire"),
            (bool(self.algorithms) and self.algorithms <= ALGORITHMS, f"algorithms : parmi {sorted(ALGORITHMS)}"),
            (self.account_kind in ACCOUNT_KINDS, f"account_kind : parmi {sorted(ACCOUNT_KINDS)}"),
            (
                self.account_kind == "ps_idnat" or bool(self.legal_entity),
                "legal_entity : obligatoire, un fournisseur local n’ouvre que les comptes de son entité",
            ),
            (
                self.token_auth_method in ("client_secret_basic", "client_secret_post"),
                "token_auth_method : client_secret_basic ou client_secret_post",
            ),
        )
        for held, sentence in checks:
            if not held:
                raise ProfileError(f"Fournisseur d’identité « {self.key} », {sentence}.")

    @property
    def discovery_url(self) -> str:
        """Where its metadata are published."""
        return self.discovery or f"{self.issuer}/.well-known/openid-configuration"


def packaged(name: str) -> dict[str, Any]:
    """A profile shipped with the product: `pro-sante-connect`, `lemonldap-ng`, `keycloak`.

    Raises:
        ProfileError: no such profile.
    """
    file = resources.files(__package__) / "data" / f"{name}.yaml"
    if not file.is_file():
        raise ProfileError(f"Profil de fournisseur d’identité inconnu : « {name} ».")
    return dict(yaml.safe_load(file.read_text(encoding="utf-8"))["profile"])


def build(description: Mapping[str, Any], environ: Mapping[str, str]) -> ProviderProfile:
    """A profile from the operator's entry, completed by the packaged one it names.

    Raises:
        ProfileError: an unknown field, a missing secret, a value out of range.
    """
    values = {**packaged(description["profile"]), **description} if "profile" in description else dict(description)
    values.pop("profile", None)
    secret_name = values.pop("client_secret_env", "")
    if secret_name:
        if not environ.get(secret_name):
            raise ProfileError(f"Fournisseur d’identité « {values.get('key')} » : la variable {secret_name} est vide.")
        values["client_secret"] = environ[secret_name]
    unknown = set(values) - {field.name for field in fields(ProviderProfile)}
    if unknown:
        raise ProfileError(f"Fournisseur d’identité « {values.get('key')} » : champs inconnus {sorted(unknown)}.")
    missing = {"key", "label", "issuer", "client_id"} - set(values)
    if missing:
        raise ProfileError(f"Fournisseur d’identité « {values.get('key')} » : champs absents {sorted(missing)}.")
    values["acceptance"] = tuple(_acceptance(row) for row in values.get("acceptance") or ())
    values["algorithms"] = frozenset(values.get("algorithms", ("RS256",)))
    values["extra_parameters"] = tuple(sorted((values.get("extra_parameters") or {}).items()))
    return ProviderProfile(**values)


def _acceptance(row: Mapping[str, Any]) -> Acceptance:
    amr = row.get("amr")
    return Acceptance(row.get("acr"), None if amr is None else frozenset(amr), tuple(row["factors"]))


@lru_cache(maxsize=4)
def load(path: str) -> dict[str, ProviderProfile]:
    """Every provider of the operator's file, by key, in its order.

    Raises:
        ProfileError: naming what is wrong.
    """
    content = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    profiles = [build(entry, os.environ) for entry in content.get("providers", ())]
    if len({profile.key for profile in profiles}) != len(profiles):
        raise ProfileError("Deux fournisseurs d’identité portent la même clé.")
    return {profile.key: profile for profile in profiles}


def providers() -> dict[str, ProviderProfile]:
    """The providers of this installation; none when no file is configured."""
    path = settings.ENVIRONMENT.providers_file
    return load(path) if path else {}
