"""A database URL as a Django configuration, with the durability and locking that both applications rely on."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# WAL lets readers work beside the one writer; `synchronous=FULL` survives a power cut, as an access trace must;
# BEGIN IMMEDIATE takes the write lock at once, so that two workers never deadlock on an upgrade.
SQLITE_OPTIONS = {
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}

# A server that is gone, or that a firewall no longer lets answer, is known in seconds: libpq would wait for minutes, and
# every thread of the application with it. An address may say otherwise (`?connect_timeout=…`).
POSTGRESQL_OPTIONS = {
    "connect_timeout": "5",
    "tcp_user_timeout": "15000",  # milliseconds
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}


def from_url(url: str) -> dict[str, Any]:
    """`sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`.

    Raises:
        ValueError: any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": dict(SQLITE_OPTIONS),
            "CONN_MAX_AGE": None,
        }
    if parts.scheme in ("postgres", "postgresql"):
        options = POSTGRESQL_OPTIONS | dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ValueError(f"Base de données : schéma {parts.scheme!r} inconnu ; attendu sqlite ou postgresql.")
