"""The white list as an officer reads it: state today, search, page after page; and what the hospital would receive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tramontane.dmp import soap
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.national import wire
from tramontane.national.judge import ProfessionalFacts, WhiteListFacts, judge_access, judge_contract
from tramontane.national.models import Act, GeographicEntity, Professional, WhiteListEntry, WhiteListStatus

PAGE = 50
_TONES = {
    WhiteListStatus.ACTIVE: "ok",
    WhiteListStatus.EXPIRED: "warn",
    WhiteListStatus.SUSPENDED: "stop",
    WhiteListStatus.REMOVED: "",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry and its state today: an active one whose last day is past is expired, whatever the row says."""

    entry: WhiteListEntry
    state: WhiteListStatus

    @property
    def tone(self) -> str:
        """The badge's colour name; the word says the same."""
        return _TONES[self.state]

    @property
    def label(self) -> str:
        """The badge's word."""
        return str(self.state.label).capitalize()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the record system of the hospital receives on the wire, and the verdict behind it."""

    fault: soap.Fault
    verdict: Verdict


def listed(entry: WhiteListEntry, today: date) -> Listed:
    """An entry with its state on a French day."""
    state = WhiteListStatus(entry.status)
    past = state is WhiteListStatus.ACTIVE and entry.valid_until < today
    return Listed(entry, WhiteListStatus.EXPIRED if past else state)


def search(text: str, state: str, after: str, today: date) -> tuple[Sequence[Listed], str]:
    """One page by FINESS, and the FINESS to continue after; empty at the end.

    Args:
        text: start of a FINESS, or part of a name.
        state: a WhiteListStatus value, or empty for all.
    """
    rows = WhiteListEntry.objects.select_related("geographic_entity__legal_entity", "contract")
    rows = rows.filter(_STATES.get(state, lambda _day: Q())(today))
    if text[:2].isdigit():
        rows = rows.filter(Q(geographic_entity__finess__startswith=text) | Q(geographic_entity__legal_entity=text))
    elif text:
        rows = rows.filter(geographic_entity__name__icontains=text)
    page, rest = _page(rows.filter(geographic_entity__gt=after).order_by("geographic_entity"))
    return [listed(entry, today) for entry in page], page[-1].geographic_entity_id if rest else ""


def search_professionals(text: str, state: str, after: str) -> tuple[Sequence[Professional], str]:
    """One page by RPPS, and the RPPS to continue after. `state` is `suspended`, `authorised` or empty."""
    rows = Professional.objects.all()
    if state:
        rows = rows.filter(authorised=state == "authorised")
    if text:
        rows = rows.filter(**{"rpps__startswith" if text[0].isdigit() else "family_name__istartswith": text})
    page, rest = _page(rows.filter(rpps__gt=after).order_by("rpps"))
    return page, page[-1].rpps if rest else ""


def counts(today: date) -> Mapping[str, int]:
    """How many entries in each state, read in one pass."""
    return WhiteListEntry.objects.aggregate(
        **{state.value: Count("pk", filter=_STATES[state.value](today)) for state in WhiteListStatus}
    )


def history(**touched: str) -> QuerySet[Act]:
    """The acts on one FINESS or RPPS, the most recent first."""
    return Act.objects.filter(**touched).select_related("contract").order_by("-id")


def refusal_of(entity: GeographicEntity, entry: WhiteListEntry | None, today: date) -> Refusal | None:
    """What the next call from this entity would be answered, if the white list alone decided; None when it lets in."""
    facts = WhiteListFacts(entry.status, entry.valid_from, entry.valid_until, entry.cause) if entry else None
    return _refusal(judge_contract(entity.finess, facts, today))


def refusal_of_professional(one: Professional) -> Refusal | None:
    """What the next call of this professional would be answered, if the right of access alone decided."""
    return _refusal(judge_access(ProfessionalFacts(one.profession, one.authorised, one.cause)))


def _refusal(verdict: Verdict) -> Refusal | None:
    return Refusal(wire.fault_for(verdict), verdict) if verdict.outcome is Outcome.FAILED else None


def _page(rows: QuerySet) -> tuple[list, bool]:
    """One row more than the page says whether there is another."""
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


_ACTIVE = Q(status=WhiteListStatus.ACTIVE)
_STATES = {
    WhiteListStatus.ACTIVE.value: lambda day: _ACTIVE & Q(valid_until__gte=day),
    WhiteListStatus.EXPIRED.value: lambda day: (_ACTIVE & Q(valid_until__lt=day)) | Q(status=WhiteListStatus.EXPIRED),
    WhiteListStatus.SUSPENDED.value: lambda _day: Q(status=WhiteListStatus.SUSPENDED),
    WhiteListStatus.REMOVED.value: lambda _day: Q(status=WhiteListStatus.REMOVED),
}
