"""The prefix inside xsi:type is no part of what is signed: rebinding it must be seen all the same."""

import pytest

from support.vihf_forgery import envelope, failed_codes, judge

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
TYPED = f'{XSI} xsi:type="xs:string"'.encode()


@pytest.mark.parametrize("position", [0, -1])
def test_a_prefix_bound_again_on_one_value_is_refused(position: int):
    before, *after = envelope().split(TYPED)
    assert len(after) > 1
    rebound = [TYPED] * len(after)
    rebound[position] = b'xmlns:xs="urn:other" ' + TYPED
    data = before + b"".join(mark + rest for mark, rest in zip(rebound, after, strict=True))
    assert failed_codes(judge(data)) == ["types"]


def test_a_prefix_bound_otherwise_around_the_assertion_changes_nothing():
    assert judge(envelope().replace(b"<soap:Envelope ", b'<soap:Envelope xmlns:xs="urn:other" ', 1)).accepted
