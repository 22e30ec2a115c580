"""A dossier of homologation as a team leaves it half-way: assessed by half, some proofs, one réserve, the support begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from tramontane.demo import pdf
from tramontane.demo.compose import Report, Section
from tramontane.demo.structures import HOSPITAL
from tramontane.hospital.accounts.models import Account, LegalEntity
from tramontane.hospital.accounts.selectors import actor
from tramontane.hospital.homologation.models import Dossier
from tramontane.hospital.homologation.services import assessing, opening, proving, reserving
from tramontane.hospital.traces.events import Actor
from tramontane.rules.homologation import Assessment, Level

# Exigence → level, owner, stakeholders. Only what the webinar tells is assessed with words; the rest of the text is unknown.
ANSWERS: dict[str, tuple[Level, str, tuple[str, ...]]] = {
    "exi-04": (Level.COMPLIANT_ON_PERIMETER, "Direction des systèmes d’information", ("DSI", "éditeur")),
    "exi-20": (Level.PARTLY, "Claire Dubois", ("RSSI", "DPO")),
    "exi-23": (Level.COMPLIANT_ON_PERIMETER, "Claire Dubois", ("RSSI", "DSI", "éditeur")),
    "exi-25": (Level.COMPLIANT, "Claire Dubois", ("RSSI", "DSI")),
    "exi-28": (Level.NON_COMPLIANT, "Direction des systèmes d’information", ("DSI", "éditeur")),
}
PERIMETER = {
    "perimeter": "Cardiologie et urgences",
    "steps": "Chirurgie et médecine, puis les autres services",
    "calendar": "Chirurgie et médecine en mars, les autres services en juin",
}
PROOFS = (
    ("Attestation d’homologation du logiciel métier (fictive)", ("exi-04",), 90),
    ("Inventaire des moyens d’identification à deux facteurs (fictif)", ("exi-23",), 60),
    ("Procédure de garde des clefs privées (fictive)", ("exi-25",), 400),
)
SECTIONS = {
    "systemes": "Le dossier patient informatisé consulte le DMP en AIR simplifié ; il l’alimente par un certificat de l’établissement.",
    "tracabilite": "Chaque appel laisse deux traces, la demande et la réponse, dans un journal chaîné et scellé.",
}


def create(entity: LegalEntity, accounts: Mapping[str, Account], at: datetime) -> None:
    """Open the dossier and answer half of it, as the homologation team would; each write leaves its trace."""
    author = accounts["girard"]
    who = actor(author, None)
    dossier = opening.open_dossier(entity, "dmp", actor=who)
    for exigence, (level, owner, stakeholders) in ANSWERS.items():
        words = PERIMETER if level is Level.COMPLIANT_ON_PERIMETER else {}
        said = Assessment(level, stakeholders=stakeholders, owner=owner, **words)
        assessing.assess(dossier, exigence, said, after=0, actor=who)
    for title, exigences, days in PROOFS:
        content = proving.Content((at - timedelta(days=days)).date(), file=_paper(title))
        proving.add(dossier, exigences, title, content, actor=who)
    for key, text in SECTIONS.items():
        assessing.write_section(dossier, key, text, actor=who)
    _reserve(dossier, at, who)
    text = "L’avenant au contrat de maintenance est demandé à l’éditeur."
    assessing.comment(dossier, "exi-28", text, author=author, actor=who)


def _reserve(dossier: Dossier, at: datetime, who: Actor) -> None:
    due = (at + timedelta(days=120)).date()
    reserve = reserving.write_reserve(dossier, "exi-20", "revue annuelle des habilitations à tenir", due, actor=who)
    sooner = (at + timedelta(days=90)).date()
    reserving.plan(reserve, "Tenir la revue des habilitations", "Claire Dubois", sooner, actor=who)


def _paper(title: str) -> SimpleUploadedFile:
    """A one-page PDF that says it is fictitious."""
    words = Section("", "", "Cette pièce est fictive : elle montre où une preuve se range, et n’atteste rien.")
    head = pdf.Letterhead((HOSPITAL.name,), (), "", ())
    return SimpleUploadedFile("preuve-fictive.pdf", pdf.render(Report(title, (words,)), head), "application/pdf")
