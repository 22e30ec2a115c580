"""The navigation of the top bar, by role: one line a page. A new page of the stand-in is a line here and one in `urls`."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tramontane.national.pages.roles import Person, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its label, its url name, for whom."""

    label: str
    url_name: str
    roles: tuple[Role, ...]
    # Addresses of its other tabs.
    also: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return reverse(self.url_name)


ENTRIES = (
    Entry("Contrats AIR", "contracts", (Role.REPRESENTATIVE,)),
    Entry("Liste blanche", "white-list", (Role.CNAM_OFFICER,)),
    Entry("Professionnels", "professionals", (Role.CNAM_OFFICER,)),
    Entry("Import d’annuaire", "directory-imports", (Role.CNAM_OFFICER,)),
    Entry("Surveillance", "alerts", (Role.CNAM_OFFICER,), ("/patients-surveilles/",)),
    Entry("Échanges", "exchanges", (Role.OPERATOR,)),
    Entry("Expliquer un refus", "explain", (Role.OPERATOR,)),
    Entry("Pannes", "faults", (Role.OPERATOR,)),
    Entry("Conformité", "conformance", (Role.OPERATOR,)),
    Entry("Journée de trafic", "played-day", (Role.OPERATOR,)),
    Entry("Jouer un patient", "played-patient", (Role.OPERATOR,)),
    Entry("Accueil", "health-space", (Role.PATIENT,)),
    Entry("Documents", "own-documents", (Role.PATIENT,)),
    Entry("Accès à mon dossier", "accesses", (Role.PATIENT,)),
    Entry("Professionnels", "own-professionals", (Role.PATIENT,)),
    Entry("Mes choix", "choices", (Role.PATIENT,)),
)


def entries_for(person: Person) -> list[Entry]:
    """The pages of a person, in the order of the table."""
    return [entry for entry in ENTRIES if person.role in entry.roles]


def current(entries: list[Entry], path: str) -> Entry | None:
    """The entry the page belongs to: the longest address that starts its own."""
    own = (entry for entry in entries if path.startswith((entry.path, *entry.also)))
    return max(own, key=lambda one: len(one.path), default=None)
