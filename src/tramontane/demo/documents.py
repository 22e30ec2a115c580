"""The two thousand documents: who wrote them, when, what became of them. Their bytes are made in `contents`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tramontane.demo.compose import Report, compose
from tramontane.demo.plans import Fate, Plan
from tramontane.demo.seeded import chance, entry_uuid
from tramontane.demo.stories import Kind, Story
from tramontane.demo.values import Patient, Staff
from tramontane.dmp.xds.names import AvailabilityStatus

# Root of the demo's identifiers: the example arc of the protocol's messages, assigned to nobody.
OID = "1.2.250.1.999.77"
DOCUMENT_ROOT = f"{OID}.3"
SUBMISSION_ROOT = f"{OID}.4"
PATIENT_ROOT = f"{OID}.9"
_PARIS = ZoneInfo("Europe/Paris")
_STATUSES = {Fate.ARCHIVED: AvailabilityStatus.ARCHIVED, Fate.DELETED: AvailabilityStatus.DELETED}


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """One document of the DMP, its content aside. Instants are aware, in UTC.

    Attributes:
        rank: from 1; ends the unique_id.
        author: None when the patient deposited it.
        replaces: the document it replaces, itself perhaps a replacement.
        status: the one it was given; the replaced ones become Deprecated when their replacement comes.
    """

    rank: int
    entry_uuid: str
    patient: Patient
    kind: Kind
    story: Story
    author: Staff | None
    report: Report
    act_at: datetime
    written_at: datetime
    submitted_at: datetime
    status: AvailabilityStatus
    visibility: str = ""
    replaces: DemoDocument | None = None

    @property
    def unique_id(self) -> str:
        """The OID its producer gave it."""
        return f"{DOCUMENT_ROOT}.{self.rank}"

    @property
    def versions(self) -> tuple[DemoDocument, ...]:
        """The document and those it replaces, latest first."""
        return (self, *(self.replaces.versions if self.replaces else ()))


def documents(seed: int, plans: Sequence[Plan], staff: Sequence[Staff]) -> tuple[DemoDocument, ...]:
    """The documents of the plans, in their order."""
    return tuple(_write(seed, plans, Cast(staff)))


def _write(seed: int, plans: Sequence[Plan], cast: Cast) -> Iterator[DemoDocument]:
    latest: dict[tuple[str, ...], DemoDocument] = {}
    for rank, plan in enumerate(plans, start=1):
        rng = chance(seed, "document", plan.patient.ipp, plan.kind.id, plan.story.id, plan.day, plan.version)
        written = _instant(rng, plan)
        made = DemoDocument(
            rank=rank,
            entry_uuid=entry_uuid(rng),
            patient=plan.patient,
            kind=plan.kind,
            story=plan.story,
            author=cast.author(rng, plan),
            report=compose(seed, plan.kind, plan.story, plan.patient, plan.day),
            act_at=written - timedelta(minutes=rng.randint(20, 180)),
            written_at=written,
            submitted_at=written + timedelta(minutes=rng.randint(2, 240)),
            status=_STATUSES.get(plan.fate, AvailabilityStatus.APPROVED) if plan.fate else AvailabilityStatus.APPROVED,
            visibility=plan.fate.value if plan.fate and plan.fate not in _STATUSES else "",
            replaces=latest.get(_lineage(plan)) if plan.version > 1 else None,
        )
        latest[_lineage(plan)] = made
        yield made


def _lineage(plan: Plan) -> tuple[str, ...]:
    return plan.patient.ipp, plan.kind.id, plan.story.id


def _instant(rng: random.Random, plan: Plan) -> datetime:
    local = datetime.combine(plan.day, time(rng.randint(8, 17), rng.randrange(60)), _PARIS)
    return local.astimezone(UTC)


class Cast:
    """Who writes what: the roles of the catalogue, played by the staff."""

    def __init__(self, staff: Sequence[Staff]) -> None:
        self._staff = staff

    def author(self, rng: random.Random, plan: Plan) -> Staff | None:
        """Someone who may write this document; None for the patient."""
        if plan.kind.author == "patient":
            return None
        able = [one for one in self._staff if _ROLES[plan.kind.author](one, plan.story.service)]
        # Masked documents are shown to their author: let it be someone the demo knows.
        return able[0] if plan.fate is Fate.MASKED else rng.choice(able)


def _in(profession: str, service: str = "", savoir_faire: str = "") -> Callable[[Staff, str], bool]:
    def plays(one: Staff, _: str) -> bool:
        second = one.roles[1].code if len(one.roles) > 1 else ""
        return (
            one.profession == profession
            and bool(one.service)
            and service in ("", one.service)
            and savoir_faire in ("", second)
        )

    return plays


_ROLES: Mapping[str, Callable[[Staff, str], bool]] = {
    "service": lambda one, service: one.profession == "10" and one.service == service,
    "urgentiste": _in("10", "urgences"),
    "radiologue": _in("10", "imagerie"),
    "anesthesiste": _in("10", "anesthesie"),
    "anatomopathologiste": _in("10", "biologie", "SM01"),
    "biologiste-hopital": _in("10", "biologie", "SM03"),
    "pharmacien": _in("21"),
    "sage-femme": _in("50"),
    "infirmier": _in("60"),
    "kinesitherapeute": _in("70"),
    "ergotherapeute": _in("94"),
    "biologiste": lambda one, _: one.key == "biologiste",
    "officine": lambda one, _: one.key == "officine",
    "traitant": lambda one, _: one.key.startswith("traitant"),
}
