"""The one thing to do next in a dossier, as a sentence and an address."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.homologation import permissions
from tramontane.hospital.homologation.models import Dossier
from tramontane.rules.homologation import DossierFacts, DossierState, ExigenceState, GateName, Move, gate


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do, where. `move`: the move of the dossier it is, done from here; empty for a page to open."""

    sentence: str
    label: str
    url: str
    move: str = ""


# State → sentence, label of the button, page.
_BY_STATE = {
    DossierState.DECIDED: ("Le procès-verbal attend sa signature.", "Ouvrir le PV", "pv"),
    DossierState.HOMOLOGATED: ("Le service est homologué.", "Voir les échéances", "deadlines"),
    DossierState.REFUSED: ("La commission a refusé l’homologation.", "Relire la décision", "commission"),
    DossierState.ADJOURNED: (
        "La commission a ajourné : l’auto-évaluation est à reprendre.",
        "Relire la décision",
        "commission",
    ),
    DossierState.ARCHIVED: ("Ce dossier est archivé.", "Voir tous les dossiers", ""),
}


def next_action(dossier: Dossier, facts: DossierFacts, account: Account) -> NextAction:
    """The next thing to do; who may not do it is shown where it will be done."""
    state = DossierState(dossier.state)
    if state is DossierState.ASSESSING:
        return _while_assessing(dossier, facts, writes=permissions.edits(account))
    if state is DossierState.ASSESSED:
        return _before_the_commission(dossier, facts, account)
    if state is DossierState.COMMISSION:
        return _commission(dossier, "La commission doit se prononcer.", "Préparer la commission", account)
    if state is DossierState.HOMOLOGATED and not facts.signed:
        label = "Préparer le renouvellement" if permissions.edits(account) else "Voir les échéances"
        return NextAction(
            "L’homologation ne vaut plus.", label, reverse("homologation:deadlines", args=[dossier.number])
        )
    sentence, label, name = _BY_STATE[state]
    url = reverse(f"homologation:{name}", args=[dossier.number]) if name else reverse("homologation:dossiers")
    return NextAction(sentence, label, url)


def _while_assessing(dossier: Dossier, facts: DossierFacts, *, writes: bool) -> NextAction:
    for line in facts.lines:
        if facts.states[line.exigence.id] is ExigenceState.NOT_ASSESSED:
            if not writes:
                url = reverse("homologation:exigences", args=[dossier.number])
                return NextAction("L’auto-évaluation est en cours.", "Lire les exigences", url)
            url = reverse("homologation:assess", args=[dossier.number, line.exigence.id])
            verb = "Commencer" if facts.assessed == 0 else "Continuer"
            return NextAction(f"{line.exigence.libelle} est la prochaine à évaluer.", f"{verb} l’auto-évaluation", url)
    url = reverse("homologation:move", args=[dossier.number])
    return NextAction("Toutes les exigences sont évaluées.", "Terminer l’auto-évaluation", url, Move.FINISH.name)


def _before_the_commission(dossier: Dossier, facts: DossierFacts, account: Account) -> NextAction:
    shut = gate(GateName.COMMISSION, facts).obstacles
    if shut:
        exigence = next((name for obstacle in shut for name in obstacle.exigences), "")
        url = reverse("homologation:exigences", args=[dossier.number])
        return NextAction(shut[0].sentence, "Voir l’exigence", f"{url}?exigence={exigence}" if exigence else url)
    if facts.missing_support:
        url = reverse("homologation:support", args=[dossier.number])
        label = "Écrire le support" if permissions.edits(account) else "Lire le support"
        return NextAction("Le support documentaire est à compléter.", label, url)
    return _commission(dossier, "La commission peut être convoquée.", "Convoquer la commission", account)


def _commission(dossier: Dossier, sentence: str, label: str, account: Account) -> NextAction:
    url = reverse("homologation:commission", args=[dossier.number])
    return NextAction(sentence, label if permissions.decides(account) else "Voir la commission", url)
