"""The environment variables that the portal reads, found in the code."""

import ast
from pathlib import Path

from portal.settings.environment import SECRETS
from tests.checks.source import calls, dotted, sources

READERS = {
    "need", "text", "number", "words", "flag", "secure_address", "strong_secret", "named_secrets", "networks",
    "scanner",
}  # fmt: skip
# Read by what the portal runs on: Django, Python's tempfile, and every client of HTTP.
READ_BY_OTHERS = {"DJANGO_SETTINGS_MODULE", "TMPDIR", "HTTPS_PROXY", "NO_PROXY"}
NOT_FOR_PRODUCTION = {"DATA_DIR", "PATH"}  # of the demo; of the machine


def read_by_the_code(root: Path) -> set[str]:
    """Every variable that production reads, and NAME_FILE for each secret."""
    found = {name for file in sources(root) for call in calls(file.tree) for name in _named(call)}
    return (found - NOT_FOR_PRODUCTION) | {f"{name}_FILE" for name in SECRETS} | READ_BY_OTHERS


def _named(call: ast.Call) -> set[str]:
    name = dotted(call.func)
    reads = name.removeprefix("environment.") in READERS or name in {"os.environ.get", "os.getenv"}
    if not reads or not call.args or not isinstance(call.args[0], ast.Constant):
        return set()
    value = call.args[0].value
    return {value} if isinstance(value, str) and value.isupper() else set()
