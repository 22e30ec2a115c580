"""The passphrase of a key is in a variable that the configuration names: when it is missing, it is named."""

from __future__ import annotations

import pytest

from tramontane.client import files
from tramontane.dmp.errors import LocalError


def test_a_missing_variable_is_named_with_what_to_do() -> None:
    with pytest.raises(LocalError) as refused:
        files.environment_secret("MOT_DE_PASSE_DMP", {"AUTRE": "secret"})
    assert "MOT_DE_PASSE_DMP" in refused.value.explain()
    assert "secret" not in refused.value.explain()


def test_a_variable_that_is_there_or_not_named_is_no_fault() -> None:
    assert files.environment_secret("MOT", {"MOT": ""}) == ""
    assert files.environment_secret("", {}) is None
