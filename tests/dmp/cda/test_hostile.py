"""Hostile documents: whatever they hold, the page holds nothing active. Judged by `support.safe_html` alone."""

from __future__ import annotations

import gzip
import subprocess
import zlib
from functools import cache

import pytest

from support.cda_documents import NS, PDF, PNG, headed, media, structured, unstructured
from support.safe_html import assert_inert, words
from tramontane.dmp import cda
from tramontane.dmp.cda import Kind

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
SVG = 'xmlns="http://www.w3.org/2000/svg"'
ALERT = "document.title='PIRATE'"

NARRATIVES = {
    "script": f"<script>{ALERT}</script>",
    "script of xhtml": f"<script {XHTML}>{ALERT}</script>",
    "script, escaped": f"&lt;script&gt;{ALERT}&lt;/script&gt;",
    "script, escaped twice": f"&amp;lt;script&amp;gt;{ALERT}",
    "script in CDATA": f"<paragraph><![CDATA[<script>{ALERT}</script>]]></paragraph>",
    "script in upper case": f"<SCRIPT>{ALERT}</SCRIPT>",
    "script with a prefix": f'<x:script xmlns:x="urn:hl7-org:v3">{ALERT}</x:script>',
    "image with handler": f'<img src="x" onerror="{ALERT}"/>',
    "image of xhtml with handler": f'<img {XHTML} src="x" onerror="{ALERT}"/>',
    "svg": f'<svg {SVG} onload="{ALERT}"><script>{ALERT}</script></svg>',
    "svg with foreign object": f'<svg {SVG}><foreignObject><body {XHTML} onload="{ALERT}"/></foreignObject></svg>',
    "math": f'<math xmlns="http://www.w3.org/1998/Math/MathML"><maction actiontype="statusline">{ALERT}</maction></math>',
    "iframe": '<iframe src="https://example.invalid/"/>',
    "iframe with srcdoc": f'<iframe {XHTML} srcdoc="&lt;script&gt;{ALERT}&lt;/script&gt;"/>',
    "object": '<object data="javascript:alert(1)"/>',
    "embed": f'<embed {XHTML} src="data:image/svg+xml;base64,AAAA"/>',
    "form": f'<form {XHTML} action="https://example.invalid/"><input name="p" autofocus="" onfocus="{ALERT}"/></form>',
    "meta refresh": f'<meta {XHTML} http-equiv="refresh" content="0;url=https://example.invalid/"/>',
    "base": f'<base {XHTML} href="https://example.invalid/"/>',
    "link to a style sheet": f'<link {XHTML} rel="stylesheet" href="https://example.invalid/x.css"/>',
    "style": "<style>@import 'https://example.invalid/x.css'; body{background:url(https://example.invalid/)}</style>",
    "style that closes itself": f"<style>&lt;/style&gt;&lt;script&gt;{ALERT}&lt;/script&gt;</style>",
    "template": f"<template {XHTML}><img src='x' onerror=\"{ALERT}\"/></template>",
    "noscript": f'<noscript {XHTML}><p title="&lt;/noscript&gt;&lt;img src=x onerror={ALERT}&gt;"/></noscript>',
    "javascript link": '<linkHtml href="javascript:alert(1)">cliquez</linkHtml>',
    "javascript link in disguise": '<linkHtml href=" &#9;java&#10;script:alert(1)">cliquez</linkHtml>',
    "vbscript link": '<linkHtml href="vbscript:msgbox(1)">cliquez</linkHtml>',
    "data link": '<linkHtml href="data:text/html;base64,PHNjcmlwdD4=">cliquez</linkHtml>',
    "data link to a pdf": '<linkHtml href="data:application/pdf;base64,JVBERi0=">cliquez</linkHtml>',
    "external link": '<linkHtml href="https://example.invalid/?id=1">cliquez</linkHtml>',
    "external link without scheme": '<linkHtml href="//example.invalid/">cliquez</linkHtml>',
    "link with quotes": f'<linkHtml href="#&quot; onclick=&quot;{ALERT}">cliquez</linkHtml>',
    "link to nowhere": '<linkHtml href="#absent">cliquez</linkHtml>',
    "link without address": "<linkHtml>cliquez</linkHtml>",
    "anchor of xhtml": f'<a {XHTML} href="javascript:alert(1)" onclick="{ALERT}">cliquez</a>',
    "hostile identifier": f'<content ID="x&quot; onmouseover=&quot;{ALERT}">texte</content>',
    "identifier that clobbers": '<content ID="body">texte</content><content ID="getElementById">texte</content>',
    "hostile style code": f'<content styleCode="Bold&quot; onmouseover=&quot;{ALERT}">texte</content>',
    "style code that is a style": '<content styleCode="background:url(https://example.invalid/)">texte</content>',
    "handler on content": f'<content onclick="{ALERT}" style="position:fixed">texte</content>',
    "handler on table": f'<table onmouseover="{ALERT}" style="x" background="https://example.invalid/"><tr><td>a</td></tr></table>',
    "hostile span of cells": f'<table><tr><td colspan="2&quot; onclick=&quot;{ALERT}" rowspan="-1">a</td></tr></table>',
    "enormous span of cells": '<table><tr><td colspan="9999" rowspan="99999999999">a</td></tr></table>',
    "script in a table": f"<table><script>{ALERT}</script><tr><script>{ALERT}</script><td>a</td></tr></table>",
    "script in a caption": f"<table><caption><script>{ALERT}</script>légende</caption><tr><td>a</td></tr></table>",
    "script in a list": f"<list><script>{ALERT}</script><item>a</item></list>",
    "script in a footnote": f"<footnote><script>{ALERT}</script>note</footnote>",
    "hostile caption of an image": f'<renderMultiMedia referencedObject="x"><caption>&quot;&gt;&lt;script&gt;{ALERT}</caption></renderMultiMedia>',
    "comment that closes": f"<paragraph>a<!-- -&gt;<script>{ALERT}</script> -->b</paragraph>",
    "conditional comment": f"<!--[if IE]><script>{ALERT}</script><![endif]-->texte",
    "processing instruction": f"<?php echo '<script>{ALERT}</script>' ?>texte",
    "xml-stylesheet": '<?xml-stylesheet href="javascript:alert(1)"?>texte',
    "unknown element that hides one": f"<inconnu><inconnu><img {XHTML} src='x' onerror=\"{ALERT}\"/></inconnu></inconnu>",
    "paragraph in a list in a paragraph": "<paragraph><list><item><paragraph>a</paragraph></item></list></paragraph>",
    "bidirectional override": "<paragraph>10\u202e mg\u202c</paragraph>",
    "XInclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    "section inside a text": "<section><title>cachée</title><text>texte</text></section>",
    "mutation by plaintext": f"<plaintext><paragraph>{ALERT}</paragraph></plaintext>",
    "mutation by nested paragraphs": '<sup><table><tr><td><paragraph title="&lt;/p&gt;&lt;img src=x onerror=a()&gt;"/></td></tr></table></sup>',
    "textarea": f"<textarea {XHTML}>&lt;/textarea&gt;&lt;script&gt;{ALERT}&lt;/script&gt;</textarea>",
}

