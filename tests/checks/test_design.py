"""The design system keeps its promises: contrast by number, icons that exist, every part shown and described."""

import re
from pathlib import Path

import pytest

TEXT = [
    *(
        (ink, paper)
        for ink in ("ink", "ink-soft", "accent", "accent-strong")
        for paper in ("paper", "surface", "sunken")
    ),
    *((tone, paper) for tone in ("good", "wait", "bad", "note") for paper in ("paper", "surface", "sunken")),
    *((tone, f"{tone}-soft") for tone in ("good", "wait", "bad", "note", "still", "accent")),
    *((ink, f"{tone}-soft") for ink in ("ink", "accent") for tone in ("good", "wait", "bad", "note", "accent")),
    ("ink-soft", "still-soft"),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad"),
    ("on-foot", "foot"),
    ("on-foot-soft", "foot"),
    ("paper", "ink"),
]
EDGES = [
    (edge, paper)
    for edge in ("line-strong", "focus", "accent", "brass")
    for paper in ("paper", "surface", "sunken")
]  # fmt: skip
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


def tokens(css: str) -> dict[str, tuple[str, str]]:
    """Each colour by day and by night."""
    return {name: (day, night) for name, day, night in TOKEN.findall(css)}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_weak(css: str) -> list[str]:
    """Pairs below 4.5 for text, 3 for edges and focus rings, in either theme."""
    colours = tokens(css)
    return [
        f"{front} on {back}, {theme}: {ratio:.2f}"
        for pairs, needed in ((TEXT, 4.5), (EDGES, 3.0))
        for front, back in pairs
        for at, theme in enumerate(("day", "night"))
        if (ratio := contrast(colours[front][at], colours[back][at])) < needed
    ]


def named_icons(template: str) -> set[str]:
    """Icons a template asks for by a literal name."""
    return set(re.findall(r'components/icon\.html" with name="([\w-]+)" ', template))


def drawn_icons(root: Path) -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (root / "static/icons/sprite.svg").read_text()))


def unknown_properties(styles: str) -> set[str]:
    """Custom properties used but given a value nowhere."""
    return set(re.findall(r"var\((--[\w-]+)", styles)) - set(re.findall(r"(--[\w-]+):", styles))


def test_every_pair_of_colours_can_be_read_by_day_and_by_night(root: Path) -> None:
    assert too_weak((root / "static/css/tokens.css").read_text()) == []


def test_a_pale_ink_would_be_found(root: Path) -> None:
    css = (root / "static/css/tokens.css").read_text()
    pale = re.sub(r"--ink-soft: light-dark\(#\w+", "--ink-soft: light-dark(#a0a0a0", css)
    assert any(line.startswith("ink-soft on paper, day") for line in too_weak(pale))


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_every_icon_a_template_names_is_drawn(root: Path) -> None:
    named = {name for path in (root / "templates").rglob("*.html") for name in named_icons(path.read_text())}
    assert named, "the pattern finds no icon at all"
    assert named - drawn_icons(root) == set()


def test_every_state_of_the_gallery_has_its_icon(root: Path) -> None:
    from apps.web.common.gallery import BADGES, ICON_NAMES

    states = {f"access-{s}" if kind == "access" else s for kind, rows in BADGES.items() for s, _ in rows}
    assert (states | set(ICON_NAMES.split())) - drawn_icons(root) == set()


def test_styles_use_only_properties_that_exist(root: Path) -> None:
    styles = "\n".join(path.read_text() for path in (root / "static/css").glob("*.css"))
    assert unknown_properties(styles) == set()
    assert unknown_properties(styles + "a { color: var(--no-such-ink) }") == {"--no-such-ink"}


def test_every_part_is_described_for_those_who_build_pages(root: Path) -> None:
    folder = root / "templates/components"
    described = (folder / "README.md").read_text() + (root / "templates/base.html").read_text()
    parts = {path.name for path in folder.glob("*.html")} - {"gallery.html"}
    assert {part for part in parts if part not in described} == set()
