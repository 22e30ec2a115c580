"""The last steps: one for each row of the table of attributes, one for each rule on the content."""

from __future__ import annotations

from functools import lru_cache, partial
from types import SimpleNamespace
from typing import cast

from tramontane.dmp.vihf.attributes import ATTRIBUTES, AttributeRow, Need
from tramontane.dmp.vihf.examination import Examination, Failed, Finding, Step, Tolerated
from tramontane.dmp.vihf.fields import VihfFields
from tramontane.dmp.vihf.modes import AuthenticationMode
from tramontane.dmp.vihf.profile import WireProfile
from tramontane.dmp.vihf.rules import RULES, Rule


@lru_cache(maxsize=8)
def _rows(profile: WireProfile) -> dict[str, AttributeRow]:
    """Rows by every accepted spelling."""
    aliases = {alias: row for row in ATTRIBUTES for alias in row.aliases}
    return aliases | {row.name(profile): row for row in ATTRIBUTES}


def _collect(examination: Examination) -> Finding:
    """Each attribute once, whatever its spelling; those of other profiles are left aside and reported."""
    profile, values = examination.policy.profile, examination.values
    rows, unknown = _rows(profile), []
    for attribute in examination.content.attributes:
        row = rows.get(attribute.name)
        if row is None:
            unknown.append(attribute.name)
        elif row.key in values:
            return Failed(f"« {attribute.name} » deux fois")
        else:
            values[row.key] = attribute.values
            if row.aliases and attribute.name != row.name(profile):
                examination.notes[row.key] = f"l'attribut écrit « {attribute.name} »"
    if len(set(unknown)) != len(unknown):
        return Failed("un attribut inconnu deux fois")
    return Tolerated(f"attributs ignorés : {', '.join(unknown)[:200]}") if unknown else None


def _mode(examination: Examination) -> AuthenticationMode:
    """The mode that says what is required; unreadable, the most demanding one."""
    fields = examination.fields
    return cast("AuthenticationMode", fields.get("mode", AuthenticationMode.INDIRECTE_RENFORCEE))


def _read_row(row: AttributeRow, examination: Examination) -> Finding:
    values = examination.values.get(row.key, ())
    if not values or values == ("",):
        return _absent(row, examination, empty=bool(values))
    if len(values) > 1 and not row.repeated:
        return Failed(f"{len(values)} valeurs", "une seule valeur")
    examination.fields.update(row.read(values))
    remark = row.remark(values, examination.policy.profile) if row.remark else ""
    note = examination.notes.get(row.key) or remark
    return Tolerated(note) if note else None


def _absent(row: AttributeRow, examination: Examination, *, empty: bool) -> Finding:
    excused = row.key == "patient" and not examination.policy.patient_required
    if row.need(_mode(examination)) is Need.REQUIRED and not excused:
        return Failed("une valeur vide" if empty else "aucun attribut")
    examination.fields.update(row.absent)
    return None


def _row_step(row: AttributeRow) -> Step:
    name = row.name(WireProfile())
    return Step(
        f"attribut-{row.key}",
        f"L'attribut {name.rpartition(':')[2]} est lisible",
        row.expected,
        f"//Attribute[@Name='{name}']",
        row.reference,
        "renseignez cet attribut comme dans les exemples officiels",
        partial(_read_row, row),
    )


def _rule_step(rule: Rule) -> Step:
    def check(examination: Examination) -> Finding:
        received = rule.broken(cast("VihfFields", SimpleNamespace(**examination.fields)))
        return None if received is None else Failed(received)

    return Step(
        rule.code,
        rule.title,
        rule.expected,
        rule.location,
        rule.reference,
        rule.next_step,
        check,
        needs=frozenset(rule.needs),
    )


_COLLECT = Step(
    "attributs",
    "Chaque attribut est présent une seule fois",
    "des attributs distincts, tous connus",
    "//AttributeStatement/Attribute",
    "protocole DMP, VIHF, attributs",
    "retirez les attributs répétés",
    _collect,
)
# The mode first: it says which of the others are required.
_ORDERED = sorted(ATTRIBUTES, key=lambda row: row.key != "mode")

ATTRIBUTE_STEPS: tuple[Step, ...] = (_COLLECT, *map(_row_step, _ORDERED))
RULE_STEPS: tuple[Step, ...] = tuple(map(_rule_step, RULES))
