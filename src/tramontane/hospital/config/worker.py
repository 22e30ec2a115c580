"""The worker's door, as `wsgi` is the server's: Django first, since the duties know its models as soon as they are imported."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramontane.hospital.config.settings")

if __name__ == "__main__":
    django.setup()
    from tramontane.hospital.config.work import forever

    forever()
