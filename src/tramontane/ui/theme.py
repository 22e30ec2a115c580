"""The establishment's accent colour, checked for contrast before the application starts."""

from __future__ import annotations

import re

HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
# WCAG 2.2, 1.4.3 Contrast (Minimum), level AA for normal text.
AA = 4.5


def _luminance(colour: str) -> float:
    match = HEX.fullmatch(colour)
    if match is None:
        raise ValueError(f"couleur illisible : {colour!r} ; attendu : #rrggbb")
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (int(part, 16) / 255 for part in match.groups())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check_accent(accent: str, *, on_accent: str = "#ffffff", ground: str = "#f4f6f7") -> None:
    """Refuse an accent that tired eyes could not read, as text or under text.

    Raises:
        ValueError: naming the pair that fails, its ratio and the required one.
    """
    for name, other in (("le texte des boutons", on_accent), ("le fond de page", ground)):
        ratio = contrast(accent, other)
        if ratio < AA:
            raise ValueError(
                f"La couleur d’accent {accent} contraste trop peu avec {name} ({other}) : {ratio:.2f}, attendu au moins {AA} (WCAG 1.4.3)."
            )


DARK_GROUNDS = ("#12181c", "#1b2328", "#232d33")
DARK_INK = "#0d1f2b"


def dark_variant(accent: str) -> str:
    """The same hue, lightened step by step until it reads on every dark ground."""
    channels = [int(accent[at : at + 2], 16) for at in (1, 3, 5)]
    for step in range(101):
        mixed = [round(value + (255 - value) * step / 100) for value in channels]
        colour = "#{:02x}{:02x}{:02x}".format(*mixed)
        if min(contrast(colour, ground) for ground in (*DARK_GROUNDS, DARK_INK)) >= AA:
            return colour
    return "#ffffff"


def stylesheet(accent: str) -> str:
    """The two variables that the accent decides, in place of those of `tokens.css`."""
    check_accent(accent)
    return f":root {{ --accent: light-dark({accent}, {dark_variant(accent)}); --on-accent: light-dark(#ffffff, {DARK_INK}); }}\n"
