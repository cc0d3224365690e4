"""A comparison of a purpose with use conditions as pages show it. Plain values for the templates."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests.purposes import Matched
from apps.datasets.conditions import TERMS
from apps.datasets.matching import WORDS, Line, Match, Outcome
from apps.datasets.matching.questions import QUESTIONS

TONES = {Outcome.MATCH: "good", Outcome.OBLIGATIONS: "wait", Outcome.REVIEW: "note", Outcome.DENY: "bad"}
ICONS = {Outcome.MATCH: "check", Outcome.OBLIGATIONS: "check", Outcome.REVIEW: "question", Outcome.DENY: "ban"}
LINE_ICONS = ICONS | {Outcome.OBLIGATIONS: "alert"}


def outcome_shown(outcome: Outcome) -> dict[str, Any]:
    """The outcome as a badge: code, words, tone, icon."""
    return {"code": outcome.code, "label": WORDS[outcome], "tone": TONES[outcome], "icon": ICONS[outcome]}


def match_shown(found: Match, *, for_committee: bool = False) -> dict[str, Any]:
    """The whole comparison: badge, a line a condition, the open questions, and the smallest change that would help.

    While questions that could decide are open, an applicant is asked for them and reads no change.

    A committee reads "Needs judgement" where an applicant reads "The committee will check".
    """
    badge = outcome_shown(found.outcome)
    if for_committee and found.outcome == Outcome.REVIEW:
        badge["label"] = _("Needs judgement")
    better, unanswered = found.outcome >= Outcome.REVIEW, _unanswered(found)
    changes = [] if unanswered and not for_committee else found.smallest_change
    return {
        "badge": badge,
        "lines": [_line(line) for line in found.lines],
        "changes": [change.sentence for change in changes],
        "no_change": better and not unanswered and not found.smallest_change,
        "unanswered": unanswered,
    }


def _unanswered(found: Match) -> list[dict[str, Any]]:
    """The open questions of a comparison that a person must check; each has `name`, `label` and `question`."""
    names = found.unanswered if found.outcome == Outcome.REVIEW else ()
    return [{"name": one.name, "label": one.label, "question": one.question} for one in QUESTIONS if one.name in names]


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
