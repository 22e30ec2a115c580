"""From a kind of document, a patient and a story: what the document says. Texts come from the data, figures from the seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tramontane.demo.seeded import chance
from tramontane.demo.stories import Kind, Story
from tramontane.demo.structures import SERVICES
from tramontane.demo.values import Patient

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text cells; the header has as many cells as each row."""

    header: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section: a heading (possibly empty), its LOINC code when structured, then a text, a list or a table."""

    heading: str
    code: str
    content: str | tuple[str, ...] | Table


@dataclass(frozen=True, slots=True)
class Report:
    """What a document says, before any layout."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """The day of a document in its patient's life: age in completed years, days lived."""

    day: date
    age: int
    lived: int


_VACCINES = (
    ("Diphtérie-tétanos-coqueluche-poliomyélite", "rappel", 900),
    ("Grippe saisonnière", "dose annuelle", 300),
    ("Covid-19", "rappel", 400),
    ("Pneumocoque conjugué", "dose unique", 1100),
    ("Rougeole-oreillons-rubéole", "2e dose", 2400),
)
_ALLERGIES = (
    "Aucune allergie connue.",
    "Aucune allergie connue.",
    "Pénicillines : éruption maculo-papuleuse.",
    "Aspirine : urticaire.",
)


def compose(seed: int, kind: Kind, story: Story, patient: Patient, day: date) -> Report:
    """The report of that kind written on `day`."""
    rng = chance(seed, "report", patient.ipp, kind.id, story.id, day)
    words = _words(rng, kind, story, patient, day)
    moment = Moment(day, patient.age_on(day), (day - patient.birth_date).days)
    title = typographic(kind.title.format_map(words))
    return Report(title, tuple(_section(row, words, story, rng, moment) for row in kind.sections))


def _section(
    fields: Mapping[str, str], words: dict[str, str], story: Story, rng: random.Random, moment: Moment
) -> Section:
    heading = typographic(fields["heading"].format_map(words))
    if "table" in fields:
        return Section(heading, fields.get("code", ""), _TABLES[fields["table"]](story, rng, moment))
    if "items" in fields:
        return Section(heading, fields.get("code", ""), tuple(_ITEMS[fields["items"]](story, words)))
    return Section(heading, fields.get("code", ""), typographic(fields["text"].format_map(words)))


def _words(rng: random.Random, kind: Kind, story: Story, patient: Patient, day: date) -> dict[str, str]:
    words = _grammar(patient, day) | _measures(rng, patient.age_on(day))
    words |= {"service": SERVICES[story.service].name, "label": story.label, "label_minuscule": lower(story.label)}
    words |= {"cim10": story.cim10, "allergies": chance(int(patient.ipp)).choice(_ALLERGIES)}
    words |= {name: text.format_map(words) for name, text in story.texts.items()}
    part = {name: text.format_map(words) for name, text in story.parts.get(kind.part, {}).items()}
    words |= part
    words["conclusion"] = story.texts["conclusion"].format_map(words)
    words["part_conclusion"] = part.get("conclusion", "")
    words["motif_minuscule"] = lower(words["motif"])
    words["title_minuscule"] = lower(words.get("title", ""))
    return words


def _grammar(patient: Patient, day: date) -> dict[str, str]:
    female = patient.sex == "F"
    age = patient.age_on(day)
    child = age < 15
    noun = ("l'enfant " if child else "Mme " if female else "M. ") + patient.display
    months = (day.year - patient.birth_date.year) * 12 + day.month - patient.birth_date.month
    return {
        "patient": "Patiente" if female else "Patient",
        "un_patient": "une patiente" if female else "un patient",
        "le_patient": "la patiente" if female else "le patient",
        "patient_le": noun,
        "patient_le_majuscule": noun[0].upper() + noun[1:],
        "e": "e" if female else "",
        "il": "elle" if female else "il",
        "age": f"{age} ans" if age > 2 else f"{max(months, 1)} mois",
    }


def _measures(rng: random.Random, age: int) -> dict[str, str]:
    adult = age >= 15
    pressure, heart = (((108, 152), (58, 88)), (70, 98)) if adult else (((84, 112), (44, 66)), (96, 138))
    weight = (52, 96) if adult else (4 + 2 * age, 9 + 3 * age)
    return {
        "ta": "/".join(str(rng.randint(*bounds)) for bounds in pressure),
        "fc": str(rng.randint(*heart)),
        "sat": str(rng.randint(95, 99)),
        "poids": str(rng.randint(*weight)),
        "temp": f"{rng.uniform(36.6, 38.6):.1f}".replace(".", ","),
    }


def _treatments(story: Story, _rng: random.Random, _moment: Moment) -> Table:
    return Table(("Médicament", "Posologie", "Durée"), story.treatments)


def _biology(story: Story, rng: random.Random, _moment: Moment) -> Table:
    rows = tuple(
        (name, _figure(rng.uniform(low, high), digits), unit, usual)
        for name, low, high, digits, unit, usual in story.biology
    )
    return Table(("Analyse", "Résultat", "Unité", "Valeurs usuelles"), rows)


def _vitals(_story: Story, rng: random.Random, moment: Moment) -> Table:
    rows = []
    for back in range(4):
        drawn = _measures(rng, moment.age)
        when = moment.day - timedelta(days=back)
        rows.append((f"{when:%d/%m/%Y}", drawn["ta"], drawn["fc"], drawn["sat"], drawn["temp"]))
    return Table(("Date", "TA (mmHg)", "FC (/min)", "SpO2 (%)", "Température (°C)"), tuple(rows))


def _vaccines(_story: Story, rng: random.Random, moment: Moment) -> Table:
    # Never before two months of age (a vaccine that would not fit in the life lived so far is given lately).
    ages = [(name, dose, rng.randint(1, max(1, min(back, moment.lived - 60)))) for name, dose, back in _VACCINES]
    rows = tuple((name, dose, f"{moment.day - timedelta(days=ago):%d/%m/%Y}") for name, dose, ago in ages)
    return Table(("Vaccin", "Dose", "Date"), rows)


_TABLES: dict[str, Callable[[Story, random.Random, Moment], Table]] = {
    "treatments": _treatments,
    "biology": _biology,
    "vitals": _vitals,
    "vaccines": _vaccines,
}
_ITEMS: dict[str, Callable[[Story, dict[str, str]], Iterable[str]]] = {
    "antecedents": lambda story, words: (typographic(line.format_map(words)) for line in story.antecedents),
    "analyses": lambda story, _words: (row[0] for row in story.biology),
}


def _figure(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def lower(text: str) -> str:
    """The text as the middle of a sentence: first letter lowered, acronyms left alone."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def typographic(text: str) -> str:
    """French typography: non-breaking spaces before double punctuation and units, curly apostrophes."""
    return re.sub(r" ([:;?!»%])", "\N{NO-BREAK SPACE}\\1", text).replace("« ", "«\N{NO-BREAK SPACE}").replace("'", "’")
