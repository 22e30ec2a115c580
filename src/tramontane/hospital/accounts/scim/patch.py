"""PATCH (RFC 7644 §3.5.2): add, replace and remove, with or without a path."""

from __future__ import annotations

from typing import Any

from tramontane.hospital.accounts.scim.resources import PROFESSIONAL, ScimError, assign
from tramontane.hospital.accounts.services.lifecycle import AccountValues

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
EMPTY: dict[str, Any] = {"active": False, "roles": [], "emails": [], f"{PROFESSIONAL}:services": []}
LISTS = {"roles": "roles", f"{PROFESSIONAL}:services": "services"}


def apply(values: AccountValues, body: dict[str, Any]) -> AccountValues:
    """The values after every operation, or none of them.

    Raises:
        ScimError: 400, not a PatchOp, unknown operation or path.
    """
    operations = body.get("Operations")
    if PATCH_OP not in (body.get("schemas") or ()) or not isinstance(operations, list) or not operations:
        raise ScimError(400, "Un PatchOp avec au moins une opération est attendu.", "invalidSyntax")
    for operation in operations:
        if not isinstance(operation, dict):
            raise ScimError(400, "Une opération est un objet.", "invalidSyntax")
        values = _one(values, operation)
    return values


def _one(values: AccountValues, operation: dict[str, Any]) -> AccountValues:
    verb, path, value = str(operation.get("op", "")).casefold(), operation.get("path"), operation.get("value")
    if verb not in ("add", "replace", "remove"):
        raise ScimError(400, f"Opération inconnue : {verb[:40]}.", "invalidSyntax")
    if verb == "remove":
        if not isinstance(path, str):
            raise ScimError(400, "Une suppression nomme un attribut.", "noTarget")
        return assign(values, path, EMPTY.get(path, ""))
    if path is None:
        if not isinstance(value, dict):
            raise ScimError(400, "Sans chemin, la valeur est un objet.", "invalidSyntax")
        for name, item in value.items():
            values = assign(values, name, item)
        return values
    if verb == "add" and path in LISTS and isinstance(value, list):
        kept = list(getattr(values, LISTS[path]))
        value = kept + [item for item in _items(value) if item not in kept]
    return assign(values, str(path), value)


def _items(value: list[Any]) -> list[Any]:
    return [item.get("value") if isinstance(item, dict) else item for item in value]
