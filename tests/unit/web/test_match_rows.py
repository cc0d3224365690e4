"""A comparison as pages show it: its badge, its lines, and the change that would help."""

from datetime import date

from apps.datasets.conditions import Use
from apps.datasets.matching import Outcome, Purpose, match
from apps.web.match_rows import ICONS, TONES, match_shown

PURPOSE = Purpose(kind="health", methods=False, ancestry=False, sensitive=frozenset(), commercial=True)


def test_every_outcome_has_its_tone_and_icon() -> None:
    assert set(TONES) == set(ICONS) == set(Outcome)


def test_a_denial_says_what_would_help_and_a_review_may_have_no_way() -> None:
    denied = match_shown(match([Use("DUO:0000006"), Use("DUO:0000046")], PURPOSE, today=date(2027, 1, 1)))
    assert (denied["badge"]["code"], len(denied["changes"]), denied["no_change"]) == ("deny", 1, False)
    asks = match([Use("DUO:0000006"), Use("DUO:0000012", "children")], PURPOSE, today=date(2027, 1, 1))
    shown = match_shown(asks, for_committee=True)
    assert shown["no_change"] and shown["badge"]["label"] != match_shown(asks)["badge"]["label"]
    assert [line["short"] for line in shown["lines"]] == ["HMB", "RS"]


def test_open_questions_are_asked_for_before_any_change_and_a_denial_keeps_its_change() -> None:
    uses = [Use("DUO:0000006"), Use("DUO:0000019"), Use("DUO:0000012", "children")]
    found = match(uses, Purpose(kind="health", methods=False, ancestry=False), today=date(2027, 1, 1))
    shown = match_shown(found)
    assert [one["name"] for one in shown["unanswered"]] == ["sensitive", "publish"]
    assert (shown["no_change"], shown["changes"]) == (False, [])
    denied = match_shown(match([Use("DUO:0000006"), Use("DUO:0000046")], Purpose(kind="health", commercial=True),
                               today=date(2027, 1, 1)))  # fmt: skip
    assert denied["unanswered"] == [] and denied["changes"]
