"""The verdicts of a VIHF, under the number its check has in the whole list."""

from __future__ import annotations

import dataclasses

from tramontane.dmp import vihf
from tramontane.national.judge import identify


def test_verdicts_made_once_and_verdicts_made_again_are_the_same():
    passed = tuple(numbered.passed for numbered in vihf.STEPS)
    remarked = (dataclasses.replace(passed[0], received="toléré : un détail"), *passed[1:])
    once, again = identify._vihf_numbered(passed), identify._vihf_numbered(remarked)
    assert once[1:] == again[1:]
    assert (once[0].received, again[0].received) == ("", "toléré : un détail")
    assert {verdict.step for verdict in once} == {identify.VIHF}
    assert all(verdict.code.startswith("vihf-") for verdict in once)
    assert [verdict.title for verdict in once] == [verdict.title for verdict in passed]
