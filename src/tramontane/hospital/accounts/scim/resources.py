"""A User resource and the account values it stands for (RFC 7643 §4.1, and an extension for what care needs)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.services.lifecycle import AccountValues, values_of

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PROFESSIONAL = "urn:tramontane:params:scim:schemas:extension:professional:1.0"
# Extension attribute → account value.
EXTENSION = {"rpps": "rpps", "profession": "profession", "savoirFaire": "savoir_faire"}


class ScimError(Exception):
    """A request answered by an error (RFC 7644 §3.12)."""

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type


def render(account: Account, at: datetime, base_url: str) -> dict[str, Any]:
    """The resource of an account."""
    values = values_of(account, at)
    return {
        "schemas": [USER, PROFESSIONAL],
        "id": str(account.pk),
        "externalId": values.external_id,
        "userName": values.login,
        "name": {"familyName": values.family_name, "givenName": values.given_name},
        "displayName": account.display_name,
        "active": values.active,
        "emails": [{"value": values.email, "primary": True}] if values.email else [],
        "roles": [{"value": role} for role in values.roles],
        PROFESSIONAL: {
            **{name: getattr(values, attribute) for name, attribute in EXTENSION.items()},
            "services": list(values.services),
        },
        "meta": {
            "resourceType": "User",
            "created": account.created_at.isoformat(),
            "location": f"{base_url}/scim/v2/Users/{account.pk}",
            "version": f'W/"{account.rights_version}"',
        },
    }


def read(resource: dict[str, Any]) -> AccountValues:
    """A whole resource: what it does not say is empty (PUT replaces, POST creates).

    Raises:
        ScimError: 400, a required attribute is missing or an attribute has the wrong type.
    """
    values = AccountValues(login="", family_name="", given_name="")
    for name in ("externalId", "userName", "name", "active", "emails", "roles", PROFESSIONAL):
        if name in resource:
            values = assign(values, name, resource[name])
    if not values.login:
        raise ScimError(400, "userName : obligatoire.", "invalidValue")
    return values


def assign(values: AccountValues, path: str, value: Any) -> AccountValues:
    """One attribute changed. Paths are those of RFC 7644 §3.5.2 that the resource has.

    Raises:
        ScimError: 400, unknown path or wrong type.
    """
    name, setter = _setter(path)
    try:
        return replace(values, **{name: setter(value)}) if name else _assign_object(values, path, value)
    except (TypeError, AttributeError, KeyError) as error:
        raise ScimError(400, f"{path} : valeur d’un autre type.", "invalidValue") from error


def _assign_object(values: AccountValues, path: str, value: Any) -> AccountValues:
    """`name` and the extension, given as objects."""
    prefix = "name." if path == "name" else f"{PROFESSIONAL}:"
    for name, item in value.items():
        if path == "name" and name not in ("familyName", "givenName"):
            continue  # formatted, middleName…: kept nowhere here
        values = assign(values, prefix + name, item)
    return values


def _setter(path: str) -> tuple[str, Any]:
    if path in ("name", PROFESSIONAL):
        return "", None
    known = {
        "userName": ("login", _text),
        "externalId": ("external_id", _text),
        "name.familyName": ("family_name", _text),
        "name.givenName": ("given_name", _text),
        "active": ("active", _boolean),
        "emails": ("email", lambda items: _text(_primary(items))),
        "roles": (
            "roles",
            lambda items: tuple(_text(item["value"] if isinstance(item, dict) else item) for item in items),
        ),
        f"{PROFESSIONAL}:services": ("services", lambda items: tuple(_text(item) for item in items)),
        **{f"{PROFESSIONAL}:{name}": (attribute, _text) for name, attribute in EXTENSION.items()},
    }
    if path not in known:
        raise ScimError(400, f"Attribut inconnu : {path[:120]}.", "invalidPath")
    return known[path]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError
    return value.strip()


def _boolean(value: Any) -> bool:
    """True or false; some directories write them as text."""
    words = {True: True, False: False, "true": True, "false": False}
    return words[value.casefold() if isinstance(value, str) else value]


def _primary(items: list[dict[str, Any]]) -> Any:
    chosen = next((item for item in items if item.get("primary")), items[0] if items else {})
    return chosen.get("value", "")
