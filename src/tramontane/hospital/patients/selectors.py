"""Reading patients: who may be seen by whom, the episode of the moment, the admissions of the day."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from itertools import chain
from operator import and_

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from tramontane.hospital import spelling
from tramontane.hospital.accounts.models import Account, LegalEntity, Role, Service
from tramontane.hospital.accounts.selectors import services_at
from tramontane.hospital.patients.models import (
    CareTeamMember,
    ConsentRecord,
    Episode,
    InsiConnection,
    OutsideAccess,
    Patient,
)
from tramontane.hospital.prepared import first, prepared

# A discharged patient stays in the lists of the service for the time it takes to write and read the last results.
AFTER_DISCHARGE = timedelta(days=30)
# A patient reached outside the care team stays within reach for a day's work.
OUTSIDE_FOR = timedelta(hours=12)

# The names a list shows and is sorted by: those in use, or those of birth.
SHOWN = {
    "shown_name": Case(When(used_name="", then=F("birth_name")), default=F("used_name")),
    "shown_given_name": Case(When(used_given_name="", then=F("first_given_name")), default=F("used_given_name")),
}
# A space before each: what starts a name follows one, as what starts a word of it.
EVERY_NAME = Concat(
    *chain(*((Value(" "), name) for name in ("birth_name", "used_name", "first_given_name", "used_given_name")))
)


def since_reopened(instant: str, account: str = "account") -> Q:
    """What was granted to the account as it is, not to the one that was closed and reopened since."""
    return Q(**{f"{account}__reopened_at": None}) | Q(**{f"{instant}__gte": F(f"{account}__reopened_at")})


def granted_since(account: Account, at: datetime) -> datetime:
    """From when what was given for a day's work still counts."""
    return max(at - OUTSIDE_FOR, account.reopened_at or at - OUTSIDE_FOR)


def active_episodes(at: datetime) -> Q:
    """Episodes begun, not cancelled, and not ended for longer than `AFTER_DISCHARGE`."""
    return Q(starts_at__lte=at, cancelled_at=None) & (Q(ends_at=None) | Q(ends_at__gt=at - AFTER_DISCHARGE))


def patients_of(legal_entity: LegalEntity) -> QuerySet[Patient]:
    """Every patient of the entity, merged identities left out."""
    return Patient.objects.filter(legal_entity=legal_entity, merged_into=None)


def patients_for(account: Account, at: datetime) -> QuerySet[Patient]:
    """The patients an account may see.

    Admissions see the entity's. A clinician sees those with an active episode in one of her services, in a service
    open to the whole hospital, in whose care team she is named, or whom she reached by exact identifiers today.
    """
    patients = patients_of(account.legal_entity)
    if account.has_role(Role.ADMISSIONS):
        return patients
    if not account.has_role(Role.CLINICIAN):
        return patients.none()
    return _within_reach(patients, account, at)


def _within_reach(patients: QuerySet[Patient], account: Account, at: datetime) -> QuerySet[Patient]:
    within = Episode.objects.filter(active_episodes(at), _reached_by(account, at), patient=OuterRef("pk"))
    reached = OutsideAccess.objects.filter(
        since_reopened("opened_at"), account=account, opened_at__gt=at - OUTSIDE_FOR, patient=OuterRef("pk")
    )
    return patients.filter(Exists(within) | Exists(reached))


def _reached_by(account: Account, at: datetime) -> Q:
    return (
        Q(service__in=services_at(account, at).values("pk"))
        | Q(service__reach=Service.Reach.HOSPITAL)
        | Q(care_team__account=account) & since_reopened("care_team__added_at", "care_team__account")
    )  # fmt: skip


def stays_at(at: datetime) -> Prefetch[str, QuerySet[Episode], str]:
    """The active episodes of each patient of a list, the newest first, as `stays`. One query, however many."""
    episodes = Episode.objects.filter(active_episodes(at)).select_related("service").order_by("-starts_at", "-id")
    return Prefetch("episodes", queryset=episodes, to_attr="stays")


def patient_for(account: Account, patient_id: int, at: datetime) -> Patient | None:
    """One patient, when the account may see her; None otherwise: she does not exist for this account."""
    if account.has_role(Role.CLINICIAN) and not account.has_role(Role.ADMISSIONS):
        return first(_reached(account, account.legal_entity, patient_id, at))
    return patients_for(account, at).filter(pk=patient_id).first()


