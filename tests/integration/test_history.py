"""A history says each day once, over what happened on it."""

from datetime import UTC, datetime

from django.template.loader import render_to_string


def test_the_day_stands_once_over_its_entries() -> None:
    entries = [
        {"what": "Decided", "when": datetime(2026, 3, 9, 16, 5, tzinfo=UTC)},
        {"what": "Voted", "when": datetime(2026, 3, 9, 8, 12, tzinfo=UTC)},
        {"what": "Submitted", "when": datetime(2026, 3, 5, 14, 40, tzinfo=UTC)},
    ]
    drawn = render_to_string("components/timeline.html", {"entries": entries})
    assert drawn.count("9 March 2026") == 1
    assert drawn.count("5 March 2026") == 1
    assert "08:12 UTC" in drawn
    assert 'datetime="2026-03-09T08:12:00+00:00"' in drawn
