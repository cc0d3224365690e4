"""What the templates may not hold: nothing inline, no dead address, no escaping turned off, no long line."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.template import Engine, TemplateSyntaxError, engines
from django.template.base import Node, Template
from django.template.defaulttags import URLNode
from django.urls import URLPattern, URLResolver, get_resolver

INLINE = {
    r"<style\b": "inline style: put it in static/css",
    r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")": "inline script: put it in static/js",
    r"<[^>{]*\sstyle=": "a style attribute: use a class",
    r"<[^>]*\son[a-z]+=": "an inline handler: put it in static/js",
    r"\{%\s*autoescape\s+off": "escaping turned off",
    r"\|\s*safe(?:seq)?\b": "escaping turned off by |safe",
    r"(?:href|src)=[\"']?(?:https?:)?//[^{\"']+\.(?:js|css|woff2?)\b": "a file from another host",
}
LONGEST_LINE = 160


def template_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Every template of the tree by its name for the template engine."""
    inside = (*sorted(root.glob("apps/*/templates")), *sorted(root.glob("portal/**/templates")))
    for folder in (root / "templates", *inside):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".html", ".txt", ".svg", ".xml"}:
                yield path.relative_to(root), path.read_text(encoding="utf-8")


def parsed(text: str) -> Template:
    """The template as Django understands it, with the libraries and builtins of the portal."""
    ours = engines["django"].engine  # type: ignore[attr-defined]
    return Template(text, engine=Engine(libraries=ours.libraries, builtins=ours.builtins, autoescape=True))


def templates(root: Path) -> list[str]:
    """Templates that do not parse, have long lines, inline style or script, turn off escaping, or link nowhere."""
    known = set(address_names(get_resolver()))
    found = []
    for path, text in template_files(root):
        try:
            found += [f"{path}: no address is called {name}" for name in dead_links(parsed(text), known)]
        except TemplateSyntaxError as error:
            found.append(f"{path}: {error}")
        found += [f"{path}:{line}: {sentence}" for line, sentence in (*inline(text), *long_lines(text))]
    return found


def address_names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every name that `{% url %}` accepts."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern) and entry.name:
            yield prefix + entry.name
        elif isinstance(entry, URLResolver):
            yield from address_names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def dead_links(template: Template, known: set[str]) -> Iterator[str]:
    """The literal names in `{% url %}` that lead nowhere."""
    for node in template.nodelist.get_nodes_by_type(URLNode):
        name = node.view_name.var  # type: ignore[attr-defined]
        if isinstance(name, str) and name not in known:
            yield name


def inline(text: str) -> Iterator[tuple[int, str]]:
    """Style, script and handlers in the page itself, which the content security policy refuses."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((number, sentence) for pattern, sentence in INLINE.items() if re.search(pattern, line))


def long_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that nobody reads to their end."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            yield number, f"{len(line)} characters; a line of a template has at most {LONGEST_LINE}"


def nodes(template: Template) -> list[Node]:
    """Every node of the template, at any depth."""
    return template.nodelist.get_nodes_by_type(Node)
