"""Accounts by CSV: a report of every line first, then the same lines applied. Nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Account, LegalEntity, Role
from tramontane.hospital.accounts.services import lifecycle
from tramontane.hospital.accounts.services.lifecycle import AccountValues, Fault, InvalidAccountError
from tramontane.hospital.traces.events import Actor
from tramontane.ui import spreadsheet

COLUMNS = {
    "identifiant": "login",
    "nom": "family_name",
    "prenom": "given_name",
    "courriel": "email",
    "rpps": "rpps",
    "profession": "profession",
    "savoir_faire": "savoir_faire",
    "matricule": "external_id",
    "roles": "roles",
    "services": "services",
    "actif": "active",
}
ROLES = {
    "soignant": Role.CLINICIAN.value,
    "admissions": Role.ADMISSIONS.value,
    "comptes": Role.ACCOUNT_MANAGER.value,
    "rssi": Role.RSSI.value,
    "dpo": Role.DPO.value,
    "homologation": Role.HOMOLOGATION.value,
    "direction": Role.DIRECTION.value,
}
# Account value → its column: what a report calls it.
COLUMN_NAMES = {value: name for name, value in COLUMNS.items()}
ROLE_NAMES = {value: name for name, value in ROLES.items()}
YES, NO = ("oui", "o", "1", "vrai", ""), ("non", "n", "0", "faux")
MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: what it would do, or did, or why it cannot.

    Attributes:
        number: as the spreadsheet shows it; the header is line 1.
        action: ``create``, ``change``, ``depart``, ``nothing`` or ``refuse``.
        changed: the columns that differ, as the file names them.
    """

    number: int
    login: str
    action: str
    changed: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Every line, and how many of each action."""

    lines: tuple[Line, ...]

    @property
    def counts(self) -> Counter[str]:
        """Lines by action."""
        return Counter(line.action for line in self.lines)

    @property
    def refused_first(self) -> list[Line]:
        """As a person reads them: among thousands, what is refused would be missed."""
        return sorted(self.lines, key=lambda line: line.action != "refuse")


def rehearse(entity: LegalEntity, data: bytes, at: datetime, giver: Account | None = None) -> Report:
    """What the file would do, without doing it.

    Raises:
        ValueError: not a table, unknown or missing columns, too many lines; the message is for the user.
    """
    accounts = _accounts(entity)
    lines = []
    seen: Counter[tuple[str, str]] = Counter()
    for number, row in _rows(data):
        values, wrong = _values(row, accounts.get(row["identifiant"]), at)
        current = accounts.get(values.login)
        wrong += lifecycle.faults(entity, values, current, giver) + _twice(values, seen)
        lines.append(_line(number, values, current, wrong, at))
    return Report(tuple(lines))


def apply(entity: LegalEntity, data: bytes, actor: Actor) -> Report:
    """Do what can be done, line by line; the others come back with their reasons.

    Raises:
        ValueError: as `rehearse`.
    """
    seen: Counter[tuple[str, str]] = Counter()
    return Report(tuple(_apply(entity, number, row, seen, actor) for number, row in _rows(data)))


@transaction.atomic
def _apply(entity: LegalEntity, number: int, row: dict[str, str], seen: Counter[tuple[str, str]], actor: Actor) -> Line:
    """One line, on the account as it is now: a file takes its time, and a colleague may have changed it meanwhile."""
    now = clock.now()
    current = lifecycle.hold(entity, row["identifiant"])
    values, wrong = _values(row, current, now)
    wrong += _twice(values, seen)
    line = _line(number, values, current, wrong, now)
    try:
        if not wrong:
            lifecycle.save(entity, values, current, actor, "csv")
    except InvalidAccountError as error:
        line = replace(line, action="refuse", faults=error.faults)
    return line


def export(accounts: Iterable[Account], at: datetime) -> Iterable[str]:
    """The same columns, so that what was exported can be imported again."""
    return spreadsheet.lines(list(COLUMNS), ([*_cells(lifecycle.values_of(account, at))] for account in accounts))


def _cells(values: AccountValues) -> Iterable[str]:
    for attribute in COLUMNS.values():
        value = getattr(values, attribute)
        if attribute == "roles":
            yield ",".join(ROLE_NAMES[role] for role in value)
        elif attribute == "services":
            yield ",".join(value)
        else:
            yield ("oui" if value else "non") if attribute == "active" else value


def _accounts(entity: LegalEntity) -> dict[str, Account]:
    every = Account.objects.filter(legal_entity=entity).select_related("legal_entity").prefetch_related("assignments")
    return {account.login: account for account in every}


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    rows = spreadsheet.numbered(data)
    if len(rows) > MAX_LINES:
        raise ValueError(f"Le fichier a {len(rows)} lignes : le maximum est {MAX_LINES}.")
    if not rows:
        raise ValueError("Le fichier n’a que la ligne des noms de colonnes.")
    names = set(rows[0][1])
    missing = {"identifiant", "nom", "prenom"} - names
    if missing:
        raise ValueError(f"Colonnes absentes : {', '.join(sorted(missing))}. Lues : {', '.join(rows[0][1])[:200]}.")
    unknown = names - set(COLUMNS)
    if unknown:
        raise ValueError(f"Colonnes inconnues : {', '.join(sorted(unknown))}. Attendues : {', '.join(COLUMNS)}.")
    return rows


def _values(row: dict[str, str], current: Account | None, at: datetime) -> tuple[AccountValues, list[Fault]]:
    """The line as values. A column that is absent from the file leaves the account as it is."""
    base = lifecycle.values_of(current, at) if current else AccountValues(login="", family_name="", given_name="")
    given = {COLUMNS[name]: text for name, text in row.items()}
    wrong: list[Fault] = []
    changes: dict[str, object] = {n: t for n, t in given.items() if n not in ("roles", "services", "active")}
    if "roles" in given:
        names = _list(given["roles"])
        changes["roles"] = tuple(ROLES.get(name.casefold(), name) for name in names)
    if "services" in given:
        changes["services"] = tuple(_list(given["services"]))
    if "active" in given:
        word = given["active"].casefold()
        changes["active"] = word not in NO
        if word not in YES + NO:
            wrong.append(Fault("active", f"Actif « {given['active']} » : attendu oui ou non."))
    return replace(base, **changes), wrong  # type: ignore[arg-type]  # fields of the same names


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _twice(values: AccountValues, seen: Counter[tuple[str, str]]) -> list[Fault]:
    """A name or an RPPS that an earlier line of the same file already used."""
    wrong = []
    for field, label in (("login", "Identifiant"), ("rpps", "RPPS")):
        value = getattr(values, field)
        if value and seen[field, value]:
            wrong.append(Fault(field, f"{label} {value} : déjà donné par une autre ligne du fichier."))
        seen[field, value] += 1
    return wrong


def _line(number: int, values: AccountValues, current: Account | None, wrong: list[Fault], at: datetime) -> Line:
    if wrong:
        return Line(number, values.login, "refuse", faults=tuple(wrong))
    if current is None:
        return Line(number, values.login, "create")
    before = lifecycle.values_of(current, at)
    changed = tuple(sorted(COLUMN_NAMES[field] for field in lifecycle.changed_fields(before, values)))
    if not changed:
        return Line(number, values.login, "nothing")
    return Line(number, values.login, "depart" if before.active and not values.active else "change", changed)
