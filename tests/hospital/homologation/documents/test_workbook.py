"""The workbook goes out, is filled in, and comes back: a report first, then the services; or the line at fault."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from support.homologation_facts import dmp
from support.homologation_scene import Scene
from tramontane.hospital import clock
from tramontane.hospital.homologation.documents import returned
from tramontane.hospital.homologation.documents.content import content_of
from tramontane.hospital.homologation.documents.excel import EXIGENCES, RESERVES, exported
from tramontane.hospital.homologation.documents.exchange import oscal_results
from tramontane.hospital.homologation.documents.returned import Rehearsal
from tramontane.hospital.homologation.models import Action, Dossier
from tramontane.hospital.homologation.services import moving, reserving
from tramontane.rules.homologation import ActionState, Level

pytestmark = pytest.mark.django_db
HEAD = 2  # the notice, then the headings


@pytest.fixture
def scene() -> Scene:
    return Scene.new()


@pytest.fixture
def dossier(scene: Scene) -> Dossier:
    """One exigence answered, one unmet with a réserve and an action."""
    found = scene.open()
    scene.assess(found, "exi-01")
    scene.assess(found, "exi-20", Level.PARTLY)
    scene.reserve(found, "exi-20")
    return found


def out(dossier: Dossier) -> bytes:
    revisions = dict(dossier.assessments.values_list("exigence", "revision"))
    return exported(content_of(dossier), revisions)


def filled(data: bytes, fill: Callable[[Any, Any], None]) -> bytes:
    """The workbook after somebody wrote in it: `fill` receives the two sheets by column name."""
    book, target = load_workbook(io.BytesIO(data)), io.BytesIO()
    fill(Grid(book[EXIGENCES]), Grid(book[RESERVES]))
    book.save(target)
    return target.getvalue()


class Grid:
    """A sheet by line and heading."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.columns = {cell.value: cell.column for cell in sheet[HEAD]}

    def __setitem__(self, place: tuple[int, str], value: Any) -> None:
        self.sheet.cell(place[0], self.columns[place[1]]).value = value

    def line(self, name: str) -> int:
        return next(row for row in range(HEAD + 1, self.sheet.max_row + 1) if self.sheet.cell(row, 1).value == name)


def back(dossier: Dossier, data: bytes) -> Rehearsal:
    return returned.rehearse(dossier, data, moving.today())


def test_a_workbook_that_was_not_touched_changes_nothing(dossier: Dossier) -> None:
    assert back(dossier, out(dossier)) == Rehearsal((), ())


def test_answers_reserves_and_actions_come_back_in_one_go(scene: Scene, dossier: Dossier) -> None:
    def fill(exigences: Grid, plan: Grid) -> None:
        line = exigences.line("exi-04")
        exigences[line, "Niveau"] = "conforme sur un périmètre"
        exigences[line, "Périmètre"], exigences[line, "Étapes"] = "Cardiologie", "Chirurgie\nUrgences"
        exigences[line, "Calendrier"], exigences[line, "Parties prenantes"] = "2027", "RSSI\nDSI"
        exigences[exigences.line("exi-28"), "Niveau"] = "Non conforme"
        plan[HEAD + 1, "Avancement"] = "Faite"
        values = ("exi-28", "", "Avenant à signer", "31/03/2027", "=Relancer", "DSI", "01/02/2027", "En cours")
        for column, value in enumerate(values, start=1):
            cell = plan.sheet.cell(HEAD + 2, column)
            cell.value, cell.data_type = value, "s"

    found = back(dossier, filled(out(dossier), fill))
    assert found.problems == ()
    assert [(one.exigence, one.detail) for one in found.changes] == [
        (
            "EXI 04",
            (
                "niveau : Non évaluée → Conforme sur un périmètre ; périmètre : rien → « Cardiologie »"
                " ; étapes : rien → « Chirurgie Urgences » ; calendrier : rien → « 2027 »"
                " ; parties prenantes : rien → « RSSI, DSI »"
            ),
        ),
        ("EXI 28", "niveau : Non évaluée → Non conforme"),
        ("EXI 20", "action : Mettre en conformité (à faire → faite)"),
        ("EXI 28", "réserve écrite : Avenant à signer"),
        ("EXI 28", "action prévue : =Relancer"),
    ]
    assert returned.apply(found, scene.actor) == 5
    kept = dossier.assessments.get(exigence="exi-04")
    assert (kept.level, kept.steps, kept.stakeholders) == ("conforme_perimetre", "Chirurgie\nUrgences", ["RSSI", "DSI"])
    assert list(Action.objects.order_by("pk").values_list("title", "state")) == [
        ("Mettre en conformité", "faite"),
        ("=Relancer", "en_cours"),
    ]
    assert back(dossier, out(dossier)) == Rehearsal((), ())


