"""Every document any test of this folder judges is judged twice: recognised as written by us, and through the tree alone."""

from __future__ import annotations

import pytest

from tramontane.dmp.vihf import steps_envelope, verification
from tramontane.dmp.vihf.examination import Examination


@pytest.fixture(autouse=True)
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both readings must give the same verdicts and the same value (ADR 6). What costs is measured alone."""
    if "_costs_" in request.node.name:
        return
    judge, find = verification._verify, steps_envelope.find_written

    def twice(examination):
        again = Examination(examination.data, examination.policy, examination.at, bare=examination.bare)
        monkeypatch.setattr(steps_envelope, "find_written", lambda _document: None)
        through_the_tree = judge(again)
        monkeypatch.setattr(steps_envelope, "find_written", find)
        verdict = judge(examination)
        assert verdict == through_the_tree
        if examination.written is not None and verdict.accepted:
            assert examination.signed_bytes == again.signed_bytes
            assert examination.content == again.content
            assert examination.parts == again.parts
        return verdict

    monkeypatch.setattr(verification, "_verify", twice)
