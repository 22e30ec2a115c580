"""A real PKCS#11 token (SoftHSM 2) for the tests: one directory a process, since the module reads its configuration once."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from support.needs import missing

TOKEN, PIN = "jeton-essai", "987654"
KEPT, LOOSE = "cachet", "sortante"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@cache
def module() -> str:
    """The library, with a configuration and a token (`TOKEN`, user code `PIN`) of this process."""
    found = [path for path in MODULES if Path(path).exists()]
    if not found:
        missing("the SoftHSM module", "softhsm2")
    directory = Path(tempfile.mkdtemp(prefix="tramontane-softhsm-"))
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\nslots.removable = false\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    # Before the module is loaded: it lists its tokens once.
    command = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--so-pin", "12345678", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    return found[0]


def key(name: str) -> rsa.RSAPublicKey:
    """The public half of a key of the token: `KEPT`, that never leaves it, or `LOOSE`, that may."""
    return _keys()[name]


@cache
def _keys() -> dict[str, rsa.RSAPublicKey]:
    """Drawn inside the token, both at once: a second login would be refused once a signer is open."""
    import pkcs11
    from pkcs11 import Attribute

    from tramontane.client.pkcs11 import forget_openssl_errors

    found = {}
    with pkcs11.lib(module()).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
        for name in (KEPT, LOOSE):
            template = {Attribute.EXTRACTABLE: name == LOOSE}
            public, _ = session.generate_keypair(
                pkcs11.KeyType.RSA, 2048, store=True, label=name, private_template=template
            )
            parts = (int.from_bytes(public[one]) for one in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS))
            found[name] = rsa.RSAPublicNumbers(*parts).public_key()
    forget_openssl_errors()
    return found
