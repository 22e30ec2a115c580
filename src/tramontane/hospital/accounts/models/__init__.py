"""Entities, services, accounts, second factors, notice, review."""

from tramontane.hospital.accounts.models.entities import GeographicEntity, LegalEntity, Service
from tramontane.hospital.accounts.models.factors import Passkey, RecoveryCode, TotpDevice
from tramontane.hospital.accounts.models.lifecycle import Movement, NoticeReading, ReviewCampaign, ReviewItem
from tramontane.hospital.accounts.models.people import Account, ExternalIdentity, Role, ServiceAssignment
from tramontane.hospital.accounts.models.sessions import ConsumedToken, OpenSession, ScimToken, Throttle

__all__ = [
    "Account",
    "ConsumedToken",
    "ExternalIdentity",
    "GeographicEntity",
    "LegalEntity",
    "Movement",
    "NoticeReading",
    "OpenSession",
    "Passkey",
    "RecoveryCode",
    "ReviewCampaign",
    "ReviewItem",
    "Role",
    "ScimToken",
    "Service",
    "ServiceAssignment",
    "Throttle",
    "TotpDevice",
]
