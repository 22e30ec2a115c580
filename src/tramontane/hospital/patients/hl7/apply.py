"""What each event does to patients and episodes: one table. Every step is a service that carries its trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tramontane.hospital import clock
from tramontane.hospital.accounts.models import LegalEntity, Service
from tramontane.hospital.patients import services
from tramontane.hospital.patients.hl7.reading import Declared, Reading, Visit
from tramontane.hospital.patients.models import ConsentRecord, Episode, Patient
from tramontane.hospital.traces.events import Actor


class EventRefusedError(Exception):
    """An event that cannot be applied as things stand; the sentence says why and what to do."""


Step = Callable[[LegalEntity, Reading, Actor], None]


def apply(legal_entity: LegalEntity, reading: Reading, actor: Actor, *, late: bool = False) -> None:
    """Apply one event, in the caller's transaction. `late`: only what puts back nothing old (`LATE`).

    Raises:
        EventRefusedError: unknown event, unknown service or visit, or a write the application refuses.
    """
    steps = (LATE if late else EVENTS).get(reading.event)
    if steps is None:
        raise EventRefusedError(
            f"Événement {reading.event or 'absent'} : hors de la liste traitée ({', '.join(EVENTS)})."
        )
    try:
        for step in steps:
            step(legal_entity, reading, actor)
    except services.PatientError as error:
        raise EventRefusedError(str(error)) from error


def _traits(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    """Create or correct the identity."""
    identity = reading.identity
    patient = _find(legal_entity, identity.ipp)
    if patient is None:
        services.create_patient(legal_entity, {"ipp": identity.ipp, **identity.traits}, actor=actor)
    else:
        kept = {name: value for name, value in identity.traits.items() if value}
        services.update_traits(patient, kept, actor=actor)


def _ins(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    """Attach the INS the identity came with, or note that it was controlled."""
    identity, patient = reading.identity, _require(legal_entity, reading)
    if identity.distrusted:
        services.distrust(patient, actor=actor)
    elif identity.ins and (patient.ins != identity.ins or (identity.proven and patient.qualified_at is None)):
        services.set_ins(patient, identity.ins, identity.ins_oid, checked=identity.proven, actor=actor)
    elif identity.proven and not identity.ins:
        services.control_identity(patient, actor=actor)


def _admission(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    """Open the episode, or bring the one already known up to date."""
    visit, patient = _visit_of(reading), _require(legal_entity, reading)
    service = _service(legal_entity, visit)
    starts_at = visit.starts_at or reading.at or clock.now()
    episode = patient.episodes.filter(visit_number=visit.number).first()
    if episode is None:
        services.admit(patient, service, visit_number=visit.number, kind=visit.kind, starts_at=starts_at, actor=actor)
        return
    services.change_episode(episode, {"service": service, "kind": visit.kind, "starts_at": starts_at, "cancelled_at": None}, actor=actor)  # fmt: skip


def _transfer(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    service = _service(legal_entity, _visit_of(reading))
    services.change_episode(_episode(legal_entity, reading), {"service": service}, actor=actor)


def _discharge(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    ends_at = _visit_of(reading).ends_at or reading.at or clock.now()
    services.change_episode(_episode(legal_entity, reading), {"ends_at": ends_at}, actor=actor)


def _cancel_admission(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    services.change_episode(_episode(legal_entity, reading), {"cancelled_at": clock.now()}, actor=actor)


def _cancel_discharge(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    services.change_episode(_episode(legal_entity, reading), {"ends_at": None}, actor=actor)


def _merge(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    kept = _require(legal_entity, reading)
    former = Patient.objects.filter(legal_entity=legal_entity, ipp=reading.former_ipp).first()
    if former is None:
        raise EventRefusedError("MRG-1 : l’identité à fusionner est inconnue. Vérifiez l’IPP cité, puis rejouez.")
    if former.merged_into_id is None or _last(former).pk != kept.pk:  # otherwise it was said already, maybe in steps
        services.merge(former, kept, actor=actor)


def _last(patient: Patient) -> Patient:
    """The identity that stands for this one, merge after merge."""
    return patient if patient.merged_into is None else _last(patient.merged_into)


def _change_ipp(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    former = _find(legal_entity, reading.former_ipp)
    if former is not None:
        services.change_ipp(former, reading.identity.ipp, actor=actor)
    elif _find(legal_entity, reading.identity.ipp) is None:  # otherwise it was said already
        raise EventRefusedError("MRG-1 : l’identité à renommer est inconnue. Vérifiez l’IPP cité, puis rejouez.")


def _consent(legal_entity: LegalEntity, reading: Reading, actor: Actor) -> None:
    """ZFA, when it says something newer than what is already recorded."""
    patient = _require(legal_entity, reading)
    for declared in reading.declarations:
        episode = patient.episodes.filter(visit_number=reading.visit.number).first() if reading.visit else None
        if _is_news(patient, episode, declared):
            motive = "déclaré dans le flux d’identités" if declared.subject == "feeding" else ""
            declaration = services.Declaration(declared.subject, declared.choice, episode, motive=motive, source="hl7")
            services.declare(patient, declaration, actor=actor)


def _is_news(patient: Patient, episode: Episode | None, declared: Declared) -> bool:
    rows = ConsentRecord.objects.filter(patient=patient, subject=declared.subject, for_account=None)
    last = rows.order_by("-id").first()
    if last is None:
        return True
    if last.choice == declared.choice and last.episode_id == (episode.pk if episode else None):
        return False
    return declared.at is None or declared.at > last.recorded_at


IDENTITY = (_traits, _ins)
EVENTS: dict[str, tuple[Step, ...]] = {
    "A01": (*IDENTITY, _admission, _consent),
    "A02": (*IDENTITY, _transfer, _consent),
    "A03": (*IDENTITY, _discharge, _consent),
    "A04": (*IDENTITY, _admission, _consent),
    "A05": (*IDENTITY, _admission, _consent),
    "A08": (*IDENTITY, _consent),
    "A11": (_cancel_admission,),
    "A12": (_transfer,),
    "A13": (_cancel_discharge,),
    "A28": (*IDENTITY, _consent),
    "A31": (*IDENTITY, _consent),
    "A40": (_traits, _merge, _ins),  # the INS last: the identity that goes may be the one that bears it
    "A47": (_change_ipp,),
}
# What a message still does when it is replayed after newer ones of its patient: identities are merged, traits stay.
LATE: dict[str, tuple[Step, ...]] = {"A40": (_merge,)}


def _find(legal_entity: LegalEntity, ipp: str) -> Patient | None:
    """The patient of an IPP, None when nobody bears it.

    Raises:
        EventRefusedError: she was merged into another identity.
    """
    found = Patient.objects.filter(legal_entity=legal_entity, ipp=ipp).first() if ipp else None
    if found is not None and found.merged_into_id is not None:
        raise EventRefusedError(
            "Cet IPP est celui d’une identité déjà fusionnée avec une autre. Faites renvoyer le message avec l’IPP conservé."
        )
    return found


def _require(legal_entity: LegalEntity, reading: Reading) -> Patient:
    patient = _find(legal_entity, reading.identity.ipp)
    if patient is None:
        raise EventRefusedError("PID-3 : ce patient est inconnu de l’application. Envoyez d’abord son identité (A28).")
    return patient


def _visit_of(reading: Reading) -> Visit:
    if reading.visit is None:
        raise EventRefusedError(f"PV1-19 : numéro de venue absent, alors que {reading.event} en demande un.")
    return reading.visit


def _episode(legal_entity: LegalEntity, reading: Reading) -> Episode:
    number = _visit_of(reading).number
    episode = _require(legal_entity, reading).episodes.filter(visit_number=number).first()
    if episode is None:
        raise EventRefusedError("PV1-19 : cette venue est inconnue. Envoyez d’abord son admission (A01), puis rejouez.")
    return episode


def _service(legal_entity: LegalEntity, visit: Visit) -> Service:
    """The service of PV1-3.1; of the site of PV1-3.4 when two sites use this code: its FINESS travels in every VIHF."""
    named = Service.objects.filter(geographic_entity__legal_entity=legal_entity, code=visit.service_code)
    found = list(named.select_related("geographic_entity"))
    if len(found) > 1:
        found = [one for one in found if one.geographic_entity.finess_geographique == visit.facility]
        if not found:
            raise EventRefusedError(
                f"PV1-3 : le service « {visit.service_code} » existe sur plusieurs sites. Donnez le FINESS géographique du "
                "site en PV1-3.4, ou un code propre à chaque site, puis rejouez ce message."
            )
    if not found:
        raise EventRefusedError(
            f"PV1-3 : le service « {visit.service_code} » n’existe pas ici. Créez-le, puis rejouez ce message."
        )
    return found[0]


def describe(event: str) -> str:
    """The event in words, for the screen of the feed."""
    return _LABELS.get(event, event)


_LABELS: dict[str, Any] = {
    "A01": "Admission", "A02": "Transfert", "A03": "Sortie", "A04": "Consultation externe", "A05": "Préadmission",
    "A08": "Mise à jour", "A11": "Annulation d’admission", "A12": "Annulation de transfert",
    "A13": "Annulation de sortie", "A28": "Création d’identité", "A31": "Modification d’identité", "A40": "Fusion",
    "A47": "Changement d’IPP",
}  # fmt: skip
