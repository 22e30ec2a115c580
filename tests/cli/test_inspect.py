"""`inspect` recognises by itself every message of the reference, and whatever else is put before it."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from support.cda_documents import HEADER, PDF, structured, unstructured
from tramontane.cli.inspect import Kind, recognise
from tramontane.dmp import cda, soap

VECTORS = Path(__file__).parent.parent / "vectors"


def example(name: str) -> bytes:
    (path,) = VECTORS.glob(f"*/{name}")
    return path.read_bytes()


def lines(name: str, **options) -> str:
    return "\n".join(recognise(example(name), **options).summary_lines)


EXAMPLES = {
    "fault_access_denied_INFERRED.xml": (Kind.FAULT, ""),
    "fault_invalid_certificate.xml": (Kind.FAULT, ""),
    "td02_request.xml": (Kind.REQUEST, "TD0.2"),
    "td02_response_active.xml": (Kind.RESPONSE, "TD0.2"),
    "td02_response_not_authorized.xml": (Kind.RESPONSE, "TD0.2"),
    "td02_response_unknown.xml": (Kind.RESPONSE, "TD0.2"),
    "td03_request.xml": (Kind.REQUEST, "TD0.3"),
    "td03_response.xml": (Kind.RESPONSE, "TD0.3"),
    "td21_request.mime": (Kind.REQUEST, "TD2.1"),
    "td21_request_root.xml": (Kind.REQUEST, "TD2.1"),
    "td21_response.xml": (Kind.RESPONSE, "TD2.1"),
    "td31_request_find_documents.xml": (Kind.REQUEST, "TD3.1"),
    "td31_request_find_submission_sets.xml": (Kind.REQUEST, "TD3.1"),
    "td31_request_get_associations.xml": (Kind.REQUEST, "TD3.1"),
    "td31_request_get_documents_and_associations.xml": (Kind.REQUEST, "TD3.1"),
    "td31_request_reference_by_unique_id.xml": (Kind.REQUEST, "TD3.1"),
    "td31_response.xml": (Kind.RESPONSE, "TD3.1"),
    "td31_response_empty.xml": (Kind.RESPONSE, "TD3.1"),
    "td31_response_error.xml": (Kind.RESPONSE, "TD3.1"),
    "td32_request.xml": (Kind.REQUEST, "TD3.2"),
    "td32_response.mime": (Kind.RESPONSE, "TD3.2"),
    "td33a_request_mask.xml": (Kind.REQUEST, "TD3.3a/b"),
    "td33d_request_archive.xml": (Kind.REQUEST, "TD3.3d"),
    "vihf_air_simplifie_signed.xml": (Kind.VIHF, ""),
    "vihf_indirecte_signed.xml": (Kind.VIHF, ""),
}


def test_every_example_of_the_reference_is_in_this_table():
    files = {path.name for folder in ("hl7v3", "messages", "vihf") for path in (VECTORS / folder).iterdir()}
    assert files == set(EXAMPLES)


@pytest.mark.parametrize(("name", "expected"), EXAMPLES.items())
def test_every_example_of_the_reference_is_recognised(name, expected):
    found = recognise(example(name))
    assert (found.kind, found.transaction) == expected
    assert found.recognised
    assert len(found.rows) > 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_example_shows_a_patient_unless_asked(name):
    hidden = json.dumps(recognise(example(name)).as_json(), ensure_ascii=False)
    for trait in ("279035121518989", "DOMINIQUE", "PAT-TROIS", "19790328", "NUMERO-HOMOLOGATION"):
        assert trait not in hidden


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_gives_json_that_says_the_same(name):
    found = recognise(example(name))
    read = json.loads(json.dumps(found.as_json()))
    assert read["kind"] == found.kind
    assert [f"{row['label']} : {row['value']}" for row in read["rows"]] == list(found.summary_lines[1:])


class TestMessages:
    def test_an_answer_of_the_registry_lists_each_document_with_its_metadata(self):
        (document,) = recognise(example("td31_response.xml")).as_json()["documents"]
        assert document["title"] == "Compte rendu hospitalier"
        assert document["type_code"]["code"] == "34112-3"
        assert document["hash"] == "8f58f57cc8bc0b17ea5a2a58d2575675547e9b5b"
        assert document["size"] == 488
        assert document["masked_to_professionals"] is False
        assert document["service_start_time"].startswith("2026-02-12T07:00:00")
        assert document["source_patient_info"] == ["(masqué)"] * 3
        assert document["authors"][0]["person"].startswith("899990000012^MARTIN")
        assert "Document 1 : Compte rendu hospitalier ; CR hospitalier (séjour) ; 2026-02-12" in lines(
            "td31_response.xml"
        )

    def test_the_patient_is_shown_when_asked(self):
        (document,) = recognise(example("td31_response.xml"), show_traits=True).as_json()["documents"]
        assert document["patient_id"].startswith("279035121518989^")
        assert "PID-7|19790328" in document["source_patient_info"]
        assert "DOMINIQUE" in lines("td02_response_active.xml", show_traits=True)

    def test_an_empty_answer_has_an_empty_list_of_documents(self):
        assert recognise(example("td31_response_empty.xml")).as_json()["documents"] == []

    def test_a_failure_tells_its_errors(self):
        found = recognise(example("td31_response_error.xml"))
        assert found.as_json()["errors"][0]["code"] == "XDSUnknownPatientId"
        assert "Erreur : XDSUnknownPatientId ; patient inconnu du registre" in "\n".join(found.summary_lines)

    def test_the_state_of_a_masked_document_is_told(self):
        body = example("td31_response.xml").replace(b'nodeRepresentation="N"', b'nodeRepresentation="MASQUE_PS"')
        assert "masqué aux professionnels" in "\n".join(recognise(body).summary_lines)

    def test_an_unknown_type_is_told_with_its_code(self):
        body = example("td31_response.xml").replace(b'nodeRepresentation="34112-3"', b'nodeRepresentation="99999-9"')
        assert "99999-9" in "\n".join(recognise(body).summary_lines)

    def test_a_long_list_is_cut_on_screen_and_whole_in_json(self):
        answer = example("td31_response.xml")
        start, end = answer.index(b"<rim:ExtrinsicObject"), answer.index(b"</rim:RegistryObjectList>")
        found = recognise(answer[:start] + answer[start:end] * 60 + answer[end:])
        assert len(found.as_json()["documents"]) == 60
        assert found.summary_lines[-1] == "Et aussi : 10 autres documents"

    def test_a_status_tells_the_authorisation_and_what_the_dmp_states(self):
        text = lines("td02_response_active.xml")
        assert "Statut du DMP : active" in text
        assert "AUTORISATION : VALIDE" in text
        assert "RATTACHEMENT_ENS : true" in text
        assert "Résultat : aucun DMP pour cet INS" in lines("td02_response_unknown.xml")

    def test_administrative_data_are_told_apart_from_the_existence_test(self):
        body = example("td02_request.xml").replace(b"TEST_EXST", b"CNSLT_DATA")
        assert recognise(body).transaction == "TD1.3a"

    def test_a_refused_demographics_query_tells_its_details(self):
        body = example("td02_response_unknown.xml").replace(
            b'<acknowledgement typeCode="AA">',
            b'<acknowledgement typeCode="AE"><acknowledgementDetail><code code="DMPFound"/><text>non</text></acknowledgementDetail>',
        )
        assert "Refus : DMPFound ; non" in "\n".join(recognise(body).summary_lines)

    def test_a_registration_without_traits_or_closing_is_told_without(self):
        body = example("td02_response_active.xml")
        start, end = body.index(b"<patientPerson"), body.index(b"</patientPerson>") + len(b"</patientPerson>")
        assert "Identité" not in "\n".join(recognise(body[:start] + body[end:]).summary_lines)

    def test_a_fault_tells_what_it_means_and_what_to_do(self):
        text = lines("fault_invalid_certificate.xml")
        assert "Sous-code : soap:DMPInvalidCertificate" in text
        assert "À faire : " in text

    def test_a_request_tells_what_its_token_claims_without_trusting_it(self):
        text = lines("td31_request_find_documents.xml")
        assert "VIHF — Professionnel : 899990000012" in text
        assert "VIHF — Mode d'authentification : INDIRECTE_RENFORCEE" in text
        assert "VIHF — Rôles : Médecin (10), Qualifié en médecine générale (SM) (SM26)" in text
        assert "$XDSDocumentEntryPatientId : *************89^^^&1.2.250.1.213.1.4.10&ISO^NH" in text

    def test_a_token_alone_says_that_it_is_not_verified(self):
        found = recognise(example("vihf_air_simplifie_signed.xml"))
        assert "non vérifié" in found.title
        assert "Authentification primaire : CONF_EXI_PGSSIS" in "\n".join(found.summary_lines)
        assert "Homologation : (masqué)" in "\n".join(found.summary_lines)

    def test_a_deletion_is_told_apart_from_an_archiving(self):
        body = example("td33d_request_archive.xml").replace(b"StatusType:Archived", b"StatusType:Deleted")
        assert recognise(body).transaction == "TD3.3c"

    @pytest.mark.parametrize(
        ("body", "transaction", "line"),
        [
            (b'<patientList xmlns="urn:si-dmp-patients"><startDate>20260101</startDate></patientList>', "TD0.4", "Depuis : 20260101"),
            (b'<patientListResponse xmlns="urn:si-dmp-patients"><output><patientlistData/><patientlistData/><status>DMPOk</status></output></patientListResponse>', "TD0.4", "Nombre : 2"),
            (b'<listAuthorizationByPatient xmlns="urn:si-dmp-habilitations"><mode>TOUTE</mode></listAuthorizationByPatient>', "TD1.6", "Mode : TOUTE"),
            (b'<listAuthorizationByPatientResponse xmlns="urn:si-dmp-habilitations"><output><status>X</status><context>non</context></output></listAuthorizationByPatientResponse>', "TD1.6", "Contexte : non"),
        ],
    )  # fmt: skip
    def test_the_other_services_are_recognised_too_even_without_their_envelope(self, body, transaction, line):
        alone = recognise(body)
        assert (alone.transaction, line in alone.summary_lines) == (transaction, True)
        assert "sans son enveloppe" in alone.title
        whole = recognise(soap.build_envelope(soap.Addressing("urn:uuid:1", "a"), body))
        assert (whole.transaction, line in whole.summary_lines) == (transaction, True)

    def test_a_message_that_is_no_transaction_of_the_dmp_is_named(self):
        found = recognise(soap.build_envelope(soap.Addressing("urn:uuid:1", "a"), b'<x xmlns="urn:autre"/>'))
        assert found.kind is Kind.BODY
        assert "Espace de noms : urn:autre" in found.summary_lines

    def test_an_envelope_without_body_says_so(self):
        found = recognise(soap.build_envelope(soap.Addressing("urn:uuid:1", "a"), b""))
        assert (found.kind, found.title) == (Kind.UNKNOWN, "Enveloppe SOAP sans corps.")

    def test_a_tolerated_deviation_is_told(self):
        body = example("td31_request_find_documents.xml").replace(b"soap:mustUnderstand", b"mustUnderstand")
        assert "Écart toléré : mustUnderstand sans préfixe SOAP" in recognise(body).summary_lines


class TestMultipart:
    def test_the_attachments_are_told_with_the_title_of_each_document(self):
        found = recognise(example("td32_response.mime"))
        assert "Pièce jointe : Document CDA R2 « Compte rendu hospitalier », 488 octets" in found.summary_lines
        assert found.as_json()["parts"] == [{"content_id": "doc-1@dmp.example.invalid", "size": 488}]
        assert found.as_json()["documents"][0]["unique_id"] == "1.2.250.1.999.77.3.1772440000001"

    def test_the_header_line_may_be_missing_or_come_from_http(self):
        whole = example("td32_response.mime")
        headers, body = whole.replace(b"\r\n", b"\n").split(b"\n\n", 1)
        body = body.replace(b"\n", b"\r\n")
        content_type = headers.decode().partition(": ")[2]
        for found in (recognise(body), recognise(body, content_type)):
            assert (found.transaction, len(found.as_json()["parts"])) == ("TD3.2", 1)

    def test_a_part_that_is_no_document_is_told_by_its_size(self):
        body = (
            example("td32_response.mime")
            .replace(b"<ClinicalDocument", b"<Autre")
            .replace(b"</ClinicalDocument", b"</Autre")
        )
        assert any(line.startswith("Pièce jointe : 4") for line in recognise(body).summary_lines)

    def test_a_body_of_one_part_has_no_attachment(self):
        part = b"Content-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n" + example("td03_response.xml")
        found = recognise(b"--b\r\n" + part + b"\r\n--b--\r\n", 'multipart/related; boundary="b"; start="<root>"')
        assert found.transaction == "TD0.3"
        assert "parts" not in found.as_json()

    def test_a_cut_body_is_unreadable_and_says_so(self):
        found = recognise(example("td32_response.mime")[:-60])
        assert found.kind is Kind.UNKNOWN
        assert found.title.startswith("Contenu illisible : ")


class TestDocuments:
    def test_a_document_with_a_file_tells_its_header_and_its_file(self):
        found = recognise(cda.build_level1(HEADER, PDF, "application/pdf"))
        assert found.kind is Kind.CDA
        assert "Type : CR hospitalier (séjour)" in found.summary_lines
        assert f"Contenu : application/pdf, {len(PDF)} octets" in found.summary_lines
        assert "Identité : (masqué)" in found.summary_lines
        assert "Patient : *************89" in found.summary_lines

    def test_a_structured_document_says_so(self):
        found = recognise(structured("<paragraph>a</paragraph>"))
        assert found.as_json()["level"] == "3"
        assert "Corps : structuré (niveaux 2 et 3)" in found.summary_lines

    def test_a_document_whose_file_cannot_be_decoded_is_still_told(self):
        found = recognise(unstructured("****", "application/pdf", ' representation="B64"'))
        assert found.kind is Kind.CDA
        assert any("décodé" in line for line in found.summary_lines)

    def test_a_document_in_the_style_sheet_that_presents_it_is_recognised(self):
        sheet = b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">%s</xsl:stylesheet>'
        assert recognise(sheet % structured("a")).kind is Kind.CDA
        assert recognise(sheet % b"").kind is Kind.UNKNOWN

    def test_a_document_in_utf_16_is_recognised(self):
        text = structured("a", prolog='<?xml version="1.0" encoding="UTF-16"?>').decode()
        assert recognise(text.encode("utf-16")).kind is Kind.CDA


METADATA_NS = (
    'xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'
)


def submit_objects() -> bytes:
    """The METADATA.XML that goes with the official answer's document."""
    answer = example("td31_response.xml")
    entry = answer[answer.index(b"<rim:ExtrinsicObject") : answer.index(b"</rim:RegistryObjectList>")]
    entry = entry.replace(
        b'<rim:Slot name="creationTime">',
        b'<rim:Slot name="URI"><rim:ValueList><rim:Value>DOC00001.XML</rim:Value></rim:ValueList></rim:Slot>'
        b'<rim:Slot name="creationTime">',
    )
    opening = f"<lcm:SubmitObjectsRequest {METADATA_NS}><rim:RegistryObjectList><!-- lot -->".encode()
    return opening + entry + b"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"


