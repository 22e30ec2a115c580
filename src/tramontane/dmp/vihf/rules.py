"""What a VIHF must say, whoever writes or reads it: one rule, two uses.

`Vihf` refuses to be built against a rule; the verification gives the same rule a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tramontane.dmp.identity import PsIdKind, PsIdNat
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.vihf.fields import VihfFields
from tramontane.dmp.vihf.modes import CONF_EXI_PGSSIS, SECTOR_OID, AuthenticationMode

G15 = "1.2.250.1.71.1.2.7"
R01 = "1.2.250.1.71.4.2.5"
G05 = "1.2.250.1.71.4.2.6"
A00 = "1.2.250.1.213.1.1.4.6"
# Code systems of a first and of a second role (ANS mapping of the VIHF, §1.7), with the value set that lists their
# codes; None where no list was obtained: the code is then taken as it is.
FIRST_ROLE = {
    G15: ValueSetName.PROFESSION,
    A00: ValueSetName.SUBJECT_ROLE,
    "1.2.250.1.71.1.2.8": None,  # TRE_G16, professionals in training
    "1.2.250.1.213.1.6.1.4": None,  # TRE_R94, social professions
    "1.2.250.1.213.1.6.1.109": None,  # TRE_R95, professions by title
}
SECOND_ROLE = {R01: ValueSetName.SAVOIR_FAIRE, G05: ValueSetName.PHARMACIST_SECTION}
PHYSICIAN, PHARMACIST = "10", "21"
_FACILITY_TYPE = ValueSetName.FACILITY_TYPE
_DIRECTE, _INDIRECTE, _STRONG = AuthenticationMode
_CLASS = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on the content.

    Attributes:
        needs: fields it reads; it is not run when one of them could not be read.
        broken: what was received when the rule is broken, None when it holds.
    """

    code: str
    title: str
    expected: str
    location: str
    reference: str
    next_step: str
    needs: tuple[str, ...]
    broken: Callable[[VihfFields], str | None]


def _subject(content: VihfFields) -> str | None:
    """AIR: a professional of the national directory (EX_AIR-020). DIRECTE: the holder of a CPS."""
    subject = content.subject
    if content.mode is _INDIRECTE:
        return None if str(subject) else "un identifiant vide"
    if not isinstance(subject, PsIdNat):
        return "un identifiant qui n'est pas un PS_IdNat"
    if content.mode is _STRONG and subject.kind is not PsIdKind.RPPS:
        return f"un PS_IdNat de préfixe {subject.kind.value}"
    return None


def _subject_name(content: VihfFields) -> str | None:
    missing = content.mode is not _DIRECTE and not content.subject_name.strip()
    return "un nom vide" if missing else None


def _structure(content: VihfFields) -> str | None:
    strong = content.mode is _STRONG
    return f"« {content.structure} »" if strong and content.structure.finess is None else None


@lru_cache(maxsize=1024)
def _listed(name: ValueSetName, code: str, code_system: str) -> bool:
    """Whether a value set has a code; the same few come back in every token."""
    return value_set(name).find(code, code_system) is not None


def _sector(content: VihfFields) -> str | None:
    return None if _listed(_FACILITY_TYPE, content.sector, SECTOR_OID) else f"« {content.sector} »"


def _role_count(content: VihfFields) -> str | None:
    return None if len(content.roles) in (1, 2) else f"{len(content.roles)} rôles"


def _unknown(role: Coded, systems: dict[str, ValueSetName | None] | dict[str, ValueSetName]) -> str | None:
    if role.code_system not in systems:
        return f"« {role.code} » de la nomenclature {role.code_system or 'absente'}"
    name = systems[role.code_system]
    if name is None:
        return None if role.code else "un code vide"
    return None if _listed(name, role.code, role.code_system) else f"« {role.code} », inconnu de {name.value}"


def _first_role(content: VihfFields) -> str | None:
    return _unknown(content.roles[0], FIRST_ROLE) if content.roles else "aucun rôle"


def _second_role(content: VihfFields) -> str | None:
    return _unknown(content.roles[1], SECOND_ROLE) if len(content.roles) > 1 else None


def _lacks(content: VihfFields, profession: str, system: str) -> bool:
    first, *others = content.roles or (Coded("", ""),)
    return (first.code, first.code_system) == (profession, G15) and not any(r.code_system == system for r in others)


def _speciality(content: VihfFields) -> str | None:
    # The DMP's own words (requests seen refused for it).
    refusal = "Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins..."
    return refusal if _lacks(content, PHYSICIAN, R01) else None


def _section(content: VihfFields) -> str | None:
    return "aucune section de l'Ordre dans le VIHF" if _lacks(content, PHARMACIST, G05) else None


def _context_class(content: VihfFields) -> str | None:
    found = content.authn_context_class
    well_formed = found == CONF_EXI_PGSSIS == content.primary_authentication or _CLASS.fullmatch(found)
    return None if well_formed else f"« {found[:80]} »"


def _primary_authentication(content: VihfFields) -> str | None:
    strong = content.mode is _STRONG
    found = content.primary_authentication
    return (
        None if found == (CONF_EXI_PGSSIS if strong else None) else ("rien" if found is None else f"« {found[:80]} »")
    )


