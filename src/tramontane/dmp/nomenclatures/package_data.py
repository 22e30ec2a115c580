"""The JSON files shipped beside this module, each with its source: parsed once, read-only."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec


class ResourceName(StrEnum):
    """The data files that are not value sets."""

    ENDPOINTS_ACTIONS = "endpoints_actions"
    ERROR_CODES = "error_codes"
    FUNCTIONAL_RIGHTS_AIR = "functional_rights_air"
    FUNCTIONAL_RIGHTS_DIRECT_INDIRECT = "functional_rights_direct_indirect"
    HABILITATION_DOCUMENT_TYPES = "habilitation_document_types"
    IDENTIFIERS_PREFIXES = "identifiers_prefixes"
    INS_OIDS = "ins_oids"
    STORED_QUERIES = "stored_queries"
    VIHF_ATTRIBUTES = "vihf_attributes"
    XDS_UUIDS = "xds_uuids"


def resource(name: str) -> Any:
    """The parsed content of a data file; objects are read-only mappings, arrays are tuples.

    Args:
        name: a `ResourceName` (or the name of a value set file), without extension.

    Raises:
        FileNotFoundError: no such file in this package.
    """
    return _load(str(name))  # a plain string: an enumeration member would be another key of the cache


@cache
def _load(name: str) -> Any:
    data = files(__package__).joinpath("data", f"{name}.json").read_bytes()
    return _frozen(msgspec.json.decode(data))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
