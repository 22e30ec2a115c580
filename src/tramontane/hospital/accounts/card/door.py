"""The door of cards as the operator describes it: its address, whom it trusts, and the key of its channel."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from tramontane.client.files import revocation_lists, server_trust
from tramontane.dmp.errors import LocalError
from tramontane.dmp.signature.certificates import TrustStore

FIELDS = ("address", "authorities", "crl", "channel_key_env")
MIN_KEY = 32  # characters


class DoorError(Exception):
    """A description that cannot be used. The message names the field."""


@dataclass(frozen=True, slots=True)
class CardDoor:
    """Where cards are read. Built by `door`.

    Attributes:
        address: origin, of the same host as the application on another port: there the proxy asks for a certificate.
        authorities: PEM file of the anchors, and of the authorities that issue cards and nothing else.
        crl: PEM file with a fresh list of each authority, kept up to date by the operator.
        channel_key: what the proxy writes before the certificate, so that no client can write it in its place.
    """

    address: str
    authorities: str
    crl: str
    channel_key: str = field(repr=False)

    def trust(self) -> TrustStore:
        """Whom we trust now: the files are read again when they change.

        Raises:
            DoorError: a file that cannot be read, or without any anchor.
        """
        try:
            stamps = tuple(Path(path).stat().st_mtime_ns for path in (self.authorities, self.crl))
            return _trust(self.authorities, self.crl, stamps)
        except OSError as error:
            raise DoorError(
                f"Cartes CPx : autorités ou listes de révocation illisibles ({type(error).__name__})."
            ) from error
        except LocalError as error:
            raise DoorError(f"Cartes CPx : {error.explain()}") from error


@lru_cache(maxsize=2)
def _trust(authorities: str, crl: str, _stamps: tuple[int, ...]) -> TrustStore:
    found = server_trust(authorities, crl, "require")
    return TrustStore(found.anchors, found.intermediates, revocation_lists(crl))


def build(description: Mapping[str, Any], environ: Mapping[str, str]) -> CardDoor:
    """The door from the operator's file.

    Raises:
        DoorError: with everything wrong, at once.
    """
    address = str(description.get("address", "")).rstrip("/")
    key = environ.get(str(description.get("channel_key_env", "")), "")
    host = urlsplit(address).hostname
    checks = (
        (set(description) == set(FIELDS), f"champs attendus : {', '.join(FIELDS)}"),
        (address.startswith("https://"), "address : adresse https, celle où le mandataire demande un certificat"),
        (host == settings.ENVIRONMENT.host, f"address : même hôte que l’application ({settings.ENVIRONMENT.host}), autre port"),
        (address != settings.ENVIRONMENT.base_url, "address : un autre port que celui de l’application"),
        (len(key) >= MIN_KEY and key.isascii() and key.isalnum(), f"channel_key_env : {MIN_KEY} lettres et chiffres au moins"),
        (bool(settings.ENVIRONMENT.trusted_proxy_socket), "TRAMONTANE_TRUSTED_PROXY_SOCKET : obligatoire, les cartes ne passent que par lui"),
    )  # fmt: skip
    faults = [sentence for held, sentence in checks if not held]
    if faults:
        raise DoorError("Cartes CPx : " + " ; ".join(faults) + ".")
    return CardDoor(address, str(description["authorities"]), str(description["crl"]), key)


def door() -> CardDoor | None:
    """The door of this installation; None when none is configured.

    Raises:
        DoorError: configured, and unusable.
    """
    path = settings.ENVIRONMENT.card_file
    if not path:
        return None
    try:
        description = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DoorError(f"Cartes CPx : {path} illisible ({type(error).__name__}).") from error
    if not isinstance(description, dict):
        raise DoorError(f"Cartes CPx : {path} ne décrit rien.")
    return build(description, os.environ)
