"""Sets of requests, and the vote on an item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import JSONObject, TruncMonth

from apps.access_requests.models import AccessRequest, Item, Membership, Question, Recusal, Round, Vote
from apps.access_requests.states import EDITABLE, UNDER_REVIEW, ItemState, RequestState
from apps.committees import queries as committees
from apps.committees.decisions import Decision, too_few
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.people.queries import accounts_of


def of_person(person: Viewer) -> QuerySet[AccessRequest]:
    """The requests in which this person is applicant or named member (members see it once it is submitted)."""
    me = roles.person_id(person)
    named = Membership.objects.filter(request=OuterRef("pk"), person_id=me)
    member = Q(Exists(named)) & ~Q(state=RequestState.DRAFT)
    return AccessRequest.objects.filter(Q(applicant_id=me) | member)


def requests_for_dataset(dataset: Dataset, person: Viewer) -> QuerySet[AccessRequest]:
    """The person's requests for this dataset, and those still being written that it could be added to (`holds` says).

    Those for the dataset come first, the newest of each first.
    """
    inside = Item.objects.filter(request=OuterRef("pk"), dataset=dataset)
    found = of_person(person).annotate(holds=Exists(inside))
    written = Q(applicant_id=roles.person_id(person), state__in=EDITABLE)
    return found.filter(Q(holds=True) | written).order_by("-holds", "-created_at", "pk")


def before_committees_of(person: Viewer) -> QuerySet[AccessRequest]:
    """Submitted requests (once submitted, for good) that concern a committee this person sits in."""
    mine = Item.objects.filter(request=OuterRef("pk"), committee__in=committees.committees_of(person))
    return AccessRequest.objects.filter(Exists(mine), submitted_at__isnull=False)


def for_datasets_managed_by(person: Viewer) -> QuerySet[AccessRequest]:
    """Submitted requests for a dataset this person owns or manages."""
    mine = Item.objects.filter(request=OuterRef("pk")).filter(
        roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="dataset_id")
    )
    return AccessRequest.objects.filter(Exists(mine), submitted_at__isnull=False)


def undecided_for_datasets_managed_by(person: Viewer) -> QuerySet[Item]:
    """Datasets in submitted requests that await a decision, and that this person owns or manages."""
    managed = roles.role_exists(person, Dataset.MANAGERS, Dataset, outer="dataset_id")
    waiting = (*UNDER_REVIEW, RequestState.RETURNED)
    return Item.objects.filter(managed, state=ItemState.OPEN, request__state__in=waiting)


def visible_to(person: Viewer) -> QuerySet[AccessRequest]:
    """Every request this person may read: their own, their committees', their datasets'."""
    parts = (of_person(person), before_committees_of(person), for_datasets_managed_by(person))
    ids = [part.values("pk") for part in parts]
    return AccessRequest.objects.filter(Q(pk__in=ids[0]) | Q(pk__in=ids[1]) | Q(pk__in=ids[2]))


def review_queue_of(person: Viewer, among: list[UUID] | None = None) -> QuerySet[Item]:
    """What waits for this committee member: open items under review that they are not part of, oldest first.

    `among` are the committees they sit in. They are asked for first, so that the database walks the open items of these
    and of no others.
    """
    mine = list(committees.committees_of(person).values_list("pk", flat=True)) if among is None else among
    waiting = Item.objects.filter(committee_id__in=mine, state=ItemState.OPEN, request__state__in=UNDER_REVIEW)
    voted = Vote.objects.filter(item=OuterRef("pk"), voter_id=roles.person_id(person), round__closed_at__isnull=True)
    cast = Vote.objects.filter(item=OuterRef("pk"), round__closed_at__isnull=True).order_by("pk")
    fetched = waiting.select_related("request__applicant__institution", "dataset", "committee")
    counted = fetched.exclude(_concerns(person)).annotate(
        i_voted=Exists(voted),
        votes_cast=ArraySubquery(cast.values(json=JSONObject(voter="voter_id", choice="choice"))),
        voters=ArraySubquery(_voters_listed().values(json=JSONObject(person="person_id", is_chair="is_chair"))),
    )
    return counted.annotate(asked_at=clock.sql_now()).order_by("request__submitted_at", "pk")


def _voters_listed() -> QuerySet[CommitteeMember]:
    """The members who are eligible voters of an item, as `eligible_voters` says, inside a query on items."""
    asked = OuterRef(OuterRef("request_id"))
    same = Q(person_id=OuterRef("person_id")) | Q(person__merged_into_id=OuterRef("person_id"))
    member = Membership.objects.filter(same, request=asked)
    aside = Recusal.objects.filter(same, request=asked)
    closed = Person.objects.filter(pk=OuterRef(OuterRef("request__applicant_id")), merged_into_id=OuterRef("person_id"))
    before = Round.objects.filter(request=asked, closed_at__isnull=True, opened_at__lt=OuterRef("starts_at"))
    members = CommitteeMember.objects.appointed().filter(committee=OuterRef("committee_id"))
    free = members.exclude(person_id=OuterRef("request__applicant_id")).exclude(Exists(closed))
    free = free.exclude(Exists(member)).exclude(Exists(aside))
    return free.exclude(Exists(before)).order_by("pk")


def decided_by_committees_of(person: Viewer) -> QuerySet[Item]:
    """What this member's committees decided, newest first; never a request the member is part of."""
    done = Item.objects.filter(committee__in=committees.committees_of(person), decided_at__isnull=False)
    fetched = done.exclude(_concerns(person)).select_related("request", "dataset", "committee")
    return fetched.order_by("-decided_at", "pk")


