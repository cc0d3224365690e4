"""The servers of the demo: remembered, restarted, stopped, and refused in one sentence."""

import json
import os
import signal
import smtplib
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from deploy.demo.embedded import demo, mail, servers
from deploy.demo.embedded.database import ensure_roles, recreate
from deploy.demo.embedded.ports import Ports, Secrets, free, hold
from deploy.demo.embedded.process import Server, Trouble, born, running
from deploy.demo.embedded.supervisor import RESTARTS, Supervisor, only_one
from deploy.demo.embedded.world import World
from tests.database import Urls

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.05)


def sleeper(folder: Path, name: str = "sleeper", command: list[str] | None = None) -> Server:
    return Server(name=name, command=command or SLEEP, log=folder / f"{name}.log", ready=lambda: True)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_ports_are_remembered(tmp_path: Path) -> None:
    first = Ports(tmp_path).take("postgres")
    assert 20000 <= first < 32000
    assert Ports(tmp_path).take("postgres") == first
    assert Ports(tmp_path).take("valkey") != first


def test_a_port_that_is_held_is_free_for_nobody_but_its_server() -> None:
    """Two demos started together must not share 8000: Caddy would let them."""
    port = next(port for port in range(20000, 32000) if free(port))
    with closing(hold(port)):
        assert not free(port)
        with closing(socket.socket()) as server:  # as Caddy does
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            for _time in range(20):  # every connection comes to the server, none to the one that only holds
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                server.accept()[0].close()
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(Trouble, match="in use by another program"):
            hold(other.getsockname()[1])


def test_a_wanted_port_moves_the_portal_for_good(tmp_path: Path) -> None:
    wanted = next(port for port in range(20000, 32000) if free(port))
    assert Ports(tmp_path).take("web", wanted=wanted, prefer=8000) == wanted
    assert Ports(tmp_path).take("web", prefer=8000) == wanted


@pytest.mark.parametrize(("name", "remedy"), [("web", "PORT="), ("idp", "DATA_DIR=")])
def test_a_busy_port_is_refused_with_what_to_do(tmp_path: Path, taken: int, name: str, remedy: str) -> None:
    (tmp_path / "ports.json").write_text(json.dumps({name: taken}))
    with pytest.raises(Trouble, match=rf"^Port {taken} \({name}\) is in use .*{remedy}"):
        Ports(tmp_path).take(name)


def test_secrets_are_made_once_and_only_for_this_user(tmp_path: Path) -> None:
    made = Secrets(tmp_path).take("portal")
    assert len(made) > 50
    assert Secrets(tmp_path).take("portal") == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_damaged_note_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    assert Ports(tmp_path).take("postgres")


