"""One whole demo for a test run, shared by its workers; the first test that needs it starts it as a newcomer would."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180
_started: list["subprocess.Popen[bytes]"] = []  # a demo that nobody holds would be complained about


def demo_of(run: Path, name: str = "demo", *options: str) -> dict[str, Any]:
    """What `make demo` writes down of itself; it is started now if nobody has needed it before."""
    folder = run / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "started").exists():
            start(folder, *options)
            (folder / "started").touch()
    facts: dict[str, Any] = json.loads((folder / "data" / "demo.json").read_text())
    return facts


def start(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start a demo whose data is in `folder/data`, and wait until it says that it is up."""
    facts = folder / "data" / "demo.json"
    facts.unlink(missing_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    with (folder / "demo.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--data-dir", str(folder / "data"), *options],
            cwd=ROOT,
            env=kept,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    _started.append(process)
    (folder / "pid").write_text(str(process.pid))
    deadline = time.monotonic() + PATIENCE
    while not facts.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the demo did not start:\n{(folder / 'demo.log').read_text()[-4000:]}")
        time.sleep(0.2)
    return process


def stop_all(run: Path) -> None:
    """Stop every demo of this run, as Ctrl-C does, and wait until it has gone."""
    for pid_file in run.glob("*/pid"):
        stop(int(pid_file.read_text()))


def clear_away(runs: Path) -> None:
    """End what a test run that was killed has left behind: its demos, known by their folder, and its own folder."""
    for controller in runs.glob("run-*/controller"):
        run = controller.parent
        if _alive(int(controller.read_text() or 0)):
            continue
        for pid_file in run.glob("*/pid"):
            if _runs_in(int(pid_file.read_text()), pid_file.parent):
                stop(int(pid_file.read_text()))
        shutil.rmtree(run, ignore_errors=True)


def _runs_in(pid: int, folder: Path) -> bool:
    """Whether the process of that number is still the demo of that folder, and not somebody else's by now."""
    with contextlib.suppress(OSError):
        return str(folder / "data") in Path(f"/proc/{pid}/cmdline").read_text()
    return False


def stop(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + 60
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
