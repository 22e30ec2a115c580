"""Forty professionals of ten professions, the agents without RPPS, and the correspondents in town."""

from __future__ import annotations

from tramontane.demo.names import FAMILY_NAMES, GIVEN_NAMES
from tramontane.demo.seeded import chance, fictitious_rpps
from tramontane.demo.structures import LABORATOIRE, MAISON_DE_SANTE, OFFICINE, SITE_NORD, SITE_OF_SERVICE
from tramontane.demo.values import Staff
from tramontane.dmp.identity import FinessGeographique
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set

CARD = "carte professionnelle de l'établissement et code"
PHONE = "application mobile e-CPS"

# The professionals the demo calls by name: key, family name, given name, title, profession, second role, service,
# second factor, notice read.
PERSONAS = (
    ("rousseau", "Rousseau", "Alice", "Dr", "10", "SM04", "cardiologie", CARD, True),
    ("benali", "Benali", "Karim", "", "60", "", "cardiologie", CARD, True),
    ("marchand", "Marchand", "Hélène", "Dr", "21", "H", "pharmacie", PHONE, True),
    ("garnier", "Garnier", "Paul", "Dr", "10", "SM59", "urgences", "", True),
    ("caron", "Caron", "Inès", "Dr", "10", "SM18", "geriatrie", CARD, True),
    ("joly", "Joly", "Camille", "Dr", "10", "SM40", "pediatrie", PHONE, True),
    ("fontaine", "Fontaine", "Élise", "", "50", "", "maternite", CARD, False),
)
# The thirty-three others: profession, second role, service; how many.
POSTS = (
    ("10", "SM04", "cardiologie", 1),
    ("10", "SM16", "endocrinologie", 1),
    ("10", "SM41", "pneumologie", 1),
    ("10", "SM32", "neurologie", 1),
    ("10", "SM30", "nephrologie", 1),
    ("10", "SM08", "orthopedie", 1),
    ("10", "SM14", "chirurgie-viscerale", 1),
    ("10", "SM59", "urgences", 1),
    ("10", "SM44", "imagerie", 1),
    ("10", "SM02", "anesthesie", 1),
    ("10", "SM01", "biologie", 1),
    ("10", "SM03", "biologie", 1),
    ("10", "SM51", "gynecologie", 1),
    ("10", "SM51", "maternite", 1),
    ("10", "SM42", "psychiatrie", 1),
    ("60", "", "cardiologie", 2),
    ("60", "", "chirurgie-viscerale", 1),
    ("60", "", "pneumologie", 1),
    ("60", "", "pediatrie", 1),
    ("60", "", "psychiatrie", 1),
    ("60", "", "geriatrie", 1),
    ("21", "H", "pharmacie", 1),
    ("50", "", "maternite", 1),
    ("70", "", "orthopedie", 1),
    ("70", "", "neurologie", 1),
    ("70", "", "geriatrie", 1),
    ("40", "SCD02", "chirurgie-viscerale", 1),
    ("98", "", "imagerie", 2),
    ("95", "", "endocrinologie", 1),
    ("91", "", "neurologie", 1),
    ("94", "", "geriatrie", 1),
)
CORRESPONDENTS = (
    ("traitant", "Lemoine", "Catherine", "Dr", "10", "SM54", MAISON_DE_SANTE),
    ("traitant-2", "Vidal", "Antoine", "Dr", "10", "SM54", MAISON_DE_SANTE),
    ("biologiste", "Renaud", "Sylvie", "Dr", "21", "G", LABORATOIRE),
    ("officine", "Dumas", "Philippe", "Dr", "21", "A", OFFICINE),
)
# Without RPPS: they prepare the consultation (identity, information, consent) and never read a DMP.
AGENTS = (
    ("lefevre", "Lefèvre", "Sophie", "admissions"),
    ("picard", "Picard", "Nadia", "cardiologie"),
)
_SECOND_ROLES = {
    "10": ValueSetName.SAVOIR_FAIRE,
    "21": ValueSetName.PHARMACIST_SECTION,
    "40": ValueSetName.SAVOIR_FAIRE,
}
_TITLED = frozenset({"10", "21", "40"})


def hospital_staff(seed: int) -> tuple[Staff, ...]:
    """The forty professionals, personas first; the seed only decides the names of the others."""
    rng = chance(seed, "staff")
    people = [_named(rank, *row) for rank, row in enumerate(PERSONAS, start=1)]
    surnames = rng.sample([name for name in FAMILY_NAMES if name not in {row[1] for row in PERSONAS}], 40)
    for profession, second, service, count in POSTS:
        for _ in range(count):
            rank = len(people) + 1
            given = rng.choice(GIVEN_NAMES[rng.choice("FM")][2][1])
            title = "Dr" if profession in _TITLED else ""
            factor = rng.choices((CARD, PHONE, ""), (60, 30, 10))[0]
            row = (
                f"ps-{rank:02d}",
                surnames.pop(),
                given,
                title,
                profession,
                second,
                service,
                factor,
                rng.random() < 0.9,
            )
            people.append(_named(rank, *row))
    return tuple(people)


def correspondents() -> tuple[Staff, ...]:
    """The professionals in town who also write in the DMP."""
    return tuple(
        _professional(key, (family, given, title), 900 + rank, (profession, second), site)
        for rank, (key, family, given, title, profession, second, site) in enumerate(CORRESPONDENTS)
    )


def agents() -> tuple[Staff, ...]:
    """Those who have no RPPS."""
    role = value_set(ValueSetName.SUBJECT_ROLE).require("SECRETARIAT_MEDICAL")
    specialty = value_set(ValueSetName.AUTHOR_SPECIALTY).require("SECRETARIAT_MEDICAL")
    return tuple(
        Staff(key, family, given, "", None, (role,), specialty, SITE_NORD, service, CARD)
        for key, family, given, service in AGENTS
    )


def _named(rank: int, key: str, family: str, given: str, title: str, *post: object) -> Staff:
    profession, second, service, factor, notice = post
    site = SITE_OF_SERVICE[str(service)]
    return _professional(
        key,
        (family, given, title),
        rank,
        (str(profession), str(second)),
        site,
        service=str(service),
        second_factor=str(factor),
        notice_read=bool(notice),
    )


def _professional(
    key: str,
    names: tuple[str, str, str],
    rank: int,
    codes: tuple[str, str],
    site: FinessGeographique,
    **local: object,
) -> Staff:
    profession, second = codes
    roles: tuple[Coded, ...] = (value_set(ValueSetName.PROFESSION).require(profession),)
    if second:
        roles += (value_set(_SECOND_ROLES[profession]).require(second),)
    specialty = value_set(ValueSetName.AUTHOR_SPECIALTY).require(f"G15_{profession}" + (f"/{second}" if second else ""))
    family, given, title = names
    return Staff(key, family, given, title, fictitious_rpps(rank), roles, specialty, site, **local)  # type: ignore[arg-type]
