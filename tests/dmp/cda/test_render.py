"""What the reader sees of an honest document."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from support.cda_documents import HEADER, HOSPITAL, NS, PDF, PNG, headed, media, structured, unstructured
from support.safe_html import assert_inert, words
from tramontane.dmp import cda
from tramontane.dmp.cda import BulletList, Kind, Paragraph, Section, Table
from tramontane.dmp.nomenclatures import Coded

PARIS = ZoneInfo("Europe/Paris")


def shown(narrative: str, **options: str) -> html.HtmlElement:
    """The `main` of the page of a document with this narrative."""
    return assert_inert(cda.render(structured(narrative, **options)).html).find(".//main")


def inner(element: html.HtmlElement, tag: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in element.iter(tag)]


class TestHeader:
    def page(self, header=HEADER, **options) -> str:
        return cda.render(cda.build_level1(header, PDF, "application/pdf"), zone=PARIS, **options).html

    def test_it_tells_what_the_document_is_who_wrote_it_and_when(self):
        text = words(self.page())
        assert "Compte rendu hospitalier" in text
        assert "Type CR hospitalier (séjour)" in text
        assert "Date du document 20 février 2026 à 14:30" in text
        assert "Date de l'acte du 20 février 2026 à 14:30 au 21 février 2026" in text
        assert "Prise en charge du 12 février 2026 au 20 février 2026" in text
        assert (
            "Auteurs CAMILLE MARTIN, Médecin - Médecine générale (SM), CENTRE HOSPITALIER FICTIF ; DPI EXEMPLE" in text
        )
        assert "Conservé par CENTRE HOSPITALIER FICTIF" in text
        assert "Confidentialité Normal" in text
        assert "Version 2" in text
        assert "Remplace 1.2.250.1.999.77.3.1" in text

    def test_it_shows_no_trait_of_the_patient_and_a_masked_ins(self):
        page = self.page()
        assert "DOMINIQUE" not in page
        assert "PAT-USAGE" not in page
        assert "279035121518989" not in page
        assert "INS" in words(page)

    def test_it_shows_the_traits_when_the_application_asks_for_them(self):
        text = words(self.page(show_traits=True))
        assert "DOMINIQUE PAT-USAGE, né(e) le 28 mars 1979, INS" in text
        assert "279035121518989" not in text

    def test_the_birth_name_is_shown_when_no_other_is_used(self):
        header = replace(HEADER, patient=replace(HEADER.patient, used_name="", birth_date=cda.Timestamp()))
        assert "Patient DOMINIQUE PAT-TROIS, INS" in words(self.page(header, show_traits=True))

    def test_an_unknown_type_is_shown_with_its_code_and_never_refused(self):
        header = replace(HEADER, type=Coded("99999-9", cda.LOINC, "Type de demain"))
        text = words(self.page(header))
        assert "Type de demain" in text
        assert "99999-9" in text

    def test_a_document_without_title_is_called_by_its_type_and_without_type_says_so(self):
        assert assert_inert(self.page(replace(HEADER, title=""))).findtext(".//h1") == "CR hospitalier (séjour)"
        untitled = cda.render(headed("")).html
        assert assert_inert(untitled).findtext(".//h1") == "Document sans titre"

    def test_who_has_no_name_is_shown_by_his_identifier(self):
        nameless = cda.Participant(HEADER.authors[0].identifier)
        page = self.page(replace(HEADER, authors=(nameless,), custodian=cda.Organization(HOSPITAL.identifier)))
        assert "Auteur 899990000012" in words(page)
        assert "Conservé par 1990000028" in words(page)

    def test_nobody_at_all_is_no_row(self):
        text = words(self.page(replace(HEADER, authors=(cda.Participant(),), custodian=None)))
        assert "Auteur" not in text
        assert "Conservé" not in text

    def test_an_act_that_only_ended_is_said_so(self):
        header = replace(HEADER, service_events=(cda.ServiceEvent(end=cda.Timestamp("20260221")),))
        assert "Date de l'acte jusqu'au 21 février 2026" in words(self.page(header))

    def test_an_act_of_one_moment_is_said_once(self):
        moment = cda.Timestamp("20260221")
        header = replace(HEADER, service_events=(cda.ServiceEvent(moment, moment),))
        assert "Date de l'acte 21 février 2026 Prise" in words(self.page(header))

    def test_the_page_is_french_titled_and_accessible(self):
        root = assert_inert(self.page())
        assert root.get("lang") == "fr"
        assert root.findtext(".//title") == "Compte rendu hospitalier"
        assert root.find(".//meta[@charset]").get("charset") == "utf-8"
        assert len(root.findall(".//h1")) == 1
        assert root.find(".//main") is not None

    def test_the_page_can_be_printed_and_follows_the_reader_s_colours(self):
        style = assert_inert(self.page()).findtext(".//style")
        assert "size: A4" in style
        assert "prefers-color-scheme: dark" in style
        assert "@media print" in style


class TestFile:
    @pytest.mark.parametrize(
        ("content", "mime", "kind", "name"),
        [
            (PDF, "application/pdf", Kind.PDF, "document.pdf"),
            (PNG, "image/png", Kind.IMAGE, "document.png"),
            (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg", Kind.IMAGE, "document.jpg"),
            (b"\xff\xd8\xff\xe0 jpeg", "image/jpg", Kind.IMAGE, "document.jpg"),
            (b"GIF89a gif", "image/gif", Kind.IMAGE, "document.gif"),
            (b"II*\x00 tiff", "image/tiff", Kind.FILE, "document.tif"),
            (b"MM\x00* tiff", "image/tiff", Kind.FILE, "document.tif"),
            (b"{\\rtf1 texte}", "text/rtf", Kind.FILE, "document.rtf"),
            (b"{\\rtf1 texte}", "application/rtf", Kind.FILE, "document.rtf"),
            (b"PK\x03\x04 zip", "application/zip", Kind.FILE, "document.zip"),
        ],
    )
    def test_each_kind_is_recognised_and_offered(self, content, mime, kind, name):
        rendered = cda.render(unstructured(content, mime))
        assert rendered.kind is kind
        assert [(one.name, one.data) for one in rendered.downloads] == [(name, content)]
        assert (rendered.reason != "") == (kind is Kind.FILE)
        root = assert_inert(rendered.html)
        assert (root.find(".//img") is not None) == (kind is Kind.IMAGE)
        assert root.find(".//a[@download]").get("download") == name

    def test_a_text_is_shown_as_it_is_typed(self):
        rendered = cda.render(unstructured("Ligne 1 &lt;b&gt;\n  ligne 2", "text/plain"))
        assert rendered.kind is Kind.TEXT
        assert rendered.downloads == ()
        assert assert_inert(rendered.html).findtext(".//pre") == "Ligne 1 <b>\n  ligne 2"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_a_text_in_base64_is_read_in_the_encodings_met(self, encoding):
        rendered = cda.render(unstructured("Fièvre à 39 °C".encode(encoding), "text/plain; charset=x"))
        assert assert_inert(rendered.html).findtext(".//pre") == "Fièvre à 39 °C"

    def test_a_large_file_is_left_to_the_application(self):
        large = b"%PDF-" + b"0" * 10_000_000
        rendered = cda.render(unstructured(large))
        assert rendered.downloads[0].data == large
        assert len(rendered.html) < 20_000
        assert "se télécharge depuis l'application" in rendered.html

    def test_a_large_image_is_left_to_the_application_too(self):
        rendered = cda.render(unstructured(PNG + b"0" * 10_000_000, "image/png"))
        assert (rendered.kind, len(rendered.html) < 20_000) == (Kind.FILE, True)

    def test_a_body_elsewhere_is_not_fetched_and_the_reader_is_told(self):
        rendered = cda.render(unstructured('<reference value="https://example.invalid/x.pdf"/>'))
        assert rendered.kind is Kind.EMPTY
        assert "externe" in rendered.notices[0]
        assert "pas de contenu" in words(rendered.html)

    def test_a_document_without_body_shows_its_header(self):
        rendered = cda.render(f"<ClinicalDocument {NS}><title>Seul</title></ClinicalDocument>".encode())
        assert (rendered.kind, rendered.notices) == (Kind.EMPTY, ())
        assert "Seul" in words(rendered.html)

    def test_a_document_beyond_the_limits_is_offered_whole(self, monkeypatch):
        monkeypatch.setattr("tramontane.dmp.cda.document.MAX_DOCUMENT", 100)
        rendered = cda.render(structured("<paragraph>a</paragraph>"))
        assert rendered.kind is Kind.UNREADABLE
        assert "trop volumineux" in rendered.reason


class TestNarrative:
    def test_a_document_we_wrote_reads_as_it_was_meant(self):
        table = Table("Biologie", ("Examen", "Valeur"), (("Sodium", "140"), ("Potassium", "4,1")))
        sections = [Section("Motif", (Paragraph("Toux"), BulletList(("fièvre", "asthénie")), table))]
        rendered = cda.render(cda.build_level3(HEADER, sections))
        assert (rendered.kind, rendered.notices, rendered.downloads) == (Kind.STRUCTURED, (), ())
        main = assert_inert(rendered.html).find(".//main")
        assert inner(main, "h2") == ["Motif"]
        assert inner(main, "li") == ["fièvre", "asthénie"]
        assert inner(main, "caption") == ["Biologie"]
        assert [(th.text, th.get("scope")) for th in main.iter("th")] == [("Examen", "col"), ("Valeur", "col")]
        assert inner(main, "td") == ["Sodium", "140", "Potassium", "4,1"]

    def test_nested_sections_go_down_one_heading_each_to_the_sixth(self):
        section = Section("7")
        for level in "65432":
            section = Section(level, sections=(section,))
        main = assert_inert(cda.render(cda.build_level3(HEADER, [section])).html).find(".//main")
        assert [inner(main, tag) for tag in ("h2", "h3", "h4", "h5", "h6")] == [["2"], ["3"], ["4"], ["5"], ["6", "7"]]

    def test_a_section_without_title_is_called_by_its_code_or_not_at_all(self):
        code = '</text></section></component><component><section><code code="1" displayName="Antécédents"/><text>b'
        main = shown("a" + code)
        assert inner(main, "h2") == ["Section", "Antécédents"]
        assert inner(shown("a" + "</text></section></component><component><section><text>b"), "h2") == ["Section"]

    def test_a_section_of_codes_alone_says_so(self):
        document = structured("a").replace(b"<text>a</text>", b"<entry/>")
        assert "que des données codées" in words(cda.render(document).html)

    def test_text_styles_become_classes_and_unknown_ones_nothing(self):
        main = shown('<content styleCode="Bold Italics xInconnu" ID="a">gras</content><content>rien</content>')
        spans = main.findall(".//span")
        assert [(one.get("class"), one.get("id")) for one in spans] == [("gras italique", "ref-1"), (None, None)]

    def test_revisions_are_shown_as_such(self):
        main = shown('<content revised="insert">a</content><content revised="delete">b</content>')
        assert [one.get("class") for one in main.findall(".//span")] == ["ajoute", "supprime"]

    def test_exponents_indices_and_line_breaks_are_kept(self):
        main = shown("m<sup>2</sup> H<sub>2</sub>O<br/>fin")
        assert (inner(main, "sup"), inner(main, "sub"), len(main.findall(".//br"))) == (["2"], ["2"], 1)

    def test_a_paragraph_that_holds_a_list_or_a_paragraph_is_a_division(self):
        main = shown("<paragraph>a<list><item>b</item></list></paragraph><paragraph>c</paragraph>")
        assert inner(main, "p") == ["c"]
        assert "ab" in "".join(main.text_content().split())

    def test_a_content_that_holds_a_table_is_a_division(self):
        assert shown("<content><table><tr><td>a</td></tr></table></content>").find(".//span") is None

    def test_lists_keep_their_order_and_their_caption(self):
        main = shown(
            '<list listType="ordered" styleCode="LittleRoman"><caption>Étapes</caption><item>a</item><item>b</item></list>'
            '<list styleCode="Disc"><item>c</item></list>'
        )
        assert (main.find(".//ol").get("class"), main.find(".//ul").get("class")) == ("petits-romains", "disque")
        assert "Étapes" in main.text_content()

    def test_tables_keep_spans_alignment_headings_and_order(self):
        main = shown(
            "<table><tfoot><tr><td>pied</td></tr></tfoot><col/><tbody>"
            '<tr><th>ligne</th><td colspan="2" rowspan="3" align="right">a</td></tr></tbody>'
            "<thead><tr><th>colonne</th></tr></thead></table>"
        )
        assert inner(main, "tr") == ["colonne", "lignea", "pied"]
        cell = main.findall(".//td")[0]
        assert (cell.get("colspan"), cell.get("rowspan"), cell.get("class")) == ("2", "3", "a-droite")
        assert [th.get("scope") for th in main.iter("th")] == ["col", "row"]
        assert main.find(".//div[@role='region']").get("aria-label") == "Tableau"

    @pytest.mark.parametrize(
        ("span", "kept"), [("9999", "200"), ("0", "1"), ("-2", None), ("2x", None), ("٣", None), ("99999", None)]
    )
    def test_a_span_out_of_reason_is_brought_back_or_ignored(self, span, kept):
        assert shown(f'<table><tr><td colspan="{span}">a</td></tr></table>').find(".//td").get("colspan") == kept

    def test_a_wide_table_can_be_reached_with_the_keyboard_by_the_name_of_its_caption(self):
        region = shown("<table><caption>Bilan <content>sanguin</content></caption></table>").find(".//div[@role]")
        assert (region.get("aria-label"), region.get("tabindex")) == ("Bilan sanguin", "0")

    @pytest.mark.parametrize(
        "narrative",
        [
            "<table><tr>perdu<td>a</td></tr></table>",
            "<table><tr><td>a</td><paragraph>perdu</paragraph></tr></table>",
            "<list><paragraph>perdu</paragraph><item>a</item></list>",
        ],
    )
    def test_a_text_that_has_no_place_is_never_lost_in_silence(self, narrative):
        rendered = cda.render(structured(narrative))
        assert any("mal placé" in notice for notice in rendered.notices)

    def test_the_words_of_an_unknown_element_are_shown_and_the_reader_told(self):
        rendered = cda.render(structured("<inconnu>mots <content>dedans</content></inconnu>"))
        assert "mots dedans" in words(rendered.html)
        assert any("retiré" in notice for notice in rendered.notices)

    def test_a_comment_cuts_no_word(self):
        assert "posologie" in words(cda.render(structured("<paragraph>poso<!-- x -->logie</paragraph>")).html)

    def test_a_link_inside_the_document_leads_to_its_target(self):
        main = shown('<linkHtml href="#cible">voir</linkHtml><paragraph ID="cible">ici</paragraph>')
        assert main.find(".//a").get("href") == "#" + main.find(".//p").get("id")

    def test_a_link_outside_shows_where_it_led_and_leads_nowhere(self):
        rendered = cda.render(structured('<linkHtml href="HTTPS://example.invalid/x">site</linkHtml>'))
        assert "site (HTTPS://example.invalid/x)" in words(rendered.html)
        assert any("externe" in notice for notice in rendered.notices)

    def test_of_two_equal_identifiers_the_page_keeps_one_name(self):
        main = shown('<linkHtml href="#x">voir</linkHtml><content ID="x">a</content><content ID="x">b</content>')
        assert main.find(".//a").get("href") == "#ref-1"

    def test_footnotes_are_numbered_through_the_document_and_gathered_after_their_section(self):
        other = "</text></section></component><component><section><title>Autre</title><text>"
        main = shown(
            'un<footnote ID="n1">première</footnote> encore<footnoteRef IDREF="n1"/> rien<footnoteRef IDREF="x"/>'
            f"{other}deux<footnote>seconde</footnote>"
        )
        assert inner(main, "li") == ["1. première", "2. seconde"]
        assert inner(main, "sup") == ["[1]", "[note]", "[note]", "[2]"]
        assert [a.get("href") for a in main.iter("a")] == ["#ref-1", "#ref-1", "#note-2"]
        assert [li.get("id") for li in main.iter("li")] == ["ref-1", "note-2"]

    def test_an_image_is_shown_with_its_caption_as_description(self):
        document = structured(
            '<renderMultiMedia referencedObject="i"><caption>Radiographie</caption></renderMultiMedia>'
            '<renderMultiMedia referencedObject="i"/>',
            entries=media("i", PNG),
        )
        main = assert_inert(cda.render(document).html).find(".//main")
        images = main.findall(".//img")
        assert [image.get("alt") for image in images] == ["Radiographie", "Image du document, sans description"]
        assert inner(main, "figcaption") == ["Radiographie"]
        assert cda.render(document).notices == ()

    def test_an_image_a_browser_cannot_show_is_offered_as_a_download_once(self):
        reference = '<renderMultiMedia referencedObject="i"/>'
        document = structured(reference * 2, entries=media("i", b"II*\x00 tiff", "image/tiff"))
        rendered = cda.render(document)
        assert [(one.name, one.data) for one in rendered.downloads] == [("document.tif", b"II*\x00 tiff")]
        assert any("fichier contenu" in notice for notice in rendered.notices)
        assert len(assert_inert(rendered.html).findall(".//a[@download]")) == 1

    def test_a_style_sheet_that_holds_a_document_shows_the_document(self):
        document = (
            b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            + structured("<paragraph>contenu</paragraph>")
            + b"</xsl:stylesheet>"
        )
        assert "contenu" in words(cda.render(document).html)


def test_a_page_element_outside_the_allow_list_cannot_be_made():
    from tramontane.dmp.cda.html import h

    for tag, attributes in [("script", {}), ("p", {"onclick": "x"}), ("a", {"href": "https://example.invalid/"})]:
        with pytest.raises(ValueError, match="not allowed"):
            h(tag, "a", **attributes)
