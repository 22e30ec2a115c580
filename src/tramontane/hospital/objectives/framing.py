"""The template of the note de cadrage: headings to fill, and what the application knows already."""

from __future__ import annotations

import io
from datetime import datetime

from django.utils import timezone
from docx import Document

from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.objectives import words
from tramontane.hospital.objectives.selectors.facts import gather
from tramontane.rules.objectives import definitions, figures
from tramontane.rules.objectives.periods import month_of

# Our own outline: no official template is in our sources.
OUTLINE = (
    ("Contexte et périmètre", "Établissements, sites, services et populations concernés."),
    ("Gouvernance", "Direction, DSI, RSSI, DPO, DIM, représentants des soignants : rôles et instances."),
    ("Trajectoire", "Étapes, calendrier, dépendances avec l’éditeur et le GHT."),
    ("Moyens", "Équipe, budget, matériels d’authentification, formation."),
    ("Risques", "Risques identifiés, mesures de réduction, modes dégradés."),
)


def framing_note(entity: LegalEntity, at: datetime) -> bytes:
    """A Word file to complete.

    Args:
        at: its date, aware; the figures are those of that instant.
    """
    document = Document()
    document.core_properties.language = "fr-FR"
    document.core_properties.title = "Note de cadrage du projet HospiConnect"
    document.add_heading("Note de cadrage du projet HospiConnect", level=0)
    document.add_paragraph(
        f"{entity.name}, FINESS juridique {entity.finess_juridique}, {timezone.localtime(at):%d/%m/%Y}."
    )
    document.add_paragraph(
        "Trame proposée par l’application ; le modèle officiel éventuel est celui du portail Convergence."
    )
    for title, hint in OUTLINE:
        document.add_heading(title, level=1)
        document.add_paragraph(f"[À compléter : {hint}]")
    document.add_heading("Point de départ mesuré", level=1)
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Objectif", "Cible 2027", "Mesure à ce jour"), strict=True):
        cell.text = text
    labels = {one.id: one.libelle for one in definitions().objectifs}
    for one in figures(gather(entity, month_of(at), at)):
        if one.year == "2027":
            cells = table.add_row().cells
            cells[0].text = f"{one.objective} {labels[one.objective]}"
            cells[1].text = words.percent(one.threshold) if one.threshold is not None else "document"
            cells[2].text = f"{words.percent(one.share)} ({words.counted(one)})" if one.denominator else str(one.state)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
