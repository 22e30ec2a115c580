"""Reading consultations: emergencies in force and to review, documents shown to a professional, unanswered calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import AvailabilityStatus, DocumentEntry
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.consultations.describing import Described
from tramontane.hospital.consultations.models import DmpConnection, KnownDocument, Opening, SearchMemory, Sighting
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.patients.models import Episode, Patient
from tramontane.hospital.patients.selectors import since_reopened
from tramontane.hospital.prepared import first, prepared
from tramontane.hospital.traces.models import Trace
from tramontane.rules.consultation import ConsultationPolicy

EMERGENCIES = (AccessMode.BRIS_DE_GLACE.value, AccessMode.CENTRE_15.value)


def connection_of(legal_entity_id: int) -> DmpConnection | None:
    """The DMP connection of a legal entity, None before it is configured."""
    return first(_connections(legal_entity_id))


@prepared
def _connections(legal_entity_id: int) -> QuerySet[DmpConnection]:
    return DmpConnection.objects.select_related("legal_entity").filter(legal_entity_id=legal_entity_id)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a legal entity set for the first search: its depth, the types it is limited to (none: all)."""

    search: ConsultationPolicy
    types: tuple[Coded, ...] = ()


def preferences_of(legal_entity_id: int) -> Preferences:
    """The settings of the first search. A type that is no longer of JDV_J66 is left out."""
    connection = connection_of(legal_entity_id)
    if connection is None:
        return Preferences(policy().search)
    types = value_set(ValueSetName.TYPE_CODE)
    found = (types.find(code) for code in connection.preferred_types)
    return Preferences(
        replace(policy().search, first_search_years=connection.first_search_years),
        tuple(coded for coded in found if coded is not None),
    )


def standing(account: Account, at: datetime) -> QuerySet[Opening]:
    """What every page of this professional shows, newest first: emergencies not over, secret connections not left."""
    emergency = Q(access_mode__in=EMERGENCIES, opened_at__gt=at - policy().emergency) & since_reopened("opened_at")
    running = Opening.objects.filter(emergency | Q(secret=True), account=account, ended_at=None)
    return running.select_related("patient").order_by("-opened_at")


def secret_opening(account: Account, patient_id: int) -> Opening | None:
    """The secret connection of this professional with this patient."""
    return Opening.objects.filter(account=account, patient_id=patient_id, secret=True, ended_at=None).first()


def opened_ordinarily(account: Account, patient: Patient, episode: Episode | None) -> bool:
    """Whether this professional's last opening of this DMP was of this episode, and not secret."""
    last = Opening.objects.filter(account=account, patient=patient).order_by("-opened_at").first()
    return last is not None and not last.secret and last.episode_id == (episode.pk if episode else None)


