"""What waits for a committee member and what their committees have done: the tabs of the page Requests to review.

One row is one request. Requests that the member is part of, or is recused from, are in none of the sets.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.db.models.lookups import Exact, GreaterThanOrEqual, IsNull

from apps.access_requests.models import AccessRequest, Item, Question, ReviewClock, Round, Vote
from apps.access_requests.models.review import OF_MEMBER
from apps.access_requests.queries import COUNTED_SINCE, concerns, listed_decision, voters_listed
from apps.access_requests.queries_assignments import reviewers_listed
from apps.access_requests.queries_conflicts import declared, same_institution
from apps.access_requests.queries_undone import undone_by
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.access_requests.voting_rules import kept_rule_listed, kept_rules_listed
from apps.committees import queries as committees
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.core.actors import Viewer


def to_check_of(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """Requests that wait for a completeness check, which this member may make."""
    return _requests(_open_items(person, among).filter(request__state=RequestState.SUBMITTED))


def to_vote_of(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """Requests with a dataset on which this member may vote and has not, or may confirm or change what they voted."""
    return _requests(_open_items(person, among).filter(_in_review(), _waits_for_vote_of(person)))


def waiting_for(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """What waits for this member: to check or to vote on. `among` may be a query for the ids of their committees."""
    checks, votes = to_check_of(person, among).values("pk"), to_vote_of(person, among).values("pk")
    # A union, because every page counts this: with OR the database would read every request of the portal.
    return AccessRequest.objects.filter(pk__in=checks.union(votes)).order_by("submitted_at", "pk")


def in_review_of(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """Requests in review, whoever's votes they wait for."""
    return _requests(_open_items(person, among).filter(_in_review()))


def with_others_of(
    person: Viewer, among: Iterable[UUID] | None = None, *, to_vote: QuerySet[AccessRequest] | None = None
) -> QuerySet[AccessRequest]:
    """Requests in review that wait for the votes of other members; `to_vote` is `to_vote_of` if it is known."""
    mine = to_vote_of(person, among) if to_vote is None else to_vote
    return in_review_of(person, among).exclude(pk__in=mine.values("pk"))