def test_one_demo_a_data_folder(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(Trouble, match="already runs"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_a_server_that_stops_at_once_is_refused_with_its_last_words(tmp_path: Path) -> None:
    server = sleeper(tmp_path, command=[sys.executable, "-c", "import sys; sys.exit('no such file')"])
    server.ready = lambda: False
    with pytest.raises(Trouble, match="stopped at once(.|\n)*no such file"), running(server):
        pass


def test_a_server_that_never_answers_is_refused(tmp_path: Path) -> None:
    server = sleeper(tmp_path)
    server.ready, server.patience = lambda: False, 0.2
    with pytest.raises(Trouble, match="did not answer within"), running(server):
        pass
    assert server.ended()


def test_a_server_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    server = sleeper(tmp_path, command=[sys.executable, "-c", stubborn])
    server.start()
    eventually(lambda: "up" in server.tail())
    server.farewell = 0.2
    server.stop()
    assert born(server.pid) is None


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches the test also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_server_that_dies_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    changes: list[int] = []
    supervisor = Supervisor(tmp_path, said.append, lambda: changes.append(1))
    server = sleeper(tmp_path)
    supervisor.start(server)
    first = server.pid

    def murder() -> None:
        os.kill(first, signal.SIGKILL)
        eventually(lambda: bool(changes))
        os.kill(os.getpid(), signal.SIGINT)

    murderer = threading.Thread(target=murder)
    murderer.start()
    with pytest.raises(KeyboardInterrupt):
        supervisor.watch()
    murderer.join()
    assert server.pid != first
    assert "signal 9" in said[0]
    supervisor.stop()
    assert born(server.pid) is None


def test_a_server_that_keeps_dying_ends_the_demo_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.demo.embedded.supervisor.time.sleep", lambda seconds: None)
    supervisor = Supervisor(tmp_path, lambda said: None)
    supervisor.start(sleeper(tmp_path, command=[sys.executable, "-S", "-c", "raise SystemExit('out of luck')"]))
    with pytest.raises(Trouble, match=rf"died {RESTARTS + 1} times(.|\n)*out of luck"):
        supervisor.watch()
    supervisor.stop()


def test_what_a_killed_start_left_behind_is_ended_and_nothing_else(tmp_path: Path) -> None:
    left, stranger = (subprocess.Popen(SLEEP, start_new_session=True) for _ in range(2))
    note = {"left": f"{left.pid}@{born(left.pid)}", "stranger": f"{stranger.pid}@another-birth"}
    (tmp_path / "processes.json").write_text(json.dumps(note))
    threading.Thread(target=left.wait).start()
    Supervisor(tmp_path, lambda said: None).clear_away()
    assert born(left.pid) is None
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_server_goes_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from deploy.demo.embedded.process import Server\n"
        f"server = Server('s', {SLEEP!r}, Path({str(tmp_path / 's.log')!r}), lambda: True); server.start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=demo.ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    eventually(lambda: born(child) is None)


def test_the_kind_of_storage_stays_what_it_was(tmp_path: Path) -> None:
    assert World(tmp_path / "one", s3=True).s3
    assert World(tmp_path / "one").s3
    assert not World(tmp_path / "two").s3
    with pytest.raises(Trouble, match="keeps its files in a folder"):
        World(tmp_path / "two", s3=True)


def test_a_reset_deletes_only_what_a_demo_made(tmp_path: Path) -> None:
    said: list[str] = []
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    Ports(ours).take("postgres")
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("ten years")
    demo.reset(ours, said.append)
    assert not ours.exists()
    demo.reset(ours, said.append)
    assert "nothing to throw away" in said[-1]
    with pytest.raises(Trouble, match="was not made by"):
        demo.reset(theirs, said.append)
    assert (theirs / "thesis.txt").exists()


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(Trouble, match="no-such-program is missing: install the package some-wheel"):
        servers.tool("no-such-program", "some-wheel")


def test_the_roles_are_those_of_a_real_installation(database_urls: Urls) -> None:
    with psycopg.connect(database_urls.superuser) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname LIKE 'gatehouse%' ORDER BY rolname"
        ).fetchall()
    assert rows == [
        ("gatehouse_app", False, False, False),
        ("gatehouse_idp", False, False, False),
        ("gatehouse_owner", False, True, False),
    ]


def test_an_email_is_stored_whole_and_can_be_read(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports")
    smtp, page = ports.take("smtp"), ports.take("mail")
    folder = tmp_path / "mail"
    command = [sys.executable, "-m", "deploy.demo.embedded.mail", "--folder", str(folder)]
    server = sleeper(tmp_path, command=[*command, "--smtp-port", str(smtp), "--port", str(page)])
    server.ready, server.env = servers.listens(page), {**os.environ, "PYTHONPATH": str(demo.ROOT)}
    notification = EmailMessage()
    notification["Subject"], notification["From"], notification["To"] = (
        "Decided <b>",
        "portal@gatehouse.example",
        "ingrid@nordvik.example",
    )
    notification.set_content("Your request was approved. <script>alert(1)</script>")
    with running(server):
        assert b"No e-mail has been sent yet" in read(page, "/")
        with smtplib.SMTP("127.0.0.1", smtp) as smtp_server:
            smtp_server.send_message(notification)
        kept = json.loads(read(page, "/emails.json"))
        assert [(one["To"], one["Subject"]) for one in kept] == [("ingrid@nordvik.example", "Decided <b>")]
        assert b"Decided &lt;b&gt;" in read(page, "/")
        shown = read(page, f"/{kept[0]['id']}")
        assert b"approved. &lt;script&gt;" in shown
        with pytest.raises(urllib.error.HTTPError, match="404"):
            read(page, "/../secrets")
    assert [one["id"] for one in mail.messages(folder)] == [kept[0]["id"]]


def read(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        content: bytes = answer.read()
        return content


def test_an_interrupted_seed_is_thrown_away(tmp_path: Path) -> None:
    from deploy.demo.embedded import postgres

    with postgres(tmp_path, fsync=False) as urls:
        with psycopg.connect(urls.owner) as connection:
            connection.execute("CREATE TABLE half_a_seed ()")
        recreate(urls)
        ensure_roles(urls, Secrets(tmp_path))
        with psycopg.connect(urls.owner) as connection:
            assert connection.execute("SELECT to_regclass('half_a_seed')").fetchone() == (None,)


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    from deploy.demo.embedded.database import server

    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Trouble, match="was made by PostgreSQL 14"):
        server(tmp_path, port=1, secrets=Secrets(tmp_path))
