"""Wycheproof's RSA signatures, judged by the very step that judges those of a VIHF."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tramontane.dmp.signature.algorithms import RSA_SHA256, STRICT
from tramontane.dmp.vihf.examination import Examination
from tramontane.dmp.vihf.steps_signature import SIGNATURE_STEPS

VECTORS = Path(__file__).parents[2] / "vectors" / "wycheproof"
(STEP,) = (step for step in SIGNATURE_STEPS if step.code == "signature")


def groups(bits: int) -> list[dict[str, Any]]:
    """The groups of a published file: one public key, its signatures."""
    published = json.loads(gzip.decompress((VECTORS / f"rsa_signature_{bits}_sha256_test.json.gz").read_bytes()))
    found: list[dict[str, Any]] = published["testGroups"]
    assert sum(len(group["tests"]) for group in found) == published["numberOfTests"]
    return found


def accepted(group: dict[str, Any], case: dict[str, Any]) -> bool:
    examination = Examination(data=b"", policy=SimpleNamespace(algorithms=STRICT), at=datetime.now(UTC), bare=True)  # type: ignore[arg-type]
    examination.signer = SimpleNamespace(public_key=load_der_public_key(bytes.fromhex(group["publicKeyDer"])))  # type: ignore[assignment]
    examination.parts = SimpleNamespace(  # type: ignore[assignment]
        signature_method=RSA_SHA256,
        signature_value=bytes.fromhex(case["sig"]),
        signed_info=bytes.fromhex(case["msg"]),
    )
    return STEP.check(examination) is None


@pytest.mark.parametrize(("bits", "valid", "others"), [(2048, 9, 250), (3072, 8, 251), (4096, 7, 251)])
def test_every_signature_is_judged_as_published(bits: int, valid: int, others: int) -> None:
    """« acceptable » is a signature without the NULL of its DigestInfo: PKCS #1 v2.2 writes it, we ask for it."""
    wrong, counted = [], {True: 0, False: 0}
    for group in groups(bits):
        for case in group["tests"]:
            expected = case["result"] == "valid"
            counted[expected] += 1
            if accepted(group, case) is not expected:
                wrong.append((case["tcId"], case["comment"], case["result"]))
    assert wrong == []
    assert counted == {True: valid, False: others}
