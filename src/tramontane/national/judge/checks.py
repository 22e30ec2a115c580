"""The numbered checks of one call, in the order of the SI-DMP as reported (webinaire HospiConnect n° 4, guide DMP).

1 to 3 read bytes (certificate, addressing, VIHF: `tramontane.national.judge.identify`). 4 to 10, below, decide from
facts; all of them run, so that a refusal tells every reason. 11 and 12 judge each document: `judge.documents`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tramontane.dmp.transactions.td0_2 import Authorisation
from tramontane.dmp.verdicts import Outcome, Verdict
from tramontane.dmp.vihf import AccessMode, AuthenticationMode
from tramontane.dmp.xds import INVISIBLE_REPRESENTANTS_LEGAUX
from tramontane.national.judge import functional
from tramontane.national.judge.facts import Facts, ProfessionalFacts, Request, WhiteListFacts


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check failed; `next_step` replaces the check's own when the cause calls for another."""

    expected: str
    received: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One numbered check: what it says, on whose authority, and how it decides."""

    step: int
    code: str
    title: str
    reference: str
    next_step: str
    decide: Callable[[Request, Facts], Failure | None]

    def run(self, request: Request, facts: Facts) -> Verdict:
        """The verdict of this check."""
        return self.conclude(self.decide(request, facts))

    def conclude(self, failure: Failure | None) -> Verdict:
        """The verdict, once it is known why the check fails, or that it does not."""
        return self._verdict(Outcome.FAILED if failure else Outcome.PASSED, failure)

    def not_run(self) -> Verdict:
        """The verdict of this check when what it needs was never established."""
        return self._verdict(Outcome.NOT_RUN)

    def _verdict(self, outcome: Outcome, failure: Failure | None = None) -> Verdict:
        return Verdict(
            step=self.step,
            code=self.code,
            title=self.title,
            outcome=outcome,
            expected=failure.expected if failure else "",
            received=failure.received if failure else "",
            reference=self.reference,
            next_step=(failure.next_step or self.next_step) if failure else "",
        )


def _replay(_request: Request, facts: Facts) -> Failure | None:
    if facts.first_presentation:
        return None
    return Failure("une assertion jamais présentée", "une assertion déjà présentée")


def _structure(request: Request, facts: Facts) -> Failure | None:
    certificate = request.certificate_structure
    if certificate is None:
        return Failure("un Struct_IdNat dans l'OU du certificat", "aucun")
    if certificate == request.vihf.structure:
        return None
    if facts.structure is None or not facts.structure.active:
        return Failure(
            "une entité géographique active de l'annuaire FINESS",
            f"{request.vihf.structure} : introuvable ou inactive",
            "vérifiez le FINESS géographique réglé, et qu'il est ouvert dans l'annuaire FINESS",
        )
    if certificate.finess == facts.structure.legal_entity:
        return None
    return Failure(
        f"une entité géographique de l'entité juridique {certificate.finess or certificate}",
        f"{facts.structure.finess}, de l'entité juridique {facts.structure.legal_entity}",
    )


def _white_list(request: Request, facts: Facts) -> Failure | None:
    if request.vihf.mode is not AuthenticationMode.INDIRECTE_RENFORCEE:
        return None
    structure = request.vihf.structure
    return _contract(structure.finess or str(structure), facts.white_list, request.day)


def _contract(structure: str, entry: WhiteListFacts | None, day: date) -> Failure | None:
    expected = "un contrat AIR simplifié en vigueur"
    if entry is None:
        return Failure(expected, f"aucun contrat pour {structure}")
    if entry.status != "active":
        return Failure(expected, _with_cause(f"contrat {_CONTRACTS[entry.status]}", entry.cause))
    if not entry.valid_from <= day <= entry.valid_until:
        return Failure(expected, f"contrat valable du {entry.valid_from:%d/%m/%Y} au {entry.valid_until:%d/%m/%Y}")
    return None


def _professional(request: Request, facts: Facts) -> Failure | None:
    if request.vihf.mode is AuthenticationMode.INDIRECTE:  # the structure answers for the access, not the person
        return None
    who = facts.professional
    if who is None:
        return Failure("un professionnel de l'annuaire (RASS)", "un identifiant inconnu")
    suspended = _access(who)
    if suspended is not None:
        return suspended
    role = request.vihf.roles[0]
    if role.code_system == functional.PROFESSION_G15 and role.code != who.profession:
        return Failure(f"la profession de l'annuaire ({who.profession})", f"profession {role.code}")
    if who.linked is False:
        return Failure("un professionnel lié à la structure", "PS et Structure non liés")
    return None


def _access(who: ProfessionalFacts) -> Failure | None:
    if who.authorised:
        return None
    return Failure("un droit d'accès actif", _with_cause("un droit d'accès suspendu", who.cause))


def _functional_right(request: Request, facts: Facts) -> Failure | None:
    return _secret_connection(request, facts) or _right(request, facts)


def _secret_connection(request: Request, facts: Facts) -> Failure | None:
    """Our reading of EX_0.1-1100: one code, for a minor. What the SI-DMP answers otherwise was not obtained."""
    code = request.vihf.confidentiality
    if code is None:
        return None
    if code != INVISIBLE_REPRESENTANTS_LEGAUX:
        return Failure(f"le code de la connexion secrète, {INVISIBLE_REPRESENTANTS_LEGAUX}", code)
    born = facts.patient.birth_date if facts.patient else None
    if born is not None and _age(born, request.day) >= _MAJORITY:
        return Failure("un patient mineur, pour une connexion secrète", "un patient majeur")
    return None


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _right(request: Request, facts: Facts) -> Failure | None:
    medecin_traitant = facts.patient is not None and facts.patient.is_medecin_traitant
    if functional.right(request.vihf, request.right, is_medecin_traitant=medecin_traitant).allowed:
        return None
    column = functional.column(request.vihf, is_medecin_traitant=medecin_traitant)
    return Failure(f"{request.right} ouvert à ce profil", f"{column} : non")


# Until which point the DMP must be accessible: TD0.2 asks precisely that; TD0.4 names no patient; one declares an
# authorisation, and one feeds, in an open DMP; the rest needs the patient's authorisation as well.
_WITHOUT_DMP = frozenset({"TD0.2", "TD0.4"})
_WITHOUT_AUTHORISATION = _WITHOUT_DMP | {"TD0.3", "TD2.1"}


def _dmp_state(request: Request, facts: Facts) -> Failure | None:
    if request.transaction in _WITHOUT_DMP:
        return None
    if request.vihf.patient is None:
        return Failure("un INS dans resource-id", "aucun", "ouvrez le dossier du patient avant d'appeler")
    if facts.patient is None or facts.patient.state == "none":
        return Failure("un DMP ouvert", "aucun DMP pour ce patient")
    if facts.patient.state == "closed":
        return Failure("un DMP ouvert", "un DMP fermé")
    return None


def _authorisation(request: Request, facts: Facts) -> Failure | None:
    if request.transaction in _WITHOUT_DMP or request.vihf.patient is None:
        return None
    if facts.authorisation is Authorisation.INTERDIT:
        return Failure(
            "un professionnel que le patient n'a pas bloqué",
            "INTERDIT",
            "n'insistez pas : seul le patient peut lever ce blocage, dans Mon espace santé",
        )
    if request.transaction in _WITHOUT_AUTHORISATION or request.vihf.mode is AuthenticationMode.INDIRECTE:
        return None
    return _AUTHORISATION_BY_MODE[request.vihf.access_mode](facts)


def _normal(facts: Facts) -> Failure | None:
    return None if facts.authorisation is Authorisation.VALIDE else Failure("VALIDE", facts.authorisation.value)


def _bris_de_glace(facts: Facts) -> Failure | None:
    if facts.patient is not None and facts.patient.opposes_bris_de_glace:
        return Failure("un patient qui ne s'oppose pas au bris de glace", "OPPOSITION_BRIS_DE_GLACE", _OPPOSED)
    return None


def _centre_15(facts: Facts) -> Failure | None:
    if facts.patient is not None and facts.patient.opposes_emergency_access:
        return Failure("un patient qui ne s'oppose pas à l'accès d'urgence", "OPPOSITION_ACCES_URGENCE", _OPPOSED)
    return None


def _with_cause(text: str, cause: str) -> str:
    return f"{text} ({cause})" if cause else text


_MAJORITY = 18
_CONTRACTS = {"expired": "expiré", "suspended": "suspendu", "removed": "retiré"}
_OPPOSED = "soignez sans le DMP : le patient a exprimé ce refus à l'avance"
_AUTHORISATION_BY_MODE = {
    AccessMode.NORMAL: _normal,
    AccessMode.BRIS_DE_GLACE: _bris_de_glace,
    AccessMode.CENTRE_15: _centre_15,
}
_WEB4 = "webinaire HospiConnect n° 4, contrôles du SI-DMP"

CHECKS = (
    Check(
        4, "rejeu", "L'assertion est présentée pour la première fois.",
        "SAML 2.0 Core §1.3.4 (unicité de l'ID) ; ASVS 5.0 6.8.3",
        "émettez une nouvelle assertion pour chaque appel", _replay,
    ),
    Check(
        5, "structure", "La structure du VIHF est celle du certificat, ou l'une de ses entités géographiques.",
        "mode EJ/EG, FAQ d'intégration du DMP",
        "vérifiez le FINESS géographique réglé et l'OU du certificat de l'établissement", _structure,
    ),
    Check(
        6, "liste-blanche", "L'entité géographique est sur la liste blanche AIR simplifié.", _WEB4,
        "signez, renouvelez ou faites rétablir le contrat de cette entité géographique sur le portail", _white_list,
    ),
    Check(
        7, "professionnel", "Le professionnel est connu et son droit d'accès est actif.", f"{_WEB4} ; EX_AIR-020",
        "vérifiez le RPPS et la profession enregistrés pour cet utilisateur", _professional,
    ),
    Check(
        8, "droits-fonctionnels", "La profession et le mode d'accès permettent cette transaction.",
        "PDT-INF-606 v1.3 (AIR) ; PDT-INF-526 v1.8 (directe, indirecte)",
        "cette action n'est pas ouverte à ce profil", _functional_right,
    ),
    Check(
        9, "etat-dmp", "Le patient a un DMP ouvert.", "guide d'intégration du DMP, TD0.2",
        "consultez TD0.2 avant toute autre transaction", _dmp_state,
    ),
    Check(
        10, "autorisation", "Le patient autorise cet accès.", "guide d'intégration du DMP, EX_0.3-1010 et EX_0.3-1020",
        "recueillez le consentement du patient puis déclarez l'autorisation (TD0.3)", _authorisation,
    ),
)  # fmt: skip
_CHECK = {check.code: check for check in CHECKS}


def judge(request: Request, facts: Facts) -> tuple[Verdict, ...]:
    """The verdict of every check from 4 to 10."""
    return tuple(check.run(request, facts) for check in CHECKS)


def judge_contract(structure: str, entry: WhiteListFacts | None, day: date) -> Verdict:
    """Check 6 alone, as the next call from this geographic entity would meet it on that French day."""
    return _CHECK["liste-blanche"].conclude(_contract(structure, entry, day))


def judge_access(who: ProfessionalFacts) -> Verdict:
    """What check 7 says of a professional's right of access, whatever the call."""
    return _CHECK["professionnel"].conclude(_access(who))


def unheard() -> tuple[Verdict, ...]:
    """Checks 4 to 10 when the caller could not be identified."""
    return tuple(check.not_run() for check in CHECKS)
