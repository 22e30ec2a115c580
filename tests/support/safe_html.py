"""Judges a rendered page without the renderer's code: what a page of ours may hold, written down a second time.

Both parsers must agree: libxml2's HTML parser, and a plain search for what a browser would act upon.
"""

from __future__ import annotations

import base64
import hashlib
import re

from lxml import html

PAGE = {"html", "head", "body", "meta", "title", "style"}
CONTENT = {
    "a",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "img",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
}
ATTRIBUTES = {
    "alt",
    "aria-label",
    "class",
    "colspan",
    "download",
    "href",
    "id",
    "lang",
    "role",
    "rowspan",
    "scope",
    "src",
    "tabindex",
}
META = {"charset", "content", "http-equiv", "name"}
POLICY = "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'"
IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=]*")
FILE = re.compile(r"data:application/(pdf|octet-stream);base64,[A-Za-z0-9+/=]*")
ANCHOR = re.compile(r"#[a-z0-9-]+")
CLASS = re.compile(r"[a-z-]+( [a-z-]+)*")


def assert_inert(page: str) -> html.HtmlElement:
    """Fail unless the page holds allowed elements, attributes and addresses only. Gives the parsed page."""
    assert page.startswith("<!DOCTYPE html>")
    root = html.document_fromstring(page)
    for element in root.iter():
        assert isinstance(element.tag, str), "neither comment nor processing instruction"
        assert element.tag in PAGE | CONTENT, f"<{element.tag}>"
        allowed = META if element.tag == "meta" else ATTRIBUTES
        for name, value in element.attrib.items():
            assert name in allowed, f"<{element.tag} {name}>"
            _assert_value(element.tag, name, value)
        if element.tag == "a":
            assert ("download" in element.attrib) == element.get("href").startswith("data:")
    _assert_policy(root)
    _assert_markup(page)
    return root


def _assert_value(tag: str, name: str, value: str) -> None:
    if name == "src":
        assert IMAGE.fullmatch(value), value[:80]
    elif name == "href":
        assert FILE.fullmatch(value) or ANCHOR.fullmatch(value), value[:80]
    elif name == "class":
        assert CLASS.fullmatch(value), value
    elif name == "id":
        assert re.fullmatch(r"(ref|note)-\d+", value), value
    elif name == "http-equiv":
        assert (tag, value) == ("meta", "Content-Security-Policy")


def _assert_policy(root: html.HtmlElement) -> None:
    styles = root.findall(".//style")
    assert len(styles) == 1
    assert styles[0].getparent().tag == "head"
    css = styles[0].text
    assert "url(" not in css
    assert "@import" not in css
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policies = [meta.get("content") for meta in root.findall(".//meta[@http-equiv]")]
    assert policies == [POLICY.format(digest)]


def _assert_markup(page: str) -> None:
    """Every `<` of the body opens or closes an element we know: nothing hides from the parser above."""
    body = page[page.index("<body>") :]
    for found in re.finditer(r"<(/?)([^\s>/]*)", body):
        assert found[2] in CONTENT | {"body", "html"}, found[0]
    inside_tags = re.findall(r"<[^>]*>", body)
    assert not [tag for tag in inside_tags if re.search(r"\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', tag))]


def words(page: str) -> str:
    """What the reader reads: text of the body, blanks collapsed."""
    spaced = re.sub(r"(</(?:dt|dd|p|h\d|li|td|th|header)>)", r"\1 ", page)
    return " ".join(html.document_fromstring(spaced).find("body").text_content().split())
