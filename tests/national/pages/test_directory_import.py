"""Extracts of the directories: what each line would do, then done once, and seen by the judge."""

from __future__ import annotations

import pytest

from support.national import EJ, ET, MEDECIN, NOW, SUSPENDU, InMemory, rpps
from support.national_pages import officer
from support.next_call import refusal
from tramontane.national.models import Act, DirectoryImport, DirectoryKind, GeographicEntity, LegalEntity, Professional
from tramontane.national.pages.services import directory_import
from tramontane.national.pages.services.refusals import ActRefused

FINESS = "finess_geographique;nom;finess_juridique;nom_juridique;ouvert"
RPPS = "rpps;nom;prenom;profession;savoir_faire;finess;autorise"


def receive(kind: DirectoryKind, header: str, *lines: str) -> DirectoryImport:
    content = "\r\n".join((header, *lines)).encode()
    return directory_import.receive(kind, "extrait.csv", content, officer(), NOW)


def effects(row: DirectoryImport) -> dict[str, tuple[str, str]]:
    return {line["key"]: (line["effect"], line["detail"]) for line in row.report["lines"]}


def test_a_report_says_what_each_line_would_do_and_writes_nothing(pages: InMemory) -> None:
    row = receive(
        DirectoryKind.FINESS,
        FINESS,
        f"{ET.value};Hôpital renommé;{EJ.value};CH FICTIF;oui",
        "990000200;Site neuf;990000218;CLINIQUE FICTIVE;oui",
        "12;Faux;990000010;CH FICTIF;oui",
        f"990000077;SITE 990000077;{EJ.value};CH FICTIF;oui",
        f"990000077;SITE 990000077;{EJ.value};CH FICTIF;oui",
        f"990000226;Site;{EJ.value};CH FICTIF;peut-être",
    )
    told = effects(row)
    assert told[ET.value] == ("modification", "nom")
    assert told["990000200"] == ("ajout", "nouveau, entité juridique : CLINIQUE FICTIVE".replace(" :", "\u00a0:"))
    assert told["12"][0] == told["990000226"][0] == "refusée"
    assert row.report["counts"] == {"modification": 1, "ajout": 1, "refusée": 3, "sans effet": 1}
    assert not LegalEntity.objects.filter(pk="990000218").exists()
    assert not Act.objects.exists()


def test_a_line_has_the_number_that_the_spreadsheet_shows(pages: InMemory) -> None:
    row = receive(DirectoryKind.FINESS, FINESS, ";;;;", "", "12;Faux;990000010;CH FICTIF;oui")
    assert [line["number"] for line in row.report["lines"]] == [4]


def test_a_file_is_applied_once_and_the_next_call_knows(pages: InMemory) -> None:
    row = receive(
        DirectoryKind.FINESS, FINESS, f"{ET.value};Hôpital;{EJ.value};CH FICTIF;non", "x;Faux;990000010;CH;oui"
    )
    assert refusal(pages) == ""
    directory_import.apply(row.pk, officer(), NOW)
    assert "personne morale" in refusal(pages)
    assert GeographicEntity.objects.get(pk=ET.value).name == "Hôpital"
    assert Act.objects.get().kind == "directory-imported"
    with pytest.raises(ActRefused, match="déjà"):
        directory_import.apply(row.pk, officer(), NOW)


def test_what_changed_between_the_report_and_its_application_is_compared_again(pages: InMemory) -> None:
    row = receive(DirectoryKind.FINESS, FINESS, f"990000200;Site neuf;{EJ.value};CH FICTIF;oui")
    directory_import.apply(
        receive(DirectoryKind.FINESS, FINESS, f"990000200;Site neuf;{EJ.value};CH FICTIF;oui").pk, officer(), NOW
    )
    applied = directory_import.apply(row.pk, officer(), NOW)
    assert applied.report["counts"] == {"sans effet": 1}


def test_professionals_enter_change_and_lose_their_access(pages: InMemory) -> None:
    new = rpps(60)
    row = receive(
        DirectoryKind.RPPS,
        RPPS,
        f"{new};DUPUIS;LÉA;60;;{ET.value};oui",
        f"{MEDECIN};MARTIN;CAMILLE;10;SM26;;non",
    )
    assert effects(row)[MEDECIN.value] == ("modification", "accès suspendu")
    directory_import.apply(row.pk, officer(), NOW)
    entered = Professional.objects.get(pk=new.value)
    assert (entered.family_name, list(entered.establishments.values_list("pk", flat=True))) == ("DUPUIS", [ET.value])
    assert "suspendu" in refusal(pages)


REFUSED = {
    "a RPPS with a wrong key": (f"{MEDECIN.value[:-1]}{(int(MEDECIN.value[-1]) + 1) % 10};A;B;10;;;oui", "RPPS"),
    "an unknown profession": (f"{MEDECIN};A;B;9999;;;oui", "TRE_G15"),
    "an unknown structure": (f"{MEDECIN};A;B;10;;990000999;oui", "990000999"),
    "no name": (f"{MEDECIN};;B;10;;;oui", "nom"),
    "an access given back without grounds": (f"{SUSPENDU};MARTIN;CAMILLE;10;SM26;;oui", "ne rétablit pas"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_line_is_refused(pages: InMemory, case: str) -> None:
    line, why = REFUSED[case]
    ((effect, detail),) = effects(receive(DirectoryKind.RPPS, RPPS, line)).values()
    assert effect == "refusée"
    assert why in detail


def test_a_file_that_is_not_the_table_is_refused_whole(pages: InMemory) -> None:
    with pytest.raises(ActRefused, match="colonnes attendues"):
        receive(DirectoryKind.RPPS, FINESS, "a;b;c;d;e")
    with pytest.raises(ActRefused, match="vide"):
        receive(DirectoryKind.RPPS, "")
    assert not DirectoryImport.objects.exists()


def test_a_thousand_lines_take_a_few_queries(pages: InMemory, django_assert_max_num_queries) -> None:
    lines = [f"9900{number:05d};Site {number};{EJ.value};CH FICTIF;oui" for number in range(30000, 31000)]
    with django_assert_max_num_queries(10):
        row = receive(DirectoryKind.FINESS, FINESS, *lines)
    assert row.report["counts"] == {"ajout": 1000}
    assert len(row.report["lines"]) == directory_import.SHOWN
