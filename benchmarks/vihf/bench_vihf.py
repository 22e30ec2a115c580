"""One VIHF: build and sign against a bare RSA signature; verify against the JDK and signxml.

How the JDK is measured: the same envelope, parsed and verified at each call, after eight seconds of processor time spent
compiling. Both sides run on one and the same core, in alternating rounds, and the processor time of the thread that
verifies is counted: the JDK's compiler and collector neither count against it nor borrow a second core. Its collector is
the serial one, made for one core (G1, the default, gave the same figures within the noise), with a heap of 512 MB, which
makes its pauses rare. Ours runs with Python's collector at rest, like every case.

The same envelope comes back at each call, so what `vihf.statement` keeps of its user is always there: the last two cases
say what a token costs of each of 200 users, who are remembered, then of 2,000, who are not.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tramontane.dmp.vihf import PinnedCertificates, VerificationPolicy, verify

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from envelope import AT, Hospital, envelope, token, vihf, visits  # noqa: E402  # beside this file
from harness import Measure, at_least, not_run, seconds_per_call  # noqa: E402  # one folder up

_ROUNDS, _ROUND_MS, _CALLS = 25, 150, 2_000
_JAVA = ("java", "-XX:+UseSerialGC", "-Xms512m", "-Xmx512m")
_KEPT, _TOO_MANY = 200, 2_000  # users whose statements are remembered, and more than are


def cases() -> Iterator[Measure]:
    hospital = Hospital()
    content, message = vihf(), envelope(token(hospital, vihf()))
    policy = VerificationPolicy(PinnedCertificates([hospital.certificate]))
    if not verify(message, policy, at=AT).accepted:
        raise AssertionError("the token to measure is refused")
    yield _against_bare_signature("VIHF, build + sign", hospital, lambda: token(hospital, content))
    yield _reported("VIHF, check new identifiers + content + build + sign", hospital, lambda: token(hospital, vihf()))

    def verified() -> object:
        return verify(message, policy, at=AT)

    yield _against_signxml(message, hospital, verified)
    yield _against_jdk(message, hospital, verified)
    yield _in_turn(_KEPT, hospital, policy, verified)
    yield _in_turn(_TOO_MANY, hospital, policy, verified)


def _against_bare_signature(name: str, hospital: Hospital, work) -> Measure:  # type: ignore[no-untyped-def]  # a Work
    signed_info = b"x" * 700  # about the size of the SignedInfo

    def bare() -> object:
        return hospital.sign(signed_info)

    return at_least(name, work, bare, peer_name="bare RSA-2048 signature", limit=0.9)


def _reported(name: str, hospital: Hospital, work) -> Measure:  # type: ignore[no-untyped-def]  # a Work
    """The same with every value object made anew, as no caller does: reported, no promise."""
    return replace(_against_bare_signature(name, hospital, work), reach="", ok=None)


def _against_signxml(message: bytes, hospital: Hospital, verified) -> Measure:  # type: ignore[no-untyped-def]  # a Work
    name = "VIHF, verify every step, against signxml"
    if find_spec("signxml") is None:
        return not_run(name, "signxml is not installed", reach="≥ 3 ×")
    from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

    expected = SignatureConfiguration(
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )

    def peer() -> object:
        assertion = next(etree.fromstring(message).iter("{*}Assertion"))
        return XMLVerifier().verify(assertion, x509_cert=hospital.certificate, expect_config=expected)

    return at_least(name, verified, peer, peer_name="signxml parse + verify", limit=3)


def _against_jdk(message: bytes, hospital: Hospital, verified) -> Measure:  # type: ignore[no-untyped-def]  # a Work
    """Rounds alternate in time: the JDK prints one figure a round, ours is measured after each of them."""
    name = "VIHF, verify every step, against the JDK"
    if shutil.which("java") is None:
        return not_run(name, "java is not installed", reach="≥ 1.5 ×")
    with tempfile.TemporaryDirectory() as folder:
        certificate, file = Path(folder, "cert.der"), Path(folder, "envelope.xml")
        certificate.write_bytes(hospital.certificate.public_bytes(Encoding.DER))
        file.write_bytes(message)
        command = [*_JAVA, HERE / "XmlDsigPeer.java", "time", certificate, file, str(_ROUND_MS), str(_ROUNDS)]
        with (
            one_core(),
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer,
        ):
            pairs = list(_alternate(peer, verified))
    mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(their / my for my, their in pairs)
    return Measure(
        name,
        mine,
        "µs/op",
        f"JDK javax.xml.crypto, DOM parse + verify: {theirs:.1f} µs/op",
        ratio,
        "≥ 1.5 ×",
        ratio >= 1.5,
    )


def _alternate(peer: subprocess.Popen[str], verified) -> Iterator[tuple[float, float]]:  # type: ignore[no-untyped-def]  # a Work
    if peer.stdin is None or peer.stdout is None:
        raise AssertionError("the peer was started with pipes")
    for _ in range(_ROUNDS):
        peer.stdin.write("go\n")
        peer.stdin.flush()
        theirs = float(peer.stdout.readline())
        yield seconds_per_call(verified, _CALLS) * 1e6, theirs


@contextmanager
def one_core() -> Iterator[None]:
    """This process, and those it starts meanwhile, on one core (where the system knows how: Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _in_turn(users: int, hospital: Hospital, policy: VerificationPolicy, verified) -> Measure:  # type: ignore[no-untyped-def]  # a Work
    """What is kept between two tokens says nothing of a patient: another one each time costs what the same one does."""
    messages = cycle([envelope(token(hospital, content)) for content in visits(users)])

    def another() -> object:
        return verify(next(messages), policy, at=AT)

    if not all(verify(next(messages), policy, at=AT).accepted for _ in range(users)):
        raise AssertionError("a token to measure is refused")
    name = f"VIHF, verify, {users:,} users in turn, a patient each"
    return replace(at_least(name, another, verified, peer_name="the same token again", limit=0), reach="", ok=None)
