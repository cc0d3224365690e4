"""A whole portal on one machine: `manage.py demo` starts its servers and sets what is read here."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal.settings import environment
from portal.settings.base import *

environment.follow_demo()

DEMO = True
DATA_ROOT = environment.data_dir()
SECRET_KEY = environment.text("SECRET_KEY", "only-for-commands-run-before-the-first-make-demo")
PORTAL_ADDRESS = environment.text("PORTAL_ADDRESS", "http://127.0.0.1:8000")
if urlsplit(PORTAL_ADDRESS).hostname not in {"127.0.0.1", "localhost"}:
    raise ImproperlyConfigured(
        f"These are the settings of the demo, and PORTAL_ADDRESS is {PORTAL_ADDRESS}: set "
        "DJANGO_SETTINGS_MODULE=portal.settings.production."
    )
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DATABASES = {
    "default": environment.database(
        environment.text("DATABASE_URL", "postgresql://gatehouse_app@127.0.0.1:5432/gatehouse")
    )
}
STATIC_ROOT = DATA_ROOT / "static"
if (DATA_ROOT / "tmp").is_dir():
    FILE_UPLOAD_TEMP_DIR = str(DATA_ROOT / "tmp")  # beside the sealed files, so that keeping an upload is a rename

LINK_KEYS = environment.link_keys(environment.text("LINK_KEYS", f"k1:{SECRET_KEY}"))
LINK_KEY_ID = environment.text("LINK_KEY_ID", next(reversed(LINK_KEYS)))
MAX_UPLOAD_BYTES = environment.number("MAX_UPLOAD_BYTES", 2 * 1024**3)

# Cookies ignore ports, so two demos on one host need names of their own.
_port = PORTAL_ADDRESS.rpartition(":")[2]
SESSION_COOKIE_NAME = f"gatehouse_session_{_port}"
CSRF_COOKIE_NAME = f"gatehouse_csrf_{_port}"
LANGUAGE_COOKIE_NAME = f"gatehouse_language_{_port}"
PROVIDER_COOKIE_NAME = f"gatehouse_provider_{_port}"

OIDC_ISSUER = environment.text("OIDC_ISSUER", "http://127.0.0.1:8001")
OIDC_RP_CLIENT_ID = environment.text("OIDC_CLIENT_ID", "gatehouse")
OIDC_RP_CLIENT_SECRET = environment.text("OIDC_CLIENT_SECRET", "not-started-yet")
OIDC_NAME = "The demo's institutions"
PROVIDER_SECRETS = {"home": OIDC_RP_CLIENT_SECRET}
SIGN_IN_PLAIN_LOOPBACK = True
OIDC_OP_LOGOUT_ENDPOINT = f"{OIDC_ISSUER}/logout/"

CLAMD = environment.scanner("CLAMD")
S3_ADDRESS = environment.text("S3_ENDPOINT_URL")
DELIVERY = "presigned" if S3_ADDRESS else "accel"
if S3_ADDRESS:
    _private = private_bucket_storage(
        endpoint=S3_ADDRESS,
        bucket=environment.text("S3_BUCKET"),
        key=environment.text("S3_ACCESS_KEY"),
        secret=environment.text("S3_SECRET_KEY"),
        region=environment.text("S3_REGION", "us-east-1"),
    )
else:
    _private = private_file_storage(DATA_ROOT)
STORAGES = storages(_private, hashed_static=True)
CONTENT_SECURITY_POLICY = content_security_policy(environment.origin(OIDC_ISSUER), environment.origin(S3_ADDRESS))

CELERY_BROKER_URL = environment.text("BROKER_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL)

OPERATOR_NAME = "Nordvik University Hospital (demo)"
CONTACT_EMAIL = "help@gatehouse.example"
MAIL_FROM = "Gatehouse demo <no-reply@gatehouse.example>"
DEFAULT_FROM_EMAIL = MAIL_FROM
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = environment.number("EMAIL_PORT", 1025)
EMAIL_TIMEOUT = 10
