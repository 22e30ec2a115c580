"""The desk of accounts: list, one account, its factors, its password."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital import clock
from tramontane.hospital.accounts import authority, directory, movements
from tramontane.hospital.accounts.models import Account, LegalEntity, Role
from tramontane.hospital.accounts.permissions import requires
from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.accounts.services import factors, importing, lifecycle, passwords
from tramontane.hospital.accounts.services.lifecycle import AccountValues, InvalidAccountError
from tramontane.hospital.accounts.views.factors import has_fresh_proof, step_up_address

manager = requires(Role.ACCOUNT_MANAGER)
PAGE = 50


class AccountForm(forms.Form):
    """An account by hand. The rules are `lifecycle.faults`: the same for CSV and SCIM."""

    family_name = forms.CharField(label="Nom", max_length=80)
    given_name = forms.CharField(label="Prénom", max_length=80)
    login = forms.CharField(label="Identifiant", max_length=80)
    rpps = forms.CharField(
        label="Numéro RPPS", required=False, max_length=11, help_text="11 chiffres. Sans lui, pas de DMP.",
        widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip
    profession = forms.ChoiceField(label="Profession", required=False)
    savoir_faire = forms.ChoiceField(
        label="Spécialité ou section",
        required=False,
        help_text="Un médecin donne sa spécialité, un pharmacien sa section de l’Ordre. Sans elle, pas de DMP.",
    )
    email = forms.EmailField(label="Courriel", required=False)
    external_id = forms.CharField(label="Matricule", required=False, max_length=120)
    roles = forms.MultipleChoiceField(
        label="Rôles", required=False, choices=Role.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Rôle %(value)s : hors de votre portée."},
    )  # fmt: skip
    services = forms.MultipleChoiceField(label="Services", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, entity: LegalEntity, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        professions = ((item.code, item.label) for item in value_set(ValueSetName.PROFESSION))
        self.fields["profession"].choices = [("", "Aucune"), *professions]  # type: ignore[attr-defined]
        self.fields["savoir_faire"].choices = [("", "Aucune"), *_second_roles()]  # type: ignore[attr-defined]
        known = lifecycle.services_of(entity)
        self.fields["services"].choices = [(code, service.name) for code, service in known.items()]  # type: ignore[attr-defined]

    def values(self, *, active: bool) -> AccountValues:
        """What was typed."""
        data = self.cleaned_data
        return AccountValues(
            **{name: data[name] for name in lifecycle.FIELDS},
            roles=(*data["roles"], *self.kept),
            services=tuple(data["services"]),
            active=active,
        )

    def offer_what_is_within(self, giver: Account) -> None:
        """The roles that this person may give or take back; the others stay as they are, and are said."""
        found = authority.beyond(giver, Role.values)
        held = set(self.initial.get("roles", ()))
        self.kept = tuple(role.value for role in found if role.value in held)
        self.fields["roles"].choices = [one for one in Role.choices if one[0] not in found]  # type: ignore[attr-defined]
        if found:
            named = ", ".join(str(role.label) + " (tenu)" * (role.value in held) for role in found)
            self.fields["roles"].help_text = f"Hors de votre portée, dans un sens comme dans l’autre : {named}."

    def refuse(self, error: InvalidAccountError) -> None:
        """Each fault at its field."""
        for fault in error.faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)


def _second_roles() -> list[tuple[str, list[tuple[str, str]]]]:
    names = {ValueSetName.SAVOIR_FAIRE: "Spécialité", ValueSetName.PHARMACIST_SECTION: "Section de l’Ordre"}
    return [
        (
            title,
            sorted(((item.code, f"{item.label} · {item.code}") for item in value_set(name)), key=lambda one: one[1]),
        )
        for name, title in names.items()
    ]


def search_of(request: AuthenticatedRequest) -> directory.Search:
    """The search as the address says it."""
    get = request.GET.get
    return directory.Search(get("q", "").strip(), get("tri", "nom"), get("exception", ""), get("etat", "actifs"))


@manager
def accounts(request: AuthenticatedRequest) -> HttpResponse:
    """The list: exceptions first."""
    entity = request.account.legal_entity
    search = search_of(request)
    page = Paginator(directory.accounts(entity, search), PAGE).get_page(request.GET.get("page"))
    counts, exceptional = directory.exception_counts(entity)
    context = {
        "page": page,
        "search": search,
        "exceptions": counts,
        "exceptional": exceptional,
        "today": movements.of_today(entity, clock.now()),
        "active_count": Account.objects.filter(legal_entity=entity, is_active=True).count(),
    }
    return render(request, "accounts/accounts.html", context)


@manager
def export(request: AuthenticatedRequest) -> StreamingHttpResponse:
    """The accounts of the current search as CSV."""
    found = directory.accounts(request.account.legal_entity, search_of(request)).select_related("legal_entity")
    answer = StreamingHttpResponse(importing.export(found, clock.now()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="comptes.csv"'
    return answer


def _account(request: AuthenticatedRequest, pk: int) -> Account:
    return get_object_or_404(
        Account.objects.select_related("legal_entity").prefetch_related("assignments"),
        legal_entity=request.account.legal_entity,
        pk=pk,
    )


@manager
def create(request: AuthenticatedRequest) -> HttpResponse:
    """A new account."""
    return _edit(request, None)


@manager
def account(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One account: change it, see its movements."""
    return _edit(request, _account(request, pk))


