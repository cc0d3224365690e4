"""Running the checkers that are programs of their own."""

import os
import subprocess
import sys
from pathlib import Path


def findings(root: Path, *arguments: str, **environment: str) -> list[str]:
    """Run a Python module from the tree's root; its output is the finding when it ends with an error."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "240", "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    output = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if output and output[0].startswith("Traceback"):
        return output[-1:]  # the tree does not load; the last line says why
    return output or [f"{arguments[0]} ended with {done.returncode} and said nothing"]
