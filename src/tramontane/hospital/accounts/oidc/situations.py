"""Practice situations of Pro Santé Connect (`SubjectRefPro`): a professional may work in several places, under several skills.

Source: userinfo of Pro Santé Connect; every value is a string, empty when unknown; the whole block may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tramontane.hospital.accounts.models import LegalEntity


@dataclass(frozen=True, slots=True)
class Situation:
    """One activity of one exercise.

    Attributes:
        profession, savoir_faire: TRE_G15 and TRE_R01 codes.
        finess_juridique, finess_geographique: of the structure, as the directory knows them; empty when it does not.
        structure: its name.
        sector: Secteur_Activite, e.g. SA01.
    """

    profession: str
    savoir_faire: str
    finess_juridique: str
    finess_geographique: str
    structure: str
    sector: str

    @classmethod
    def from_dict(cls, values: dict[str, str]) -> Situation:
        """The inverse of `as_dict`."""
        return cls(**values)

    def as_dict(self) -> dict[str, str]:
        """For the session and the trace."""
        return asdict(self)


def read(userinfo: dict[str, Any]) -> list[Situation]:
    """Every situation, in the order given; none when the block is missing or not what it should be."""
    return list(dict.fromkeys(_situations(userinfo)))


def _situations(userinfo: dict[str, Any]) -> Iterator[Situation]:
    reference = userinfo.get("SubjectRefPro")
    for exercise in _objects(reference, "exercices"):
        for activity in _objects(exercise, "activities"):
            yield Situation(
                profession=_text(exercise, "codeProfession"),
                savoir_faire=_text(exercise, "codeSavoirFaire"),
                # The lower-case « e » after Finess is how the key is really written.
                finess_juridique=_text(activity, "numeroFinessetablissementJuridique"),
                finess_geographique=_text(activity, "numeroFinessSite"),
                structure=_text(activity, "raisonSocialeSite"),
                sector=_text(activity, "codeSecteurDactivite"),
            )


def of_entity(situations: list[Situation], entity: LegalEntity) -> list[Situation]:
    """Those of a legal entity: by its own FINESS, or by the FINESS of one of its sites."""
    sites = set(entity.geographic_entities.values_list("finess_geographique", flat=True))
    return [
        situation
        for situation in situations
        if situation.finess_juridique == entity.finess_juridique or situation.finess_geographique in sites
    ]


def _objects(value: Any, name: str) -> list[dict[str, Any]]:
    items = value.get(name) if isinstance(value, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    return text.strip()[:160] if isinstance(text, str) else ""
