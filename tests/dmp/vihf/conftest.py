"""Every document any test of this folder judges is judged twice: as `verify` does, and step by step."""

from __future__ import annotations

import pytest

from tramontane.dmp.saml import find_written
from tramontane.dmp.vihf import verification
from tramontane.dmp.vihf.examination import Examination
from tramontane.dmp.vihf.shortcut import accept_at_once


@pytest.fixture(autouse=True)
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is accepted at once passes every step, without a word, and says the same (ADR 6). What costs is measured alone."""
    if "_costs_" in request.node.name:
        return
    judge = verification._verify

    def twice(document, policy, at, *, bare):
        examination = Examination(document, policy, at, bare=bare)
        by_steps = verification.judge_each_step(examination)
        judged = judge(document, policy, at, bare=bare)
        assert judged == by_steps
        if accept_at_once(document, policy, at, bare=bare) is not None:
            assert not any(verdict.received for verdict in by_steps.verdicts)
            assert find_written(document).signed == examination.signed_bytes
        return judged

    monkeypatch.setattr(verification, "_verify", twice)