def emergency_openings(legal_entity: LegalEntity) -> QuerySet[Opening]:
    """Every emergency access of the entity, those to review first, then the newest."""
    return (
        Opening.objects.filter(account__legal_entity=legal_entity, access_mode__in=EMERGENCIES)
        .select_related("account", "patient", "episode__service", "geographic_entity", "reviewed_by")
        .order_by(F("reviewed_at").asc(nulls_first=True), "-opened_at")
    )


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document the DMP showed to a professional.

    Attributes:
        entry: as the DMP last described it, without the patient's traits.
        first_seen_at: when it was first shown to her; after her previous search, it is new to her.
        replaced_by: unique_id of its newer version, empty when there is none known.
    """

    entry: DocumentEntry
    first_seen_at: datetime
    last_seen_at: datetime
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """The line of a document the DMP showed to a professional; `replaced_by`: unique_id of its newer version, or empty."""

    words: Described
    replaced_by: str


_LINE = ("unique_id", "type_code", "class_code", "title", "label", "author", "institution", "service_start_time",
         "creation_time", "availability_status", "marks", "replaced_by")  # fmt: skip


def shown_lines(account: Account, patient: Patient) -> list[ShownLine]:
    """What the DMP showed to this professional, newest act first: one query, and no entry to decode, however many."""
    rows = KnownDocument.objects.filter(sightings__account=account, patient=patient).values_list(*_LINE)
    return [
        ShownLine(Described(uid, type_code, class_code, title, label, author, institution, start or created, status, marks), newer)
        for uid, type_code, class_code, title, label, author, institution, start, created, status, marks, newer in rows.order_by(
            "-service_start_time", "-pk"
        ).iterator()
    ]  # fmt: skip


def shown_entries(
    account: Account, patient: Patient, unique_ids: Collection[str] | None = None
) -> dict[str, DocumentEntry]:
    """The entries of these documents (None: of all) among those shown, by unique_id. One query, read by msgspec from the text."""
    shown = KnownDocument.objects.filter(sightings__account=account, patient=patient)
    chosen = shown if unique_ids is None else shown.filter(unique_id__in=unique_ids)
    rows = chosen.values_list("unique_id", Cast("entry", TextField()))
    return {unique_id: _ENTRIES.decode(text) for unique_id, text in rows.iterator()}


_ENTRIES = msgspec.json.Decoder(DocumentEntry)


def shown_count(account: Account, patient: Patient) -> int:
    """How many documents in force the DMP showed to this professional."""
    return first(_in_force(account, patient, AvailabilityStatus.APPROVED.value)) or 0


@prepared
def _in_force(account: Account, patient: Patient, status: str) -> QuerySet[Sighting, int]:
    found = Sighting.objects.filter(account=account, document__patient=patient, document__availability_status=status)
    return found.values("account").annotate(count=Count("pk")).values_list("count", flat=True)


def shown_document(account: Account, patient: Patient, unique_id: str) -> ShownDocument | None:
    """One of them."""
    found = (
        Sighting.objects.filter(account=account, document__patient=patient, document__unique_id=unique_id)
        .select_related("document")
        .first()
    )
    return None if found is None else _shown(found)


def _shown(sighting: Sighting) -> ShownDocument:
    entry = entry_of(sighting.document)
    return ShownDocument(entry, sighting.first_seen_at, sighting.last_seen_at, sighting.document.replaced_by)


def entry_of(document: KnownDocument) -> DocumentEntry:
    """The DocumentEntry kept in a row."""
    return msgspec.convert(document.entry, DocumentEntry)


def newer_versions(patient: Patient, unique_ids: Iterable[str]) -> dict[str, str]:
    """Of these documents, those the DMP replaced: unique_id → unique_id of the newest version known."""
    rows = KnownDocument.objects.filter(patient=patient, unique_id__in=list(unique_ids)).exclude(replaced_by="")
    return dict(rows.values_list("unique_id", "replaced_by"))


def memory_of(account: Account, patient: Patient) -> SearchMemory | None:
    """This professional's last successful search in this patient's DMP."""
    return first(_memories(account, patient))


@prepared
def _memories(account: Account, patient: Patient) -> QuerySet[SearchMemory]:
    return SearchMemory.objects.filter(account=account, patient=patient)


def unanswered(legal_entity: LegalEntity, at: datetime) -> QuerySet[Trace]:
    """Calls announced and never answered: a crash or a power cut between the two rows. Visible, countable."""
    answers = Trace.objects.filter(event="dmp.reponse", correlation=OuterRef("correlation"))
    return Trace.objects.filter(
        ~Exists(answers),
        finess_juridique=legal_entity.finess_juridique,
        event="dmp.demande",
        recorded_at__lt=at - policy().unanswered,
    ).order_by("-id")


@dataclass(frozen=True, slots=True)
class Cause:
    """Refused or failed calls of one cause."""

    outcome: str
    cause: str
    sentence: str
    count: int
    last_at: datetime


def causes(legal_entity: LegalEntity, since: datetime) -> list[Cause]:
    """Refused and failed calls since an instant, grouped by cause, most frequent first. One query."""
    rows = (
        Trace.objects.filter(
            finess_juridique=legal_entity.finess_juridique, event="dmp.reponse", recorded_at__gte=since
        )
        .exclude(outcome="répondu")
        .values("outcome", "detail__cause", "detail__sentence")
        .annotate(count=Count("id"), last_at=Max("recorded_at"))
        .order_by("-count", "-last_at")
    )
    return [
        Cause(r["outcome"], r["detail__cause"] or "", r["detail__sentence"] or "", r["count"], r["last_at"])
        for r in rows
    ]


def calls_during(opening: Opening) -> QuerySet[Trace]:
    """What was asked of the DMP, and read, during an emergency access."""
    end = opening.ended_at or opening.opened_at + policy().emergency
    return Trace.objects.filter(
        account_id=opening.account_id,
        patient_id=opening.patient_id,
        access_mode=opening.access_mode,
        recorded_at__gte=opening.opened_at,
        recorded_at__lte=end,
    ).order_by("id")
