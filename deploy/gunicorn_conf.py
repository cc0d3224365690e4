"""gunicorn --config deploy/gunicorn_conf.py: the probes of a web node, beside its pages (portal/probes.py)."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

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
