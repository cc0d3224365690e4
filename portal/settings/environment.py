"""Reads the environment; says in one sentence what is missing or wrong."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]
KEY_ID = re.compile(r"[a-z0-9]{1,8}\Z", re.ASCII)  # as a download link carries it
DEFAULT_DATA_DIR = BASE_DIR / "var" / "demo"


def need(name: str, what: str) -> str:
    """The value of `name`, or a refusal to start that says what it is for."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {what}.")
    return value


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


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
    """Django's entry for a postgresql:// address; migrations and restores sign in as the owner of the tables."""
    if sys.argv[1:2] in (["migrate"], ["restore"]):
        url = text("MIGRATION_DATABASE_URL", url)
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name; PostgreSQL 15 or newer "
            "is the only database."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "prepare_threshold": 0, **dict(parse_qsl(parts.query))},
    }


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
        raise ImproperlyConfigured("DEBUG is on. Take it out of the environment: production never runs with it.")


def refuse_weak(name: str, secret: str) -> None:
    """A secret that somebody typed, or that came with an example, is none."""
    if len(set(secret)) < 10 or any(word in secret.lower() for word in ("change-me", "changeme", "insecure")):
        raise ImproperlyConfigured(f"{name} can be guessed: use a random text.")


def strong_secret(name: str, what: str) -> str:
    """A secret of 16 characters or more that nobody would guess."""
    secret = need(name, what)
    if len(secret) < 16:
        raise ImproperlyConfigured(f"{name} is too short: ask for one of 16 characters or more.")
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
        raise ImproperlyConfigured("DATABASE_URL holds a password that everybody tries first. Choose a random one.")


def data_dir() -> Path:
    """Where the demo keeps everything it makes."""
    return Path(text("DATA_DIR", str(DEFAULT_DATA_DIR))).resolve()


def follow_demo() -> None:
    """Let a command in another terminal speak to the demo that was started with this data folder."""
    remembered = data_dir() / "environment.json"
    if remembered.is_file():
        for name, value in json.loads(remembered.read_text()).items():
            os.environ.setdefault(name, value)
