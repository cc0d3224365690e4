"""A comparison of a purpose with use conditions as pages show it. Plain values for the templates."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests.purposes import Matched
from apps.datasets.conditions import TERMS
from apps.datasets.matching import WORDS, Line, Match, Outcome

TONES = {Outcome.MATCH: "good", Outcome.OBLIGATIONS: "wait", Outcome.REVIEW: "note", Outcome.DENY: "bad"}
ICONS = {Outcome.MATCH: "check", Outcome.OBLIGATIONS: "check", Outcome.REVIEW: "question", Outcome.DENY: "ban"}
LINE_ICONS = ICONS | {Outcome.OBLIGATIONS: "alert"}


def outcome_shown(outcome: Outcome) -> dict[str, Any]:
    """The outcome as a badge: code, words, tone, icon."""
    return {"code": outcome.code, "label": WORDS[outcome], "tone": TONES[outcome], "icon": ICONS[outcome]}


def match_shown(found: Match, *, for_committee: bool = False) -> dict[str, Any]:
    """The whole comparison: badge, a line a condition, and the smallest change that would help.

    A committee reads "Needs judgement" where an applicant reads "The committee will check".
    """
    badge = outcome_shown(found.outcome)
    if for_committee and found.outcome == Outcome.REVIEW:
        badge["label"] = _("Needs judgement")
    better = found.outcome >= Outcome.REVIEW
    return {
        "badge": badge,
        "lines": [_line(line) for line in found.lines],
        "changes": [change.sentence for change in found.smallest_change],
        "no_change": better and not found.smallest_change,
    }


def _line(line: Line) -> dict[str, Any]:
    short, label = TERMS.get(line.code, ("", ""))
    return {
        "code": line.code,
        "short": short,
        "label": label,
        "sentence": line.sentence,
        "tone": TONES[line.outcome],
        "icon": LINE_ICONS[line.outcome],
        "outcome": line.outcome.code,
        "words": WORDS[line.outcome],
    }


def matches_shown(found: Iterable[Matched], *, for_committee: bool = False) -> list[dict[str, Any]]:
    """Each dataset with its comparison."""
    return [{"dataset": one.dataset, "match": match_shown(one.match, for_committee=for_committee)} for one in found]
