"""The catalogue: every event that may be traced, with its French sentence. A code outside it is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# code → sentence for the audit screens; {name} are fields of the trace or of its detail.
EVENTS: dict[str, str] = {
    "connexion.reussie": "Connexion avec {means}",
    "connexion.refusee": "Connexion refusée : {reason}",
    "connexion.fin": "Fin de session",
    "facteur.ajoute": "Second facteur ajouté : {means}",
    "facteur.retire": "Second facteur retiré : {means}",
    "notice.lue": "« J’ai compris » : notice d’information lue",
    "compte.cree": "Compte créé",
    "compte.modifie": "Compte modifié",
    "compte.desactive": "Compte désactivé",
    "compte.affecte": "Affectation aux services modifiée",
    "revue.ouverte": "Revue des comptes ouverte",
    "revue.decidee": "Revue : décision prise sur un compte",
    "revue.close": "Revue des comptes close",
    "patient.cree": "Identité créée",
    "patient.modifie": "Identité modifiée",
    "patient.fusionne": "Identités fusionnées",
    "patient.qualifie": "Identité qualifiée (INSi)",
    "insi.demande": "INSi : demande envoyée",
    "insi.reponse": "INSi : réponse reçue ({outcome})",
    "venue.modifiee": "Venue créée ou modifiée",
    "consentement.enregistre": "Consentement : {subject}, {choice}",
    "hl7.recu": "Message HL7 {event} reçu",
    "hl7.refuse": "Message HL7 {event} en erreur",
    "hl7.rejoue": "Message HL7 rejoué",
    "matrice.modifiee": "Matrice d’habilitation modifiée",
    "matrice.revue": "Matrice d’habilitation revue",
    "configuration.modifiee": "Configuration modifiée",
    "configuration.testee": "Connexion au DMP testée : {outcome}",
    "dossier.ouvert": "Dossier ouvert",
    "dossier.hors_equipe": "Dossier atteint hors équipe de soins",
    "acces.refuse": "Accès au DMP refusé par l’établissement",
    "dmp.demande": "{transaction} : demande envoyée",
    "dmp.reponse": "{transaction} : réponse reçue ({outcome})",
    "bris_de_glace.ouvert": "Accès en bris de glace",
    "bris_de_glace.termine": "Fin de l’accès en bris de glace",
    "bris_de_glace.controle": "Accès en bris de glace contrôlé",
    "web_ps.ouvert": "{transaction} : DMP ouvert dans le Web-PS",
    "regulation.ouverte": "Accès de régulation médicale (centre 15)",
    "regulation.terminee": "Fin de l’accès de régulation médicale",
    "connexion_secrete.ouverte": "Connexion secrète ouverte, à la demande du patient mineur",
    "connexion_secrete.quittee": "Connexion secrète quittée",
    "document.lu": "Document du DMP lu",
    "document.classe": "Document classé dans le dossier",
    "document.declasse": "Classement annulé",
    "document.envoi": "Envoi au DMP : {outcome}",
    "lancement.contextuel": "Lancement contextuel depuis le DPI",
    "lancement.refuse": "Lancement contextuel refusé : {reason}",
    "trace.extraite": "Extraction de traces",
    "trace.verifiee": "Chaîne de traces vérifiée",
    "prechargement": "Préchargement : {outcome}",
    "homologation.referentiel": "Référentiel enregistré : {edition}",
    "homologation.dossier": "Dossier d’homologation : {move}",
    "homologation.evaluation": "{exigence} évaluée : {level}",
    "homologation.commentaire": "{exigence} commentée",
    "homologation.preuve": "Preuve {move} : {title}",
    "homologation.support": "Support documentaire modifié : {section}",
    "homologation.reserve": "{exigence} : réserve {move}",
    "homologation.action": "{exigence} : action {move}",
    "homologation.commission": "Commission : {move}",
    "homologation.decision": "Décision de la commission : {decision}",
    "homologation.pv": "PV signé : homologation pour {months} mois",
    "homologation.document": "Document remis : {title}",
    "homologation.pack": "Pack d’audit fabriqué : {files} fichiers",
    "homologation.fin": "Homologation {kind}",
    "homologation.releve": "Relevé automatique {move} : {title}",
    "homologation.logiciel": "Registre des logiciels métier : {move}",
    "homologation.numero": "Numéro d’homologation CNDA affiché : {system}",
    "homologation.contrat": "Dossier de contractualisation AIR : {move}",
    "homologation.rappel": "Rappel {move} : {title}",
    "homologation.rgpd": "RGPD : {item}",
    "objectifs.releve": "Relevé d’objectifs de {month}, n° {number}",
    "objectifs.parametre": "Objectifs : paramètre {parameter} fixé à {value}",
    "objectifs.partage": "Objectifs : partage {move}",
    "objectifs.preuve": "Pièce d’objectifs {move} : {title}",
    "objectifs.date": "Calendrier des objectifs : date {move}",
}


# In the detail of whatever a minor keeps from the legal representatives (EX_0.1-1100): left out of the list one hands over.
SECRECY = "connexion_secrete"
SECRET = {SECRECY: True}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Built from an account, or a system process (no account)."""

    finess_juridique: str
    account_id: int | None = None
    account_name: str = ""
    rpps: str = ""
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to trace. Free text goes nowhere but `motive`, which the user typed knowingly."""

    code: str
    actor: Actor
    finess_geographique: str = ""
    patient_id: int | None = None
    ins: str = ""
    transaction: str = ""
    access_mode: str = ""
    motive: str = ""
    outcome: str = ""
    correlation: UUID | None = None
    assertion_id: str = ""
    document_ids: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in EVENTS:
            raise ValueError(f"événement hors catalogue : {self.code}")
