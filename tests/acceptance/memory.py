"""What the story stores, so that a run that was broken off can be continued to its end."""

import json
import secrets
from pathlib import Path
from typing import Any


class Memory:
    """Steps that are done, facts learnt, and forms that were sent; kept in a file when one is named.

    A form is remembered before it is sent. Sent again after an interruption, it carries the same `_once` key, and the
    portal answers it as it did the first time.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}
        self.run: str = kept.get("run") or secrets.token_hex(3)
        self.done: list[str] = kept.get("done", [])
        self.facts: dict[str, str] = kept.get("facts", {})
        self.sent: dict[str, Any] = kept.get("sent", {})

    def save(self) -> None:
        if self._path is None:
            return
        draft = self._path.with_suffix(".draft")
        known = {"run": self.run, "done": self.done, "facts": self.facts, "sent": self.sent}
        draft.write_text(json.dumps(known, indent=1), encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(self._path)
