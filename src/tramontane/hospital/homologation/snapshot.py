"""Everything a PV rests on, as plain values: what the signature freezes, and what its documents are drawn from."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import Service
from tramontane.hospital.homologation.models import Dossier, EvidenceRevision, Judgement, Member
from tramontane.hospital.homologation.selectors import systems
from tramontane.hospital.homologation.selectors.dossiers import judgement_of, referentiel_of
from tramontane.hospital.homologation.selectors.facts import PARIS, evidence_of, facts
from tramontane.rules import homologation as rules
from tramontane.rules.homologation import (
    Action,
    ActionState,
    ExigenceFacts,
    ExigenceState,
    Level,
    PvFacts,
    PvWords,
    Reserve,
    pv_words,
)


def pv_facts(dossier: Dossier, judgement: Judgement, today: date) -> PvFacts:
    """What the PV names, drawn from the dossier."""
    lines = facts(dossier, today).lines
    return PvFacts(
        structure=dossier.legal_entity.name,
        identifiant_juridique=dossier.legal_entity.finess_juridique,
        signataire=judgement.signatory,
        sitting=judgement.sitting.starts_at.astimezone(PARIS).date(),
        months=judgement.months or 0,
        reserves=tuple(f"{one.exigence.libelle}, {one.carried.text}" for one in lines if one.carried),
        identifiants=tuple(judgement.identifiants),
        soussigne=judgement.soussigne,
    )


def words(dossier: Dossier, judgement: Judgement, today: date) -> PvWords:
    """The PV in words.

    Raises:
        ValueError: the référentiel gives no sentence or no version, or no identifier is given.
    """
    return pv_words(referentiel_of(dossier.edition), pv_facts(dossier, judgement, today))


def snapshot(dossier: Dossier, today: date) -> dict[str, Any]:
    """The whole dossier on a day, as JSON holds it. Equal dossiers give equal snapshots.

    Raises:
        ValueError: as `words`, or nothing was decided.
    """
    judgement = judgement_of(dossier)
    if judgement is None or not judgement.decision:
        raise ValueError("rien n’est décidé")
    said = words(dossier, judgement, today)
    formula = referentiel_of(dossier.edition).regles.formule_risques
    pv = {
        "titre": said.titre,
        "prononce": said.prononce,
        "mention": said.mention,
        "titre_identifiants": said.titre_identifiants,
        "identifiants": list(said.identifiants),
        "signataire": judgement.signatory,
    }
    return review(dossier, today) | {"pv": pv, "commission": commission(judgement, formula)}


def review(dossier: Dossier, today: date) -> dict[str, Any]:
    """What is known before any commission: structure, référentiel, support, record systems, exigences with their proofs."""
    known = facts(dossier, today)
    referentiel = known.referentiel
    proofs = evidence_of(dossier)
    return {
        "structure": {
            "nom": dossier.legal_entity.name,
            "finess_juridique": dossier.legal_entity.finess_juridique,
        },
        "dossier": dossier.number,
        "referentiel": {
            "id": referentiel.id,
            "nom": referentiel.nom,
            "version": referentiel.version,
            "edition": referentiel.edition,
            "sha256": referentiel.sha256,
        },
        "support": {row.key: row.text for row in dossier.sections.order_by("key")},
        "logiciels": [_system(one, today) for one in systems.registered(dossier.legal_entity) if one.in_use(today)],
        "exigences": [
            _exigence(line, known.states[line.exigence.id], proofs.get(line.exigence.id, [])) for line in known.lines
        ],
    }


def canonical_digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a snapshot."""
    return hashlib.sha256(canonical(content)).hexdigest()


def canonical(content: dict[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no space, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def carried(row: dict[str, Any]) -> Reserve | None:
    """The réserve of an exigence of a snapshot, when its PV names it."""
    reserve = _reserve_of(row["reserve"]) if row["reserve"] else None
    return reserve if rules.carried(reserve, Level(row["niveau"])) else None


def commission(judgement: Judgement, formula: str) -> dict[str, Any]:
    """Who sat, what they said, what was decided; `formula` opens the sentence on residual risks."""
    sitting = judgement.sitting
    opinions = {row.member_id: row for row in judgement.opinions.all()}
    return {
        "date": sitting.starts_at.astimezone(PARIS).date().isoformat(),
        "lieu": sitting.place,
        "membres": [_member(member, opinions.get(member.pk)) for member in sitting.members.all()],
        "risques": f"{formula} {judgement.risks}".strip(),
        "decision": judgement.decision,
        "mois": judgement.months,
        "motif": judgement.motive,
        "decidee_le": clock.utc_text(judgement.decided_at) if judgement.decided_at else "",
    }


def _member(member: Member, opinion: Any) -> dict[str, Any]:
    return {
        "nom": member.name,
        "qualite": member.get_role_display(),
        "present": member.present,
        "avis": opinion.get_value_display() if opinion else "",
        "commentaire": opinion.comment if opinion else "",
    }


def _system(found: systems.Registered, day: date) -> dict[str, Any]:
    """A record system of the register. Its CNDA number is secret (EX_GEN-1490): only whether it is known is kept."""
    version = found.version_on(day)
    return {
        "nom": found.row.name,
        "editeur": found.row.vendor,
        "version": version.version if version else "",
        "version_id": version.pk if version else None,
        "en_service": version.in_service_on.isoformat() if version else "",
        "numero_cnda_releve": bool(version and version.cnda_number),
        "homologue_le": version.cnda_on.isoformat() if version and version.cnda_on else "",
        "segur": version.get_segur_display() if version else "",
        "services": [_deployed(found, service) for service in found.services],
    }


def _deployed(found: systems.Registered, service: Service) -> dict[str, str]:
    days = {"prevu": found.planned(service), "en_production": found.since(service)}
    where = {"service": service.name, "site": service.geographic_entity.name}
    return where | {name: day.isoformat() if day else "" for name, day in days.items()}


def _exigence(line: ExigenceFacts, state: ExigenceState, proofs: list[EvidenceRevision]) -> dict[str, Any]:
    exigence, said = line.exigence, line.assessment
    return {
        "id": exigence.id,
        "libelle": exigence.libelle,
        "titre": exigence.titre,
        "texte": exigence.texte,
        "texte_statut": exigence.texte_statut.value,
        "dimension": exigence.dimension,
        "niveau": said.level.value,
        "etat": state.value,
        "perimetre": said.perimeter,
        "etapes": said.steps,
        "calendrier": said.calendar,
        "motif": said.reason,
        "parties_prenantes": list(said.stakeholders),
        "responsable": said.owner,
        "preuves": [_proof(row) for row in proofs],
        "reserve": _reserve(line.reserve) if line.reserve else None,
    }


def _proof(row: EvidenceRevision) -> dict[str, Any]:
    return {
        "preuve": row.evidence_id,
        "titre": row.evidence.title,
        "nature": row.evidence.kind,
        "revision": row.number,
        "fichier": row.file_name,
        "adresse": row.url,
        "sha256": row.sha256,
        "du": row.starts.isoformat(),
        "au": row.ends.isoformat() if row.ends else "",
        "resultat": row.outcome,
    }


def _reserve_of(row: dict[str, Any]) -> Reserve:
    """The réserve that `_reserve` wrote."""
    return Reserve(
        row["texte"],
        date.fromisoformat(row["echeance"]),
        date.fromisoformat(row["levee_le"]) if row["levee_le"] else None,
        tuple(
            Action(one["titre"], one["responsable"], date.fromisoformat(one["echeance"]), ActionState(one["etat"]))
            for one in row["actions"]
        ),
    )


def _reserve(reserve: Reserve) -> dict[str, Any]:
    return {
        "texte": reserve.text,
        "echeance": reserve.due.isoformat(),
        "levee_le": reserve.lifted_on.isoformat() if reserve.lifted_on else "",
        "actions": [
            {"titre": one.title, "responsable": one.owner, "echeance": one.due.isoformat(), "etat": one.state.value}
            for one in reserve.actions
        ],
    }
