"""Other protocol tables: present, sourced, read-only."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from tramontane.dmp.nomenclatures import ResourceName, resource


@pytest.mark.parametrize("name", ResourceName)
def test_every_resource_is_there_and_parsed_once(name: ResourceName) -> None:
    assert isinstance(resource(name), MappingProxyType)
    assert resource(name) is resource(str(name))


def test_a_resource_cannot_be_changed_by_one_of_its_readers() -> None:
    queries = resource(ResourceName.STORED_QUERIES)
    with pytest.raises(TypeError):
        queries["concepts"] = ()
    with pytest.raises(TypeError):
        queries["concepts"][0]["id"] = ""
    assert isinstance(queries["concepts"], tuple)


def test_an_unknown_resource_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        resource("inconnue")
