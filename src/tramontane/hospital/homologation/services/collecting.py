"""Machine evidence: a collector looks, its finding is kept; a person confirms it, and it is a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import connection, transaction

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.collectors import BY_CODE, Collector, Finding, Scope
from tramontane.hospital.homologation.models import Collection, Dossier, Evidence
from tramontane.hospital.homologation.services import proving
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.snapshot import canonical_digest
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record


def collect(entity: LegalEntity, code: str, starts: date, ends: date, *, actor: Actor) -> Collection:
    """Look now, over a period, and keep what was found with the statements the database was asked.

    Raises:
        RefusedError: a period that ends before it starts, or in the future.
        KeyError: no such collector.
    """
    collector = BY_CODE[code]
    now = clock.now()
    refuse("ends", "La période finit avant de commencer." if ends < starts else "")
    refuse("ends", "La période ne peut pas finir après aujourd’hui." if ends > today() else "")
    with _statements() as asked:
        finding = collector.look(Scope(entity, starts, ends, now))
    content = _content(collector, finding, starts, ends) | {"requetes": list(dict.fromkeys(asked))}
    with transaction.atomic():
        row = Collection.objects.create(
            legal_entity=entity,
            collector=code,
            starts=starts,
            ends=ends,
            outcome=finding.outcome.value,
            content=content,
            sha256=canonical_digest(content),
            collected_at=now,
            collected_by_id=actor.account_id,
        )
        detail = {"move": "fait", "title": collector.title, "outcome": row.outcome, "sha256": row.sha256}
        record(Event("homologation.releve", actor, detail=detail))
    return row


@transaction.atomic
def confirm(dossier: Dossier, collection: Collection, exigences: Sequence[str], *, actor: Actor) -> Evidence:
    """A person takes the finding as a proof of exigences: a new one, or a revision of the collector's proof.

    Raises:
        RefusedError: no exigence, or a check that did not run: it proves nothing either way.
        ForbiddenMove: the dossier is decided.
    """
    collector, outcome = BY_CODE[collection.collector], Outcome(collection.outcome)
    refuse("exigences", "" if exigences else "Choisir l’exigence que ce relevé concerne.")
    refuse("exigences", "Un relevé non exécuté ne prouve rien." if outcome is Outcome.NOT_RUN else "")
    note = f"Période du {collection.starts:%d/%m/%Y} au {collection.ends:%d/%m/%Y}"
    # In effect from the last day it looked at, until it is a year old (`rules.homologation.Evidence`).
    content = proving.Content(collection.ends, outcome=outcome, collected=collection.content, note=note)
    LegalEntity.objects.select_for_update().get(
        pk=dossier.legal_entity_id
    )  # one proof a collector, whoever confirms too
    kept = Evidence.objects.filter(legal_entity=dossier.legal_entity, collector=collector.code).first()
    if kept is None:
        return proving.add(dossier, exigences, collector.title, content, actor=actor, collector=collector.code)
    proving.revise(dossier, kept, content, actor=actor)
    for exigence in exigences:
        if not kept.links.filter(dossier=dossier, exigence=exigence).exists():
            proving.attach(dossier, exigence, kept, actor=actor)
    return kept


def _content(collector: Collector, finding: Finding, starts: date, ends: date) -> dict[str, Any]:
    return {
        "collecteur": collector.code,
        "titre": collector.title,
        "question": collector.question,
        "periode": [starts.isoformat(), ends.isoformat()],
        "resultat": finding.outcome.value,
        "controles": [asdict(check) | {"outcome": check.outcome.value} for check in finding.checks],
        "chiffres": dict(finding.figures),
        "exceptions": list(finding.exceptions),
    }


@contextmanager
def _statements() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile, with their places but not their values: no identifier is kept."""
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked
