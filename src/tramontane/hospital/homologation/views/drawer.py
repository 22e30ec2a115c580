"""The drawer of one exigence: text, assessment, proofs, stakeholders, plan, activity."""

from __future__ import annotations

from typing import Any

from tramontane.hospital.accounts.requests import AuthenticatedRequest
from tramontane.hospital.homologation.forms import ActionForm, AttachForm, CommentForm, ContentForm, ReserveForm
from tramontane.hospital.homologation.models import Dossier, EvidenceRevision
from tramontane.hospital.homologation.rows import Row
from tramontane.hospital.homologation.selectors.dossiers import referentiel_of
from tramontane.hospital.homologation.selectors.facts import evidence_of, evidence_value
from tramontane.hospital.homologation.selectors.journal import activity
from tramontane.hospital.homologation.selectors.proofs import usable
from tramontane.hospital.homologation.services import moving
from tramontane.hospital.homologation.services.reserving import words_of
from tramontane.rules.homologation import Freshness, reserve_objection

TABS = {
    "texte": "Texte",
    "evaluation": "Évaluation",
    "preuves": "Preuves",
    "parties": "Parties prenantes",
    "plan": "Plan d’action",
    "activite": "Activité",
}
# What a proof is worth → tone and sign of its badge.
FRESHNESS = {
    Freshness.CURRENT: ("ok", "✓"),
    Freshness.STALE: ("warn", "!"),
    Freshness.COMING: ("", "…"),
    Freshness.OVER: ("stop", "✕"),
    Freshness.FAILED: ("stop", "✕"),
}


def drawer(request: AuthenticatedRequest, dossier: Dossier, row: Row) -> dict[str, Any]:
    """What the template shows of the exigence that is open."""
    tab = request.GET.get("onglet", "texte")
    tab = tab if tab in TABS else "texte"
    exigence = row.exigence
    today = moving.today()
    shown: dict[str, Any] = {"opened": row, "drawer_tabs": TABS, "drawer_tab": tab, "today": today}
    if tab == "preuves":
        kept = evidence_of(dossier).get(exigence.id, [])
        others = usable(dossier.legal_entity)
        others = others.exclude(pk__in=[one.evidence_id for one in kept])
        shown |= {
            "proofs": proofs_shown(kept, today),
            "attach_form": AttachForm(proofs=others) if others.exists() else None,
            "content_form": ContentForm(initial={"starts": today}),
        }
    if tab == "plan":
        reserve = dossier.reserves.filter(exigence=exigence.id).prefetch_related("actions").first()
        shown |= {
            "reserve": reserve,
            "why_not": reserve_objection(referentiel_of(dossier.edition), exigence, row.line.assessment.level),
            "reserve_form": ReserveForm(
                initial={"text": reserve.text, "due": reserve.due, "seen": words_of(reserve)} if reserve else None
            ),
            "action_form": ActionForm(),
        }
    if tab == "activite":
        shown |= {"activity": activity(dossier, exigence.id), "comment_form": CommentForm()}
    return shown


def proofs_shown(revisions: list[EvidenceRevision], today: Any) -> list[dict[str, Any]]:
    """Proofs with what they are worth today."""
    found = []
    for row in revisions:
        freshness = evidence_value(row).freshness(today)
        tone, sign = FRESHNESS[freshness]
        found.append({"revision": row, "freshness": freshness, "tone": tone, "sign": sign})
    return found