HEADERS = {
    "title": f"<title>&lt;/title&gt;&lt;script&gt;{ALERT}&lt;/script&gt;</title>",
    "title with markup": f"<title>a<script>{ALERT}</script>b</title>",
    "author": f"<author><assignedAuthor><assignedPerson><name><family>&lt;img src=x onerror={ALERT}&gt;</family></name></assignedPerson></assignedAuthor></author>",
    "custodian": f"<custodian><assignedCustodian><representedCustodianOrganization><name>&lt;script&gt;{ALERT}</name></representedCustodianOrganization></assignedCustodian></custodian>",
    "type": f'<code code="x" displayName="&lt;script&gt;{ALERT}" codeSystem="1"/>',
    "date": f'<effectiveTime value="&lt;script&gt;{ALERT}"/>',
    "impossible date": '<effectiveTime value="20269999999999+9999"/>',
    "identifier": f'<id root="&quot;&gt;&lt;script&gt;{ALERT}"/>',
    "confidentiality": f'<confidentialityCode code="&lt;script&gt;{ALERT}"/>',
    "version": '<versionNumber value="99999999999999999999999999"/>',
    "replaced": f'<relatedDocument typeCode="RPLC"><parentDocument><id root="&lt;script&gt;{ALERT}"/></parentDocument></relatedDocument>',
    "nothing": "",
}

SVG_FILE = f'<svg {SVG} onload="{ALERT}"/>'.encode()
HTML_FILE = f"<html><script>{ALERT}</script></html>".encode()
BOMB = gzip.compress(b"\0" * 120_000_000, 9)

