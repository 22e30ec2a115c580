"""The HL7 v2 strings inside metadata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramontane.dmp.xds import AuthorInstitution, AuthorPerson, Identifier

MARTIN = "899990000012^MARTIN^CAMILLE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
HOSPITAL = "CENTRE HOSPITALIER FICTIF^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000028"
INS = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
FORMS = [
    (AuthorPerson, MARTIN),
    (AuthorPerson, "279035121518989^PAT^DOM^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"),
    (AuthorPerson, "1.2.3^^LOGICIEL^^^^^^&1.2.4&ISO^U^^^RI"),
    (AuthorPerson, "only-an-id"),
    (AuthorPerson, "1^A^B^C^D^E^F^^AUTH^D^^^IDNPS^extra"),
    (AuthorInstitution, HOSPITAL),
    (AuthorInstitution, "NOM^^^^^&1.3.2&ISO^SIREN^^^123456789"),
    (AuthorInstitution, "NOM"),
    (Identifier, INS),
    (Identifier, INS + "^^20100907"),
    (Identifier, "ACC^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"),
]


@pytest.mark.parametrize(("kind", "text"), FORMS)
def test_a_known_form_is_written_back_as_it_was(kind, text):
    assert kind.parse(text).format() == text


def test_the_parts_have_names():
    person = AuthorPerson.parse(MARTIN)
    assert (person.identifier, person.family, person.given) == ("899990000012", "MARTIN", "CAMILLE")
    assert (person.authority, person.identifier_type) == ("1.2.250.1.71.4.2.1", "IDNPS")
    hospital = AuthorInstitution.parse(HOSPITAL)
    assert (hospital.name, hospital.identifier, hospital.identifier_type) == (
        "CENTRE HOSPITALIER FICTIF",
        "1990000028",
        "IDNST",
    )
    assert Identifier.parse(INS + "^^20100907").others == ((7, "20100907"),)


def test_a_professional_and_a_structure_are_written_with_the_french_authorities():
    assert AuthorPerson("899990000012", "MARTIN", "CAMILLE").format() == MARTIN
    assert AuthorInstitution("CENTRE HOSPITALIER FICTIF", "1990000028").format() == HOSPITAL


@given(st.text(st.sampled_from("a^&1.IO"), max_size=30))
def test_anything_reads_and_reads_back_the_same(text):
    for kind in (AuthorPerson, AuthorInstitution, Identifier):
        once = kind.parse(text)
        assert kind.parse(once.format()) == once
