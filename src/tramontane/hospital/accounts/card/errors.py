"""Why a card was refused: a stable code for the trace, a sentence for the person. Never a certificate, never a name."""

from __future__ import annotations

CAUTION = (
    "La connexion par carte est refusée par prudence. Prévenez le service informatique en donnant le code affiché."
)
WRONG_CERTIFICATE = (
    "Ce n’est pas le certificat d’authentification d’une carte. Si votre navigateur propose plusieurs certificats, "
    "choisissez celui d’authentification, pas celui de signature."
)
NOT_A_PERSON = (
    "Cette carte ne porte pas le numéro RPPS d’un professionnel : elle ne peut pas ouvrir de session ici. "
    "Connectez-vous avec un autre moyen."
)
SENTENCES = {
    "carte-absente": "Aucune carte n’a été lue. Insérez votre carte, saisissez son code, puis recommencez ; fermez le navigateur s’il ne redemande rien.",
    "certificat-usage": WRONG_CERTIFICATE,
    "certificat-validite": "Votre carte est expirée, ou n’est pas encore valable. Connectez-vous avec un autre moyen et faites renouveler votre carte.",
    "certificat-chaine": "Cette carte n’est pas émise par une autorité que l’établissement reconnaît pour les cartes.",
    "certificat-crl": "La liste des cartes révoquées n’est plus à jour : aucune carte n’est acceptée tant qu’elle ne l’est pas. Prévenez le service informatique.",
    "certificat-revocation": "Votre carte est révoquée. Connectez-vous avec un autre moyen et demandez une nouvelle carte.",
    "carte-sans-personne": NOT_A_PERSON,
    "carte-sans-rpps": NOT_A_PERSON,
    "compte-inconnu": "Votre carte est valable, mais aucun compte actif ne porte votre numéro RPPS ici. Demandez à la personne qui gère les comptes de le vérifier.",
    "autre-personne": "Cette carte n’est pas celle de la personne de la session ouverte. Déconnectez-vous d’abord.",
}


class CardError(Exception):
    """A card login that stops here.

    Attributes:
        code: the failed check, kebab-case; what the trace and the log keep.
        sentence: what the person reads.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES.get(code, CAUTION)
