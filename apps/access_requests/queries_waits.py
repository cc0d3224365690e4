"""How long committees take to decide: what a public page and a dataset page say of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Aggregate, Count, F, FloatField, Min, OuterRef, Subquery
from django.db.models.functions import JSONObject

from apps.access_requests import effect
from apps.access_requests.models import Item, Round
from apps.committees.models import Committee
from apps.core import clock


class Percentile(Aggregate):
    """PostgreSQL's percentile_cont of durations, in seconds: 0.5 is the median."""

    function = "PERCENTILE_CONT"
    template = "EXTRACT(EPOCH FROM %(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s))"
    output_field = FloatField()


@dataclass(frozen=True)
class Wait:
    """How long a committee usually takes: median and 90th percentile in whole days, and of how many decisions."""

    days: int
    decisions: int
    most_days: int = 0


REMEMBERED = timedelta(days=2 * 365)
LAST_DECISIONS = 200
FEWEST_DECISIONS = 5  # fewer are no basis for a median


def waits(committee_ids: Iterable[UUID] | None = None) -> dict[UUID, Wait]:
    """From first submission to decision, over the last LAST_DECISIONS of the last two years of each committee.

    What it costs grows with the number of committees and not with that of decisions.
    """
    asked = Committee.objects.all() if committee_ids is None else Committee.objects.filter(pk__in=set(committee_ids))
    since = clock.sql_now() - REMEMBERED
    in_effect = Item.objects.filter(decided_at__gt=since).exclude(effect.pending())
    recent = in_effect.filter(committee=OuterRef(OuterRef("pk")))
    first = Round.objects.filter(request_id=OuterRef("request_id")).order_by().values("request_id")
    begun = Subquery(first.annotate(first=Min("opened_at")).values("first"))
    last = Item.objects.filter(pk__in=recent.order_by("-decided_at").values("pk")[:LAST_DECISIONS])
    took = last.annotate(took=F("decided_at") - begun).order_by().values("committee_id")
    figures = JSONObject(
        middle=Percentile("took", fraction="0.5"), most=Percentile("took", fraction="0.9"), decisions=Count("pk")
    )
    rows = asked.annotate(figures=Subquery(took.annotate(figures=figures).values("figures"))).order_by()
    found = rows.filter(figures__isnull=False).values_list("pk", "figures")
    return {
        pk: Wait(days=_days(one["middle"]), decisions=one["decisions"], most_days=_days(one["most"]))
        for pk, one in found
    }


def _days(seconds: float) -> int:
    """Whole days, at least one."""
    return max(1, round(seconds / timedelta(days=1).total_seconds()))
