"""Prepare the application's database: schema, then the synthetic hospital. Settings come from the environment."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path


def main() -> None:
    """`python -m tramontane.demo.hospital_seeding --graine N --instant ISO --dmp URL --pki DIRECTORY`."""
    parser = argparse.ArgumentParser(prog="tramontane.demo.hospital_seeding")
    parser.add_argument("--graine", type=int, required=True)
    parser.add_argument("--instant", type=datetime.fromisoformat, required=True)
    parser.add_argument("--dmp", required=True)
    parser.add_argument("--pki", type=Path, required=True)
    options = parser.parse_args()

    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramontane.hospital.config.settings")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)

    from tramontane.demo.hospital import SyntheticHospital
    from tramontane.demo.hospital_seeding.establishment import Endpoint
    from tramontane.demo.hospital_seeding.patients import PARIS
    from tramontane.demo.hospital_seeding.record_system import write_key
    from tramontane.demo.hospital_seeding.seed import seed_hospital

    hospital = SyntheticHospital(options.graine, options.instant.astimezone(PARIS).date())
    seed_hospital(hospital, Endpoint(options.dmp, options.pki), at=options.instant)
    write_key(hospital.seed, options.pki)


if __name__ == "__main__":
    main()