def with_applicant_of(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """Requests whose applicant was asked for changes; `since` is when, `question` what was asked last."""
    asked = Question.objects.filter(request=OuterRef("pk")).order_by("-asked_at")
    found = _requests(_open_items(person, among).filter(request__state=RequestState.RETURNED))
    return found.annotate(since=Subquery(asked.values("asked_at")[:1]), question=Subquery(asked.values("text")[:1]))


def decided_of(person: Viewer, among: Iterable[UUID] | None = None) -> QuerySet[AccessRequest]:
    """Requests on which this member's committees decided, or that were withdrawn before they did.

    `closed_on` is the time of the last decision of these committees, or of the withdrawal.
    """
    mine = _committees(person, among)
    over = Q(decided_at__isnull=False) | Q(request__state=RequestState.WITHDRAWN, request__submitted_at__isnull=False)
    items = Item.objects.filter(over, committee_id__in=mine).exclude(concerns(person))
    decided = Item.objects.filter(request=OuterRef("pk"), committee_id__in=mine).order_by().values("request_id")
    last = Subquery(decided.annotate(last=Max("decided_at")).values("last"), output_field=DateTimeField())
    return _requests(items).annotate(closed_on=Coalesce(last, "ended_at"))


def with_items(
    found: QuerySet[AccessRequest], person: Viewer, among: Iterable[UUID] | None = None
) -> QuerySet[AccessRequest]:
    """The same requests, each with `for_committee`: its datasets that these committees decide on. One statement.

    Each of those has the rules, voters and votes that `queries.listed_decision` reads, `i_voted`, `waits_for_me`,
    `undone_by_me` (the reader undid a decision in this round), `conditions_proposed`, `reviewers`, `round_number`,
    `clock_rule`, `me`, who reads. `declared`: the member may read the request; `same_institution` as the applicant.
    """
    cast = (
        Vote.objects.counted()
        .filter(item=OuterRef("pk"), round__closed_at__isnull=True)
        .annotate(of_member=OF_MEMBER)
        .order_by("pk")
    )
    number = Round.objects.filter(request=OuterRef("request_id")).order_by("-number").values("number")[:1]
    clocks = ReviewClock.objects.filter(round__request=OuterRef("request_id"), committee=OuterRef("committee_id"))
    mine = _committees(person, among)
    items = Item.objects.filter(committee_id__in=mine).select_related("dataset", "committee")
    annotated = items.annotate(
        i_voted=Exists(cast.filter(of_member=roles.person_id(person))),
        waits_for_me=Exists(Item.objects.filter(_waits_for_vote_of(person), _in_review(), pk=OuterRef("pk"))),
        undone_by_me=undone_by(person),
        votes_cast=ArraySubquery(cast.values(json=JSONObject(voter="of_member", choice="choice", adopts="adopts"))),
        voters=ArraySubquery(voters_listed().values(json=JSONObject(person="person_id", is_chair="is_chair"))),
        kept_rules=kept_rules_listed(),
        conditions_proposed=Count("conditions"),
        reviewers=reviewers_listed(),
        round_number=Subquery(number),
        clock_rule=Subquery(clocks.order_by("-set_at", "-pk").values("rule")[:1]),
        me=Value(roles.person_id(person), output_field=UUIDField()),
    )
    rows = found.select_related("applicant__institution").annotate(
        asked_at=clock.sql_now(), due_first=_due_first(mine), declared=declared(person, "pk"),
        same_institution=same_institution(person, "applicant__institution_id"),
    )  # fmt: skip
    return rows.prefetch_related(
        Prefetch("items", queryset=annotated.order_by("dataset__title"), to_attr="for_committee")
    )


def _due_first(among: Iterable[UUID]) -> Coalesce:
    """The earliest due day of a request in these committees; the last day there is if it has none, to sort by."""
    mine = Item.objects.filter(request=OuterRef("pk"), committee_id__in=among, state=ItemState.OPEN)
    first = Subquery(mine.order_by().values("request_id").annotate(first=Min("due_on")).values("first"))
    return Coalesce(first, Value(date.max), output_field=DateField())


def undecided_before(committee: Committee) -> QuerySet[Item]:
    """The items that wait for this committee now, each with what `queries.listed_decision` reads, oldest first."""
    cast = (
        Vote.objects.counted()
        .filter(item=OuterRef("pk"), round__closed_at__isnull=True)
        .annotate(of_member=OF_MEMBER)
        .order_by("pk")
    )
    items = Item.objects.filter(committee=committee, state=ItemState.OPEN, request__state__in=UNDER_REVIEW)
    annotated = items.select_related("request", "dataset", "committee").annotate(
        votes_cast=ArraySubquery(cast.values(json=JSONObject(voter="of_member", choice="choice", adopts="adopts"))),
        voters=ArraySubquery(voters_listed().values(json=JSONObject(person="person_id", is_chair="is_chair"))),
        kept_rules=kept_rules_listed(),
    )
    return annotated.order_by("request__submitted_at", "pk")


def waiting_votes(committee: Committee) -> dict[UUID, int]:
    """How many undecided requests wait for the vote of each member of the committee now, by person."""
    waiting: dict[UUID, int] = {}
    items: Any = undecided_before(committee).filter(request__state=RequestState.IN_REVIEW)
    for item in items:
        divided = listed_decision(item).is_divided
        voted = set() if divided else {one["voter"] for one in item.votes_cast}
        for one in item.voters:
            if one["person"] not in voted:
                waiting[UUID(one["person"])] = waiting.get(UUID(one["person"]), 0) + 1
    return waiting


def _committees(person: Viewer, among: Iterable[UUID] | None) -> Iterable[UUID]:
    """The ids first, so that the database walks the items of these committees and of no others; a query stays one."""
    if isinstance(among, QuerySet):
        return among
    return list(committees.committees_of(person).values_list("pk", flat=True) if among is None else among)


def _open_items(person: Viewer, among: Iterable[UUID] | None) -> QuerySet[Item]:
    mine = _committees(person, among)
    return Item.objects.filter(committee_id__in=mine, state=ItemState.OPEN).exclude(concerns(person))


def _requests(items: QuerySet[Item]) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(pk__in=items.values("request_id"))


def _in_review() -> Q:
    return Q(request__state=RequestState.IN_REVIEW, state=ItemState.OPEN)


def _waits_for_vote_of(person: Viewer) -> Q:
    """A condition on items: the person is an eligible voter who has not voted in this round, or is to vote again.

    Who was asked to confirm votes again; and where nobody was and everybody has voted, all do: an item that is still
    open then waits for a change. Not where the voters are too few: no vote helps there.
    """
    me = roles.person_id(person)
    begun = Round.objects.filter(request=OuterRef(OuterRef("request_id")), closed_at__isnull=True).values("opened_at")
    member = CommitteeMember.objects.active().filter(committee=OuterRef("committee_id"), person_id=me)
    counted = member.annotate(counted_since=COUNTED_SINCE).filter(counted_since__lte=Subquery(begun))
    voted = (
        Vote.objects.counted()
        .alias(of_member=OF_MEMBER)
        .filter(item=OuterRef("pk"), of_member=me, round__closed_at__isnull=True)
    )
    again = Q(_is_in(me, "asked_to_confirm")) | (Q(asked_to_confirm__len=0) & _everybody_voted())
    return Q(Exists(counted)) & (~Q(Exists(voted)) | again)


def _everybody_voted() -> Q:
    """A condition on items: the eligible voters reach the quorum, each of them has voted in this round, and where the
    chair decides one of them is the chair.
    """
    cast = (
        Vote.objects.counted()
        .alias(of_member=OF_MEMBER)
        .filter(item=OuterRef(OuterRef("pk")), round__closed_at__isnull=True)
    )
    missing = voters_listed().exclude(Exists(cast.filter(of_member=OuterRef("person_id"))))
    eligible = Func(ArraySubquery(voters_listed().values("pk")), function="CARDINALITY", output_field=IntegerField())
    quorum = Coalesce(Cast(kept_rule_listed("quorum"), IntegerField()), F("committee__quorum"))
    rule = Coalesce(kept_rule_listed("rule"), F("committee__rule"), output_field=TextField())
    without_chair = Q(Exact(rule, Value("chair"))) & ~Q(Exists(voters_listed().filter(is_chair=True)))
    return Q(GreaterThanOrEqual(eligible, quorum)) & ~Q(Exists(missing)) & ~without_chair


def _is_in(person: UUID | None, array: str) -> IsNull:
    """Whether the array of ids has this one, as a plain parameter (`Prepared` fills in no lists)."""
    place = Func(F(array), Value(person, UUIDField()), function="array_position", output_field=IntegerField())
    return IsNull(place, False)
