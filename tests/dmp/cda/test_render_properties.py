"""Whatever tree of elements a narrative is made of, the page is inert and no word of the author is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support.cda_documents import structured
from support.safe_html import assert_inert, words
from tramontane.dmp import cda
from tramontane.dmp.cda.narrative import _RULES

HL7 = "urn:hl7-org:v3"
XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
NAMES = [*sorted(_RULES), "script", "style", "img", "a", "svg", "iframe", "form", "inconnu", "section", "text", "title"]
ATTRIBUTES = [
    "ID",
    "IDREF",
    "href",
    "src",
    "onclick",
    "onerror",
    "style",
    "styleCode",
    "class",
    "id",
    "referencedObject",
]
ATTRIBUTES += ["align", "colspan", "rowspan", "listType", "revised", "xmlfoo", "srcdoc", "formaction"]
VALUES = ["javascript:alert(1)", "#x", "x", '"><script>alert(1)</script>', "Bold", "data:text/html,x", "9", "a b", ""]

_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
_attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), st.one_of(st.sampled_from(VALUES), _text), max_size=4)


def _element(children: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(
        st.sampled_from([HL7, XHTML, SVG, ""]), st.sampled_from(NAMES), _attributes, _text, st.lists(children, max_size=4), _text
    )  # fmt: skip


_tree = st.recursive(
    st.tuples(st.just(HL7), st.sampled_from(NAMES), _attributes, _text, st.just([]), _text), _element, max_leaves=25
)


def _make(description) -> etree._Element:
    namespace, name, attributes, text, children, tail = description
    made = etree.Element(f"{{{namespace}}}{name}" if namespace else name)
    for key, value in attributes.items():
        made.set(key, value.translate({0xFFFE: None, 0xFFFF: None}))
    made.text = text.translate({0xFFFE: None, 0xFFFF: None})
    made.tail = tail.translate({0xFFFE: None, 0xFFFF: None})
    made.extend(_make(child) for child in children)
    return made


@settings(max_examples=250, deadline=None)
@given(st.lists(_tree, max_size=4))
def test_any_narrative_gives_an_inert_page(trees):
    narrative = "".join(etree.tostring(_make(tree), encoding="unicode") for tree in trees)
    rendered = cda.render(structured(narrative))
    assert rendered.kind is cda.Kind.STRUCTURED
    assert_inert(rendered.html)


_word = st.text("abcdefghij", min_size=3, max_size=8)
_inline = st.recursive(
    _word,
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{' '.join(parts)}</{name}>",
        st.sampled_from(["content", "paragraph", "sub", "sup", "inconnu", "linkHtml", "footnote"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(st.lists(_inline, min_size=1, max_size=4))
def test_every_word_of_the_author_is_on_the_page(parts):
    narrative = " ".join(parts)
    said = etree.fromstring(f"<x>{narrative}</x>").itertext()
    shown = words(cda.render(structured(narrative)).html)
    for word in " ".join(said).split():
        assert word in shown


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_inert_page(data):
    assert_inert(cda.render(data).html)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 10_000))
def test_a_document_damaged_anywhere_gives_an_inert_page(noise, position):
    document = structured('<table><tr><td colspan="2" ID="a">x</td></tr></table><linkHtml href="#a">y</linkHtml>')
    position %= len(document)
    assert_inert(cda.render(document[:position] + noise + document[position + len(noise) :]).html)
