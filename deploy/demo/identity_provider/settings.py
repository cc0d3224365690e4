"""Settings of the demo identity provider; `manage.py demo` sets what is read from the environment."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from portal.settings import environment

HERE = Path(__file__).resolve().parent
ADDRESS = environment.need("IDP_ADDRESS", "where the provider answers, which is also the issuer in its tokens")
_port = urlsplit(ADDRESS).port

SECRET_KEY = environment.need("IDP_SECRET_KEY", "a random text that signs the provider's sessions")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "deploy.demo.identity_provider.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": environment.database(environment.need("IDP_DATABASE_URL", "the provider's own database"))}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
AUTHENTICATION_BACKENDS = ["deploy.demo.identity_provider.accounts.InventedAccounts"]
LOGIN_URL = "/login/"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# Cookies ignore ports: names of our own keep two demos and the portal apart.
SESSION_COOKIE_NAME = f"demo_provider_session_{_port}"
CSRF_COOKIE_NAME = f"demo_provider_csrf_{_port}"
SESSION_COOKIE_AGE = 8 * 60 * 60

_key_file = Path(environment.need("IDP_KEY_FILE", "the private key that signs identity tokens"))
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": ADDRESS,
    "OIDC_RSA_PRIVATE_KEY": _key_file.read_text() if _key_file.exists() else "",
    "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
    "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_VALIDATOR_CLASS": "deploy.demo.identity_provider.accounts.Claims",
    "PKCE_REQUIRED": True,
    "SCOPES": {
        "openid": "Who you are",
        "email": "Your e-mail address",
        "profile": "Your name",
        "ga4gh_passport_v1": "The visas that others gave you",
    },
    "DEFAULT_SCOPES": ["openid"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "ID_TOKEN_EXPIRE_SECONDS": 3600,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
}
CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "gatehouse")
CLIENT_SECRET = environment.need("OIDC_CLIENT_SECRET", "the secret that the portal shows to the provider")
PORTAL_PORT = environment.number("PORTAL_PORT", 8000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"one_line": {"()": "portal.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
