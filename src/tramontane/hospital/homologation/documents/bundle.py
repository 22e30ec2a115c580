"""The audit pack of a signed homologation, from its snapshot. Nothing is sent anywhere: it is given to who asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

from tramontane.hospital.homologation.documents.content import Content, content_of
from tramontane.hospital.homologation.documents.excel import exported
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.models import EvidenceRevision, Homologation
from tramontane.hospital.homologation.selectors import journal
from tramontane.hospital.homologation.snapshot import canonical
from tramontane.hospital.traces import chain
from tramontane.pack import Head, Part, in_memory, safe_name
from tramontane.rules.homologation.words import long_date
from tramontane.ui import document, spreadsheet

ROLES = {
    "pv": "Procès-verbal signé",
    "document": "Support documentaire et documents de la commission",
    "preuve": "Preuves, exigence par exigence",
    "tableur": "Auto-évaluation dans un tableur",
    "fige": "Dossier figé à la signature",
    "trace": "Journal et vérification des traces",
}
_NOTE = (
    "Ce pack est tiré du dossier figé à la signature du procès-verbal. « Ces documents doivent être conservés au sein de "
    "l’ES et rapidement accessibles en cas d’audit » (webinaire ANS n° 4). Tramontane ne l’a transmis à personne."
)


def head(homologation: Homologation) -> Head:
    """What the reader is told first."""
    frozen = homologation.snapshot
    structure, referentiel = frozen["structure"], frozen["referentiel"]
    facts = (
        ("Établissement", f"{structure['nom']}, FINESS juridique {structure['finess_juridique']}"),
        ("Référentiel", f"{referentiel['nom']}, version {referentiel['version']}"),
        ("Signé le", f"{long_date(homologation.signed_on)} par {homologation.signatory}"),
        ("Mention", homologation.mention),
        ("Signature", homologation.get_signature_mode_display()),
        ("Confiance de la signature", _trust(homologation)),
        ("Empreinte du dossier figé", homologation.sha256),
    )
    labels = {row["id"]: row["libelle"] for row in frozen["exigences"]}
    return Head(f"Pack d’audit, dossier n° {frozen['dossier']}", facts, ROLES, _NOTE, labels)


def _trust(homologation: Homologation) -> str:
    """A signature nobody vouches for is not to be read as somebody's."""
    said = str(homologation.signature_report.get("trust", "non vérifiée"))
    return said if said == "vérifiée" else f"{said.upper()} : rien n’établit ici l’identité du signataire"


def parts(homologation: Homologation) -> Iterator[Part]:
    """Every file, opened one after the other."""
    content = content_of(homologation.dossier)
    signed = homologation.signed_file
    yield Part(
        "pv/proces-verbal-signe.pdf",
        "pv",
        "Procès-verbal signé",
        lambda: signed.open("rb"),
        frozen_sha256=homologation.signed_sha256,
    )
    yield _json(
        "pv/verification-de-la-signature.json", "pv", "Vérification de la signature", homologation.signature_report
    )
    yield from _papers(content)
    yield from _proofs(homologation)
    systems = {"logiciels": homologation.snapshot.get("logiciels", [])}
    yield _json("documents/logiciels-metier.json", "document", "Registre des logiciels métier", systems)
    yield Part(
        "tableur/auto-evaluation.xlsx", "tableur", "Classeur des deux feuilles", in_memory(exported(content, {}))
    )
    yield Part(
        "dossier/dossier-fige.json",
        "fige",
        "Dossier figé (JSON canonique)",
        in_memory(canonical(homologation.snapshot)),
        frozen_sha256=homologation.sha256,
    )
    edition = homologation.dossier.edition
    yield _json("dossier/referentiel.json", "fige", f"Référentiel, édition {edition.name}", edition.content)
    yield Part("traces/journal.csv", "trace", "Journal du dossier", in_memory(_journal(homologation)))
    yield Part("traces/verification.json", "trace", "Vérification de la chaîne des traces", _verified)


def _papers(content: Content) -> Iterator[Part]:
    for key, paper in PAPERS.items():
        if key == "pv":  # the signed one is there
            continue
        drawn = document.pdf(paper.draw(content), at=content.at)
        yield Part(f"documents/{paper.stem}.pdf", "document", paper.title, in_memory(drawn))


def _proofs(homologation: Homologation) -> Iterator[Part]:
    """Each proof once, under the first exigence it serves; the manifest names them all."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    serves: dict[tuple[int, int], list[str]] = {}
    for row in homologation.snapshot["exigences"]:
        for proof in row["preuves"]:
            key = (proof["preuve"], proof["revision"])
            found.setdefault(key, proof)
            serves.setdefault(key, []).append(row["id"])
    for key, proof in found.items():
        folder = f"preuves/{safe_name(serves[key][0])}"
        revision = EvidenceRevision.objects.filter(
            evidence=key[0], number=key[1], evidence__legal_entity=homologation.legal_entity
        ).first()
        name, opened = _content(proof, revision)
        path = f"{folder}/{key[0]}-{key[1]}-{safe_name(name)}"
        size = revision.size if revision else 0
        title = f"{proof['titre']} (révision {proof['revision']})"
        yield Part(path, "preuve", title, opened, tuple(serves[key]), proof["sha256"], size)


def _content(proof: dict[str, Any], revision: EvidenceRevision | None) -> tuple[str, Any]:
    """(name, how to open it): a file, what a collector found in canonical JSON, or an address."""
    if proof["adresse"]:
        return "adresse.txt", in_memory(f"{proof['adresse']}\n".encode())
    if revision is None:
        return "absente.bin", _absent
    if revision.file:
        return revision.file_name or "fichier", lambda: revision.file.open("rb")
    return "releve.json", in_memory(canonical(revision.collected))


def _absent() -> IO[bytes]:
    raise FileNotFoundError


def _journal(homologation: Homologation) -> bytes:
    rows = journal.traces(homologation.dossier).order_by("id").iterator()
    entries = (journal.entry(row) for row in rows)
    cells = ((one.at.isoformat(timespec="seconds"), one.who, one.sentence, one.text) for one in entries)
    return "".join(spreadsheet.lines(("Date", "Qui", "Quoi", "Motif"), cells)).encode()


def _verified() -> IO[bytes]:
    """The chain read row by row, when the pack comes to it."""
    found = chain.verify()
    said = {"intact": found.intact, **asdict(found), "findings": [one.sentence for one in found.findings]}
    return in_memory(_pretty(said))()


def _json(path: str, role: str, title: str, content: dict[str, Any]) -> Part:
    return Part(path, role, title, in_memory(_pretty(content)))


def _pretty(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
