"""Who is in front of a page, and which pages are hers. Identity comes from a card's TLS certificate, never a header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from tramontane.national.models import PatientRecord, Representative

View = Callable[..., HttpResponseBase]


class Role(StrEnum):
    """Whom a page is for; the value is what histories say."""

    REPRESENTATIVE = "représentant légal"
    CNAM_OFFICER = "agent de la CNAM"
    OPERATOR = "opérateur de la maquette"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is logged in.

    Attributes:
        means: how the person logged in, in words.
        representative: for a legal representative, his enrolment.
        patient: for a patient, her record.
        viewed: the record a patient looks at: her own, or that of a child she stands for.
        played_by: the operator who plays this patient in a rehearsal; empty when nobody does.
    """

    role: Role
    name: str
    means: str
    representative: Representative | None = None
    patient: PatientRecord | None = None
    viewed: PatientRecord | None = None
    played_by: str = ""

    @property
    def for_a_child(self) -> bool:
        """A legal representative looks at the record of a minor."""
        return self.viewed is not None and self.viewed != self.patient


class PageRequest(HttpRequest):
    """A request after `WhoIsThere`."""

    person: Person | None


class PersonRequest(HttpRequest):
    """A request that `requires` let through: someone of the right role is there."""

    person: Person


def requires(*roles: Role) -> Callable[[View], View]:
    """Let only these roles in: nobody logged in goes to the login page, another role reads why not."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.person is None:
                return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'suite': request.get_full_path()})}")
            if request.person.role not in roles:
                return render(request, "national/forbidden.html", {"roles": roles}, status=403)
            return view(request, *args, **kwargs)

        guarded.required_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the test that walks the addresses
        return guarded

    return decorate