@prepared
def _reached(account: Account, legal_entity: LegalEntity, patient_id: int, at: datetime) -> QuerySet[Patient]:
    return _within_reach(patients_of(legal_entity).filter(pk=patient_id), account, at)


def current_episode(patient: Patient, account: Account, at: datetime) -> Episode | None:
    """The active episode that concerns the account most: in her services first, then the newest."""
    return first(_episodes(patient, account, at))


@prepared
def _episodes(patient: Patient, account: Account, at: datetime) -> QuerySet[Episode]:
    mine = Exists(services_at(account, at).filter(pk=OuterRef("service")))
    episodes = Episode.objects.filter(active_episodes(at), patient=patient).select_related("service__geographic_entity")
    return episodes.order_by(mine.desc(), "-starts_at")[:1]


def is_care_team(account: Account, episode: Episode | None, at: datetime) -> bool:
    """Whether the account belongs to the team of the episode, not cancelled since: its service, or named in its care team.

    One query.
    """
    return episode is not None and bool(_cared_for(account, episode.pk, at))


@prepared
def _cared_for(account: Account, episode_id: int, at: datetime) -> QuerySet[Episode, tuple[int]]:
    in_service = Q(service__in=services_at(account, at).values("pk"))
    named = Exists(CareTeamMember.objects.filter(since_reopened("added_at"), episode=OuterRef("pk"), account=account))
    return Episode.objects.filter(in_service | named, pk=episode_id, cancelled_at=None).values_list("pk")


def may_name(account: Account, episode: Episode, at: datetime) -> bool:
    """Whether the account may complete the care team of an episode: the admissions desk, or the team itself."""
    return account.has_role(Role.ADMISSIONS) or is_care_team(account, episode, at)


def care_team_of(episode: Episode) -> QuerySet[CareTeamMember]:
    """Who is named in it beyond its service, in the order of naming; those whose account is closed left out."""
    named = CareTeamMember.objects.filter(since_reopened("added_at"), episode=episode, account__is_active=True)
    return named.select_related("account", "added_by").order_by("added_at", "pk")


def records_explicit_consent(account: Account, episode: Episode | None, at: datetime) -> bool:
    """Whether what this account records is an explicit consent, for herself alone: a clinician outside the care team."""
    if not account.has_role(Role.CLINICIAN) or account.has_role(Role.ADMISSIONS):
        return False
    return not is_care_team(account, episode, at)


def find_outside(account: Account, *, ipp: str, birth_name: str) -> Patient | None:
    """A patient outside the account's reach, by exact IPP and birth name: two things that are not guessed together."""
    return (
        patients_of(account.legal_entity).filter(ipp=ipp.strip(), birth_name__iregex=spelling.whole(birth_name)).first()
    )


def search(patients: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """Patients one of whose birth or used names has a word that starts with each word of the text, however accented; or
    whose IPP or INS is exactly the text."""
    words = spelling.words(text)
    if not words:
        return patients
    by_name = reduce(and_, (Q(every_name__iregex=spelling.BETWEEN + spelling.spelled(word)) for word in words))
    compact = "".join(text.split())
    return patients.alias(every_name=EVERY_NAME).filter(by_name | Q(ipp__iexact=compact) | Q(ins=compact))


def arrivals(legal_entity: LegalEntity, start: datetime, end: datetime) -> QuerySet[Episode]:
    """Episodes that start within the period, with their patient and consent history: one query each, however many."""
    consents = Prefetch("patient__consents", queryset=ConsentRecord.objects.order_by("id"), to_attr="history")
    return (
        Episode.objects.filter(
            patient__legal_entity=legal_entity, starts_at__gte=start, starts_at__lt=end, cancelled_at=None
        )
        .select_related("patient", "service")
        .prefetch_related(consents)
        .order_by("starts_at", "id")
    )


def refusals(account: Account) -> QuerySet[ConsentRecord]:
    """What patients said, to all or to this professional, against her DMP being consulted."""
    return ConsentRecord.objects.filter(
        Q(for_account=None) | Q(for_account=account),
        subject=ConsentRecord.Subject.CONSULTATION,
        choice__in=[ConsentRecord.Choice.OPPOSITION, ConsentRecord.Choice.WITHDRAWN],
    )


def insi_connection(legal_entity: LegalEntity) -> InsiConnection | None:
    """How this legal entity reaches INSi, when it does."""
    return InsiConnection.objects.filter(legal_entity=legal_entity).first()
