"""The establishment's accent: readable in light and dark, or refused."""

from __future__ import annotations

import random

import pytest
from django.test import Client

from tramontane.ui.theme import AA, DARK_GROUNDS, check_accent, contrast, dark_variant, stylesheet


def test_the_dark_variant_of_any_accepted_accent_reads_on_every_dark_ground() -> None:
    draw = random.Random(1)
    accepted = 0
    for _ in range(2000):
        accent = f"#{draw.randrange(1 << 24):06x}"
        try:
            check_accent(accent)
        except ValueError:
            continue
        accepted += 1
        assert min(contrast(dark_variant(accent), ground) for ground in DARK_GROUNDS) >= AA
    assert accepted > 300


@pytest.mark.parametrize("accent", ["#ffff00", "#777777", "red", "", "#12345", "#1d5a80;}body{display:none"])
def test_an_accent_that_cannot_be_read_is_refused(accent: str) -> None:
    with pytest.raises(ValueError, match=r"contraste|illisible"):
        stylesheet(accent)


@pytest.mark.django_db
def test_the_theme_is_served_without_a_session(client: Client) -> None:
    answer = client.get("/theme.css")
    assert answer["Content-Type"].startswith("text/css")
    assert b"--accent: light-dark(#1d5a80" in answer.content
