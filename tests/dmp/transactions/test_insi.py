"""INSi: the search by identity traits, both sides; nothing of a person in an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from support.td_messages import answered, whole
from tramontane.dmp import soap
from tramontane.dmp.errors import LocalError, MalformedMessage, RemoteRefusal, SoapFault
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.dmp.transactions import insi
from tramontane.dmp.transactions.insi import Answer, CertifiedIdentity, Result, Sought

URL = "https://insi.example.invalid/lps"
IDS = {"message_id": "urn:uuid:3f0a6a1e-9a10-4a0c-8d8a-5d6e0d0b2202", "relates_to": "urn:uuid:1"}
SOUGHT = Sought("Pat-Trois", "Dominique", "F", date(1979, 3, 28), "63220")
FOUND = Answer(
    Result.FOUND,
    "OK",
    CertifiedIdentity(
        ins=Ins("279035121518989", InsAuthority.NIR_TEST),
        birth_name="PAT-TROIS",
        given_names="DOMINIQUE",
        sex="F",
        birth_date="1979-03-28",
        birth_place_code="63220",
        history=(("279035121518989", InsAuthority.NIR.value),),
    ),
)


def request_body(sought: Sought = SOUGHT) -> etree._Element:
    return soap.read_envelope(whole(insi.request(sought, url=URL, message_id="urn:uuid:1"))).body


def read(body: bytes) -> Answer:
    return insi.read(answered(body))


def found(key: str, oid: str) -> str:
    number = f"<IdIndividu><NumIdentifiant>2790351215189</NumIdentifiant><Cle>{key}</Cle></IdIndividu>"
    return f"<CR><CodeCR>00</CodeCR></CR><INDIVIDU><INSACTIF>{number}<OID>{oid}</OID></INSACTIF></INDIVIDU>"


def result(inner: str) -> bytes:
    body = f'<RESULTAT xmlns="{insi.RESULT}">{inner}</RESULTAT>'
    return soap.build_envelope(soap.Addressing("urn:uuid:2", "a", relates_to="urn:uuid:1"), body.encode())


def test_the_request_carries_the_traits_in_the_order_of_the_schema():
    body = request_body()
    assert body.tag == "{http://www.cnamts.fr/INSiRecSans}RECSANSVITALE"
    assert [(etree.QName(child).localname, child.text) for child in body] == [
        ("NomNaissance", "PAT-TROIS"),
        ("Prenom", "DOMINIQUE"),
        ("Sexe", "F"),
        ("DateNaissance", "1979-03-28"),
        ("LieuNaissance", "63220"),
    ]


def test_an_unknown_birth_place_is_not_written():
    body = request_body(Sought("Martin", "Zoé", "F", date(2001, 1, 2)))
    assert body.find("{*}LieuNaissance") is None


def test_the_action_is_the_one_of_the_wsdl_and_no_assertion_leaves():
    envelope = soap.read_envelope(whole(insi.request(SOUGHT, url=URL, message_id="urn:uuid:1")))
    assert envelope.addressing.action == "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
    assert envelope.security is None


def test_the_security_header_is_the_callers_as_it_is():
    request = insi.request(SOUGHT, url=URL, message_id="urn:uuid:1", security=b'<a xmlns="urn:x"/>')
    security = soap.read_envelope(whole(request)).security
    assert security is not None
    assert security[0].tag == "{urn:x}a"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Élodie", "ELODIE"),
        ("  de  la Tour ", "DE LA TOUR"),
        ("D’Œuvre", "D'OEUVRE"),
        ("Nuñez--Çelik", "NUNEZ--CELIK"),
        ("Lætitia", "LAETITIA"),
    ],
)
def test_names_are_written_in_the_alphabet_of_insi(typed, sent):
    assert insi.normalise(typed) == sent


def assert_allowed(received: str) -> None:
    assert received in ("un nom vide", "un nom qui contient un autre caractère")


@given(st.text(max_size=30))
def test_what_is_normalised_always_fits_the_schema_and_what_is_refused_is_never_repeated(text):
    try:
        sent = insi.normalise(text)
    except LocalError as error:
        received = error.received
        assert_allowed(received)
    else:
        assert insi.NAME.fullmatch(sent)


@given(st.from_regex(insi.NAME, fullmatch=True))
def test_a_name_that_fits_is_left_as_it_is(name):
    assert insi.normalise(name) == name


@pytest.mark.parametrize("name", ["", "  ", "MARTIN 2", "DUPONT/", "-MARTIN", "O''NEIL", "李"])
def test_a_name_that_insi_cannot_receive_is_refused(name):
    with pytest.raises(LocalError) as refused:
        Sought(name, "Zoé", "F", date(2001, 1, 2))
    assert refused.value.next_step


def test_an_undetermined_sex_is_refused():
    with pytest.raises(LocalError) as refused:
        Sought("Martin", "Zoé", "I", date(2001, 1, 2))
    assert refused.value.code == "insi-sexe"


def test_the_national_side_reads_what_was_sought():
    assert insi.parse(soap.read_envelope(whole(insi.request(SOUGHT, url=URL, message_id="urn:uuid:1")))) == SOUGHT


def test_the_identity_found_comes_back_whole():
    assert read(insi.respond(FOUND, **IDS)[1]) == FOUND


@pytest.mark.parametrize("code", [Result.NONE, Result.SEVERAL])
def test_no_identity_and_several_come_back_without_any(code):
    answer = Answer(code, insi.LABELS[code])
    assert read(insi.respond(answer, **IDS)[1]) == answer


def test_traits_that_come_with_an_ambiguous_answer_are_not_read():
    inner = "<CR><CodeCR>02</CodeCR><LibelleCR>Plusieurs</LibelleCR></CR><INDIVIDU><TIQ><NomNaissance>X</NomNaissance></TIQ></INDIVIDU>"
    assert read(result(inner)).identity is None


def test_an_answer_cannot_be_found_without_identity_nor_the_reverse():
    with pytest.raises(ValueError, match="identity"):
        Answer(Result.FOUND, "OK")
    with pytest.raises(ValueError, match="identity"):
        Answer(Result.SEVERAL, "Plusieurs", FOUND.identity)


def test_a_code_nobody_knows_is_a_refusal_with_its_words():
    with pytest.raises(RemoteRefusal) as refused:
        read(result("<CR><CodeCR>17</CodeCR><LibelleCR>Inattendu</LibelleCR></CR>"))
    assert (refused.value.remote_code, refused.value.remote_text) == ("17", "Inattendu")


@pytest.mark.parametrize(
    "inner",
    [
        "<CR><CodeCR>00</CodeCR></CR>",
        "<CR><CodeCR>00</CodeCR></CR><INDIVIDU/>",
        found("00", "1.2.250.1.213.1.4.10"),
        found("89", "1.2.3"),
    ],
)
def test_a_found_identity_without_a_possible_ins_is_malformed(inner):
    with pytest.raises(MalformedMessage) as refused:
        read(result(inner))
    assert "2790351215189" not in refused.value.explain()


@pytest.mark.parametrize(
    ("code", "words"), [("desir_550", "numéro d'autorisation"), ("desir_560", "INSI-AUTO"), ("desir_999", "a refusé")]
)
def test_a_fault_keeps_its_precise_code_and_text_and_says_what_to_do(code, words):
    with pytest.raises(SoapFault) as refused:
        read(insi.respond_fault(code, "Texte du téléservice", **IDS)[1])
    assert (refused.value.remote_code, refused.value.remote_text) == (code, "Texte du téléservice")
    assert words in refused.value.explain()


def test_a_fault_without_detail_keeps_the_soap_code():
    fault = soap.build_fault(soap.Fault("soap:Receiver", "", "Indisponible"), message_id="m", relates_to="r")
    with pytest.raises(SoapFault) as refused:
        read(fault)
    assert refused.value.remote_code == "Receiver"


def test_another_answer_and_another_request_are_refused_and_named():
    other = soap.build_envelope(soap.Addressing("m", "a", relates_to="r"), b'<autre xmlns="urn:x"/>')
    with pytest.raises(MalformedMessage) as refused:
        read(other)
    assert refused.value.received == "autre"
    with pytest.raises(MalformedMessage):
        insi.parse(soap.read_envelope(other))


def test_no_trait_shows_in_a_representation():
    assert "PAT" not in repr(SOUGHT)
    assert "1979" not in repr(SOUGHT) + repr(FOUND.identity)
