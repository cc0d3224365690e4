"""Text of users as HTML: Markdown from a short list of elements, and addresses and DOIs as links.

The parser reads CommonMark. What is written is decided here: an element that is not in the list below comes out as its
text, so neither HTML nor images nor scripts can be in the result.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

BLOCKS = {"p", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6", "pre"}
INLINE = {"em", "strong", "code"}
SCHEMES = {"http", "https", "mailto"}
LONGEST = 100_000  # characters; a longer text is shown without Markdown
FIRST_HEADING = 3  # the page has h1 and the section h2
LAST_HEADING = 6

_ADDRESS = re.compile(r"https?://[^\s<>\"]+|(?:doi:\s?)?\b10\.\d{4,9}/[^\s<>\"]+", re.IGNORECASE)
_parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline", "reference"])
_NOTHING = format_html("{}", "")


def markdown(text: str) -> SafeString:
    """The text as HTML paragraphs, lists, quotes, headings from h3, emphasis, code and links; each block has dir=auto.

    Links lead to http, https and mailto only and are marked nofollow. A text over 100,000 characters stays plain.
    """
    if len(text) > LONGEST:
        return format_html('<p dir="auto">{}</p>', linked(text))
    return _blocks(_parser.parse(text))


def linked(text: str) -> SafeString:
    """The text in one line, with its web addresses and DOIs as links, apart from the direction of its surroundings."""
    return format_html("<bdi>{}</bdi>", _with_links(text))


def _blocks(tokens: Sequence[Token]) -> SafeString:
    return format_html_join("", "{}", ((_block(token),) for token in tokens))


def _block(token: Token) -> SafeString:
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type in {"fence", "code_block"}:
        return format_html('<pre dir="auto"><code>{}</code></pre>', token.content)
    if token.type == "hr":
        return format_html("<{}>", "hr")
    tag = _demoted(token.tag)
    if tag not in BLOCKS or token.hidden:
        return format_html("{}", token.content)
    if token.nesting < 0:
        return format_html("</{}>\n", tag)
    start = str(token.attrGet("start") or "")
    if tag == "ol" and start.isdigit():
        return format_html('<ol dir="auto" start="{}">', start)
    return format_html('<{} dir="auto">', tag)


def _demoted(tag: str) -> str:
    """The headings of a text begin below those of the page."""
    if re.fullmatch(r"h[1-6]", tag):
        return f"h{min(int(tag[1]) + FIRST_HEADING - 1, LAST_HEADING)}"
    return tag


def _inline(tokens: Sequence[Token]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in _inline_parts(tokens)))


def _inline_parts(tokens: Sequence[Token]) -> Iterator[SafeString]:
    links: list[bool] = []  # for each link that is open: whether it is written
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrGet("href") or "")
            links.append(_is_allowed(href))
            yield _opened(href) if links[-1] else _NOTHING
        elif token.type == "link_close":
            yield format_html("</{}>", "a") if links.pop() else _NOTHING
        elif token.type in {"softbreak", "hardbreak"}:
            yield format_html("<{}>\n", "br")
        elif token.type == "code_inline":
            yield format_html("<code>{}</code>", token.content)
        elif token.tag in INLINE:
            yield format_html("</{}>" if token.nesting < 0 else "<{}>", token.tag)
        else:
            yield format_html("{}", token.content) if any(links) else _with_links(token.content)


def _is_allowed(href: str) -> bool:
    try:
        return urlsplit(href).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _opened(href: str) -> SafeString:
    return format_html('<a href="{}" rel="nofollow noopener">', href)


def _with_links(text: str) -> SafeString:
    """The text, escaped, with web addresses and DOIs as links; a closing punctuation mark stays outside."""
    parts, end = [], 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match.group())
        parts += [(format_html("{}", text[end : match.start()]),), (_link(address),)]
        end = match.start() + len(address)
    parts.append((format_html("{}", text[end:]),))
    return format_html_join("", "{}", parts)


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence: "(see https://example.org/a_(b))." ends after the inner bracket."""
    end, unopened = len(address), address.count(")") - address.count("(")
    while end and (address[end - 1] in ".,;:!?'*”’»" or (address[end - 1] == ")" and unopened > 0)):
        unopened -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def _link(address: str) -> SafeString:
    href = address
    if not address.lower().startswith("http"):
        href = "https://doi.org/" + re.sub(r"^doi:\s?", "", address, flags=re.IGNORECASE)
    return format_html("{}{}</a>", _opened(href), address)
