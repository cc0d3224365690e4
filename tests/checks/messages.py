"""What the portal says, taken from the code and the templates without gettext's own programs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template import TemplateSyntaxError
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.checks.source import Source, calls, dotted, sources
from tests.checks.templates import nodes, parsed, template_files

# Function name -> where its context, message and plural stand.
SINGULAR = {"_", "_lazy", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
IN_ARGUMENT = re.compile(r"""\b_\((?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\)""")


@dataclass(frozen=True, order=True)
class Message:
    """One thing said: a context (mostly none), the English, and its plural if it counts something."""

    msgid: str
    plural: str = ""
    context: str = ""
    place: str = field(default="", compare=False)


def messages(root: Path) -> list[Message]:
    """Everything said, once each, in a stable order."""
    said = {message: message for message in (*_of_code(root), *_of_templates(root)) if message.msgid}
    return sorted(said.values())


def unreadable(root: Path) -> list[str]:
    """Calls of gettext whose message is not written out (a variable, an f-string), so that it cannot be collected."""
    names = SINGULAR | PLURAL | CONTEXT
    return [
        file.at(call, "the message must be a plain string")
        for file in sources(root)
        for call in calls(file.tree)
        if dotted(call.func) in names and not all(isinstance(arg, ast.Constant) for arg in _texts(call))
    ]


def _texts(call: ast.Call) -> list[ast.expr]:
    return call.args[: 1 if dotted(call.func) in SINGULAR else 2]


def _of_code(root: Path) -> Iterator[Message]:
    for file in sources(root):
        for call in calls(file.tree):
            words = [arg.value for arg in _texts(call) if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from _said(dotted(call.func), words, _place(file, call))


def _place(file: Source, node: ast.AST) -> str:
    return f"{file.path.as_posix()}:{getattr(node, 'lineno', 1)}"


def _said(function: str, words: list[str], place: str) -> Iterator[Message]:
    if function in SINGULAR and words:
        yield Message(words[0], place=place)
    elif function in PLURAL and len(words) == 2:
        yield Message(words[0], plural=words[1], place=place)
    elif function in CONTEXT and len(words) == 2:
        yield Message(words[1], context=words[0], place=place)


def _of_templates(root: Path) -> Iterator[Message]:
    for path, text in template_files(root):
        place = path.as_posix()
        for double, single in IN_ARGUMENT.findall(text):
            yield Message((double or single).replace('\\"', '"').replace("\\'", "'"), place=place)
        try:
            template = parsed(text)
        except TemplateSyntaxError:
            continue  # the template check says so
        for node in nodes(template):
            yield from _of_node(node, place)


def _of_node(node: object, place: str) -> Iterator[Message]:
    """The message exactly as the tag will ask for it while rendering."""
    if isinstance(node, TranslateNode):
        text = getattr(node.filter_expression.var, "literal", None)
        if isinstance(text, str):
            yield Message(text, context=_literal(node.message_context), place=place)
    elif isinstance(node, BlockTranslateNode):
        singular = node.render_token_list(node.singular)[0]
        plural = node.render_token_list(node.plural)[0] if node.plural and node.countervar else ""
        yield Message(singular, plural=plural, context=_literal(node.message_context), place=place)


def _literal(expression: object) -> str:
    value = getattr(expression, "var", "") if expression else ""
    return value if isinstance(value, str) else ""
