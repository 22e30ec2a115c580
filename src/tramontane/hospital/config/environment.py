"""The environment, read once into one typed object. What is missing or wrong is said all at once, loudly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tramontane.dmp.identity import InsAuthority
from tramontane.ui.theme import check_accent


class ConfigurationError(Exception):
    """Every fault of the environment, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Configuration refusée :\n- " + "\n- ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Environment:
    """What the operator decides. Secure unless said otherwise in writing.

    Attributes:
        production: refuses unsafe doubles, requires HTTPS and a secret key.
        base_url: public origin, e.g. ``https://dmp.ch-exemple.fr``; WebAuthn and links derive from it.
        data_directory: documents, static files, SQLite database.
        database_url: ``sqlite:///path`` or ``postgresql://…``.
        embedded_database: the establishment accepts, in writing, the embedded database in production (ADR 10).
        session_idle_minutes, session_hours: the session ends after so much inactivity, and anyway after so long.
        proof_hours: how long a proof of two factors opens the DMP.
        notice_days: « J'ai compris » is asked again after so many days (SC.DMP/CONF.11 gives 180 as an example).
        providers_file: YAML file of the identity providers; empty: local login only.
        card_file: YAML file of the CPx card door (`accounts.card.door`); empty: no card login.
        trusted_proxy_socket: the Unix socket where the proxy's headers are believed; empty: they never are.
        extraction_p12, extraction_password: PKCS#12 that signs extractions of traces; empty: the PDF says it is not.
        metrics_token: bearer token of `/metrics`; empty: this machine only.
        ins_oid: authority of the INS on this installation; production NIR, or the test NIR of the samples.
    """

    production: bool
    secret_key: str
    base_url: str
    data_directory: Path
    database_url: str
    embedded_database: bool
    accent: str
    logo: str
    session_idle_minutes: int
    session_hours: int
    proof_hours: int
    notice_days: int
    ins_oid: str
    providers_file: str
    card_file: str
    trusted_proxy_socket: str
    extraction_p12: str
    extraction_password: str
    # Documents of the homologation: the picture of their letterhead (PNG, JPEG, SVG); the key that signs a PV here
    # (`file:` or `pkcs11:`, as for the DMP) and its secret; PEM authorities trusted for signatures; an RFC 3161 service.
    document_logo: str
    pv_key: str
    pv_secret: str
    pv_authorities: str
    timestamp_url: str
    metrics_token: str

    @property
    def host(self) -> str:
        """Host name of the public origin: the WebAuthn relying party id."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether the public origin is HTTPS."""
        return self.base_url.startswith("https://")


DEFAULTS = {
    "ENV": "development",
    "SECRET_KEY": "",
    "BASE_URL": "http://localhost:8000",
    "DATA_DIRECTORY": "var/hospital",
    "DATABASE_URL": "",
    "EMBEDDED_DATABASE": "refused",
    "ACCENT": "#1d5a80",
    "LOGO": "",
    "SESSION_IDLE_MINUTES": "30",
    "SESSION_HOURS": "10",
    "PROOF_HOURS": "10",
    "NOTICE_DAYS": "180",
    "INS_OID": "",
    "IDENTITY_PROVIDERS": "",
    "CARD_DOOR": "",
    "TRUSTED_PROXY_SOCKET": "",
    "EXTRACTION_P12": "",
    "EXTRACTION_PASSWORD": "",
    "DOCUMENT_LOGO": "",
    "PV_KEY": "",
    "PV_SECRET": "",
    "PV_AUTHORITIES": "",
    "TIMESTAMP_URL": "",
    "METRICS_TOKEN": "",
}
NUMBERS = ("SESSION_IDLE_MINUTES", "SESSION_HOURS", "PROOF_HOURS", "NOTICE_DAYS")
PREFIX = "TRAMONTANE_"


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Build the object, or refuse with every fault.

    Raises:
        ConfigurationError: unknown mode, missing secret, number that is not one, unreadable accent, HTTP in production.
    """
    values = {name: environ.get(PREFIX + name, default) for name, default in DEFAULTS.items()}
    faults = [*_number_faults(values), *_mode_faults(values), *_accent_faults(values)]
    if faults:
        raise ConfigurationError(faults)
    directory = Path(values["DATA_DIRECTORY"]).resolve()
    production = values["ENV"] == "production"
    return Environment(
        production=production,
        secret_key=values["SECRET_KEY"] or "unsafe-development-key",
        base_url=values["BASE_URL"].rstrip("/"),
        data_directory=directory,
        embedded_database=values["EMBEDDED_DATABASE"] == "accepted",
        database_url=values["DATABASE_URL"] or f"sqlite:///{directory / 'hospital.sqlite3'}",
        accent=values["ACCENT"],
        logo=values["LOGO"],
        providers_file=values["IDENTITY_PROVIDERS"],
        card_file=values["CARD_DOOR"],
        trusted_proxy_socket=values["TRUSTED_PROXY_SOCKET"],
        extraction_p12=values["EXTRACTION_P12"],
        extraction_password=values["EXTRACTION_PASSWORD"],
        document_logo=values["DOCUMENT_LOGO"],
        pv_key=values["PV_KEY"],
        pv_secret=values["PV_SECRET"],
        pv_authorities=values["PV_AUTHORITIES"],
        timestamp_url=values["TIMESTAMP_URL"],
        metrics_token=values["METRICS_TOKEN"],
        ins_oid=values["INS_OID"] or (InsAuthority.NIR if production else InsAuthority.NIR_TEST).value,
        **{name.lower(): int(values[name]) for name in NUMBERS},
    )


def _number_faults(values: Mapping[str, str]) -> list[str]:
    return [
        f"{PREFIX}{name} : attendu un nombre entier positif, reçu « {values[name]} »."
        for name in NUMBERS
        if not values[name].isdecimal()
    ]


def _mode_faults(values: Mapping[str, str]) -> list[str]:
    if values["EMBEDDED_DATABASE"] not in ("accepted", "refused"):
        return [
            f"{PREFIX}EMBEDDED_DATABASE : attendu « accepted » ou « refused », reçu « {values['EMBEDDED_DATABASE']} »."
        ]
    if values["ENV"] not in ("development", "production"):
        return [f"{PREFIX}ENV : attendu « development » ou « production », reçu « {values['ENV']} »."]
    if values["ENV"] == "development":
        return []
    checks = (
        (
            len(values["SECRET_KEY"]) >= 50,
            f"{PREFIX}SECRET_KEY : obligatoire en production, au moins 50 caractères tirés au hasard.",
        ),
        (
            values["BASE_URL"].startswith("https://"),
            f"{PREFIX}BASE_URL : obligatoire en production, en https:// (reçu « {values['BASE_URL']} »).",
        ),
        (
            values["DATABASE_URL"].startswith("postgres") or values["EMBEDDED_DATABASE"] == "accepted",
            f"{PREFIX}DATABASE_URL : obligatoire en production (postgresql://…), ou {PREFIX}EMBEDDED_DATABASE=accepted.",
        ),
    )
    return [sentence for held, sentence in checks if not held]


def _accent_faults(values: Mapping[str, str]) -> list[str]:
    try:
        check_accent(values["ACCENT"])
    except ValueError as error:
        return [f"{PREFIX}ACCENT : {error}"]
    return []
