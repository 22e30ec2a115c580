"""The numbered checks of one call in few words: those of the bytes, of the facts (`judge.checks`), of each document."""

CHECK_NAMES = {
    1: "certificat",
    2: "adressage",
    3: "VIHF",
    4: "rejeu",
    5: "structure",
    6: "liste blanche",
    7: "professionnel",
    8: "droits fonctionnels",
    9: "état du DMP",
    10: "autorisation",
    11: "habilitation",
    12: "visibilité du document",
}
