"""The malware check with Debian's clamd and a signature file of our own: nothing is downloaded."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from apps.access_requests import commands, rules_attachments
from apps.access_requests.models import Attachment
from apps.audit.models import Event, Outbox
from apps.core import clock, malware
from apps.core.errors import Gone, WrongState
from tests import stories

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]
MARK = b"GATEHOUSE-HARMLESS-SIGNATURE"
CONFIGURATION = """
DatabaseDirectory {place}/signatures
LocalSocket {place}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
StreamMaxLength 64M
MaxFileSize 64M
Foreground yes
LogFile {place}/clamd.log
"""


class Clamd:
    """One clamd, started with its own folder."""

    def __init__(self, place: Path) -> None:
        program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        assert program is not None, "install Debian's clamav-daemon"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.socket = place / "clamd.sock"
        (place / "signatures").mkdir()
        (place / "signatures" / "own.ndb").write_text(f"Gatehouse.Test-1:0:*:{MARK.hex()}\n")
        (place / "clamd.conf").write_text(CONFIGURATION.format(place=place, port=self.port))
        self._command = [program, "--config-file", str(place / "clamd.conf")]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            if self.process.poll() is None and self.socket.exists():
                return
            time.sleep(0.1)
        raise AssertionError("clamd did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[Clamd]:
    found = Clamd(tmp_path)
    settings.CLAMD, settings.CLAMD_SECONDS = str(found.socket), 20.0
    yield found
    found.stop()


def attached(case: stories.Case, content: bytes, name: str = "plan.pdf") -> Attachment:
    """A document that a worker has had the chance to check."""
    document = stories.document(case.request, content=content, name=name, by=case.applicant)
    return _checked(document)


def _checked(document: Attachment) -> Attachment:
    Outbox.objects.update(not_before=clock.now())
    stories.drain()
    document.refresh_from_db()
    return document


def opens(document: Attachment) -> type[Exception] | None:
    """What refuses to open the document; None if it opens."""
    try:
        rules_attachments.check_can_open(document)
        commands.open_attachment(document, by=document.uploaded_by)
    except (Gone, WrongState) as refusal:
        return type(refusal)
    return None


def test_a_clean_document_opens_and_an_infected_one_is_deleted(clamd: Clamd, settings: Any) -> None:
    case = stories.draft()
    clean = attached(case, b"%PDF-1.7\n" + os.urandom(3_000_000))
    assert (clean.check_state, opens(clean)) == ("clean", None)
    infected = attached(case, b"%PDF-1.7\n" + os.urandom(200_000) + MARK, name="protocol.pdf")
    assert (infected.check_state, infected.storage_key, opens(infected)) == ("infected", None, Gone)
    said = Event.objects.get(kind="request.attachment_refused").facts["signature"]
    assert said.startswith("Gatehouse.Test-1")
    settings.CLAMD = f"127.0.0.1:{clamd.port}"  # the same over TCP
    malware.ping(seconds=5)
    assert malware.scan(BytesIO(MARK)).infected
    assert not malware.scan(BytesIO(b"")).infected


def test_nothing_opens_while_clamd_is_gone_or_frozen(clamd: Clamd, settings: Any) -> None:
    """Control: the same documents are checked, and one of them refused, once it answers again."""
    case = stories.draft()
    settings.CLAMD_SECONDS = 2.0
    clamd.stop()
    gone = attached(case, b"%PDF-1.7\nOne")
    assert (gone.check_state, opens(gone)) == ("waiting", WrongState)
    clamd.start()
    clamd.process.send_signal(signal.SIGSTOP)
    frozen = attached(case, b"%PDF-1.7\n" + MARK, name="two.pdf")
    assert (frozen.check_state, opens(frozen)) == ("waiting", WrongState)
    clamd.process.send_signal(signal.SIGCONT)
    settings.CLAMD_SECONDS = 20.0
    assert (_checked(gone).check_state, opens(gone)) == ("clean", None)
    assert (_checked(frozen).check_state, opens(frozen)) == ("infected", Gone)
    assert not Outbox.objects.exists()


def test_a_document_that_clamd_does_not_take_stays_in_quarantine(clamd: Clamd, tmp_path: Path) -> None:
    """`StreamMaxLength` is smaller than the document: clamd answers with an error, which is no answer."""
    clamd.stop()
    settings_of_clamd = tmp_path / "clamd.conf"
    settings_of_clamd.write_text(settings_of_clamd.read_text().replace("StreamMaxLength 64M", "StreamMaxLength 1M"))
    clamd.start()
    large = attached(stories.draft(), b"%PDF-1.7\n" + os.urandom(2_000_000))
    assert (large.check_state, opens(large)) == ("waiting", WrongState)