def _edit(request: AuthenticatedRequest, current: Account | None) -> HttpResponse:
    entity = request.account.legal_entity
    initial = asdict(lifecycle.values_of(current, clock.now())) if current else None
    form = AccountForm(entity, request.POST or None, initial=initial)
    form.offer_what_is_within(request.account)
    if form.is_valid():
        values = form.values(active=current.is_active if current else True)
        try:
            saved, movement = lifecycle.save(entity, values, current, actor(request.account, request.proof), "manual")
        except InvalidAccountError as error:
            form.refuse(error)
        else:
            messages.success(request, "Le compte est enregistré." if movement else "Rien n’a changé.")
            return redirect("accounts:account", saved.pk)
    context = {"form": form, "edited": current, **(_details(current, request.account) if current else {})}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


def _details(current: Account, giver: Account) -> dict[str, Any]:
    return {
        "movements": [
            (row, movements.effect(row)) for row in current.movements.select_related("applied_by").order_by("-id")[:20]
        ],
        "passkeys": current.passkeys.count(),
        "has_totp": factors.has_totp(current),
        "providers": list(current.external_identities.values_list("provider", flat=True)),
        "open_sessions": current.open_sessions.count(),
        "out_of_reach": authority.beyond(giver, current.roles),
    }


@require_POST
@manager
def close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Departure: open sessions end now."""
    current = _account(request, pk)
    if current.pk == request.account.pk:
        messages.error(request, "Vous ne pouvez pas fermer votre propre compte : demandez-le à un collègue.")
        return redirect("accounts:account", pk)
    _set_active(request, current, active=False)
    messages.success(request, f"Le compte de {current.display_name} est fermé ; ses sessions ouvertes aussi.")
    return redirect("accounts:account", pk)


@require_POST
@manager
def reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return: services are to be given again."""
    current = _account(request, pk)
    _set_active(request, current, active=True)
    messages.success(request, f"Le compte de {current.display_name} est rouvert. Donnez-lui ses services.")
    return redirect("accounts:account", pk)


def _set_active(request: AuthenticatedRequest, current: Account, *, active: bool) -> None:
    values = replace(lifecycle.values_of(current, clock.now()), active=active, services=())
    lifecycle.save(current.legal_entity, values, current, actor(request.account, request.proof), "manual")


@require_POST
@manager
def hand_password(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A temporary password, shown once; the factors are forgotten so that the person enrols again."""
    current = _account(request, pk)
    out_of_reach = authority.beyond(request.account, current.roles)
    if out_of_reach:
        messages.error(request, authority.sentence(out_of_reach))
        return redirect("accounts:account", pk)
    if not has_fresh_proof(request):
        messages.warning(request, "Pour remettre un mot de passe, confirmez d’abord votre identité, puis recommencez.")
        return redirect(step_up_address(reverse("accounts:account", args=[pk])))
    who = actor(request.account, request.proof)
    with transaction.atomic():
        factors.reset(current, who)
        password = passwords.hand_over(current, who, clock.now())
    return render(request, "accounts/temporary_password.html", {"edited": current, "password": password})
