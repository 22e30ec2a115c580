"""From a row of the outbox to what is sent, and in whose name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tramontane.client import Professional
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.proof import SessionProof
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.gateway import ins_of
from tramontane.hospital.consultations.gateway.professional import professional
from tramontane.hospital.consultations.selectors import connection_of
from tramontane.hospital.documents.models import Dispatch
from tramontane.hospital.documents.services.sending import content_of
from tramontane.hospital.documents.submission import Outgoing, PatientIdentity
from tramontane.hospital.patients.models import Patient

# HL7 AdministrativeGender, from the letters of the INS traits.
GENDERS = {"M": "M", "F": "F", "I": "U"}


def access_of(dispatch: Dispatch) -> Access:
    """The access of who asked for the sending, with the proof of that moment: the VIHF of INDIRECTE names her."""
    document = dispatch.document
    account = dispatch.requested_by
    assert account is not None, "a dispatch keeps who asked for it"
    return Access(
        account=account,
        proof=_proof(dispatch.proof),
        patient=document.patient,
        episode=document.episode,
        service=document.episode.service if document.episode else None,
        site=dispatch.site,
        secret=document.hidden_from_representatives,
    )


def _proof(kept: dict[str, object]) -> SessionProof | None:
    if not kept:
        return None
    factors = kept["factors"]
    assert isinstance(factors, list)
    return SessionProof(
        means=str(kept["means"]),
        factors=tuple(factors),
        provider=str(kept["provider"]),
        instant=datetime.fromisoformat(str(kept["instant"])),
        why_not="preuve de la session qui a demandé l’envoi",
    )


def outgoing_of(dispatch: Dispatch, access: Access) -> Outgoing:
    """Everything the submission is made of; the same for every attempt.

    Raises:
        InvalidIdentifier, UnknownCode: an identity, RPPS or profession that cannot be written.
    """
    document = dispatch.document
    connection = connection_of(access.account.legal_entity_id)
    author = document.author_account if document.author_account and document.author_account.rpps else access.account
    return Outgoing(
        unique_id=document.unique_id,
        submission_unique_id=dispatch.submission_unique_id,
        software_oid=connection.software_oid if connection else "",
        content=content_of(document),
        media_type=document.media_type,
        type_code=document.type_code,
        title=document.title,
        act_date=document.act_date or dispatch.requested_at,
        patient=_identity(document.patient),
        sender=professional(access),
        author=_professional(access, author),
        site=dispatch.site.name,
        at=dispatch.requested_at,
        confidentiality=tuple(document.confidentiality),
    )


def _professional(access: Access, author: Account) -> Professional:
    return professional(replace(access, account=author))


def _identity(patient: Patient) -> PatientIdentity:
    return PatientIdentity(
        ins=ins_of(patient),
        birth_name=patient.birth_name,
        given=patient.birth_given_names,
        gender=GENDERS.get(patient.sex, "U"),
        birth_date=f"{patient.birth_date:%Y%m%d}",
    )