def archive(files: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


class TestArchives:
    def test_an_xdm_archive_lists_its_documents_and_files(self):
        found = recognise(
            archive(
                {
                    "INDEX.HTM": b"<html/>",
                    "IHE_XDM/": b"",
                    "IHE_XDM/SUBSET01/METADATA.XML": submit_objects(),
                    "IHE_XDM/SUBSET01/DOC00001.XML": structured("a"),
                }
            )
        )
        assert found.kind is Kind.XDM
        assert {"Lots : 1", "Fichiers : 3", "Documents décrits : 1"} <= set(found.summary_lines)
        assert found.as_json()["documents"][0]["uri"] == "DOC00001.XML"
        assert "absent" not in "\n".join(found.summary_lines)
        assert "279035121518989" not in json.dumps(found.as_json())

    def test_a_described_file_that_is_not_there_is_told(self):
        found = recognise(archive({"IHE_XDM/SUBSET01/METADATA.XML": submit_objects()}))
        assert "Fichier absent : DOC00001.XML" in found.summary_lines

    def test_the_metadata_alone_are_recognised_and_are_no_transaction(self):
        found = recognise(submit_objects())
        assert (found.transaction, len(found.as_json()["documents"])) == ("", 1)
        assert "METADATA.XML" in found.title

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (archive({"a.txt": b"a"}), "ce n'est pas une archive XDM"),
            (archive({"x/METADATA.XML": b"<a/>"}), "ce n'est pas une archive XDM"),
            (archive({}), "ce n'est pas une archive XDM"),
            (archive({"IHE_XDM/S/METADATA.XML": b"a"})[:-30], "abîmée"),
            (b"PK\x03\x04rien", "abîmée"),
            (archive({"IHE_XDM/S/METADATA.XML": b"pas du XML"}), "bien formé"),
        ],
    )
    def test_a_zip_that_is_no_xdm_archive_says_why(self, data, why):
        found = recognise(data)
        assert found.kind is Kind.UNKNOWN
        assert why in found.title

    def test_a_zip_bomb_is_not_inflated(self):
        bomb = archive({"IHE_XDM/S/METADATA.XML": b" " * 60_000_000, "IHE_XDM/S/DOC": b"\0" * 100_000_000})
        assert len(bomb) < 300_000
        assert "dépassent 20 Mo" in recognise(bomb).title

    def test_a_zip_of_too_many_files_is_not_read(self):
        assert "trop pour être" in recognise(archive({f"{rank}": b"" for rank in range(5_001)})).title

    def test_a_zip_whose_content_lies_is_said_broken(self):
        data = archive({"IHE_XDM/S/METADATA.XML": b"<a>" + b"x" * 500 + b"</a>"})
        broken = data.replace(b"\x00\x00\x00IHE_XDM", b"\x00\x00\x00IHE_XDM", 1)
        position = broken.index(b"METADATA.XML") + len(b"METADATA.XML") + 2
        broken = broken[:position] + b"\xff\xff\xff\xff" + broken[position + 4 :]
        assert "abîmée" in recognise(broken).title


