"""What `make release` builds: the same bytes each time, without demo and tests, installable without a network."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import database
from tests.production import COMPLETE

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv-release"
NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}


def test_the_requirements_of_the_wheel_are_those_that_are_pinned() -> None:
    lines = (ROOT / "deploy/requirements/base.in").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == [line for line in lines if line and not line.startswith("#")]


def run(*command: str, **more: str) -> str:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def release(into: Path, *options: str) -> Path:
    run(str(VENV / "bin" / "python"), "deploy/release.py", "--into", str(into), *options)
    return into


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release of HEAD; its packages come from where this machine's pip gets them."""
    run(sys.executable, "deploy/install.py", "release", VENV=str(VENV))
    return release(tmp_path_factory.mktemp("release") / "first")


@pytest.fixture(scope="module")
def wheels(built: Path) -> Path:
    """The wheelhouse, unpacked."""
    (packed,) = built.glob("*.tar")
    with tarfile.open(packed) as archive:
        archive.extractall(built.parent, filter="data")
    return built.parent / packed.stem


@pytest.mark.exhaustive
def test_the_same_commit_gives_the_same_bytes(built: Path, wheels: Path) -> None:
    time.sleep(2)  # another time on the clock
    again = release(built.parent / "second", "--wheels", str(wheels))
    assert (again / "SHA256SUMS").read_bytes() == (built / "SHA256SUMS").read_bytes()
    assert len((again / "SHA256SUMS").read_text().splitlines()) == 4


@pytest.mark.exhaustive
def test_the_product_has_neither_demo_nor_tests(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    (sdist,) = built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as packed:
        names = [*archive.namelist(), *(name.partition("/")[2] for name in packed.getnames())]
    assert [name for name in names if name.startswith(("tests/", "deploy/demo", "gatehouse_files/deploy/demo"))] == []
    assert {"portal/wsgi.py", "gatehouse_files/templates/base.html", "templates/base.html"} <= set(names)


@pytest.mark.exhaustive
def test_the_bill_of_materials_names_every_pinned_package(built: Path) -> None:
    (bill,) = built.glob("*.cdx.json")
    facts = json.loads(bill.read_text(encoding="utf-8"))
    pinned = (ROOT / "deploy/requirements/base.txt").read_text(encoding="utf-8").splitlines()
    names = {
        line.partition("==")[0].partition("[")[0].lower() for line in pinned if line[:1].isalpha() and "==" in line
    }
    assert facts["bomFormat"] == "CycloneDX"
    assert {part["name"].lower() for part in facts["components"]} == names
    assert all(part.get("hashes") or part.get("externalReferences") for part in facts["components"])


@pytest.mark.exhaustive
def test_it_is_installed_without_a_network_and_starts(
    wheels: Path, tmp_path: Path, database_urls: database.Urls, worker_id: str
) -> None:
    """Must show 5: install from the wheelhouse with the network off, migrate, start, answer."""
    home = tmp_path / "gatehouse"
    run(sys.executable, "-m", "venv", str(home))
    off = ["unshare", "-n"] if shutil.which("unshare") and subprocess.call(["unshare", "-n", "true"]) == 0 else []
    pip = [*off, str(home / "bin" / "pip"), "install", "--quiet", "--no-deps"]
    (product,) = wheels.glob("gatehouse-*.whl")
    run(*pip, "--require-hashes", "--requirement", str(wheels / "base.txt"), **NO_INDEX, PIP_FIND_LINKS=str(wheels))
    run(*pip, str(product), **NO_INDEX)
    run(str(home / "bin" / "pip"), "check", **NO_INDEX)
    database.clone(database_urls, f"release_{worker_id}")
    with portal(home, tmp_path, database_urls, f"release_{worker_id}") as port:
        assert answer(port, "/healthz") == 200
        assert answer(port, "/readyz") == 200
        assert answer(port, "/help/operators/") == 200


@contextmanager
def portal(home: Path, folder: Path, urls: database.Urls, name: str) -> Iterator[int]:
    """The installed product, far from any clone, with the settings of production."""
    owner, app = (urlsplit(url)._replace(path=f"/{name}").geturl() for url in (urls.owner, urls.app))
    given = {**COMPLETE, "DATABASE_URL": app, "MIGRATION_DATABASE_URL": owner, "DATA_ROOT": str(folder / "data")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **given}
    (folder / "data" / "files").mkdir(parents=True)

    def gatehouse(*words: str) -> None:
        subprocess.run([home / "bin" / "gatehouse", *words], cwd=folder, env=environment, check=True)

    gatehouse("migrate", "--verbosity", "0")
    gatehouse("collectstatic", "--no-input", "--verbosity", "0")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(home / "bin" / "gunicorn"), "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = subprocess.Popen([*command, "--preload", "--log-level", "warning"], cwd=folder, env=environment)
    try:
        deadline = time.monotonic() + 60
        while answer(port, "/healthz") != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def answer(port: int, path: str) -> int:
    """The status of a page, as the front server would ask for it; 0 if nobody listens."""
    headers = {"Host": "portal.example.org", "X-Forwarded-Proto": "https"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)) as page:
            return int(page.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0
