"""Rules are data: what is misspelt, or could never open an alert, is refused where it is read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tramontane.national.monitoring.rules import VARIABLE, read, rule_book

RULE = """
version: "1"
rules:
  - {code: a, title: A, subject: rpps, count: ins, per: window, days: 1, threshold: 1, unit: "un,des", where: {}, why: x, next_step: x%s}
"""


def test_a_rule_is_read_with_its_defaults() -> None:
    rule = read((RULE % "").encode()).by_code["a"]
    assert (rule.share, rule.of, rule.where.transactions) == (0.0, None, ())


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (", share: 0.5", "vont ensemble"),
        (", of: {}", "vont ensemble"),
        (", share: 2, of: {}", "part entre 0 et 1"),
        (", seuil: 3", "unknown field"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(added: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        read((RULE % added).encode())


def test_two_rules_of_one_code_are_refused() -> None:
    twice = (RULE % "") + (RULE % "").split("rules:\n")[1]
    with pytest.raises(msgspec.ValidationError, match="même code"):
        read(twice.encode())


def test_an_installation_names_its_own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "rules.yaml"
    own.write_text(RULE % "")
    rule_book.cache_clear()
    monkeypatch.setenv(VARIABLE, str(own))
    try:
        assert list(rule_book().by_code) == ["a"]
    finally:
        monkeypatch.delenv(VARIABLE)
        rule_book.cache_clear()
    assert len(rule_book().rules) == 10
