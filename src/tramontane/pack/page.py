"""The page of a pack: one HTML file that opens without network, lists every file and links to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

from tramontane.pack.manifest import MANIFEST, Entry, Manifest, State

_STATES = {
    State.WHOLE: "",
    State.ALTERED: "Modifié depuis la signature",
    State.ABSENT: "Absent, illisible à la fabrication du pack",
}
_STYLE = """
:root{color-scheme:light dark;background:Canvas;color:CanvasText}a{color:light-dark(#0b4a8a,#8ec5f5)}body{background:Canvas;font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem}
dd{margin:0}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid;border-color:color-mix(in srgb,currentColor 25%,transparent)}
code{font-size:.75rem;overflow-wrap:anywhere}td.digest{min-width:14rem}td{overflow-wrap:break-word}
.alert{border:2px solid;padding:.5rem 1rem}@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
"""


def page(roles: Mapping[str, str], note: str, exigences: Mapping[str, str], manifest: Manifest) -> bytes:
    """The page, complete in itself: no script, no address outside the pack."""
    sections = "".join(
        _section(label, [one for one in manifest.entries if one.role == role], exigences)
        for role, label in roles.items()
    )
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in manifest.facts)
    title = escape(manifest.title)
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><dl>{facts}</dl>"
        f"{_troubles(manifest.entries)}<p>{escape(note)}</p>{sections}"
        "<h2>Vérifier ce pack</h2><p>Sans réseau, sur n’importe quel poste où Tramontane est installé\u00a0: "
        f"<code>tramontane pack verify</code>, suivi du nom du fichier. Les empreintes sont dans "
        f'<a href="{MANIFEST}">{MANIFEST}</a>.</p></main></body></html>\n'
    ).encode()


def _troubles(entries: Iterable[Entry]) -> str:
    wrong = [entry for entry in entries if entry.state is not State.WHOLE]
    if not wrong:
        return ""
    lines = "".join(f"<li>{escape(one.title)}\u00a0: {_STATES[one.state].casefold()}</li>" for one in wrong)
    return (
        f'<div class="alert"><p><strong>Attention\u00a0: ce pack n’est pas complet.</strong></p><ul>{lines}</ul></div>'
    )


def _section(label: str, entries: list[Entry], exigences: Mapping[str, str]) -> str:
    if not entries:
        return ""
    named = any(entry.exigences for entry in entries)
    head = "<th scope=col>Pièce</th>" + ("<th scope=col>Exigences</th>" if named else "")
    rows = "".join(_row(entry, exigences, named=named) for entry in entries)
    return (
        f'<h2>{escape(label)}</h2><div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0"><table><thead><tr>{head}<th scope=col>Taille</th>'
        f"<th scope=col>SHA-256</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(entry: Entry, exigences: Mapping[str, str], *, named: bool) -> str:
    title = escape(entry.title)
    if entry.state is not State.ABSENT:
        title = f'<a href="{escape(quote(entry.path))}">{title}</a>'
    if entry.state is not State.WHOLE:
        title += f"<br><strong>{_STATES[entry.state]}</strong>"
    labels = ", ".join(escape(exigences.get(name, name)) for name in entry.exigences)
    proven = f"<td>{labels}</td>" if named else ""
    return f'<tr><td>{title}</td>{proven}<td>{_size(entry.size)}</td><td class="digest"><code>{entry.sha256}</code></td></tr>'


def _size(octets: int) -> str:
    if octets < 1000:
        return f"{octets}\u00a0o"
    value, unit = (octets / 1000, "ko") if octets < 1_000_000 else (octets / 1_000_000, "Mo")
    return f"{value:.1f}".replace(".", ",") + f"\u00a0{unit}"
