"""`{% include ... only %}` of a component draws each thing once: the same words in, the same bytes out.

What is kept is found by everything that went in (template, language, values), so it can never be out of date. Only
components listed here are kept, which show datasets and signs; what names people is drawn anew each time.
"""

from collections.abc import Hashable
from datetime import date
from typing import Any

from django.template import Context, Library
from django.template.base import FilterExpression, Parser, Token
from django.template.loader_tags import IncludeNode, do_include
from django.utils.functional import Promise
from django.utils.safestring import SafeData
from django.utils.translation import get_language

register = Library()
COMPONENTS = ("badge", "dataset_card", "empty", "icon", "pagination", "stat", "theme_menu")
KEPT = {f"components/{name}.html" for name in COMPONENTS} | {"catalogue/_cards.html", "catalogue/_filters.html"}
MOST = 4096
_drawn: dict[Hashable, str] = {}


class KeptInclude(IncludeNode):
    """An include that remembers what it drew."""

    def render(self, context: Context) -> Any:
        """The fragment, from memory if the very same was drawn before."""
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        try:
            inputs = tuple((name, _plain(value)) for name, value in values.items())
        except TypeError:  # something that is no plain value: who knows what it would say tomorrow
            return super().render(context)
        key = (self.template.var, get_language(), context.autoescape, inputs)
        fragment = _drawn.get(key)
        if fragment is None:
            fragment = super().render(context)
            if len(_drawn) >= MOST:
                _drawn.clear()
            _drawn[key] = fragment
        return fragment


@register.tag("include")
def include(parser: Parser, token: Token) -> IncludeNode:
    """Django's own include; one with `only`, of a component that is listed above, is kept."""
    node: Any = do_include(parser, token)
    named = isinstance(node.template, FilterExpression) and not node.template.filters
    if not (named and node.isolated_context and node.template.var in KEPT):
        return node  # type: ignore[no-any-return]
    return KeptInclude(node.template, extra_context=node.extra_context, isolated_context=True)


def _plain(value: Any) -> Hashable:
    """The value as something that is equal only to what draws the same; a TypeError if that cannot be said."""
    if isinstance(value, Promise):
        value = str(value)
    if value is None or isinstance(value, str | int | float | date):
        return (type(value), isinstance(value, SafeData), value)
    if isinstance(value, dict):
        return tuple((name, _plain(each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        return tuple(_plain(each) for each in value)
    raise TypeError(type(value))
