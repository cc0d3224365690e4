"""What the clients saw: every answer with its time, every acknowledged write with its mark, every refusal."""

import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """One answer, or none (`status` 0). Times in seconds of time.monotonic()."""

    at: float
    seconds: float
    status: int
    path: str
    portal: bool  # of the portal; otherwise of the provider or the storage
    ours: bool = True  # a 503 with Retry-After, which is a page of ours


@dataclass(frozen=True)
class Refused:
    """Something that people must always get, and did not."""

    at: float
    what: str
    why: str


@dataclass
class Ledger:
    """Written by many threads."""

    answers: list[Answer] = field(default_factory=list)
    written: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Refused] = field(default_factory=list)
    done: list[tuple[float, str]] = field(default_factory=list)  # sign-ins and links that went well
    secret: set[str] = field(default_factory=set)  # what no log may contain
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)

    def acknowledged(self, kind: str, mark: str) -> None:
        """The portal said that this write is done."""
        with self._lock:
            self.written[kind].append((time.monotonic(), mark))

    def went_well(self, what: str) -> None:
        with self._lock:
            self.done.append((time.monotonic(), what))

    def refuse(self, what: str, why: str, at: float) -> None:
        with self._lock:
            self.refused.append(Refused(at, what, why))

    def mark(self) -> str:
        """A word that is nowhere else, to find a write again; also one that no log may contain."""
        word = f"mark-{secrets.token_hex(8)}"
        self.keep_secret(word)
        return word

    def keep_secret(self, *words: str) -> None:
        with self._lock:
            self.secret.update(word for word in words if len(word) > 7)


class Busyness:
    """How much slower this machine is than an idle one: a slow page on a busy machine is no fault of the portal.

    A thread works for a few milliseconds of processor time, again and again, and looks how long that took.
    """

    WORK, PAUSE = 0.01, 0.25  # seconds

    def __init__(self) -> None:
        self._seen: list[tuple[float, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self.PAUSE):
            began, worked = time.monotonic(), time.thread_time()
            while time.thread_time() - worked < self.WORK:
                pass
            now = time.monotonic()
            self._seen.append((now, (now - began) / self.WORK))

    def factor(self, since: float, until: float) -> float:
        """How many times as long as on an idle machine work took in that time, on average; 1 is idle."""
        found = [factor for at, factor in self._seen if since <= at <= until]
        return sum(found) / len(found) if found else 1.0

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
