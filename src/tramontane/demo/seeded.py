"""The demo's only chance: one integer decides everything; `random`'s global state is never used."""

from __future__ import annotations

import random
import uuid

from tramontane.dmp.identity import Ins, InsAuthority, Rpps
from tramontane.dmp.identity.checks import ins_key


def chance(seed: int, *labels: object) -> random.Random:
    """A generator for one purpose: adding a draw somewhere never shifts the draws made elsewhere."""
    return random.Random("/".join(map(str, (seed, *labels))))  # noqa: S311 (fictitious data, not secrets)


def entry_uuid(rng: random.Random) -> str:
    """An entryUUID: ``urn:uuid:…``."""
    return f"urn:uuid:{uuid.UUID(int=rng.getrandbits(128), version=4)}"


def luhn_digit(digits: str) -> str:
    """The check digit to append (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-1::-2])
    return str(-(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10)


def fictitious_rpps(rank: int) -> Rpps:
    """The RPPS of rank n of the range 9999…, which the directory does not assign."""
    digits = f"9999{rank:06d}"
    return Rpps(digits + luhn_digit(digits))


def fictitious_ins(sex: str, birth: tuple[int, int], commune: str, order: int) -> Ins:
    """An INS of the test authority, coherent with sex, (year, month) and INSEE commune of birth, its key computed."""
    year, month = birth
    matricule = f"{'2' if sex == 'F' else '1'}{year % 100:02d}{month:02d}{commune}{order:03d}"
    return Ins(matricule + ins_key(matricule), InsAuthority.NIR_TEST)
