"""A preload of many patients, as the background worker runs it. Run in a process of its own.

python preload.py NATIONAL_PORT INS_FILE   →  JSON {"seconds": …, "cpu": …, "workers": …, "states": {…}, "calls": …}
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from scene import admit, house, ready, talk


def main() -> None:
    port, file = talk()
    ready()
    from django.db import transaction

    from support.hospital import proof_of
    from tramontane.dmp.identity import Ins, InsAuthority
    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import OpenSession
    from tramontane.hospital.consultations.policy import policy
    from tramontane.hospital.consultations.services import preloading
    from tramontane.hospital.traces.models import Trace

    numbers = json.loads(Path(file).read_text())
    account, service = house(int(port))
    with transaction.atomic():
        admit(service, *(Ins(number, InsAuthority.NIR_TEST) for number in numbers))
    OpenSession.objects.create(account=account, session_key="mesure", started_at=clock.now())
    preload, _ = preloading.request_preload(account, proof_of(), service, "mesure")
    wall, cpu = time.perf_counter(), time.process_time()
    preloading.run_preload(preload.pk)
    taken = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    states = Counter(preload.items.values_list("state", flat=True))
    calls = Trace.objects.filter(event="dmp.demande").count()
    print(json.dumps(taken | {"workers": policy().preload_workers, "states": dict(states), "calls": calls}))


if __name__ == "__main__":
    main()
