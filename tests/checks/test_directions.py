"""Case 26: which text of users the check finds, and what it leaves alone."""

import pytest

from tests.checks.directions import bare

FOUND = [
    "<p>{{ dataset.title }}</p>",
    "<p>By {{ person }}</p>",
    '<a href="/">{{ grant.dataset.title|default:"-" }}</a>',
    '<div dir="auto"><p>{{ a.reason }}</p></div>',
    "{% if a %}<li>{{ a.purpose|linebreaksbr }}</li>{% endif %}",
    "<br>{{ a.name }}",
]
FINE = [
    "<p>{{ dataset.title|bdi }}</p>",
    "<p>{{ dataset.description|markdown }}</p>",
    '<p dir="auto">{{ a.reason }}</p>',
    '<a href="{{ a.name }}" title="{{ a.title }}">x</a>',
    "<option>{{ one.name }}</option>",
    "{% block title %}{{ dataset.title }}{% endblock %}",
    "{% blocktranslate with name=a.name %}By {{ name }}{% endblocktranslate %}",
    "<p>{{ title }} {{ a.name|initials }} {{ a.ends_at }}</p>",
    "{% comment %}{{ a.title }}{% endcomment %}{# {{ a.title }} #}",
]


@pytest.mark.parametrize("text", FOUND)
def test_text_of_users_without_a_direction_is_found(text: str) -> None:
    assert len(list(bare(text))) == 1


@pytest.mark.parametrize("text", FINE)
def test_what_has_a_direction_or_shows_no_text_is_left_alone(text: str) -> None:
    assert list(bare(text)) == []
