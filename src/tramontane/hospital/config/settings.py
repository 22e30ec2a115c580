"""Django settings of the hospital application, all derived from one typed environment."""

from __future__ import annotations

import os

from csp.constants import NONCE, NONE, SELF

from tramontane.database import from_url
from tramontane.hospital.config.environment import read_environment
from tramontane.hospital.config.logs import LOGGING as LOGS

ENVIRONMENT = read_environment(os.environ)
# Health data, and copies of them while they are made: for the account that runs the application, whatever its umask.
ENVIRONMENT.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
(ENVIRONMENT.data_directory / "static").mkdir(exist_ok=True)

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = [ENVIRONMENT.host, *(() if ENVIRONMENT.production else ("127.0.0.1", "localhost", "testserver"))]
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.base_url]
ROOT_URLCONF = "tramontane.hospital.config.urls"
WSGI_APPLICATION = "tramontane.hospital.config.wsgi.application"
DATABASES = {"default": from_url(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "tramontane.ui",
    "tramontane.hospital.traces",
    "tramontane.hospital.accounts",
    "tramontane.hospital.patients",
    "tramontane.hospital.habilitations",
    "tramontane.hospital.consultations",
    "tramontane.hospital.documents",
    "tramontane.hospital.interfaces",
    "tramontane.hospital.objectives",
    "tramontane.hospital.homologation",
]

MIDDLEWARE = [
    "tramontane.hospital.config.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tramontane.hospital.accounts.middleware.SessionGuard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
                "tramontane.hospital.accounts.context.person",
                "tramontane.hospital.consultations.context.standing",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "family_name", "given_name", "display_name", "email")},
    },
]
LOGIN_URL = "/connexion/"

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data_directory / "static"
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = ENVIRONMENT.data_directory / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Workers keep no state of their own: sessions are rows, so that a departure ends the open ones at once.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = ENVIRONMENT.session_hours * 3600
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.secure else "session"
SESSION_COOKIE_SECURE = ENVIRONMENT.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.trusted_proxy_socket else None
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = LOGS

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# What the search strategy must not announce as new: the documents of the hospital’s own record.
HELD_DOCUMENTS = "tramontane.hospital.documents.selectors.held_documents"
# What follows a patient whose two identities are merged: `patients` does not know the documents.
MERGED_DOCUMENTS = "tramontane.hospital.documents.services.merging.follow"

# What the objectives ask of the homologation workspace, which stands above them.
HOMOLOGATED = "tramontane.hospital.homologation.selectors.capability.homologated"
SIGNED_PVS = "tramontane.hospital.homologation.selectors.capability.signed_pvs"

UI = {
    "establishment": "",
    "logo_url": ENVIRONMENT.logo,
    "theme_url": "/theme.css" if ENVIRONMENT.accent != "#1d5a80" else "",
    "sandbox": ""
    if ENVIRONMENT.production
    else "Installation de démonstration : identités fictives, aucun lien avec les services nationaux",
}
