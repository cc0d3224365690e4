"""As production, on a database and files that are thrown away; tests call the drain themselves."""

import atexit
import shutil
import tempfile

from portal.settings import environment
from portal.settings.base import *

DEMO = True  # the gallery of components is looked at by the tests too
SECRET_KEY = "a-secret-that-is-only-ever-used-by-tests"
PORTAL_ADDRESS = "http://testserver"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = {
    "default": environment.database(
        environment.text("DATABASE_URL", "postgresql://gatehouse_owner@127.0.0.1:5432/gatehouse")
    )
}
# A frozen database must not make a test wait, and each test's connection ends with it.
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["LIMITS"] = {"statement": 0, "idle_in_transaction": 0}  # on a busy machine a test may be slow

DATA_ROOT = Path(tempfile.mkdtemp(prefix="gatehouse-test-"))
atexit.register(shutil.rmtree, DATA_ROOT, ignore_errors=True)
DELIVERY = "accel"
STORAGES = storages(private_file_storage(DATA_ROOT), hashed_static=False)
STATIC_ROOT = DATA_ROOT / "static"
STATIC_ROOT.mkdir()
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# A test never sees what another one left.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

LINK_KEYS = {"k1": "a-link-key-that-is-only-ever-used-by-tests"}
LINK_KEY_ID = "k1"
MAX_UPLOAD_BYTES = 64 * 1024**2

OIDC_ISSUER = environment.text("OIDC_ISSUER", "https://idp.test")
OIDC_RP_CLIENT_ID = environment.text("OIDC_CLIENT_ID", "gatehouse")
OIDC_RP_CLIENT_SECRET = environment.text("OIDC_CLIENT_SECRET", "a-client-secret-for-tests")
PROVIDER_SECRETS = {"home": OIDC_RP_CLIENT_SECRET}
SIGN_IN_PLAIN_LOOPBACK = True
OIDC_OP_LOGOUT_ENDPOINT = f"{OIDC_ISSUER}/logout/"
BREAK_GLASS_SECONDS = 0.0
PASSWORD_HASHERS = ["tests.quick_scrypt.QuickScrypt"]
CONTENT_SECURITY_POLICY = content_security_policy(environment.origin(OIDC_ISSUER))

CELERY_BROKER_URL = environment.text("BROKER_URL", "memory://")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL)
CELERY_TASK_ALWAYS_EAGER = False

MAIL_FROM = "Gatehouse <no-reply@gatehouse.example>"
DEFAULT_FROM_EMAIL = MAIL_FROM
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
