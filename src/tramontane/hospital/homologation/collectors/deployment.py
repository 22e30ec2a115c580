"""EXI 4: a record system homologated by the CNDA for the consultation in AIR, in production in one service at least."""

from __future__ import annotations

from datetime import date

from tramontane.dmp.verdicts import Outcome
from tramontane.hospital.consultations.selectors import connection_of
from tramontane.hospital.homologation.collectors.finding import NAMED, Check, Finding, Scope
from tramontane.hospital.homologation.selectors.systems import Registered, registered

NO_SYSTEM = "Aucun logiciel métier n’est inscrit au registre."


def deployment(scope: Scope) -> Finding:
    """« Si le DPI est déployé en production sur un service, c'est OK » with the calendar of the others (webinaire, FAQ)."""
    systems = [one for one in registered(scope.entity) if one.in_use(scope.ends)]
    if not systems:
        return Finding((Check("Logiciel métier au registre", Outcome.NOT_RUN, NO_SYSTEM),))
    services = {one.pk for system in systems for one in system.in_production(scope.ends)}
    left = [service for service in systems[0].services if service.pk not in services]
    undated = [one for one in left if not any(system.planned(one) for system in systems)]
    checks = (
        *(_homologated(system, scope.ends) for system in systems),
        _production(len(services), len(systems[0].services)),
        _sent(scope, systems),
    )
    versions = {f"Version : {one.row.name}": _version(one, scope.ends) for one in systems}
    figures: dict[str, int | str] = {"Services en production": len(services), "Services à venir": len(left)}
    figures |= {"Services sans date prévue": len(undated), **versions}
    return Finding(checks, figures, tuple(f"Sans date prévue : {one.name}" for one in undated[:NAMED]))


def _version(system: Registered, day: date) -> str:
    version = system.version_on(day)
    return version.version if version else "inconnue"


def _homologated(system: Registered, day: date) -> Check:
    label = f"{system.row.name} : homologation CNDA, consultation en AIR"
    version = system.version_on(day)
    if version is None:
        return Check(label, Outcome.NOT_RUN, "Aucune version en service pendant la période.")
    if not version.cnda_number or version.cnda_on is None:
        return Check(label, Outcome.NOT_RUN, f"Version {version.version} : numéro ou date non relevés.")
    outcome = Outcome.PASSED if version.cnda_on <= day else Outcome.FAILED
    return Check(label, outcome, f"Version {version.version}, homologuée le {version.cnda_on:%d/%m/%Y}.")


def _production(count: int, total: int) -> Check:
    outcome = Outcome.PASSED if count else Outcome.FAILED
    return Check("En production dans un service au moins", outcome, f"{count} sur {total}.")


def _sent(scope: Scope, systems: list[Registered]) -> Check:
    """The number every VIHF carries (`LPS_ID_HOMOLOGATION_DMP`) is one of the register's; never shown."""
    label = "Le numéro transmis dans les VIHF est celui du registre"
    connection = connection_of(scope.entity.pk)
    known = {version.cnda_number for one in systems if (version := one.version_on(scope.ends)) and version.cnda_number}
    if connection is None or not known:
        missing = "La connexion au DMP n’est pas réglée." if connection is None else "Aucun numéro au registre."
        return Check(label, Outcome.NOT_RUN, missing)
    if connection.software_homologation in known:
        return Check(label, Outcome.PASSED, "Le même numéro.")
    return Check(label, Outcome.FAILED, "Le numéro des VIHF n’est celui d’aucune version en service du registre.")