def test_an_action_changes_hands_and_date_once_the_report_is_read(scene: Scene, dossier: Dossier) -> None:
    def fill(_: Grid, plan: Grid) -> None:
        plan[3, "Menée par"], plan[3, "Pour le"], plan[3, "Avancement"] = "DSI", "01/04/2027", "Faite"

    found = back(dossier, filled(out(dossier), fill))
    before = Action.objects.get()
    assert [one.detail for one in found.changes] == [
        f"action confiée : Mettre en conformité (RSSI, {before.due:%d/%m/%Y} → DSI, 01/04/2027)",
        "action : Mettre en conformité (à faire → faite)",
    ]
    assert returned.apply(found, scene.actor) == 2
    action = Action.objects.get()
    assert (action.owner, f"{action.due}", action.state) == ("DSI", "2027-04-01", "faite")
    assert back(dossier, out(dossier)) == Rehearsal((), ())


def _level(name: str, level: str) -> Callable[[Grid, Grid], None]:
    return lambda exigences, _: exigences.__setitem__((exigences.line(name), "Niveau"), level)


def _cell(line: int, column: str, value: object) -> Callable[[Grid, Grid], None]:
    return lambda _, plan: plan.__setitem__((line, column), value)


def _twice(exigences: Grid, _: Grid) -> None:
    exigences[exigences.line("exi-02"), "Identifiant"] = "exi-01"


