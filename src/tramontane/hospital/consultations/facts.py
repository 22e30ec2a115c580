"""Everything the access rules judge, read from the database now. The only reader: nobody else builds `AccessFacts`."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from tramontane.dmp.errors import InvalidIdentifier
from tramontane.dmp.identity import Ins, InsAuthority, Rpps
from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.hospital.accounts.models import Account
from tramontane.hospital.accounts.selectors import notice_state, works_in
from tramontane.hospital.consultations import connection, selectors
from tramontane.hospital.consultations.access import Access
from tramontane.hospital.consultations.models import DmpState as KeptState
from tramontane.hospital.consultations.models import Opening, SiteContract
from tramontane.hospital.consultations.policy import policy
from tramontane.hospital.habilitations.selectors import rights_of
from tramontane.hospital.patients.consent import consent_state, explicit_consent
from tramontane.hospital.patients.models import Patient
from tramontane.hospital.patients.selectors import granted_since, is_care_team
from tramontane.hospital.prepared import first, prepared
from tramontane.rules.access import (
    MAJORITY,
    AccessFacts,
    AirContractState,
    AuthenticationProof,
    DmpState,
    Emergency,
    EmergencyOpposition,
    InsStatus,
    LocalRights,
    PatientChoice,
    Relationship,
    SecretConnection,
    secret_connection,
)

PARIS = ZoneInfo("Europe/Paris")
INS_STATUSES = {
    Patient.IdentityStatus.PROVISOIRE: InsStatus.PROVISOIRE,
    Patient.IdentityStatus.RECUPEREE: InsStatus.RECUPEREE,
    Patient.IdentityStatus.VALIDEE: InsStatus.VALIDEE,
    Patient.IdentityStatus.QUALIFIEE: InsStatus.QUALIFIEE,
}
OBSERVED = {
    "active": AirContractState.ACTIVE,
    "refused": AirContractState.REFUSED,
    "suspended": AirContractState.SUSPENDED,
    "expired": AirContractState.EXPIRED,
}


def gather(access: Access, *, at: datetime, explicit: bool = False) -> AccessFacts:
    """The facts of an access at `at` (aware). `explicit`: the call answers a gesture of the professional."""
    account = first(_account(access.account.pk))
    (patient,) = _patient(access.patient.pk)
    emergency = _emergency(access.emergency, at)
    state = first(_state(patient, access.account))
    fresh = state if state is not None and at - state.checked_at < policy().state else None
    contracts = _contracts(access)
    return AccessFacts(
        proof=_proof(access, at) if account else None,
        rpps=_rpps(account),
        notice=notice_state(access.account, at),
        rights=_rights(access, account, at),
        certificates=connection.report(selectors.connection_of(access.account.legal_entity_id), at).state,
        air_contract=_contract(contracts.get(access.site.pk) if access.site else None, at),
        outside_contract=_outside(access, contracts),
        ins=_ins(patient),
        ins_status=INS_STATUSES[Patient.IdentityStatus(patient.identity_status)],
        choice=_choice(access, patient),
        relationship=_relationship(access, at),
        secret_connection=secrecy(access, requested=access.secret, at=at),
        mode=access.mode,
        emergency=emergency,
        dmp=_dmp(fresh),
        authorisation=_authorisation(fresh),
        explicit_request=explicit,
    )


@prepared
def _account(account_id: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=account_id, is_active=True)


@prepared
def _patient(patient_id: int) -> QuerySet[Patient]:
    return Patient.objects.filter(pk=patient_id)


@prepared
def _state(patient: Patient, account: Account) -> QuerySet[KeptState]:
    return KeptState.objects.filter(patient=patient, account=account)


def _proof(access: Access, at: datetime) -> AuthenticationProof | None:
    if access.proof is None:
        return None
    return access.proof.at(at, valid_for=timedelta(hours=settings.ENVIRONMENT.proof_hours)).for_rules()


def _rpps(account: Account | None) -> Rpps | None:
    if account is None or not account.rpps:
        return None
    try:
        return Rpps(account.rpps)
    except InvalidIdentifier:
        return None


def _ins(patient: Patient) -> Ins | None:
    if not patient.ins:
        return None
    try:
        return Ins(patient.ins, InsAuthority.from_oid(patient.ins_oid))
    except InvalidIdentifier:
        return None


def _rights(access: Access, account: Account | None, at: datetime) -> LocalRights:
    """None in a service one no longer works in: a move takes effect at once."""
    if account is None or access.site is None:
        return LocalRights()
    if access.service is not None and not works_in(account, access.service, at):
        return LocalRights()
    return rights_of(account, access.service)


def _contracts(access: Access) -> dict[int, SiteContract]:
    """What is declared and observed of each site of the establishment. One query."""
    return {row.geographic_entity_id: row for row in _site_contracts(access.account.legal_entity_id)}


@prepared
def _site_contracts(legal_entity_id: int) -> QuerySet[SiteContract]:
    return SiteContract.objects.filter(geographic_entity__legal_entity_id=legal_entity_id)


def _outside(access: Access, contracts: dict[int, SiteContract]) -> bool:
    """A contract is declared for other sites, not for this one, and the DMP never served it: an alert before the refusal."""
    if access.site is None or not any(row.signed_at for row in contracts.values()):
        return False
    own = contracts.get(access.site.pk)
    return own is None or (own.signed_at is None and own.observed_state != "active")


def _contract(contract: SiteContract | None, at: datetime) -> AirContractState:
    """The declared end first, then what the SI-DMP last answered. A refusal is believed for a while only: without it,
    nobody would ever ask again, and a contract signed since would never be seen."""
    if contract is None:
        return AirContractState.UNKNOWN
    if contract.expires_at is not None and contract.expires_at < at.astimezone(PARIS).date():
        return AirContractState.EXPIRED
    observed = OBSERVED.get(contract.observed_state, AirContractState.UNKNOWN)
    if observed is AirContractState.ACTIVE or contract.observed_at is None:
        return observed
    return observed if at - contract.observed_at < policy().refusal else AirContractState.UNKNOWN


def _choice(access: Access, patient: Patient) -> PatientChoice:
    return consent_state(patient, access.episode).choice


def _relationship(access: Access, at: datetime) -> Relationship:
    since = granted_since(access.account, at)
    # A minor's own consent, without the representatives: to this professional, in this connection.
    if access.secret and explicit_consent(access.patient, access.account.pk, since, secret=True) is not None:
        return Relationship.EXPLICIT_CONSENT
    if is_care_team(access.account, access.episode, at):
        return Relationship.CARE_TEAM
    if explicit_consent(access.patient, access.account.pk, since) is not None:
        return Relationship.EXPLICIT_CONSENT
    return Relationship.OUTSIDE


def secrecy(access: Access, *, requested: bool, at: datetime) -> SecretConnection:
    """Whether this patient may ask for a secret connection, from the minimum age that the establishment set."""
    if not requested:
        return SecretConnection.NOT_REQUESTED
    today, born = at.astimezone(PARIS).date(), access.patient.birth_date
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    connection = selectors.connection_of(access.account.legal_entity_id) if age < MAJORITY else None
    minimum = connection.minor_secret_age if connection else None
    return secret_connection(requested=True, age=age, minimum_age=minimum)


def _emergency(opening: Opening | None, at: datetime) -> Emergency:
    """What was declared, as long as the emergency lasts: an emergency that is over declares nothing any more."""
    row = Opening.objects.filter(pk=opening.pk, ended_at=None).first() if opening else None
    if row is None or at - row.opened_at >= policy().emergency:
        return Emergency()
    return Emergency(
        row.motive, row.unable_to_express_will, row.immediate_risk, EmergencyOpposition(row.emergency_opposition)
    )


def _dmp(state: KeptState | None) -> DmpState:
    if state is None:
        return DmpState.NOT_ASKED
    if not state.exists:
        return DmpState.NONE
    return DmpState.OPEN if state.open else DmpState.CLOSED


def _authorisation(state: KeptState | None) -> Authorisation | None:
    code = state.authorisation if state else ""
    return Authorisation(code) if code in list(Authorisation) else None
