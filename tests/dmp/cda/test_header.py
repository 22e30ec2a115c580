"""Headers others wrote: every absence and every spelling met is tolerated."""

from __future__ import annotations

import pytest

from support.cda_documents import headed
from tramontane.dmp import cda
from tramontane.dmp.cda import Identifier, Organization, Participant
from tramontane.dmp.nomenclatures import Coded


def read(header: str) -> cda.Header:
    return cda.read(headed(header)).header


def test_an_empty_header_is_a_header_of_empty_values():
    header = read("")
    assert header == cda.Header(
        Identifier(""), Coded("", ""), "", cda.Timestamp(), cda.Patient(), confidentiality=None, language="", version=None,
        template_ids=(),
    )  # fmt: skip


def test_the_minimal_document_of_the_official_answer_is_read():
    header = read(
        '<id root="1.2.250.1.999.77.3.1772440000001"/><code code="34112-3" codeSystem="2.16.840.1.113883.6.1" '
        'displayName="CR hospitalier (séjour)"/><title>Compte rendu\n  hospitalier</title>'
        '<effectiveTime value="20260220143000+0100"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>'
        '<languageCode code="fr-FR"/>'
    )
    assert header.identifier.unique_id == "1.2.250.1.999.77.3.1772440000001"
    assert header.title == "Compte rendu hospitalier"
    assert header.language == "fr-FR"


@pytest.mark.parametrize(
    ("names", "birth", "used"),
    [
        ('<family qualifier="BR">A</family><family qualifier="CL">B</family>', "A", "B"),
        ('<family qualifier="BR">A</family><family qualifier="SP">B</family>', "A", "B"),
        ("<family>A</family>", "A", ""),
        ('<family qualifier="BR">A</family><family qualifier="BR">Z</family>', "A", ""),
        ("", "", ""),
    ],
)
def test_the_names_of_the_patient_are_told_apart_by_their_qualifiers(names, birth, used):
    patient = read(
        f"<recordTarget><patientRole><patient><name>{names}</name></patient></patientRole></recordTarget>"
    ).patient
    assert (patient.birth_name, patient.used_name) == (birth, used)


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "٣", "9999999999"])
def test_a_version_that_is_no_small_number_is_unknown(version):
    assert read(f'<versionNumber value="{version}"/>').version is None


def test_null_identifiers_and_codes_are_absent():
    header = read('<id nullFlavor="UNK"/><code nullFlavor="UNK"/><setId nullFlavor="UNK"/>')
    assert (header.identifier, header.type, header.set_id) == (Identifier(""), Coded("", ""), None)


def test_only_replaced_documents_are_replaced():
    header = read(
        '<relatedDocument typeCode="APND"><parentDocument><id root="1"/></parentDocument></relatedDocument>'
        '<relatedDocument typeCode="RPLC"><parentDocument><id root="2"/><id root="3" extension="4"/></parentDocument>'
        "</relatedDocument>"
    )
    assert header.replaces == (Identifier("2"), Identifier("3", "4"))


def test_an_act_at_one_moment_starts_then():
    header = read('<documentationOf><serviceEvent><effectiveTime value="20260220"/></serviceEvent></documentationOf>')
    assert header.service_events[0].start == cda.Timestamp("20260220")


def test_an_author_that_is_a_device_is_named_by_its_software():
    header = read(
        "<author><assignedAuthor><assignedAuthoringDevice><softwareName>Automate</softwareName>"
        "</assignedAuthoringDevice><representedOrganization><name/></representedOrganization></assignedAuthor></author>"
    )
    assert header.authors == (Participant(software="Automate"),)


def test_a_structure_may_have_a_name_and_no_identifier():
    header = read(
        "<custodian><assignedCustodian><representedCustodianOrganization><name>Cabinet</name>"
        "</representedCustodianOrganization></assignedCustodian></custodian>"
    )
    assert header.custodian == Organization(None, "Cabinet")
