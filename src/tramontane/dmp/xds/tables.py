"""Where each field sits in ebRIM: slot, classification scheme, external identifier. Read and write follow these tables.

Source: ITI TF-3 tables 4.2.3.2-1 and 4.2.3.3-1; slot and classification orders of the official messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple


class Form(Enum):
    """How a field is carried."""

    TEXT = auto()
    TEXTS = auto()
    TIME = auto()
    NUMBER = auto()
    CODE = auto()
    CODES = auto()
    AUTHORS = auto()


class Place(NamedTuple):
    """A field of the model and how it is carried."""

    field: str
    form: Form


class Layout(NamedTuple):
    """The tables of one kind of object. Dictionaries are in writing order.

    Attributes:
        element: local name of the ebRIM element.
        prefix: of the labels of external identifiers, ``XDSDocumentEntry.patientId``.
        slots: by slot name.
        classifications: by classification scheme.
        identifiers: by identification scheme: (field, label).
    """

    element: str
    prefix: str
    slots: Mapping[str, Place]
    classifications: Mapping[str, Place]
    identifiers: Mapping[str, tuple[str, str]]


AUTHOR_SLOTS: Mapping[str, Place] = {
    "authorInstitution": Place("institutions", Form.TEXTS),
    "authorPerson": Place("person", Form.TEXT),
    "authorRole": Place("roles", Form.TEXTS),
    "authorSpecialty": Place("specialties", Form.TEXTS),
}

DOCUMENT = Layout(
    element="ExtrinsicObject",
    prefix="XDSDocumentEntry",
    slots={
        "URI": Place("uri", Form.TEXT),
        "creationTime": Place("creation_time", Form.TIME),
        "hash": Place("hash", Form.TEXT),
        "languageCode": Place("language_code", Form.TEXT),
        "legalAuthenticator": Place("legal_authenticator", Form.TEXT),
        "repositoryUniqueId": Place("repository_unique_id", Form.TEXT),
        "serviceStartTime": Place("service_start_time", Form.TIME),
        "serviceStopTime": Place("service_stop_time", Form.TIME),
        "size": Place("size", Form.NUMBER),
        "sourcePatientId": Place("source_patient_id", Form.TEXT),
        "sourcePatientInfo": Place("source_patient_info", Form.TEXTS),
        "urn:ihe:iti:xds:2013:referenceIdList": Place("reference_ids", Form.TEXTS),
    },
    classifications={
        "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d": Place("authors", Form.AUTHORS),
        "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a": Place("class_code", Form.CODE),
        "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983": Place("type_code", Form.CODE),
        "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f": Place("confidentiality_codes", Form.CODES),
        "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4": Place("event_codes", Form.CODES),
        "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d": Place("format_code", Form.CODE),
        "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1": Place("facility_type", Form.CODE),
        "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead": Place("practice_setting", Form.CODE),
    },
    identifiers={
        "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427": ("patient_id", "patientId"),
        "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab": ("unique_id", "uniqueId"),
    },
)

SUBMISSION = Layout(
    element="RegistryPackage",
    prefix="XDSSubmissionSet",
    slots={
        "intendedRecipient": Place("intended_recipients", Form.TEXTS),
        "submissionTime": Place("submission_time", Form.TIME),
    },
    classifications={
        "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d": Place("authors", Form.AUTHORS),
        "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500": Place("content_type", Form.CODE),
    },
    identifiers={
        "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446": ("patient_id", "patientId"),
        "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832": ("source_id", "sourceId"),
        "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8": ("unique_id", "uniqueId"),
    },
)

# XML attribute → field, in writing order. `id` and `status` of both kinds; `mimeType` of documents.
ATTRIBUTES: Mapping[str, str] = {
    "id": "entry_uuid",
    "lid": "logical_id",
    "mimeType": "mime_type",
}
