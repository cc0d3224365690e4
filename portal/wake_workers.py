"""Wakes the workers when tasks are pending; never on the path of a request.

A thread of its own speaks to the broker, so that a slow or dead broker costs a page nothing. A lost wake-up costs a few
seconds: beat drains the outbox as well.
"""

import logging
import threading

from django.conf import settings

log = logging.getLogger(__name__)
_pending = threading.Event()
_lock = threading.Lock()
_thread: threading.Thread | None = None


def wake_workers() -> None:
    """Say that the outbox is not empty; many calls at once become one task."""
    if not getattr(settings, "WAKE_WORKERS", True):
        return
    _pending.set()
    _ensure_thread()


def _ensure_thread() -> None:
    """One thread a process, started at the first call (so after any fork)."""
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="wake-workers", daemon=True)
            _thread.start()


def _run() -> None:
    from portal.tasks import drain

    while _pending.wait():
        _pending.clear()
        try:
            drain.apply_async(expires=5)
        except Exception as fault:  # whatever the broker's client raises: the drain by beat makes up for it
            log.warning("the broker did not take a wake-up (%s); beat will drain", type(fault).__name__)
