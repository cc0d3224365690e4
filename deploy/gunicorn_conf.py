"""gunicorn --config deploy/gunicorn_conf.py: the probes of a web node, beside its pages (portal/probes.py)."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

# Before prometheus_client is imported: the workers of this node count in files of one folder, which is new each start.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="gatehouse-metrics-")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from prometheus_client import multiprocess

from portal import probes
from portal.settings import environment

# gunicorn's own log repeats a request line that it cannot read; the portal's formatter takes secrets out.
logconfig_dict = {
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {"gunicorn.error": {"handlers": ["stderr"], "propagate": False, "qualname": "gunicorn.error"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "formatters": {"line": {"()": environment.log_format()}},
}


def on_starting(_server: Any) -> None:
    """Before any worker: open the socket of the probes, which workers inherit."""
    probes.listen()


def post_worker_init(_worker: Any) -> None:
    """In each worker: answer probes in a thread of its own."""
    probes.serve()


def child_exit(_server: Any, worker: Any) -> None:
    """A worker that ended leaves its counters, and no gauge."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """The folder of the counters goes with the node."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
