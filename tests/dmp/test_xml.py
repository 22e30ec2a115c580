"""The one parser: what it never opens, and how much it may build for a sender nobody knows yet."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from lxml import etree

from support.floods import ENVELOPE_BYTES, floods
from support.messages import message
from support.vihf_forgery import envelope, failed_codes, judge
from tramontane.dmp import soap
from tramontane.dmp.errors import MalformedMessage
from tramontane.dmp.transactions import td3_1
from tramontane.dmp.transactions.exchange import HttpResponse
from tramontane.dmp.xds.stream import read_in_slices
from tramontane.dmp.xds.writers import write_objects
from tramontane.dmp.xml import ENVELOPE_MARKUP, markup, parse, parse_bounded, parse_lean

READERS: dict[str, Callable[[bytes], object]] = {
    "parse": parse,
    "parse, large": lambda data: parse(data, large=True),
    "parse_bounded": parse_bounded,
    "parse_lean": parse_lean,
    "in slices": read_in_slices,
    "an envelope": soap.read_envelope,
}


@pytest.mark.parametrize("reader", READERS)
def test_an_external_dtd_is_never_opened(reader: str, tmp_path: Path):
    """Opened, a file that is no DTD would be refused for its content; a DTD would give the attribute its default."""
    secret = tmp_path / "secret.txt"
    answer = message("td31_response.xml").partition(b"?>")[2]
    for content in ("root:x:0:0", '<!ATTLIST x y CDATA "z">'):
        secret.write_text(content, encoding="utf-8")
        with pytest.raises(MalformedMessage) as refused:
            READERS[reader](f'<!DOCTYPE x SYSTEM "{secret.as_uri()}">'.encode() + answer)
        assert refused.value.code == "xml-doctype"


def _built(root: etree._Element) -> tuple[int, int]:
    """Nodes, and attributes with namespace declarations, that a tree holds."""
    nodes = list(root.iter())
    elements = [node for node in nodes if isinstance(node.tag, str)]
    declared = sum(len(set(element.nsmap.items()) - set(_above(element))) for element in elements)
    return len(nodes), sum(len(element.attrib) for element in elements) + declared


def _above(element: etree._Element) -> list[tuple[str | None, str]]:
    parent = element.getparent()
    return [] if parent is None else list(parent.nsmap.items())


@pytest.mark.parametrize(
    "content",
    [
        "<a><b x='1' y = '2'/><!-- c --><?pi d?><e xmlns='u' xmlns:f='v'><f:g f:h='&lt;'/></e>text &lt; = text</a>",
        "<a>" + "<b></b>" * 50 + "<![CDATA[<<<===]]></a>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp037", "utf-7", "iso-8859-1"])
def test_the_bytes_hold_at_least_as_much_as_the_tree(content: str, encoding: str):
    declared = "utf-16" if encoding.startswith("utf-16") else encoding.replace("cp037", "IBM037")
    data = f'<?xml version="1.0" encoding="{declared}"?>{content}'.encode(encoding)
    counted, (nodes, attributes) = markup(data), _built(etree.fromstring(content))
    assert counted.tags >= nodes
    assert counted.attributes >= attributes


@pytest.mark.parametrize("declaration", ['<?xml version="1.0" encoding="IBM037"?>', '<?xml version="1.0"' + " " * 300])
def test_markup_that_cannot_be_counted_is_limited_by_its_size(declaration: str):
    data = declaration.encode() + b"L" * (ENVELOPE_MARKUP.tags * 4)
    assert markup(data).tags > ENVELOPE_MARKUP.tags


def test_the_densest_legitimate_envelope_is_well_within():
    """Our own metadata, without indentation, up to the size an envelope may have."""
    found = td3_1.read(HttpResponse(200, "application/soap+xml", message("td31_response.xml")))
    entry = write_objects(found.document_entries).encode()
    counted = markup(entry * (ENVELOPE_BYTES // len(entry)))
    assert counted.tags < ENVELOPE_MARKUP.tags * 0.9
    assert counted.attributes < ENVELOPE_MARKUP.attributes * 0.9


@pytest.mark.parametrize("unit", [b"<x/>", b"<x></x>", b"<!---->", b"<?x?>", b'<x a="" b=""/>'])
def test_a_flood_of_markup_is_refused_before_it_is_parsed(unit: bytes, monkeypatch: pytest.MonkeyPatch):
    data = envelope().replace(b"<soap:Body>", b"<soap:Body>" + unit * 41_000)
    assert failed_codes(judge(data)) == ["taille"]
    monkeypatch.setattr(etree, "fromstring", None)
    with pytest.raises(MalformedMessage) as refused:
        soap.read_envelope(data)
    assert refused.value.code == "xml-trop-de-balises"


def test_a_flood_just_within_the_limits_is_read():
    data = dict(islice(floods(envelope()), 2))["empty elements, body"]
    assert ENVELOPE_MARKUP.tags - markup(data).tags < 5
    assert judge(data).accepted
    assert soap.read_envelope(data).body is not None


def test_the_floods_of_the_benchmark_are_as_large_as_the_limits_allow():
    for name, data in floods(envelope()):
        counted = markup(data)
        full = (
            counted.tags / ENVELOPE_MARKUP.tags,
            counted.attributes / ENVELOPE_MARKUP.attributes,
            len(data) / ENVELOPE_BYTES,
        )
        assert 0.95 < max(full) <= 1, name


def test_prefixes_in_scope_of_the_header_are_counted_before_it_is_written():
    """Writing an element costs the square of the declarations around it: 4 s for 60,000 of them."""

    def declaring(count: int) -> bytes:
        declared = "".join(f'xmlns:p{rank}="u" ' for rank in range(count)).encode()
        return envelope().replace(b"<soap:Envelope ", b"<soap:Envelope " + declared)

    assert judge(declaring(200)).accepted
    verification = judge(declaring(300))
    assert failed_codes(verification) == ["limites"]
    assert "préfixes" in next(verdict.received for verdict in verification.verdicts if verdict.code == "limites")
