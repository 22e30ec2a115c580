"""ebRIM → model → ebRIM: nothing is lost, known or not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from lxml import etree

from support import registry_objects
from support.messages import message, says
from tramontane.dmp import xds
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds.readers import read_objects, without_comments
from tramontane.dmp.xds.writers import write_objects

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"


def tree(content: str) -> etree._Element:
    return without_comments(
        etree.fromstring(f'<RegistryObjectList xmlns="{RIM}">{content}</RegistryObjectList>'.encode())
    )


def round_trip(*objects):
    return tuple(read_objects(tree(write_objects(objects))))


@settings(max_examples=150, deadline=None)
@given(registry_objects.objects)
def test_what_is_written_reads_back_equal(item):
    assert round_trip(item) == (item,)


CODE_WITH = (
    '<Classification classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" classifiedObject="o" '
    'nodeRepresentation="10">{}</Classification>'
)

# What the field sends and the model has no place for. Each is read, and written back as it says.
ODD = {
    "an unknown slot": '<Slot name="urn:x"><ValueList><Value>1</Value><Value>2</Value></ValueList></Slot>',
    "an empty slot": '<Slot name="hash"><ValueList/></Slot>',
    "an empty value": '<Slot name="hash"><ValueList><Value/></ValueList></Slot>',
    "two values where one is expected": '<Slot name="hash"><ValueList><Value>1</Value><Value>2</Value></ValueList></Slot>',
    "a date without hours": '<Slot name="creationTime"><ValueList><Value>20260220</Value></ValueList></Slot>',
    "a date with an offset": '<Slot name="creationTime"><ValueList><Value>20260220133000+0100</Value></ValueList></Slot>',
    "no date": '<Slot name="creationTime"><ValueList><Value>hier</Value></ValueList></Slot>',
    "no date of the usual length": '<Slot name="creationTime"><ValueList><Value>20261320133000</Value></ValueList></Slot>',
    "a size that is no number": '<Slot name="size"><ValueList><Value>0488</Value></ValueList></Slot>',
    "a huge size": f'<Slot name="size"><ValueList><Value>{"9" * 5000}</Value></ValueList></Slot>',
    "a title in another language": '<Name><LocalizedString charset="UTF-8" xml:lang="en" value="Report"/></Name>',
    "a title in two languages": (
        '<Name><LocalizedString charset="UTF8" xml:lang="FR" value="Lettre"/>'
        '<LocalizedString charset="UTF8" xml:lang="BR" value="Lizher"/></Name>'
    ),
    "an empty title": "<Name/>",
    "an unknown classification": (
        '<Classification classificationScheme="urn:x" classifiedObject="o" nodeRepresentation="1">'
        '<Slot name="codingScheme"><ValueList><Value>s</Value></ValueList></Slot></Classification>'
    ),
    "a code that says more": (
        '<Classification classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" classifiedObject="o" '
        'nodeRepresentation="10"><Slot name="codingScheme"><ValueList><Value>s</Value></ValueList></Slot>'
        '<Slot name="more"><ValueList><Value>x</Value></ValueList></Slot>'
        '<Name><LocalizedString charset="UTF8" xml:lang="FR" value="CR"/></Name></Classification>'
    ),
    "a code without name": (
        '<Classification classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f" classifiedObject="o" '
        'nodeRepresentation="N"><Slot name="codingScheme"><ValueList><Value>s</Value></ValueList></Slot></Classification>'
    ),
    "a code with an empty scheme": CODE_WITH.format(
        '<Slot name="codingScheme"><ValueList/></Slot><Name><LocalizedString charset="UTF8" xml:lang="FR" value="CR"/></Name>'
    ),
    "a code with two schemes": CODE_WITH.format(
        '<Slot name="codingScheme"><ValueList><Value>s</Value><Value>t</Value></ValueList></Slot>'
        '<Name><LocalizedString charset="UTF8" xml:lang="FR" value="CR"/></Name>'
    ),
    "a code with two slots and no name": CODE_WITH.format(
        '<Slot name="codingScheme"><ValueList><Value>s</Value></ValueList></Slot>'
        '<Slot name="more"><ValueList><Value>x</Value></ValueList></Slot>'
    ),
    "a code without code": (
        '<Classification classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" classifiedObject="o"/>'
    ),
    "an unknown identifier": (
        '<ExternalIdentifier identificationScheme="urn:x" registryObject="o" value="1">'
        '<Name><LocalizedString charset="UTF8" xml:lang="FR" value="x"/></Name></ExternalIdentifier>'
    ),
    "an unknown element": '<ContentVersionInfo versionName="1.1"/>',
    "an author with two persons": (
        '<Classification classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d" classifiedObject="o" '
        'nodeRepresentation=""><Slot name="authorPerson"><ValueList><Value>1</Value><Value>2</Value></ValueList></Slot>'
        '<Slot name="authorTelecommunication"><ValueList><Value>^NET^Internet^a@b</Value></ValueList></Slot>'
        "</Classification>"
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_what_has_no_place_in_the_model_is_written_back(case):
    data = f'<ExtrinsicObject id="o" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">{ODD[case]}</ExtrinsicObject>'
    read = tree(data)
    written = tree(write_objects(read_objects(read)))
    assert says(written) == says(read)


def test_a_second_class_code_is_kept_and_written_back():
    (entry,) = read_objects(tree(f'<ExtrinsicObject id="o">{CODE.format(1)}{CODE.format(2)}</ExtrinsicObject>'))
    assert entry.class_code.code == "1"
    assert [kept.representation for kept in entry.kept.classifications] == ["2"]
    assert round_trip(entry) == (entry,)


CODE = (
    '<Classification classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a" classifiedObject="o" '
    'nodeRepresentation="{}"><Slot name="codingScheme"><ValueList><Value>s</Value></ValueList></Slot>'
    '<Name><LocalizedString charset="UTF8" xml:lang="FR" value="CR"/></Name></Classification>'
)


def test_a_kept_spelling_gives_way_when_the_value_changes():
    data = '<ExtrinsicObject id="o"><Slot name="creationTime"><ValueList><Value>2026</Value></ValueList></Slot></ExtrinsicObject>'
    (entry,) = read_objects(tree(data))
    changed = xds.DocumentEntry(entry_uuid="o", creation_time=datetime(2027, 1, 1, tzinfo=UTC), kept=entry.kept)
    assert "<Value>20270101000000</Value>" in write_objects((changed,))
    assert "<Value>2026</Value>" in write_objects((entry,))


def test_a_kept_title_gives_way_when_the_title_changes():
    (entry,) = read_objects(tree(f'<ExtrinsicObject id="o">{ODD["a title in two languages"]}</ExtrinsicObject>'))
    changed = xds.DocumentEntry(entry_uuid="o", title="Autre", kept=entry.kept)
    assert "Lizher" not in write_objects((changed,))
    assert 'value="Autre"' in write_objects((changed,))


def test_an_unknown_status_is_kept_and_written_back():
    (entry,) = read_objects(tree('<ExtrinsicObject id="o" status="urn:x:Lost"/>'))
    assert entry.availability_status is None
    assert 'status="urn:x:Lost"' in write_objects((entry,))


def test_attributes_of_xml_schema_are_not_metadata():
    data = (
        '<ExtrinsicObject xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="o" xsi:type="x" home="urn:oid:1"/>'
    )
    (entry,) = read_objects(tree(data))
    assert entry.kept.attributes == (("home", "urn:oid:1"),)


def test_a_comment_never_hides_half_of_a_value():
    data = (
        '<ExtrinsicObject id="o"><!-- a --><Slot name="hash"><!-- b --><ValueList><Value>12<!-- c -->34</Value>'
        "</ValueList></Slot></ExtrinsicObject>"
    )
    (entry,) = read_objects(tree(data))
    assert entry.hash == "1234"


def test_slots_of_the_same_name_are_one():
    slot = '<Slot name="sourcePatientInfo"><ValueList><Value>{}</Value></ValueList></Slot>'
    (entry,) = read_objects(tree(f'<ExtrinsicObject id="o">{slot.format(1)}{slot.format(2)}</ExtrinsicObject>'))
    assert entry.source_patient_info == ("1", "2")


def test_an_association_keeps_what_it_does_not_know():
    data = (
        '<Association id="a" associationType="urn:x" sourceObject="s" targetObject="t" home="h"><Name/></Association>'
    )
    read = tree(data)
    (association,) = read_objects(read)
    assert association.type == "urn:x"
    assert association.slot("NewStatus") == ""
    assert says(tree(write_objects((association,)))) == says(read)


def test_a_folder_is_passed_over():
    assert list(read_objects(tree('<Folder/><ObjectRef id="r"/>'))) == [xds.ObjectRef("r")]


def test_a_package_that_is_no_submission_set_keeps_its_classification():
    data = '<RegistryPackage id="p"><Classification classificationNode="urn:uuid:folder" classifiedObject="p"/></RegistryPackage>'
    (package,) = read_objects(tree(data))
    assert package.kept.classifications[0].node == "urn:uuid:folder"


def test_the_example_registers_its_visibility():
    masked = etree.fromstring(message("td33a_request_mask.xml")).find(f".//{{{RIM}}}RegistryObjectList")
    entry = next(item for item in read_objects(masked) if isinstance(item, xds.DocumentEntry))
    assert entry.masked_to_professionals
    assert not entry.invisible_to_patient
    assert not entry.invisible_to_legal_representatives
    assert not entry.from_patient


@pytest.mark.parametrize(
    "entry",
    [
        xds.DocumentEntry(class_code=Coded("90", "s")),
        xds.DocumentEntry(type_code=Coded("DOCPAT01", "s")),
    ],
)
def test_a_document_of_the_patient_is_known_by_its_class_or_its_type(entry):
    assert entry.from_patient
