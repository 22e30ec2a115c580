"""Passkeys (WebAuthn level 3). User verification is always required: the key and what unlocks it are two factors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tramontane.hospital.accounts.models import Account, Passkey
from tramontane.hospital.accounts.services import once
from tramontane.hospital.traces.events import Actor, Event
from tramontane.hospital.traces.services import record

CHALLENGE_LIVES = timedelta(minutes=5)
NOT_RECOGNISED = "Cette clé d’accès n’a pas été reconnue. Recommencez, ou utilisez votre mot de passe."
_KEY = "passkey_challenge"


class PasskeyError(Exception):
    """The answer of the authenticator was not accepted. The message is for the user; the cause is chained."""


def registration_options(session: SessionBase, account: Account, at: datetime) -> str:
    """What the browser needs to create a passkey, as JSON. The challenge stays in the session."""
    options = generate_registration_options(
        rp_id=settings.ENVIRONMENT.host,
        rp_name=account.legal_entity.name,
        user_id=account.handle.bytes,
        user_name=account.login,
        user_display_name=account.display_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(key) for key in account.passkeys.all()],
    )
    _remember(session, "register", options.challenge, at)
    return options_to_json(options)


def register(session: SessionBase, account: Account, answer: dict[str, Any], at: datetime, actor: Actor) -> Passkey:
    """Check the authenticator's answer and keep the key.

    Raises:
        PasskeyError: wrong origin, challenge, signature, or no user verification.
    """
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=_recall(session, "register", at),
            expected_rp_id=settings.ENVIRONMENT.host,
            expected_origin=settings.ENVIRONMENT.base_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyError(
            "La clé d’accès n’a pas pu être enregistrée. Recommencez, ou essayez une autre clé."
        ) from error
    if Passkey.objects.filter(credential_id=verified.credential_id).exists():
        raise PasskeyError("Cette clé d’accès est déjà enregistrée.")
    known = {transport.value for transport in AuthenticatorTransport}
    with transaction.atomic():
        key = Passkey.objects.create(
            account=account,
            name=f"Clé d’accès {account.passkeys.count() + 1}",
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            transports=[t for t in answer.get("response", {}).get("transports", []) if t in known],
            created_at=at,
        )
        record(Event("facteur.ajoute", actor, detail={"means": "clé d’accès"}))
    return key


def authentication_options(session: SessionBase, account: Account | None, at: datetime) -> str:
    """What the browser needs to use a passkey: of `account`, or any it finds (login without a name)."""
    options = generate_authentication_options(
        rp_id=settings.ENVIRONMENT.host,
        allow_credentials=[_descriptor(key) for key in account.passkeys.all()] if account else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _remember(session, "login", options.challenge, at)
    return options_to_json(options)


def authenticate(session: SessionBase, answer: dict[str, Any], at: datetime, *, only: Account | None = None) -> Account:
    """The account of the passkey that answered; `only`: when the account is already known, no other will do.

    Raises:
        PasskeyError: unknown key, another account's, closed account, wrong origin, challenge or signature, no user
            verification, or a counter that went backwards (a copied key).
    """
    try:
        challenge = _recall(session, "login", at)
        key = _find(answer, only)
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=settings.ENVIRONMENT.host,
            expected_origin=settings.ENVIRONMENT.base_url,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, Passkey.DoesNotExist, ValueError, KeyError, TypeError) as error:
        raise PasskeyError(NOT_RECOGNISED) from error
    # The session forgets the challenge when its request ends: two at the same instant would both find it there.
    if not once.consume(f"passkey:{bytes_to_base64url(challenge)}", at + CHALLENGE_LIVES):
        raise PasskeyError(NOT_RECOGNISED)
    Passkey.objects.filter(pk=key.pk).update(sign_count=verified.new_sign_count, last_used_at=at)
    return key.account


def _find(answer: dict[str, Any], only: Account | None) -> Passkey:
    keys = Passkey.objects.select_related("account__legal_entity").filter(account__is_active=True)
    if only is not None:
        keys = keys.filter(account=only)
    key = keys.get(credential_id=base64url_to_bytes(answer["rawId"]))
    handle = answer["response"].get("userHandle")
    # WebAuthn §7.2 step 6: without a name given first, the authenticator must say whose key it is.
    if (handle is None and only is None) or (handle and base64url_to_bytes(handle) != key.account.handle.bytes):
        raise ValueError("la clé ne nomme pas son compte")
    return key


def _descriptor(key: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(name) for name in key.transports]
    return PublicKeyCredentialDescriptor(id=bytes(key.credential_id), transports=transports or None)


def _remember(session: SessionBase, purpose: str, challenge: bytes, at: datetime) -> None:
    session[_KEY] = {"purpose": purpose, "challenge": bytes_to_base64url(challenge), "at": at.isoformat()}


def _recall(session: SessionBase, purpose: str, at: datetime) -> bytes:
    """The challenge, once: a second answer to the same challenge finds none."""
    kept = session.pop(_KEY, None)
    if kept is None or kept["purpose"] != purpose or at - datetime.fromisoformat(kept["at"]) > CHALLENGE_LIVES:
        raise ValueError("défi absent, expiré ou d’un autre usage")
    return base64url_to_bytes(kept["challenge"])


def parse(body: bytes) -> dict[str, Any]:
    """The browser's answer.

    Raises:
        PasskeyError: not a JSON object.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PasskeyError("La réponse du navigateur est illisible. Recommencez.") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise PasskeyError("La réponse du navigateur est illisible. Recommencez.")
    return answer