FILES = {
    "html as html": unstructured(HTML_FILE, "text/html"),
    "html as pdf": unstructured(HTML_FILE),
    "html as text": unstructured(HTML_FILE, "text/plain"),
    "html as image": unstructured(HTML_FILE, "image/png"),
    "svg as svg": unstructured(SVG_FILE, "image/svg+xml"),
    "svg as png": unstructured(SVG_FILE, "image/png"),
    "pdf as image": unstructured(PDF, "image/png"),
    "png as pdf": unstructured(PNG, "application/pdf"),
    "hostile media type": unstructured(PDF, "application/pdf&quot; onload=&quot;x"),
    "executable": unstructured(b"MZ\x90\x00\x03", "application/x-msdownload"),
    "not base64": unstructured("****", "application/pdf", ' representation="B64"'),
    "truncated base64": unstructured("QUJDR", "application/pdf", ' representation="B64"'),
    "markup in base64": unstructured(f"QUJD<script>{ALERT}</script>", "application/pdf", ' representation="B64"'),
    "binary text": unstructured(b"a\x00\x01\x02\x1b[31mb", "text/plain"),
    "control characters in a text": unstructured(b"a\x01\x02\x1b[31mb", "text/plain"),
    "text of windows-1252": unstructured("été".encode("cp1252"), "text/plain"),
    "gzip bomb": unstructured(BOMB, "application/pdf", ' compression="GZ"'),
    "cut gzip": unstructured(gzip.compress(PDF)[:-9], "application/pdf", ' compression="GZ"'),
    "false gzip": unstructured(PDF, "application/pdf", ' compression="GZ"'),
    "unknown compression": unstructured(PDF, "application/pdf", ' compression="Z"'),
    "external reference": unstructured('<reference value="file:///etc/passwd"/>', "application/pdf"),
    "nothing": unstructured("", "application/pdf"),
}

DEEP = "<content>" * 120 + "profond<script>x</script>" + "</content>" * 120
BRUTAL = {
    "empty": b"",
    "not xml": b"%PDF-1.4 pas du XML",
    "html": f"<html><body><script>{ALERT}</script></body></html>".encode(),
    "cut": structured("<paragraph>a</paragraph>")[:-30],
    "doctype": b"<!DOCTYPE ClinicalDocument>" + structured("a"),
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + structured("&x;"),
    "billion laughs": b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + structured("&b;"),
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "https://example.invalid/x.dtd"> %x;]>' + structured("a"),
    "undefined entity": structured("&nbsp;"),
    "utf-16": structured(f"<script>{ALERT}</script>é", prolog='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16"),
    "utf-16 doctype": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?>' + structured("+ADw-script+AD4-"),
    "lying encoding": b'<?xml version="1.0" encoding="ascii"?>' + structured("é"),
    "nul bytes": structured("a").replace(b"Document<", b"Doc\x00ument<"),
    "deep content": structured(DEEP),
    "deeper than the parser": structured("<content>" * 5000 + "</content>" * 5000),
    "deep unknown elements": structured("<inconnu>" * 120 + "profond" + "</inconnu>" * 120),
    "deep lists": structured("<list><item>" * 100 + "profond" + "</item></list>" * 100),
    "huge table": structured("<table>" + "<tr><td>x</td></tr>" * 90_000 + "</table>"),
    "too many elements": structured("<br/>" * 1_100_000),
    # The cost of each of these is the square of its size for a program that counts, or copies, at each step.
    "many brothers deep down": structured("<content>" * 40 + "<br/>" * 400_000 + "</content>" * 40),
    "many comments between letters": structured("<paragraph>" + "a<!-- -->" * 400_000 + "</paragraph>"),
    "many identifiers": structured("".join(f'<content ID="i{rank}"/>' for rank in range(100_000))),
    "many footnotes": structured("<footnote>a</footnote>" * 50_000),
    "many sections": structured(
        "a</text></section></component>" + "<component><section><text>b</text></section></component>" * 30_000
        + "<component><section><text>c"
    ),
    "many rows too deep": structured("<content>" * 47 + "<table>" + "<tr><td>a</td></tr>" * 30_000 + "</table>" + "</content>" * 47),
    "many style codes": structured('<content styleCode="' + "Bold " * 500_000 + '">a</content>'),
    "many images of one element": structured('<renderMultiMedia referencedObject="' + "x " * 500_000 + '"/>'),
    "many attributes": structured("<content " + " ".join(f'a{rank}="1"' for rank in range(100_000)) + "/>"),
    "two documents in a style sheet": (
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">' + structured("a") * 2 + b"</xsl:stylesheet>"
    ),
    "style sheet that presents itself": (
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><script>x</script>'
        b"</xsl:template>" + structured("<paragraph>présenté</paragraph>") + b"</xsl:stylesheet>"
    ),
    "another namespace": b"<ClinicalDocument><title>x</title></ClinicalDocument>",
    "processing instructions around": b'<?xml-stylesheet href="javascript:alert(1)"?>' + structured("a"),
    "no body": f"<ClinicalDocument {NS}/>".encode(),
    "two bodies": f"<ClinicalDocument {NS}><component><nonXMLBody><text>a</text></nonXMLBody></component><component><structuredBody/></component></ClinicalDocument>".encode(),
}  # fmt: skip


