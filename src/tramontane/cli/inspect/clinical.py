"""A CDA document: its header and what its body holds."""

from __future__ import annotations

from tramontane.cli.inspect.inspection import Inspection, Kind, listed, rows
from tramontane.cli.inspect.traits import Traits
from tramontane.dmp import cda
from tramontane.dmp.cda.document import embedded_of
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.nomenclatures import ValueSetName, value_set

_LEVELS = {
    cda.Level.STRUCTURED: "structuré (niveaux 2 et 3)",
    cda.Level.UNSTRUCTURED: "non structuré (niveau 1)",
    cda.Level.EMPTY: "absent",
}


def describe_cda(data: bytes, traits: Traits) -> Inspection:
    """The summary of a clinical document.

    Raises:
        MalformedMessage: not a clinical document.
    """
    document = cda.read(data)
    header = document.header
    kind = value_set(ValueSetName.TYPE_CODE).display(header.type.code, header.type.code_system, header.type.label)
    patient = header.patient
    return Inspection(
        Kind.CDA,
        "Document CDA R2",
        rows=rows(
            ("Titre", header.title),
            ("Type", kind if header.type.code else ""),
            ("Identifiant", header.identifier.unique_id),
            ("Version", header.version),
            ("Date du document", header.created_at.display()),
            *(("Patient", traits.identifier(identifier.extension)) for identifier in patient.identifiers),
            ("Identité", traits.text(listed((patient.given, patient.used_name, patient.birth_name)))),
            ("Date de naissance", traits.text(patient.birth_date.display())),
            *(("Auteur", author.name) for author in header.authors),
            ("Conservé par", header.custodian.name if header.custodian else ""),
            ("Confidentialité", header.confidentiality.code if header.confidentiality else ""),
            ("Remplace", listed(identifier.unique_id for identifier in header.replaces)),
            ("Corps", _LEVELS[document.level]),
            ("Contenu", _content(document)),
        ),
        details={
            "unique_id": header.identifier.unique_id,
            "type_code": header.type.code,
            "title": header.title,
            "level": document.level.value,
            "template_ids": [template.unique_id for template in header.template_ids],
        },
    )


def _content(document: cda.Document) -> str:
    try:
        embedded = embedded_of(document)
    except MalformedMessage as error:
        return error.message
    return f"{embedded.mime}, {len(embedded.data)} octets" if embedded else ""
