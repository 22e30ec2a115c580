"""Three professionals consult: a cardiologist, a nurse at the same record, a paediatrician at a minor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tramontane.cli.entries import PARIS, act_order
from tramontane.cli.filing import file_document, require_intact
from tramontane.cli.walk.screen import Screen
from tramontane.cli.walk.visit import Visit
from tramontane.demo.values import Patient
from tramontane.dmp.errors import LocalError
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.dmp.xds import DocumentEntry
from tramontane.rules.access import Decision, Granted, Purpose, Refused
from tramontane.rules.habilitation import national_matrix

_LAST_VISIT = timedelta(days=16)


@dataclass(frozen=True)
class Consultations:
    """The chapters where the DMP opens."""

    screen: Screen
    documents: Path

    def physician(self, visit: Visit) -> tuple[DocumentEntry, ...]:
        """Status, list with what is new, two documents read; gives the list."""
        self._introduce(visit)
        status = self._open(visit)
        entries = visit.entries()
        new = visit.news(visit.now - _LAST_VISIT)
        shown = [entry for entry in entries if entry.unique_id in new]
        self.screen.done(
            f"TD3.1 : {len(entries)} documents sur deux ans, dont {len(shown)} nouveaux depuis la dernière consultation "
            f"du {(visit.now - _LAST_VISIT):%d/%m/%Y}."
        )
        self.screen.documents(entries, new)
        self.screen.say(
            "Les documents que la patiente a masqués n'apparaissent qu'à leur auteur et à son médecin traitant : "
            "le SI-DMP retire les autres de la liste.",
            "dim",
        )
        self._read(visit, status, [_first(entries, "18748-4"), _first(entries, "11502-2")])
        return entries

    def nurse(self, visit: Visit, physician_saw: Sequence[DocumentEntry]) -> None:
        """The same record, fewer types: what is missing, and what is known of why."""
        self._introduce(visit)
        self._open(visit)
        entries = visit.entries()
        self.screen.done(f"TD3.1 : {len(entries)} documents, contre {len(physician_saw)} pour la cardiologue.")
        self.screen.documents(entries, frozenset())
        seen = {entry.unique_id for entry in entries}
        missing = [entry for entry in physician_saw if entry.unique_id not in seen]
        require(bool(missing), "l'infirmier voit autant de documents que la cardiologue")
        self.screen.say("Le SI-DMP a retiré de sa liste, sans le dire (ce n'est pas une erreur) :")
        for entry in sorted(missing, key=lambda one: one.title):
            self.screen.say(f"  – {entry.title} : {_why(visit, entry)}")

    def paediatrician(self, visit: Visit) -> None:
        """A minor's record: what her legal representatives do not see is said in words."""
        self._introduce(visit)
        self._open(visit)
        entries = visit.entries()
        hidden = sum(entry.invisible_to_legal_representatives for entry in entries)
        require(hidden > 0, "aucun document caché aux représentants légaux")
        self.screen.done(
            f"TD3.1 : {len(entries)} documents, dont {hidden} caché aux représentants légaux, à sa demande."
        )
        self.screen.documents(entries, frozenset())

    def _introduce(self, visit: Visit) -> None:
        who, patient = visit.who, visit.patient
        self.screen.say(
            f"Qui : {who.display}, {who.roles[-1].label}, RPPS {who.rpps}, deux facteurs ({who.second_factor})."
        )
        self.screen.say(f"Pour : {identity(patient, visit)}.")

    def _open(self, visit: Visit) -> DmpStatus:
        granted(visit.decide(Purpose.STATUS))
        status = visit.status()
        decision = granted(visit.decide(Purpose.LIST, status))
        self.screen.done(f"TD0.2 : DMP ouvert, autorisation {status.authorisation}.")
        self.screen.done(
            f"L'établissement vérifie {len(decision.checked)} conditions avant de lire : toutes sont remplies."
        )
        return status

    def _read(self, visit: Visit, status: DmpStatus, chosen: Sequence[DocumentEntry]) -> None:
        granted(visit.decide(Purpose.RETRIEVE, status))
        received = {document.unique_id: document for document in visit.retrieve(chosen)}
        self.screen.done(f"TD3.2 : {len(received)} documents demandés et reçus en un appel (MTOM).")
        for entry in chosen:
            digest = require_intact(entry, received[entry.unique_id])
            filed = file_document(self.documents, entry, bytes(received[entry.unique_id].content))
            self.screen.done(
                f"« {entry.title} », {filed.kind} : {entry.size} octets, empreinte {digest[:12]}… conforme au registre."
            )
            self.screen.files((str(path), what) for path, what in filed.files)


def identity(patient: Patient, visit: Visit) -> str:
    """The strict traits, as the top of a record shows them. They are fictitious."""
    born = f"né{'e' if patient.sex == 'F' else ''} {patient.birth_name.upper()} le {patient.birth_date:%d/%m/%Y}"
    age = patient.age_on(visit.now.astimezone(PARIS).date())
    return f"{patient.display}, {born} ({age} ans), {patient.birth_place}, INS {patient.local.identity}"


def granted(decision: Decision) -> Granted:
    """The decision, granted as the demo announces it.

    Raises:
        LocalError: it is a refusal: the demo would lie.
    """
    if isinstance(decision, Refused):
        raise unexpected("; ".join(reason.sentence for reason in decision.reasons))
    return decision


def require(condition: bool, instead: str) -> None:  # noqa: FBT001 (an assertion with words)
    """Raises LocalError unless what the demo announces is true."""
    if not condition:
        raise unexpected(instead)


def unexpected(instead: str) -> LocalError:
    """The demo did not show what it announces: say it rather than go on."""
    return LocalError(
        "La démonstration ne s'est pas déroulée comme annoncé.",
        code="demo-inattendue",
        received=instead,
        next_step="supprimez le répertoire de la démonstration et relancez-la ; si cela se répète, signalez-le",
    )


def _first(entries: Sequence[DocumentEntry], type_code: str) -> DocumentEntry:
    found = [entry for entry in entries if entry.type_code and entry.type_code.code == type_code]
    require(bool(found), f"aucun document de type {type_code}")
    return max(found, key=act_order)


def _why(visit: Visit, entry: DocumentEntry) -> str:
    assert entry.type_code is not None
    permission = national_matrix().allows(visit.who.profession, entry.type_code.code)
    if entry.masked_to_professionals:
        return "masqué par la patiente, sauf à son auteur"
    source = permission.source.partition(" (")[0]
    return f"matrice d'habilitation, {permission.ruling} pour {visit.who.roles[0].label.lower()} (source : {source})"
