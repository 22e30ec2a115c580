"""What the hospital wrote: documents already sent to the DMP, and yesterday's, that wait for somebody to send them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from tramontane.demo import pdf
from tramontane.demo.contents import letterhead
from tramontane.demo.documents import SUBMISSION_ROOT, DemoDocument, documents
from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.hospital_seeding.patients import PARIS, Ward
from tramontane.demo.plans import DOCUMENTS, Plan
from tramontane.demo.stories import catalogue, stories
from tramontane.demo.structures import SITES
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.hospital.accounts.models import Account, GeographicEntity
from tramontane.hospital.documents.folders import default_place
from tramontane.hospital.documents.models import Dispatch, RecordDocument

# Patients whose record holds documents: what was sent, and yesterday's. (patient, kinds written yesterday).
YESTERDAY = (
    ("jeanne-martin", ("consultation", "suivi-infirmier")),
    ("lea-moreau", ("consultation",)),
    ("rene-picard", ("consultation",)),
    ("fatima-haddad", ("ordonnance",)),
)
# Above every rank of the national documents: nobody else has these unique_id.
FIRST_RANK = 10 * DOCUMENTS


@dataclass(frozen=True, slots=True)
class Writing:
    """Who is in the database, to write documents about."""

    hospital: SyntheticHospital
    ward: Ward
    accounts: Mapping[str, Account]
    at: datetime


def create(writing: Writing) -> None:
    """The documents of the named patients, and the sending of those the DMP already holds."""
    sent, waiting = _sent(writing), _waiting(writing)
    rows = [_row(one, writing) for one in (*sent, *waiting)]
    RecordDocument.objects.bulk_create(rows)
    sites = {site.finess_geographique: site for site in GeographicEntity.objects.all()}
    Dispatch.objects.bulk_create(_dispatch(row, one, sites, writing) for row, one in zip(rows, sent, strict=False))


def _sent(writing: Writing) -> list[DemoDocument]:
    named = {patient for patient, _ in YESTERDAY}
    return [one for one in writing.hospital.documents if one.patient.key in named and one.author and one.author.service]


def _waiting(writing: Writing) -> list[DemoDocument]:
    hospital = writing.hospital
    drawn = documents(hospital.seed, list(_plans(writing)), (*hospital.professionals, *hospital.correspondents))
    return [replace(one, rank=FIRST_RANK + one.rank) for one in drawn]


def _plans(writing: Writing) -> Iterator[Plan]:
    yesterday = (writing.at.astimezone(PARIS) - timedelta(days=1)).date()
    for key, kinds in YESTERDAY:
        patient = writing.hospital.patient(key)
        for kind in kinds:
            yield Plan(patient, catalogue()[kind], stories()[patient.stories[0]], yesterday)


def _row(one: DemoDocument, writing: Writing) -> RecordDocument:
    assert one.author is not None
    data, place = pdf.render(one.report, letterhead(one)), default_place(one.kind.type)
    return RecordDocument(
        patient=writing.ward.patients[one.patient.key],
        episode=writing.ward.episodes[one.patient.key] if one.rank > FIRST_RANK else None,
        provenance=RecordDocument.Provenance.HOSPITAL,
        unique_id=one.unique_id,
        type_code=one.kind.type,
        type_label=value_set(ValueSetName.TYPE_CODE).require(one.kind.type).label,
        title=one.report.title,
        author=one.author.display,
        author_institution=SITES[one.author.site].name,
        author_account=writing.accounts.get(one.author.key),
        act_date=one.act_at,
        folder=place.folder,
        subfolder=place.subfolder,
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content=ContentFile(data, name=f"{one.rank}.pdf"),
        filed_by=writing.accounts.get(one.author.key),
        filed_at=one.written_at,
    )


def _dispatch(
    row: RecordDocument, one: DemoDocument, sites: Mapping[str, GeographicEntity], writing: Writing
) -> Dispatch:
    assert one.author is not None
    return Dispatch(
        document=row,
        state=Dispatch.State.SENT,
        submission_unique_id=f"{SUBMISSION_ROOT}.{one.rank}",
        attempts=1,
        requested_by=writing.accounts.get(one.author.key),
        requested_at=one.written_at,
        site=sites[one.author.site.value],
        sent_at=one.submitted_at,
    )
