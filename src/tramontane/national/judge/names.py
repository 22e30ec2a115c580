"""The numbered checks of one call in few words: those of the bytes, of the facts (`judge.checks`), of each document."""

CHECK_NAMES = {
    1: "Certificat",
    2: "Adressage",
    3: "VIHF",
    4: "Rejeu",
    5: "Structure",
    6: "Liste blanche",
    7: "Professionnel",
    8: "Droits fonctionnels",
    9: "État du DMP",
    10: "Autorisation",
    11: "Habilitation",
    12: "Visibilité du document",
}
