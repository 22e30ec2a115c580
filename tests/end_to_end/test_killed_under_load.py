"""`kill -9` and SIGTERM under load: consultations, the HL7 feed and sendings at once, against the stand-in as a real process.

After any number of kills: no exchange reached the DMP without its intention row, no acknowledged message is lost, and
each document was registered exactly once."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.consultation import files_of
from support.hl7 import message
from support.killable import Hospital
from support.national_server import NationalServer
from support.postgres import Cluster

OURS = ("server", "work", "hl7")
_REACHED = """
import json
from tramontane.national.models import AccessTrace, RegistryDocument
print(json.dumps([list(AccessTrace.objects.values_list("message_id", flat=True)),
                  list(RegistryDocument.objects.filter(superseded=False).values_list("unique_id", flat=True))]))
"""


@dataclass
class Load:
    """Three users who never stop, and what each was promised."""

    hospital: Hospital
    scene: dict[str, Any]
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)
    opened: int = 0
    asked: list[int] = field(default_factory=list)

    def run(self) -> list[threading.Thread]:
        """Start the three."""
        threads = [
            threading.Thread(target=self._again, args=(one,), daemon=True)
            for one in (self._open, self._send, self._feed)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _again(self, act: Callable[[int], None]) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                act(number)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)  # killed: somebody restarts it

    def _http(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.hospital.port, timeout=30)
        origin = f"http://localhost:{self.hospital.port}"
        sent = {"Cookie": f"session={self.scene['session']}", "Origin": origin, "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, sent | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _token(self) -> str:
        return str(json.loads(self._http("GET", "/api/v1/session")[1])["csrf_token"])

    def _open(self, _number: int) -> None:
        path = f"/api/v1/patients/{self.scene['ipp']}/dmp/opening"
        status, _ = self._http("POST", path, json.dumps({"refresh": True}), **{"X-CSRFToken": self._token()})
        self.opened += status == 200

    def _send(self, number: int) -> None:
        documents = self.scene["documents"]
        document = documents[number % len(documents)]
        path = f"/patients/{self.scene['patient']}/documents/{document}/envoyer/"
        status, _ = self._http("POST", path, **{"X-CSRFToken": self._token()})
        if status == 302:
            self.asked.append(document)
        time.sleep(0.05)

    def _feed(self, number: int) -> None:
        control = f"CHARGE{number:07d}"
        body = message(
            "A04", control=control, ipp=f"{number % 20:06d}", ins="", service=self.scene["service"], visit=f"V{number}"
        )
        with socket.create_connection(("127.0.0.1", self.hospital.mllp), timeout=30) as line:
            line.sendall(b"\x0b" + body.encode() + b"\x1c\r")
            answer = line.recv(65536)
        if b"MSA|AA" in answer:
            self.acknowledged.append(control)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    cluster = Cluster()
    yield cluster.create("hospital")
    cluster.stop()


def campaign(directory: Path, database_url: str, *, kills: int, seed: int) -> Load:
    """Kill one process after another, each restarted at once, then look at what was kept. Prints what it did."""
    chance = random.Random(seed)
    national, hospital = NationalServer(directory / "national"), Hospital(directory / "hospital", database_url)
    load = Load(hospital, {})
    try:
        national.run("from support.national import entry, feed, populate\npopulate()\nfeed(entry(1), entry(2))")
        national.start()
        load.scene |= hospital.run("support.killed_scene:seed", national.port, files_of(), 20 + 2 * kills)
        hospital.start(*OURS)
        threads = load.run()
        killed = dict.fromkeys((*OURS, "national"), 0)
        for number in range(kills):
            time.sleep(chance.random() * 1.0)
            # One kill in twenty takes the stand-in: the call that was on its way has no answer.
            name = "national" if number % 20 == 19 else chance.choice(OURS)
            killed[name] += 1
            if name == "national":
                national.kill()
                national.start()
                continue
            # The ordered stop of a deployment loses no more than the other. The test's own server does not know it.
            stop = hospital.terminate if name != "server" and chance.random() < 0.5 else hospital.kill
            stop(name)
            hospital.start(name)
        time.sleep(1)
        load.stop.set()
        for thread in threads:
            thread.join(60)
        for name in OURS:
            hospital.kill(name)
        hospital.start("hl7")  # takes up what was stored and not applied
        hospital.kill("hl7")
        judge(load, hospital.run("support.killed_scene:settle"), *json.loads(national.run(_REACHED)))
        print(
            f"seed {seed}: {killed}, {load.opened} openings, {len(load.acknowledged)} messages, {len(set(load.asked))} sendings"
        )
        return load
    finally:
        load.stop.set()
        hospital.stop()
        national.kill()


def judge(load: Load, kept: dict[str, Any], reached: list[str], registered: list[str]) -> None:
    """The three promises, and the chain."""
    assert set(filter(None, reached)) <= set(kept["intentions"]), "an exchange without its intention"
    lost = [control for control in load.acknowledged if kept["messages"].get(control) != "applied"]
    assert lost == [], {control: kept["messages"].get(control) for control in lost}
    unsent = {one: state for one, state in kept["dispatches"].items() if state[0] != "sent"}
    assert unsent == {}, kept["failures"]
    assert set(kept["dispatches"]) <= set(registered), "said to be sent, and not there"
    assert len(registered) == len(set(registered)), "registered twice"
    assert kept["intact"]


def test_six_kills_lose_nothing(tmp_path: Path) -> None:
    load = campaign(tmp_path, "", kills=6, seed=2026)
    assert load.acknowledged


@pytest.mark.campaign
def test_two_hundred_kills_lose_nothing(tmp_path: Path, database: str) -> None:
    load = campaign(tmp_path, database, kills=200, seed=random.SystemRandom().randrange(2**32))
    assert load.opened
    assert load.asked
