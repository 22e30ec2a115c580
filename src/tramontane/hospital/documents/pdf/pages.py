"""The page that shows a PDF: pictures one under another, their text over them to select and to hear. Pure.

It holds no script and nothing of the PDF but escaped words. Pictures come one by one as the reader scrolls.
"""

from __future__ import annotations

from html import escape

from tramontane.hospital.documents.pdf.drawing import Outline, PageOutline

# Zoom in percent of the pane's width → width of the pictures in pixels.
ZOOMS = {100: 1000, 150: 1400, 200: 1800, 300: 2000}
_STYLE = """
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{margin:0;background:#e8eaed;color:#1b1b1b}
nav{position:sticky;top:0;left:0;z-index:1;width:100vw;box-sizing:border-box;display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;
padding:4px 12px;background:#fff;border-bottom:1px solid #8a8f98}
nav p{margin:0 auto 0 0}nav a{color:inherit;min-height:24px;min-width:24px;text-align:center}
nav a[aria-current]{font-weight:700;text-decoration:none}
.note{margin:8px 12px}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.page{position:relative;margin:8px auto;background:#fff;box-shadow:0 1px 4px rgb(0 0 0/35%)}
.page img,.page svg{display:block;width:100%;height:auto}
.page svg{position:absolute;inset:0;height:100%;overflow:hidden}
@media(prefers-color-scheme:dark){body{background:#1c1f24;color:#f2f2f2}nav{background:#272b31;border-color:#7d838d}}
@media print{nav,.note{display:none}.page{margin:0;box-shadow:none;break-after:page;width:100%!important}}
"""


def web_page(outline: Outline, *, zoom: int, title: str) -> str:
    """The whole page. Its pictures are at `pages/<number>/?zoom=`, relative to its own address."""
    pages = "".join(_page(number, page, zoom) for number, page in enumerate(outline.pages, 1))
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<style>{_STYLE}.page{{width:calc({zoom}% - 16px)}}</style></head><body><nav aria-label="Affichage du PDF"><p>{_count(outline)}</p>'
        f'{_zooms(zoom)}</nav><main><h1 class="unseen">{escape(title)}</h1>{_notes(outline)}{pages}</main></body></html>'
    )


def apology(sentence: str) -> str:
    """The whole page when there is none to show."""
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Document non affichable</title><style>{_STYLE}</style></head>'
        f'<body><main><h1 class="unseen">Document non affichable</h1><p class="note">{escape(sentence)}</p></main></body></html>'
    )


def _count(outline: Outline) -> str:
    return "1 page" if outline.total == 1 else f"{outline.total}\u00a0pages"


def _zooms(current: int) -> str:
    return "".join(
        f'<a href="?zoom={zoom}"{" aria-current=true" if zoom == current else ""}>{zoom}\u00a0%</a>' for zoom in ZOOMS
    )


def _notes(outline: Outline) -> str:
    notes = []
    if outline.total > len(outline.pages):
        notes.append(
            f"Seules les {len(outline.pages)} premières pages s’affichent\u00a0: téléchargez l’original pour lire la suite."
        )
    if any(page.unread for page in outline.pages):
        notes.append("Le texte des dernières pages n’a pas été relevé\u00a0: elles s’affichent en image seulement.")
    elif not any(page.lines for page in outline.pages):
        notes.append(
            "Document numérisé\u00a0: ses pages sont des images, sans texte à sélectionner ni à faire lire à voix haute."
        )
    return "".join(f'<p class="note">{note}</p>' for note in notes)


def _page(number: int, page: PageOutline, zoom: int) -> str:
    size = f'width="{max(round(page.width), 1)}" height="{max(round(page.height), 1)}"'
    return (
        f'<section class="page" id="page-{number}" aria-label="Page {number}">'
        f'<img src="pages/{number}/?zoom={zoom}" alt="Page {number}, en image" loading="lazy" {size}>{_text(page)}</section>'
    )


def _text(page: PageOutline) -> str:
    """Transparent words stretched over their picture: what is selected is what is seen."""
    if not page.lines:
        return ""
    words = "".join(_line(*line) for line in page.lines)
    return f'<svg viewBox="0 0 {page.width:.1f} {page.height:.1f}" preserveAspectRatio="none" fill="transparent">{words}</svg>'


def _line(left: float, top: float, width: float, height: float, words: str) -> str:
    stretched = f' textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"' if width > 0 else ""
    base = top + height * 0.8
    return f'<text x="{left:.1f}" y="{base:.1f}" font-size="{max(height, 1):.1f}"{stretched}>{escape(words)} </text>'


def sorry(sentence: str) -> bytes:
    """A picture that says why a page is not there, in the place of that page."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 200"><rect width="800" height="200" fill="#fff"/>'
        '<foreignObject x="40" y="40" width="720" height="140"><p xmlns="http://www.w3.org/1999/xhtml" '
        f'style="font:22px system-ui,sans-serif;color:#1b1b1b">{escape(sentence)}</p></foreignObject></svg>'
    ).encode()
