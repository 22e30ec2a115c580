"""Signed homologations: their term, the one in force, what would make them due again."""

from __future__ import annotations

import hashlib
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from tramontane.dmp.errors import TramontaneError
from tramontane.dmp.signature import describe
from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity
from tramontane.hospital.accounts.oidc.profiles import providers
from tramontane.hospital.accounts.proof import LOCAL_MEANS
from tramontane.hospital.consultations.connection import material
from tramontane.hospital.consultations.models import DmpConnection
from tramontane.hospital.homologation.models import Dossier, Ending, Homologation
from tramontane.hospital.homologation.selectors import dossiers, systems
from tramontane.rules.homologation import Fingerprint, Term, Trigger, triggers


def signed(entity: LegalEntity) -> QuerySet[Homologation]:
    """Every homologation signed, newest first."""
    return Homologation.objects.filter(legal_entity=entity).select_related("dossier", "dossier__edition", "ending")


def term(row: Homologation) -> Term:
    """How long it holds, and what ended it."""
    ending: Ending | None = getattr(row, "ending", None)
    ended = {} if ending is None else {_FIELDS[Ending.Kind(ending.kind)]: ending.ended_on}
    return Term(row.signed_on, row.months, **ended)


_FIELDS = {Ending.Kind.REPLACED: "replaced_on", Ending.Kind.VOID: "void_on"}


def in_force(entity: LegalEntity, referentiel: str, today: date) -> Homologation | None:
    """The one that holds today."""
    rows = signed(entity).filter(referentiel=referentiel, signed_on__lte=today)
    return next((row for row in rows if term(row).state(today).in_force), None)


def due(row: Homologation, today: date) -> tuple[Trigger, ...]:
    """Every reason to renew it."""
    before = Fingerprint(**row.fingerprint)
    return triggers(term(row), before, fingerprint(row.dossier), today)


def fingerprint(dossier: Dossier) -> Fingerprint:
    """What is true now, as digests: what a signature freezes, and what is compared afterwards."""
    connection = DmpConnection.objects.filter(legal_entity=dossier.legal_entity).first()
    sections = sorted(dossier.sections.values_list("key", "text"))
    return Fingerprint(
        referentiel=dossiers.current(dossier.legal_entity, dossier.referentiel).sha256,
        support=_digest(repr(sections)) if sections else "",
        software=_digest(_software(dossier.legal_entity, connection)),
        certificates=_digest(" ".join(_certificates(connection))) if connection else "",
        identification=_digest(_identification(dossier.legal_entity)),
    )


def legal_identifiers(entity: LegalEntity) -> list[str]:
    """FINESS juridiques the certificates in use carry; the entity's own when they cannot be read."""
    connection = DmpConnection.objects.filter(legal_entity=entity).first()
    try:
        identity = material(connection).identity if connection else None
    except (TramontaneError, ValueError, OSError):
        identity = None
    if identity is None:
        return [entity.finess_juridique]
    found = [describe(one.certificate).struct_idnat for one in (identity.authentication, identity.signature)]
    # Struct_IdNat is a digit (1: FINESS) before the identifier.
    return sorted({str(one)[1:] for one in found if one is not None}) or [entity.finess_juridique]


def _software(entity: LegalEntity, connection: DmpConnection | None) -> str:
    """What calls the DMP, and the record systems of the register."""
    caller = f"{connection.software_oid} {connection.software_homologation}" if connection else ""
    return f"{caller} {systems.digest(entity, timezone.localdate(clock.now()))}".strip()


def _identification(entity: LegalEntity) -> str:
    """The means that give two factors here: those of the application, identity providers, card; never a secret of theirs."""
    delegated = [
        (
            one.key,
            one.issuer,
            one.max_auth_age,
            [(row.acr, sorted(row.amr or ()), row.factors) for row in one.acceptance],
        )
        for one in providers().values()
        if one.legal_entity in ("", entity.finess_juridique)
    ]
    environment = settings.ENVIRONMENT
    return repr((sorted(LOCAL_MEANS.items()), sorted(delegated), bool(environment.card_file), environment.proof_hours))


def _certificates(connection: DmpConnection) -> list[str]:
    try:
        identity = material(connection).identity
    except (TramontaneError, ValueError, OSError):
        return []
    return [describe(one.certificate).fingerprint_sha256 for one in (identity.authentication, identity.signature)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
