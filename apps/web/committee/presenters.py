"""What the committee's pages show, worked out from plain values: counts, changes, figures."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.committees.decisions import RULES, Blocked, Decision, Weight, too_few
from apps.committees.models import Committee


def why_blocked(decision: Decision) -> str:
    """The sentence to show when no vote that may still be cast can decide on an open item; empty if one can."""
    sentences = {
        Blocked.TOO_FEW_VOTERS: _too_few_voters,
        Blocked.TIE_WITHOUT_CHAIR: _tie_without_chair,
        Blocked.CONDITIONS_DIVIDED: _conditions_divided,
        Blocked.NO_CHAIR: _no_chair,
        Blocked.ABSTAINED: _abstained,
    }
    return sentences[decision.blocked](decision) if decision.blocked else ""


def _too_few_voters(decision: Decision) -> str:
    return ngettext(
        "This committee has %(n)s eligible voter for this request, and the quorum is %(quorum)s, "
        "so it cannot decide. The chair or an operator must add members, who can vote from the "
        "next round.",
        "This committee has %(n)s eligible voters for this request, and the quorum is %(quorum)s, "
        "so it cannot decide. The chair or an operator must add members, who can vote from the "
        "next round.",
        decision.eligible,
    ) % {"n": decision.eligible, "quorum": decision.quorum}


def why_committee_blocked(committee: Committee, eligible: int) -> str:
    """The same for the committee as a whole, which has so many members."""
    if not too_few(eligible, committee.quorum):
        return ""
    return ngettext(
        "This committee has %(n)s member, and the quorum is %(quorum)s, so it cannot decide. The "
        "chair or an operator must add members.",
        "This committee has %(n)s members, and the quorum is %(quorum)s, so it cannot decide. The "
        "chair or an operator must add members.",
        eligible,
    ) % {"n": eligible, "quorum": committee.quorum}


def _tie_without_chair(_decision: Decision) -> str:
    return _(
        "The votes are tied, and there is no chair’s vote to break the tie. Change a vote, or request changes "
        "from the applicant. Everyone then votes again in the next round."
    )


def _no_chair(_decision: Decision) -> str:
    return _(
        "The chair decides in this committee, and no chair can vote on this request. An operator can appoint another "
        "member as the chair."
    )


def _abstained(_decision: Decision) -> str:
    return _(
        "Everyone has voted. Because of abstentions, there is no decision. Change a vote, or request changes "
        "from the applicant. Everyone then votes again in the next round."
    )


def _conditions_divided(_decision: Decision) -> str:
    return _(
        "Everyone has voted. Most voters approve, but too few adopt the same conditions, so nothing is decided. "
        "Compare the conditions and change a vote, or request changes from the applicant."
    )


def what_decides(decision: Decision) -> str:
    """How many votes decide, and after how many votes."""
    needed = _what_is_needed(decision)
    if not decision.waits_for_quorum:
        return needed
    return ngettext(
        "%(needed)s. At least %(n)s member must vote", "%(needed)s. At least %(n)s members must vote", decision.quorum
    ) % {"needed": needed, "n": decision.quorum}


def _what_is_needed(decision: Decision) -> str:
    if RULES[decision.rule].needs_chair:
        if decision.veto:
            return _("The chair’s vote decides, and one vote to deny is enough")
        return _("The chair’s vote decides")
    if decision.needed != decision.needed_to_deny:
        counts = {"approve": decision.needed, "deny": decision.needed_to_deny}
        return _("Votes needed to approve: %(approve)s. Votes needed to deny: %(deny)s") % counts
    return ngettext(
        "A decision needs %(n)s vote, to approve or to deny",
        "A decision needs %(n)s matching votes: all to approve or all to deny",
        decision.needed,
    ) % {"n": decision.needed}


def what_my_vote_does(weight: Weight) -> str:
    """What the next vote does, for the person who may cast it; empty if it cannot decide yet."""
    says = {
        Weight.WILL: _(
            "Your vote will decide on this dataset, unless members abstained, or you approve with conditions "
            "that too few members adopt."
        ),
        Weight.CAN: _("Your vote can decide on this dataset."),
    }
    return says.get(weight, "")


def what_is_waited_for(decision: Decision, names: Mapping[Any, str]) -> str:
    """Whose vote alone can decide next, for a reader who may see the votes; else who has not voted yet.

    `names` are those of the voters who have not voted, by the key that `decision.voters` has.
    """
    deciders = [name for key, name in names.items() if key in decision.next_deciders]
    if deciders:
        return _("One more vote can decide. Not voted yet: %(names)s.") % {"names": ", ".join(deciders)}
    return _("The decision is waiting for the votes of: %(names)s.") % {"names": ", ".join(names.values())}


def tally_facts(decision: Decision) -> dict[str, Any]:
    """The votes that count, as components/vote_count.html wants them."""
    return {
        "approve": decision.approvals,
        "deny": decision.denials,
        "abstain": decision.abstentions,
        "eligible": decision.eligible,
        "cast": decision.cast,
        "quorum": decision.quorum,
        "needed": decision.needed,
    }


def months_before(now: datetime, months: int) -> datetime:
    """The first moment of the month that lies so many months before this one (UTC)."""
    total = now.year * 12 + now.month - 1 - months
    return now.replace(year=total // 12, month=total % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def several_months(counted: Mapping[datetime, int], since: datetime, months: int) -> list[dict[str, Any]]:
    """One row a month for a chart, empty months included, oldest first."""
    by_month = {(month.year, month.month): n for month, n in counted.items()}
    total = since.year * 12 + since.month - 1
    steps = [((total + step) // 12, (total + step) % 12 + 1) for step in range(months)]
    return [
        {
            "label": formats.date_format(date(year, month, 1), "YEAR_MONTH_FORMAT"),
            "value": by_month.get((year, month), 0),
        }
        for year, month in steps
    ]
