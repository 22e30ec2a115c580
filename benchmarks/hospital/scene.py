"""An installation of its own for a measure: tables, a physician of the stand-in's directory, her patients. Django must be told
where before (`environment`), and `ready` comes first."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment(directory: Path) -> dict[str, str]:
    """For the process that measures: the embedded database, in a directory of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRAMONTANE_")}
    paths = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tramontane.hospital.config.settings",
        "TRAMONTANE_DATA_DIRECTORY": str(directory),
        "PYTHONPATH": paths,
    }


def ready() -> None:
    """Django, its tables, and no log of what is refused on purpose."""
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.ERROR)
    call_command("migrate", interactive=False, verbosity=0)


def house(national_port: int) -> tuple[Any, Any]:
    """The account and her service, with everything that opens a DMP but the patient. The stand-in's PKI comes by BENCH_FILES."""
    from support.consultation import MATRIX, connect
    from support.hospital import make_account, make_legal_entity, make_service, make_site
    from support.national import ET, MEDECIN
    from support.national_server import BASE_PATH
    from support.pki import FINESS_JURIDIQUE
    from tramontane.hospital import clock
    from tramontane.hospital.accounts.models import NoticeReading
    from tramontane.hospital.accounts.notice import notice
    from tramontane.hospital.accounts.selectors import actor
    from tramontane.hospital.habilitations.services import publish

    entity = make_legal_entity(finess_juridique=FINESS_JURIDIQUE, site=False)
    files = json.loads(os.environ["BENCH_FILES"])
    connect(entity, base_url=f"https://localhost:{national_port}{BASE_PATH}", **files)
    service = make_service(entity, geographic_entity=make_site(entity, finess_geographique=ET.value))
    account = make_account(entity, services=(service,), rpps=MEDECIN.value, savoir_faire="SM26")
    publish(entity, MATRIX, motive="Matrice initiale", actor=actor(account, None))
    NoticeReading.objects.create(
        account=account, text_version=notice().version, read_at=clock.now() - timedelta(days=1)
    )
    return account, service


def admit(service: Any, *all_ins: Any) -> list[Any]:
    """Patients with a qualified INS, in the service, informed."""
    from support.hospital import make_episode, make_patient
    from tramontane.hospital import clock
    from tramontane.hospital.patients.models import ConsentRecord

    made = []
    for ins in all_ins:
        patient = make_patient(service.geographic_entity.legal_entity, ins=ins.value, ins_oid=ins.oid)
        ConsentRecord.objects.create(
            patient=patient, episode=make_episode(patient, service), subject="information", choice="informed",
            recorded_at=clock.now(),
        )  # fmt: skip
        made.append(patient)
    return made


def talk() -> tuple[str, ...]:
    """The arguments this process was given."""
    return tuple(sys.argv[1:])
