"""What is known when a professional asks for a patient's DMP. Gathered by the caller, judged elsewhere.

Every default is the state that refuses: a fact nobody gathered never opens a record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import Ins, Rpps
from tramontane.dmp.transactions.td0_2 import Authorisation, DmpStatus
from tramontane.dmp.vihf import AccessMode


class Factor(StrEnum):
    """The three families of authentication factors (HospiConnect: know, have, are)."""

    CONNAISSANCE = "connaissance"
    POSSESSION = "possession"
    INHERENCE = "inherence"


@dataclass(frozen=True, slots=True)
class AuthenticationProof:
    """How the professional was identified. Gone as soon as the session that carries it ends.

    Attributes:
        means: the means used, in words, e.g. ``carte CPS``.
        factors: the families presented; empty when the provider does not tell them.
        provider: who verified them: the record system or the identity provider it delegates to.
        instant: when, aware.

    Raises:
        LocalError: `instant` has no time zone.
    """

    means: str
    factors: frozenset[Factor]
    provider: str
    instant: datetime

    def __post_init__(self) -> None:
        require_aware(self.instant)


class NoticeState(StrEnum):
    """Whether the professional was told that their RPPS serves national traceability (SC.DMP/CONF.11)."""

    NOT_READ = "non lue"
    READ = "lue"
    EXPIRED = "à relire"


class InsStatus(StrEnum):
    """The four statuses of an identity (RNIV)."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "recuperee"
    VALIDEE = "validee"
    QUALIFIEE = "qualifiee"


class PatientChoice(StrEnum):
    """What the patient said for this care episode. ZFA-11 of PAM-FR: IC, INC, NA."""

    NOT_COLLECTED = "non recueilli"
    NOT_OPPOSED = "informé, non opposé"
    OPPOSED = "opposé"


class Relationship(StrEnum):
    """What links the professional to the patient, now."""

    OUTSIDE = "hors équipe de soins"
    CARE_TEAM = "équipe de soins"
    EXPLICIT_CONSENT = "consentement explicite pour cette consultation"


class DmpState(StrEnum):
    """What TD0.2 said of the record."""

    NOT_ASKED = "non interrogé"
    NONE = "inexistant"
    OPEN = "ouvert"
    CLOSED = "fermé"

    @classmethod
    def of(cls, status: DmpStatus | None) -> DmpState:
        """The state told by an answer to TD0.2; None: not asked."""
        if status is None:
            return cls.NOT_ASKED
        if not status.exists:
            return cls.NONE
        return cls.OPEN if status.open else cls.CLOSED


class CertificateState(StrEnum):
    """The worst state among the legal entity's two certificates: authentication and signature."""

    VALID = "valide"
    EXPIRING = "expire bientôt"
    EXPIRED = "expiré"
    MISSING = "absent"
    REVOKED = "révoqué"


class AirContractState(StrEnum):
    """AIR contract and white list of the geographic entity, as observed. UNKNOWN: no call has told yet."""

    UNKNOWN = "inconnu"
    ACTIVE = "actif"
    EXPIRED = "expiré"
    SUSPENDED = "suspendu"
    REFUSED = "refusé"


class EmergencyOpposition(StrEnum):
    """Prior opposition to emergency access (TD1.3a: OPPOSITION_BRIS_DE_GLACE, OPPOSITION_ACCES_URGENCE)."""

    UNKNOWN = "inconnue"
    NONE = "aucune"
    OPPOSED = "opposé"

    @classmethod
    def of(cls, flag: bool | None) -> EmergencyOpposition:  # noqa: FBT001 - the three states of one DMP flag
        """The state told by a DMP flag, for the mode asked."""
        return {None: cls.UNKNOWN, False: cls.NONE, True: cls.OPPOSED}[flag]


MAJORITY = 18  # years


