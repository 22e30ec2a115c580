"""A card through a real TLS proxy: nginx, mutual TLS, a Unix socket, and whoever tries to write the header instead."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from support.card_proxy import CHANNEL_KEY, Proxied, behind_nginx
from support.hospital import make_rpps
from support.pki import pki
from tramontane.demo.pki import Credentials, Person, Profile, pem

CARD_PATH = "/connexion/carte/?suite=/mon-compte/facteurs/"
RPPS = make_rpps(987_654)


class Browser:
    """One person's browser: her cookies on both ports, as browsers do, and her card."""

    def __init__(self, site: Proxied, card: Credentials | None = None) -> None:
        self._site, self._card = site, card
        self.cookies: dict[str, str] = {}

    def call(self, method: str, port: int, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
        """Status, Location, body."""
        connection = http.client.HTTPSConnection("localhost", port, context=self._site.context(self._card), timeout=120)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("__", "-"): value for name, value in headers.items()}
        if method == "POST":
            sent |= {"Origin": f"https://localhost:{port}", "Content-Type": "application/x-www-form-urlencoded"}
            sent |= {"Referer": f"https://localhost:{port}{path}"}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        for name, value in re.findall(r"([\w-]+)=([^;]*);", "; ".join(answer.headers.get_all("Set-Cookie", [])) + ";"):
            if name.endswith("session"):
                self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text

    def open_with_card(self) -> tuple[int, str, str]:
        """Look at the page of the card, then press its button."""
        status, _, page = self.call("GET", self._site.card_port, CARD_PATH)
        assert status == 200, page
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        return self.call("POST", self._site.card_port, CARD_PATH, f"csrfmiddlewaretoken={token[1]}")


def card(profile: Profile = Profile.AUTH_CLI, rpps: str = RPPS) -> Credentials:
    return pki().demo.issue_cps(Person(f"8{rpps}", "LIBRE", "MAX"), profile, key=pki().auth.key)


@pytest.mark.django_db
def test_only_a_card_read_by_the_proxy_opens_a_session(tmp_path: Path) -> None:
    good = card()
    with behind_nginx(tmp_path, "max", RPPS) as site:
        holder = Browser(site, good)
        status, location, _ = holder.open_with_card()
        assert (status, location) == (302, f"https://localhost:{site.port}/mon-compte/facteurs/")
        assert next(iter(holder.cookies)).startswith("__Host-")
        status, _, page = holder.call("GET", site.port, "/mon-compte/facteurs/")
        assert (status, "2 facteurs" in page) == (200, True)
        _refuses_other_cards(site)
        _refuses_forged_headers(site, good)


def _refuses_other_cards(site: Proxied) -> None:
    """The proxy asks for the proof of possession of the key; the application judges the certificate."""
    cases = {
        "carte-absente": None,
        "certificat-usage": card(Profile.SIGN),
        "compte-inconnu": card(rpps=make_rpps(987_655)),
        "certificat-chaine": pki().auth,  # the structure's own certificate: its authority is not one of cards
    }
    for code, presented in cases.items():
        status, _, page = Browser(site, presented).call("GET", site.card_port, CARD_PATH)
        assert (status, f"<code>{code}</code>" in page) == (403, True), code
    stranger = Browser(site)
    status, location, _ = stranger.call("GET", site.card_port, "/mon-compte/facteurs/")
    assert (status, location) == (308, f"https://localhost:{site.port}/mon-compte/facteurs/")


def _refuses_forged_headers(site: Proxied, stolen: Credentials) -> None:
    """A public certificate, and even the key of the channel, written by the client: the proxy's word replaces them."""
    written = quote(pem(stolen.certificate).decode(), safe="")
    spellings = ("X__Tramontane__Card", "X_Tramontane_Card", "x__TRAMONTANE_card")
    for value in (written, f"{CHANNEL_KEY};{written}"):
        for spelling in spellings:
            forged = {spelling: value}
            status, _, page = Browser(site).call("GET", site.card_port, CARD_PATH, **forged)
            assert (status, "<code>carte-absente</code>" in page) == (403, True), spelling
            host = {"Host": f"localhost:{site.card_port}"}
            status, _, page = Browser(site).call("GET", site.port, CARD_PATH, **forged, **host)
            assert (status, "<code>canal-sans-cle</code>" in page) == (403, True), spelling
