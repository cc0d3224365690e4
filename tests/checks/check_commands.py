"""Every command is one transaction and says whose act it is."""

import ast
from pathlib import Path

from tests.checks.source import Source, dotted, sources

ATOMIC = {"transaction.atomic"}
# Commands of several transactions, and why.
SEVERAL_STEPS = {
    "apps/datasets/commands/files.py:add_file": "a long upload holds no lock: bytes are stored between transactions",
    "apps/access_requests/commands/attachments.py:attach": "bytes are stored between transactions, as in add_file",
    "apps/notifications/commands_digest.py:post_digests": "each digest is claimed, sent and marked in its own",
    "apps/notifications/commands_cohorts.py:post_class_mails": "each e-mail is claimed, sent and marked in its own",
    "apps/notifications/commands_invitations.py:post_invitations": "each e-mail is claimed, sent and marked in its own",
    "apps/notifications/commands.py:post_due": "each e-mail is claimed, sent and marked in a transaction of its own",
    "apps/downloads/commands.py:open_link": "a refusal is written down although the download's transaction rolls back",
    "apps/downloads/commands.py:fetch": "a refusal is written down although the download's transaction rolls back",
}


def commands(root: Path) -> list[str]:
    """Each public function of an app's commands that is not atomic, or does not say whose act it is: `by: Actor`."""
    files = [file for file in sources(root, "apps") if _holds_commands(file.path)]
    return [finding for file in files for finding in _findings(file)]


def _holds_commands(path: Path) -> bool:
    """A commands.py or commands_<subject>.py, or a file of the package `commands` of an app."""
    return path.match("commands*.py") or path.parent.name == "commands"


def _findings(file: Source) -> list[str]:
    found = []
    for node in file.tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            found.append(file.at(node, f"{node.name}: a command is not async; it holds a lock"))
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not any(_is_atomic(d) for d in node.decorator_list) and f"{file.path}:{node.name}" not in SEVERAL_STEPS:
            found.append(file.at(node, f"{node.name} is not @transaction.atomic"))
        fault = _fault_of_by(node)
        if fault:
            found.append(file.at(node, f"{node.name} {fault}"))
        if len(node.args.posonlyargs) + len(node.args.args) > 1:
            found.append(file.at(node, f"{node.name} takes more than one argument by position"))
    return found


def _fault_of_by(node: ast.FunctionDef) -> str:
    """What is wrong with its `by`, or nothing: it is keyword-only, an Actor and nothing else, and has no default."""
    defaults = {
        argument.arg: default for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    }
    actor = next((argument for argument in node.args.kwonlyargs if argument.arg == "by"), None)
    if actor is None:
        return "does not take a keyword-only `by`"
    if actor.annotation is None or dotted(actor.annotation) != "Actor":
        return "takes a `by` that is not exactly `Actor`: a person or a named actor, never None"
    return "" if defaults["by"] is None else "has a default for `by`: whoever calls says who acts"


def _is_atomic(decorator: ast.expr) -> bool:
    """`@transaction.atomic`, also with arguments (durable=True)."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted(called) in ATOMIC
