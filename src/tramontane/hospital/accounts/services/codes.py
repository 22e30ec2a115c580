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
from django.db import transaction

from tramontane.hospital.accounts.models import Account, RecoveryCode, TotpDevice
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

PERIOD = 30  # seconds, RFC 6238 §5.2
DRIFT = (-1, 0, 1)  # one period of clock difference either way
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def _derived(purpose: bytes) -> bytes:
    """A key of its own for each purpose, from the installation's secret key."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(settings.SECRET_KEY.encode())


def _vault() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(b"tramontane totp secret")))


def begin_totp(account: Account) -> str:
    """The secret to enrol, in base32: a new one until it is confirmed by a first code."""
    device, created = TotpDevice.objects.get_or_create(
        account=account, defaults={"secret": sealed(pyotp.random_base32())}
    )
    if not created and device.confirmed_at is not None:
        raise ValueError("ce compte a déjà une application d’authentification")
    return _secret(device)


def sealed(secret: str) -> bytes:
    """A base32 secret as a device keeps it."""
    return _vault().encrypt(secret.encode())


def _secret(device: TotpDevice) -> str:
    return _vault().decrypt(bytes(device.secret)).decode()


def provisioning_uri(account: Account, secret: str) -> str:
    """What the QR code says."""
    issuer = account.legal_entity.name
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=issuer)


def confirm_totp(account: Account, code: str, at: datetime, actor: Actor) -> bool:
    """The first right code makes the secret a factor."""
    device = TotpDevice.objects.filter(account=account, confirmed_at=None).first()
    if device is None or not _consume(device, code, at):
        return False
    with transaction.atomic():
        TotpDevice.objects.filter(pk=device.pk).update(confirmed_at=at)
        record(Event("facteur.ajoute", actor, detail={"means": "application d’authentification"}))
    return True


def check_totp(account: Account, code: str, at: datetime) -> bool:
    """Whether the code is right now, and was not used before."""
    device = TotpDevice.objects.filter(account=account, confirmed_at__isnull=False).first()
    return device is not None and _consume(device, code, at)


def _consume(device: TotpDevice, code: str, at: datetime) -> bool:
    """Burn the step of a right code: one UPDATE that only one of two simultaneous uses can win."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(_secret(device))
    now = int(at.timestamp()) // PERIOD
    for step in (now + drift for drift in DRIFT):
        if hmac.compare_digest(totp.at(step * PERIOD).encode(), digits.encode()):
            return TotpDevice.objects.filter(pk=device.pk, last_step__lt=step).update(last_step=step) == 1
    return False


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
