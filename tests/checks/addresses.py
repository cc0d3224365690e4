"""The tree names no package registry and no path of the machine it was written on."""

import re
from pathlib import Path

from tests.checks.source import files

# Written in pieces, so that this file does not find itself.
PATTERNS = {
    "a path of one machine": re.compile(r"(?<![\w.}/-])/(?:w" r"ork|r" r"oot|h" r"ome/\w+)/"),
    "a package registry": re.compile(
        r"https?://[\w.-]*(?:py" r"pi|python" r"hosted|npm" r"js|yarn" r"pkg)[\w.-]*", re.IGNORECASE
    ),
    "an option that names a registry": re.compile(
        r"--(?:extra-)?index" r"-url[ =]|--find" r"-links[ =]|--trusted" r"-host"
    ),
}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".mo", ".nii", ".gz", ".pdf", ".webp"}


def addresses(root: Path) -> list[str]:
    """Each line that names a registry or a machine's own path."""
    found = []
    for path in files(root):
        if path.suffix in BINARY:
            continue
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            found += [f"{path}:{number}: {what}" for what, pattern in PATTERNS.items() if pattern.search(line)]
    return found
