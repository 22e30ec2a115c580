"""The official value sets: lenient on reading, strict on writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from tramontane.dmp.errors import UnknownCode
from tramontane.dmp.nomenclatures.coded import Coded
from tramontane.dmp.nomenclatures.package_data import resource


class ValueSetName(StrEnum):
    """The value sets shipped, valued by the name of their data file. Without suffix: the DMP's own set."""

    ACCESS_MODE = "access_mode_r248"
    AUTHOR_SPECIALTY = "author_specialty_j01"
    AVAILABILITY_STATUS = "availability_status_j52"
    CLASS_CODE = "class_code_j57"
    CONFIDENTIALITY = "confidentiality_code_j58"
    CONFIDENTIALITY_CISIS = "confidentiality_code_j08"
    CONTENT_TYPE = "content_type_code_j59"
    FACILITY_TYPE = "healthcare_facility_type_code_j61"
    FACILITY_TYPE_CISIS = "healthcare_facility_type_code_j02"
    FORMAT_CODE = "format_code_j60"
    FUNCTION_CODE = "function_code_j47"
    IDENTITY_RELIABILITY = "identity_reliability_0445"
    PHARMACIST_SECTION = "pharmacist_section_g05"
    PRACTICE_SETTING = "practice_setting_code_j62"
    PRACTICE_SETTING_CISIS = "practice_setting_code_j04"
    PROFESSION = "profession_g15"
    PROFESSION_NON_PS = "profession_non_ps_j48"
    REFERENCE_ID_TYPE = "reference_id_type_j231"
    RELATION_PATIENT = "relation_patient_j11"
    SAVOIR_FAIRE = "savoir_faire_r01"
    SAVOIR_FAIRE_RASS = "savoir_faire_j107"
    SUBJECT_ROLE = "subject_role_j65"
    TYPE_CODE = "type_code_j66"
    TYPE_CODE_CISIS = "type_code_j07"


@dataclass(frozen=True)
class ValueSet:
    """One version of an official value set.

    Attributes:
        name: official name, e.g. ``JDV_J66_TypeCode_DMP``.
        oid: OID of the value set, which is not the one of its codes.
        version: as published, ``yyyyMMddHHmmss``; empty when the source gives none.
        source: where the file was copied from.
        concepts: its coded values, in the published order.
    """

    name: str
    oid: str
    version: str
    source: str
    concepts: tuple[Coded, ...]

    @cached_property
    def _by_code(self) -> Mapping[str, tuple[Coded, ...]]:
        index: dict[str, tuple[Coded, ...]] = {}
        for concept in self.concepts:
            index[concept.code] = (*index.get(concept.code, ()), concept)
        return index

    def find(self, code: str, code_system: str | None = None) -> Coded | None:
        """The official coded value, or None. Without `code_system`, a code whose system is published comes first."""
        candidates = self._candidates(code, code_system)
        return max(candidates, key=lambda concept: bool(concept.code_system), default=None)

    def display(self, code: str, code_system: str | None = None, label: str = "") -> str:
        """What to show for a code that was read. Never fails.

        Known: the official label. Unknown: the label received with it, and the code, said to be unknown.
        """
        found = self.find(code, code_system)
        if found is not None:
            return found.label
        return f"{label} (code inconnu : {code})" if label else f"Code inconnu : {code}"

    def require(self, code: str, code_system: str | None = None) -> Coded:
        """The official coded value, to be written.

        Raises:
            UnknownCode: the value set has no such code, or it has several and `code_system` does not choose,
                or its code system is not known.
        """
        writable = [concept for concept in self._candidates(code, code_system) if concept.code_system]
        if len(writable) != 1:
            raise self._unknown(code, code_system)
        return writable[0]

    def _candidates(self, code: str, code_system: str | None) -> tuple[Coded, ...]:
        found = self._by_code.get(code, ())
        return tuple(concept for concept in found if code_system in (None, concept.code_system))

    def _unknown(self, code: str, code_system: str | None) -> UnknownCode:
        return UnknownCode(
            f"Le code « {code} » ne peut pas être écrit : le jeu de valeurs {self.name} ne le contient pas.",
            expected=f"un code du jeu de valeurs {self.name}, OID {self.oid}, version {self.version or 'non publiée'}",
            received=code if code_system is None else f"{code} (nomenclature {code_system})",
            reference=f"{self.name} — {self.source}",
            next_step="choisissez un code du jeu de valeurs, ou mettez le jeu de valeurs à jour",
        )

    def __iter__(self) -> Iterator[Coded]:
        return iter(self.concepts)

    def __len__(self) -> int:
        return len(self.concepts)

    def __contains__(self, item: object) -> bool:
        if isinstance(item, Coded):
            return bool(self._candidates(item.code, item.code_system))
        return item in self._by_code


@cache
def value_set(name: ValueSetName) -> ValueSet:
    """The value set of that name; read once."""
    content = resource(name)
    return ValueSet(
        name=content["name"],
        oid=content["oid"],
        version=content["version"],
        source=content["source"],
        concepts=tuple(Coded(row["code"], row["codeSystem"] or "", row["label"]) for row in content["concepts"]),
    )


def class_code_of(type_code: str) -> Coded | None:
    """The class of a document type (ConceptMap ASS_X16), or None for a type outside JDV_J66."""
    class_code = _classes_by_type().get(type_code)
    return None if class_code is None else value_set(ValueSetName.CLASS_CODE).find(class_code)


@cache
def _classes_by_type() -> Mapping[str, str]:
    return {row["code"]: row["classCode"] for row in resource(ValueSetName.TYPE_CODE)["concepts"]}
