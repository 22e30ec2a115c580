"""One line of a directory file against the row it speaks of: refused, without effect, or a change ready to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import QuerySet

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import FinessGeographique, FinessJuridique, Rpps
from tramontane.dmp.nomenclatures import ValueSetName, value_set
from tramontane.national.models import DirectoryKind, GeographicEntity, LegalEntity, Professional

Row = Mapping[str, str]
_BATCH = 900
_YES_NO = {"oui": True, "non": False}


class LineRefused(ValueError):
    """Why a line is left out, in French."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a line would write.

    Attributes:
        differences: columns that change, in words; none when the line says what is known already.
        attached: for a professional, the FINESS of his structures; None leaves them as they are.
    """

    model: type[Any]
    key: str
    columns: Mapping[str, Any]
    new: bool
    differences: Sequence[str]
    attached: tuple[str, ...] | None = None
    legal_entity: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Do it. Inside a transaction."""
        if self.legal_entity:
            LegalEntity.objects.update_or_create(
                pk=self.legal_entity["finess"], defaults={"name": self.legal_entity["name"]}
            )
        row, _ = self.model.objects.update_or_create(pk=self.key, defaults=self.columns)
        if self.attached is not None:
            row.establishments.set(self.attached)


class _Reader:
    """A kind of file: its columns, and how its lines become changes. Rows known are read once for the whole file."""

    columns: ClassVar[tuple[str, ...]] = ()

    def plan(self, rows: Sequence[tuple[int, Row]]) -> Iterator[tuple[int, Row, Change | LineRefused]]:
        """Each line, under the number a spreadsheet shows, with its outcome."""
        self.prepare([row for _, row in rows])
        seen: set[str] = set()
        for number, row in rows:
            key = row[self.columns[0]]
            try:
                outcome: Change | LineRefused = (
                    LineRefused("numéro déjà vu plus haut dans le fichier") if key in seen else self.change(row)
                )
                seen.add(key)
            except LineRefused as refused:
                outcome = refused
            except InvalidIdentifier as error:
                outcome = LineRefused(error.message)
            yield number, row, outcome

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read what the lines will be compared with."""
        raise NotImplementedError

    def change(self, row: Row) -> Change:
        """What one line would write. Raises LineRefused or InvalidIdentifier."""
        raise NotImplementedError


class _Finess(_Reader):
    columns: ClassVar = ("finess_geographique", "nom", "finess_juridique", "nom_juridique", "ouvert")

    def prepare(self, rows: Sequence[Row]) -> None:
        self._known = _known(GeographicEntity.objects.all(), [row["finess_geographique"] for row in rows])
        self._names = dict(LegalEntity.objects.values_list("pk", "name"))

    def change(self, row: Row) -> Change:
        finess = FinessGeographique(row["finess_geographique"]).value
        legal = FinessJuridique(row["finess_juridique"]).value
        if finess == legal:
            raise LineRefused("le FINESS géographique et le FINESS juridique sont le même numéro")
        columns = {"name": _text(row, "nom"), "legal_entity_id": legal, "active": _flag(row, "ouvert")}
        name = _text(row, "nom_juridique")
        known = self._known.get(finess)
        differences = _differences(known, columns)
        if self._names.get(legal) != name:
            differences.append(f"entité juridique : {name}")
            self._names[legal] = name
        return Change(
            GeographicEntity, finess, columns, known is None, differences, legal_entity={"finess": legal, "name": name}
        )


class _Rpps(_Reader):
    columns: ClassVar = ("rpps", "nom", "prenom", "profession", "savoir_faire", "finess", "autorise")

    def prepare(self, rows: Sequence[Row]) -> None:
        known = Professional.objects.prefetch_related("establishments")
        self._known = _known(known, [row["rpps"] for row in rows])
        self._places = set(GeographicEntity.objects.values_list("pk", flat=True))

    def change(self, row: Row) -> Change:
        rpps = Rpps(row["rpps"]).value
        profession = _text(row, "profession")
        if value_set(ValueSetName.PROFESSION).find(profession) is None:
            raise LineRefused(f"profession inconnue de TRE_G15 : {profession}")
        places = tuple(sorted(filter(None, row["finess"].replace(",", " ").split())))
        unknown = [one for one in places if one not in self._places]
        if unknown:
            raise LineRefused(f"FINESS géographique inconnu de l’annuaire : {', '.join(unknown)}")
        known = self._known.get(rpps)
        columns: dict[str, Any] = {
            "family_name": _text(row, "nom"),
            "given_name": _text(row, "prenom"),
            "profession": profession,
            "savoir_faire": row["savoir_faire"],
        }
        differences = _differences(known, columns)
        allowed = _flag(row, "autorise")
        if known is None or (known.authorised and not allowed):
            columns |= {"authorised": allowed, "cause": "" if allowed else "annuaire importé : accès non autorisé"}
            differences += ["accès suspendu"] if not allowed else []
        elif allowed and not known.authorised:
            raise LineRefused(
                "professionnel suspendu : un import ne rétablit pas un accès, un agent le fait avec un motif"
            )
        if known is None or sorted(one.pk for one in known.establishments.all()) != list(places):
            differences.append("rattachements")
        return Change(Professional, rpps, columns, known is None, differences, attached=places)


READERS: Mapping[DirectoryKind, type[_Reader]] = {DirectoryKind.FINESS: _Finess, DirectoryKind.RPPS: _Rpps}


def _known(rows: QuerySet[Any], keys: Sequence[str]) -> dict[str, Any]:
    """The rows already there, by key, a batch at a time: SQLite takes 999 parameters."""
    batches = (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
    return {key: row for batch in batches for key, row in rows.in_bulk(batch).items()}


def _differences(known: Any, columns: Mapping[str, Any]) -> list[str]:
    if known is None:
        return ["nouveau"]
    return [_WORDS[name] for name, value in columns.items() if getattr(known, name) != value]


def _text(row: Row, name: str) -> str:
    if not row[name]:
        raise LineRefused(f"colonne « {name} » vide")
    return row[name]


def _flag(row: Row, name: str) -> bool:
    if row[name].casefold() not in _YES_NO:
        raise LineRefused(f"colonne « {name} » : oui ou non attendu, reçu « {row[name][:20]} »")
    return _YES_NO[row[name].casefold()]


_WORDS = {
    "name": "nom",
    "legal_entity_id": "entité juridique de rattachement",
    "active": "ouverture",
    "family_name": "nom",
    "given_name": "prénom",
    "profession": "profession",
    "savoir_faire": "savoir-faire",
}
