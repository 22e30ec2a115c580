"""The hospital's processes, made to be killed: a mother process that has imported everything forks them, so that one killed is
back in a moment. Each is a process group of its own, with its own connections; nothing of it outlives a `kill -9`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.national_server import free_port

TESTS = Path(__file__).parents[1]


@dataclass
class Hospital:
    """One installation: a directory, a database, and processes by name."""

    directory: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    mllp: int = field(default_factory=free_port)
    running: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = {
            "DJANGO_SETTINGS_MODULE": "tramontane.hospital.config.settings",
            "TRAMONTANE_DATA_DIRECTORY": str(self.directory),
            "TRAMONTANE_DATABASE_URL": self.database_url,
            "TRAMONTANE_BASE_URL": f"http://localhost:{self.port}",
            "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRAMONTANE_")}
        self.directory.mkdir(parents=True, exist_ok=True)
        self._log = (self.directory / "log").open("ab")
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "support.killable"], env=kept | {n: v for n, v in values.items() if v},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def _ask(self, *words: object) -> Any:
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(json.dumps(words) + "\n")
        self.mother.stdin.flush()
        return json.loads(self.mother.stdout.readline() or "null")

    def run(self, call: str, *arguments: Any) -> Any:
        """`module:function` in a process of its own, Django ready; what it gives, as JSON."""
        path = self.directory / f"answer-{time.monotonic_ns()}"
        pid = self._ask("run", call, list(arguments), str(path))
        self._wait_dead(pid)
        assert path.exists(), (self.directory / "log").read_text()[-4000:]
        return json.loads(path.read_text())

    def start(self, *names: str) -> None:
        """Start what is not running, and wait until it listens."""
        for name in names:
            if name not in self.running:
                self.running[name] = self._ask("start", name, [self.port, self.mllp])
        for name, port in (("server", self.port), ("hl7", self.mllp)):
            if name in names:
                self._wait(port)

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        raise TimeoutError((self.directory / "log").read_text()[-4000:])

    def kill(self, name: str) -> None:
        """kill -9, its own children included."""
        pid = self.running.pop(name)
        os.killpg(pid, signal.SIGKILL)
        self._wait_dead(pid)

    def terminate(self, name: str) -> None:
        """SIGTERM, and the time it takes to end what has begun."""
        pid = self.running.pop(name)
        os.kill(pid, signal.SIGTERM)
        self._wait_dead(pid)

    def _wait_dead(self, pid: int) -> None:
        while self._ask("alive", pid):
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill everything, mother included."""
        for name in list(self.running):
            self.kill(name)
        self.mother.kill()
        self.mother.wait()
        self._log.close()


# In the mother process.


def serve(port: int, _mllp: int) -> None:
    """The application, one thread a request."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from tramontane.hospital.config.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", port), WSGIRequestHandler)
    server.set_app(application)
    server.serve_forever()


def work(_port: int, _mllp: int) -> None:
    """Background tasks and duties."""
    from tramontane.hospital.config import work as operations

    operations.forever(interval=0.1)


def listen(_port: int, mllp: int) -> None:
    """The HL7 feed of the only entity."""
    import asyncio

    from tramontane.cli.hospital_operations.working import _listen
    from tramontane.hospital.accounts.models import LegalEntity

    asyncio.run(_listen(LegalEntity.objects.get(), "127.0.0.1", mllp, None, as_json=False))


PROCESSES = {"server": serve, "work": work, "hl7": listen}


def _fork(body: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    try:
        body()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        os._exit(1)


def _answer(call: str, arguments: list[Any], path: str) -> None:
    from importlib import import_module

    module, name = call.split(":")
    result = getattr(import_module(module), name)(*arguments)
    done = Path(f"{path}.part")
    done.write_text(json.dumps(result))
    done.rename(path)


def _is_alive(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] == 0


def _mother() -> None:
    import django

    django.setup()
    # Imported before any fork, and no connection opened: the children share code, nothing else.
    import tramontane.cli.hospital_operations.working
    import tramontane.hospital.config.urls
    import tramontane.hospital.config.work
    import tramontane.hospital.config.wsgi  # noqa: F401

    for line in sys.stdin:
        words = json.loads(line)
        if words[0] == "start":
            answer: Any = _fork(lambda words=words: PROCESSES[words[1]](*words[2]))  # type: ignore[misc]
        elif words[0] == "run":
            answer = _fork(lambda words=words: _answer(*words[1:]))  # type: ignore[misc]
        else:
            answer = _is_alive(words[1])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _mother()
