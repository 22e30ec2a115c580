"""Conditions on the professional: two factors, RPPS, notice, habilitation. No emergency sets them aside."""

from __future__ import annotations

from tramontane.rules.access.condition import BRIS_DE_GLACE, CENTRE_15, Condition, Solver
from tramontane.rules.access.facts import NoticeState

# EXI 23: identified beforehand with two factors.
IDENTIFICATION = (
    Condition(
        "deux-facteurs-absents",
        lambda f: f.proof is not None,
        "Aucune preuve de votre authentification à deux facteurs n'accompagne votre session.",
        "Référentiel DMP, EXI 23 ; EX_AIR-085",
        "Reconnectez-vous avec un moyen d'identification à deux facteurs.",
        Solver.PROFESSIONNEL,
    ),
    Condition(
        "deux-facteurs-inconnus",
        lambda f: f.proof is None or bool(f.proof.factors),
        "Le fournisseur d'identité n'a pas indiqué quels facteurs vous avez présentés.",
        "Référentiel DMP, EXI 23",
        "Demandez au service informatique de faire transmettre les facteurs présentés lors de la connexion.",
        Solver.INFORMATIQUE,
    ),
    Condition(
        "facteur-unique",
        lambda f: f.proof is None or len(f.proof.factors) != 1,
        "Vous vous êtes identifié avec un seul facteur : il en faut deux de natures différentes.",
        "Référentiel DMP, EXI 23",
        "Reconnectez-vous avec un moyen d'identification à deux facteurs.",
        Solver.PROFESSIONNEL,
    ),
    Condition(
        "rpps-inconnu",
        lambda f: f.rpps is not None,
        "Votre numéro RPPS n'est pas rattaché à votre compte.",
        "EX_AIR-020 ; EX_GEN-1320",
        "Faites rattacher votre numéro RPPS à votre compte.",
        Solver.ADMINISTRATEUR,
    ),
    Condition(
        "notice-non-lue",
        lambda f: f.notice is not NoticeState.NOT_READ,
        "Vous n'avez pas encore pris connaissance de l'information sur l'usage de votre numéro RPPS.",
        "Ségur vague 2, SC.DMP/CONF.11 ; EX_AIR-085",
        "Lisez l'information affichée, puis confirmez que vous l'avez comprise.",
        Solver.PROFESSIONNEL,
    ),
    Condition(
        "notice-a-relire",
        lambda f: f.notice is not NoticeState.EXPIRED,
        "L'information sur l'usage de votre numéro RPPS doit être relue.",
        "Ségur vague 2, SC.DMP/CONF.11",
        "Relisez l'information affichée, puis confirmez que vous l'avez comprise.",
        Solver.PROFESSIONNEL,
    ),
)

# EXI 20: the hospital's own rules on who may consult.
HABILITATION = (
    Condition(
        "habilitation-consultation",
        lambda f: f.rights.consult,
        "Votre profession n'est pas habilitée à consulter le DMP dans ce service.",
        "Référentiel DMP, EXI 20",
        "Demandez une habilitation si votre exercice le justifie.",
        Solver.ADMINISTRATEUR,
    ),
    Condition(
        "habilitation-bris-de-glace",
        lambda f: f.rights.bris_de_glace,
        "Votre profession n'est pas habilitée au bris de glace dans ce service.",
        "Référentiel DMP, EXI 20",
        "Faites appel à un professionnel habilité au bris de glace.",
        Solver.ADMINISTRATEUR,
        modes=BRIS_DE_GLACE,
    ),
    Condition(
        "habilitation-regulation",
        lambda f: f.rights.regulate,
        "Votre profession n'est pas habilitée à l'accès de régulation médicale dans ce service.",
        "Référentiel DMP, EXI 20",
        "Utilisez le mode d'accès normal, ou demandez une habilitation.",
        Solver.ADMINISTRATEUR,
        modes=CENTRE_15,
    ),
)
