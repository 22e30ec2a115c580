"""The certificates of the suite."""

import pytest

from support import pki as certificates


@pytest.fixture(scope="session")
def pki() -> certificates.TestPki:
    """The PKI of this process."""
    return certificates.pki()
