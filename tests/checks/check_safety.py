"""What may not be written at all, or only in listed places (SECURITY T51, T121, L44)."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from tests.checks.source import Source, calls, dotted, sources

# Where an answer may come without a CSRF token: it carries its own proof (a bearer token, a signed logout token).
WITHOUT_CSRF = ("apps/api/", "apps/identity/oidc/")
# Where SQL is written by hand, and why.
RAW_SQL = {
    "apps/core/clock.py": "asks the database for its time",
    "apps/core/db.py": "FOR SHARE, and a queryset run by its own compiled SQL: Django has neither",
    "apps/core/idempotency.py": "reserves a key with ON CONFLICT, which waits for the other transaction",
    "apps/core/schema.py": "asks the database which migrations are applied",
    "apps/core/triggers.py": "compares the triggers in the database with the declared ones",
    "apps/core/privileges.py": "grants the portal's role its privileges in migrations",
    "apps/audit/": "the log and its outbox: row locks that skip, and privileges",
    "apps/datasets/search": "asks functions of the database how they take words apart, and which words are alike",
    "apps/core/postgresql/": "sets the limits of a connection, and asks one that was kept whether it answers",
    "apps/web/common/servers.py": "asks the database for its version, its encoding and who owns its tables",
    "apps/web/common/middleware.py": "makes the transaction of a GET read-only",
    "portal/": "starts, checks and prepares databases",
}
# Where an address of storage is made: after the grant was checked and the event written.
STORAGE = ("apps/core/storage.py", "apps/downloads/signing.py", "apps/downloads/commands.py")
SECRET = re.compile(
    r"(?:^|_)(?:token|digest|secret|signature|hmac|verifier|nonce|password|otp|(?:device|user|access)_code)s?$"
)
QUERY = {"filter", "exclude", "get", "order_by", "annotate", "create", "update", "get_or_create", "values"}
RAW_CALLS = {"execute", "executemany", "raw", "extra", "RawSQL"}
UNSAFE = {"eval", "exec", "pickle.loads", "pickle.load", "marshal.loads", "marshal.load", "yaml.load"}

Found = Iterator[tuple[ast.AST, str]]


def safety(root: Path) -> list[str]:
    """Each forbidden construct, with what to write instead."""
    return [finding for file in sources(root) for finding in _found_in(file)]


@lru_cache(maxsize=4096)
def _found_in(file: Source) -> tuple[str, ...]:
    return tuple(file.at(node, sentence) for rule in RULES for node, sentence in rule(file))


def _within(file: Source, places: tuple[str, ...] | dict[str, str]) -> bool:
    return any(file.path.as_posix().startswith(place) for place in places)


def _names(file: Source, wanted: set[str]) -> Iterator[ast.AST]:
    for node in ast.walk(file.tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in wanted or (isinstance(node, ast.alias) and node.name.split(".")[-1] in wanted):
            yield node


def _csrf(file: Source) -> Found:
    if not _within(file, WITHOUT_CSRF):
        yield from (
            (node, "csrf_exempt: this file is not on the list of check_safety.py")
            for node in _names(file, {"csrf_exempt"})
        )


def _markup(file: Source) -> Found:
    made = [call for call in calls(file.tree) if dotted(call.func).split(".")[-1] in {"SafeString", "SafeText"}]
    for node in (*_names(file, {"mark_safe"}), *made):
        yield node, "mark_safe: write the markup in a template, or use format_html"


def _raw_sql(file: Source) -> Found:
    if _within(file, RAW_SQL) or "migrations" in file.path.parts:
        return
    for call in calls(file.tree):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
        if name in RAW_CALLS:
            yield call, f"{name}: raw SQL stands only in the files listed in check_safety.py"


def _unsafe(file: Source) -> Found:
    for call in calls(file.tree):
        if dotted(call.func) in UNSAFE:
            yield call, f"{dotted(call.func)}: never on anything; store and send JSON"


def _unscoped(file: Source) -> Found:
    for call in calls(file.tree):
        if dotted(call.func).split(".")[-1] in {"get_object_or_404", "get_list_or_404"} and call.args:
            first = ast.unparse(call.args[0])
            if ".objects" in first or re.fullmatch(r"(?:\w+\.)*[A-Z]\w*", first):
                yield (
                    call,
                    "get_object_or_404 on everything: ask for visible_to(person), so that unknown is 404 for all",
                )


def _comparison(file: Source) -> Found:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            if any(_is_secret(side) for side in sides) and not any(_is_empty(side) for side in sides):
                yield node, "a secret compared by ==: use hmac.compare_digest or look it up by its digest"


def _is_secret(node: ast.expr) -> bool:
    return bool(SECRET.search(dotted(node).split(".")[-1].lower()))


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _expanded(file: Source) -> Found:
    for call in calls(file.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in QUERY:
            spread = [k.value for k in call.keywords if k.arg is None]
            spread += [a.value for a in call.args if isinstance(a, ast.Starred)]
            if any(
                re.search(r"\brequest\.(?:GET|POST|data|body|headers|COOKIES|query)", ast.unparse(s)) for s in spread
            ):
                yield call, f"{call.func.attr}(**request...): name each field; keys from outside are SQL injection"


def _storage(file: Source) -> Found:
    if _within(file, STORAGE):
        return
    for call in calls(file.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"url", "presign"}:
            owner = ast.unparse(call.func.value)
            if re.search(r"(?:storage|private_storage\(\)|storages\[.*\])$", owner):
                yield call, "an address of storage: only apps.downloads makes one, after its checks"


RULES: tuple[Callable[[Source], Found], ...] = (
    _csrf,
    _markup,
    _raw_sql,
    _unsafe,
    _unscoped,
    _comparison,
    _expanded,
    _storage,
)
