"""The demo's mail sink: takes every e-mail, stores it as a file, and shows it at an address.

Run as `python -m deploy.demo.embedded.mail --smtp-port N --port N --folder DIR`.
"""

import argparse
import json
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8888; vertical-align: top; }
pre { white-space: pre-wrap; font: inherit; border: 1px solid #8888; padding: 1rem; }
"""


class Keep:
    """Writes each e-mail to its own file, complete or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = count(1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        """Answer 250 only when the e-mail is on disk."""
        name = f"{time.time_ns()}-{next(self._number):06d}"
        draft = self._folder / f".{name}"
        draft.write_bytes(envelope.content)
        draft.rename(self._folder / f"{name}.eml")
        return "250 Kept"


def messages(folder: Path) -> list[dict[str, str]]:
    """Every e-mail, newest first, as a dict of its headers and text."""
    return [_facts(path) for path in sorted(folder.glob("*.eml"), reverse=True)]


def _facts(path: Path) -> dict[str, str]:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain", "html"))
    heads = {name: str(message.get(name, "")) for name in ("Message-ID", "Date", "From", "To", "Subject")}
    return {"id": path.stem, **heads, "text": body.get_content() if body else ""}


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def list_page(folder: Path) -> bytes:
    rows = "".join(
        f"<tr><td>{escape(one['Date'])}</td><td>{escape(one['To'])}</td>"
        f'<td><a href="/{escape(one["id"])}">{escape(one["Subject"]) or "(no subject)"}</a></td></tr>'
        for one in messages(folder)[:500]
    )
    table = f"<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead><tbody>{rows}</tbody></table>"
    return _page("E-mails of the demo", table if rows else "<p>No e-mail has been sent yet.</p>")


def message_page(path: Path) -> bytes:
    one = _facts(path)
    heads = "".join(f"<tr><th>{name}</th><td>{escape(one[name])}</td></tr>" for name in ("From", "To", "Date"))
    back = '<p><a href="/">All e-mails</a></p>'
    return _page(one["Subject"] or "(no subject)", f"{back}<table>{heads}</table><pre>{escape(one['text'])}</pre>")


def handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    """Pages and a JSON list over that folder; reading only."""

    class Reader(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.split("?", 1)[0].strip("/")
            if not name:
                return self._send(list_page(folder), "text/html; charset=utf-8")
            if name == "emails.json":
                return self._send(json.dumps(messages(folder)).encode(), "application/json")
            known = {path.stem: path for path in folder.glob("*.eml")}
            if name in known:
                return self._send(message_page(known[name]), "text/html; charset=utf-8")
            return self.send_error(404, "There is no such e-mail")

        def _send(self, body: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """No log line for each request."""

    return Reader


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--smtp-port", type=int, required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--folder", type=Path, required=True)
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    Controller(Keep(given.folder), hostname="127.0.0.1", port=given.smtp_port, data_size_limit=64 * 1024**2).start()
    ThreadingHTTPServer(("127.0.0.1", given.port), handler(given.folder)).serve_forever()


if __name__ == "__main__":
    main()
