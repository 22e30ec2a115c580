"""The patients the demo calls by name: each shows one situation of the consultation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tramontane.demo.values import DmpState, IdentityStatus


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named patient and the situation it shows.

    Attributes:
        names: birth name, usage name (or ""), then given names.
        grants: staff key → VALIDE, EXPIRE or INTERDIT, towards the personas.
    """

    key: str
    shows: str
    sex: str
    names: tuple[str, ...]
    birth_date: date
    commune: str
    order: int
    stories: tuple[str, ...]
    grants: tuple[tuple[str, str], ...] = ()
    state: DmpState = DmpState.OPEN
    identity: IdentityStatus = IdentityStatus.QUALIFIEE
    informed: bool = True
    consent: bool | None = True
    service: str = "cardiologie"
    opposes_bris_de_glace: bool = False
    opposes_emergency_access: bool = False


_TEAM = (("rousseau", "VALIDE"), ("benali", "VALIDE"), ("marchand", "VALIDE"), ("caron", "VALIDE"), ("joly", "VALIDE"))
_QUALIFIED = IdentityStatus.QUALIFIEE

SCENARIOS = (
    Scenario(
        "jeanne-martin",
        "DMP ouvert et riche",
        "F",
        ("Martin", "", "Jeanne", "Marie"),
        date(1954, 3, 12),
        "69383",
        12,
        ("insuffisance-cardiaque", "cancer-sein", "depression"),
        _TEAM,
    ),
    Scenario(
        "lucien-faure",
        "aucun DMP",
        "M",
        ("Faure", "", "Lucien", "Joseph"),
        date(1941, 9, 3),
        "42218",
        47,
        ("syndrome-coronarien",),
        state=DmpState.NONE,
    ),
    Scenario(
        "monique-petit",
        "DMP fermé par la patiente",
        "F",
        ("Gaillard", "Petit", "Monique"),
        date(1949, 1, 27),
        "69266",
        103,
        ("diabete-type-2",),
        state=DmpState.CLOSED,
    ),
    Scenario(
        "andre-lambert",
        "professionnel bloqué par le patient",
        "M",
        ("Lambert", "", "André", "Paul"),
        date(1951, 11, 8),
        "38185",
        211,
        ("syndrome-coronarien", "bpco"),
        (("rousseau", "INTERDIT"), ("benali", "VALIDE")),
    ),
    Scenario(
        "fatima-haddad",
        "autorisation expirée",
        "F",
        ("Haddad", "Benali", "Fatima"),
        date(1962, 6, 19),
        "99352",
        38,
        ("diabete-type-2", "insuffisance-renale"),
        (("rousseau", "EXPIRE"),),
    ),
    Scenario(
        "georges-duval",
        "opposition au bris de glace et à l'accès en urgence",
        "M",
        ("Duval", "", "Georges"),
        date(1946, 4, 30),
        "75114",
        156,
        ("avc-ischemique",),
        _TEAM,
        opposes_bris_de_glace=True,
        opposes_emergency_access=True,
    ),
    Scenario(
        "lea-moreau",
        "mineure, documents cachés aux représentants légaux",
        "F",
        ("Moreau", "", "Léa", "Rose"),
        date(2011, 2, 14),
        "69029",
        84,
        ("asthme-enfant", "appendicite"),
        _TEAM,
        service="pediatrie",
    ),
    Scenario(
        "bruno-colas",
        "INS non qualifiée",
        "M",
        ("Colas", "", "Bruno"),
        date(1972, 8, 21),
        "2B033",
        19,
        ("appendicite",),
        _TEAM,
        identity=IdentityStatus.PROVISOIRE,
    ),
    Scenario(
        "isabelle-roche",
        "patiente ni informée ni consultée",
        "F",
        ("Roche", "", "Isabelle"),
        date(1968, 12, 2),
        "31555",
        67,
        ("depression",),
        _TEAM,
        informed=False,
        consent=None,
    ),
    Scenario(
        "rene-picard",
        "patient qui a refusé",
        "M",
        ("Picard", "", "René"),
        date(1944, 5, 5),
        "67482",
        140,
        ("bpco",),
        _TEAM,
        consent=False,
    ),
    Scenario(
        "camille-dumont",
        "jamais autorisé : consentement à recueillir puis à déclarer",
        "F",
        ("Dumont", "", "Camille", "Louise"),
        date(1994, 7, 17),
        "97411",
        22,
        ("grossesse",),
        service="maternite",
    ),
)
