"""Machine evidence: what the application can say of itself over a period, as a table of collectors.

A collector proposes, a person confirms. It never reads « passed » out of nothing: no call in the period, no certificate to
read, no system registered, and its outcome is « not run ».
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.hospital.homologation.collectors import calls, certificates, chain, deployment, reviews
from tramontane.hospital.homologation.collectors.finding import Check, Finding, Scope


@dataclass(frozen=True, slots=True)
class Collector:
    """One thing the application looks at.

    Attributes:
        code: what an exigence of a référentiel names in `collecteurs`.
        title: title of the proof.
        question: what is asked, in words: the text that goes with the figures.
    """

    code: str
    title: str
    question: str
    look: Callable[[Scope], Finding]


COLLECTORS = (
    Collector(
        "double_facteur",
        "Deux facteurs sur chaque VIHF",
        "Parmi les appels au DMP de la période (un appel, un VIHF), ceux dont la preuve d’authentification présente deux "
        "facteurs de natures différentes, et les autres.",
        calls.two_factors,
    ),
    Collector(
        "identifiants_appels",
        "RPPS et FINESS dans tous les appels",
        "Parmi les appels au DMP de la période, ceux sans RPPS, sans FINESS géographique, ou dont le FINESS n’est pas celui "
        "d’un site de l’établissement.",
        calls.identifiers,
    ),
    Collector(
        "ins_qualifiee",
        "INS qualifiée à chaque appel",
        "Parmi les appels au DMP de la période, ceux sans INS, ou dont l’identité n’avait pas été qualifiée avant l’appel.",
        calls.qualified_ins,
    ),
    Collector(
        "consentement",
        "Information ou consentement avant chaque appel",
        "Parmi les appels ordinaires de la période (hors urgence), ceux que ne précède aucune information ni aucun "
        "consentement, ou que précède une opposition.",
        calls.consent,
    ),
    Collector(
        "notice_lue",
        "Notice lue avant chaque appel",
        "Parmi les appels au DMP de la période, ceux d’un professionnel qui n’avait pas lu la notice dans son délai de validité.",
        calls.notice_read,
    ),
    Collector(
        "revue_habilitations",
        "Revue des comptes et des habilitations",
        "La dernière revue des comptes close, et la dernière revue ou publication de la matrice d’habilitation, dans les "
        "douze mois qui précèdent la fin de la période.",
        reviews.reviews,
    ),
    Collector(
        "certificats",
        "Usage et validité des certificats",
        "Les deux certificats en service à l’instant du relevé : lisibles, de l’établissement, de l’usage attendu, en cours "
        "de validité.",
        certificates.validity,
    ),
    Collector(
        "garde_clefs",
        "Garde des clefs privées",
        "Où sont les clefs privées à l’instant du relevé : module de sécurité ou fichier, et qui peut lire le fichier.",
        certificates.custody,
    ),
    Collector(
        "revocation",
        "Contrôle de révocation",
        "À l’instant du relevé : la révocation est contrôlée, les listes sont à jour, et aucun certificat de l’établissement "
        "n’y figure.",
        certificates.revocation,
    ),
    Collector(
        "deploiement_dpi",
        "Logiciel métier homologué et déployé",
        "Dans le registre des logiciels métier : la version en service, son homologation CNDA pour la consultation en AIR, "
        "les services où elle est en production, et le calendrier des autres.",
        deployment.deployment,
    ),
    Collector(
        "chaine_traces",
        "Traces complètes et chaîne vérifiée",
        "Les appels de la période restés sans réponse tracée ; chaque trace de la période et chaque sceau qui la couvre, relus "
        "et recalculés.",
        chain.traces,
    ),
)
BY_CODE = {one.code: one for one in COLLECTORS}

__all__ = ["BY_CODE", "COLLECTORS", "Check", "Collector", "Finding", "Scope"]
