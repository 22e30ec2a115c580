"""veraPDF on what we hand out: PDF/A-2a and PDF/UA-1, before the signature and after it. Needs Maven Central once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support import pki
from support.paper_contents import AT, content, exigence, reserve
from tramontane.hospital.homologation.documents.papers import PAPERS
from tramontane.hospital.homologation.documents.signature import local
from tramontane.ui import document

pytestmark = [pytest.mark.campaign, pytest.mark.needs("mvn"), pytest.mark.needs("javac")]
HERE = Path(__file__).resolve().parents[1] / "support" / "verapdf"
HOSTILE = "=cmd|'/C calc'!A0 <script> שלום 中文 😀 e\u0301 \u202e" + "é" * 3000


@pytest.fixture(scope="module")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("verapdf")
    found = directory / "classpath"
    maven = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:build-classpath", f"-Dmdep.outputFile={found}"]
    subprocess.run(maven, check=True, capture_output=True, timeout=600)
    path = f"{found.read_text().strip()}:{directory}"
    subprocess.run(["javac", "-cp", path, "-d", str(directory), str(HERE / "Validate.java")], check=True, timeout=120)
    return path


def test_every_document_keeps_both_claims_and_the_signature_breaks_neither(classpath: str, tmp_path: Path) -> None:
    given = content(
        exigence("exi-04", "conforme_perimetre", perimetre=HOSTILE, etapes="a\nb", calendrier="2027"),
        exigence("exi-20", "partielle", reserve=reserve()),
    )
    files = {key: document.pdf(paper.draw(given), at=AT) for key, paper in PAPERS.items()}
    files["signed"] = local.sign(files["pv"], pki.pki().sign, reason="Procès-verbal").content
    for name, data in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    command = ["java", "-cp", classpath, "Validate", *(f"{name}.pdf" for name in files)]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300).stdout
    verdicts = [line for line in said.splitlines() if line.split(".pdf")[0] in files]
    assert verdicts == [f"{name}.pdf {flavour} ok" for name in files for flavour in ("2a", "ua1")]
