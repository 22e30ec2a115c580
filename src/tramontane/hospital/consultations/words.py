"""The sentences of the status line. French that people speak, in parts: « DMP ouvert · Accès autorisé · … »."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tramontane.client import TransportError
from tramontane.dmp.errors import LocalError, RemoteError, RemoteRefusal, TramontaneError
from tramontane.dmp.vihf import AccessMode
from tramontane.hospital.consultations.view import Failure, Situation, Told, Whose
from tramontane.rules.access import Reason
from tramontane.rules.consultation import Kind
from tramontane.ui.templatetags.ui import count_of, spoken

AUTHORISATION = {
    "VALIDE": "Accès autorisé",
    "EXPIRE": "Votre autorisation a expiré",
    "NON_EXISTE": "Vous n’êtes pas encore autorisé",
    "INTERDIT": "Le patient vous a bloqué l’accès",
    "": "Autorisation non précisée par le DMP",
}

# In these modes the patient's authorisation is not what opens the record.
EMERGENCIES = {AccessMode.BRIS_DE_GLACE: "Accès en urgence", AccessMode.CENTRE_15: "Accès de régulation (centre 15)"}


def sentence(
    situation: Situation, told: Told | None, reasons: tuple[Reason, ...], *, mode: AccessMode
) -> tuple[str, ...]:
    """The status line of a situation."""
    if situation is Situation.TO_ASK:
        return ("Le DMP de ce patient n’a pas encore été interrogé",)
    if situation is Situation.REFUSED and told is None:
        many = len(reasons)
        todo = "1 condition n’est pas remplie" if many == 1 else f"{many} conditions ne sont pas remplies"
        return ("Le DMP ne peut pas être consulté", todo)
    if told is None or (situation is Situation.FAILED and not told.read):
        refused = told is not None and told.failure is not None and told.failure.refused
        return ("Le DMP a refusé la demande" if refused else "Le DMP n’a pas pu être interrogé",)
    return (*_state(told), *(_authorisation(told, mode=mode)), *_content(situation, told))


def _state(told: Told) -> tuple[str, ...]:
    if not told.exists:
        return ("Ce patient n’a pas de DMP",)
    if not told.open:
        return (f"DMP fermé depuis le {told.closed_on}" if told.closed_on else "DMP fermé",)
    return ("DMP ouvert",)


def _authorisation(told: Told, *, mode: AccessMode) -> tuple[str, ...]:
    if not told.open:
        return ()
    return (EMERGENCIES.get(mode) or AUTHORISATION.get(told.authorisation, AUTHORISATION[""]),)


def _content(situation: Situation, told: Told) -> tuple[str, ...]:
    if situation not in (Situation.READABLE, Situation.FAILED) or not told.read:
        return ()
    new, replaced, changed = (len(told.of(kind)) for kind in (Kind.NEW, Kind.REPLACED, Kind.CONFIDENTIALITY_CHANGED))
    first = told.kinds[0] if told.kinds else None
    among = f", dont {first.count} {first.label}" if first and first.count > 1 and len(told.kinds) > 1 else ""
    among = f" : {first.label}" if first and len(told.kinds) == 1 else among
    parts = [f"{count_of(new, 'document nouveau,documents nouveaux')}{among}" if new else "Aucun document nouveau"]
    if replaced:
        parts.append(count_of(replaced, "document remplacé,documents remplacés"))
    if changed:
        parts.append(count_of(changed, "document de confidentialité modifiée,documents de confidentialité modifiée"))
    if told.last_deposit_at:
        now = timezone.localtime(told.as_of)
        parts.append(f"Dernier dépôt {spoken(timezone.localtime(told.last_deposit_at), now)}")
    return tuple(parts)


def failure_of(error: TramontaneError, at: datetime) -> Failure:
    """What to tell of a failed call: whose fault, where, what to do."""
    if isinstance(error, TransportError):
        return Failure(Whose.NETWORK, error.message, error.next_step, error.code, at, phase=error.phase.value)
    if isinstance(error, RemoteRefusal):
        code = error.remote_code or error.code
        return Failure(Whose.DMP, error.message, error.next_step, code, at, retry=False)
    whose = Whose.DMP if isinstance(error, RemoteError) else Whose.HOSPITAL
    return Failure(whose, error.message, error.next_step, error.code, at, retry=not isinstance(error, LocalError))
