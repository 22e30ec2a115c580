"""Codes: TOTP (RFC 6238) with an encrypted secret, and recovery codes used once."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from tramontane.hospital.accounts.models import Account, RecoveryCode, TotpDevice
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

PERIOD = 30  # seconds, RFC 6238 §5.2
DRIFT = (-1, 0, 1)  # one period of clock difference either way
RECOVERY_CODES = 10
_KEY = "totp_secret"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def _derived(purpose: bytes) -> bytes:
    """A key of its own for each purpose, from the installation's secret key."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(settings.SECRET_KEY.encode())


def _vault() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(b"tramontane totp secret")))


def begin_totp(session: SessionBase) -> str:
    """The secret to enrol, in base32: the same until a first right code, and shown to this session alone.

    Another session that knows the password is shown another secret: it cannot copy the one its owner will confirm.
    """
    if _KEY not in session:
        session[_KEY] = sealed(pyotp.random_base32()).decode()
    return _opened(session[_KEY].encode())


def sealed(secret: str) -> bytes:
    """A base32 secret as a device keeps it."""
    return _vault().encrypt(secret.encode())


def _opened(secret: bytes) -> str:
    return _vault().decrypt(secret).decode()


def provisioning_uri(account: Account, secret: str) -> str:
    """What the QR code says."""
    issuer = account.legal_entity.name
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=issuer)


def confirm_totp(session: SessionBase, account: Account, code: str, at: datetime, actor: Actor) -> bool:
    """The first right code makes the session's secret the factor of an account that has none of this kind."""
    step = _step_of(begin_totp(session), code, at)
    if step is None:
        return False
    made = {"secret": session[_KEY].encode(), "confirmed_at": at, "last_step": step}
    with transaction.atomic():
        _, created = TotpDevice.objects.get_or_create(account=account, defaults=made)
        if created:
            record(Event("facteur.ajoute", actor, detail={"means": "application d’authentification"}))
    del session[_KEY]
    return created


def check_totp(account: Account, code: str, at: datetime) -> bool:
    """Whether the code is right now, and was not used before."""
    device = TotpDevice.objects.filter(account=account).first()
    step = None if device is None else _step_of(_opened(bytes(device.secret)), code, at)
    if step is None:
        return False
    # Burnt by one UPDATE, that only one of two simultaneous uses can win.
    return TotpDevice.objects.filter(account=account, last_step__lt=step).update(last_step=step) == 1


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The period whose code this is, among those accepted now."""
    digits = "".join(code.split()).encode()
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // PERIOD
    steps = (now + drift for drift in DRIFT)
    return next((step for step in steps if hmac.compare_digest(totp.at(step * PERIOD).encode(), digits)), None)


def renew_recovery_codes(account: Account, actor: Actor) -> list[str]:
    """Ten new codes, shown once; the old ones die. About 79 bits each: a keyed hash is enough."""
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        account.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create([RecoveryCode(account=account, hash=_hash(code)) for code in codes])
        record(Event("facteur.ajoute", actor, detail={"means": "codes de secours"}))
    return codes


def use_recovery_code(account: Account, code: str, at: datetime) -> bool:
    """Burn a code. Single use even when typed twice at once."""
    return account.recovery_codes.filter(hash=_hash(code), used_at=None).update(used_at=at) == 1


def _hash(code: str) -> str:
    letters = "".join(c for c in code.casefold() if c.isalnum())
    return hmac.digest(_derived(b"tramontane recovery code"), letters.encode(), "sha256").hex()
