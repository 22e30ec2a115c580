"""One patient's DMP opened from the command line: facts, decision, calls, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from tramontane.cli.configuration import load
from tramontane.cli.entries import act_day, act_order, author, states, type_label
from tramontane.cli.filing import file_document, require_intact
from tramontane.cli.inputs import patient as read_patient
from tramontane.cli.inputs import unusable
from tramontane.cli.screen import console
from tramontane.client import DmpClient, Setting
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.transactions.td3_2 import RetrievedDocument
from tramontane.dmp.vihf import AccessMode
from tramontane.dmp.xds import AvailabilityStatus, DocumentCriteria, DocumentEntry, Period
from tramontane.rules.access import (
    AccessFacts,
    CertificateState,
    DmpState,
    Emergency,
    InsStatus,
    LocalRights,
    NoticeState,
    PatientChoice,
    Purpose,
    Refused,
    Relationship,
    decide,
)
from tramontane.rules.consultation import years_before


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the caller answers for; the rules judge on it.

    Attributes:
        mode: access mode.
        qualified: the INS is qualified in the hospital's record.
        informed: the patient is informed and does not oppose.
        motive: of the bris de glace; attests that the patient cannot speak and is at immediate risk.
    """

    mode: AccessMode
    qualified: bool
    informed: bool
    motive: str


