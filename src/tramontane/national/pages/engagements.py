"""The text that a representative signs: points of the webinar's sample contract, as data with their source."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Done(msgspec.Struct, frozen=True):
    """What the signer declares to have done already; each is ticked on its own."""

    code: str
    text: str


class Lasting(msgspec.Struct, frozen=True):
    """What the signer promises for as long as the contract lasts."""

    text: str
    points: tuple[str, ...] = ()


class Engagements(msgspec.Struct, frozen=True):
    """The whole text. `status` says where it comes from, and is printed with it."""

    version: str
    status: str
    declaration: str
    done: tuple[Done, ...]
    lasting_declaration: str
    lasting: tuple[Lasting, ...]
    sanctions_declaration: str
    sanctions: tuple[str, ...]
    reestablishment: str


@cache
def engagements() -> Engagements:
    """The text of this version of the stand-in."""
    data = files("tramontane.national.pages").joinpath("data", "engagements.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=Engagements)
