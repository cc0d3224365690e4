"""All that Requests to review counts, in one statement: the tabs, the overdue, the chart; and the other members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Func, IntegerField, QuerySet, Subquery
from django.db.models.functions import JSONObject, TruncMonth

from apps.access_requests import review_queue as queue
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.review_filters import overdue
from apps.committees.models import CommitteeMember
from apps.core import roles
from apps.core.actors import Viewer
from apps.people.models import Person

EXACT_UP_TO = 1000


@dataclass(frozen=True)
class Figures:
    """What a member sees of their queue besides its rows. A number is exact up to 1,000; 1,001 says there are more.

    `to_vote` are the requests of that tab, by their ids unless there are more than EXACT_UP_TO. `months` are the
    decisions of the committees a month (UTC), without empty months; `members` the other members, by name.
    """

    counts: Mapping[str, int]
    overdue: int
    months: Mapping[datetime, int]
    members: list[tuple[UUID, str]]
    to_vote: QuerySet[AccessRequest]


def figures_of(person: Viewer, among: Iterable[UUID], *, since: datetime) -> Figures:
    """The figures of these committees, of decisions those from `since` on. One statement.

    What waits for a vote is the dearest question, and is asked once: its ids answer how many there are, how many are
    overdue, and, of all in review, how many wait for others. More than EXACT_UP_TO ids would be a longer statement
    than the question, so then a second statement asks.
    """
    mine = list(among)
    votes = queue.to_vote_of(person, mine)
    late = votes.order_by().annotate(late=ExpressionWrapper(overdue(mine), output_field=BooleanField()))
    found = _row(
        person,
        to_vote=ArraySubquery(late.values(json=JSONObject(pk="pk", late="late"))[: EXACT_UP_TO + 1]),
        in_review=_number(queue.in_review_of(person, mine), most=2 * EXACT_UP_TO + 1),
        to_check=_number(queue.to_check_of(person, mine)),
        with_applicant=_number(queue.with_applicant_of(person, mine)),
        decided=_number(queue.decided_of(person, mine)),
        months=_months(mine, since),
        colleagues=_members(person, mine),
    )
    ids = [UUID(one["pk"]) for one in found["to_vote"]]
    if len(ids) <= EXACT_UP_TO:
        votes = AccessRequest.objects.filter(pk__in=ids)
        others, overdue_ones = found["in_review"] - len(ids), sum(one["late"] for one in found["to_vote"])
    else:
        again = _row(
            person,
            others=_number(queue.with_others_of(person, mine, to_vote=votes)),
            overdue=_number(votes.filter(overdue(mine))),
        )
        others, overdue_ones = again["others"], again["overdue"]
    counts = {
        "to-check": found["to_check"], "to-vote": len(ids), "with-others": min(others, EXACT_UP_TO + 1),
        "with-applicant": found["with_applicant"], "decided": found["decided"],
    }  # fmt: skip
    months = {datetime.fromisoformat(one["month"]): one["n"] for one in found["months"]}
    members = [(UUID(one["pk"]), one["name"]) for one in found["colleagues"]]
    return Figures(counts, overdue_ones, months, members, votes)


def _row(person: Viewer, **columns: Any) -> dict[str, Any]:
    """These subqueries as one row; it hangs on that of the person."""
    row: dict[str, Any] = Person.objects.filter(pk=roles.person_id(person)).annotate(**columns).values(*columns).get()
    return row


def _number(found: QuerySet[AccessRequest], *, most: int = EXACT_UP_TO + 1) -> Subquery:
    """How many there are, but not more than `most`."""
    some = AccessRequest.objects.filter(pk__in=found.order_by().values("pk")[:most]).order_by()
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(some.annotate(number=number).values("number"))


def _months(among: list[UUID], since: datetime) -> ArraySubquery:
    done = Item.objects.filter(committee_id__in=among, decided_at__gte=since).order_by()
    months = done.annotate(month=TruncMonth("decided_at")).values("month").annotate(n=Count("pk"))
    return ArraySubquery(months.values(json=JSONObject(month="month", n="n")))


def _members(person: Viewer, among: list[UUID]) -> ArraySubquery:
    members = CommitteeMember.objects.appointed().filter(committee_id__in=among).values("person_id")
    others = Person.objects.filter(pk__in=members).exclude(pk=roles.person_id(person)).order_by("name", "pk")
    return ArraySubquery(others.values(json=JSONObject(pk="pk", name="name")))
