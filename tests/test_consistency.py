"""The project checks itself: what ruff, mypy and import-linter cannot see."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tramontane"

# Rooms allowed to be larger than the rest, each with its reason.
LARGE_FUNCTIONS: dict[str, str] = {}


def tracked(*patterns: str) -> list[Path]:
    """Files git tracks (and new ones it does not ignore), so that build products never count."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.splitlines() if (ROOT / name).is_file()]


def python_sources() -> list[Path]:
    return [path for path in tracked("src/*.py", "src/**/*.py") if "migrations" not in path.parts]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in python_sources() if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1  # type: ignore[operator]
        for path in python_sources()
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > 50  # type: ignore[operator]
    }
    assert {name: size for name, size in long.items() if name not in LARGE_FUNCTIONS} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_sources()
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


def test_no_secret_key_is_tracked() -> None:
    # The marker is assembled so that this file does not contain it.
    marker = "-----BEGIN " + "PRIVATE KEY" + "-----"
    guilty = [str(p.relative_to(ROOT)) for p in tracked() if marker.encode() in p.read_bytes()]
    assert guilty == []


def test_package_data_names_its_source() -> None:
    data = [*SOURCE.glob("dmp/nomenclatures/data/*.json"), *SOURCE.glob("rules/referentiels/*.y*ml")]
    assert data
    silent = [p.name for p in data if not re.search(r'"?(source|ihe_source|sources)"?\s*:', p.read_text())]
    assert silent == []


def test_every_package_under_dmp_stands_in_the_import_contract() -> None:
    contract = (ROOT / "pyproject.toml").read_text()
    modules = {p.stem for p in (SOURCE / "dmp").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    missing = [
        name for name in modules - {"__init__", "__pycache__"} if f'"{name}"' not in contract and name not in contract
    ]
    assert missing == []


ADRS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("adr", ADRS, ids=lambda path: path.stem)
def test_every_decision_ends_with_its_check(adr: Path) -> None:
    last = [line for line in adr.read_text().splitlines() if line.strip()][-1]
    assert last.startswith("Checked by:"), "an ADR ends with a line `Checked by: …`"
    for name in re.findall(r"`([\w./-]+)`", last):
        if "/" in name or name.endswith((".py", ".toml", ".md")):
            assert (ROOT / name).exists(), f"{adr.name} is checked by {name}, which does not exist"


def test_every_public_name_of_a_package_exists() -> None:
    import importlib

    for init in SOURCE.glob("dmp/*/__init__.py"):
        module = importlib.import_module(".".join(init.parent.relative_to(SOURCE.parent).parts))
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{module.__name__}.{name}"


def test_the_readme_names_only_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^\s{4}make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named, "the README shows its two commands"
    assert named <= targets


def forbidden_words() -> list[tuple[str, str]]:
    table = (ROOT / "docs" / "reference" / "vocabulary.md").read_text()
    rows = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("| `")]
    return [(word, row[0].strip()) for row in rows for word in re.findall(r"`([\w]+)`", row[2])]


def test_one_concept_has_one_word() -> None:
    """docs/reference/vocabulary.md against every identifier of the code."""
    sources = {path: path.read_text() for path in python_sources()}
    found = [
        f"{path.relative_to(ROOT)}: {wrong} (write {right})"
        for wrong, right in forbidden_words()
        for path, text in sources.items()
        if re.search(rf"(?<![A-Za-z0-9]){wrong}(?![A-Za-z0-9])", text)  # also as a part of a name: may_{wrong}
    ]
    assert found == []


def test_the_readme_imports_names_that_exist() -> None:
    import importlib

    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    imports = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        module = importlib.import_module(node.module or "")
        assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


def test_the_readme_calls_methods_that_exist() -> None:
    from tramontane.client import DmpClient

    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    called = set(re.findall(r"\bdmp\.(\w+)\(", block))
    assert called
    assert [name for name in called if not hasattr(DmpClient, name)] == []
