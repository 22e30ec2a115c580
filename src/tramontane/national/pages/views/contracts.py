"""The contract portal: contracts of the legal entity, sign, renew, amend, the PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tramontane.national import clock
from tramontane.national.models import Contract, GeographicEntity, RenewalTrigger
from tramontane.national.pages.contract_rules import latest_day
from tramontane.national.pages.engagements import engagements
from tramontane.national.pages.forms import ContractForm, EngagementForm, RenewalForm
from tramontane.national.pages.roles import Person, PersonRequest, Role, requires
from tramontane.national.pages.selectors.contracts import contracts_of, covering, entities_of, state_of
from tramontane.national.pages.services import contracts
from tramontane.national.pages.services.refusals import ActRefused
from tramontane.national.pages.views.files import stored


@require_GET
@requires(Role.REPRESENTATIVE)
def contract_list(request: PersonRequest) -> HttpResponse:
    """Which entities may use AIR today, and every contract."""
    legal_entity, today = _representative(request.person).legal_entity, timezone.localdate()
    rows = entities_of(legal_entity, today)
    return render(
        request,
        "national/contracts.html",
        {
            "legal_entity": legal_entity,
            "entities": rows,
            "active": sum(one is not None and one.state == "active" for _, one in rows),
            "contracts": [(one, state_of(one, today)) for one in contracts_of(legal_entity)],
            "signable": bool(_signable(request.person, None, today)),
        },
    )


@require_GET
@requires(Role.REPRESENTATIVE)
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One contract: what was signed, what it opens today, what can be done next."""
    contract, today = _contract(request, pk), timezone.localdate()
    lines = set(contract.entities.values_list("geographic_entity_id", flat=True))
    entities = [pair for pair in entities_of(contract.legal_entity, today) if pair[0].pk in lines]
    context = {"contract": contract, "state": state_of(contract, today), "entities": entities}
    return render(request, "national/contract.html", context)


@require_GET
@requires(Role.REPRESENTATIVE)
def pdf(request: PersonRequest, pk: int) -> StreamingHttpResponse:
    """The sealed PDF, as it was signed."""
    contract = _contract(request, pk)
    return stored(
        contract.pdf_digest,
        contract.pdf_size,
        name=f"{contract.number}.pdf",
        content_type="application/pdf",
        attachment=False,
    )


@requires(Role.REPRESENTATIVE)
def new(request: PersonRequest) -> HttpResponse:
    """Sign a first contract for the entities that have none."""
    rows = _signable(request.person, None, timezone.localdate())
    form = ContractForm(rows, request.POST or None, initial={"entities": [one.pk for one in rows]})

    def sign() -> Contract:
        return contracts.sign(request.person, form.cleaned_data["entities"], form.declaration(), clock.now())

    return _signing(request, form, sign, {"title": "Signer un contrat AIR", "rows": rows})


@requires(Role.REPRESENTATIVE)
def renew(request: PersonRequest, pk: int) -> HttpResponse:
    """Renew a contract on a new auto-homologation."""
    contract = _contract(request, pk)
    if contract.ended_at is not None:
        return _already_replaced(request, contract)
    rows = _signable(request.person, contract, timezone.localdate())
    initial = {"entities": _lines(contract), "referentiel_version": contract.referentiel_version}
    form = RenewalForm(rows, request.POST or None, initial=initial)

    def sign() -> Contract:
        data = form.cleaned_data
        why = RenewalTrigger(data["trigger"])
        return contracts.renew(request.person, contract, data["entities"], form.declaration(), why, clock.now())

    return _signing(
        request, form, sign, {"title": f"Renouveler le contrat {contract.number}", "rows": rows, "contract": contract}
    )


@requires(Role.REPRESENTATIVE)
def amend(request: PersonRequest, pk: int) -> HttpResponse:
    """Add or remove entities, on the same auto-homologation."""
    contract = _contract(request, pk)
    if contract.ended_at is not None:
        return _already_replaced(request, contract)
    rows = _signable(request.person, contract, timezone.localdate())
    form = EngagementForm(rows, request.POST or None, initial={"entities": _lines(contract)})

    def sign() -> Contract:
        return contracts.amend(request.person, contract, form.cleaned_data["entities"], clock.now())

    context = {"title": f"Avenant au contrat {contract.number}", "rows": rows, "contract": contract, "amending": True}
    return _signing(request, form, sign, context)


def _already_replaced(request: PersonRequest, contract: Contract) -> HttpResponse:
    """Another tab, or another representative, was first: its page names the contract that took its place."""
    messages.error(request, f"Rien n’est signé : le contrat {contract.number} a déjà été remplacé.", extra_tags="stop")
    return redirect("contract", contract.pk)


def _signing(
    request: PersonRequest, form: EngagementForm, sign: Callable[[], Contract], context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            contract = sign()
        except ActRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                f"Contrat {contract.number} signé. La liste blanche est à jour : le prochain appel en tient compte.",
                extra_tags="ok",
            )
            return redirect("contract", contract.pk)
    today = timezone.localdate()
    context |= {"form": form, "text": engagements(), "today": today, "latest": latest_day(today)}
    return render(request, "national/sign.html", context, status=400 if form.errors else 200)


def _representative(person: Person) -> Any:
    return person.representative


def _contract(request: PersonRequest, pk: int) -> Contract:
    """A contract of the signer's own legal entity; another one does not exist."""
    rows = Contract.objects.select_related("legal_entity", "replaces")
    return get_object_or_404(rows, pk=pk, legal_entity=_representative(request.person).legal_entity_id)


def _signable(person: Person, contract: Contract | None, today: date) -> Sequence[GeographicEntity]:
    """Open entities that no other contract covers."""
    rows = _representative(person).legal_entity.geographic_entities.filter(active=True).order_by("pk")
    return [one for one in rows if covering(one, today) in (None, contract)]


def _lines(contract: Contract) -> list[str]:
    return list(contract.entities.values_list("geographic_entity_id", flat=True))
