"""INSi beside the SI-DMP: identities of the national patients, found by their traits. Its own certificates and faults.

Only the form of messages and the codes are known of the real service; which traits it forgives is not. Here: name,
one given name, sex and date must be right; a birth place is not known to the stand-in and never refuses.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.db import transaction

from tramontane.dmp import soap
from tramontane.dmp.errors import LocalError, MalformedMessage
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.signature import CertificateUsage, describe
from tramontane.dmp.transactions import insi
from tramontane.dmp.verdicts import Outcome
from tramontane.national import tracing
from tramontane.national.models import AccessResult, PatientRecord
from tramontane.national.policy import Policy
from tramontane.national.services.context import Reply

COMMON_NAMES = ("INSI-AUTO", "INSI-MANU")
LEVEL = ("desir_560", "Niveau d'accès insuffisant")
# What the real service answers to a request outside its schema was never seen.
UNREADABLE = ("desir_000", "Demande illisible")


def answer(
    message: bytes, certificate: x509.Certificate | None, policy: Policy, *, at: datetime, message_id: str
) -> Reply:
    """Judge the certificate, search, trace: from bytes to bytes."""
    try:
        envelope = soap.read_envelope(message)
    except MalformedMessage as error:
        return Reply("text/plain; charset=utf-8", error.explain().encode(), status=400, code="illisible")
    relates_to = envelope.addressing.message_id
    reply = _answer(envelope, certificate, policy, at=at, message_id=message_id)
    described = describe(certificate) if certificate else None
    with transaction.atomic():
        tracing.write(
            tracing.Trace(
                instant=at,
                transaction=insi.TRANSACTION,
                service="insi",
                result=AccessResult.REFUSED if reply.code else AccessResult.GRANTED,
                message_id=relates_to,
                certificate=described.fingerprint_sha256 if described else "",
                certificate_structure=described.struct_idnat.value if described and described.struct_idnat else "",
                code=reply.code,
            ),
            None,
        )
    return reply


def _answer(
    envelope: soap.Envelope, certificate: x509.Certificate | None, policy: Policy, *, at: datetime, message_id: str
) -> Reply:
    ids = {"message_id": message_id, "relates_to": envelope.addressing.message_id}
    if certificate is None or not _admitted(certificate, policy, at):
        return Reply(*insi.respond_fault(*LEVEL, **ids), status=500, code=LEVEL[0])
    try:
        sought = insi.parse(envelope)
    except (MalformedMessage, LocalError) as error:
        return Reply(*insi.respond_fault(UNREADABLE[0], error.message, **ids), status=500, code=UNREADABLE[0])
    return Reply(*insi.respond(_search(sought), **ids))


def _admitted(certificate: x509.Certificate, policy: Policy, at: datetime) -> bool:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not any(name.value in COMMON_NAMES for name in names):
        return False
    verdicts = policy.trust().check(certificate, at=at, usage=CertificateUsage.AUTHENTICATION)
    return all(verdict.outcome is Outcome.PASSED for verdict in verdicts)


def _search(sought: insi.Sought) -> insi.Answer:
    born_then = PatientRecord.objects.filter(birth_date=sought.birth_date, sex=sought.sex)
    found = [patient for patient in born_then if _is(patient, sought)]
    if len(found) == 1:
        return insi.Answer(insi.Result.FOUND, insi.LABELS[insi.Result.FOUND], _identity(found[0]))
    result = insi.Result.SEVERAL if found else insi.Result.NONE
    return insi.Answer(result, insi.LABELS[result])


def _is(patient: PatientRecord, sought: insi.Sought) -> bool:
    given = insi.normalise(patient.given_names)
    return insi.normalise(patient.birth_name) == sought.birth_name and (
        given == sought.given_name or given.startswith(f"{sought.given_name} ")
    )


def _identity(patient: PatientRecord) -> insi.CertifiedIdentity:
    return insi.CertifiedIdentity(
        ins=Ins(patient.ins, InsAuthority.from_oid(patient.ins_oid)),
        birth_name=insi.normalise(patient.birth_name),
        given_names=insi.normalise(patient.given_names),
        sex=patient.sex,
        birth_date=patient.birth_date.isoformat(),
    )
