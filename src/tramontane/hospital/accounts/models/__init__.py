"""Entities, services, accounts, second factors, notice, review."""

from tramontane.hospital.accounts.models.entities import GeographicEntity, LegalEntity, Service
from tramontane.hospital.accounts.models.factors import Passkey, RecoveryCode, TotpDevice
from tramontane.hospital.accounts.models.lifecycle import Movement, NoticeReading, ReviewCampaign, ReviewItem
from tramontane.hospital.accounts.models.people import Account, ExternalIdentity, Role, ServiceAssignment

__all__ = [
    "Account",
    "ExternalIdentity",
    "GeographicEntity",
    "LegalEntity",
    "Movement",
    "NoticeReading",
    "Passkey",
    "RecoveryCode",
    "ReviewCampaign",
    "ReviewItem",
    "Role",
    "Service",
    "ServiceAssignment",
    "TotpDevice",
]
