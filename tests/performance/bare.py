"""A WSGI application that only asks the database what a page asked, and sends the bytes the page sent."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

_recorded: dict[str, Any] = json.loads(Path(os.environ["BENCHMARK_RECORDED"]).read_text())
_own = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The recorded page of that address."""
    query = environ.get("QUERY_STRING", "")
    page = _recorded[environ["PATH_INFO"] + (f"?{query}" if query else "")]
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=0)  # as a page that prepares
        _own.connection = connection
    with connection.transaction():
        for statement in page["statements"]:
            connection.execute(statement).fetchall()
    body = page["body"].encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