def _plan_of(name: str) -> Callable[[Grid, Grid], None]:
    def fill(_: Grid, plan: Grid) -> None:
        for column, value in enumerate((name, "", "Texte", "31/03/2027", None, None, None, None), start=1):
            plan.sheet.cell(HEAD + 2, column).value = value

    return fill


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (_level("exi-02", "Presque"), "ligne 4 : niveau « Presque » hors liste"),
        (_level("exi-04", "Conforme sur un périmètre"), "ligne 6 : Décrire le périmètre"),
        (_level("exi-23", "Non applicable"), "ligne 25 : EXI 23 conditionne le contrat"),
        (_level("exi-02", "=A1"), "ligne 4, « Niveau » : formule"),
        (_twice, "ligne 4 : l’exigence « exi-01 » est donnée deux fois"),
        (_cell(3, "Identifiant", "exi-99"), "ligne 3 : l’exigence « exi-99 » n’existe pas"),
        (_cell(3, "À lever avant le", "bientôt"), "attendu une date comme 31/03/2027, reçu « bientôt »"),
        (_cell(3, "Menée par", None), "ligne 3 : l’action n’a pas de responsable"),
        (_cell(3, "Avancement", "Bof"), "avancement « Bof » hors liste"),
        (_cell(3, "Réserve", None), "la réserve n’est pas écrite"),
        (_plan_of("exi-25"), "ligne 4 : EXI 25 n’admet aucune réserve"),
        (_plan_of("exi-01"), "ligne 4 : EXI 01 n’est pas déclarée non atteinte"),
        (_plan_of("exi-20"), "la réserve ou sa date diffère de celle de la ligne 3"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_written(
    dossier: Dossier, fill: Callable[[Grid, Grid], None], said: str
) -> None:
    found = back(dossier, filled(out(dossier), fill))
    assert said in " ".join(found.problems).replace("\u00a0", " ")
    with pytest.raises(ValueError, match="erreurs"):
        returned.apply(found, None)  # type: ignore[arg-type]  # never reached


def test_an_answer_that_changed_since_the_export_is_not_overwritten(scene: Scene, dossier: Dossier) -> None:
    data = out(dossier)
    scene.assess(dossier, "exi-01", Level.PARTLY)
    untouched, changed = back(dossier, data), back(dossier, filled(data, _level("exi-02", "Conforme")))
    assert "la réponse a changé depuis l’export" in untouched.problems[0]
    assert len(changed.problems) == 1


def _rewritten(scene: Scene, dossier: Dossier) -> None:
    scene.reserve(dossier, "exi-20", moving.today())


def _followed(scene: Scene, _: Dossier) -> None:
    reserving.follow(Action.objects.get(), ActionState.UNDER_WAY, actor=scene.actor)


def _removed(scene: Scene, dossier: Dossier) -> None:
    reserving.remove_reserve(dossier.reserves.get(), actor=scene.actor)


@pytest.mark.parametrize("colleague", [_rewritten, _followed, _removed])
def test_a_line_of_the_plan_that_changed_since_the_export_is_not_put_back(
    colleague: Callable[[Scene, Dossier], None], scene: Scene, dossier: Dossier
) -> None:
    data = out(dossier)
    colleague(scene, dossier)
    for brought in (data, filled(data, _cell(3, "Avancement", "Faite"))):
        found = back(dossier, brought)
        assert "ligne 3 : la réserve ou l’action a changé depuis l’export" in found.problems[0]
        assert found.changes == ()


def test_a_line_somebody_adds_does_not_replace_what_a_colleague_wrote_meanwhile(scene: Scene, dossier: Dossier) -> None:
    scene.assess(dossier, "exi-28", Level.PARTLY)
    data = filled(out(dossier), _plan_of("exi-28"))
    assert back(dossier, data).problems == ()
    scene.reserve(dossier, "exi-28")
    assert "ligne 4 : la réserve ou l’action a changé depuis l’export" in back(dossier, data).problems[0]


def test_a_reserve_that_changes_is_reported_from_what_to_what(dossier: Dossier) -> None:
    due = dossier.reserves.get().due

    def fill(_: Grid, plan: Grid) -> None:
        plan[3, "Réserve"], plan[3, "À lever avant le"] = "Autre texte", "01/04/2027"

    (change,) = back(dossier, filled(out(dossier), fill)).changes
    assert change.detail == (
        "réserve : « à mettre en conformité (exi-20) » → « Autre texte »"
        f" ; à lever avant le {due:%d/%m/%Y} → 01/04/2027"
    )


def test_a_lifted_reserve_is_not_rewritten_by_a_workbook(dossier: Dossier) -> None:
    dossier.reserves.update(lifted_on=moving.today())
    assert back(dossier, out(dossier)) == Rehearsal((), ())
    found = back(dossier, filled(out(dossier), _cell(3, "Réserve", "Autre texte")))
    assert "ligne 3 : la réserve est levée depuis le " in found.problems[0]


def test_oscal_results_come_back_the_same_way(scene: Scene, dossier: Dossier) -> None:
    results = oscal_results.write(content_of(dossier).values, dmp(), clock.now())
    assert back(dossier, results) == Rehearsal((), ())
    scene.assess(dossier, "exi-01", Level.NON_COMPLIANT)
    found = back(dossier, results)
    assert [(one.exigence, one.detail) for one in found.changes] == [("EXI 01", "niveau : Non conforme → Conforme")]
    assert returned.apply(found, scene.actor) == 1
    assert "exigence inconnue" in back(dossier, results.replace(b'"exi-20"', b'"exi-99"')).problems[0]
    assert "attendu un document OSCAL" in back(dossier, b'{"catalog": {}}').problems[0]


def test_what_is_no_workbook_is_a_problem_not_an_error(dossier: Dossier) -> None:
    assert "n’est pas un classeur" in back(dossier, b"PK").problems[0]
