"""An answer read at once is the answer read from its tree, or nothing is said: ADR 17."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import registry_objects
from support.messages import ANSWER_ID, MESSAGE_ID, message
from tramontane.dmp import soap, xds
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.xds.at_once import read_at_once
from tramontane.dmp.xds.model import Kept
from tramontane.dmp.xds.response_wire import read_query_response
from tramontane.dmp.xml import parse_lean

EXAMPLE = message("td31_response.xml")
RIM = b"urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"


def from_tree(data):
    return read_query_response(soap.read_envelope(parse_lean(data)).body)


def written(*objects):
    kinds = {
        "document_entries": xds.DocumentEntry,
        "submission_sets": xds.SubmissionSet,
        "associations": xds.Association,
        "object_refs": xds.ObjectRef,
    }
    found = {name: tuple(item for item in objects if isinstance(item, kind)) for name, kind in kinds.items()}
    answer = xds.QueryResponse(total=len(objects), **found)
    return answer, td3_1.respond(answer, message_id=ANSWER_ID, relates_to=MESSAGE_ID)[1]


def test_the_example_is_read_at_once():
    assert read_at_once(EXAMPLE) == from_tree(EXAMPLE)


@pytest.mark.parametrize(
    "name", ["td31_response_empty.xml", "td31_response_error.xml", "td21_response.xml", "fault_invalid_certificate.xml"]
)
def test_nothing_is_said_of_what_has_no_list_of_objects(name):
    assert read_at_once(message(name)) is None


@settings(max_examples=120, deadline=None)
@given(st.lists(registry_objects.objects, min_size=1, max_size=2))
def test_whatever_our_writers_write_is_read_at_once(objects):
    answer, data = written(*objects)
    assert read_at_once(data) == from_tree(data) == answer


def test_nothing_is_said_of_an_answer_whose_objects_are_mostly_unusual():
    odd = xds.DocumentEntry(entry_uuid="o", kept=Kept(identifiers=(xds.ExternalIdentifier("urn:x", "1"),)))
    usual = xds.DocumentEntry(entry_uuid="u", title="T")
    assert read_at_once(written(odd, odd, odd)[1]) is None
    answer, data = written(usual, usual, usual, usual, odd, odd, odd)
    assert read_at_once(data) == answer


def entry_with(content: bytes, attributes: bytes = b"") -> bytes:
    start, end = EXAMPLE.index(b"      <rim:ExtrinsicObject"), EXAMPLE.index(b"  </rim:RegistryObjectList>")
    return (
        EXAMPLE[:start]
        + b'<rim:ExtrinsicObject id="e"%s>%s</rim:ExtrinsicObject>' % (attributes, content)
        + EXAMPLE[end:]
    )


def slot(name: bytes, *values: bytes) -> bytes:
    inside = b"".join(b"<rim:Value>%s</rim:Value>" % value for value in values)
    return b'<rim:Slot name="%s"><rim:ValueList>%s</rim:ValueList></rim:Slot>' % (name, inside)


def with_prefix(prefix: bytes) -> bytes:
    return EXAMPLE.replace(b"<rim:", b"<" + prefix).replace(b"</rim:", b"</" + prefix)


CODE = (
    b'<rim:Classification classifiedObject="o" id="c" nodeRepresentation="%s" '
    b'classificationScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a">'
    + slot(b"codingScheme", b"s&amp;s")
    + b"<rim:Name>"
    b'<rim:LocalizedString xml:lang="FR" charset="UTF8" value="%s"/></rim:Name></rim:Classification>'
)
# Forms that the shortcut itself must read, whatever its own way of reading them.
READ_AT_ONCE = {
    "references in a text": entry_with(slot(b"URI", b"&lt;a&gt; &#233;&#xE9; &quot;&apos;&amp;amp; &#13;")),
    "white space around a text": entry_with(slot(b"URI", b"\n\t &#32;x y&#10; ")),
    "white space in attributes": entry_with(b"", b' home="a\n\tb&#10;&#9;c"'),
    "a quote in an attribute, and >": entry_with(b"", b' home="it\'s > that"'),
    "a code with references": entry_with(CODE % (b"&lt;1&#x30;&amp;", b"L&apos;h\xc3\xb4pital\ngris")),
    "attributes in another order": entry_with(b"", b'\n  status="urn:x"\tmimeType="text/xml" \n'),
    "unknown and odd slots": entry_with(
        slot(b"urn:x&amp;y", b"1", b"2&lt;") + slot(b"hash", b"1", b"2") + slot(b"size", b"012")
    ),
    "several values": entry_with(slot(b"sourcePatientInfo", b"PID-5|A", b" PID-7|B&amp;C ")),
    "an empty value": entry_with(slot(b"hash", b"") + slot(b"hash", b"1")),
    "no child": entry_with(b""),
    "a flood of attributes": entry_with(
        b"", b"".join(b' a%s="%d"' % (b"abcdefghij"[n % 10 : n % 10 + 1] * (n // 10), n) for n in range(10, 200))
    ),
    "Windows lines": EXAMPLE.replace(b"\n", b"\r\n").replace(b"MARTIN", b"MAR\r\nTIN\rX"),
    "another prefix": with_prefix(b"ns2-x:").replace(b"xmlns:rim", b"xmlns:ns2-x"),
    "no prefix": with_prefix(b"").replace(b"xmlns:rim=", b"xmlns="),
    "a prefix declared on the list": with_prefix(b"r:")
    .replace(b'xmlns:rim="%s"' % RIM, b"")
    .replace(b"<r:RegistryObjectList>", b"<r:RegistryObjectList \n xmlns:r = '%s' >" % RIM),
    "no declaration": EXAMPLE.split(b"?>", 1)[1],
    "no white space": EXAMPLE.replace(b"\n", b"").replace(b"  ", b""),
    "one odd object among others": EXAMPLE.replace(
        b"</rim:RegistryObjectList>", b'<rim:ObjectRef home="h" id="r"/></rim:RegistryObjectList>'
    ),
    "an object that is read alone": entry_with(b"<rim:Slot name='URI'/>"),
    "a comment in an object": entry_with(b"<!-- no -->" + slot(b"URI", b"x<!-- y -->z")),
    "CDATA": entry_with(slot(b"URI", b"<![CDATA[</rim:ExtrinsicObjec&]]>")),
    "a prefix declared in an object": entry_with(b'<x:Slot xmlns:x="%s" name="URI"/>' % RIM),
    "a title in two languages": entry_with(
        b'<rim:Name><rim:LocalizedString charset="UTF8" xml:lang="FR" value="A"/>'
        b'<rim:LocalizedString charset="UTF8" xml:lang="BR" value="B"/></rim:Name>'
    ),
}


@pytest.mark.parametrize("case", READ_AT_ONCE)
def test_usual_forms_are_read_at_once_whatever_their_formatting(case):
    said = read_at_once(READ_AT_ONCE[case])
    assert said is not None
    assert said == from_tree(READ_AT_ONCE[case])


LEFT = {
    "a DOCTYPE": EXAMPLE.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY e "x">]>', 1),
    "a comment that holds a list": EXAMPLE.replace(b"<query:", b"<!--<rim:RegistryObjectList>--><query:", 1),
    "an instruction": EXAMPLE.replace(b"<query:", b"<?a b?><query:", 1),
    "a comment between objects": EXAMPLE.replace(b"</rim:ExtrinsicObject>", b"</rim:ExtrinsicObject><!--x-->"),
    "UTF-16": EXAMPLE.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 without a mark": EXAMPLE.decode().replace("UTF-8", "UTF-16LE").encode("utf-16-le"),
    "another encoding": EXAMPLE.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "bytes that are not UTF-8": EXAMPLE.decode().encode("latin-1"),
    "an encoding that lies": EXAMPLE.replace(b"UTF-8", b"ISO-8859-1"),
    "a byte order mark": b"\xef\xbb\xbf" + EXAMPLE,
    "an undeclared prefix": EXAMPLE.replace(b'xmlns:rim="%s"' % RIM, b""),
    "an undeclared prefix on an attribute": EXAMPLE.replace(b"<rim:VersionInfo ", b'<rim:VersionInfo x:y="1" '),
    "an undeclared prefix on an object": EXAMPLE.replace(b"<rim:ExtrinsicObject ", b'<rim:ExtrinsicObject x:y="1" '),
    "an attribute twice": EXAMPLE.replace(b'versionName="1"', b'versionName="1" versionName="2"'),
    "an attribute twice on a slot": EXAMPLE.replace(b'name="hash"', b'name="hash" name="URI"'),
    "< in an attribute": EXAMPLE.replace(b'versionName="1"', b'versionName="<"'),
    "a control character": EXAMPLE.replace(b"MARTIN", b"MAR\x01TIN"),
    "an unknown entity": EXAMPLE.replace(b"MARTIN", b"&martin;"),
    "]]> in a text": EXAMPLE.replace(b"MARTIN", b"]]>"),
    "end tags crossed": EXAMPLE.replace(b"</rim:Value></rim:ValueList>", b"</rim:ValueList></rim:Value>", 1),
    "another namespace": EXAMPLE.replace(RIM, b"urn:x"),
    "a list in a list": EXAMPLE.replace(
        b"<rim:RegistryObjectList>", b"<rim:RegistryObjectList><rim:RegistryObjectList/>"
    ),
    "two lists": EXAMPLE.replace(
        b"</rim:RegistryObjectList>", b"</rim:RegistryObjectList><rim:RegistryObjectList>x</rim:RegistryObjectList>"
    ),
    "an end tag in a comment": entry_with(b"<!-- </rim:ExtrinsicObject> -->"),
    "an object in an object": entry_with(b'<rim:ExtrinsicObject id="f"></rim:ExtrinsicObject>'),
    "another object": EXAMPLE.replace(b"<rim:RegistryObjectList>", b'<rim:RegistryObjectList><rim:Person id="p"/>'),
    "white space kept": EXAMPLE.replace(b"<rim:RegistryObjectList>", b'<rim:RegistryObjectList xml:space="preserve">'),
    "an xml:id": EXAMPLE.replace(b"<rim:ExtrinsicObject ", b'<rim:ExtrinsicObject xml:id="a" '),
    "an unknown status": EXAMPLE.replace(b"ResponseStatusType:Success", b"x"),
    "cut": EXAMPLE[:-40],
    "no envelope": b"<rim:RegistryObjectList xmlns:rim='%s'>x</rim:RegistryObjectList>" % RIM,
    "nothing": b"",
    "two names only": b"RegistryObjectList" * 2,
}


@pytest.mark.parametrize("case", LEFT)
def test_nothing_is_said_of_any_other_form(case):
    assert read_at_once(LEFT[case]) is None


@pytest.mark.parametrize(
    "case", ["an unknown entity", "end tags crossed", "an attribute twice", "a DOCTYPE", "an unknown status"]
)
def test_what_is_refused_is_refused_as_the_tree_refuses_it(case):
    with pytest.raises(MalformedMessage) as by_tree:
        from_tree(LEFT[case])
    with pytest.raises(MalformedMessage) as refused:
        td3_1.read(HttpResponse(200, "application/soap+xml", LEFT[case]))
    assert (refused.value.code, refused.value.received) == (by_tree.value.code, by_tree.value.received)


SMALL = entry_with(
    slot(b"URI", b"a&amp;b")
    + slot(b"size", b"1", b"2")
    + CODE % (b"1", b"x")
    + b'<rim:Classification classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d">'
    + slot(b"authorPerson", b"p")
    + b"</rim:Classification>"
    + b'<rim:ExternalIdentifier identificationScheme="urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab" value="u"><rim:Name>'
    b'<rim:LocalizedString value="l"/></rim:Name></rim:ExternalIdentifier>',
    b' lid="f"',
)


def spoken(mutants):
    """How many of them are read at once; each as from its tree."""
    said = [(mutant, read_at_once(mutant)) for mutant in mutants]
    read = [(mutant, answer) for mutant, answer in said if answer is not None]
    for mutant, answer in read:
        assert answer == from_tree(mutant), mutant
    return len(read)


def test_every_byte_mutated_says_the_same_as_the_tree_or_nothing():
    marks = (b"", b"<", b">", b'"', b"&", b"'", b"/", b" ", b"\0", b"\r", b"\xe9", b"z")
    places = range(len(SMALL))
    assert spoken(SMALL[:place] + mark + SMALL[place + 1 :] for place in places for mark in marks) > len(SMALL)


def test_whatever_is_inserted_between_tags_says_the_same_as_the_tree_or_nothing():
    inserted = (
        *(
            b"<!--x-->",
            b"<![CDATA[x]]>",
            b"<?x y?>",
            b"x",
            b"&#32;",
            b" \r\n",
            b"<x/>",
            b"<rim:Value/>",
            b"<rim:Value>x</rim:Value>",
        ),
        *(
            slot(b"hash", b"1"),
            b'<rim:ObjectRef id="r"/>',
            b'<rim:VersionInfo versionName="2"/>',
            b"<rim:Name/>",
            b"</rim:Slot>",
        ),
        *(b"<rim:RegistryObjectList/>", b"<rim:RegistryObjectList>", b"</rim:RegistryObjectList>", b"]]>"),
    )
    places = [
        place for place in range(1, len(SMALL)) if SMALL[place : place + 1] == b"<" or SMALL[place - 1 : place] == b">"
    ]
    assert spoken(SMALL[:place] + text + SMALL[place:] for place in places for text in inserted) > len(places)


def test_whatever_is_taken_away_between_tags_says_the_same_as_the_tree_or_nothing():
    places = [place for place in range(len(SMALL)) if SMALL[place : place + 1] == b"<"]
    cut = (SMALL[:start] + SMALL[end:] for start in places for end in places if start < end)
    assert spoken(cut) > 5
