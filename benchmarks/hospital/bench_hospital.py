"""What the hospital application adds to the calls it makes, and how close a preload of 2,000 patients comes to its ideal schedule.

The stand-in is a real process over mutual TLS; its delays and its faults are scripted (300 ms on every answer, and one cut connection
for 2 % of the patients)."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests")]

from harness import Measure  # noqa: E402
from scene import environment  # noqa: E402

from support.national_server import NationalServer  # noqa: E402
from support.pki import pki  # noqa: E402
from tramontane.demo.pki import pem  # noqa: E402

DOCUMENTS = 21  # as in the official sample of an answer
DELAY = 0.3
OPENINGS = {0.0: 60, DELAY: 20}
# Fewer on demand: TRAMONTANE_BENCH_PATIENTS.
PATIENTS = int(os.environ.get("TRAMONTANE_BENCH_PATIENTS", "2000"))
FAULTY = 0.02
_FEED = (
    "from support.national import entry, feed, populate\npopulate()\n"
    f"feed(*(entry(number) for number in range(1, {DOCUMENTS + 1})))"
)
_SLOW = (
    "from tramontane.national import faults\nfrom tramontane.national.models import FaultKind\n"
    f"faults.script(faults.PlayedFault(FaultKind('delay'), {DELAY}))"
)
_MANY = """
import json
from pathlib import Path
from support.national import MEDECIN, NOW, _patient, entry, populate, submission_set
from tramontane.dmp.identity import Ins, InsAuthority
from tramontane.national import faults, seeding as s
from tramontane.national.models import FaultKind

def number(rank):
    stem = f"25403693{{rank:05d}}"
    return f"{{stem}}{{97 - int(stem) % 97:02d}}"

populate()
everyone = [Ins(number(rank), InsAuthority.NIR_TEST) for rank in range({patients})]
s.seed(patients=[_patient(one) for one in everyone],
       authorisations=[s.Authorisation(one, MEDECIN, "VALIDE", NOW) for one in everyone],
       submissions=[s.Submission(one, submission_set(rank + 1000, patient=one),
                                 (s.Document(entry(rank + 1000, patient=one), b"x"),)) for rank, one in enumerate(everyone)])
for one in everyone[:: {stride}]:
    faults.script(faults.PlayedFault(FaultKind("cut")), ins=one.value, times=1)
faults.script(faults.PlayedFault(FaultKind("delay"), {delay}))
Path({file!r}).write_text(json.dumps([one.value for one in everyone]))
"""


@cache
def pki_files() -> dict[str, str]:
    """The certificates of this process's PKI, which is the stand-in's, as the hospital refers to them."""
    directory = Path(tempfile.mkdtemp(prefix="tramontane-bench-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    given = {
        "trust_path": pem(*pki().anchors, *pki().intermediates),
        "crl_path": pem(*pki().crls),
        "authentication": pem(pki().auth.certificate, *pki().auth.chain) + pki().auth.key_pem(),
        "signature": pem(pki().sign.certificate, *pki().sign.chain) + pki().sign.key_pem(),
    }
    for name, content in given.items():
        (directory / f"{name}.pem").write_bytes(content)
    paths = {name: str(directory / f"{name}.pem") for name in given}
    return paths | {name: f"file:{paths[name]}" for name in ("authentication", "signature")}


def measured(script: str, directory: Path, *arguments: object) -> dict[str, Any]:
    """Run a script of this folder; what it prints last."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    known = environment(directory) | {"BENCH_FILES": json.dumps(pki_files())}
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def openings(delay: float) -> Iterable[Measure]:
    """What the application adds to the same two calls made by the bare client, alternated with it."""
    with tempfile.TemporaryDirectory() as directory:
        server = NationalServer(Path(directory) / "national")
        server.run(_FEED + ("\n" + _SLOW if delay else ""))
        server.start()
        try:
            taken = measured("opening.py", Path(directory) / "hospital", server.port, OPENINGS[delay])
        finally:
            server.stop()
    calls = statistics.median(wall for wall, _ in taken["client"])
    added = sorted(wall - calls for wall, _ in taken["application"])
    name = f"record opening (TD0.2 + TD3.1, {DOCUMENTS} documents), stand-in at {delay * 1e3:.0f} ms: application adds"
    against = f"the bare client's two calls: {calls * 1e3:.1f} ms"
    for rank, value in (("p50", statistics.median(added)), ("p99", added[int(len(added) * 0.99)])):
        yield Measure(f"{name}, {rank}", value * 1e3, "ms", against, (calls + value) / calls)
    cpu = {who: statistics.median(used for _, used in rows) for who, rows in taken.items()}
    mine = cpu["application"] - cpu["client"]
    yield Measure(f"{name}, CPU", mine * 1e3, "ms", f"the bare client's CPU: {cpu['client'] * 1e3:.1f} ms", None)


def preload() -> Iterable[Measure]:
    """Wall time over the ideal schedule: patients × two calls × 300 ms ÷ as many at once as the preload has workers, nothing else."""
    with tempfile.TemporaryDirectory() as directory:
        server, file = NationalServer(Path(directory) / "national"), Path(directory) / "ins.json"
        stride = round(1 / FAULTY)
        server.run(_MANY.format(patients=PATIENTS, stride=stride, delay=DELAY, file=str(file)))
        server.start()
        try:
            taken = measured("preload.py", Path(directory) / "hospital", server.port, file)
        finally:
            server.stop()
    ideal = 2 * PATIENTS * DELAY / taken["workers"]
    name = f"preload of {PATIENTS} patients, 300 ms an answer, {FAULTY:.0%} faults, {taken['workers']} at once"
    ratio = taken["seconds"] / ideal
    schedule = f"ideal schedule, {PATIENTS} × 2 × {DELAY:g} s ÷ {taken['workers']}: {ideal:.0f} s"
    yield Measure(name, taken["seconds"], "s", schedule, ratio)
    lost = PATIENTS - taken["states"].get("done", 0)
    against = f"{taken['calls']} calls, {taken['cpu'] / PATIENTS * 1e3:.0f} ms of CPU a patient"
    yield Measure(f"{name}: lost", lost, "patients", against, None, "0", lost == 0)


def cases() -> Iterable[Measure]:
    """The rows of the table."""
    for delay in OPENINGS:
        yield from openings(delay)
    yield from preload()
