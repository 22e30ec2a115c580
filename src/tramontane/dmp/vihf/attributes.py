"""The one table of VIHF attributes: name, requirement by mode, how it is written, how it is read, reference.

Order and requirements are those of the official samples (GIE SESAM-Vitale, DMP LPS message examples).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.identity import Ins, StructIdNat
from tramontane.dmp.nomenclatures import Coded, ValueSetName, value_set
from tramontane.dmp.saml import AttributeValue, element_attribute, text_attribute
from tramontane.dmp.signature import escape_text
from tramontane.dmp.vihf.coded_elements import read_ce, write_ce
from tramontane.dmp.vihf.content import Vihf
from tramontane.dmp.vihf.modes import (
    ACCESS_MODE_OID,
    ACCESS_MODE_OID_CURRENT,
    SECTOR_OID,
    AccessMode,
    AuthenticationMode,
)
from tramontane.dmp.vihf.profile import WireProfile

# The same structure comes back in every token; a refusal is not kept.
_struct_idnat = lru_cache(maxsize=1024)(StructIdNat)
_MSG = "exemples officiels de VIHF"
_VERSIONS = ("3.0", "4.0")
_RESSOURCE_URN = "urn:dmp"
_ACCESS_MODES = {mode.value: mode for mode in AccessMode}
_ACCESS_MODE_OIDS = (ACCESS_MODE_OID, ACCESS_MODE_OID_CURRENT)


_MODES = {mode.value: mode for mode in AuthenticationMode}
_COLUMN = {mode: rank for rank, mode in enumerate(AuthenticationMode)}


class Need(Enum):
    """Whether an attribute stands in the VIHF of a mode."""

    REQUIRED = "requis"
    OPTIONAL = "facultatif"
    ABSENT = "absent"


Values = tuple[AttributeValue, ...]


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute of the VIHF.

    Attributes:
        key: short name, in verdict codes.
        name: as the profile spells it.
        aliases: other spellings accepted on reading, reported.
        needs: requirement in DIRECTE, INDIRECTE, INDIRECTE_RENFORCEE.
        write: the canonical Attribute element, or "" to write none.
        read: fields of `Vihf` (or `version`); raises a TramontaneError on a value that cannot be one.
        remark: the deviation tolerated in values that were read, or "".
        expected: the value's form in words.
        repeated: whether several values are allowed.
        absent: fields when the attribute may be absent, and is.
    """

    key: str
    name: Callable[[WireProfile], str]
    aliases: tuple[str, ...]
    needs: tuple[Need, Need, Need]
    write: Callable[[Vihf, WireProfile], str]
    read: Callable[[Values], Mapping[str, Any]]
    expected: str
    reference: str = _MSG
    repeated: bool = False
    absent: Mapping[str, Any] = field(default_factory=dict)
    remark: Callable[[Values, WireProfile], str] | None = None

    def need(self, mode: AuthenticationMode) -> Need:
        return self.needs[_COLUMN[mode]]


_ALWAYS = (Need.REQUIRED, Need.REQUIRED, Need.REQUIRED)
_MAY = (Need.OPTIONAL, Need.OPTIONAL, Need.OPTIONAL)
# Absent from the direct sample, and read without complaint: the name of a CPS holder is in the certificate.
_NOT_DIRECT = (Need.OPTIONAL, Need.REQUIRED, Need.REQUIRED)


def _text_row(key: str, name: str, attribute: str, needs: tuple[Need, Need, Need]) -> AttributeRow:
    """A row whose value is the text of one field."""

    def write(vihf: Vihf, _profile: WireProfile) -> str:
        value = getattr(vihf, attribute)
        return text_attribute(name, escape_text(value)) if value else ""

    return AttributeRow(
        key,
        lambda _profile: name,
        (),
        needs,
        write,
        lambda values: {attribute: _text(values)},
        "un texte",
        absent={attribute: ""},
    )


def _text(values: Values) -> str:
    (value,) = values
    if not isinstance(value, str):
        raise refused("du texte", "un élément")
    return value


