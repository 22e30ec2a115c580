"""The button that lifts each refusal, for whom may press it. A table: reason → address, label, roles."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tramontane.hospital.accounts.models import Account, Role
from tramontane.hospital.accounts.permissions import may
from tramontane.hospital.consultations.view import RecordView
from tramontane.hospital.patients.models import Patient
from tramontane.rules.access import Reason, Solver


@dataclass(frozen=True, slots=True)
class Solution:
    """Where a refusal is lifted; `lifts`: by these roles, there. Otherwise the page only shows why."""

    url_name: str
    label: str
    roles: tuple[Role, ...]
    of_patient: bool = False
    lifts: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """A reason as `ui/components/reasons.html` shows it."""

    code: str
    sentence: str
    reference: str
    next_step: str
    who: str = ""
    action_url: str = ""
    action_label: str = ""

    @property
    def in_one_line(self) -> str:
        """The refusal as a message says it."""
        who = f" Qui peut le faire\N{NO-BREAK SPACE}: {self.who}." if self.who else ""
        return f"{self.sentence} {self.next_step}{who}"


# Whoever reads the card knows these two; the next step speaks to them.
_PRESENT = frozenset({Solver.PROFESSIONNEL, Solver.PATIENT})
_STEP_UP = Solution("accounts:step-up", "Présenter un second facteur", tuple(Role))
_NOTICE = Solution("accounts:notice", "Lire l’information", tuple(Role))
_IDENTITY = Solution("patients:identity", "Ouvrir l’identité", (Role.ADMISSIONS,), of_patient=True)
_CONSENT = Solution(
    "patients:consent", "Recueillir le consentement", (Role.ADMISSIONS, Role.CLINICIAN), of_patient=True
)
_AUTHORISE = Solution("consultations:authorise", "Ajouter mon autorisation", (Role.CLINICIAN,), of_patient=True)
_MATRIX = Solution("habilitations:matrix", "Ouvrir les habilitations", (Role.RSSI, Role.DPO))
_CONNECTION = Solution("consultations:connection", "Voir la connexion", (Role.RSSI, Role.DPO), lifts=False)
_MINORS = Solution("consultations:edit-connection", "Régler l’âge minimum", (Role.RSSI,))

SOLUTIONS = {
    "deux-facteurs-absents": _STEP_UP,
    "deux-facteurs-inconnus": _STEP_UP,
    "facteur-unique": _STEP_UP,
    "notice-non-lue": _NOTICE,
    "notice-a-relire": _NOTICE,
    "ins-absente": _IDENTITY,
    "ins-non-qualifiee": _IDENTITY,
    "patient-non-informe": _CONSENT,
    "hors-equipe-de-soins": _CONSENT,
    "patient-oppose": _CONSENT,
    "autorisation-inexistante": _AUTHORISE,
    "autorisation-expiree": _AUTHORISE,
    "habilitation-consultation": _MATRIX,
    "habilitation-bris-de-glace": _MATRIX,
    "certificat-absent": _CONNECTION,
    "certificat-expire": _CONNECTION,
    "certificat-revoque": _CONNECTION,
    "contrat-air-expire": _CONNECTION,
    "contrat-air-suspendu": _CONNECTION,
    "liste-blanche": _CONNECTION,
    "connexion-secrete-non-reglee": _MINORS,
}


def solve(account: Account, patient: Patient, record: RecordView) -> list[Card]:
    """One card a reason, with its button when this account may press it; otherwise the reason says who may."""
    return [card(account, patient, reason) for reason in record.reasons]


def card(account: Account, patient: Patient, reason: Reason) -> Card:
    """The card of one reason."""
    solution = SOLUTIONS.get(reason.code)
    base = (reason.code, reason.sentence, reason.reference, reason.next_step)
    if solution is None or not may(account, *solution.roles):
        return Card(*base, who=_who(reason, solution))
    address = reverse(solution.url_name, args=(patient.pk,) if solution.of_patient else ())
    suffix = f"?suite=/patients/{patient.pk}/" if solution in (_STEP_UP, _NOTICE, _CONSENT) else ""
    return Card(*base, action_url=address + suffix, action_label=solution.label)


def _who(reason: Reason, solution: Solution | None) -> str:
    """The roles that have the button here, else whom the rule names."""
    if solution is not None and solution.lifts:
        return " ou ".join(str(role.label) for role in solution.roles)
    return "" if reason.solver in _PRESENT else reason.solver.value
