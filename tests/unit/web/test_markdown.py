"""Case 27: what users write as Markdown, as HTML that holds nothing else. Case 26: each text has its own direction."""

import re
import time

import pytest
from django.template import Context, Template

from apps.web.common.markdown import linked, markdown

ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "![a](https://example.org/a.png)",
    "<a href='x'>b</a>",
    "[a](\u0001javascript:alert(1))", "[a](//evil.example)", "[a](/requests/)", "<javascript:alert(1)>",
    "&lt;b&gt;",
    "[x]: javascript:alert(1)\n\n[x]", "https://example.org/\"onmouseover=\"alert(1)", "`<b>`", "```\n<b>\n```",
    '[a](https://example.org "title\\" onclick=\\"x")', "<!-- x -->", "<style>*{}</style>", "10.1000/<b>x</b>",
]  # fmt: skip
ALLOWED = re.compile(
    r'<(?:/?(?:p|ul|ol|li|blockquote|h[3-6]|pre|em|strong|code|bdi)(?: dir="auto")?(?: start="\d+")?'
    r'|br|hr|/a|a href="(?:https?://|mailto:)[^"<>]*" rel="nofollow noopener")>'
)  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_but_the_listed_elements_comes_out(text: str) -> None:
    for html in (markdown(text), linked(text)):
        assert "<" not in ALLOWED.sub("", html)
        assert ">" not in ALLOWED.sub("", html)


def test_the_control_fails_for_an_element_that_is_not_listed() -> None:
    assert "<" in ALLOWED.sub("", '<img src="x">')
    assert "<" in ALLOWED.sub("", '<a href="javascript:x" rel="nofollow noopener">')


def test_case_27_markdown_is_rendered_with_headings_below_those_of_the_page() -> None:
    html = markdown("# One\n\n**bold** and *slanted*\n\n- a\n- b\n\n3. c\n\n> said\n\n`x < y`")
    assert '<h3 dir="auto">One</h3>' in html
    assert "<strong>bold</strong> and <em>slanted</em>" in html
    assert html.count("<li") == 3
    assert '<ol dir="auto" start="3">' in html
    assert "<code>x &lt; y</code>" in html
    assert "<h6" in markdown("###### deep")


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("See https://example.org/a?b=1&c=2.", "https://example.org/a?b=1&amp;c=2"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("doi:10.5072/gh.4f7k-2.", "https://doi.org/10.5072/gh.4f7k-2"),
        ("J Clin Oncol, 10.1200/JCO.1994.12.10.2086", "https://doi.org/10.1200/JCO.1994.12.10.2086"),
        ("https://doi.org/10.1000/x, and more", "https://doi.org/10.1000/x"),
    ],
)
def test_case_27_addresses_and_dois_are_links(text: str, href: str) -> None:
    assert f'href="{href}"' in linked(text)
    assert f'href="{href}"' in markdown(text)


def test_a_link_within_a_link_text_is_written_once() -> None:
    assert markdown("[https://example.org/](https://example.com/)").count("<a ") == 1
    assert markdown("`https://example.org/`").count("<a ") == 0


def test_case_26_each_text_has_its_own_direction() -> None:
    page = Template("{% load gatehouse %}A {{ title|bdi }} B{{ nothing|bdi }}").render(Context({"title": "שלום <b>"}))
    assert page == "A <bdi>שלום &lt;b&gt;</bdi> B"
    assert markdown("שלום").startswith('<p dir="auto">')


def test_a_very_long_text_stays_plain() -> None:
    assert "<strong>" not in markdown("**a** " * 30_000)
    assert "<a " not in markdown("[" * 5000)


@pytest.mark.parametrize(
    "end", [")" * 90_000, "(" * 40_000 + ")" * 50_000, "." * 90_000], ids=["closing", "both", "dots"]
)
def test_the_end_of_an_address_is_found_in_one_walk(end: str) -> None:
    """Counting the brackets again for each one took seconds for one text."""
    begun = time.process_time()
    markdown(f"http://a/{end}")
    assert time.process_time() - begun < 1
