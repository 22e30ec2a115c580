"""Conditions on the record: what TD0.2 answered, and what each further call asks of the professional."""

from __future__ import annotations

from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.rules.access.condition import AFTER_STATUS, NORMAL, READING, Condition, Purpose, Solver
from tramontane.rules.access.facts import DmpState

# EF_DMP12_01: the DMP exists and is open.
STATUS = (
    Condition(
        "dmp-non-interroge",
        lambda f: f.dmp is not DmpState.NOT_ASKED,
        "Le statut du DMP de ce patient n'a pas encore été demandé.",
        "Guide d'intégration DMP, TD0.2 (EF_DMP12_01)",
        "Vérifiez d'abord le statut du DMP.",
        Solver.PROFESSIONNEL,
        AFTER_STATUS,
    ),
    Condition(
        "dmp-inexistant",
        lambda f: f.dmp is not DmpState.NONE,
        "Ce patient n'a pas de DMP.",
        "Guide d'intégration DMP, TD0.2 (EF_DMP12_01)",
        "Aucune consultation n'est possible ; le patient peut ouvrir Mon espace santé s'il le souhaite.",
        Solver.PATIENT,
        AFTER_STATUS,
    ),
    Condition(
        "dmp-ferme",
        lambda f: f.dmp is not DmpState.CLOSED,
        "Le DMP de ce patient est fermé.",
        "Guide d'intégration DMP, TD0.2 (EF_DMP12_01)",
        "Aucune consultation n'est possible tant que le patient ne l'a pas rouvert.",
        Solver.PATIENT,
        AFTER_STATUS,
    ),
)

# EF_DMP04_01: the professional's authorisation on this DMP. The block is never set aside, the rest is in an emergency.
AUTHORISATION = (
    Condition(
        "professionnel-bloque",
        lambda f: f.authorisation is not Authorisation.INTERDIT,
        "Le patient vous a bloqué l'accès à son DMP, quel que soit le mode d'accès.",
        "Guide d'intégration DMP, prérequis de TD3.1 et TD3.2",
        "Respectez son choix ; lui seul peut le modifier dans Mon espace santé.",
        Solver.PATIENT,
        AFTER_STATUS,
    ),
    Condition(
        "autorisation-inconnue",
        lambda f: f.dmp is not DmpState.OPEN or f.authorisation is not None,
        "Le DMP n'a pas indiqué si vous êtes autorisé.",
        "Guide d'intégration DMP, TD0.2 (EF_DMP04_01)",
        "Vérifiez à nouveau le statut du DMP.",
        Solver.PROFESSIONNEL,
        AFTER_STATUS,
        NORMAL,
    ),
    Condition(
        "autorisation-inexistante",
        lambda f: f.authorisation is not Authorisation.NON_EXISTE,
        "Vous n'êtes pas encore autorisé sur le DMP de ce patient.",
        "EX_0.3-1010",
        "Après son accord, ajoutez votre autorisation (TD0.3).",
        Solver.PROFESSIONNEL,
        READING,
        NORMAL,
    ),
    Condition(
        "autorisation-expiree",
        lambda f: f.authorisation is not Authorisation.EXPIRE,
        "Votre autorisation sur le DMP de ce patient a expiré.",
        "EX_0.3-1020",
        "Après son accord, renouvelez votre autorisation (TD0.3).",
        Solver.PROFESSIONNEL,
        READING,
        NORMAL,
    ),
)

# What a call asks beyond the record's state: TD0.3 and TD3.2 answer a gesture, never an automatism.
GESTURES = (
    Condition(
        "autorisation-deja-valide",
        lambda f: f.authorisation is not Authorisation.VALIDE,
        "Vous êtes déjà autorisé sur le DMP de ce patient.",
        "EX_0.3-1010",
        "Consultez directement le DMP.",
        Solver.PROFESSIONNEL,
        frozenset({Purpose.AUTHORISE}),
    ),
    Condition(
        "autorisation-hors-mode-normal",
        lambda f: f.mode in NORMAL,
        "Une autorisation ne s'ajoute qu'en mode d'accès normal.",
        "PDT-INF-606, TD0.3",
        "Consultez le DMP dans le mode d'urgence, ou revenez au mode d'accès normal.",
        Solver.PROFESSIONNEL,
        frozenset({Purpose.AUTHORISE}),
    ),
    Condition(
        "autorisation-automatique",
        lambda f: f.explicit_request,
        "Votre autorisation ne peut être ajoutée qu'à votre demande, après l'accord du patient.",
        "EX_0.3-1010",
        "Demandez vous-même l'ajout de votre autorisation.",
        Solver.PROFESSIONNEL,
        frozenset({Purpose.AUTHORISE}),
    ),
    Condition(
        "telechargement-automatique",
        lambda f: f.explicit_request,
        "Un document du DMP ne se télécharge qu'à votre demande.",
        "EX_3.2-1010",
        "Choisissez dans la liste le document à ouvrir.",
        Solver.PROFESSIONNEL,
        frozenset({Purpose.RETRIEVE}),
    ),
)
