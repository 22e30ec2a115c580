"""Structured logs: one JSON object a line, a code from the catalogue, and only the fields that this code may carry.

The fields are an allow-list: a name, an INS, a token or a key passed by mistake never reaches the line.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any

# Code → (what it says, fields it may carry). A code outside is logged without any field.
CATALOGUE: dict[str, tuple[str, tuple[str, ...]]] = {
    "oidc.refused": ("Connexion déléguée refusée", ("provider", "check")),
    "oidc.logout_refused": ("Avis de déconnexion refusé", ("provider", "check")),
    "card.refused": ("Connexion par carte refusée", ("check",)),
    "card.door_unusable": ("Porte des cartes CPx inutilisable", ()),
    "scim.refused": ("Compte refusé par le flux SCIM", ("fields",)),
    "traces.sealed": ("Traces scellées", ("head", "last_trace_id", "count")),
    "traces.seal_postponed": ("Scellement remis à plus tard", ()),
    "work.done": ("Tâche périodique faite", ("duty", "count")),
    "work.failed": ("Tâche périodique en échec, reprise au prochain tour", ("duty",)),
    "http.refused": ("Requête refusée", ("status", "view")),
    "http.failed": ("Requête en échec", ("status", "view")),
    "log.other": ("Message d’une bibliothèque", ()),
}
# What JSON leaves as it is, and a terminal or a reader of lines obeys: C1 controls, line separators, changes of direction.
_DRIVING = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# A LogRecord's own attributes: everything else came by `extra`.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class CatalogueFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"at": …, "level": …, "logger": …, "code": …, fields…}`, line feeds escaped."""
        code, fields = _code(record)
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "code": code,
            "sentence": CATALOGUE.get(code, ("Code hors catalogue", ()))[0],
            **fields,
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The type and the place; the message of an exception may quote what it was given.
            line["exception"] = record.exc_info[0].__name__
            line["at_code"] = _place(record)
        written = json.dumps(line, ensure_ascii=False, default=str)
        return _DRIVING.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _code(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    if record.name.startswith("django.request"):
        status = int(getattr(record, "status_code", 500))
        resolved = getattr(getattr(record, "request", None), "resolver_match", None)
        view = resolved.view_name if resolved else ""
        return ("http.failed" if status >= 500 else "http.refused"), {"status": status, "view": view}
    if not record.name.startswith("tramontane"):
        return "log.other", {}
    code = str(record.msg)
    allowed = CATALOGUE.get(code, ("", ()))[1]
    given = {name: value for name, value in record.__dict__.items() if name not in _OWN}
    return code if code in CATALOGUE else "log.other", {name: given[name] for name in allowed if name in given}


def _place(record: logging.LogRecord) -> str:
    """File and line of the deepest frame: enough to find the code."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"catalogue": {"()": "tramontane.hospital.config.logs.CatalogueFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "catalogue"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
