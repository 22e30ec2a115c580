"""What a VIHF says, as a value that cannot break its own rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tramontane.dmp.errors import LocalError
from tramontane.dmp.identity import Ins
from tramontane.dmp.vihf.fields import VihfFields
from tramontane.dmp.vihf.rules import RULES, Rule

# The others say again what they said of the same user (`tests/dmp/vihf/test_content.py` holds each to its `needs`).
_RULES_ON_A_VISIT = tuple([rule for rule in RULES if {"patient", "authn_instant"} & {*rule.needs}])


class InvalidVihf(LocalError):
    """A VIHF that its own rules refuse; `code` is the rule's."""

    code = "vihf-invalide"


@dataclass(frozen=True, kw_only=True)
class Vihf(VihfFields):
    """The content of a VIHF, mode AIR simplifié included (INDIRECTE_RENFORCEE with CONF_EXI_PGSSIS).

    Attributes:
        subject: PS_IdNat of the user; in INDIRECTE a plain text names the person responsible for an automate.
        subject_name: name of the user; may be empty in DIRECTE only, where it is not written.
        roles: profession (TRE_G15) and, for physicians and pharmacists, specialty (TRE_R01) or section (TRE_G05).
        structure: Struct_IdNat; AIR simplifié: ``1`` + geographic FINESS.
        sector: ``SAxx`` of JDV_J61, without its code system.
        patient: None only for the list of the professional's patients (TD0.4), which has none.
        authn_instant: when the user logged on locally, aware, any zone.
        authn_context_class: URI of the local authentication.
        lps_id: installation number of the software, may be empty.
        lps_homologation: homologation number, kept secret on screen (EX_GEN-1490).
        primary_authentication: ``CONF_EXI_PGSSIS`` in AIR simplifié, None otherwise.
        confidentiality: « connexion secrète » of minors (EX_0.1-1100), None otherwise.

    Raises:
        InvalidVihf: a rule of `tramontane.dmp.vihf.rules` is broken.
        ValueError: naive `authn_instant`.
    """

    def __post_init__(self) -> None:
        self._hold(RULES)

    def about(self, patient: Ins | None, *, authn_instant: datetime) -> Vihf:
        """The same said by the same user of another patient, logged on at another instant.

        Raises:
            InvalidVihf, ValueError: as the class.
        """
        made = object.__new__(Vihf)
        made.__dict__.update(self.__dict__, patient=patient, authn_instant=authn_instant)
        made._hold(_RULES_ON_A_VISIT)
        return made

    def _hold(self, rules: tuple[Rule, ...]) -> None:
        if self.authn_instant.tzinfo is None:
            raise ValueError("authn_instant is naive: give it a time zone")
        for rule in rules:
            received = rule.broken(self)
            if received is not None:
                raise InvalidVihf(
                    f"Ce VIHF ne peut pas être construit. Règle non respectée : « {rule.title} ».",
                    code=rule.code,
                    expected=rule.expected,
                    received=received,
                    reference=rule.reference,
                    next_step=rule.next_step,
                )
