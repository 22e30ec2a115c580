"""PDFs as pictures of their pages, with their text: what a sandboxed frame can show."""

from tramontane.hospital.documents.pdf.drawing import Outline, PageOutline, PdfRefusedError, draw, outline
from tramontane.hospital.documents.pdf.pages import ZOOMS, apology, sorry, web_page

__all__ = ["ZOOMS", "Outline", "PageOutline", "PdfRefusedError", "apology", "draw", "outline", "sorry", "web_page"]
