"""What makes an homologation due again: the four cases of the AIR contract, each seen by the application."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from tramontane.rules.homologation.homologation import HomologationState, Term
from tramontane.rules.homologation.words import NBSP


class TriggerKind(StrEnum):
    """The cases of « renouveler l'engagement de mon établissement » (example of contract, webinaire)."""

    TERM = "echeance"
    REFERENTIEL = "referentiel"
    SUPPORT = "support"
    CONFIGURATION = "configuration"

    @property
    def wording(self) -> str:
        """The sentence of the contract, verbatim."""
        return _WORDING[self]


_WORDING = {
    TriggerKind.TERM: "à échéance régulière (au bout de 3 ans maximum)",
    TriggerKind.REFERENTIEL: "après une mise à jour substantielle du référentiel",
    TriggerKind.SUPPORT: "en cas d'évolution de l'un des éléments du support documentaire de l'auto-homologation en "
    "regard des exigences du référentiel, ou de l'engagement de sécurisation des modalités d'identification "
    "électronique des utilisateurs (PGSSI-S)",
    TriggerKind.CONFIGURATION: "en cas de modification de la configuration logicielle mis en œuvre par un éditeur, "
    "susceptible de modifier les modalités de respect effectif des exigences du présent référentiel",
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What was true when the PV was signed, as digests. An empty digest: not known, and then nothing is concluded.

    Attributes:
        referentiel: of the référentiel's content.
        support: of the support documentaire.
        software: of the record systems, versions and settings in use.
        certificates: of the certificates in use.
        identification: of the means of electronic identification accepted, which the engagement PGSSI-S speaks of.
    """

    referentiel: str = ""
    support: str = ""
    software: str = ""
    certificates: str = ""
    identification: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason to renew, seen on a day. A person says whether it is substantial."""

    kind: TriggerKind
    sentence: str


_CHANGED = {
    "referentiel": (TriggerKind.REFERENTIEL, "Une autre version du référentiel a été enregistrée."),
    "support": (TriggerKind.SUPPORT, "Le support documentaire a changé depuis la signature."),
    "software": (TriggerKind.CONFIGURATION, "La configuration logicielle a changé depuis la signature."),
    "certificates": (TriggerKind.CONFIGURATION, "Les certificats en service ont changé depuis la signature."),
    "identification": (
        TriggerKind.SUPPORT,
        "Les modalités d’identification électronique (engagement PGSSI-S) ont changé depuis la signature.",
    ),
}


def triggers(term: Term, signed: Fingerprint, current: Fingerprint, today: date) -> tuple[Trigger, ...]:
    """Every reason to renew on a day. The paper of an engagement PGSSI-S may change while the
    means stay: a person then declares it."""
    found: list[Trigger] = []
    state = term.state(today)
    if state in (HomologationState.REPLACED, HomologationState.VOID):
        return ()  # another one holds, or none: nothing of this one is to be renewed
    if state in (HomologationState.EXPIRING, HomologationState.EXPIRED):
        verb = "a expiré" if state is HomologationState.EXPIRED else "expire"
        found.append(Trigger(TriggerKind.TERM, f"L’homologation {verb} le{NBSP}{term.expires_on:%d/%m/%Y}."))
    for field in fields(Fingerprint):
        before, now = getattr(signed, field.name), getattr(current, field.name)
        if before and now and before != now:
            found.append(Trigger(*_CHANGED[field.name]))
    return tuple(found)
