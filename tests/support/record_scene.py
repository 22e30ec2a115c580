"""A DMP as a clinician meets it: ordinary documents, awkward ones, hostile ones."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from support.cda_documents import HEADER, structured
from support.dmp_double import Dossier
from tramontane.dmp.cda import Paragraph, Section, Table, build_level1, build_level3
from tramontane.dmp.nomenclatures import Coded
from tramontane.dmp.xds import Author, AvailabilityStatus, DocumentEntry

NOW = datetime.now(UTC).replace(microsecond=0)
LOINC = "2.16.840.1.113883.6.1"
CLASSES = "1.2.250.1.213.1.1.4.1"
CONFIDENTIALITY = "1.2.250.1.213.1.1.4.13"
NORMAL = Coded("N", "2.16.840.1.113883.5.25", "Normal")
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F1 18 Tf 40 120 Td (Compte rendu) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def png(colour: tuple[int, int, int] = (40, 90, 130)) -> bytes:
    """A small picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(colour) * 64 for _ in range(48))
    header = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def professional(name: str, institution: str) -> Author:
    """An author as the DMP writes it."""
    family, given = name.split(" ", 1)
    person = f"899990000012^{family}^{given}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    return Author(person=person, institutions=(f"{institution}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000028",))


def confidential(*codes: str) -> tuple[Coded, ...]:
    """N and these codes of TRE_A07."""
    return (NORMAL, *(Coded(code, CONFIDENTIALITY, code) for code in codes))


BIOLOGY_REPORT = build_level3(
    HEADER,
    (
        Section(
            "Hématologie",
            (
                Table(
                    "NFS",
                    ("Analyse", "Résultat", "Unité"),
                    (("Hémoglobine", "11,2", "g/dL"), ("Plaquettes", "212", "G/L")),
                ),
            ),
        ),
        Section("Conclusion", (Paragraph("Anémie modérée, normocytaire."),)),
    ),
)
HOSTILE = structured(
    '<paragraph onclick="alert(1)">Bonjour<script>parent.hacked = true; fetch("/patients/")</script></paragraph>'
    '<renderMultiMedia referencedObject="x"/><linkHtml href="javascript:alert(1)">cliquez</linkHtml>'
)
LONG = "Compte rendu de réunion de concertation pluridisciplinaire de cancérologie digestive et hépato-bilio-pancréatique – "
LONG += "relecture anatomopathologique Anticonstitutionnellement_sans_aucune_espace_pour_couper_la_ligne_2026"


def feed_realistic(dossier: Dossier) -> dict[str, DocumentEntry]:
    """A dozen documents, each with its reason to be there."""
    lyon = professional("DUPONT Camille", "HOSPICES CIVILS DE LYON")
    lab = professional(
        "NGUYEN-VAN-HOUTTE Marie-Antoinette", "LABORATOIRE DE BIOLOGIE MÉDICALE MULTI-SITES DU RHÔNE ET DE L’AIN"
    )
    office = professional("MARTIN Paul", "CABINET DU DR MARTIN")

    def feed(days: int, code: str, label: str, class_code: str, **more: Any) -> DocumentEntry:
        coded: dict[str, Any] = {"type_code": Coded(code, LOINC, label), "class_code": Coded(class_code, CLASSES)}
        return dossier.feed(at=NOW - timedelta(days=days, hours=3), **(coded | more))

    ct = feed(5, "18748-4", "CR d'imagerie médicale", "31", title="Scanner thoracique sans injection", authors=(lyon,),
              content=build_level1(HEADER, PDF, "application/pdf"))  # fmt: skip
    lab_report = feed(8, "11502-2", "CR d'examens biologiques", "10", title="NFS, ionogramme, fonction rénale", authors=(lab,),
                      content=BIOLOGY_REPORT)  # fmt: skip
    prescription = feed(
        14,
        "57833-6",
        "Prescription de produits de santé",
        "42",
        title="Ordonnance du 9 novembre",
        authors=(office,),
        content=PDF,
    )
    hidden = feed(20, "11490-0", "Lettre de liaison", "10", title="Lettre de liaison à la sortie", authors=(lyon,),
                  confidentiality_codes=confidential("INVISIBLE_PATIENT"), content=HOSTILE)  # fmt: skip
    minor = feed(25, "34112-3", "CR hospitalier", "10", title="Séjour en pédiatrie", authors=(lyon,),
                 confidentiality_codes=confidential("INVISIBLE_REPRESENTANTS_LEGAUX", "MASQUE_PS"))  # fmt: skip
    picture = feed(
        30, "52040-3", "Image d'illustration", "31", title="Plaie du talon gauche", authors=(office,), content=png()
    )
    unreadable = feed(
        40,
        "34112-3",
        "CR hospitalier",
        "10",
        title="CDA illisible",
        authors=(lyon,),
        content=b"<ClinicalDocument><oups",
    )
    damaged = feed(
        45, "11488-4", "CR de consultation", "10", title="Consultation de cardiologie", authors=(lyon,), hash="0" * 40
    )
    unknown = feed(50, "ZZZ-NOUVEAU", "Type que personne ne connaît encore", "10", title="", authors=())
    long = feed(60, "34794-8", "CR de RCP", "10", title=LONG, authors=(lab,))
    wishes = feed(
        70,
        "EXPPAT_3",
        "Directives anticipées",
        "90",
        type_code=Coded("EXPPAT_3", "1.2.250.1.213.1.1.4.12", "Directives anticipées"),
        title="Mes volontés",
        authors=(),
        content=PDF,
    )
    old = feed(80, "57833-6", "Prescription", "42", title="Ancienne ordonnance", authors=(office,),
               availability_status=AvailabilityStatus.DEPRECATED)  # fmt: skip
    names = (
        "ct",
        "lab_report",
        "prescription",
        "hidden",
        "minor",
        "picture",
        "unreadable",
        "damaged",
        "unknown",
        "long",
        "wishes",
        "old",
    )
    values = (ct, lab_report, prescription, hidden, minor, picture, unreadable, damaged, unknown, long, wishes, old)
    return dict(zip(names, values, strict=True))