@cache
def corpus() -> dict[str, bytes]:
    """Every hostile document, by a name that tells what it tries."""
    return {
        **{f"narrative: {name}": structured(narrative) for name, narrative in NARRATIVES.items()},
        **{f"section title: {name}": structured("a", title=header) for name, header in SECTION_TITLES.items()},
        **{f"header: {name}": headed(header) for name, header in HEADERS.items()},
        **{f"file: {name}": document for name, document in FILES.items()},
        **{f"image: {name}": document for name, document in IMAGES.items()},
        **{f"document: {name}": document for name, document in BRUTAL.items()},
    }


SECTION_TITLES = {
    "escaped script": f"&lt;script&gt;{ALERT}&lt;/script&gt;",
    "script": f"<script>{ALERT}</script>",
}
SHOW = '<renderMultiMedia referencedObject="i"><caption>légende</caption></renderMultiMedia>'
IMAGES = {
    "svg": structured(SHOW, entries=media("i", SVG_FILE, "image/svg+xml")),
    "svg as png": structured(SHOW, entries=media("i", SVG_FILE)),
    "html as gif": structured(SHOW, entries=media("i", HTML_FILE, "image/gif")),
    "gif with a script after its header": structured(SHOW, entries=media("i", b"GIF89a/*" + HTML_FILE, "image/gif")),
    "external": structured(
        SHOW,
        entries='<entry><observationMedia ID="i"><value mediaType="image/png">'
        '<reference value="https://example.invalid/x.png"/></value></observationMedia></entry>',
    ),
    "without value": structured(SHOW, entries='<entry><observationMedia ID="i"/></entry>'),
    "not base64": structured(SHOW, entries=media("i", PNG).replace("iVBOR", "****")),
    "absent": structured(SHOW),
    "without reference": structured("<renderMultiMedia/>"),
    "repeated until the page is too big": structured(SHOW * 50, entries=media("i", PNG + b"\0" * 1_000_000)),
}


def test_the_corpus_is_large_enough():
    assert len(corpus()) >= 120


@pytest.mark.parametrize("name", NARRATIVES)
def test_a_hostile_narrative_is_shown_as_a_document_not_set_aside(name):
    assert cda.render(structured(NARRATIVES[name])).kind is Kind.STRUCTURED


@pytest.mark.parametrize("name", corpus())
def test_a_hostile_document_gives_an_inert_page(name):
    rendered = cda.render(corpus()[name])
    assert_inert(rendered.html)
    if rendered.kind is Kind.UNREADABLE:
        assert rendered.reason
        assert [download.mime for download in rendered.downloads] == ["application/octet-stream"]


@pytest.mark.parametrize("name", ["many style codes", "many images of one element", "many attributes"])
def test_a_long_attribute_does_not_make_a_long_page(name):
    assert len(cda.render(BRUTAL[name]).html) < 10_000


def test_letters_cut_by_comments_are_one_word():
    assert "a" * 400_000 in cda.render(BRUTAL["many comments between letters"]).html


@pytest.mark.parametrize(
    "name", [name for name in NARRATIVES if name.startswith(("script", "svg", "style", "iframe", "noscript"))]
)
def test_code_is_not_even_shown_as_text_unless_the_author_wrote_it_as_text(name):
    shown = words(cda.render(structured(NARRATIVES[name])).html)
    assert (ALERT in shown) == ("escaped" in name or "CDATA" in name)


@pytest.mark.parametrize(
    "name",
    [
        "empty",
        "not xml",
        "html",
        "cut",
        "doctype",
        "external entity",
        "billion laughs",
        "undefined entity",
        "utf-16 doctype",
        "utf-7",
        "lying encoding",
        "nul bytes",
        "deeper than the parser",
        "too many elements",
        "two documents in a style sheet",
        "another namespace",
    ],
)
def test_a_document_that_cannot_be_read_is_offered_whole_and_says_why(name):
    rendered = cda.render(BRUTAL[name])
    assert rendered.kind is Kind.UNREADABLE
    assert rendered.downloads[0].data == BRUTAL[name]
    assert rendered.reason in words(rendered.html)


