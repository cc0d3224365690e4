"""The benchmark's own portal: database, two gunicorn workers and fronts, in a folder that is thrown away."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.embedded import Urls, postgres
from deploy.demo.embedded.ports import Ports
from deploy.demo.embedded.world import ROOT, World


@dataclass
class Place:
    """Where everything is, and how it is reached."""

    world: World
    urls: Urls

    @property
    def files(self) -> Path:
        return self.world.data_dir / "files"


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """A migrated, empty portal; this process speaks to its database too."""
    folder = ROOT / "var" / "benchmark"
    shutil.rmtree(folder, ignore_errors=True)
    world = World(folder)
    try:
        with postgres(folder) as urls:
            for name in ("web", "app", "probes", "valkey", "idp", "smtp", "mail", "limit", "nginx", "sendfile", "bare"):
                world.ports[name] = Ports(folder).take(name)
            env = world.portal_env(urls)
            for words in (["migrate"], ["collectstatic", "--no-input", "--clear"]):
                command = [sys.executable, "manage.py", *words, "--verbosity", "0"]
                subprocess.run(command, cwd=ROOT, env=env, check=True)
            os.environ.update(world.portal_settings(urls), DJANGO_SETTINGS_MODULE="deploy.demo.settings")
            os.environ["GATEHOUSE_PROCESS"] = "command"  # seeding has no limit on a statement
            import django

            django.setup()
            yield Place(world, urls)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
