"""The documents of a dossier, word for word: the two wordings of the PV, the parts of the support, what is left out."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest

from support.paper_contents import AT, content, exigence, reserve
from tramontane.hospital.homologation.documents.content import Content
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.ui import document, word

NBSP = "\u00a0"


def text(key: str, given: Content) -> str:
    """The words of the PDF, spaces and line ends folded."""
    opened = pypdfium2.PdfDocument(io.BytesIO(document.pdf(PAPERS[key].draw(given), at=AT)))
    pages = [page.get_textpage().get_text_bounded() for page in opened]
    return re.sub(r"\s+", " ", " ".join(pages).replace("\u200b", "").replace("\ufffe", ""))


PRONONCE = (
    "Suite à la commission tenue le 23 novembre 2026, je soussignée Anne Mercier, responsable de la structure Centre hospitalier "
    "d’Essai, prononce l'homologation au « Référentiel de sécurité et d'interopérabilité relatif à l'accès des professionnels au "
    "dossier médical partagé (DMP) » version 1.0 pour {months} mois{reserves}."
)
MENTION = "Le service est homologué pour {months} mois{reserves}."
ONE = ", avec la réserve suivante : EXI 20, Journal des habilitations à tenir"
TWO = ", avec les réserves suivantes : EXI 20, Journal des habilitations à tenir ; EXI 28, Avenant à signer"


@pytest.mark.parametrize("months", [1, 12])
@pytest.mark.parametrize(
    ("rows", "reserves"),
    [
        ((), ""),
        ((exigence("exi-20", "partielle", reserve=reserve()),), ONE),
        (
            (
                exigence("exi-20", "partielle", reserve=reserve()),
                exigence("exi-28", "non_conforme", reserve=reserve("Avenant à signer")),
            ),
            TWO,
        ),
    ],
    ids=["no réserve", "one", "two"],
)
def test_the_pv_carries_both_wordings(months: int, rows: tuple[dict[str, object], ...], reserves: str) -> None:
    said = text("pv", content(*rows, months=months))
    assert "Procès-verbal d'auto-homologation au référentiel DMP" in said
    assert PRONONCE.format(months=months, reserves=reserves) in said
    assert MENTION.format(months=months, reserves=reserves) in said
    assert ("Réserves et plan d’actions" in said) is bool(rows)
    assert "[" not in said


@pytest.mark.parametrize("identifiants", [("010000001",), ("010000001", "010000002", "2A0000003")])
def test_the_pv_lists_every_legal_identifier_of_the_certificates(identifiants: tuple[str, ...]) -> None:
    said = text("pv", content(identifiants=identifiants))
    after = said.partition("IGC-Santé utilisés pour l'accès en 'AIR Simplifié'")[2].partition("Commission du")[0]
    assert re.findall(r"[0-9A-Z]{9}", after) == list(identifiants)


def test_the_pv_prints_perimeters_with_their_steps_and_actions_with_their_owner() -> None:
    met = exigence(
        "exi-04", "conforme_perimetre", perimetre="Cardiologie", etapes="Puis chirurgie", calendrier="Mars 2027"
    )
    said = text("pv", content(met, exigence("exi-20", "partielle", reserve=reserve())))
    assert "EXI 04 Cardiologie Puis chirurgie Mars 2027" in said
    assert "Écrire la procédure, RSSI, pour le 1er février 2027 : en cours" in said
    assert "31 mars 2027" in said


@pytest.mark.parametrize("paper", ["support", "auto-evaluation"])
def test_what_an_earlier_level_was_said_with_is_not_printed(paper: str) -> None:
    met = exigence("exi-04", perimetre="Cardiologie", etapes="Puis chirurgie", motif="Rien ne s’y prête")
    said = text(paper, content(met))
    assert "Cardiologie" not in said
    assert "Rien ne s’y prête" not in said
    assert "Sans objet : Rien ne s’y prête" in text(
        paper, content(exigence("exi-05", "non_applicable", motif=met["motif"]))
    )


def test_a_lifted_reserve_is_no_longer_in_the_plan_of_the_pv() -> None:
    given = content(exigence("exi-20", "partielle", reserve=reserve()))
    given.values["exigences"][19]["reserve"]["levee_le"] = "2026-11-01"
    assert "Réserves et plan d’actions" not in text("pv", given)
    assert "Levée le 1er novembre 2026" in text("plan-d-actions", given)


def test_the_reserve_of_an_exigence_met_since_is_not_in_the_plan_of_the_pv() -> None:
    assert "Réserves et plan d’actions" not in text("pv", content(exigence("exi-20", reserve=reserve())))


def test_the_pv_shows_the_level_of_the_29_exigences_and_who_sat() -> None:
    said = text("pv", content())
    levels = said.partition("Niveau d’atteinte des 29 exigences")[2]
    assert re.findall(r"EXI (\d\d)", levels) == [f"{number:02}" for number in range(1, 30)]
    assert "En attente de la signature du PV" in levels
    assert "Anne Mercier Responsable de l’établissement oui Favorable" in said
    assert "met en évidence que les risques sont acceptés." in said


def test_the_support_has_the_four_parts_of_the_webinar_and_their_details() -> None:
    said = text("support", content())
    wanted = [
        "1. Récapitulatif des différents SI accédant au DMP en alimentation et en consultation / téléchargement",
        "2. Pour chaque exigence du présent référentiel, une revue de son respect effectif",
        "Les modalités d'identification électronique à deux facteurs",
        "Les modalités de contrôle d'accès (habilitations) à ces outils, et de revue régulière de ces accès",
        "Les cas d'usage pour lesquels il est prévu d'automatiser le préchargement",
        "Les méthodes mises en œuvre pour assurer la traçabilité des accès",
        "Les modalités de sensibilisation des professionnels",
        "3. Les risques principaux identifiés vis-à-vis du DMP",
        "4. La procédure à suivre en cas de suspicion de violation de données",
    ]
    places = [said.find(title) for title in wanted]
    assert -1 not in places
    assert places == sorted(places)
    assert "Texte de la partie violation." in said


def test_a_part_nobody_wrote_says_so() -> None:
    given = content()
    del given.values["support"]["risques"]
    assert "Cette partie n’est pas encore rédigée." in text("support", given)


def test_no_text_is_shown_as_official_that_is_not() -> None:
    said = text("exigences", content())
    assert "EXI 01 Texte texte officiel à saisir" in said
    assert "EXI 04 Logiciel métier homologué CNDA « Pour avoir des accès via interfaces LPS DMP" in said
    assert "texte cité par le webinaire de l’ANS" in said


def test_the_self_assessment_counts_and_names() -> None:
    said = text("auto-evaluation", content(exigence("exi-20", "partielle", preuves=[])))
    assert "Conforme 27 Partiellement conforme 1 En attente de la signature du PV 1" in said
    assert "Répond : Zoé Roux" in said


def test_a_plan_without_reserve_says_so_and_an_unmet_exigence_without_one_is_listed() -> None:
    assert "Aucune réserve" in text("plan-d-actions", content())
    said = text("plan-d-actions", content(exigence("exi-20", "partielle")))
    assert "Exigences non atteintes, sans réserve écrite • EXI 20 Gestion des habilitations" in said


def test_frozen_values_say_that_they_are() -> None:
    assert "État du dossier au 23 novembre 2026 à 15 h 30" in text("support", content())
    assert "Figé à la signature du procès-verbal, le 23 novembre 2026" in text("support", content(signed=True))


@pytest.mark.parametrize("key", PAPERS)
def test_each_document_is_the_same_bytes_twice_in_both_forms(key: str) -> None:
    drawn = PAPERS[key].draw(content(exigence("exi-20", "partielle", reserve=reserve())))
    assert document.pdf(drawn, at=AT) == document.pdf(drawn, at=AT)
    assert word.write(drawn, at=AT) == word.write(drawn, at=AT)


@pytest.mark.parametrize("hostile", ["=cmd|'/C calc'!A0", "#pagebreak()", "<script>alert(1)</script>", "{{ 7*7 }}"])
def test_a_hostile_reserve_is_printed_as_it_is(hostile: str) -> None:
    given = content(exigence("exi-20", "partielle", reserve=reserve(hostile)))
    said = re.sub(r"\s", "", text("pv", given))
    assert said.count(re.sub(r"\s", "", hostile)) == 3


def test_ten_thousand_characters_in_a_reserve_are_all_printed() -> None:
    given = content(exigence("exi-20", "partielle", reserve=reserve("ø" * 10_000)))
    assert text("pv", given).count("ø") == 30_000
