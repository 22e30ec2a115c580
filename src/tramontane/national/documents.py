"""Read the registry for one reader: documents, submission sets and associations, minus what he may not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tramontane.dmp.xds import Association, AssociationType, DocumentEntry, SubmissionSet
from tramontane.national import metadata
from tramontane.national.judge import Reader, is_visible
from tramontane.national.models import AssociationRecord, PatientRecord, RegistryDocument, SubmissionSetRecord


@dataclass(frozen=True, slots=True)
class VisibleRegistry:
    """The DMP of one patient, as one reader may see it."""

    patient: PatientRecord
    reader: Reader

    def documents(self, criteria: Q) -> list[DocumentEntry]:
        """The current versions that match and may be seen, most recent act first."""
        rows = self._current().filter(criteria).order_by("-service_start", "-creation_time", "entry_uuid")
        entries = (metadata.entry_of(*row) for row in rows.values_list("metadata", "status").iterator(chunk_size=500))
        return [entry for entry in entries if self._sees(entry)]

    def submission_sets(self, criteria: Q) -> list[SubmissionSet]:
        """The submission sets that match, except those none of whose documents may be seen; most recent first."""
        rows = list(SubmissionSetRecord.objects.filter(criteria, patient=self.patient).order_by("-submission_time"))
        members = self._members([row.pk for row in rows])
        hidden = self._hidden({uuid for uuids in members.values() for uuid in uuids})
        return [metadata.submission_of(row) for row in rows if row.pk not in members or not members[row.pk] <= hidden]

    def associations(self, uuids: Sequence[str]) -> list[Association]:
        """The associations from or to these objects, except those that would tell of a hidden document."""
        rows = list(
            AssociationRecord.objects.filter(Q(source__in=uuids) | Q(target__in=uuids), patient=self.patient).order_by(
                "entry_uuid"
            )
        )
        hidden = self._hidden({end for row in rows for end in (row.source, row.target)})
        return [metadata.association_of(row) for row in rows if not {row.source, row.target} & hidden]

    def _current(self) -> QuerySet[RegistryDocument]:
        return RegistryDocument.objects.filter(patient=self.patient, superseded=False)

    def _sees(self, entry: DocumentEntry) -> bool:
        return is_visible(self.reader, metadata.facts_of(entry))

    def _members(self, submissions: Iterable[str]) -> dict[str, set[str]]:
        members: dict[str, set[str]] = {}
        links = AssociationRecord.objects.filter(
            patient=self.patient, association_type=AssociationType.HAS_MEMBER, source__in=list(submissions)
        )
        for source, target in links.values_list("source", "target"):
            members.setdefault(source, set()).add(target)
        return members

    def _hidden(self, uuids: set[str]) -> set[str]:
        """Those that name a document, in any version, whose current version may not be seen."""
        named = RegistryDocument.objects.filter(patient=self.patient, pk__in=uuids).values_list("pk", "logical_id")
        logical = dict(named)
        current = self._current().filter(logical_id__in=set(logical.values()))
        visible = {
            logical_id
            for logical_id, encoded, status in current.values_list("logical_id", "metadata", "status")
            if self._sees(metadata.entry_of(encoded, status))
        }
        return {uuid for uuid, logical_id in logical.items() if logical_id not in visible}
