"""Who may log in: everyone of the synthetic hospital, and the desks that read no DMP. Values only, no database."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from tramontane.demo.hospital import SyntheticHospital
from tramontane.demo.values import Staff

# One passphrase for everybody, easy to type on any keyboard: fictitious people, on this machine only; printed, not secret.
PASSPHRASE = "trois vallees fictives"  # noqa: S105

# Desks without RPPS: login, family name, given name, role, what they do, service.
DESKS = (
    ("lefevre", "admissions", "bureau des admissions"),
    ("picard", "admissions", "secrétariat de cardiologie"),
)
MANAGERS = (
    ("moreau", "Moreau", "Laurent", "account_manager", "comptes et arrivées"),
    ("dubois", "Dubois", "Claire", "rssi", "sécurité : habilitations, traces"),
    ("leroy", "Leroy", "Thomas", "dpo", "protection des données : traces, extractions"),
    ("girard", "Girard", "Hélène", "homologation", "homologation : dossier, preuves, commission"),
    ("mercier", "Mercier", "Anne", "direction", "direction : décision, signature du PV"),
)
# What the demo prints first, and what each shows.
SHOWN = {
    "rousseau": "cardiologue : consulte, lit, classe",
    "benali": "infirmier de cardiologie : voit moins de types",
    "marchand": "pharmacienne, nommée dans l'équipe de soins",
    "joly": "pédiatre : patiente mineure",
    "caron": "gériatre : site hors de la liste blanche",
    "fontaine": "sage-femme : notice pas encore lue",
    "garnier": "urgentiste sans second facteur : à enregistrer à la première connexion",
}


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone who logs in.

    Attributes:
        roles: values of the application's `Role`.
        secret: the TOTP secret, base32; empty: no second factor yet.
        shows: what this persona is for; empty for the crowd.
    """

    login: str
    family_name: str
    given_name: str
    roles: tuple[str, ...]
    service: str
    secret: str
    notice_read: bool
    staff: Staff | None = None
    shows: str = ""

    @property
    def display(self) -> str:
        """« Dr Alice ROUSSEAU »."""
        return self.staff.display if self.staff else f"{self.given_name} {self.family_name.upper()}"


def personas(hospital: SyntheticHospital) -> tuple[Persona, ...]:
    """Everyone, those the demo names first."""
    professionals = [_professional(hospital.seed, one) for one in hospital.professionals]
    agents = [_agent(hospital, *row) for row in DESKS]
    managers = [_manager(hospital.seed, *row) for row in MANAGERS]
    everyone = [*professionals, *agents, *managers]
    return tuple(sorted(everyone, key=lambda one: not one.shows))


def totp_secret(seed: int, login: str) -> str:
    """The secret of an authentication application: 160 bits (RFC 4226 §4, R6), drawn from the seed."""
    digest = hashlib.sha256(f"{seed}/totp/{login}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def _professional(seed: int, one: Staff) -> Persona:
    secret = totp_secret(seed, one.key) if one.second_factor else ""
    shows = SHOWN.get(one.key, "")
    return Persona(
        one.key, one.family_name, one.given_name, ("clinician",), one.service, secret, one.notice_read, one, shows
    )


def _agent(hospital: SyntheticHospital, key: str, role: str, shows: str) -> Persona:
    one = hospital.staff(key)
    secret = totp_secret(hospital.seed, key)
    return Persona(key, one.family_name, one.given_name, (role,), one.service, secret, one.notice_read, one, shows)


def _manager(seed: int, login: str, family: str, given: str, role: str, shows: str) -> Persona:
    return Persona(login, family, given, (role,), "", totp_secret(seed, login), notice_read=False, shows=shows)
