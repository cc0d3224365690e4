"""A component that is drawn once says what it would say if it were drawn anew."""

from typing import Any

import pytest
from django.template import Context, engines
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from apps.web.templatetags import fragments

BADGE = '{% include "components/badge.html" with kind="access" state=state label=label only %}'


@pytest.fixture(autouse=True)
def nothing_drawn() -> None:
    fragments._drawn.clear()


def draw(text: str, **values: Any) -> str:
    return str(engines["django"].engine.from_string(text).render(Context(values)))


def test_the_same_words_are_drawn_once_and_other_words_anew() -> None:
    first = draw(BADGE, state="open", label="Open")
    kept = len(fragments._drawn)
    assert draw(BADGE, state="open", label="Open") == first
    assert len(fragments._drawn) == kept
    assert "Shut" in draw(BADGE, state="open", label="Shut")
    assert len(fragments._drawn) == kept + 1


def test_what_was_escaped_never_comes_from_what_was_safe() -> None:
    """The same letters, once as markup of ours and once as somebody's text, are two things."""
    ours = draw(BADGE, state="open", label=mark_safe("<b>Open</b>"))
    theirs = draw(BADGE, state="open", label="<b>Open</b>")
    assert "<b>Open</b>" in ours
    assert "&lt;b&gt;Open&lt;/b&gt;" in theirs
    assert draw(BADGE, state="open", label=mark_safe("<b>Open</b>")) == ours


def test_one_and_true_are_not_the_same() -> None:
    text = '{% include "components/stat.html" with value=value label="Files" only %}'
    assert draw(text, value=1) != draw(text, value=True)


def test_each_language_has_its_own() -> None:
    label = gettext_lazy("Datasets")
    english = draw(BADGE, state="open", label=label)
    with override("da"):
        draw(BADGE, state="open", label=label)
    assert len({key[1] for key in fragments._drawn}) == 2  # type: ignore[index]
    assert draw(BADGE, state="open", label=label) == english


def test_a_person_is_never_kept() -> None:
    draw('{% include "components/person.html" with name="Ingrid Holm" note="" only %}')
    assert not any("Ingrid" in fragment for fragment in fragments._drawn.values())


def test_what_is_no_plain_value_is_drawn_each_time() -> None:
    class Moody:
        said = 0

        def __str__(self) -> str:
            Moody.said += 1
            return f"Mood {Moody.said}"

    mood = Moody()
    assert draw(BADGE, state="open", label=mood) != draw(BADGE, state="open", label=mood)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "MOST", 10)
    for number in range(50):
        draw(BADGE, state="open", label=f"Open {number}")
    assert len(fragments._drawn) <= 12