def refused(expected: str, received: str) -> MalformedMessage:
    """A value that is not what its attribute holds."""
    return MalformedMessage("La valeur d'un attribut du VIHF est inattendue.", expected=expected, received=received)


def _write_subject_name(vihf: Vihf, _profile: WireProfile) -> str:
    if vihf.mode is AuthenticationMode.DIRECTE:
        return ""
    return text_attribute(_SUBJECT_ID, escape_text(vihf.subject_name))


def _write_roles(vihf: Vihf, profile: WireProfile) -> str:
    return _roles_attribute(vihf.roles, profile.role_system_names)


@lru_cache(maxsize=1024)
def _roles_attribute(roles: tuple[Coded, ...], system_names: tuple[tuple[str, str], ...]) -> str:
    names = dict(system_names)
    return element_attribute(
        _ROLE, *[write_ce("Role", _labelled(role), names.get(role.code_system, "")) for role in roles]
    )


def _labelled(role: Coded) -> Coded:
    """A role given without its label takes the official one."""
    if role.label:
        return role
    found = value_set(ValueSetName.SUBJECT_ROLE).find(role.code, role.code_system)
    return Coded(role.code, role.code_system, found.label if found else role.code)


def _write_access_mode(vihf: Vihf, profile: WireProfile) -> str:
    return _access_mode_attribute(vihf.access_mode, profile.access_mode_oid, profile.access_mode_system_name)


@lru_cache(maxsize=16)
def _access_mode_attribute(mode: AccessMode, oid: str, system_name: str) -> str:
    coded = Coded(mode.value, oid, value_set(ValueSetName.ACCESS_MODE).display(mode))
    return element_attribute(_PURPOSE, write_ce("PurposeOfUse", coded, system_name))


def _read_sector(values: Values) -> Mapping[str, Any]:
    code, separator, system = _text(values).partition("^")
    if (separator, system) != ("^", SECTOR_OID):
        raise refused(f"SAxx^{SECTOR_OID}", _text(values)[:60])
    return {"sector": code}


def _read_version(values: Values) -> Mapping[str, Any]:
    version = _text(values)
    if version not in _VERSIONS:
        raise refused(" ou ".join(_VERSIONS), version[:20])
    return {"version": version}


def _remark_version(values: Values, profile: WireProfile) -> str:
    return "" if values == (profile.vihf_version,) else f"VIHF_Version {values[0]} au lieu de {profile.vihf_version}"


def _read_mode(values: Values) -> Mapping[str, Any]:
    text = _text(values)
    if text not in _MODES:
        raise refused(" ou ".join(AuthenticationMode), text[:30])
    return {"mode": _MODES[text]}


def _read_urn(values: Values) -> Mapping[str, Any]:
    if _text(values) != _RESSOURCE_URN:
        raise refused(_RESSOURCE_URN, _text(values)[:60])
    return {}


def _read_roles(values: Values) -> Mapping[str, Any]:
    return {"roles": tuple([read_ce("Role", value)[0] for value in values])}


def _read_access_mode(values: Values) -> Mapping[str, Any]:
    coded, _ = read_ce("PurposeOfUse", values[0])
    if coded.code not in _ACCESS_MODES or coded.code_system not in _ACCESS_MODE_OIDS:
        raise refused(
            f"{', '.join(AccessMode)}, nomenclature {' ou '.join(_ACCESS_MODE_OIDS)}",
            f"{coded.code} ({coded.code_system})"[:80],
        )
    return {"access_mode": _ACCESS_MODES[coded.code]}


def _remark_access_mode(values: Values, profile: WireProfile) -> str:
    coded, system_name = read_ce("PurposeOfUse", values[0])
    found = (coded.code_system, system_name)
    usual = (profile.access_mode_oid, profile.access_mode_system_name)
    if found == usual:
        return ""
    return " ; ".join(
        [f"« {theirs} » au lieu de « {ours} »" for theirs, ours in zip(found, usual, strict=True) if theirs != ours]
    )


_SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
_ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
RESOURCE_ID = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
_PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"

ATTRIBUTES: tuple[AttributeRow, ...] = (
    AttributeRow(
        "structure",
        lambda _profile: "Identifiant_Structure",
        (),
        _ALWAYS,
        lambda vihf, _profile: text_attribute("Identifiant_Structure", vihf.structure.value),
        lambda values: {"structure": _struct_idnat(_text(values))},
        "un Struct_IdNat",
    ),
    AttributeRow(
        "secteur",
        lambda _profile: "Secteur_Activite",
        (),
        _ALWAYS,
        lambda vihf, _profile: text_attribute("Secteur_Activite", f"{vihf.sector}^{SECTOR_OID}"),
        _read_sector,
        f"SAxx^{SECTOR_OID}",
    ),
    AttributeRow(
        "nom",
        lambda _profile: _SUBJECT_ID,
        (),
        _NOT_DIRECT,
        _write_subject_name,
        lambda values: {"subject_name": _text(values)},
        "le nom de l'utilisateur",
        absent={"subject_name": ""},
    ),
    AttributeRow(
        "roles",
        lambda _profile: _ROLE,
        (),
        _ALWAYS,
        _write_roles,
        _read_roles,
        "un ou deux éléments Role",
        "ANS, VIHF, codage du rôle",
        repeated=True,
    ),
    AttributeRow(
        "version",
        lambda _profile: "VIHF_Version",
        (),
        _ALWAYS,
        lambda _vihf, profile: text_attribute("VIHF_Version", escape_text(profile.vihf_version)),
        _read_version,
        " ou ".join(_VERSIONS),
        remark=_remark_version,
    ),
    AttributeRow(
        "mode",
        lambda profile: profile.authentication_mode_name,
        ("Authentification_mode", "Authentification_Mode"),
        _ALWAYS,
        lambda vihf, profile: text_attribute(profile.authentication_mode_name, vihf.mode.value),
        _read_mode,
        " ou ".join(AuthenticationMode),
    ),
    AttributeRow(
        "patient",
        lambda _profile: RESOURCE_ID,
        (),
        _ALWAYS,
        lambda vihf, _profile: text_attribute(RESOURCE_ID, escape_text(vihf.patient.cx)) if vihf.patient else "",
        lambda values: {"patient": Ins.from_cx(_text(values))},
        "<INS>^^^&<OID>&ISO^NH",
        absent={"patient": None},
    ),
    AttributeRow(
        "ressource",
        lambda _profile: "Ressource_URN",
        (),
        _ALWAYS,
        lambda _vihf, _profile: text_attribute("Ressource_URN", _RESSOURCE_URN),
        _read_urn,
        _RESSOURCE_URN,
    ),
    AttributeRow(
        "mode-acces",
        lambda _profile: _PURPOSE,
        (),
        _ALWAYS,
        _write_access_mode,
        _read_access_mode,
        "un élément PurposeOfUse",
        "TRE_R248-ModeAcces",
        remark=_remark_access_mode,
    ),
    AttributeRow(
        "confidentialite",
        lambda profile: profile.confidentiality_name,
        (),
        _MAY,
        lambda vihf, profile: (
            text_attribute(profile.confidentiality_name, escape_text(vihf.confidentiality))
            if vihf.confidentiality
            else ""
        ),
        lambda values: {"confidentiality": _text(values)},
        "le code de la connexion secrète",
        "EX_0.1-1100",
        absent={"confidentiality": None},
    ),
    _text_row("lps-id", "LPS_ID", "lps_id", _MAY),
    _text_row("lps-nom", "LPS_Nom", "lps_name", _ALWAYS),
    _text_row("lps-version", "LPS_Version", "lps_version", _ALWAYS),
    _text_row("lps-homologation", "LPS_ID_HOMOLOGATION_DMP", "lps_homologation", _ALWAYS),
)
