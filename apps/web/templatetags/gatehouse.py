"""Small words for templates."""

import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.sizes import size_in_words
from apps.web.common import markdown as texts
from apps.web.common.idempotency import FIELD
from apps.web.word_rows import changed_words

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context: dict[str, Any]) -> str:
    """The hidden field that makes a form happen once; a refused form keeps its key, so that it can be mended."""
    request = context.get("request")
    sent = request.POST.get(FIELD, "") if request is not None and request.method == "POST" else ""
    try:
        key = uuid.UUID(sent)
    except ValueError:
        key = uuid.uuid4()
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, key)


@register.filter
def initials(name: Any) -> str:
    """The initials: the first character of the first and the last word of a name."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]))


@register.filter
def size(number: int | None) -> str:
    """A number of bytes in words, with decimal units."""
    return size_in_words(number)


@register.filter
def bdi(text: Any) -> SafeString:
    """Text of a user within a line: its direction does not change the order of the words around it."""
    return format_html("<bdi>{}</bdi>", text) if str(text or "") else format_html("{}", "")


@register.filter
def linked(text: Any) -> SafeString:
    """Text of a user within a line, with its web addresses and DOIs as links."""
    return texts.linked(str(text or ""))


@register.filter
def markdown(text: Any) -> SafeString:
    """A long text of a user as HTML: paragraphs, lists, headings, emphasis and links; nothing else gets through."""
    return texts.markdown(str(text or ""))


@register.inclusion_tag("components/word_changes.html")
def word_changes(before: Any, after: Any) -> dict[str, Any]:
    """An old and a new text, compared word by word; each is a text, its lines or a day."""
    return changed_words(before, after)
