"""The environment's settings, and the errors for wrong ones."""

import os
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings import environment
from tests.production import COMPLETE, start


def test_a_complete_environment_starts_production() -> None:
    said = start("settings.LINK_KEY_ID, settings.OIDC_ISSUER, settings.ALLOWED_HOSTS", **COMPLETE)
    assert said.stdout.strip() == "('k2', 'https://idp.example.org/', ['portal.example.org'])", said.stderr


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_production_refuses_to_start_without_it(name: str) -> None:
    left = {key: value for key, value in COMPLETE.items() if key != name}
    said = start("settings.DEBUG", **left)
    assert said.returncode != 0
    assert said.stderr.strip().splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: Set {name}: ")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("PORTAL_ADDRESS", "http://portal.example.org", "PORTAL_ADDRESS must be an https address"),
        ("OIDC_ISSUER", "http://idp.example.org", "OIDC_ISSUER must be an https address"),
        ("DATABASE_URL", "sqlite:///x", "DATABASE_URL must look like postgresql://"),
        ("LINK_KEYS", "k1:short", "LINK_KEYS must be id:secret pairs"),
        ("LINK_KEY_ID", "k9", "LINK_KEY_ID is 'k9'"),
        ("OIDC_CLIENT_SECRET", "secret", "OIDC_CLIENT_SECRET is too short"),
        ("OIDC_CLIENT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaa", "OIDC_CLIENT_SECRET can be guessed"),
        ("PROVIDER_SECRETS", "orcid", "PROVIDER_SECRETS must be name:secret pairs"),
        ("SECRET_KEY", "s" * 50, "SECRET_KEY can be guessed"),
        ("SECRET_KEY", "django-insecure-" + "pP2mWq8ZrT4vYx7NsK1bLd9cGf3hJu6EoQaViR5tXz0", "SECRET_KEY can be guessed"),
        ("LINK_KEYS", f"k1:{'a' * 40}", "LINK_KEYS can be guessed"),
        ("DATABASE_URL", "postgresql://gatehouse_app:postgres@db/gatehouse", "contains a common password"),
        ("DEBUG", "yes", "DEBUG is on"),
        ("DELIVERY", "python", "DELIVERY must be accel"),
        ("EMAIL_PORT", "many", "EMAIL_PORT must be a whole number"),
        ("SECURE_SSL_REDIRECT", "perhaps", "SECURE_SSL_REDIRECT must be yes or no"),
    ],
)
def test_production_refuses_what_is_wrong_in_a_sentence(name: str, value: str, sentence: str) -> None:
    """T57: no debug, no weak or missing key, no default password, no http issuer, no missing audience."""
    said = start("settings.DEBUG", **{**COMPLETE, name: value})
    assert sentence in said.stderr.strip().splitlines()[-1]


def test_production_is_never_lax() -> None:
    what = (
        "settings.DEBUG, settings.DEMO, settings.SESSION_COOKIE_SECURE, settings.OIDC_USE_PKCE, list(settings.STORAGES)"
    )
    said = start(what, **COMPLETE)
    assert said.stdout.strip() == "(False, False, True, True, ['private', 'staticfiles'])"


def test_presigned_delivery_names_its_storage_in_the_policy() -> None:
    more = {"DELIVERY": "presigned", "S3_BUCKET": "sealed", "S3_ENDPOINT_URL": "https://s3.example.org"}
    said = start("settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']", **COMPLETE, **more)
    assert "https://s3.example.org" in said.stdout


def test_a_database_address_is_taken_apart() -> None:
    made = environment.database(COMPLETE["DATABASE_URL"])
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "gatehouse_app",
        "p@ss",
        "db.example.org",
        "5433",
        "gatehouse",
    )
    assert made["OPTIONS"]["sslmode"] == "require"


def test_migrations_sign_in_as_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATION_DATABASE_URL", "postgresql://gatehouse_owner:x@db/gatehouse")
    assert environment.database("postgresql://gatehouse_app:x@db/gatehouse")["USER"] == "gatehouse_app"
    monkeypatch.setattr(sys, "argv", ["manage.py", "migrate"])
    assert environment.database("postgresql://gatehouse_app:x@db/gatehouse")["USER"] == "gatehouse_owner"


def test_a_command_follows_the_demo_of_its_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "environment.json").write_text('{"A_SETTING_OF_THE_DEMO": "yes", "DATA_DIR": "elsewhere"}')
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    environment.follow_demo()
    assert environment.flag("A_SETTING_OF_THE_DEMO")
    assert environment.data_dir() == tmp_path


def test_words_and_origins() -> None:
    assert environment.origin("https://s3.example.org/bucket") == "https://s3.example.org"
    assert environment.origin("") == ""
    with pytest.raises(ImproperlyConfigured, match="id:secret"):
        environment.link_keys("")


def test_each_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """Secrets of an orchestrator are files: NAME_FILE says where, and a final line break does not count."""
    given = {name: value for name, value in COMPLETE.items() if name not in environment.SECRETS}
    for name in environment.SECRETS & set(COMPLETE):
        (tmp_path / name).write_text(f"{COMPLETE[name]}\n")
        given[f"{name}_FILE"] = str(tmp_path / name)
    (tmp_path / "password").write_text("from-a-file\n")
    bare = COMPLETE["DATABASE_URL"].replace(":p%40ss", "")
    (tmp_path / "DATABASE_URL").write_text(bare)
    say = "settings.SECRET_KEY, settings.LINK_KEY_ID, settings.DATABASES['default']['PASSWORD']"
    said = start(say, **given, DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    assert said.stdout.strip() == str((COMPLETE["SECRET_KEY"], "k2", "from-a-file")), said.stderr


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "Set SECRET_KEY or SECRET_KEY_FILE, not both"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE: /nowhere/key cannot be read"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/dev/null"}, "SECRET_KEY_FILE: /dev/null is empty"),
    ],
)
def test_a_wrong_file_of_a_secret_is_refused_in_a_sentence(more: dict[str, str], sentence: str) -> None:
    said = start("settings.DEBUG", **{**COMPLETE, **more})
    assert sentence in said.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "named", "kind", "seconds"),
    [
        (["/opt/bin/gunicorn", "portal.wsgi"], "", "web", 4),
        (["/opt/lib/gunicorn/__main__.py", "portal.wsgi"], "", "web", 4),
        (["/opt/bin/celery", "-A", "portal.celery", "worker"], "", "worker", 300),
        (["/opt/lib/celery/__main__.py", "-A", "portal.celery", "beat"], "", "beat", 300),
        (["manage.py", "migrate"], "", "migrate", 0),
        (["manage.py", "restore"], "", "restore", 0),
        (["manage.py", "office"], "", "command", 0),
        (["manage.py"], "", "command", 0),
        (["a-script.py"], "command", "command", 0),
    ],
)
def test_each_kind_of_process_has_its_limits(
    words: list[str], named: str, kind: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 40: a page waits seconds, a task minutes, a migration as long as it takes."""
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setenv("GATEHOUSE_PROCESS", named)
    assert environment.process() == kind
    entry = environment.database("postgresql://u:p@db/gatehouse")
    assert entry["LIMITS"]["statement"] == seconds
    assert bool(entry["LIMITS"]["idle_in_transaction"]) is (kind not in {"migrate", "restore"})
