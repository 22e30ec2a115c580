"""Sign, renew and amend contracts. A signature feeds the white list in its own transaction: the next call is judged by it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import (
    ActKind,
    Contract,
    ContractEntity,
    ContractKind,
    GeographicEntity,
    LegalEntity,
    RenewalTrigger,
    WhiteListEntry,
)
from tramontane.national.pages import contract_paper
from tramontane.national.pages.contract_rules import Declaration, last_day, problems
from tramontane.national.pages.engagements import engagements
from tramontane.national.pages.roles import Person
from tramontane.national.pages.selectors.contracts import covering
from tramontane.national.pages.services import acts, white_list
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.storage import Incoming, store

_ACTS = {
    ContractKind.INITIAL: ActKind.CONTRACT_SIGNED,
    ContractKind.RENEWAL: ActKind.CONTRACT_RENEWED,
    ContractKind.AMENDMENT: ActKind.CONTRACT_AMENDED,
}

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Signature:
    """One act of signing."""

    kind: ContractKind
    person: Person
    at: datetime
    declaration: Declaration
    replaces: Contract | None = None
    trigger: str = ""

    @property
    def day(self) -> date:
        return self.at.astimezone(FRANCE).date()


def sign(person: Person, entities: Collection[str], declaration: Declaration, at: datetime) -> Contract:
    """A first contract for these geographic entities (FINESS), all at once.

    Raises:
        ActRefused: the auto-homologation opens none, or an entity is not the signer's, closed, or already covered.
    """
    return _write(_Signature(ContractKind.INITIAL, person, at, declaration), entities)


def renew(
    person: Person,
    contract: Contract,
    entities: Collection[str],
    declaration: Declaration,
    why: RenewalTrigger,
    at: datetime,
) -> Contract:
    """A contract that takes the place of another, on a new auto-homologation. Raises ActRefused as `sign` does."""
    return _write(_Signature(ContractKind.RENEWAL, person, at, declaration, contract, why), entities)


def amend(person: Person, contract: Contract, entities: Collection[str], at: datetime) -> Contract:
    """The same engagement for other entities: same auto-homologation, same last day.

    Raises:
        ActRefused: nothing changes, the contract is over, or an entity cannot be covered.
    """
    declaration = Declaration(contract.homologated_on, contract.homologation_months, contract.referentiel_version)
    signature = _Signature(ContractKind.AMENDMENT, person, at, declaration, contract)
    if set(entities) == set(contract.entities.values_list("geographic_entity_id", flat=True)):
        raise ActRefused("Cet avenant ne change rien : ajoutez ou retirez au moins une entité.")
    if contract.valid_until < signature.day:
        raise ActRefused(f"Le contrat {contract.number} a expiré : renouvelez-le au lieu de l’amender.")
    return _write(signature, entities)


class _Overtaken(Exception):
    """The number was taken, or the directory changed, while the PDF was made."""


def _write(signature: _Signature, finess: Collection[str]) -> Contract:
    """The PDF takes a second: it is made from what is read, before the transaction that writes exactly what it says."""
    representative = signature.person.representative
    assert representative is not None, "the view requires one"
    for problem in problems(signature.declaration, signature.day):
        raise ActRefused(problem)
    legal_entity = representative.legal_entity
    for _ in range(_ATTEMPTS):
        entities = _entities(signature, legal_entity, finess)
        contract = _row(signature, legal_entity)
        paper = store().receive()
        try:
            paper.write(contract_paper.signed(contract, entities))
            return _enter(signature, contract, entities, paper)
        except _Overtaken:
            continue
        finally:
            paper.forget()
    raise ActRefused("D’autres signatures ont lieu en ce moment. Recommencez dans un instant : rien n’est signé.")


@transaction.atomic
def _enter(signature: _Signature, contract: Contract, entities: list[GeographicEntity], paper: Incoming) -> Contract:
    """Check again under a lock, write the contract and its consequences, keep its PDF: all of it, or nothing."""
    # One signature at a time for a legal entity: two would cover the same site twice.
    legal_entity = LegalEntity.objects.select_for_update().get(pk=contract.legal_entity_id)
    now = _entities(signature, legal_entity, [one.pk for one in entities])
    if legal_entity.name != contract.legal_entity.name or [one.name for one in now] != [one.name for one in entities]:
        raise _Overtaken
    before = _end_replaced(signature, legal_entity)
    contract.pdf_digest, contract.pdf_size = paper.content.digest, paper.content.size
    _take_number(contract)
    ContractEntity.objects.bulk_create(
        ContractEntity(contract=contract, geographic_entity=one, name=one.name) for one in entities
    )
    acts.record(
        _ACTS[signature.kind], signature.person, signature.at, contract=contract,
        detail=f"{contract.number}, jusqu’au {contract.valid_until:%d/%m/%Y} : {', '.join(one.name for one in entities)}",
    )  # fmt: skip
    white_list.enter(contract, entities, signature.person, signature.at)
    white_list.remove(before - {one.pk for one in entities}, contract, signature.person, signature.at)
    paper.keep()  # last: what is refused above leaves no PDF behind
    return contract


def _take_number(contract: Contract) -> None:
    """Insert under the number that the PDF carries: whoever inserted it first keeps it."""
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError:
        if Contract.objects.filter(pk=contract.pk).exists():
            raise _Overtaken from None
        raise


def _entities(signature: _Signature, legal_entity: LegalEntity, finess: Collection[str]) -> list[GeographicEntity]:
    chosen = list(legal_entity.geographic_entities.filter(pk__in=set(finess)).order_by("pk"))
    if not finess:
        raise ActRefused("Choisissez au moins une entité géographique.")
    if len(chosen) != len(set(finess)):
        raise ActRefused("Une des entités choisies n’appartient pas à votre entité juridique.")
    for entity in chosen:
        if not entity.active:
            raise ActRefused(f"{entity.name} est fermée dans l’annuaire FINESS : elle ne peut pas être contractée.")
        other = covering(entity, signature.day)
        if other is not None and other != signature.replaces:
            raise ActRefused(
                f"{entity.name} est déjà couverte par le contrat {other.number} : renouvelez-le ou faites un avenant."
            )
    return chosen


def _row(signature: _Signature, legal_entity: LegalEntity) -> Contract:
    representative, replaces, declaration = signature.person.representative, signature.replaces, signature.declaration
    assert representative is not None, "checked by the caller"
    amended = replaces if signature.kind is ContractKind.AMENDMENT else None
    last = Contract.objects.aggregate(last=Max("pk"))["last"] or 0
    return Contract(
        pk=last + 1,
        legal_entity=legal_entity,
        kind=signature.kind,
        replaces=replaces,
        trigger=signature.trigger,
        signatory=representative,
        signatory_name=str(representative),
        signatory_capacity=representative.capacity,
        signatory_card=representative.card,
        homologated_on=declaration.homologated_on,
        homologation_months=declaration.months,
        referentiel_version=declaration.referentiel_version,
        engagements=engagements().version,
        valid_from=signature.day,
        valid_until=amended.valid_until if amended else last_day(declaration, signature.day),
        signed_at=signature.at,
    )


def _end_replaced(signature: _Signature, legal_entity: LegalEntity) -> set[str]:
    """The entities that the white list holds by the replaced contract: a later one may cover the others since."""
    if signature.replaces is None:
        return set()
    ended = Contract.objects.filter(pk=signature.replaces.pk, ended_at=None, legal_entity=legal_entity).update(
        ended_at=signature.at
    )
    if not ended:
        raise ActRefused(f"Le contrat {signature.replaces.number} a déjà été remplacé : ouvrez le plus récent.")
    held = WhiteListEntry.objects.filter(contract=signature.replaces)
    return set(held.values_list("geographic_entity_id", flat=True))
