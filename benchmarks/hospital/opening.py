"""Record openings through the whole application (its middleware, rules, traces, commits), and beside each the same two calls by the
bare client. Run in a process of its own.

python opening.py NATIONAL_PORT COUNT   →  JSON {"application": [[wall, CPU], …], "client": [[wall, CPU], …]}, in seconds
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from scene import admit, house, ready, talk


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    port, count = map(int, talk())
    ready()
    from django.test import Client

    from support.hospital import login, proof_of
    from support.national import OPEN
    from tramontane.client import DmpClient, Setting
    from tramontane.dmp.xds import DocumentCriteria, find_documents
    from tramontane.hospital.consultations.access import Access
    from tramontane.hospital.consultations.connection.credentials import material
    from tramontane.hospital.consultations.gateway import ins_of
    from tramontane.hospital.consultations.gateway.professional import professional
    from tramontane.hospital.consultations.models import Answer, DmpState, KnownDocument, SearchMemory, SiteContract
    from tramontane.hospital.consultations.selectors import connection_of

    account, service = house(port)
    (patient,) = admit(service, OPEN)
    client = Client()
    login(client, account)
    access = Access(account, proof_of(), patient, patient.episodes.get(), service, service.geographic_entity)
    found = material(connection_of(account.legal_entity_id))  # type: ignore[arg-type]  # just made
    bare = DmpClient(Setting(found.identity, found.endpoint, found.software))
    who, ins = professional(access), ins_of(patient)
    query = find_documents(DocumentCriteria(patient_id=ins.cx))

    def open_record() -> None:
        answer = client.post(f"/patients/{patient.pk}/dmp/etat/", headers={"HX-Request": "true"})
        assert answer.status_code == 200, (answer.status_code, answer.content[:2000])

    def call() -> None:
        assert bare.status(who, ins).open
        assert len(bare.query(who, ins, query).document_entries) == 21

    taken: dict[str, list[tuple[float, float]]] = {"application": [], "client": []}
    for turn in range(count + 3):
        for model in (Answer, DmpState, SearchMemory, KnownDocument, SiteContract):
            model.objects.all().delete()  # each opening is a first one
        one, other = timed(open_record), timed(call)
        assert KnownDocument.objects.count() == 21
        if turn >= 3:
            taken["application"].append(one)
            taken["client"].append(other)
    bare.close()
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
