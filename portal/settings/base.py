"""What is true of every portal; what differs by place is read from the environment in the other files."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.settings import environment
from portal.settings.environment import BASE_DIR

DEBUG = False
DEMO = False
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "guardian",
    "csp",
    "mozilla_django_oidc",
    "apps.core",
    "apps.audit",
    "apps.people",
    "apps.tokens",
    "apps.identity",
    "apps.committees",
    "apps.forms",
    "apps.datasets",
    "apps.access_requests",
    "apps.agreements",
    "apps.grants",
    "apps.downloads",
    "apps.notifications",
    "apps.web",
    "apps.api",
    "portal",
]

MIDDLEWARE = [
    "apps.web.common.metrics.Metrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "apps.web.common.migrated.RequireMigrations",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.web.sign_in.session_middleware.PersonSessions",
    "apps.web.common.time_zone.ReaderTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.web.common.middleware.BearerTokens",
    "apps.web.sign_in.recheck_middleware.RoleRecheck",
    "apps.web.common.middleware.ErrorResponses",
    "apps.web.common.middleware.ReadOnlyReads",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.web.common.navigation.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People sign in with their institution; nobody has a password here, and no flag opens data.
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "apps.identity.oidc.backend.InstitutionalSignIn",
    "apps.identity.backends.BreakGlassSignIn",
    "guardian.backends.ObjectPermissionBackend",
    "apps.grants.backends.AccessBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
LOGIN_URL = "oidc_authentication_init"
LOGIN_REDIRECT_URL = "/"
LOGIN_REDIRECT_URL_FAILURE = "/"
LOGOUT_REDIRECT_URL = "/"

OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid email profile"
OIDC_USE_NONCE = True
OIDC_USE_PKCE = True
OIDC_PKCE_CODE_CHALLENGE_METHOD = "S256"
OIDC_TIMEOUT = 5
OIDC_VERIFY_SSL = True
OIDC_VERIFY_KID = True
OIDC_OP_LOGOUT_URL_METHOD = "apps.identity.oidc.logout.provider_logout"
OIDC_STORE_ACCESS_TOKEN = False
OIDC_MAX_STATES = 10
OIDC_NAME = "Institutional sign-in"

# A provider that is slow or gone costs a sign-in, never the pages of others: how long one call to it may take in all,
# how long it may be silent, and how many calls a process keeps open (fewer than it has threads).
SIGN_IN_SECONDS = 4.5
SIGN_IN_STEP_SECONDS = 4.0
SIGN_IN_CALLS = 2
SIGN_IN_PLAIN_LOOPBACK = False
PROVIDER_SECRETS: dict[str, str] = {}  # client secrets by the name that a provider's row gives
PROVIDER_SECRET_FALLBACKS: dict[str, str] = {}  # tried if the provider refuses the first, while it is being replaced
PROVIDER_COOKIE_NAME = "gatehouse_provider"

# Accounts for the day when no provider answers (`manage.py break_glass`). Off: their page is not there.
BREAK_GLASS = False
BREAK_GLASS_SECONDS = 1.0  # each try takes as long, whatever was wrong with it

# What a ResearcherStatus visa must say exactly to count as researcher status for registered data.
RESEARCHER_STATUSES = ["https://doi.org/10.1038/s41431-018-0219-y"]

# How long an affiliation is valid after its institution confirmed it; each sign-in confirms it again.
AFFILIATION_MONTHS = 12

# Age public keys that backups are encrypted to.
BACKUP_RECIPIENTS: list[str] = []

# Programs that a person may authorise by typing a code (RFC 8628): public clients, the name that the person reads.
SCRIPT_PROGRAMS = {"gatehouse-cli": "Gatehouse command line"}

# Who runs this portal, and how to reach them: in the footer, on error pages and at the foot of e-mails.
OPERATOR_NAME = ""
CONTACT_EMAIL = ""
CONTACT_PAGE = ""

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("da", _("Danish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT: Path = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MAX_AGE = 300

# Sealed files: the portal decides and writes the event, the front server or the storage sends the bytes.
GATEHOUSE_APP_ROLE = "gatehouse_app"
ACCEL_PREFIX = "/_sealed/"
LINK_HOURS = 24
MAX_UPLOAD_BYTES = 5 * 1024**3
MAX_FILES_PER_VERSION = 10_000
ATTACHMENT_BYTES = 20_000_000  # of one document that is attached to a request, an answer or a message
APPROVAL_RULE_CHECK_DAYS = 30  # an approval rule is paused when a sampled approval has waited longer for its check
APPROVAL_RULE_MOST_UNCHECKED = 10  # ... or more of them wait
CLAMD = ""  # the malware scanner: host:port, or the path of its socket; without one documents are not checked
CLAMD_SECONDS = 60.0  # for the scan of one document

# Nothing typed into a form needs more than this (a crafted form must not exhaust the memory of a worker).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a request answers forms of up to 500 questions, some of them tables
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_HANDLERS = ["apps.web.common.uploads.WaitingRoom"]

SESSION_COOKIE_AGE = 12 * 60 * 60  # the row beside it ends sooner: idle, signed out, ended from elsewhere
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "apps.web.common.csrf.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DEFAULT_EXCEPTION_REPORTER_FILTER = "portal.debug_pages.NoSecrets"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def content_security_policy(*form_targets: str) -> dict[str, Any]:
    """Only what the portal itself serves may run or load.

    A browser applies form-action to redirects too, so signing in and a presigned download need their origin named.
    """
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "font-src": [SELF],
            "connect-src": [SELF],
            "manifest-src": [SELF],
            "form-action": [SELF, *[target for target in form_targets if target]],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
            "object-src": [NONE],
        }
    }


CONTENT_SECURITY_POLICY = content_security_policy()

# Celery carries ids. A broker may die at any second: the event table is the outbox, and `drain` empties it.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "gatehouse"
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the broker; the drain sends it later
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "drain": {"task": "portal.tasks.drain", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "heartbeat": {"task": "portal.tasks.heartbeat", "schedule": timedelta(seconds=15), "options": {"expires": 15}},
    "check": {"task": "portal.tasks.check", "schedule": timedelta(seconds=60), "options": {"expires": 60}},
    "sweep": {"task": "portal.tasks.sweep", "schedule": timedelta(hours=6), "options": {"expires": 3600}},
    "warn": {"task": "portal.tasks.warn", "schedule": timedelta(hours=1), "options": {"expires": 1800}},
    "release": {"task": "portal.tasks.release", "schedule": timedelta(seconds=30), "options": {"expires": 30}},
    "tidy": {"task": "portal.tasks.tidy", "schedule": timedelta(seconds=60), "options": {"expires": 60}},
}


def broker_options(url: str, *, sentinel_master: str = "") -> dict[str, Any]:
    """How long a socket may keep a page waiting, for the brokers that speak Redis; and which master to ask for."""
    if not url.startswith(("redis", "valkey", "sentinel")):
        return {}
    options: dict[str, Any] = {
        "visibility_timeout": 30 * 60,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2},
    }
    if url.startswith("sentinel"):
        options |= {"master_name": sentinel_master, "sentinel_kwargs": {"socket_timeout": 1}}
    return options


def private_file_storage(root: Path) -> dict[str, Any]:
    """Sealed files on this machine, sent by the front server."""
    return {"BACKEND": "apps.core.storage.PrivateFileStorage", "OPTIONS": {"location": str(root / "files")}}


STORAGE_SECONDS = 4  # without an answer of the object storage; while a file is moved, STORAGE_TRANSFER_SECONDS
STORAGE_TRANSFER_SECONDS = 60


def private_bucket_storage(*, endpoint: str, bucket: str, key: str, secret: str, region: str) -> dict[str, Any]:
    """Sealed objects in an S3 bucket, sent by the storage for a minute after each click."""
    return {
        "BACKEND": "apps.core.storage.PrivateBucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "access_key": key or None,
            "secret_key": secret or None,
            "region_name": region,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "file_overwrite": False,  # a stored file is never silently replaced
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,
        },
    }


def storages(private: dict[str, Any], *, hashed_static: bool) -> dict[str, Any]:
    """STORAGES: one for private files, one for static files, and on purpose no default storage."""
    kind = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {"private": private, "staticfiles": {"BACKEND": kind if hashed_static else plain}}


# Who may read /metrics at the address of the probes: nobody, until networks or a token are named.
METRICS_TOKEN = environment.metrics_token()
METRICS_NETWORKS = environment.networks("METRICS_NETWORKS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"one_line": {"()": environment.log_format()}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "mozilla_django_oidc": {"level": "WARNING"},
        "crypt4gh": {"level": "WARNING"},  # it writes session keys at DEBUG
    },
}
