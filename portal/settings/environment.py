"""Reads the environment; says in one sentence what is missing or wrong."""

import ipaddress
import json
import os
import re
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

_ROOT = Path(__file__).resolve().parents[2]
INSTALLED = (_ROOT / "gatehouse_files").is_dir()  # from a wheel, which keeps templates/ and the like there
BASE_DIR = _ROOT / "gatehouse_files" if INSTALLED else _ROOT
KEY_ID = re.compile(r"[a-z0-9]{1,8}\Z", re.ASCII)  # as a download link carries it
OWNER_COMMANDS = {"migrate", "restore"}
DEFAULT_DATA_DIR = BASE_DIR / "var" / "demo"


# Each of these may be given as NAME_FILE instead: the path of a file that contains the value and nothing else.
SECRETS = frozenset(
    {
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "DATABASE_URL",
        "DATABASE_PASSWORD",
        "MIGRATION_DATABASE_URL",
        "MIGRATION_DATABASE_PASSWORD",
        "BROKER_URL",
        "LINK_KEYS",
        "OIDC_CLIENT_SECRET",
        "METRICS_TOKEN",
        "PROVIDER_SECRETS",
        "PROVIDER_SECRET_FALLBACKS",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
        "EMAIL_HOST_PASSWORD",
    }
)


def need(name: str, what: str) -> str:
    """The value of `name`, or a refusal to start that says what it is for."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {what}.")
    return value


def text(name: str, default: str = "") -> str:
    """The value of `name`, or that of the file that NAME_FILE names if it is a secret."""
    value = os.environ.get(name, "").strip()
    file = os.environ.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
    if file and value:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    return (_content(f"{name}_FILE", file) if file else value) or default


def _content(name: str, file: str) -> str:
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise ImproperlyConfigured(f"{name}: {file} cannot be read ({type(fault).__name__}).") from None
    if not content:
        raise ImproperlyConfigured(f"{name}: {file} is empty.")
    return content


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def scanner(name: str) -> str:
    """`host:port`, or the absolute path of a socket; empty if there is no scanner."""
    value = text(name)
    host, _colon, port = value.rpartition(":")
    if value and not value.startswith("/") and not (host and port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(f"{name} must be host:port or the path of a socket, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in {"1", "0", "yes", "no", "true", "false"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value in {"1", "yes", "true"}


def secure_address(name: str, what: str) -> str:
    """An https address, without a trailing slash."""
    value = need(name, what).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be an https address, such as https://portal.example.org.")
    return value


def origin(address: str) -> str:
    """Scheme, host and port of an address, as a content security policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def database(url: str) -> dict[str, Any]:
    """Django's entry for a postgresql:// address; migrations and restores sign in as the owner of the tables.

    The address is libpq's: several hosts (`h1:5432,h2:5432`) and every parameter of a connection are allowed. Of
    several hosts the one that accepts writes is used.
    """
    password = text("DATABASE_PASSWORD")
    if process() in OWNER_COMMANDS:
        url = text("MIGRATION_DATABASE_URL", url)
        password = text("MIGRATION_DATABASE_PASSWORD", password)
    given = _connection_parameters(url)
    hosts = given.pop("host", "")
    several = {"target_session_attrs": "read-write"} if "," in hosts else {}
    return {
        "ENGINE": "apps.core.postgresql",
        "NAME": given.pop("dbname"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", "") or password,
        "HOST": hosts,
        "PORT": given.pop("port", ""),
        "CONN_MAX_AGE": None,  # kept: a new one costs a visitor after a rest 10 to 50 ms
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_tcp_limits(),
            "prepare_threshold": 0,
            "application_name": f"gatehouse-{process()}",
            **several,
            **given,
        },
        "LIMITS": _statement_limits(process()),
    }


def _connection_parameters(url: str) -> dict[str, Any]:
    """The parts of the address (libpq, 34.1.1.2), decoded."""
    sentence = (
        "DATABASE_URL must look like postgresql://user:password@host:5432/name; only PostgreSQL 15 or newer is "
        "supported."
    )
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(sentence)
    try:
        given: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.Error as fault:
        wrong = re.sub(r'"[^"]*:[^"]*"', "the address", str(fault).strip())  # libpq repeats what it could not read
        raise ImproperlyConfigured(f"{sentence} PostgreSQL's library says: {wrong}.") from None
    if not given.get("dbname"):
        raise ImproperlyConfigured(sentence)
    return given


def process() -> str:
    """What kind of process this is: `worker`, `beat`, `migrate`, `restore`, `command`, or `web` (a server of pages)."""
    if named := text("GATEHOUSE_PROCESS"):
        return named
    program = Path(sys.argv[0])
    if "celery" in {program.name, program.parent.name}:
        return "beat" if "beat" in sys.argv else "worker"
    if program.name in {"manage.py", "django-admin", "gatehouse"}:
        return sys.argv[1] if sys.argv[1:] and sys.argv[1] in OWNER_COMMANDS else "command"
    return "web"


