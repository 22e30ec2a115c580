"""The refusals: each says who refuses, every reason, its reference, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tramontane.cli.walk.consultations import granted, require, unexpected
from tramontane.cli.walk.screen import Screen
from tramontane.cli.walk.visit import Visit
from tramontane.dmp.errors import RemoteRefusal
from tramontane.dmp.transactions.td0_2 import DmpStatus
from tramontane.rules.access import Purpose, Refused

Meet = Callable[[str, str], Visit]

# By the hospital itself, before any call: (staff, patient, what is shown).
LOCAL = (
    ("garnier", "isabelle-roche", "un seul facteur, hors de l'équipe de soins, patiente non informée"),
    ("rousseau", "bruno-colas", "INS non qualifiée"),
    ("rousseau", "isabelle-roche", "consentement jamais recueilli"),
    ("rousseau", "rene-picard", "patient qui a refusé"),
    ("fontaine", "camille-dumont", "notice d'information non lue"),
    ("lefevre", "jeanne-martin", "agent d'admission, sans RPPS ni habilitation"),
)
# After the SI-DMP's answer to TD0.2: (patient, what is shown, what the answer says).
AFTER_STATUS = (
    ("lucien-faure", "patient sans DMP", lambda _: "NF, aucun DMP pour cette INS"),
    (
        "monique-petit",
        "DMP fermé par la patiente",
        lambda status: f"DMP fermé, motif {status.closing_motive or 'non dit'}",
    ),
    (
        "andre-lambert",
        "patient qui a bloqué ce professionnel",
        lambda status: f"AUTORISATION = {status.authorisation_code}",
    ),
    ("fatima-haddad", "autorisation expirée", lambda status: f"AUTORISATION = {status.authorisation_code}"),
)


@dataclass(frozen=True)
class Refusals:
    """The chapters where the DMP stays closed."""

    screen: Screen
    meet: Meet

    def by_the_hospital(self) -> None:
        """Nothing is sent."""
        for who, patient, shown in LOCAL:
            visit = self.meet(who, patient)
            decision = visit.decide(Purpose.STATUS)
            self.screen.refused_here(_title(visit, shown), _refused(decision, shown))

    def after_the_answer(self) -> None:
        """The SI-DMP answers TD0.2, the hospital draws the consequence and asks no further."""
        for patient, shown, words in AFTER_STATUS:
            visit = self.meet("rousseau", patient)
            granted(visit.decide(Purpose.STATUS))
            status: DmpStatus = visit.status()
            decision = visit.decide(Purpose.LIST, status)
            self.screen.refused_after(_title(visit, shown), words(status), _refused(decision, shown))

    def by_the_national_side(self) -> None:
        """The call leaves, the SI-DMP refuses it."""
        outside = self.meet("caron", "jeanne-martin")
        granted(outside.decide(Purpose.STATUS))
        shown = f"site {outside.who.site} hors de la liste blanche"
        self._insist(_title(outside, shown), "TD0.2", outside.status)
        blocked = self.meet("rousseau", "andre-lambert")
        title = _title(blocked, "et si un logiciel insistait malgré le blocage")
        self._insist(title, "TD3.1", blocked.entries)

    def _insist(self, title: str, transaction: str, call: Callable[[], object]) -> None:
        try:
            call()
        except RemoteRefusal as error:
            self.screen.refused_there(title, transaction, error)
        else:
            raise unexpected(f"{transaction} accepté : {title}")


def _refused(decision: object, shown: str) -> Refused:
    require(isinstance(decision, Refused), f"accès accordé : {shown}")
    assert isinstance(decision, Refused)
    return decision


def _title(visit: Visit, shown: str) -> str:
    return f"{visit.who.display} → {visit.patient.display} : {shown}"
