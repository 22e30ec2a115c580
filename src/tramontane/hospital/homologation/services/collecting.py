"""Machine evidence: a collector looks, its finding is kept; a person confirms it, and it is a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.homologation.collectors import BY_CODE, Collector, Finding, Scope
from tramontane.hospital.homologation.models import Collection, CollectionRun, Dossier, Evidence
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services import proving
from tramontane.hospital.homologation.services.errors import refuse
from tramontane.hospital.homologation.services.moving import today
from tramontane.hospital.homologation.snapshot import canonical_digest
from tramontane.hospital.traces import chain
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.selectors import FIRST_DAY
from tramontane.hospital.traces.services import record

# One run at once in an establishment; after so long, the worker is believed dead and another may be asked.
PATIENCE = timedelta(hours=6)


@transaction.atomic
def ask(entity: LegalEntity, codes: Sequence[str], starts: date, ends: date, *, actor: Actor) -> CollectionRun:
    """Note which collectors somebody wants over a period; a background task runs them.

    Raises:
        RefusedError: a period that ends before it starts or in the future, or others still running.
    """
    LegalEntity.objects.select_for_update().get(pk=entity.pk)
    _check(starts, ends)
    running = entity.collection_runs.filter(ended_at=None, asked_at__gt=clock.now() - PATIENCE).exists()
    refuse("", "Des relevés sont déjà en cours : attendre qu’ils finissent." if running else "")
    return CollectionRun.objects.create(
        legal_entity=entity, codes=list(codes), starts=starts, ends=ends, who=asdict(actor), asked_at=clock.now()
    )


def carry_out(run_id: int) -> None:
    """Run what is left of a run. An error ends it: what was found is kept, and the page says what was not looked at."""
    run = CollectionRun.objects.select_related("legal_entity").get(pk=run_id)
    while chain.seal() is not None:  # what was traced so far is under seal before it is read again
        continue
    try:
        for code in (one for one in run.codes if one not in run.done):
            collect(run.legal_entity, code, run.starts, run.ends, actor=Actor(**run.who))
            run.done.append(code)
            run.save(update_fields=["done"])
    finally:
        run.ended_at = clock.now()
        run.save(update_fields=["ended_at"])


def _check(starts: date, ends: date) -> None:
    refuse("starts", f"La période commence au plus tôt le {FIRST_DAY:%d/%m/%Y}." if starts < FIRST_DAY else "")
    refuse("ends", "La période finit avant de commencer." if ends < starts else "")
    refuse("ends", "La période ne peut pas finir après aujourd’hui." if ends > today() else "")


def collect(entity: LegalEntity, code: str, starts: date, ends: date, *, actor: Actor) -> Collection:
    """Look now, over a period, and keep what was found with the statements the database was asked.

    Raises:
        RefusedError: a period that ends before it starts, or in the future.
        KeyError: no such collector.
    """
    collector = BY_CODE[code]
    now = clock.now()
    _check(starts, ends)
    with _statements() as asked:
        finding = collector.look(Scope(entity, starts, ends, now))
    content = _content(collector, finding, starts, ends) | {"requetes": list(asked)}
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
    kept = usable(dossier.legal_entity).filter(collector=collector.code).first()
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
def _statements() -> Iterator[dict[str, None]]:
    """The statements sent to the database meanwhile, each once, with their places but not their values: no identifier
    is kept."""
    asked: dict[str, None] = {}

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        asked[sql] = None
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked
