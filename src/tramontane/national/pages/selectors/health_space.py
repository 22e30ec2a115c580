"""What a patient, or the legal representative of a minor, may see of a record. Histories are read by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.xds import AuthorInstitution, AuthorPerson, AvailabilityStatus, DocumentEntry
from tramontane.national import metadata
from tramontane.national.judge.facts import FRANCE
from tramontane.national.models import (
    AccessNotification,
    AccessResult,
    AccessTrace,
    Act,
    GeographicEntity,
    PatientRecord,
    Professional,
    RegistryDocument,
)

PAGE = 50
_MAJORITY = 18
_MODES = {
    "normal": ("Accès habituel", ""),
    "bris_de_glace": ("Bris de glace (urgence)", "stop"),
    "centre_15": ("Régulation médicale (centre 15)", "warn"),
}
# What each transaction does to the record, in the patient's words.
_TRANSACTIONS = {
    "TD0.2": "a vérifié que votre dossier existe et qu’il y a droit",
    "TD0.3": "a déclaré ou retiré son autorisation",
    "TD1.6": "a consulté la liste des professionnels autorisés",
    "TD2.1": "a déposé des documents",
    "TD3.1": "a consulté la liste de vos documents",
    "TD3.2": "a ouvert des documents",
    "TD3.3": "a modifié l’état d’un document",
}


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """One document as the patient sees it."""

    entry_uuid: str
    entry: DocumentEntry
    author: str
    structure: str

    @property
    def type_name(self) -> str:
        """The type's official display."""
        code = self.entry.type_code
        return value_set(ValueSetName.TYPE_CODE).display(code.code, code.code_system, code.label) if code else ""

    @property
    def status_name(self) -> str:
        """What else than « current » it is; empty when current."""
        return {AvailabilityStatus.DEPRECATED: "remplacé", AvailabilityStatus.ARCHIVED: "archivé"}.get(
            self.entry.availability_status or AvailabilityStatus.APPROVED, ""
        )


@dataclass(frozen=True, slots=True)
class Access:
    """Who did what to the record, when, from where, in which mode; only documents the reader may know are named."""

    trace: AccessTrace
    who: str
    structure: str
    documents: Sequence[str]

    @property
    def mode(self) -> str:
        """The access mode in words."""
        return _MODES.get(self.trace.access_mode, ("Mode inconnu", ""))[0]

    @property
    def tone(self) -> str:
        """The badge's colour of the mode."""
        return _MODES.get(self.trace.access_mode, ("", ""))[1]

    @property
    def what(self) -> str:
        """The act, in the patient's words."""
        return _TRANSACTIONS.get(self.trace.transaction, "a appelé un service du DMP")

    @property
    def granted(self) -> bool:
        """The access was given."""
        return self.trace.result == AccessResult.GRANTED


def patient_name(row: PatientRecord) -> str:
    """How a page names whoever the record is about: first given name, name in use."""
    return f"{row.given_names.split(' ')[0].title()} {(row.usage_name or row.birth_name).title()}"


def patients_named(text: str) -> QuerySet[PatientRecord]:
    """Everyone the stand-in knows whose birth or usage name begins so, or who has this matricule."""
    rows = PatientRecord.objects.order_by("birth_name", "pk")
    if text[:1].isdigit():
        return rows.filter(ins="".join(text.split()).upper())
    return rows.filter(Q(birth_name__istartswith=text) | Q(usage_name__istartswith=text)) if text else rows


def children_of(guardian: PatientRecord, at: datetime) -> list[PatientRecord]:
    """The minors she stands for; none from the day of their majority on."""
    today = at.astimezone(FRANCE).date()
    children = PatientRecord.objects.filter(guardians__guardian=guardian).order_by("birth_date", "pk")
    return [one for one in children if (today.year - one.birth_date.year) - (
        (today.month, today.day) < (one.birth_date.month, one.birth_date.day)
    ) < _MAJORITY]  # fmt: skip


def visible_to_patient(patient: PatientRecord, *, for_a_child: bool) -> QuerySet[RegistryDocument]:
    """The current documents, except those not announced yet, deleted, or hidden from legal representatives."""
    rows = patient.documents.filter(superseded=False, invisible_to_patient=False)
    rows = rows.exclude(status=AvailabilityStatus.DELETED)
    return rows.filter(invisible_to_representatives=False) if for_a_child else rows


def documents_of(patient: PatientRecord, after: str, *, for_a_child: bool) -> tuple[list[OwnDocument], str]:
    """One page of documents, the most recent first, and where to continue."""
    rows = visible_to_patient(patient, for_a_child=for_a_child).order_by("-creation_time", "-entry_uuid")
    if after and (last := rows.filter(pk=after).values_list("creation_time", flat=True).first()):
        rows = rows.filter(creation_time__lte=last).exclude(creation_time=last, entry_uuid__gte=after)
    found = list(rows[: PAGE + 1])
    page = [_own(row) for row in found[:PAGE]]
    return page, page[-1].entry_uuid if len(found) > PAGE else ""


