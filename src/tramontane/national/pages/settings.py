"""Django settings of the page face: those of the machine face, and what pages need.

TRAMONTANE_NATIONAL_PAGES_URL             where browsers find the pages, `https://localhost:8444` by default
TRAMONTANE_NATIONAL_OFFICERS              PS_IdNat of the cards that act for the CNAM, separated by commas
TRAMONTANE_NATIONAL_OPERATORS             PS_IdNat of the cards that operate the stand-in: other cards than those
TRAMONTANE_NATIONAL_UNSAFE_PERSONAS=1     log in as anyone without proof: demonstrations only, refused in production
TRAMONTANE_ENV=production                 what « production » means, as for the hospital application
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tramontane.national.pages.secret_key import kept_key
from tramontane.national.settings import *  # noqa: F403 - the machine face's settings are these ones' floor
from tramontane.national.settings import DATA_DIRECTORY

_BASE_URL = urlsplit(os.environ.get("TRAMONTANE_NATIONAL_PAGES_URL", "https://localhost:8444"))
_SECURE = _BASE_URL.scheme == "https"
NATIONAL_UNSAFE_PERSONAS = os.environ.get("TRAMONTANE_NATIONAL_UNSAFE_PERSONAS", "") == "1"
if NATIONAL_UNSAFE_PERSONAS and os.environ.get("TRAMONTANE_ENV") == "production":
    raise ImproperlyConfigured(
        "TRAMONTANE_NATIONAL_UNSAFE_PERSONAS=1 ouvre les pages sans aucune preuve d’identité : "
        "refusé avec TRAMONTANE_ENV=production. Retirez l’une des deux variables."
    )
NATIONAL_OFFICERS, NATIONAL_OPERATORS = (
    frozenset(filter(None, map(str.strip, os.environ.get(f"TRAMONTANE_NATIONAL_{role}", "").split(","))))
    for role in ("OFFICERS", "OPERATORS")
)
if NATIONAL_OFFICERS & NATIONAL_OPERATORS:
    raise ImproperlyConfigured(
        "TRAMONTANE_NATIONAL_OFFICERS et TRAMONTANE_NATIONAL_OPERATORS nomment une même carte : qui suspend un "
        "établissement n’exploite pas la maquette. Retirez-la de l’une des deux."
    )

DEBUG = False
SECRET_KEY = os.environ.get("TRAMONTANE_NATIONAL_SECRET_KEY") or kept_key(DATA_DIRECTORY)
ALLOWED_HOSTS = [_BASE_URL.hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [_BASE_URL.geturl()]
ROOT_URLCONF = "tramontane.national.pages.urls"
WSGI_APPLICATION = "tramontane.national.pages.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "tramontane.ui",
    "tramontane.national.apps.NationalConfig",
    "tramontane.national.pages.apps.PagesConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tramontane.national.pages.middleware.WhoIsThere",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tramontane.ui.middleware.RefuseUnstorable",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tramontane.ui.context.ui",
                "tramontane.national.pages.context.around",
            ],
        },
    }
]
USE_I18N = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 4 * 3600
SESSION_COOKIE_NAME = "__Host-national" if _SECURE else "national"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "tramontane.national.pages.views.errors.stale_form"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

UI = {
    "establishment": "Services nationaux (maquette)",
    "logo_url": "",
    "theme_url": "/theme.css",
    "sandbox": "Bac à sable : simulation, aucun lien avec les services nationaux",
}
# Another accent than the hospital's, so that a trainee knows at a glance on which side she is.
NATIONAL_ACCENT = "#6b3fa0"
# Failures of a page, with their traceback and without any value; nothing else is logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