def decisions_by_month(person: Viewer, *, since: datetime) -> list[tuple[datetime, int]]:
    """How many items this member's committees decided, a month (UTC) at a time; empty months are left out."""
    done = Item.objects.filter(committee__in=committees.committees_of(person), decided_at__gte=since).order_by()
    months = done.annotate(month=TruncMonth("decided_at")).values_list("month")
    return list(months.annotate(n=Count("pk")).order_by("month"))


def _concerns(person: Viewer) -> Q:
    """Items of requests in which the person is applicant or member, or from which they are recused."""
    me = accounts_of(person).values("pk")
    member = Membership.objects.filter(request=OuterRef("request_id"), person_id__in=me)
    aside = Recusal.objects.filter(request=OuterRef("request_id"), person_id__in=me)
    return Q(request__applicant_id__in=me) | Q(Exists(member)) | Q(Exists(aside))


def people_of(request: AccessRequest) -> QuerySet[Person]:
    """The applicant and the named members."""
    members = Membership.objects.filter(request=request).values("person_id")
    return Person.objects.filter(Q(pk=request.applicant_id) | Q(pk__in=members)).order_by("name", "pk")


def deciding_about(person: Viewer) -> set[UUID]:
    """The committees that have a request of this person's before them now, as applicant or member, by any account."""
    theirs = Q()
    for account in accounts_of(person):
        theirs |= Q(request_id__in=of_person(account).values("pk"))
    waiting = Item.objects.filter(state=ItemState.OPEN, request__state__in=UNDER_REVIEW).filter(theirs)
    return set(waiting.values_list("committee_id", flat=True)) if theirs else set()


def open_round(request: AccessRequest) -> Round | None:
    """The round now before the committees, if there is one."""
    return Round.objects.filter(request=request, closed_at__isnull=True).first()


def voted_on_beside(people: list[UUID | None]) -> QuerySet[AccessRequest]:
    """Requests under review by a committee in which one of these people is or was a member."""
    items = Item.objects.filter(
        request=OuterRef("pk"), state=ItemState.OPEN, committee__members__person_id__in=[p for p in people if p]
    )
    return AccessRequest.objects.filter(Exists(items), state__in=UNDER_REVIEW).order_by("pk")


def eligible_voters(item: Item) -> QuerySet[CommitteeMember]:
    """The memberships that count for this item: active since the round opened, of nobody named in the request."""
    return _unconcerned(committees.memberships_of(item.committee), item.request)


def _unconcerned(members: QuerySet[CommitteeMember], request: AccessRequest) -> QuerySet[CommitteeMember]:
    """Memberships active since the open round began: nobody is added in the middle of a round to change its outcome."""
    begun = Round.objects.filter(request=request, closed_at__isnull=True).values("opened_at")
    members = members.filter(Q(starts_at__lte=Subquery(begun)) | ~Q(Exists(begun)))
    people = people_of(request).order_by().values("pk")
    aside = Recusal.objects.filter(request=request).values("person_id")
    closed = Person.objects.filter(Q(pk__in=people) | Q(pk__in=aside), merged_into_id=OuterRef("person_id"))
    return members.exclude(person_id__in=people).exclude(person_id__in=aside).exclude(Exists(closed))