def test_the_words_of_an_utf_16_document_are_read_and_its_script_is_not():
    shown = words(cda.render(BRUTAL["utf-16"]).html)
    assert "é" in shown
    assert ALERT not in shown


@pytest.mark.parametrize("name", ["deep content", "deep unknown elements", "deep lists"])
def test_words_too_deep_for_their_layout_are_still_shown(name):
    rendered = cda.render(BRUTAL[name])
    assert "profond" in words(rendered.html)
    assert ">x<" not in rendered.html


def test_a_table_too_long_is_cut_and_the_reader_is_told():
    rendered = cda.render(BRUTAL["huge table"])
    assert any("trop long" in notice for notice in rendered.notices)
    assert "trop long" in words(rendered.html)


def test_a_compression_bomb_is_never_inflated_beyond_its_limit():
    assert len(BOMB) < 200_000
    rendered = cda.render(FILES["gzip bomb"])
    assert rendered.kind is Kind.UNREADABLE
    assert rendered.downloads[0].data == FILES["gzip bomb"]


@pytest.mark.parametrize(("algorithm", "compress"), [("GZ", gzip.compress), ("ZL", zlib.compress)])
def test_an_honest_compressed_file_is_read(algorithm, compress):
    document = unstructured(compress(PDF), "application/pdf", f' compression="{algorithm}"')
    assert cda.extract(document).data == PDF


@pytest.mark.parametrize(
    "name", ["html as pdf", "svg as png", "pdf as image", "png as pdf", "executable", "svg as svg"]
)
def test_a_file_that_lies_is_offered_as_bytes_that_nothing_opens(name):
    rendered = cda.render(FILES[name])
    assert rendered.kind is Kind.FILE
    assert [(download.name, download.mime) for download in rendered.downloads] == [
        ("document.bin", "application/octet-stream")
    ]


def test_an_image_repeated_many_times_does_not_grow_the_page_without_limit():
    page = cda.render(IMAGES["repeated until the page is too big"]).html
    assert 20_000_000 < len(page) < 45_000_000
    assert "[Image non affichée]" in page


def test_the_bidirectional_override_that_swaps_a_dose_is_gone():
    assert "10 mg" in words(cda.render(structured(NARRATIVES["bidirectional override"])).html)


@pytest.mark.needs("chromium")
def test_a_browser_that_opens_every_narrative_at_once_runs_nothing(tmp_path):
    document = structured("".join(f"<paragraph>{narrative}</paragraph>" for narrative in NARRATIVES.values()))
    page = tmp_path / "page.html"
    # The policy is taken away: the page must be inert by itself, not only by grace of the browser.
    html = cda.render(document).html
    assert "Content-Security-Policy" in html
    page.write_text(html.replace("Content-Security-Policy", "X-Nothing"), encoding="utf-8")
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    shown = subprocess.run(
        [*browser, "--virtual-time-budget=2000", "--dump-dom", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=300,
    ).stdout.decode()
    assert "<title>Document</title>" in shown
    assert "<script" not in shown


@pytest.mark.needs("chromium")
def test_the_browser_of_these_tests_does_run_what_is_active(tmp_path):
    """The witness: without it, the test above could pass with a browser that runs nothing."""
    page = tmp_path / "page.html"
    page.write_text(f'<title>Document</title><img src=x onerror="{ALERT}">', encoding="utf-8")
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    shown = subprocess.run(
        [*browser, "--virtual-time-budget=2000", "--dump-dom", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=300,
    ).stdout.decode()
    assert "<title>PIRATE</title>" in shown


@pytest.mark.parametrize(
    "forbidden",
    [
        "<!DOCTYPE html><html><body><script>x</script></body></html>",
        '<!DOCTYPE html><html><body><p onclick="x">a</p></body></html>',
        '<!DOCTYPE html><html><body><a href="javascript:x">a</a></body></html>',
        '<!DOCTYPE html><html><body><img src="https://example.invalid/x.png"></body></html>',
        '<!DOCTYPE html><html><body><a href="data:text/html;base64,AAAA" download="x">a</a></body></html>',
        "<!DOCTYPE html><html><body><p>sans politique</p></body></html>",
    ],
)
def test_the_judge_of_these_tests_does_refuse_what_is_active(forbidden):
    with pytest.raises(AssertionError):
        assert_inert(forbidden)
