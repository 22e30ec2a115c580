"""Checks 11 and 12: may this caller see this document? What fails here is absent from listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.xds import AvailabilityStatus
from tramontane.national.judge import functional
from tramontane.national.judge.facts import DocumentFacts, Facts, Request
from tramontane.national.judge.habilitation import REFERENCE, HabilitationMatrix

# The rows of the matrix that a status calls for; Approved calls for none of its own.
_STATUS_ROWS: Mapping[str, str] = {
    AvailabilityStatus.ARCHIVED: "TD3.2.archive",
    AvailabilityStatus.DEPRECATED: "TD3.2.obsolete",
    AvailabilityStatus.DELETED: "TD3.2.supprime",
}
_FUNCTIONAL = "PDT-INF-606 v1.3 (AIR), PDT-INF-526 v1.8 : TD3.2"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the request, the facts of the patient, and the matrix that applies."""

    request: Request
    facts: Facts
    matrix: HabilitationMatrix

    @property
    def is_medecin_traitant(self) -> bool:
        """The caller is the patient's declared attending physician."""
        return self.facts.patient is not None and self.facts.patient.is_medecin_traitant

    def wrote(self, document: DocumentFacts) -> bool:
        """The caller is one of the authors."""
        return str(self.request.vihf.subject) in document.authors

    def produced(self, document: DocumentFacts) -> bool:
        """The caller's structure, or the legal entity it belongs to, produced the document."""
        structure = self.facts.structure
        own = {self.request.vihf.structure.value, "1" + structure.legal_entity if structure else ""}
        return not own.isdisjoint(document.structures)

    @property
    def searches_own_references(self) -> bool:
        """Note 5: who may not read (a structure, staff) finds the references of its own documents, to delete them."""
        request = self.request
        cell = functional.right(request.vihf, request.right, is_medecin_traitant=self.is_medecin_traitant)
        return request.right == "TD3.1.reference" and cell.note == "5"


def judge_document(reader: Reader, document: DocumentFacts) -> tuple[Verdict, ...]:
    """The verdicts 11 (type) and 12 (visibility) of one document."""
    return (_type_verdict(reader, document), _visibility_verdict(reader, document))


def is_visible(reader: Reader, document: DocumentFacts) -> bool:
    """Whether the document may appear at all before this caller."""
    return all(verdict.outcome is Outcome.PASSED for verdict in judge_document(reader, document))


def note_satisfied(reader: Reader, document: DocumentFacts, note: str) -> bool:
    """Whether the condition that a note of the matrix sets is met. Notes that bind nothing here are satisfied."""
    conditions = {
        "6": reader.wrote,
        "7": lambda _: reader.facts.patient is not None and reader.facts.patient.allows_masked_in_emergency,
        "8": reader.wrote,
        "9": reader.produced,
    }
    return note not in conditions or conditions[note](document)


def _type_verdict(reader: Reader, document: DocumentFacts) -> Verdict:
    role = reader.request.vihf.roles[0]
    if reader.searches_own_references:
        allowed, source = reader.produced(document), "PDT-INF-526 et 606, note 5"
    else:
        decision = reader.matrix.decide(role.code, document.type_code)
        allowed, source = decision.allowed, decision.source
    return Verdict(
        step=11,
        code="matrice-habilitation",
        title="La matrice d'habilitation ouvre ce type de document à cette profession.",
        outcome=Outcome.PASSED if allowed else Outcome.FAILED,
        expected="" if allowed else f"un type ouvert à la profession {role.code}",
        received="" if allowed else f"type {document.type_code} ; source : {source}",
        reference=REFERENCE,
        next_step="" if allowed else "demandez le document au patient ou à un confrère habilité",
    )


def _visibility_verdict(reader: Reader, document: DocumentFacts) -> Verdict:
    refused = [row for row in _rows(reader, document) if not _row_allows(reader, document, row)]
    return Verdict(
        step=12,
        code="visibilite",
        title="L'état du document (masqué, archivé, obsolète, supprimé) permet à cette personne de le voir.",
        outcome=Outcome.FAILED if refused else Outcome.PASSED,
        expected="un document visible de ce profil" if refused else "",
        received=", ".join(refused),
        reference=_FUNCTIONAL,
        next_step="seuls l'auteur, le médecin traitant et le patient lèvent un masquage" if refused else "",
    )


def _rows(reader: Reader, document: DocumentFacts) -> list[str]:
    if reader.searches_own_references:
        return [reader.request.right]
    rows = ["TD3.2.masque"] if document.masked else []
    if document.invisible_to_patient:
        rows.append("TD3.2.non_visible_patient")
    if document.status in _STATUS_ROWS:
        rows.append(_STATUS_ROWS[document.status])
    return rows or ["TD3.2.non_masque"]


def _row_allows(reader: Reader, document: DocumentFacts, row: str) -> bool:
    cell = functional.right(reader.request.vihf, row, is_medecin_traitant=reader.is_medecin_traitant)
    return cell.allowed and note_satisfied(reader, document, cell.note)