PAM = "\r".join(
    [
        "MSH|^~\\&|PAM|CH FICTIF|DPI|CH|20260302091530||ADT^A01^ADT_A01|0001|P|2.5^FRA^2.11||||||UNICODE UTF-8",
        "PID|||279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS~000003^^^CH^PI||PAT-TROIS^DOMINIQUE^^^^^L||19790328|F"
        + "|" * 24
        + "VALI",
        "PV1||I|CARDIO^101^1" + "|" * 16 + "V0001",
        "ZFA|ACTIF|20260101||||||||INO|20260101|IC|20260101".replace("||||||||INO", "|||||||INO"),
    ]
)


class TestHl7v2:
    def test_an_admission_tells_the_stay_the_identity_s_state_and_the_consents(self):
        found = recognise(PAM.encode())
        assert found.kind is Kind.HL7V2
        assert found.title == "Message HL7 v2 ADT^A01^ADT_A01"
        text = "\n".join(found.summary_lines)
        assert "Version : 2.5" in text
        assert "Venue : V0001" in text
        assert "Classe de venue : I" in text
        assert "Statut du DMP (ZFA-1) : ACTIF" in text
        assert "Opposition à l'alimentation (ZFA-9) : INO — informé, non opposé" in text
        assert "Consentement à la consultation (ZFA-11) : IC — informé, consent" in text
        assert "Statut de l'identité (PID-32) : VALI — " in text

    def test_the_patient_is_masked_unless_asked(self):
        hidden = json.dumps(recognise(PAM.encode()).as_json())
        for trait in ("279035121518989", "000003^", "DOMINIQUE", "19790328"):
            assert trait not in hidden
        shown = json.dumps(recognise(PAM.encode(), show_traits=True).as_json())
        assert "279035121518989" in shown
        assert "DOMINIQUE" in shown

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_any_end_of_line_framing_and_encoding_is_read(self, end):
        text = PAM.replace("\r", end).replace("CH FICTIF", "HÔPITAL")
        for data in (
            text.encode(),
            b"\x0b" + text.encode() + b"\x1c\r",
            text.encode("cp1252"),
            text.encode("utf-8-sig"),
        ):
            assert "Établissement émetteur : HÔPITAL" in recognise(data).summary_lines

    @pytest.mark.parametrize("message", ["MSH|^~\\&", "MSH|", "MSH|^~\\&|A\rPID", "MSH#$%\\&#A#B"])
    def test_a_message_cut_short_is_still_told(self, message):
        assert recognise(message.encode()).kind is Kind.HL7V2

    def test_an_unknown_consent_is_told_as_it_is(self):
        assert (
            "Consentement à la consultation (ZFA-11) : ZZ"
            in recognise(PAM.replace("|IC|", "|ZZ|").encode()).summary_lines
        )


