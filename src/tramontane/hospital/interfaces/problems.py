"""Refusals as RFC 9457 problems: every reason with its code, sentence, reference, next step and who can lift it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import JsonResponse

from tramontane.dmp.verdicts import Verdict
from tramontane.hospital.consultations.view import Failure, RecordView, Situation, Whose
from tramontane.rules.access import Reason

CONTENT_TYPE = "application/problem+json"
# A reason that says « there is no such thing » rather than « you may not ».
NOT_FOUND = frozenset({"document-inconnu"})
_FAILED = {Whose.NETWORK: 504, Whose.DMP: 502, Whose.HOSPITAL: 500}
# Nothing to lift, only a state of the record: code, sentence, next step.
_STATES: dict[Situation, tuple[str, str, str]] = {
    Situation.TO_ASK: (
        "dmp-non-interroge",
        "Le DMP de ce patient n’a pas encore été interrogé, ou sa réponse est trop ancienne.",
        "Ouvrez d’abord le dossier (POST …/dmp/opening).",
    ),
    Situation.NO_DMP: ("dmp-inexistant", "Ce patient n’a pas de DMP.", "Il n’y a rien à lire."),
    Situation.CLOSED: ("dmp-ferme", "Le DMP de ce patient est fermé.", "Il n’y a rien à lire."),
}


class ProblemError(Exception):
    """What is answered instead of the resource.

    Attributes:
        status: of HTTP.
        code: stable, kebab-case.
        detail: French, for the professional.
        members: further members of the problem.
    """

    def __init__(self, status: int, code: str, detail: str, **members: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.members = status, code, detail, members

    def body(self) -> dict[str, Any]:
        """The problem as JSON."""
        return {
            "type": f"urn:tramontane:probleme:{self.code}",
            "title": self.detail,
            "status": self.status,
            "code": self.code,
            **self.members,
        }

    def response(self) -> JsonResponse:
        """The problem as an answer."""
        return JsonResponse(self.body(), status=self.status, content_type=CONTENT_TYPE)


def unauthenticated() -> ProblemError:
    """Nobody is logged in."""
    return ProblemError(
        401,
        "session-absente",
        "Aucune session n’est ouverte : une personne doit se connecter, avec deux facteurs.",
        next_step="Ouvrez une session (/connexion/), ou un lancement contextuel, et présentez son cookie.",
    )


def missing_role(labels: Sequence[str]) -> ProblemError:
    """The account does not hold any of these roles."""
    return ProblemError(
        403,
        "role-absent",
        f"Votre compte n’a pas le rôle nécessaire : {' ou '.join(labels)}.",
        next_step="Demandez ce rôle à la personne qui gère les comptes.",
    )


def unknown_patient() -> ProblemError:
    """Unknown, of another legal entity, or out of reach: the three look alike."""
    return ProblemError(404, "patient-inconnu", "Ce dossier n’existe pas, ou n’est pas accessible à votre compte.")


def unknown_document() -> ProblemError:
    """Not in the list this professional was shown, or withheld from her."""
    return ProblemError(
        404,
        "document-inconnu",
        "Ce document n’est pas dans la liste que le DMP vous a montrée.",
        next_step="Ouvrez le dossier, puis choisissez un document de sa liste.",
    )


def refused(reasons: Sequence[Reason]) -> ProblemError:
    """The rules refuse."""
    status = 404 if {reason.code for reason in reasons} <= NOT_FOUND else 403
    return ProblemError(status, reasons[0].code, reasons[0].sentence, reasons=[told(reason) for reason in reasons])


def told(reason: Reason) -> dict[str, str]:
    """One reason, whole."""
    return {
        "code": reason.code,
        "sentence": reason.sentence,
        "reference": reason.reference,
        "next_step": reason.next_step,
        "solver": reason.solver.value,
    }


def failed(failure: Failure) -> ProblemError:
    """A call that gave nothing usable: whose fault, at which phase."""
    return ProblemError(
        _FAILED[failure.whose],
        failure.code,
        failure.sentence,
        whose=failure.whose.value,
        phase=failure.phase,
        next_step=failure.next_step,
        retry=failure.retry,
    )


def damaged(verdicts: Sequence[Verdict]) -> ProblemError:
    """The DMP did not give the document, or gave something else than it announced."""
    return ProblemError(
        502,
        "document-non-rendu",
        "Le DMP n’a pas rendu ce document, ou l’a rendu abîmé.",
        next_step="Réessayez ; si cela se répète, signalez-le au support du DMP.",
        checks=[{"title": v.title, "expected": v.expected, "received": v.received} for v in verdicts],
    )


def not_listable(record: RecordView) -> ProblemError:
    """Why the list of a record cannot be given."""
    if record.reasons:
        return refused(record.reasons)
    if record.failure is not None:
        return failed(record.failure)
    code, sentence, next_step = _STATES.get(record.situation, _STATES[Situation.TO_ASK])
    return ProblemError(409, code, sentence, next_step=next_step)
