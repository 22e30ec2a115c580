"""What a month's figures are computed from: values, without a patient and without a name."""

from __future__ import annotations

from datetime import date

import msgspec


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One active account at the end of the month. Kept as an array: a hospital has thousands.

    Attributes:
        services, sites: identifiers, empty when the account works nowhere.
        equipped: holds a second factor, or an identity of a provider.
        strong, weak: logged in during the month with two factors; with fewer.
        consulted: at least one successful TD3.1 in the month, in normal access.
    """

    account: int
    profession: str
    services: tuple[int, ...]
    sites: tuple[int, ...]
    clinician: bool
    admissions: bool
    rpps: bool
    equipped: bool
    entitled: bool
    strong: bool = False
    weak: bool = False
    consulted: bool = False


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """Distinct patients of the month, and those whose choice is collected. `service` 0: the whole establishment."""

    service: int
    patients: int
    collected: int
    consent: int
    opposition: int


class Movements(msgspec.Struct, frozen=True):
    """Arrivals, moves and departures received in the month.

    Attributes:
        automatic: received from a feed, and applied.
        median_seconds, longest_seconds: from received to applied; 0 when nothing was applied.
        last_review: the day the last review of accounts was closed, in Paris.
        rpps_accounts: accounts with an RPPS; `rpps_current`: those whose RPPS, profession and savoir-faire were received or
            reviewed within twelve months; `rpps_updated`: the last day one was, in Paris.
    """

    received: int = 0
    applied: int = 0
    automatic: int = 0
    median_seconds: int = 0
    longest_seconds: int = 0
    last_review: date | None = None
    rpps_accounts: int = 0
    rpps_current: int = 0
    rpps_updated: date | None = None


class Homologated(msgspec.Struct, frozen=True):
    """A signed homologation in force: until which day, with how many réserves."""

    until: date
    reserves: int


class Site(msgspec.Struct, frozen=True):
    """A site and its AIR contract, as declared and as the SI-DMP answers."""

    id: int
    name: str
    signed: bool
    expires: date | None
    observed: str

    def open_on(self, day: date) -> bool:
        """Whether its contract holds and the SI-DMP recognises it."""
        return self.signed and (self.expires is None or self.expires >= day) and self.observed == "active"


class Capability(msgspec.Struct, frozen=True):
    """What the establishment may do. `dmp`, `rie`: homologations in force, None: none."""

    dmp: Homologated | None = None
    rie: Homologated | None = None
    sites: tuple[Site, ...] = ()
    software: bool = False


class Readiness(msgspec.Struct, frozen=True):
    """The registers behind DICAH: identities of the month's patients, matrix.

    Attributes:
        matrix_rules: rules of the revision in force.
        matrix_reviewed: the last day it was published or reviewed.
    """

    patients: int = 0
    qualified: int = 0
    matrix_rules: int = 0
    matrix_reviewed: date | None = None


class MonthFacts(msgspec.Struct, frozen=True):
    """Everything a month is judged on.

    Attributes:
        month: `2026-11`.
        day: the last day judged: the month's last, or today for figures « so far ».
        services: names, by identifier.
        reading: value of each parameter (`definitions.reading`).
    """

    month: str
    day: date
    members: tuple[Member, ...]
    flows: tuple[Flow, ...]
    movements: Movements
    capability: Capability
    readiness: Readiness
    services: dict[int, str]
    reading: dict[str, str]
