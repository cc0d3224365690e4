"""`manage.py demo`: a whole portal on this machine, in one start, told step by step."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

import psycopg

from deploy.demo.embedded import database, servers
from deploy.demo.embedded.ports import hold, write_private
from deploy.demo.embedded.process import Trouble
from deploy.demo.embedded.supervisor import Supervisor, only_one
from deploy.demo.embedded.world import BUCKET, ROOT, World
from deploy.demo.people import INSTITUTIONS, PEOPLE

Say = Callable[[str], None]


class Demo:
    """One demo, from start to Ctrl-C."""

    def __init__(self, world: World, say: Say, *, seed: bool) -> None:
        self.world = world
        self.supervisor = Supervisor(world.data_dir, self._tell, self._write_facts)
        self._say = say
        self._seed = seed
        self._began = time.monotonic()
        self._ready = False

    def run(self) -> None:
        """Start, print where it is, and keep it running until somebody stops it."""
        with only_one(self.world.data_dir):
            for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sign, _interrupt)
            try:
                self._start()
                self._say(self._welcome())
                self.supervisor.watch()
            except KeyboardInterrupt:
                self._say("\nStopping; the data stay, and the next start uses them again.")
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                self._forget_facts()
                self.supervisor.stop()

    def _tell(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._began:6.1f} s  {what}")

    def _start(self) -> None:
        world = self.world
        self._forget_facts()
        self.supervisor.clear_away()
        world.take_ports()
        with closing(hold(world.ports["web"])):  # until the front listens there
            self._start_servers(world)
        self._tell("the identity provider, the portal, its workers and the front answer")
        self._ready = True
        self._write_facts()

    def _start_servers(self, world: World) -> None:
        base, self.urls = database.server(world.data_dir, port=world.ports["postgres"], secrets=world.secrets)
        others = [servers.valkey(world), servers.mail(world), *([servers.seaweed(world)] if world.s3 else [])]
        self.supervisor.start(base, *others)
        database.ensure_roles(self.urls, world.secrets)
        write_private(world.data_dir / "environment.json", world.portal_settings(self.urls))
        self._tell(f"PostgreSQL, Valkey{', SeaweedFS' if world.s3 else ''} and the mail sink answer")
        self._prepare()
        self.supervisor.start(
            servers.provider(world, self.urls),
            servers.web(world, self.urls),
            servers.worker(world, self.urls),
            servers.beat(world, self.urls),
        )
        self.supervisor.start(servers.caddy(world))

    def _prepare(self) -> None:
        """Tables, demo accounts and static files; on an empty database the seed."""
        seeding = self.world.data_dir / "seeding"
        if seeding.exists():
            database.recreate(self.urls)
            seeding.unlink()
            self._tell("the seed of an interrupted start was thrown away")
        portal, provider = self.world.portal_env(self.urls), self.world.provider_env(self.urls)
        together = [
            _begin(["manage.py", "migrate", "--skip-checks", "--verbosity", "0"], portal),
            _begin(["-m", "deploy.demo.identity_provider.prepare"], provider),
            _begin(
                ["manage.py", "collectstatic", "--skip-checks", "--no-input", "--clear", "--verbosity", "0"], portal
            ),
        ]
        for step in together:
            _finish(step)
        if self.world.s3:
            make_bucket(self.world)
        self._tell("tables, demo accounts and static files are in place")
        if self._seed and not self._has_people():
            self._tell("seeding a world to look at ...")
            seeding.touch()
            _finish(_begin(["manage.py", "seed"], portal))
            seeding.unlink()
            self._tell("the world is seeded")

    def _has_people(self) -> bool:
        with psycopg.connect(self.urls.owner) as connection:
            found = connection.execute("SELECT to_regclass('people_person')").fetchone()
            if found is None or found[0] is None:
                return False
            return connection.execute("SELECT 1 FROM people_person LIMIT 1").fetchone() is not None

    def _fact_files(self) -> list[Path]:
        files = [self.world.data_dir / "demo.json"]
        if self.world.data_dir == ROOT / "var" / "demo":
            files.append(ROOT / "var" / "demo.json")
        return files

    def _forget_facts(self) -> None:
        for path in self._fact_files():
            path.unlink(missing_ok=True)

    def _write_facts(self) -> None:
        if self._ready:
            for path in self._fact_files():
                write_private(path, self._facts())

    def _facts(self) -> dict[str, object]:
        """What an outside script needs to drive the demo."""
        world = self.world
        return {
            "address": world.address("web"),
            "issuer": world.address("idp"),
            "accounts": [
                {"key": one.key, "email": one.email, "password": one.password, "name": one.name, "for": one.what_for}
                for one in PEOPLE
            ],
            "mail": {
                "address": world.address("mail"),
                "smtp_port": world.ports["smtp"],
                "folder": str(world.data_dir / "mail"),
            },
            "database_url": self.urls.app,
            "migration_database_url": self.urls.owner,
            "broker_url": world.broker,
            "pids": {**self.supervisor.pids(), "supervisor": os.getpid()},
            "data_dir": str(world.data_dir),
            "s3": {"address": world.address("s3"), "bucket": BUCKET} if world.s3 else None,
        }

    def _welcome(self) -> str:
        places = {one.key: one.name for one in INSTITUTIONS}
        width = max(len(one.email) for one in PEOPLE)
        rows = [f"  {one.email:<{width}}  {one.password:<17}  {one.name}: {one.what_for}" for one in PEOPLE]
        return "\n".join(
            [
                "",
                f"  Gatehouse is ready:  {self.world.address('web')}",
                f"  E-mails it sends:    {self.world.address('mail')}",
                "",
                "  Sign in as any of these (the sign-in page has a button for each):",
                *rows,
                f"  (all invented, at {', '.join(places.values())})",
                "",
                "  `.venv/bin/python manage.py story` plays the main job. Ctrl-C stops everything.",
                "",
            ]
        )


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
    raise KeyboardInterrupt


def _begin(words: list[str], env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish(step: "subprocess.Popen[str]") -> None:
    said, _ = step.communicate()
    if step.returncode:
        words = " ".join(str(word) for word in step.args[1:]) if isinstance(step.args, list) else str(step.args)
        raise Trouble(f"`{words}` failed and said:\n{said.strip()[-4000:]}")


def make_bucket(world: World) -> None:
    """The bucket exists and takes an object (SeaweedFS answers before its volumes do)."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client(
        "s3",
        endpoint_url=world.address("s3"),
        aws_access_key_id="gatehouse",
        aws_secret_access_key=world.secrets.take("s3"),
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    deadline = time.monotonic() + 40
    while True:
        try:
            known = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
            if BUCKET not in known:
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
            client.delete_object(Bucket=BUCKET, Key="ready")
        except (BotoCoreError, ClientError) as problem:
            if time.monotonic() > deadline:
                raise Trouble(f"SeaweedFS does not take files: {problem}") from None
            time.sleep(0.3)
        else:
            return


def reset(data_dir: Path, say: Say) -> None:
    """Throw everything of one demo away, and nothing that is not a demo's."""
    if not data_dir.exists():
        return say(f"{data_dir} does not exist; there is nothing to throw away.")
    ours = (data_dir / "ports.json").exists() or not any(data_dir.iterdir())
    if not ours:
        raise Trouble(f"{data_dir} was not made by `make demo`, so it is not deleted.")
    with only_one(data_dir):
        Supervisor(data_dir, say).clear_away()
    shutil.rmtree(data_dir)
    return say(f"{data_dir} is gone; `make demo` starts again from nothing.")
