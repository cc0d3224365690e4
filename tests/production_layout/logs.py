"""The search in every log of the layout for what none may contain, and its controls."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.production_layout.layout import Layout
from tests.production_layout.ledger import Ledger

TYPED = "typed-canary-9b41c7"  # a value in statements that PostgreSQL refuses


@dataclass(frozen=True)
class Found:
    """Which log has how many of the secret words, and whether the controls were found."""

    read: dict[str, int]  # bytes by log
    hits: dict[str, list[str]]
    controls: dict[str, bool]

    def faults(self) -> list[str]:
        wrong = [f"{name} contains {words}" for name, words in self.hits.items()]
        return wrong + [f"the control was not found: {name}" for name, found in self.controls.items() if not found]

    def summary(self) -> str:
        sizes = ", ".join(f"{name} {size // 1024} KiB" for name, size in sorted(self.read.items()))
        number = sum(map(len, self.hits.values()))
        return f"Logs ({sizes}): {number} secret words; controls found: {self.controls}"


def search(layout: Layout, ledger: Ledger, searched_for: str) -> Found:
    """Plant the controls, then read every log."""
    secret = ledger.secret | {searched_for, TYPED} | _settings(layout)
    _refused_statements(layout)
    logs = _logs(layout)
    hits = {name: [_shortened(word) for word in secret if word in text] for name, text in logs.items()}
    controls = _controls(layout, secret)
    return Found(
        read={name: len(text) for name, text in logs.items()},
        hits={name: words for name, words in hits.items() if words},
        controls=controls,
    )


def _settings(layout: Layout) -> set[str]:
    """Every secret that a node or a server was started with."""
    names = ("portal", "links", "client", "s3", "broker", "gatehouse_app", "gatehouse_owner", "postgres")
    own = {value for values in layout.place.own.values() for value in values.values() if len(value) > 31}
    return {layout.place.secrets.take(name) for name in names} | own


def _logs(layout: Layout) -> dict[str, str]:
    folder: Path = layout.place.data_dir / "log"
    return {path.name: path.read_text(errors="replace") for path in folder.iterdir() if path.is_file()}


def _refused_statements(layout: Layout) -> None:
    """What PostgreSQL writes about: a refused row, a wrong value, a broken statement, each with a typed word."""
    with psycopg.connect(layout.urls.app, autocommit=True) as connection:
        for statement, values in (
            (sql.SQL("INSERT INTO people_institution (id, name) VALUES (gen_random_uuid(), %s)"), [TYPED]),
            (sql.SQL("SELECT %s::uuid"), [TYPED]),
            (sql.SQL("SELECT {} FROM nowhere").format(TYPED), None),
            (sql.SQL("DELETE FROM audit_event WHERE kind = %s"), [TYPED]),
        ):
            try:
                connection.execute(statement, values)
            except psycopg.Error:
                continue
            raise AssertionError(f"PostgreSQL accepted {statement!r}")


def _controls(layout: Layout, secret: set[str]) -> dict[str, bool]:
    """The same search finds the word as soon as PostgreSQL logs as it does by default, and a word in a log file."""
    with psycopg.connect(layout.urls.superuser, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM RESET ALL")
        admin.execute("ALTER DATABASE gatehouse RESET ALL")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("SELECT pg_sleep(1)")
    _refused_statements(layout)
    layout.documented_log_settings()
    logs = _logs(layout)
    file = layout.place.data_dir / "log" / "planted.log"
    file.write_text(f"GET /d/{max(secret, key=len)}\n", encoding="utf-8")
    planted = any(word in text for word in secret for name, text in _logs(layout).items() if name == file.name)
    file.unlink()
    return {
        "PostgreSQL by default": TYPED in logs["postgres.log"],
        "a planted link": planted,
        "nginx wrote its access log": " 200 " in logs["gatehouse.log"],
    }


def _shortened(word: str) -> str:
    return f"{word[:4]}... ({len(word)} characters)"