def own_document(
    patient: PatientRecord, entry_uuid: str, *, for_a_child: bool
) -> tuple[OwnDocument, RegistryDocument] | None:
    """One document, or nothing when she may not see it."""
    row = visible_to_patient(patient, for_a_child=for_a_child).filter(pk=entry_uuid).first()
    return None if row is None else (_own(row), row)


def accesses_of(patient: PatientRecord, after: str, *, for_a_child: bool) -> tuple[list[Access], str]:
    """One page of accesses, the most recent first, and where to continue. The index is (ins, instant, id)."""
    rows = _told(patient, for_a_child=for_a_child).order_by("-instant", "-id")
    if after.isdigit() and (last := rows.filter(pk=after).values_list("instant", flat=True).first()):
        rows = rows.filter(instant__lte=last).exclude(instant=last, id__gte=int(after))
    found = list(rows[: PAGE + 1])
    page = _accesses(patient, found[:PAGE], for_a_child=for_a_child)
    return page, str(page[-1].trace.pk) if len(found) > PAGE else ""


def _told(patient: PatientRecord, *, for_a_child: bool) -> QuerySet[AccessTrace]:
    """Every access, but for a legal representative those in a secret connection of the minor (our reading of EX_0.1-1100)."""
    rows = AccessTrace.objects.filter(ins=patient.ins).defer("verdicts")
    return rows.filter(secret=False) if for_a_child else rows


def last_access(patient: PatientRecord, *, for_a_child: bool) -> Access | None:
    """The most recent one that was given."""
    rows = _told(patient, for_a_child=for_a_child).filter(result=AccessResult.GRANTED)
    return next(iter(_accesses(patient, list(rows.order_by("-instant", "-id")[:1]), for_a_child=for_a_child)), None)


def notifications_of(patient: PatientRecord, after: str) -> tuple[list[tuple[AccessNotification, Access]], str]:
    """One page of messages, the most recent first, and where to continue."""
    rows = AccessNotification.objects.filter(patient=patient).select_related("trace").order_by("-id")
    if after.isdigit():
        rows = rows.filter(id__lt=int(after))
    found = list(rows[: PAGE + 1])
    told = _accesses(patient, [one.trace for one in found[:PAGE]], for_a_child=True)
    return list(zip(found[:PAGE], told, strict=True)), str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def acts_of(patient: PatientRecord) -> QuerySet[Act]:
    """What was decided for this record on the pages, the most recent first."""
    return Act.objects.filter(patient=patient).order_by("-id")


def professionals_seen(patient: PatientRecord, known: Iterable[str]) -> list[Professional]:
    """Who accessed the record lately, among those without a decision yet."""
    recent = (
        AccessTrace.objects.filter(ins=patient.ins, secret=False)
        .order_by("-instant", "-id")
        .values_list("rpps", flat=True)
    )
    return list(Professional.objects.filter(rpps__in=set(recent[:500]) - set(known)).order_by("family_name", "rpps"))


def professionals_named(text: str) -> list[Professional]:
    """Those of the directory whose RPPS or family name begins so; nothing for less than three letters."""
    if len(text) < 3:
        return []
    return list(
        Professional.objects.filter(Q(rpps=text) | Q(family_name__istartswith=text)).order_by("family_name", "rpps")[
            :20
        ]
    )


def _own(row: RegistryDocument) -> OwnDocument:
    entry = metadata.entry_of(row.metadata, row.status)
    author = entry.authors[0] if entry.authors else None
    person = AuthorPerson.parse(author.person) if author and author.person else None
    structure = AuthorInstitution.parse(author.institutions[0]).name if author and author.institutions else ""
    name = " ".join(filter(None, (person.given.title(), person.family))) if person else ""
    return OwnDocument(row.pk, entry, "Vous" if entry.from_patient else name, structure)


def _accesses(patient: PatientRecord, traces: Sequence[AccessTrace], *, for_a_child: bool) -> list[Access]:
    people = {
        one.rpps: f"{one.given_name.title()} {one.family_name}"
        for one in Professional.objects.filter(rpps__in={trace.rpps for trace in traces})
    }
    places = dict(
        GeographicEntity.objects.filter(pk__in={trace.structure for trace in traces}).values_list("pk", "name")
    )
    titles = _titles(patient, traces, for_a_child=for_a_child)
    return [
        Access(
            trace,
            people.get(trace.rpps, f"Identifiant {trace.rpps}" if trace.rpps else "Structure seule"),
            places.get(trace.structure, trace.structure),
            [titles[one] for one in trace.documents if one in titles] if trace.transaction != "TD3.1" else [],
        )
        for trace in traces
    ]


def _titles(patient: PatientRecord, traces: Sequence[AccessTrace], *, for_a_child: bool) -> Mapping[str, str]:
    """Titles by uniqueId, of the documents that the reader may see; the others are not even counted."""
    named = {one for trace in traces if trace.transaction != "TD3.1" for one in trace.documents}
    rows = visible_to_patient(patient, for_a_child=for_a_child).filter(unique_id__in=named)
    return {row.unique_id: metadata.entry_of(row.metadata, row.status).title for row in rows}
