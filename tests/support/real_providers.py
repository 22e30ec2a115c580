"""Identity providers written by others, on loopback: npm `oidc-provider`, and LemonLDAP::NG from Debian.

Each starts with its own people; whoever gives a TOTP code proved two factors there, whoever gives a password one.
"""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin

import pyotp
import pytest
from cryptography.hazmat.primitives import serialization

from support.evil_op import CLIENT_ID, rsa_key
from support.needs import missing

SOURCES = Path(__file__).parent / "oidc_provider"
CACHE = Path(__file__).parents[2] / "var" / "cache" / "oidc-provider"
LEMONLDAP = Path("/usr/share/lemonldap-ng")
CLIENT_SECRET = secrets.token_urlsafe(24)


@dataclass(frozen=True)
class RealProvider:
    """A running provider: what the application's file has to say of it."""

    issuer: str
    discovery: str = ""


class Stranger:
    """A browser at the provider's: its cookies, whatever domain they name, and no redirect followed by itself."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        self._opener = urllib.request.build_opener(_Stay())

    def call(self, url: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, Location and body."""
        body = urlencode(fields).encode() if fields is not None else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            answer = self._opener.open(urllib.request.Request(url, body, named), timeout=60)
        except HTTPError as error:
            answer = error
        with answer:
            for line in answer.headers.get_all("Set-Cookie", ()):
                self._cookies |= {morsel.key: morsel.value for morsel in SimpleCookie(line).values()}
            return answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace")

    def follow(self, url: str, fields: dict[str, str] | None = None, *, until: str) -> tuple[str, str]:
        """Redirects, until the page of a form (its address and body) or an address that starts with `until`."""
        for _ in range(10):
            _, location, body = self.call(url, fields)
            if not location:
                return url, body
            url, fields = urljoin(url, location), None
            if url.startswith(until):
                return url, ""
        raise AssertionError("too many redirects")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    inputs = re.findall(r"<input[^>]*>", page)
    found = (dict(re.findall(r'(type|name|value)="([^"]*)"', item)) for item in inputs)
    return {
        item["name"]: html.unescape(item.get("value", ""))
        for item in found
        if item.get("type") == "hidden" and "name" in item
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


@contextmanager
def oidc_provider(redirect_uri: str, people: dict[str, dict[str, str]]) -> Iterator[RealProvider]:
    """npm `oidc-provider`. `people`: login → password, rpps, secret (hexadecimal)."""
    port = _free_port()
    parameters = {
        "port": port,
        "redirectUri": redirect_uri,
        "logoutUri": redirect_uri.replace("/retour/", "/fin/"),
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "people": people,
    }
    command = ["node", "server.mjs", json.dumps(parameters)]
    issuer = f"http://127.0.0.1:{port}"
    with _running(command, _installed(), f"{issuer}/.well-known/openid-configuration"):
        yield RealProvider(issuer)


_NODE = 20  # neither it nor the registry comes from Debian's packages: without them, CI too skips these tests


def _installed() -> Path:
    """Its packages, pinned by the lock file, once for all runs of this checkout."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing("node and npm", "nodejs npm")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < _NODE:
        pytest.skip(
            f"needs Node.js {_NODE}: oidc-provider does not start on {version.strip()}, the one Debian 12 installs"
        )
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        stamp = CACHE / ".installed"
        wanted = (SOURCES / "package-lock.json").read_text()
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copy(SOURCES / name, CACHE / name)
        if not stamp.is_file() or stamp.read_text() != wanted:
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            done = subprocess.run(["npm", "ci", *options], cwd=CACHE, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"needs the npm registry: {done.stderr.strip()[-200:]}")
            stamp.write_text(wanted)
    return CACHE


# What the portal is told, beside Debian's own configuration (names are LemonLDAP::NG's).
_RP = "oidcRPMetaDataOptions"
_APP = """
use strict; use warnings; use Plack::Builder; use Plack::App::File; use Lemonldap::NG::Portal::Main;
builder {
  mount '/static' => Plack::App::File->new(root => '%(share)s/portal/htdocs/static')->to_app;
  mount '/' => Lemonldap::NG::Portal::Main->run({ configStorage => { confFile => '%(work)s/ll.ini' } });
};
"""


@contextmanager
def lemonldap(redirect_uri: str, rpps: dict[str, str], work: Path) -> Iterator[RealProvider]:
    """LemonLDAP::NG with its demonstration people (`dwho`, `rtyler`: the password is the name), who may add a TOTP."""
    if not LEMONLDAP.is_dir() or not shutil.which("plackup"):
        missing("LemonLDAP::NG", "lemonldap-ng, and those beside it in scripts/system-packages")
    port = _free_port()
    for name in ("conf", "cache", "sessions/lock", "psessions/lock", "notifications"):
        (work / name).mkdir(parents=True)
    ini = Path("/etc/lemonldap-ng/lemonldap-ng.ini").read_text().replace("/var/lib/lemonldap-ng", str(work))
    (work / "ll.ini").write_text(ini)
    (work / "app.psgi").write_text(_APP % {"share": LEMONLDAP, "work": work})
    configuration = Path("/var/lib/lemonldap-ng/conf/lmConf-1.json").read_text()
    known = json.loads(configuration.replace("/var/lib/lemonldap-ng", str(work)))
    (work / "conf" / "lmConf-1.json").write_text(json.dumps(known | _portal(port, redirect_uri, rpps)))
    issuer = f"http://127.0.0.1:{port}/"
    command = ["plackup", "-s", "Starlet", "--max-workers", "2", "--host", "127.0.0.1", "--port", str(port), "app.psgi"]
    discovery = f"{issuer}.well-known/openid-configuration"
    with _running(command, work, discovery):
        yield RealProvider(issuer.rstrip("/"), discovery)


def _portal(port: int, redirect_uri: str, rpps: dict[str, str]) -> dict[str, Any]:
    key = rsa_key("lemonldap")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    numbers = " : ".join(f"$uid eq '{name}' ? '{number}'" for name, number in rpps.items()) + " : ''"
    relying_party = {
        "ClientID": CLIENT_ID, "ClientSecret": CLIENT_SECRET, "RedirectUris": redirect_uri, "IDTokenSignAlg": "RS256",
        "BypassConsent": 1, "RequirePKCE": 1, "IDTokenForceClaims": 1,
    }  # fmt: skip
    return {
        "domain": "127.0.0.1",
        "portal": f"http://127.0.0.1:{port}/",
        "issuerDBOpenIDConnectActivation": 1,
        "oidcServiceMetaDataIssuer": f"http://127.0.0.1:{port}",
        "oidcServicePrivateKeySig": private.decode(),
        "oidcServicePublicKeySig": public.decode(),
        "oidcServiceKeyIdSig": "sig-1",
        "oidcServiceAllowAuthorizationCodeFlow": 1,
        "oidcServiceMetaDataAuthnContext": {"eidas1": 2, "eidas2": 5},
        _RP: {"hospital": {f"{_RP}{name}": value for name, value in relying_party.items()}},
        "oidcRPMetaDataExportedVars": {"hospital": {"rpps": "rpps", "amr": "amr;string;always"}},
        f"{_RP}ExtraClaims": {"hospital": {"hospital": "rpps amr"}},
        "oidcRPMetaDataMacros": {
            "hospital": {"rpps": numbers, "amr": "$_2f eq 'totp' ? 'pwd; otp; mfa' : 'pwd'"},
        },
        "totp2fActivation": 1,
        "totp2fSelfRegistration": 1,
        "totp2fAuthnLevel": 5,
    }


class LemonldapPerson(Stranger):
    """Someone at the portal: logs in, adds a TOTP, gives its code."""

    def __init__(self, provider: RealProvider, name: str) -> None:
        super().__init__()
        self._portal = provider.issuer + "/"
        self._name = name

    def enrol(self) -> str:
        """Add a TOTP application, as its page would; gives the secret (base32)."""
        self._password(self._portal)
        key = json.loads(self.call(f"{self._portal}2fregisters/totp/getkey", {}, X_CSRF_Check="1")[2])
        code = pyotp.TOTP(key["secret"].upper()).at(time.time() - 30)
        fields = {"code": code, "token": key["token"], "TOTPName": "test"}
        answer = self.call(f"{self._portal}2fregisters/totp/verify", fields, X_CSRF_Check="1")
        assert json.loads(answer[2]).get("result") == 1, answer
        return str(key["secret"]).upper()

    def _password(self, url: str, page: str = "", until: str = "none") -> tuple[str, str]:
        page = page or self.call(url)[2]
        return self.follow(url, hidden(page) | {"user": self._name, "password": self._name}, until=until)

    def authorize(self, url: str, secret: str, *, until: str) -> str:
        """From the application's request to its own address; with a code when a TOTP was added (`secret`)."""
        where, page = self.follow(url, until=until)
        where, page = self._password(where, page, until)
        if secret:
            fields = hidden(page) | {"code": pyotp.TOTP(secret).now()}
            where, page = self.follow(f"{self._portal}totp2fcheck", fields, until=until)
        assert where.startswith(until), page
        return where


@contextmanager
def _running(command: list[str], directory: Path, ready: str) -> Iterator[None]:
    """A process that serves, killed at the end."""
    log = directory / f"log-{secrets.token_hex(4)}.txt"
    with log.open("wb") as output:
        environment = {**os.environ, "NO_COLOR": "1"}
        process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=output, env=environment)
    try:
        _wait(ready, process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
        log.unlink(missing_ok=True)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (URLError, http.client.HTTPException, OSError):
            time.sleep(0.1)
    _failed(log)


def _failed(log: Path) -> NoReturn:
    raise AssertionError(f"the provider did not start: {log.read_text(errors='replace')[-1500:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
