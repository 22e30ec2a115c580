"""The bodies of the patient and authorisation transactions: TD0.2, TD1.3a, TD0.3, TD0.4, TD1.6."""

from __future__ import annotations

from lxml import etree

from tramontane.cli.inspect.inspection import Inspection, Kind, Row, listed, rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp import hl7v3
from tramontane.dmp.transactions.proprietary import child_elements, child_text

_TRANSACTIONS = {"TEST_EXST": "TD0.2", "CNSLT_DATA": "TD1.3a"}
_OUTCOMES = {"OK": "dossier trouvé", "NF": "aucun DMP pour cet INS"}


def demographics_query(body: etree._Element, traits: Traits) -> Inspection:
    """TD0.2 or TD1.3a, request."""
    asked = hl7v3.parse_query(body)
    return Inspection(
        Kind.REQUEST,
        "Question sur le DMP d'un patient",
        _TRANSACTIONS.get(asked.reason, ""),
        rows(
            ("Motif", asked.reason),
            ("Patient", traits.identifier(asked.patient.extension)),
            ("Autorité de l'INS", asked.patient.root),
            ("Logiciel", asked.sender.software_name),
            ("Créé le", asked.creation_time),
        ),
    )


def demographics_answer(body: etree._Element, traits: Traits) -> Inspection:
    """TD0.2 or TD1.3a, answer."""
    answer = hl7v3.parse_answer(body)
    registration = answer.registration
    observations = registration.observations if registration else ()
    return Inspection(
        Kind.RESPONSE,
        "État du DMP d'un patient",
        _TRANSACTIONS.get(answer.reason, ""),
        (
            *rows(
                ("Acquittement", answer.acknowledgement.type_code),
                *(("Refus", listed(detail)) for detail in answer.acknowledgement.details),
                ("Résultat", _OUTCOMES.get(answer.response_code, answer.response_code)),
                ("Statut du DMP", registration.status if registration else ""),
            ),
            *_patient_rows(registration, traits),
            *(Row(flag.code, flag.value) for flag in (*answer.attention, *observations)),
        ),
        details={"flags": {flag.code: flag.value for flag in (*answer.attention, *observations)}},
    )


def _patient_rows(registration: hl7v3.Registration | None, traits: Traits) -> tuple[Row, ...]:
    if registration is None:
        return ()
    found = registration.traits or hl7v3.Traits()
    closing = registration.closing or hl7v3.Closing()
    names = listed((found.given, found.usage_name, found.birth_name))
    return rows(
        *(("Patient", traits.identifier(identifier.extension)) for identifier in registration.patient_ids),
        ("Identité", traits.text(names)),
        ("Date de naissance", traits.text(found.birth_date)),
        ("Fermé le", closing.on),
        ("Motif de fermeture", closing.motive),
    )


def authorisation(body: etree._Element, _traits: Traits) -> Inspection:
    """TD0.3, request."""
    asked = rows(("Action", child_text(body, "action")), ("Rôle", child_text(body, "role")))
    return Inspection(Kind.REQUEST, "Ajout ou suppression d'une autorisation", "TD0.3", asked)


def authorised(body: etree._Element, _traits: Traits) -> Inspection:
    """TD0.3, answer."""
    return Inspection(Kind.RESPONSE, "Résultat d'une autorisation", "TD0.3", _status_rows(body))


def patients(body: etree._Element, _traits: Traits) -> Inspection:
    """TD0.4, request."""
    asked = rows(("Depuis", child_text(body, "startDate")), ("Date comparée", child_text(body, "dateType")))
    return Inspection(Kind.REQUEST, "Demande de la liste des patients", "TD0.4", asked)


def patient_list(body: etree._Element, _traits: Traits) -> Inspection:
    """TD0.4, answer: how many, never who."""
    return _list(body, "Liste de patients", "TD0.4", "patientlistData")


def authorisations(body: etree._Element, _traits: Traits) -> Inspection:
    """TD1.6, request."""
    return Inspection(
        Kind.REQUEST, "Demande de la liste des autorisations", "TD1.6", rows(("Mode", child_text(body, "mode")))
    )


def authorisation_list(body: etree._Element, _traits: Traits) -> Inspection:
    """TD1.6, answer."""
    return _list(body, "Liste des autorisations", "TD1.6", "listOfAuthorizationByPatient")


def _list(body: etree._Element, title: str, transaction: str, record: str) -> Inspection:
    count = sum(len(child_elements(output, record)) for output in child_elements(body, "output"))
    return Inspection(Kind.RESPONSE, title, transaction, (*rows(("Nombre", count)), *_status_rows(body)))


def _status_rows(body: etree._Element) -> tuple[Row, ...]:
    return tuple(
        row
        for output in child_elements(body, "output")
        for row in rows(("Statut", child_text(output, "status")), ("Contexte", child_text(output, "context")))
    )