def trust(file: str) -> None:
    """Trust the certificate authorities of this file (PEM), and no others, in every connection of this process."""
    if not file:
        return
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as fault:
        raise ImproperlyConfigured(
            f"CA_FILE: {file} is not a readable file of certificates in PEM ({type(fault).__name__})."
        ) from None
    for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PGSSLROOTCERT"):
        os.environ[name] = file


def _tcp_limits() -> dict[str, int]:
    """How long a connection may take, and how long one may be dead before it is noticed (libpq, 34.1.2)."""
    return {
        "connect_timeout": number("DATABASE_CONNECT_SECONDS", 3),
        "tcp_user_timeout": 1000 * number("DATABASE_TCP_SECONDS", 10),
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }


def _statement_limits(kind: str) -> dict[str, int]:
    """Seconds for a statement and for an idle transaction; migrations and commands take the time they take."""
    page, task = number("DATABASE_STATEMENT_SECONDS", 4), number("DATABASE_TASK_SECONDS", 300)
    statement = {"web": page, "worker": task, "beat": task}.get(kind, 0)
    idle = number("DATABASE_IDLE_SECONDS", 60) if kind == "web" else 900
    return {"statement": statement, "idle_in_transaction": 0 if kind in {"migrate", "restore"} else idle}


def log_format() -> str:
    """The class that writes a line of the log: text for people, or JSON for a collector of logs."""
    kind = text("LOG_FORMAT", "line")
    if kind not in {"line", "json"}:
        raise ImproperlyConfigured(f"LOG_FORMAT must be line or json, not {kind!r}.")
    return "portal.logs.JsonLine" if kind == "json" else "portal.logs.OneLine"


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks such as 10.0.0.0/8, separated by commas."""
    try:
        return [ipaddress.ip_network(one) for one in words(name)]
    except ValueError as fault:
        raise ImproperlyConfigured(
            f"{name} must be networks such as 10.0.0.0/8, separated by commas: {fault}."
        ) from None


def metrics_token() -> str:
    """The secret with which Prometheus reads /metrics; empty if there is none."""
    return strong_secret("METRICS_TOKEN", "a random text") if text("METRICS_TOKEN") else ""


def link_keys(value: str) -> dict[str, str]:
    """Signing keys of download links by id, from `k1:secret,k2:secret`; an old key may stay until its links end."""
    keys: dict[str, str] = {}
    for entry in value.split(","):
        key_id, _, secret = entry.strip().partition(":")
        if not KEY_ID.match(key_id) or len(secret) < 32:
            raise ImproperlyConfigured(
                "LINK_KEYS must be id:secret pairs; an id is 1 to 8 of a-z and 0-9, a secret 32 characters or longer."
            )
        keys[key_id] = secret
    return keys


def refuse_debug() -> None:
    """A portal that serves people never shows its insides."""
    if any(flag(name) for name in ("DEBUG", "DJANGO_DEBUG")):
        raise ImproperlyConfigured("DEBUG is on. Remove it from the environment: it must be off in production.")


def refuse_weak(name: str, secret: str) -> None:
    """A secret that somebody typed, or that came with an example, is none."""
    if len(set(secret)) < 10 or any(word in secret.lower() for word in ("change-me", "changeme", "insecure")):
        raise ImproperlyConfigured(f"{name} can be guessed. Use a random text.")


def strong_secret(name: str, what: str) -> str:
    """A secret of 16 characters or more that nobody would guess."""
    secret = need(name, what)
    if len(secret) < 16:
        raise ImproperlyConfigured(f"{name} is too short. Use one with 16 characters or more.")
    refuse_weak(name, secret)
    return secret


def named_secrets(name: str) -> dict[str, str]:
    """Secrets by name, from `first:secret,second:secret`."""
    found: dict[str, str] = {}
    for entry in words(name):
        key, _, secret = entry.partition(":")
        if not key or len(secret) < 16:
            raise ImproperlyConfigured(f"{name} must be name:secret pairs, each secret 16 characters or longer.")
        refuse_weak(name, secret)
        found[key] = secret
    return found


def refuse_default_password(entry: dict[str, Any]) -> None:
    """The database's password is none that everybody tries first; no password is for sockets and certificates."""
    password = entry["PASSWORD"].lower()
    if password in {"postgres", "password", "gatehouse", "secret", "admin", "change-me", entry["USER"].lower()} - {""}:
        raise ImproperlyConfigured("DATABASE_URL contains a common password. Choose a random one.")


def data_dir() -> Path:
    """Where the demo keeps everything it makes."""
    return Path(text("DATA_DIR", str(DEFAULT_DATA_DIR))).resolve()


def follow_demo() -> None:
    """Let a command in another terminal speak to the demo that was started with this data folder."""
    remembered = data_dir() / "environment.json"
    if remembered.is_file():
        for name, value in json.loads(remembered.read_text()).items():
            os.environ.setdefault(name, value)