def committees_without_quorum(request: AccessRequest) -> dict[Committee, int]:
    """The committees that cannot decide on this request because they have fewer eligible voters than the quorum; and
    how many they have.
    """
    waiting = request.items.filter(state=ItemState.OPEN).select_related("committee", "request")
    left = {item.committee: len(fetch_eligible_voters(item)) for item in waiting}
    return {committee: number for committee, number in left.items() if too_few(number, committee.quorum)}


def committees_of_request(request: AccessRequest) -> dict[UUID, list[CommitteeMember]]:
    """The memberships that count, by committee: what `eligible_voters` says, for all items of a request in one
    statement.
    """
    concerned = Item.objects.filter(request=request).values("committee_id")
    members = (
        CommitteeMember.objects.appointed().filter(committee_id__in=concerned).select_related("person__institution")
    )
    voters: dict[UUID, list[CommitteeMember]] = {}
    for membership in _unconcerned(members, request).order_by("-is_chair", "starts_at"):
        voters.setdefault(membership.committee_id, []).append(membership)
    return voters


def votes_on(request: AccessRequest) -> QuerySet[Vote]:
    """Every vote on this request in every round, in the order they were cast."""
    return (
        Vote.objects.filter(item__request=request)
        .select_related("voter", "round", "actor_snapshot")
        .order_by("cast_at", "pk")
    )


def fetch_eligible_voters(item: Item) -> list[CommitteeMember]:
    """What `eligible_voters` says, fetched: computed once under the lock and handed on."""
    return list(eligible_voters(item))


def decision_on(item: Item, voters: Iterable[CommitteeMember]) -> Decision:
    """The open round's vote, of these eligible voters. Decisive only under a lock on the item."""
    cast = Vote.objects.filter(item=item, round__closed_at__isnull=True)
    return decision_of(item.committee, voters, dict(cast.order_by().values_list("voter_id", "choice")))


def decision_of(committee: Committee, voters: Iterable[CommitteeMember], votes: Mapping[UUID, str]) -> Decision:
    """The vote in this committee, of these eligible voters, when these votes have been cast."""
    chairs = {membership.person_id: membership.is_chair for membership in voters}
    return _decision(committee, chairs, votes)


def listed_decision(item: Any) -> Decision:
    """The vote on one row of `review_queue_of`."""
    chairs = {one["person"]: one["is_chair"] for one in item.voters}
    return _decision(item.committee, chairs, {one["voter"]: one["choice"] for one in item.votes_cast})


def _decision(committee: Committee, chairs: Mapping[Any, bool], votes: Mapping[Any, str]) -> Decision:
    """`chairs` says of each eligible voter whether they chair."""
    return Decision(
        rule=committee.rule,
        quorum=committee.quorum,
        voters=frozenset(chairs),
        chair=next((person for person, is_chair in chairs.items() if is_chair), None),
        votes=votes,
    )


class Median(Aggregate):
    """The middle of the values: PostgreSQL's percentile_cont(0.5)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Wait:
    """How long a committee usually takes: the median of whole days, and the number of decisions it is computed from."""

    days: int
    decisions: int


REMEMBERED = timedelta(days=2 * 365)


def waits(committee_ids: Iterable[UUID] | None = None) -> dict[UUID, Wait]:
    """From first submission to decision, over the decisions of the last two years of these (or all) committees."""
    first = Round.objects.filter(request_id=OuterRef("request_id")).order_by().values("request_id")
    begun = Subquery(first.annotate(first=Min("opened_at")).values("first"))
    decided = Item.objects.filter(decided_at__gt=clock.sql_now() - REMEMBERED)
    if committee_ids is not None:
        decided = decided.filter(committee_id__in=set(committee_ids))
    took = decided.annotate(took=F("decided_at") - begun).order_by().values("committee_id")
    rows = took.annotate(middle=Median("took"), decisions=Count("pk"))
    return {
        row["committee_id"]: Wait(days=max(1, round(row["middle"] / timedelta(days=1))), decisions=row["decisions"])
        for row in rows
    }


def questions_before(person: Viewer) -> QuerySet[Question]:
    """Every question of the requests this person may read."""
    return Question.objects.filter(request__in=visible_to(person).values("pk"))
