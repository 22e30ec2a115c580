"""The PDF of an extraction, signed when a certificate is configured. Imported only when one is asked for."""

from __future__ import annotations

import io
import unicodedata
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import SimpleSigner
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from tramontane.hospital.traces.extraction import Cover, SigningError
from tramontane.hospital.traces.models import Trace
from tramontane.hospital.traces.selectors import sentence

UNSIGNED = "Document non signé : aucun certificat de signature n’est configuré dans cette installation."
SIGNED = "Document signé électroniquement par l’établissement."


def pdf(traces: list[Trace], cover: Cover, *, p12: str = "", password: str = "") -> bytes:
    """The PDF; signed (PAdES baseline B) with the PKCS#12 when one is given.

    Raises:
        SigningError: unreadable PKCS#12, or wrong password.
    """
    plain = _draw(traces, cover, signed=bool(p12))
    if not p12:
        return plain
    signer = SimpleSigner.load_pkcs12(p12, passphrase=password.encode() or None) if Path(p12).is_file() else None
    if signer is None:
        raise SigningError(
            "Le certificat de signature des extractions est absent ou illisible : vérifiez son chemin et son mot de passe."
        )
    metadata = PdfSignatureMetadata(field_name="Signature", reason="Extraction de traces", name=cover.establishment)
    output = PdfSigner(metadata, signer, new_field_spec=SigFieldSpec("Signature")).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(plain))
    )
    return bytes(output.getvalue())


def _draw(traces: list[Trace], cover: Cover, *, signed: bool) -> bytes:
    styles = getSampleStyleSheet()
    body, small = styles["BodyText"], styles["BodyText"].clone("small", fontSize=7, leading=8.5)
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=landscape(A4),
        leftMargin=10 * mm,
        rightMargin=10 * mm,
        topMargin=12 * mm,
        bottomMargin=14 * mm,
        title="Extraction de traces",
        author=cover.establishment,
        lang="fr",
    )
    story = [Paragraph("Extraction de traces", styles["Title"])]
    story += [Paragraph(_escaped(line), body) for line in _cover_lines(cover, len(traces), signed=signed)]
    story += [Spacer(1, 6 * mm), _table(traces, small)]
    document.build(story, onFirstPage=_footer, onLaterPages=_footer)
    return buffer.getvalue()


def _cover_lines(cover: Cover, count: int, *, signed: bool) -> list[str]:
    plural = "s" if count > 1 else ""
    when = timezone.localtime(cover.made_at)
    return [
        f"{cover.establishment}, FINESS juridique {cover.finess_juridique}",
        f"Professionnels (RPPS) : {', '.join(cover.professionals)}",
        f"Période : du {cover.since:%d/%m/%Y} au {cover.until:%d/%m/%Y} inclus",
        f"{count} trace{plural}, demandée{plural} par {cover.asked_by} le {when:%d/%m/%Y à %H:%M}",
        SIGNED if signed else UNSIGNED,
    ]


def _table(traces: list[Trace], style: object) -> LongTable:
    head = (
        "Rang",
        "Date (Paris)",
        "Professionnel",
        "RPPS",
        "FINESS ET",
        "Événement",
        "INS",
        "Mode",
        "Résultat",
        "Documents",
    )
    rows: list[list[object]] = [list(head)]
    for trace in traces:
        cells = (
            str(trace.pk), _moment(trace.recorded_at), trace.account_name, trace.rpps, trace.finess_geographique,
            sentence(trace), trace.ins, trace.access_mode.replace("_", " "), trace.outcome, ", ".join(trace.document_ids),
        )  # fmt: skip
        rows.append([Paragraph(_escaped(cell), style) for cell in cells])
    widths = [14, 29, 36, 22, 19, 50, 28, 22, 20, 36]
    grid = [
        ("FONTSIZE", (0, 0), (-1, -1), 7),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.grey),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return LongTable(rows, colWidths=[width * mm for width in widths], repeatRows=1, style=TableStyle(grid))


def _moment(recorded_at: datetime) -> str:
    """Paris time with its offset: the night that summer time ends has two 02:30."""
    local = timezone.localtime(recorded_at)
    return f"{local:%d/%m/%Y %H:%M:%S} (UTC{local:%z})"[:-3] + ")"


def _footer(canvas: object, document: object) -> None:
    canvas.setFont("Helvetica", 7)  # type: ignore[attr-defined]  # reportlab has no types
    canvas.drawString(12 * mm, 8 * mm, f"Extraction de traces, page {document.page}")  # type: ignore[attr-defined]


def _escaped(text: str) -> str:
    return _drawable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _drawable(text: str) -> str:
    """The letters a standard PDF font has; « Ş » is drawn « S » rather than a black square (the CSV keeps it)."""
    return "".join(one if _has(one) else _bare(one) for one in text)


def _has(letter: str) -> bool:
    return bool(letter.encode("cp1252", "ignore"))


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter).encode("cp1252", "ignore").decode("cp1252") or "?"
