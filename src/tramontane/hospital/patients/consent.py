"""What the patient said, as it stands: the history is a list of declarations, the state is read from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.prepared import prepared
from tramontane.rules.access import PatientChoice

Subject = ConsentRecord.Subject
Choice = ConsentRecord.Choice


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The state for one episode.

    Attributes:
        informed: the declaration that this patient was informed for this episode (CSP R. 1111-46), or None.
        consultation: the declaration in force about reading the DMP, or None when nothing was collected.
        feeding: the declaration in force about feeding the DMP, or None.
    """

    informed: ConsentRecord | None
    consultation: ConsentRecord | None
    feeding: ConsentRecord | None

    @property
    def choice(self) -> PatientChoice:
        """What the access rules ask: not collected, informed and not opposed, or opposed.

        A withdrawn consent reads as an opposition: nobody may presume what was taken back.
        """
        if self.consultation is not None and self.consultation.choice in (Choice.OPPOSITION, Choice.WITHDRAWN):
            return PatientChoice.OPPOSED
        if self.informed is None and self.consultation is None:
            return PatientChoice.NOT_COLLECTED
        return PatientChoice.NOT_OPPOSED

    @property
    def opposes_feeding(self) -> bool:
        """Whether the patient opposes the feeding of her DMP (legitimate motive, CSP R. 1111-47)."""
        return self.feeding is not None and self.feeding.choice in (Choice.OPPOSITION, Choice.WITHDRAWN)

    @property
    def missing(self) -> tuple[str, ...]:
        """What the admissions desk still has to do, in words."""
        todo = []
        if self.informed is None and self.consultation is None:
            todo.append("information")
        if self.consultation is None:
            todo.append("consentement")
        return tuple(todo)


def read_state(history: Iterable[ConsentRecord], episode_id: int | None) -> ConsentState:
    """The state for an episode, from the whole history in order.

    Information and consent are those of the episode (« informer à chaque nouvel épisode »); an opposition stays in force
    from one episode to the next until the patient says otherwise.
    """
    informed = consultation = feeding = None
    for record in history:
        if record.for_account_id is not None:
            continue  # explicit consent for one professional: `explicit_consent` reads it
        ours = record.episode_id == episode_id
        if record.subject == Subject.INFORMATION and ours:
            informed = record
        elif record.subject == Subject.CONSULTATION:
            consultation = _next(consultation, record, ours=ours)
        elif record.subject == Subject.FEEDING:
            feeding = record
    return ConsentState(informed, consultation, feeding)


def _next(current: ConsentRecord | None, record: ConsentRecord, *, ours: bool) -> ConsentRecord | None:
    """Another episode's consent opens nothing here, but it lifts an earlier opposition; its opposition holds here."""
    if ours or record.choice in (Choice.OPPOSITION, Choice.WITHDRAWN):
        return record
    return current if current is not None and current.choice == Choice.CONSENT else None


def consent_state(patient: Patient, episode: Episode | None) -> ConsentState:
    """The state of a patient for an episode, read from the database."""
    return read_state(_history(patient), episode.pk if episode else None)


@prepared
def _history(patient: Patient) -> QuerySet[ConsentRecord]:
    return ConsentRecord.objects.filter(patient=patient).order_by("id")


def explicit_consent(
    patient: Patient, account_id: int, since: datetime, *, secret: bool = False
) -> ConsentRecord | None:
    """The explicit consent a patient gave to one professional, since an instant.

    Args:
        secret: in a secret connection, a minor's own consent counts too; it opens nothing outside it.
    """
    given = ConsentRecord.objects.filter(patient=patient, for_account_id=account_id, subject=Subject.CONSULTATION)
    last = (given if secret else given.filter(secret=False)).order_by("-id").first()
    if last is None or last.choice != Choice.CONSENT or last.recorded_at < since:
        return None
    return last
