"""One event is one line that no terminal obeys, whatever text reaches the log."""

from __future__ import annotations

import json
import logging
import random
import re

import pytest

from tramontane.hospital.config.logs import CATALOGUE, CatalogueFormatter

DRIVING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORGED = '{"level": "info", "code": "work.done"}'
PIECES = [
    "\r", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1b[2J", "\x1b]0;titre\x07", "\x9b31m", "\x00", "\x7f",
    "\u202e", "\u2066", '"', "\\", "', ", "%s", "%(msg)s", "{0}", "${jndi:ldap://x}", "<script>", FORGED, "é",
]  # fmt: skip


def hostile(count: int) -> list[str]:
    chance = random.Random(2026)
    return ["".join(chance.choices(PIECES, k=chance.randint(1, 6))) for _ in range(count)]


def record(code: str, logger: str = "tramontane.x", **fields: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": logger, "levelname": "WARNING", "levelno": logging.WARNING, "msg": code})
    made.__dict__.update(fields)
    return made


def test_five_hundred_hostile_values_make_five_hundred_lines() -> None:
    for text in hostile(500):
        line = CatalogueFormatter().format(record("oidc.refused", provider=text, check=text))
        assert DRIVING.search(line) is None
        assert json.loads(line)["provider"] == text


@pytest.mark.parametrize("text", hostile(50))
def test_a_message_that_is_no_code_is_never_written(text: str) -> None:
    line = CatalogueFormatter().format(record(text))
    assert json.loads(line)["code"] == "log.other"
    assert set(json.loads(line)) == {"at", "level", "logger", "code", "sentence"}


@pytest.mark.parametrize("text", hostile(50))
def test_a_library_cannot_write_what_it_was_given(text: str) -> None:
    line = CatalogueFormatter().format(record(text, "django.security.DisallowedHost", provider=text))
    assert json.loads(line)["code"] == "log.other"
    assert "provider" not in json.loads(line)


def test_an_exception_is_told_by_its_type_and_place_not_by_its_words() -> None:
    try:
        raise ValueError(FORGED + "\nINS 254036938301239")
    except ValueError as error:
        made = record("work.failed", duty="x", exc_info=(type(error), error, error.__traceback__))
    line = json.loads(CatalogueFormatter().format(made))
    assert line["exception"] == "ValueError"
    assert "254036938301239" not in json.dumps(line)


def test_a_field_outside_of_the_catalogue_is_not_written() -> None:
    for code, (_, allowed) in CATALOGUE.items():
        line = json.loads(
            CatalogueFormatter().format(record(code, ins="254036938301239", **dict.fromkeys(allowed, "x")))
        )
        assert "ins" not in line
        assert set(allowed) <= set(line)
