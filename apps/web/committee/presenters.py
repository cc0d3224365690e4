"""What the committee's pages show, worked out from plain values: counts, changes, figures."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests.models import Vote


def needed(seated: int, quorum: int) -> int:
    """How many votes one way decide: more than half of the seats that count, and never fewer than the quorum."""
    return max(seated // 2 + 1, quorum)


def blocked(seated: int, quorum: int) -> str:
    """The sentence to show when the seats that count for a request cannot reach the quorum; empty if they can."""
    if seated >= quorum:
        return ""
    return ngettext(
        "This committee has %(n)s eligible voter for this request, and the quorum is %(quorum)s, "
        "so it cannot decide. The chair or an operator must add members, who can vote from the "
        "next round.",
        "This committee has %(n)s eligible voters for this request, and the quorum is %(quorum)s, "
        "so it cannot decide. The chair or an operator must add members, who can vote from the "
        "next round.",
        seated,
    ) % {"n": seated, "quorum": quorum}


def too_few(seated: int, quorum: int) -> str:
    """The same for the committee as a whole."""
    if seated >= quorum:
        return ""
    return ngettext(
        "This committee has %(n)s member, and the quorum is %(quorum)s, so it cannot decide. The "
        "chair or an operator must add members.",
        "This committee has %(n)s members, and the quorum is %(quorum)s, so it cannot decide. The "
        "chair or an operator must add members.",
        seated,
    ) % {"n": seated, "quorum": quorum}


def stuck(cast: int, seated: int, quorum: int) -> str:
    """The sentence for an open vote in which nobody is left to vote: as many for as against, and no chair's vote."""
    if cast < seated or seated < quorum:
        return ""
    return _(
        "The votes are tied, and no chair can vote on this request to break the tie. Request "
        "changes from the applicant; then everybody votes again in the next round."
    )


def tally_facts(choices: Sequence[str], *, seated: int, quorum: int) -> dict[str, Any]:
    """The votes that count, as components/vote_count.html wants them."""
    denials = sum(1 for choice in choices if choice == Vote.Choice.DENY)
    return {
        "approve": len(choices) - denials,
        "deny": denials,
        "seats": seated,
        "cast": len(choices),
        "quorum": quorum,
        "needed": needed(seated, quorum),
        "blocked": blocked(seated, quorum),
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


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, names: Mapping[UUID, str], titles: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """What the applicant changed between two rounds, field by field, old and new side by side."""
    plain = {
        "title": _("Project title"),
        "purpose": _("Purpose"),
        "public_summary": _("Public summary"),
        "starts_on": _("From"),
        "ends_on": _("Until"),
    }
    rows = [
        {"label": label, "before": shown(name, before.get(name)), "after": shown(name, after.get(name))}
        for name, label in plain.items()
        if before.get(name) != after.get(name)
    ]
    for name, label, known in (("members", _("Project members"), names), ("datasets", _("Datasets"), titles)):
        gone, come = _differing(before.get(name, []), after.get(name, []), known)
        if gone or come:
            rows.append({"label": label, "before": gone, "after": come, "listed": True})
    return rows


def shown(name: str, value: Any) -> Any:
    """A field of a snapshot as a person reads it: a day as a day, everything else as it is."""
    return date.fromisoformat(value) if name.endswith("_on") and value else value


def _differing(before: list[str], after: list[str], known: Mapping[UUID, str]) -> tuple[list[str], list[str]]:
    """What left the list and what came to it, by name."""
    name = {pk: known.get(UUID(pk)) or pk for pk in {*before, *after}}
    gone = sorted(name[pk] for pk in set(before) - set(after))
    return gone, sorted(name[pk] for pk in set(after) - set(before))
