"""The HL7 v2 strings inside XDS metadata: XCN for persons, XON for organisations, CX for identifiers, CE-like codes.

Source: ITI TF-3 table 4.2.3.1.7-2; French forms of the official messages and of PDSm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PS_IDNAT_AUTHORITY = "1.2.250.1.71.4.2.1"
STRUCT_IDNAT_AUTHORITY = "1.2.250.1.71.4.2.2"


@dataclass(frozen=True, slots=True)
class AuthorPerson:
    """A person or system (XCN): ``899990000012^MARTIN^CAMILLE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS``.

    Attributes:
        identifier: PS_IdNat, or the INS of a patient who is the author.
        authority: OID of the identifier's authority.
        name_type: XCN.10, ``D`` for a person, ``U`` for a system.
        identifier_type: XCN.13, ``IDNPS``, ``NH`` (patient), ``RI`` (system).
        others: the components this class does not name, by rank from 1.
    """

    identifier: str
    family: str = ""
    given: str = ""
    authority: str = PS_IDNAT_AUTHORITY
    name_type: str = "D"
    identifier_type: str = "IDNPS"
    others: tuple[tuple[int, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> AuthorPerson:
        """Read a XCN; a missing component is empty."""
        parts, others = _split(text, named=(1, 2, 3, 9, 10, 13))
        return cls(parts[0], parts[1], parts[2], _authority(parts[8]), parts[9], parts[12], others)

    def format(self) -> str:
        """The XCN."""
        return _join({1: self.identifier, 2: self.family, 3: self.given, 9: _universal(self.authority),
                      10: self.name_type, 13: self.identifier_type, **dict(self.others)})  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuthorInstitution:
    """A structure (XON): ``CENTRE HOSPITALIER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000028``.

    Attributes:
        identifier: Struct_IdNat.
        others: the components this class does not name, by rank from 1.
    """

    name: str
    identifier: str = ""
    authority: str = STRUCT_IDNAT_AUTHORITY
    identifier_type: str = "IDNST"
    others: tuple[tuple[int, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> AuthorInstitution:
        """Read a XON; a missing component is empty."""
        parts, others = _split(text, named=(1, 6, 7, 10))
        return cls(parts[0], parts[9], _authority(parts[5]), parts[6], others)

    def format(self) -> str:
        """The XON."""
        return _join({1: self.name, 6: _universal(self.authority), 7: self.identifier_type, 10: self.identifier,
                      **dict(self.others)})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier with its authority (CX): ``279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH``.

    Attributes:
        others: the components this class does not name, by rank from 1: a date may follow (CX.7).
    """

    value: str
    authority: str
    type: str = ""
    others: tuple[tuple[int, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Identifier:
        """Read a CX; a missing component is empty."""
        parts, others = _split(text, named=(1, 4, 5))
        return cls(parts[0], _authority(parts[3]), parts[4], others)

    def format(self) -> str:
        """The CX."""
        return _join({1: self.value, 4: _universal(self.authority), 5: self.type, **dict(self.others)})


def _split(text: str, *, named: tuple[int, ...]) -> tuple[list[str], tuple[tuple[int, str], ...]]:
    """The first 13 components at least, and those whose rank is not in `named`."""
    parts = text.split("^")
    parts += [""] * (13 - len(parts))
    return parts, tuple((rank, part) for rank, part in enumerate(parts, 1) if part and rank not in named)


def _join(components: dict[int, str]) -> str:
    last = max((rank for rank, component in components.items() if component), default=0)
    return "^".join(components.get(rank, "") for rank in range(1, last + 1))


def _authority(text: str) -> str:
    """The OID of an HD ``&oid&ISO``; what has another form is kept as it is."""
    found = _HD.fullmatch(text)
    return found[1] if found else text


def _universal(authority: str) -> str:
    return f"&{authority}&ISO" if _OID.fullmatch(authority) else authority


_OID = re.compile(r"[0-9]+(?:\.[0-9]+)+", re.ASCII)
_HD = re.compile(rf"&({_OID.pattern})&ISO", re.ASCII)