def _software(content: VihfFields) -> str | None:
    fields = {
        "LPS_Nom": content.lps_name,
        "LPS_Version": content.lps_version,
        "LPS_ID_HOMOLOGATION_DMP": content.lps_homologation,
    }
    missing = [name for name, value in fields.items() if not value.strip()]
    return f"{', '.join(missing)} vide" if missing else None


_ROLE = "//Attribute[@Name='urn:oasis:names:tc:xacml:2.0:subject:role']"
_GUIDE = "guide d'intégration DMP (SEL-MP-037) §5.3.5.5"
_DIRECTORY = "reprenez le rôle de l'annuaire santé pour ce professionnel"

RULES: tuple[Rule, ...] = (
    Rule(
        "vihf-sujet",
        "L'utilisateur est désigné comme son mode d'authentification l'exige",
        "AIR : 8 + RPPS ; DIRECTE : PS_IdNat",
        "//Subject/NameID",
        "EX_AIR-020",
        "en AIR simplifié, seul un professionnel doté d'un RPPS peut accéder au DMP",
        ("mode", "subject"),
        _subject,
    ),
    Rule(
        "vihf-nom",
        "Le nom de l'utilisateur est donné",
        "un nom, sauf en mode DIRECTE",
        "//Attribute[@Name='urn:oasis:names:tc:xspa:1.0:subject:subject-id']",
        _GUIDE,
        "renseignez le nom et le prénom du professionnel",
        ("mode", "subject_name"),
        _subject_name,
    ),
    Rule(
        "vihf-structure-air",
        "En AIR simplifié, la structure est une entité géographique FINESS",
        "1 + FINESS géographique",
        "//Attribute[@Name='Identifiant_Structure']",
        f"{_GUIDE} ; AIR simplifié",
        "indiquez le FINESS géographique du site où exerce le professionnel, précédé de 1",
        ("mode", "structure"),
        _structure,
    ),
    Rule(
        "vihf-secteur-connu",
        "Le secteur d'activité est connu",
        "un code SAxx du jeu de valeurs JDV_J61",
        "//Attribute[@Name='Secteur_Activite']",
        "JDV_J61-HealthcareFacilityTypeCode-DMP",
        "choisissez le secteur dans JDV_J61",
        ("sector",),
        _sector,
    ),
    Rule(
        "vihf-roles-nombre",
        "Un ou deux rôles sont donnés",
        "1 ou 2 rôles",
        _ROLE,
        _GUIDE,
        _DIRECTORY,
        ("roles",),
        _role_count,
    ),
    Rule(
        "vihf-profession",
        "Le premier rôle est une profession connue",
        "un code de TRE_G15 (ou G16, A00, R94, R95)",
        f"{_ROLE}/AttributeValue[1]/Role",
        "ANS, VIHF, codage du rôle",
        _DIRECTORY,
        ("roles",),
        _first_role,
    ),
    Rule(
        "vihf-second-role",
        "Le second rôle, quand il existe, est un savoir-faire ou une section connus",
        "un code de TRE_R01 ou de TRE_G05",
        f"{_ROLE}/AttributeValue[2]/Role",
        "ANS, VIHF, codage du rôle",
        _DIRECTORY,
        ("roles",),
        _second_role,
    ),
    Rule(
        "vihf-specialite",
        "Un médecin donne sa spécialité",
        "pour la profession 10, un second rôle de TRE_R01",
        f"{_ROLE}/AttributeValue[2]/Role",
        "ANS, VIHF, codage du rôle",
        "ajoutez la spécialité du médecin, par exemple SM26",
        ("roles",),
        _speciality,
    ),
    Rule(
        "vihf-section",
        "Un pharmacien donne sa section de l'Ordre",
        "pour la profession 21, un second rôle de TRE_G05",
        f"{_ROLE}/AttributeValue[2]/Role",
        "ANS, VIHF, codage du rôle",
        "ajoutez la section de l'Ordre du pharmacien, par exemple H",
        ("roles",),
        _section,
    ),
    Rule(
        "vihf-classe-authentification",
        "La classe d'authentification locale est une URI",
        "une URI, par exemple urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        "//AuthnContext/AuthnContextClassRef",
        "EX_0.1-1020",
        "indiquez la classe SAML de l'authentification locale",
        ("authn_context_class", "primary_authentication"),
        _context_class,
    ),
    Rule(
        "vihf-authentification-primaire",
        "La conformité de l'authentification primaire est déclarée en AIR simplifié, et là seulement",
        "INDIRECTE_RENFORCEE : CONF_EXI_PGSSIS ; autres modes : rien",
        "//AuthnContext/AuthnContextDecl",
        "EX_AIR-050",
        "placez CONF_EXI_PGSSIS dans AuthnContextDecl avec le mode INDIRECTE_RENFORCEE",
        ("mode", "primary_authentication"),
        _primary_authentication,
    ),
    Rule(
        "vihf-logiciel",
        "Le logiciel est nommé, avec sa version et son homologation",
        "LPS_Nom, LPS_Version et LPS_ID_HOMOLOGATION_DMP non vides",
        "//Attribute[starts-with(@Name, 'LPS_')]",
        _GUIDE,
        "renseignez l'identité du logiciel telle que le CNDA l'a homologuée",
        ("lps_name", "lps_version", "lps_homologation"),
        _software,
    ),
)