class Opening:
    """Someone at one patient's DMP. A context manager: it holds the connection."""

    def __init__(self, *, config: Path, professional: str, ins: str, said: Attestation) -> None:
        configuration = load(config)
        self._who = configuration.professional(professional)
        self._ins = read_patient(ins, configuration.authority)
        self._mode = said.mode
        self._facts = AccessFacts(
            proof=configuration.proof(professional),
            rpps=self._who.rpps,
            # Whoever runs the command holds the keys: service, notice and rights are its operator's to attest.
            notice=NoticeState.READ,
            rights=LocalRights(consult=True, bris_de_glace=True, regulate=True),
            certificates=CertificateState.VALID,
            ins=self._ins,
            ins_status=InsStatus.QUALIFIEE if said.qualified else InsStatus.PROVISOIRE,
            choice=PatientChoice.NOT_OPPOSED if said.informed else PatientChoice.NOT_COLLECTED,
            relationship=Relationship.CARE_TEAM,
            mode=self._mode,
            emergency=Emergency(said.motive, bool(said.motive), bool(said.motive)),
            explicit_request=True,
        )
        self._dmp = DmpClient(Setting(configuration.identity, configuration.endpoint, configuration.software))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dmp.close()

    def refusal(self, purpose: str) -> list[dict[str, str]] | None:
        """The hospital's reasons to refuse this call, None when it may be made."""
        decision = decide(self._facts, Purpose(purpose))
        if not isinstance(decision, Refused):
            return None
        names = ("code", "sentence", "reference", "next_step", "solver")
        return [{name: str(getattr(reason, name)) for name in names} for reason in decision.reasons]

    def status(self) -> DmpStatus:
        """TD0.2; what it says becomes a fact for the next decision."""
        found = self._dmp.status(self._who, self._ins, self._mode)
        self._facts = replace(self._facts, dmp=DmpState.of(found), authorisation=found.authorisation)
        return found

    def entries(
        self, *, types: Sequence[str] = (), years: int = 0, archives: bool = True, deprecated: bool = False
    ) -> tuple[DocumentEntry, ...]:
        """TD3.1 FindDocuments, latest act first."""
        statuses = [AvailabilityStatus.APPROVED]
        statuses += [AvailabilityStatus.ARCHIVED] if archives else []
        statuses += [AvailabilityStatus.DEPRECATED] if deprecated else []
        criteria = DocumentCriteria(
            statuses=tuple(statuses),
            type_codes=tuple(value_set(ValueSetName.TYPE_CODE).require(code) for code in types),
            service_start=Period(start=years_before(datetime.now(UTC), years) if years else None),
        )
        found = self._dmp.find_documents(self._who, self._ins, criteria, self._mode).document_entries
        return tuple(sorted(found, key=act_order, reverse=True))

    def retrieve(self, unique_ids: Sequence[str], directory: Path) -> list[dict[str, Any]]:
        """TD3.2: each document checked against the registry and filed."""
        known = {entry.unique_id: entry for entry in self.entries(deprecated=True)}
        missing = [one for one in unique_ids if one not in known]
        if missing:
            raise unusable("Ce document n'est pas dans la liste que le DMP vous donne.", received=", ".join(missing))
        asked = [(known[one].repository_unique_id, one) for one in unique_ids]
        received = self._dmp.retrieve(self._who, self._ins, asked, self._mode)
        return [_file(directory, known[one.unique_id], one) for one in received]

    @staticmethod
    def show_status(found: DmpStatus) -> None:
        """The one fact, then the detail."""
        out = console()
        state = "n'existe pas" if not found.exists else "est ouvert" if found.open else "est fermé"
        out.print(f"Le DMP de ce patient {state}.", style="bold")
        if found.exists:
            out.print(
                f"   votre autorisation\N{NO-BREAK SPACE}: {found.authorisation or found.authorisation_code or 'non dite'}"
            )
        if found.is_medecin_traitant:
            out.print("   vous êtes son médecin traitant")
        if found.closing_date:
            out.print(f"   fermé le {found.closing_date:%d/%m/%Y} ({found.closing_motive})")

    @staticmethod
    def status_fields(found: DmpStatus) -> dict[str, Any]:
        """The stable JSON form of a status."""
        return {
            "exists": found.exists,
            "open": found.open,
            "authorisation": found.authorisation_code or None,
            "is_medecin_traitant": found.is_medecin_traitant,
            "closing_date": found.closing_date.isoformat() if found.closing_date else None,
            "closing_motive": found.closing_motive,
            "attached_to_mes": found.attached_to_mes,
        }

    @staticmethod
    def show_entries(entries: Sequence[DocumentEntry]) -> None:
        """The list."""
        out = console()
        out.print(f"{len(entries)} document{'s' if len(entries) > 1 else ''}.", style="bold")
        table = Table(box=SIMPLE, pad_edge=False)
        for heading in ("Acte du", "Document", "Type", "Auteur", "État", "UNIQUE_ID"):
            table.add_column(heading, no_wrap=heading == "UNIQUE_ID")
        for entry in entries:
            cells = (
                act_day(entry),
                entry.title,
                type_label(entry),
                author(entry),
                ", ".join(states(entry)),
                entry.unique_id,
            )
            table.add_row(*map(Text, cells))
        if entries:
            out.print(table)

    @staticmethod
    def entry_fields(entry: DocumentEntry) -> dict[str, Any]:
        """The stable JSON form of an entry: metadata without the patient's traits."""
        codes = ("class_code", "type_code", "format_code", "facility_type", "practice_setting")
        return {
            "unique_id": entry.unique_id,
            "entry_uuid": entry.entry_uuid,
            "logical_id": entry.logical_id,
            "repository_unique_id": entry.repository_unique_id,
            "availability_status": str(entry.availability_status or ""),
            "title": entry.title,
            "author": author(entry),
            "creation_time": _iso(entry.creation_time),
            "service_start_time": _iso(entry.service_start_time),
            "service_stop_time": _iso(entry.service_stop_time),
            "mime_type": entry.mime_type,
            "hash": entry.hash,
            "size": entry.size,
            **{name: _coded(getattr(entry, name)) for name in codes},
            "confidentiality_codes": [code.code for code in entry.confidentiality_codes],
            "from_patient": entry.from_patient,
        }

    @staticmethod
    def show_refusal(reasons: Sequence[dict[str, str]]) -> None:
        """Every reason of the hospital, on stderr."""
        out = console(stderr=True)
        out.print("L'établissement refuse, sans rien envoyer au SI-DMP\N{NO-BREAK SPACE}:", style="bold red")
        for reason in reasons:
            out.print(Text(f"• {reason['sentence']}", style="bold"))
            out.print(Text(f"  Référence\N{NO-BREAK SPACE}: {reason['reference']}"))
            out.print(Text(f"  À faire\N{NO-BREAK SPACE}: {reason['next_step']} ({reason['solver']})"))


def _file(directory: Path, entry: DocumentEntry, document: RetrievedDocument) -> dict[str, Any]:
    digest = require_intact(entry, document)
    filed = file_document(directory, entry, bytes(document.content))
    return {
        "unique_id": entry.unique_id,
        "title": entry.title,
        "kind": filed.kind,
        "hash": digest,
        "size": document.size,
        "files": [str(path) for path, _ in filed.files],
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _coded(coded: Any) -> dict[str, str] | None:
    return {"code": coded.code, "code_system": coded.code_system, "label": coded.label} if coded else None
