"""HL7 V3 CE elements inside an AttributeValue: ``<Role …/>`` and ``<PurposeOfUse …/>`` in ``urn:hl7-org:v3``."""

from __future__ import annotations

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.saml import AttributeValue, local_name
from tramontane.dmp.saml.names import XSI, XSI_TYPE
from tramontane.dmp.signature import UnexpectedShape, escape_attribute
from tramontane.dmp.xml import HL7

_REQUIRED = frozenset({"code", "codeSystem"})
_ALLOWED = _REQUIRED | {"codeSystemName", "displayName", XSI_TYPE}
_REFERENCE = "protocole DMP, VIHF, codage du rôle et du mode d'accès"


def write_ce(name: str, value: Coded, system_name: str) -> str:
    """The element in canonical form. `system_name` empty: no codeSystemName."""
    named = f' codeSystemName="{escape_attribute(system_name)}"' if system_name else ""
    return (
        f'<{name} xmlns="{HL7}" xmlns:xsi="{XSI}" code="{escape_attribute(value.code)}"'
        f' codeSystem="{escape_attribute(value.code_system)}"{named}'
        f' displayName="{escape_attribute(value.label)}" xsi:type="CE"></{name}>'
    )


def read_ce(name: str, value: AttributeValue) -> tuple[Coded, str]:
    """The coded value and its codeSystemName.

    Raises:
        UnexpectedShape: not that element, an attribute it does not have, or a child.
    """
    location = f"//{name}"
    if isinstance(value, str) or value.tag != f"{{{HL7}}}{name}":
        raise _unexpected(f"{{{HL7}}}{name}", _received(value), location)
    if len(value) or (value.text or "").strip():
        raise _unexpected("un élément vide", "un contenu", location)
    names = {str(name) for name in value.keys()}  # noqa: SIM118  # an element iterates its children
    if not _REQUIRED <= names <= _ALLOWED:
        raise _unexpected("code, codeSystem, [codeSystemName], [displayName]", ", ".join(sorted(names)), location)
    coded = Coded(value.get("code", ""), value.get("codeSystem", ""), value.get("displayName", ""))
    return coded, value.get("codeSystemName", "")


def _received(value: AttributeValue) -> str:
    return "du texte" if isinstance(value, str) else local_name(value.tag)


def _unexpected(expected: str, received: str, location: str) -> UnexpectedShape:
    return UnexpectedShape(expected=expected, received=received, location=location, reference=_REFERENCE)
