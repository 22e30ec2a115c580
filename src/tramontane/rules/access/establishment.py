"""Conditions on the establishment: certificates, AIR contract, white list. No emergency sets them aside."""

from __future__ import annotations

from tramontane.rules.access.condition import Condition, Solver
from tramontane.rules.access.facts import AirContractState, CertificateState

# EX_AIR-080, EXI 25, EXI 29: what the establishment must hold.
ESTABLISHMENT = (
    Condition(
        "certificat-absent",
        lambda f: f.certificates is not CertificateState.MISSING,
        "Les certificats IGC-Santé de l'établissement, ou les fichiers qui les vérifient, sont absents ou illisibles.",
        "EX_AIR-080",
        "Signalez-le au service informatique : la consultation du DMP est impossible pour tous.",
        Solver.INFORMATIQUE,
    ),
    Condition(
        "certificat-expire",
        lambda f: f.certificates is not CertificateState.EXPIRED,
        "Un certificat IGC-Santé de l'établissement a expiré.",
        "EX_AIR-080",
        "Signalez-le au service informatique, qui doit le renouveler.",
        Solver.INFORMATIQUE,
    ),
    Condition(
        "certificat-revoque",
        lambda f: f.certificates is not CertificateState.REVOKED,
        "Un certificat IGC-Santé de l'établissement a été révoqué.",
        "EX_AIR-080 ; Référentiel DMP, EXI 25",
        "Signalez-le au service informatique, qui doit en obtenir un nouveau.",
        Solver.INFORMATIQUE,
    ),
    Condition(
        "certificat-expire-bientot",
        lambda f: f.certificates is not CertificateState.EXPIRING,
        "Un certificat IGC-Santé de l'établissement expire bientôt.",
        "EX_AIR-080",
        "Signalez-le au service informatique, qui doit le renouveler.",
        Solver.INFORMATIQUE,
        blocking=False,
    ),
    Condition(
        "contrat-air-expire",
        lambda f: f.air_contract is not AirContractState.EXPIRED,
        "Le contrat AIR de votre site a expiré.",
        "Référentiel DMP, EXI 29",
        "Demandez à la direction de renouveler l'auto-homologation et le contrat.",
        Solver.DIRECTION,
    ),
    Condition(
        "contrat-air-suspendu",
        lambda f: f.air_contract is not AirContractState.SUSPENDED,
        "L'accès AIR de votre site est suspendu par l'Assurance Maladie.",
        "Référentiel DMP, article 2.3",
        "Demandez à la direction de se rapprocher de l'Assurance Maladie.",
        Solver.DIRECTION,
    ),
    Condition(
        "liste-blanche",
        lambda f: f.air_contract is not AirContractState.REFUSED,
        "Le SI-DMP a refusé votre site : son FINESS géographique n'est pas sur la liste blanche.",
        "Référentiel DMP, EXI 29",
        "Demandez à la direction de vérifier le contrat AIR de ce site.",
        Solver.DIRECTION,
    ),
    Condition(
        "site-hors-contrat",
        lambda f: not f.outside_contract,
        "Votre site n'est pas au contrat AIR que l'établissement a déclaré : le DMP peut refuser l'accès.",
        "Référentiel DMP, EXI 29",
        "Signalez-le à la direction, qui doit faire ajouter ce site au contrat ou corriger votre service.",
        Solver.DIRECTION,
        blocking=False,
    ),
)