class TestUnknown:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "vide"),
            (b"  \n", "vide"),
            (b"bonjour", "Ni un message SOAP"),
            (b"%PDF-1.7", "fichier PDF"),
            (b"\x89PNG\r\n\x1a\n", "image PNG"),
            (b"{\\rtf1", "texte RTF"),
            (b"MSHA", "Ni un message SOAP"),
            (b"\x00\x01\x02", "Ni un message SOAP"),
            (b"<html><body/></html>", "autre format"),
            (b"<a>", "bien formé"),
            (b"<!DOCTYPE a><a/>", "DOCTYPE"),
            (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"),
            (b"<a>" * 3000, "bien formé"),
            (b"Content-Type: text/plain\r\n\r\nbonjour", "Ni un message SOAP"),
            (b"Content-Type: multipart/related\r\n\r\nbonjour", "illisible"),
            (b"--x\r\n", "illisible"),
        ],
    )
    def test_what_is_not_recognised_is_said_in_one_clear_sentence(self, data, why):
        found = recognise(data)
        assert found.kind is Kind.UNKNOWN
        assert not found.recognised
        assert why in found.title
        json.dumps(found.as_json())

    @pytest.mark.parametrize("name", EXAMPLES)
    @pytest.mark.parametrize("part", [3, 7, 15])
    def test_an_example_cut_anywhere_never_raises(self, name, part):
        data = example(name)
        assert recognise(data[: len(data) * part // 16]).summary_lines

    def test_a_patient_author_is_masked_and_a_professional_is_not(self):
        body = example("td31_response.xml").replace(
            b"899990000012^MARTIN^CAMILLE^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS",
            b"279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^D^^^NH",
        )
        (document,) = recognise(body).as_json()["documents"]
        assert (document["authors"][0]["person"], document["legal_authenticator"]) == ("(masqué)", "(masqué)")
