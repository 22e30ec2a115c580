"""A document of the hospital brought by hand: judged by its bytes, put in the record once, not sent by itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from tramontane.dmp import cda
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.identity import InsAuthority
from tramontane.dmp.xds import INVISIBLE_REPRESENTANTS_LEGAUX
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.consultations import gateway
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.documents import pdf
from tramontane.hospital.documents.models import RecordDocument
from tramontane.hospital.documents.pdf.worker import ENCRYPTED
from tramontane.hospital.documents.services.filing import NewDocument, add_hospital_document
from tramontane.hospital.documents.viewer import sniff
from tramontane.hospital.patients.models import Episode, Patient

# Ours: no source gives the DMP's own limit.
MOST_BYTES = 20 * 1024 * 1024
_INS_OIDS = frozenset(authority.value for authority in InsAuthority)


def too_big() -> str:
    """What is said of a file above the limit, whether it was read or not."""
    return f"Ce fichier dépasse {MOST_BYTES // 1024 // 1024} Mo : réduisez-le."


class DepositRefusedError(Exception):
    """Why this file does not enter the record, in French; `field` of the form, `there`: the document it already is."""

    def __init__(self, sentence: str, *, field: str = "file", there: RecordDocument | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.there = there


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What somebody brings. Of a CDA, its own header fills the type and the title left empty.

    Attributes:
        act_date: aware.
        hidden: kept from the legal representatives of a minor, by the professional's explicit choice.
    """

    content: bytes
    type_code: str
    title: str
    act_date: datetime
    author: Account
    episode: Episode | None
    hidden: bool = False


def deposit(access: Access, brought: Deposit) -> RecordDocument:
    """Put it in the record. Traces: `document.classe`.

    Raises:
        DepositRefusedError: empty, too big, of another format, closed, damaged, of another patient, or already there.
    """
    completed = _completed(access.patient, brought)
    new = NewDocument(
        content=completed.content,
        type_code=completed.type_code,
        title=completed.title,
        act_date=completed.act_date,
        author=completed.author,
        episode=completed.episode,
        confidentiality=(INVISIBLE_REPRESENTANTS_LEGAUX,) if completed.hidden else (),
    )
    try:
        with transaction.atomic():
            gateway.lock_patient(access.patient.pk)  # the same file brought twice at once enters once
            _refuse_twice(access.patient, completed.content)
            return add_hospital_document(access.patient, new, actor=access.actor)
    except IntegrityError as error:
        raise DepositRefusedError(
            "Un document du dossier porte déjà l’identifiant de ce CDA : donnez-lui un nouvel identifiant dans le logiciel "
            "qui l’a produit."
        ) from error


def _completed(patient: Patient, brought: Deposit) -> Deposit:
    """The deposit once its bytes are judged, with what its own header says."""
    header = _judged(brought.content)
    if header is not None:
        _refuse_another_patient(patient, header)
        brought = replace(brought, type_code=brought.type_code or header.type.code, title=brought.title or header.title)
    if not brought.type_code:
        raise DepositRefusedError("Choisissez le type du document.", field="type_code")
    if not brought.title:
        raise DepositRefusedError("Donnez un titre au document.", field="title")
    return brought


def _judged(content: bytes) -> cda.Header | None:
    """The header of a CDA, None for a PDF or a text.

    Raises:
        DepositRefusedError: anything else.
    """
    if not content:
        raise DepositRefusedError("Ce fichier est vide.")
    if len(content) > MOST_BYTES:
        raise DepositRefusedError(too_big())
    match sniff(content)[0]:
        case "application/pdf":
            _refuse_closed_pdf(content)
        case "text/plain":
            pass
        case "text/xml":
            return _header(content)
        case found:
            raise DepositRefusedError(
                f"Format reconnu d’après le contenu : {found}. Attendu : PDF, texte (UTF-8) ou CDA."
            )
    return None


def _refuse_closed_pdf(content: bytes) -> None:
    try:
        pdf.outline(content)
    except pdf.PdfRefusedError as refusal:
        if refusal.cause == ENCRYPTED:
            sentence = "Ce PDF est protégé par un mot de passe : enregistrez-le sans mot de passe, puis déposez-le."
        elif refusal.cause:
            sentence = "Ce PDF est tronqué ou abîmé : produisez-le de nouveau."
        else:
            sentence = "Ce PDF n’a pas pu être contrôlé dans le temps accordé : réessayez, ou allégez-le."
        raise DepositRefusedError(sentence) from refusal


def _header(content: bytes) -> cda.Header:
    try:
        return cda.read(content).header
    except MalformedMessage as error:
        raise DepositRefusedError("Ce fichier XML n’est pas un document clinique (CDA) lisible.") from error


def _refuse_another_patient(patient: Patient, header: cda.Header) -> None:
    """A CDA that bears an INS bears this patient's."""
    borne = {identifier.extension for identifier in header.patient.identifiers if identifier.root in _INS_OIDS}
    if borne and patient.ins not in borne:
        raise DepositRefusedError(
            "L’INS écrite dans ce CDA n’est pas celle de ce patient : vérifiez que vous êtes dans le bon dossier."
        )


def _refuse_twice(patient: Patient, content: bytes) -> None:
    found = RecordDocument.objects.filter(patient=patient, sha256=hashlib.sha256(content).hexdigest()).first()
    if found is not None:
        raise DepositRefusedError(f"Ce fichier est déjà dans le dossier, sous le titre « {found.title} ».", there=found)
