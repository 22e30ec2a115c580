"""HL7 V3 CE elements inside an AttributeValue: ``<Role …/>`` and ``<PurposeOfUse …/>`` in ``urn:hl7-org:v3``."""

from __future__ import annotations

from functools import lru_cache

from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.saml import AttributeValue
from tramontane.dmp.saml.names import XSI
from tramontane.dmp.signature import UnexpectedShape, escape_attribute
from tramontane.dmp.xml import HL7

_ALLOWED = frozenset({"code", "codeSystem", "codeSystemName", "displayName"})
_REFERENCE = "protocole DMP, VIHF, codage du rôle et du mode d'accès"


def write_ce(name: str, value: Coded, system_name: str) -> str:
    """The element in canonical form. `system_name` empty: no codeSystemName."""
    named = f' codeSystemName="{escape_attribute(system_name)}"' if system_name else ""
    return (
        f'<{name} xmlns="{HL7}" xmlns:xsi="{XSI}" code="{escape_attribute(value.code)}"'
        f' codeSystem="{escape_attribute(value.code_system)}"{named}'
        f' displayName="{escape_attribute(value.label)}" xsi:type="CE"></{name}>'
    )


@lru_cache(maxsize=1024)
def read_ce(name: str, value: AttributeValue) -> tuple[Coded, str]:
    """The coded value and its codeSystemName. Roles and access modes come back in every token; a refusal is not kept.

    Raises:
        UnexpectedShape: not that element, or an attribute it does not have.
    """
    if isinstance(value, str) or (value.namespace, value.name) != (HL7, name):
        received = "du texte" if isinstance(value, str) else f"{{{value.namespace}}}{value.name}"[:80]
        raise _unexpected(f"{{{HL7}}}{name}", received, f"//{name}")
    attributes = dict(value.attributes)
    strangers = [key for key in attributes if key not in _ALLOWED and key.rpartition(":")[2] != "type"]
    if strangers or not (attributes.get("code") and attributes.get("codeSystem")):
        raise _unexpected(
            "code, codeSystem, [codeSystemName], [displayName]", " ".join(attributes)[:120], f"//{name}/@*"
        )
    coded = Coded(attributes["code"], attributes["codeSystem"], attributes.get("displayName", ""))
    return coded, attributes.get("codeSystemName", "")


def _unexpected(expected: str, received: str, location: str) -> UnexpectedShape:
    return UnexpectedShape(expected=expected, received=received, location=location, reference=_REFERENCE)
