"""A portal that serves people: everything that differs by place comes from the environment, or it does not start."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal.settings import environment
from portal.settings.base import *

environment.refuse_debug()
environment.trust(environment.text("CA_FILE"))
SECRET_KEY = environment.need("SECRET_KEY", "a random text of 50 characters or more that signs sessions")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short: use a random text of 50 characters or more.")
environment.refuse_weak("SECRET_KEY", SECRET_KEY)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
for _key in SECRET_KEY_FALLBACKS:
    environment.refuse_weak("SECRET_KEY_FALLBACKS", _key)

PORTAL_ADDRESS = environment.secure_address("PORTAL_ADDRESS", "the https address at which people reach the portal")
ALLOWED_HOSTS = [str(urlsplit(PORTAL_ADDRESS).hostname), *environment.words("EXTRA_HOSTS")]
CSRF_TRUSTED_ORIGINS = [environment.origin(PORTAL_ADDRESS)]

DATABASES = {
    "default": environment.database(
        environment.need("DATABASE_URL", "the PostgreSQL address of the role that may not change tables")
    )
}
environment.refuse_default_password(DATABASES["default"])
DATA_ROOT = Path(environment.text("DATA_ROOT", "/var/lib/gatehouse"))
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(DATA_ROOT / "static")))

LINK_KEYS = environment.link_keys(
    environment.need("LINK_KEYS", "the keys that sign download links, written as id:secret,id:secret")
)
for _key in LINK_KEYS.values():
    environment.refuse_weak("LINK_KEYS", _key)
LINK_KEY_ID = environment.text("LINK_KEY_ID", next(reversed(LINK_KEYS)))
if LINK_KEY_ID not in LINK_KEYS:
    raise ImproperlyConfigured(f"LINK_KEY_ID is {LINK_KEY_ID!r}, and LINK_KEYS has no key of that name.")
MAX_UPLOAD_BYTES = environment.number("MAX_UPLOAD_BYTES", 50 * 1024**3)
ATTACHMENT_BYTES = environment.number("ATTACHMENT_BYTES", 20_000_000)
APPROVAL_RULE_CHECK_DAYS = environment.number("APPROVAL_RULE_CHECK_DAYS", 30)
APPROVAL_RULE_MOST_UNCHECKED = environment.number("APPROVAL_RULE_MOST_UNCHECKED", 10)
CLAMD = environment.scanner("CLAMD")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = environment.flag("HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # it asks for HSTS_PRELOAD, which only the owner of the domain can decide
# The prefix lets no other host or plain-text page set these cookies.
SESSION_COOKIE_NAME = "__Host-gatehouse_session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-gatehouse_csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-gatehouse_language"
LANGUAGE_COOKIE_SECURE = True

PROVIDER_COOKIE_NAME = "__Host-gatehouse_provider"

# The first identity provider; `manage.py provider` adds others, whose client secrets stand in PROVIDER_SECRETS.
environment.secure_address("OIDC_ISSUER", "the https issuer of the identity provider, as its tokens say it")
OIDC_ISSUER = environment.text("OIDC_ISSUER")  # stored exactly: some issuers end in a slash
OIDC_NAME = environment.text("OIDC_NAME", str(urlsplit(OIDC_ISSUER).hostname))
OIDC_RP_CLIENT_ID = environment.need("OIDC_CLIENT_ID", "the client id that the identity provider gave the portal")
OIDC_RP_CLIENT_SECRET = environment.strong_secret(
    "OIDC_CLIENT_SECRET", "the client secret that goes with OIDC_CLIENT_ID"
)
PROVIDER_SECRETS = {"home": OIDC_RP_CLIENT_SECRET, **environment.named_secrets("PROVIDER_SECRETS")}
PROVIDER_SECRET_FALLBACKS = environment.named_secrets("PROVIDER_SECRET_FALLBACKS")
OIDC_OP_LOGOUT_ENDPOINT = environment.text("OIDC_END_SESSION_ENDPOINT")

OPERATOR_NAME = environment.text("OPERATOR_NAME")
CONTACT_EMAIL = environment.text("CONTACT_EMAIL")
CONTACT_PAGE = environment.text("CONTACT_PAGE")

BACKUP_RECIPIENTS = environment.words("BACKUP_RECIPIENTS")

BREAK_GLASS = environment.flag("BREAK_GLASS")

SIGN_IN_SECONDS = float(environment.number("SIGN_IN_SECONDS", 4)) + 0.5
SIGN_IN_STEP_SECONDS = SIGN_IN_SECONDS - 0.5
STORAGE_SECONDS = environment.number("STORAGE_SECONDS", STORAGE_SECONDS)
STORAGE_TRANSFER_SECONDS = environment.number("STORAGE_TRANSFER_SECONDS", STORAGE_TRANSFER_SECONDS)

DELIVERY = environment.text("DELIVERY", "accel")
if DELIVERY not in {"accel", "presigned"}:
    raise ImproperlyConfigured("DELIVERY must be accel (the front server sends files) or presigned (S3 does).")
S3_ADDRESS = ""
if DELIVERY == "presigned":
    S3_ADDRESS = environment.secure_address(
        "S3_ENDPOINT_URL", "the https address of the S3 storage that people download from"
    )
    _private = private_bucket_storage(
        endpoint=S3_ADDRESS,
        bucket=environment.need("S3_BUCKET", "the bucket of the private files"),
        key=environment.text("S3_ACCESS_KEY"),
        secret=environment.text("S3_SECRET_KEY"),
        region=environment.text("S3_REGION", "us-east-1"),
    )
else:
    _private = private_file_storage(DATA_ROOT)
STORAGES = storages(_private, hashed_static=True)
CONTENT_SECURITY_POLICY = content_security_policy(
    environment.origin(OIDC_ISSUER),
    environment.origin(OIDC_OP_LOGOUT_ENDPOINT),
    *(environment.origin(address) for address in environment.words("SIGN_IN_ORIGINS")),
    environment.origin(S3_ADDRESS),
)

CELERY_BROKER_URL = environment.need("BROKER_URL", "the Valkey, Redis or RabbitMQ address for the workers")
_master = environment.text("BROKER_SENTINEL_MASTER")
if CELERY_BROKER_URL.startswith("sentinel") and not _master:
    raise ImproperlyConfigured("Set BROKER_SENTINEL_MASTER: the name that the sentinels give the master.")
if "cluster" in CELERY_BROKER_URL.partition(":")[0]:
    raise ImproperlyConfigured("BROKER_URL names a cluster, which Celery cannot use. Use sentinels or one server.")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, sentinel_master=_master)

MAIL_FROM = environment.need("MAIL_FROM", "the address that e-mails come from")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
EMAIL_HOST = environment.need("EMAIL_HOST", "the mail server that accepts e-mails")
EMAIL_PORT = environment.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = environment.number("EMAIL_SECONDS", 10)
