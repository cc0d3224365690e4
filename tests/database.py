"""One PostgreSQL for a whole test run, shared by its workers; started by the first that needs it.

`python -m tests.database FOLDER PID` keeps the server up until that process is gone or the folder's `wanted` file is.
The database `gatehouse` is migrated once by its owner, receives the kept worlds (tests/seed_worlds.py) and is never
used again: each worker gets a copy of it, and gets a fresh copy when a test has committed something.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from deploy.demo.embedded import Urls, postgres

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "gatehouse"
SEEDING = "seeding"
PATIENCE = 240
CACHE = ROOT / "var" / "cache" / "database"
SEEDED = ROOT / "var" / "cache" / "worlds"
SEED_AGE = 3600.0  # seconds: the times in a kept world are those of its seeding
_keepers: list["subprocess.Popen[bytes]"] = []


def addresses(run: Path) -> Urls:
    """The addresses of this run's server, which is started now if nobody has needed it before."""
    ready = run / "ready.json"
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _start(run, ready)
    return Urls(**json.loads(ready.read_text()))


def _start(run: Path, ready: Path) -> None:
    (run / "wanted").touch()
    with (run / "database.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.database", str(run), (run / "controller").read_text()],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    _keepers.append(keeper)
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the test database did not start:\n{(run / 'database.log').read_text()}")
        time.sleep(0.05)


def stop(run: Path) -> None:
    """Let the server go and wait until it has."""
    if not (run / "wanted").exists():
        return
    (run / "wanted").unlink()
    deadline = time.monotonic() + PATIENCE
    while (run / "ready.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    for keeper in _keepers:
        keeper.wait(PATIENCE)


def clone(urls: Urls, name: str) -> None:
    """A fresh copy of the migrated database, in place of one of that name."""
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        names = {
            "name": sql.Identifier(name),
            "template": sql.Identifier(TEMPLATE),
            "owner": sql.Identifier("gatehouse_owner"),
        }
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(
            sql.SQL("CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY FILE_COPY").format(**names)
        )


def with_own_provider(urls: Urls, name: str) -> Urls:
    """The same server with an empty database for one identity provider: each has its own client secret."""
    before = urlsplit(urls.provider)
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        names = {"name": sql.Identifier(name), "owner": sql.Identifier(before.username or "")}
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**names))
    return replace(urls, provider=before._replace(path=f"/{name}").geturl())


def migrate(urls: Urls) -> None:
    """Make the tables as their owner does."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": urls.owner}
    environment["MIGRATION_DATABASE_URL"] = urls.owner
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )


def migrated_cluster(folder: Path) -> None:
    """A data folder with the migrated template in it: the one an earlier run made from the same code, or a new one."""
    kept = CACHE / fingerprint()
    if not kept.exists():
        with postgres(folder, fsync=False) as urls:
            migrate(urls)
        _copy(folder, kept)
        for old in sorted(CACHE.glob("*"), key=lambda path: path.stat().st_mtime)[:-2]:
            shutil.rmtree(old, ignore_errors=True)
    else:
        _copy(kept, folder)
    (folder / "ports.json").unlink(missing_ok=True)


def seeded_cluster(folder: Path) -> None:
    """The same with the kept worlds in it: those that the same code made today within the last hour, or new ones."""
    kept = SEEDED / seed_fingerprint()
    made = kept / "worlds" / "failures"
    if made.exists() and time.time() - made.stat().st_mtime < SEED_AGE:
        _copy(kept, folder)
    else:
        migrated_cluster(folder)
        with postgres(folder, fsync=False) as urls:
            _seed(urls, folder / "worlds")
        shutil.rmtree(kept, ignore_errors=True)
        if not (folder / "worlds" / "failures").read_text():
            _copy(folder, kept)
        for old in sorted(SEEDED.glob("*"), key=lambda path: path.stat().st_mtime)[:-2]:
            shutil.rmtree(old, ignore_errors=True)
    (folder / "ports.json").unlink(missing_ok=True)


def _seed(urls: Urls, folder: Path) -> None:
    """Build the worlds in a database of their own, as the portal's role, and keep them in the template."""
    folder.mkdir()
    clone(urls, SEEDING)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment["DATABASE_URL"] = urlsplit(urls.app)._replace(path=f"/{SEEDING}").geturl()
    environment["TEMPLATE_URL"] = urlsplit(urls.superuser)._replace(path=f"/{TEMPLATE}").geturl()
    subprocess.run([sys.executable, "-m", "tests.seed_worlds", str(folder)], cwd=ROOT, env=environment, check=True)
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(SEEDING)))


def seed_fingerprint() -> str:
    """Changes whenever a kept world could: the migrated database, the code of the domain, the stories, the date."""
    files = [*ROOT.glob("apps/**/*.py"), *ROOT.glob("portal/*.py"), *ROOT.glob("portal/settings/*.py")]
    files = [path for path in files if path.relative_to(ROOT).parts[1] not in {"web", "api"}]
    files += [ROOT / "tests" / name for name in ("stories.py", "seed_worlds.py", "seeded_worlds.py")]
    digest = hashlib.sha256(f"{fingerprint()} {time.strftime('%Y-%m-%d', time.gmtime())}".encode())
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def fingerprint() -> str:
    """Changes whenever the migrated database would: migrations, models, settings, versions, who runs it."""
    shapes = ("apps/*/migrations/*.py", "apps/*/models.py", "apps/*/models/*.py", "deploy/demo/embedded/*.py")
    parts = [path for shape in shapes for path in ROOT.glob(shape)]
    parts += [
        ROOT / "portal/settings/base.py",
        ROOT / "deploy/requirements/base.txt",
        ROOT / "deploy/requirements/demo.txt",
    ]
    digest = hashlib.sha256(f"{os.geteuid()} {sys.version} {ROOT}".encode())
    for part in sorted(parts):
        digest.update(part.read_bytes())
    return digest.hexdigest()[:32]


def _copy(source: Path, target: Path) -> None:
    """A copy with owners and rights, which appears in one step."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(draft)], check=True)
    try:
        draft.rename(target)
    except OSError:  # another run was quicker
        shutil.rmtree(draft)


def hold_server(run: Path, controller: int) -> None:
    """Hold the server until it is no longer wanted or the test run has died."""
    ready = run / "ready.json"
    seeded_cluster(run / "cluster")
    with postgres(run / "cluster", fsync=False) as urls:
        draft = run / "ready.new"
        draft.write_text(json.dumps(asdict(urls)))
        draft.rename(ready)
        while (run / "wanted").exists() and _alive(controller):
            time.sleep(0.1)
    ready.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    hold_server(Path(sys.argv[1]), int(sys.argv[2]))
