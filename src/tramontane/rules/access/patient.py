"""Conditions on the patient: identity, information, consent, secret connection, emergency."""

from __future__ import annotations

from tramontane.rules.access.condition import AFTER_STATUS, BRIS_DE_GLACE, EMERGENCIES, NORMAL, Condition, Solver
from tramontane.rules.access.facts import EmergencyOpposition, InsStatus, PatientChoice, Relationship, SecretConnection

# The patient: identity, information, consent (local conditions of TD3.1 and TD3.2; asked before any call).
PATIENT = (
    Condition(
        "ins-absente",
        lambda f: f.ins is not None,
        "Ce patient n'a pas d'INS dans son dossier.",
        "EX_GEN-1255",
        "Faites interroger le téléservice INSi, puis vérifier l'identité du patient.",
        Solver.IDENTITOVIGILANCE,
    ),
    Condition(
        "ins-non-qualifiee",
        lambda f: f.ins is None or f.ins_status is InsStatus.QUALIFIEE,
        "L'INS de ce patient n'est pas qualifiée.",
        "Ségur vague 2, INS/va1.53",
        "Faites vérifier l'identité du patient pour qualifier son INS.",
        Solver.IDENTITOVIGILANCE,
    ),
    Condition(
        "patient-oppose",
        lambda f: f.choice is not PatientChoice.OPPOSED,
        "Le patient s'est opposé à la consultation de son DMP.",
        "CSP, L. 1111-17 et R. 1111-46",
        "Respectez son choix ; s'il en change, enregistrez sa nouvelle décision.",
        Solver.PATIENT,
    ),
    Condition(
        "patient-non-informe",
        lambda f: f.choice is not PatientChoice.NOT_COLLECTED or f.relationship is Relationship.EXPLICIT_CONSENT,
        "Le patient n'a pas été informé de la consultation de son DMP pour cet épisode de soins.",
        "CSP, L. 1111-17 III et R. 1111-46",
        "Informez le patient, puis enregistrez son choix.",
        Solver.PROFESSIONNEL,
        modes=NORMAL,
    ),
    Condition(
        "hors-equipe-de-soins",
        lambda f: f.relationship is not Relationship.OUTSIDE,
        "Vous n'êtes pas membre de l'équipe de soins et le patient n'a pas consenti à cette consultation.",
        "CSP, L. 1110-4 III, L. 1110-12 et R. 1111-46",
        "Recueillez le consentement du patient pour cette consultation, puis enregistrez-le.",
        Solver.PROFESSIONNEL,
        modes=NORMAL,
    ),
)

# A minor may keep a consultation secret from their legal representatives.
SECRET_CONNECTION = (
    Condition(
        "connexion-secrete-majeur",
        lambda f: f.secret_connection is not SecretConnection.NOT_A_MINOR,
        "La connexion secrète est réservée aux patients mineurs.",
        "EX_0.1-1100",
        "Consultez le DMP sans connexion secrète.",
        Solver.PROFESSIONNEL,
    ),
    Condition(
        "connexion-secrete-trop-jeune",
        lambda f: f.secret_connection is not SecretConnection.TOO_YOUNG,
        "Ce patient n'a pas l'âge minimum de la connexion secrète.",
        "EX_0.1-1115",
        "Consultez le DMP sans connexion secrète, avec l'accord des représentants légaux.",
        Solver.PROFESSIONNEL,
    ),
    Condition(
        "connexion-secrete-non-reglee",
        lambda f: f.secret_connection is not SecretConnection.NO_MINIMUM_AGE,
        "L'âge minimum de la connexion secrète n'est pas réglé dans l'établissement.",
        "EX_0.1-1115 ; EX_GEN-1550",
        "Demandez que cet âge soit réglé ; d'ici là, la connexion secrète est impossible.",
        Solver.ADMINISTRATEUR,
    ),
)

# CSP L. 1111-17 I: an emergency exists only if each of these holds.
EMERGENCY = (
    Condition(
        "urgence-sans-motif",
        lambda f: bool(f.emergency.motive.strip()),
        "Vous n'avez pas indiqué le motif du bris de glace.",
        "CSP, L. 1111-17 I et R. 1111-48",
        "Indiquez le motif : il sera tracé et le patient en sera informé.",
        Solver.PROFESSIONNEL,
        modes=BRIS_DE_GLACE,
    ),
    Condition(
        "urgence-patient-conscient",
        lambda f: f.emergency.unable_to_express_will,
        "Vous n'avez pas déclaré que le patient est hors d'état d'exprimer sa volonté.",
        "CSP, L. 1111-17 I",
        "S'il peut s'exprimer, informez-le et utilisez le mode d'accès normal.",
        Solver.PROFESSIONNEL,
        modes=BRIS_DE_GLACE,
    ),
    Condition(
        "urgence-sans-risque-immediat",
        lambda f: f.emergency.immediate_risk,
        "Vous n'avez pas déclaré de risque immédiat pour la santé du patient.",
        "CSP, L. 1111-17 I",
        "Sans risque immédiat, utilisez le mode d'accès normal.",
        Solver.PROFESSIONNEL,
        modes=BRIS_DE_GLACE,
    ),
    Condition(
        "urgence-opposition",
        lambda f: f.emergency.opposition is not EmergencyOpposition.OPPOSED,
        "Le patient s'est opposé par avance à l'accès à son DMP en urgence.",
        "CSP, L. 1111-17 I",
        "Respectez son choix : son DMP reste fermé, même en urgence.",
        Solver.PATIENT,
        AFTER_STATUS,
        EMERGENCIES,
    ),
)
