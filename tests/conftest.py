"""What every test may count on: no network, a migrated PostgreSQL, the role of production, a clock to stop."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase, override_settings

from apps.core import correlation, schema
from tests import database, network, seeded_worlds
from tests.browser import counting, running

ROOT = Path(__file__).resolve().parents[1]
RUN = "GATEHOUSE_TEST_RUN"
NEW_OBJECTS = 50_000  # between two collections of garbage
pytest_plugins = ["pytester"]


# ------------------------------------------------------------------------------------------------------- one run
def pytest_configure(config: pytest.Config) -> None:
    """Make the run's own folder; the workers of the run inherit its name."""
    if not hasattr(config, "workerinput"):
        folder = ROOT / "var" / "tests"
        folder.mkdir(parents=True, exist_ok=True)
        running.clear_away(folder)
        run = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        (run / "controller").write_text(str(os.getpid()))
        os.environ[RUN] = str(run)


def pytest_collection_finish() -> None:
    """Collect garbage less often: modules and tests that live for the whole run are not looked through every time.

    With Python's own thresholds a tenth of the processor time of a test of pages went into it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's database and its demos, and leave nothing behind."""
    if not hasattr(config, "workerinput") and RUN in os.environ:
        run = Path(os.environ.pop(RUN))
        running.stop_all(run)
        database.stop(run)
        shutil.rmtree(run, ignore_errors=True)


def skipped_where_a_machine_decides(reporter: Any) -> bool:
    """Whether tests were skipped in a run whose result nobody reads."""
    return bool(os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many pages the browser tests have checked, which worlds tests built themselves, and why a run failed."""
    if skipped_where_a_machine_decides(terminalreporter):
        terminalreporter.section("CI is set: a skipped test fails the run", red=True)
    said = counting.summary(Path(os.environ[RUN]))
    if said:
        terminalreporter.write_line(said)
    failures = Path(os.environ[RUN]) / "cluster" / "worlds" / "failures"
    if failures.exists() and failures.read_text():
        terminalreporter.section("worlds that could not be built once for the run")
        terminalreporter.write_line(failures.read_text())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped, with the one command that brings it."""
    if shutil.which("chromium") is None:
        skip = pytest.mark.skip(reason="no browser on this machine: apt-get install --yes chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a machine decides (CI), a test that did not run is a failure."""
    if skipped_where_a_machine_decides(session.config.pluginmanager.get_plugin("terminalreporter")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Nothing but loopback can be reached."""
    with pytest.MonkeyPatch.context() as patch:
        network.close(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_questions_to_the_provider_of_the_settings() -> Iterator[None]:
    """The provider that the test settings name is nowhere; its metadata are known, as after a first sign-in."""
    from django.conf import settings

    from apps.identity.oidc import discovery

    fetch, home = discovery._fetch_metadata, settings.OIDC_ISSUER
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    known = {"issuer": home} | {name: f"{home}/{name.partition('_')[0]}" for name in names}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discovery, "_fetch_metadata", lambda issuer: known if issuer == home else fetch(issuer))
        yield


# -------------------------------------------------------------------------------------------------- the database
def _point(url: str, name: str) -> dict[str, Any]:
    """Django's entry for a role's address, with another database."""
    parts = urlsplit(url)
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(parts.port),
    }


@pytest.fixture(scope="session")
def database_urls() -> database.Urls:
    """The addresses of the run's PostgreSQL by role (owner, app, superuser); their database is the template."""
    return database.addresses(Path(os.environ[RUN]))


@pytest.fixture(scope="module")
def provider_urls(database_urls: database.Urls, worker_id: str, request: pytest.FixtureRequest) -> database.Urls:
    """The same, with a database for the identity provider that the tests of one file start, in this worker."""
    return database.with_own_provider(database_urls, f"idp_{worker_id}_{request.path.stem}")


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    """The database of this worker."""
    return f"test_{worker_id}"


@pytest.fixture(scope="session")
def django_db_setup(database_urls: database.Urls, database_name: str, django_db_blocker: Any) -> Iterator[None]:
    """A copy of the migrated database, spoken to as the portal's own role, so that privileges are tested too."""
    database.clone(database_urls, database_name)
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict.update(_point(database_urls.app, database_name))
        assert schema.is_current()  # asked once a process, and not in a test that counts statements
        seeded_worlds.open_catalogue(Path(os.environ[RUN]) / "cluster" / "worlds" / "files")
        with _fresh_copy_instead_of_truncate(database_urls, database_name):
            yield
        seeded_worlds.close_catalogue()
        connections.close_all()


@contextmanager
def _fresh_copy_instead_of_truncate(urls: database.Urls, name: str) -> Iterator[None]:
    """After a test that commits, take a fresh copy: the portal's role may not empty the log, and nobody should."""

    def tear_down(_case: TransactionTestCase) -> None:
        connections.close_all()
        database.clone(urls, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", tear_down)
        yield


@pytest.fixture(autouse=True)
def nothing_fetched() -> None:
    """Each test may fetch every kept world."""
    seeded_worlds.begin_test()


@pytest.fixture(autouse=True)
def no_token_of_another_test() -> None:
    """Events of this test do not name the access token of an API call in an earlier one."""
    correlation.act_through()


@pytest.fixture
def by_commands() -> Iterator[None]:
    """The stories of this test run their commands: it looks at the course itself."""
    with seeded_worlds.by_commands():
        yield


@pytest.fixture
def as_owner(database_urls: database.Urls, database_name: str, transactional_db: None) -> Iterator[Any]:
    """A psycopg connection as the owner of the tables, for tests of what even the owner may not do."""
    entry = _point(database_urls.owner, database_name)
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname=database_name
    ) as connection:
        yield connection


@pytest.fixture
def counting_cache() -> Iterator[None]:
    """A cache, as in production, for what counts how often something happened; other tests have none."""
    from django.core.cache import cache

    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "counted"}
    with override_settings(CACHES={"default": memory}):
        cache.clear()
        yield
        cache.clear()


# ------------------------------------------------------------------------------------------------------ the clock
@pytest.fixture
def frozen() -> Iterator[Callable[[datetime], datetime]]:
    """`frozen(moment)`: from now on, and until the test ends or it is called again, the portal believes it is then."""
    from apps.core import clock

    with ExitStack() as stack:

        def set_to(moment: datetime) -> datetime:
            stack.close()
            stack.enter_context(clock.freeze(moment))
            return moment

        yield set_to


@pytest.fixture
def noon(frozen: Callable[[datetime], datetime]) -> datetime:
    """It is noon on 1 September 2026, UTC, for the whole test."""
    return frozen(datetime(2026, 9, 1, 12, tzinfo=UTC))
