"""The proof file of an objective and a year, or of the whole year: its checklist, and the parts of its pack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives import exports
from tramontane.hospital.objectives.models import ProofDocument, Statement
from tramontane.hospital.objectives.models.statements import SEALED
from tramontane.hospital.objectives.selectors.facts import reading_of
from tramontane.hospital.objectives.selectors.statements import in_force
from tramontane.pack import Part, in_memory, safe_name
from tramontane.rules.objectives import Line, Proof, checklist, definitions

ROLES = {
    "depot": "Documents déposés",
    "releve": "Relevés mensuels",
    "pv": "Procès-verbaux signés",
    "export": "Tableaux",
}
_REFERENTIELS = {"pv_dmp": "dmp", "pv_rie": "rie"}


@dataclass(frozen=True, slots=True)
class Held:
    """One expected document, and what is held for it."""

    line: Line
    documents: tuple[ProofDocument, ...]


def documents(entity: LegalEntity, year: str) -> QuerySet[ProofDocument]:
    """Those deposited for a year and not withdrawn."""
    return ProofDocument.objects.filter(legal_entity=entity, year=year, withdrawn_at=None).select_related("added_by")


def statements_of(entity: LegalEntity, year: str) -> list[Statement]:
    """Statements in force of a year."""
    return [row for row in in_force(entity) if str(row.month.year) == year]


def pvs(entity: LegalEntity, nature: str, year: str) -> list[Any]:
    """Signed homologations running in a year, as the workspace above gives them."""
    found: list[Any] = import_string(settings.SIGNED_PVS)(entity, _REFERENTIELS[nature], int(year))
    return found


def expected(year: str, objective: str = "") -> dict[str, Proof]:
    """What a year asks for, by key; for one objective when it is named."""
    return {
        proof.cle: proof
        for proof in definitions().preuves
        if year in proof.annees and objective in ("", proof.objectif)
    }


def held(entity: LegalEntity, year: str, objective: str = "") -> list[Held]:
    """The checklist of a year, or of one of its objectives."""
    rows = list(documents(entity, year))
    months = len(statements_of(entity, year))
    keys = [row.key for row in rows]
    for proof in definitions().preuves:
        if proof.nature == "releve":
            keys += [proof.cle] * months
        elif proof.nature in _REFERENTIELS:
            keys += [proof.cle] * len(pvs(entity, proof.nature, year))
    known = expected(year, objective)
    return [
        Held(line, tuple(row for row in rows if row.key == line.proof.cle))
        for line in checklist(year, keys)
        if line.proof.cle in known
    ]


def parts(entity: LegalEntity, year: str, at: datetime, objective: str = "") -> Iterator[Part]:
    """Everything that goes into the pack of a year, or of one of its objectives."""
    known = expected(year, objective)
    for row in documents(entity, year).filter(key__in=known).order_by("pk"):
        proof = known[row.key]
        path = f"{proof.objectif}/depots/{row.pk}-{safe_name(row.file_name)}"
        yield Part(path, "depot", proof.titre, _opener(row.file), (proof.objectif,), row.sha256, row.size)
    for proof in known.values():
        for pv in pvs(entity, proof.nature, year) if proof.nature in _REFERENTIELS else ():
            path = f"{proof.objectif}/pv/{pv.pk}-{safe_name(pv.signed_file_name)}"
            yield Part(path, "pv", proof.titre, _opener(pv.signed_file), (proof.objectif,), pv.signed_sha256)
    yield from _statements(entity, year, tuple(sorted({proof.objectif for proof in known.values()})), at)


def _statements(entity: LegalEntity, year: str, objectives: tuple[str, ...], at: datetime) -> Iterator[Part]:
    """A statement is whole, so that its digest can be made again; the tables tell these objectives only."""
    rows = statements_of(entity, year)
    for row in rows:
        content = json.dumps(frozen(row), ensure_ascii=False, indent=1, sort_keys=True).encode()
        title = f"Relevé de {row.month:%m/%Y}, n° {row.number}"
        yield Part(f"releves/{row.month:%Y-%m}-{row.number}.json", "releve", title, in_memory(content), objectives)
    if rows:
        reading = reading_of(entity)
        table = "".join(exports.csv(rows, objectives)).encode()
        yield Part("releves/releves.csv", "export", "Relevés de l’année (CSV)", in_memory(table), objectives)
        book = exports.xlsx(rows, reading, at=at, objectives=objectives)
        yield Part("releves/releves.xlsx", "export", "Relevés de l’année (Excel)", in_memory(book), objectives)


def frozen(row: Statement) -> dict[str, Any]:
    """A statement for its reader: everything its digest covers but the accounts, which are counted, not named."""
    facts = {name: value for name, value in row.facts.items() if name != "members"}
    values = {name: getattr(row, name) for name in SEALED if name not in ("facts", "month", "closed_at")}
    return values | {
        "month": f"{row.month:%Y-%m}", "closed_at": row.closed_at.isoformat(), "sha256": row.sha256, "facts": facts,
        "members": len(row.facts["members"]),
    }  # fmt: skip


def _opener(file: Any) -> Any:
    def opened() -> IO[bytes]:
        source: IO[bytes] = file.storage.open(file.name, "rb")
        return source

    return opened
