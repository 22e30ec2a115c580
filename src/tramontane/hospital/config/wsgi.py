"""The WSGI door, served by Granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramontane.hospital.config.settings")
application = get_wsgi_application()