class SecretConnection(StrEnum):
    """A minor's secret connection (EX_0.1-1100), and why it would not be one."""

    NOT_REQUESTED = "non demandée"
    ELIGIBLE = "mineur en âge de la demander"
    NOT_A_MINOR = "patient majeur"
    TOO_YOUNG = "patient trop jeune"
    NO_MINIMUM_AGE = "âge minimum non réglé"


@dataclass(frozen=True, slots=True)
class LocalRights:
    """What the hospital grants this profession in this service (EXI 20); `rules.habilitation` computes it."""

    consult: bool = False
    bris_de_glace: bool = False
    regulate: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the professional declares when breaking the glass (CSP L. 1111-17 I).

    Attributes:
        motive: in the professional's words, traced.
        unable_to_express_will: the patient cannot express their will.
        immediate_risk: their health is at immediate risk.
        opposition: what the DMP says of a prior opposition to emergency access.
    """

    motive: str = ""
    unable_to_express_will: bool = False
    immediate_risk: bool = False
    opposition: EmergencyOpposition = EmergencyOpposition.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts:
    """Everything a decision needs, and nothing it does not.

    Attributes:
        proof: how the professional was identified; None: not identified, or no proof kept.
        authorisation: the last answer of TD0.2; None: not asked, or the DMP did not say.
        outside_contract: the establishment declared an AIR contract, and not for this site; no call of its was served yet.
        explicit_request: the call answers a gesture of the professional, not an automatism.
    """

    proof: AuthenticationProof | None = None
    rpps: Rpps | None = None
    notice: NoticeState = NoticeState.NOT_READ
    rights: LocalRights = field(default=LocalRights())
    certificates: CertificateState = CertificateState.MISSING
    air_contract: AirContractState = AirContractState.UNKNOWN
    outside_contract: bool = False
    ins: Ins | None = None
    ins_status: InsStatus = InsStatus.PROVISOIRE
    choice: PatientChoice = PatientChoice.NOT_COLLECTED
    relationship: Relationship = Relationship.OUTSIDE
    secret_connection: SecretConnection = SecretConnection.NOT_REQUESTED
    mode: AccessMode = AccessMode.NORMAL
    emergency: Emergency = field(default=Emergency())
    dmp: DmpState = DmpState.NOT_ASKED
    authorisation: Authorisation | None = None
    explicit_request: bool = False


def require_aware(instant: datetime) -> None:
    """Refuse a time without zone: it would be read as another hour by someone else.

    Raises:
        LocalError: `instant` is naive.
    """
    if instant.tzinfo is None:
        raise LocalError(
            "Cet instant n'a pas de fuseau horaire.",
            code="instant-sans-fuseau",
            expected="un instant avec son fuseau",
            received=instant.isoformat(),
            next_step="construisez-le avec un fuseau, par exemple UTC",
        )


def notice_state(read_at: datetime | None, *, at: datetime, validity: timedelta = timedelta(days=180)) -> NoticeState:
    """The state of the notice: read at first connection, then again every `validity` (example of the FAQ: 180 days).

    Raises:
        LocalError: an instant without time zone.
    """
    require_aware(at)
    if read_at is None:
        return NoticeState.NOT_READ
    require_aware(read_at)
    return NoticeState.READ if at - read_at < validity else NoticeState.EXPIRED


def secret_connection(
    *, requested: bool, age: int, minimum_age: int | None, majority: int = MAJORITY
) -> SecretConnection:
    """Whether a secret connection may be opened for a patient of this age, in years.

    The minimum age is a setting of each establishment (EX_0.1-1115); no source gives its value, hence no default.
    """
    if not requested:
        return SecretConnection.NOT_REQUESTED
    if age >= majority:
        return SecretConnection.NOT_A_MINOR
    if minimum_age is None:
        return SecretConnection.NO_MINIMUM_AGE
    return SecretConnection.ELIGIBLE if age >= minimum_age else SecretConnection.TOO_YOUNG
