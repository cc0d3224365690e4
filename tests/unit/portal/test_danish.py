"""Danish is Danish down to its dates, and no word of ours takes the place of one of Django's."""

from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django import conf
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from tests.checks.translations import CATALOGUE

MOMENT = datetime(2026, 5, 7, 9, 30, tzinfo=UTC)
PATTERNS = {
    "j F Y": "7. maj 2026",
    "j F Y, H:i": "7. maj 2026, 09:30",
    "j F Y, H:i T": "7. maj 2026, 09:30 UTC",
    "j F Y H:i": "7. maj 2026 09:30",
    "j M Y": "7. maj 2026",
}


@pytest.mark.parametrize(("pattern", "danish"), PATTERNS.items())
def test_a_danish_day_has_its_full_stop(pattern: str, danish: str) -> None:
    template = Template(f'{{{{ moment|date:"{pattern}" }}}}')
    with override("da"):
        assert template.render(Context({"moment": MOMENT})) == danish
    with override("en"):
        assert "7 May 2026" in template.render(Context({"moment": MOMENT}))


def test_no_word_of_ours_gives_django_other_danish() -> None:
    """Our catalogue comes before Django's: "May" as a heading would rename the month."""
    ours = {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(settings.BASE_DIR / CATALOGUE)) if not entry.msgctxt
    }
    theirs = polib.mofile(str(Path(conf.__file__).parent / "locale/da/LC_MESSAGES/django.mo"))
    same = {entry.msgid: (entry.msgstr, ours[entry.msgid]) for entry in theirs if entry.msgid in ours}
    assert {word: pair for word, pair in same.items() if pair[0].lower() != pair[1].lower()} == {}
