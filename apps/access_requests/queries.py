"""Sets of requests, and the vote on an item."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from apps.access_requests import effect, queries_undone
from apps.access_requests.models import AccessRequest, Item, Membership, Recusal, Round, Vote
from apps.access_requests.models.review import OF_MEMBER
from apps.access_requests.queries_cohorts import concerned_students, concerns_student
from apps.access_requests.queries_conflicts import declared
from apps.access_requests.queries_outside import reads_from_outside
from apps.access_requests.states import EDITABLE, UNDER_REVIEW, ItemState, RequestState
from apps.access_requests.voting_rules import is_period_over, rules_of, rules_of_item
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.audit.queries import acts_since
from apps.committees import queries as committees
from apps.committees.decisions import Decision, VotingRules
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries_deputies import memberships_kept_by
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.people.queries import accounts_of

COUNTED_SINCE = Coalesce("member_since", "starts_at")  # of a membership: the rounds opened from then on


def of_person(person: Viewer) -> QuerySet[AccessRequest]:
    """The requests in which this person is applicant or named member (members see it once it is submitted)."""
    me = roles.person_id(person)
    own = AccessRequest.objects.filter(applicant_id=me).order_by().values("pk")
    named = Membership.objects.filter(person_id=me).exclude(request__state=RequestState.DRAFT).values("request_id")
    # A union, so that the database walks two indexes; with OR it would read every request of the portal.
    return AccessRequest.objects.filter(pk__in=own.union(named))


def requests_for_dataset(dataset: Dataset, person: Viewer) -> QuerySet[AccessRequest]:
    """The person's requests for this dataset, and those still being written that it could be added to (`holds` says).

    Those for the dataset come first, the newest of each first.
    """
    inside = Item.objects.filter(request=OuterRef("pk"), dataset=dataset)
    found = of_person(person).annotate(holds=Exists(inside))
    written = Q(applicant_id=roles.person_id(person), state__in=EDITABLE)
    return found.filter(Q(holds=True) | written).order_by("-holds", "-created_at", "pk")


def before_committees_of(person: Viewer) -> QuerySet[AccessRequest]:
    """What of `for_committees_of` the person may read: they declared that they have no conflict of interest."""
    return for_committees_of(person).filter(declared(person, "pk"))


def for_committees_of(person: Viewer) -> QuerySet[AccessRequest]:
    """Submitted requests (once submitted, for good) for a committee of which this person is a member, and those in
    review on which they vote as a deputy now or that they read as an outside reviewer.

    Not those from which the person is recused, with whichever account.
    """
    mine = Item.objects.filter(request=OuterRef("pk"), committee__in=committees.committees_of(person))
    kept = kept_for(person).filter(request=OuterRef("pk"))
    theirs = Q(Exists(mine)) | Q(Exists(kept)) | Q(reads_from_outside(person, "pk"))
    found = AccessRequest.objects.filter(theirs, submitted_at__isnull=False)
    return found.exclude(_recused(person, "pk"))


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
    return Item.objects.filter(managed, effect.unannounced(), request__state__in=waiting)


def undecided_by_manager(person: Viewer, dataset: Dataset | None = None) -> QuerySet[AccessRequest]:
    """Requests of which a dataset that this person manages (or this one) awaits a decision."""
    items = undecided_for_datasets_managed_by(person).filter(request=OuterRef("pk"))
    if dataset is not None:
        items = items.filter(dataset=dataset)
    return for_datasets_managed_by(person).filter(Exists(items))


def visible_to(person: Viewer) -> QuerySet[AccessRequest]:
    """Every request this person may read: their own, their committees', their datasets'."""
    parts = (of_person(person), before_committees_of(person), for_datasets_managed_by(person))
    ids = [part.values("pk") for part in parts]
    return AccessRequest.objects.filter(Q(pk__in=ids[0]) | Q(pk__in=ids[1]) | Q(pk__in=ids[2]))


def voters_listed() -> QuerySet[CommitteeMember]:
    """The members who are eligible voters of an item, as `eligible_voters` says, inside a query on items."""
    asked = OuterRef(OuterRef("request_id"))
    same = Q(person_id=OuterRef("person_id")) | Q(person__merged_into_id=OuterRef("person_id"))
    member = Membership.objects.filter(same, request=asked)
    student = concerned_students(asked).filter(same)
    aside = Recusal.objects.filter(same, request=asked)
    closed = Person.objects.filter(pk=OuterRef(OuterRef("request__applicant_id")), merged_into_id=OuterRef("person_id"))
    before = Round.objects.filter(request=asked, closed_at__isnull=True, opened_at__lt=OuterRef("counted_since"))
    members = CommitteeMember.objects.appointed().filter(committee=OuterRef("committee_id"))
    members = members.annotate(counted_since=COUNTED_SINCE)
    free = members.exclude(person_id=OuterRef("request__applicant_id")).exclude(Exists(closed))
    free = free.exclude(Exists(member)).exclude(Exists(student)).exclude(Exists(aside))
    return free.exclude(Exists(before)).order_by("pk")


def concerns(person: Viewer) -> Q:
    """Items of requests in which the person is applicant, member or student, or from which they are recused."""
    me = accounts_of(person).values("pk")
    member = Membership.objects.filter(request=OuterRef("request_id"), person_id__in=me)
    student = concerns_student(person, "request_id")
    return Q(request__applicant_id__in=me) | Q(Exists(member)) | Q(student) | Q(_recused(person, "request_id"))


def _recused(person: Viewer, outer: str) -> Exists:
    """A condition: the person, with whichever account, is recused from the request whose id is in column `outer`."""
    me = accounts_of(person).values("pk")
    return Exists(Recusal.objects.filter(request=OuterRef(outer), person_id__in=me))


def with_purpose(person: Person) -> QuerySet[AccessRequest]:
    """The requests of this applicant that have answers about the research purpose, the last changed first."""
    return AccessRequest.objects.filter(applicant=person).exclude(research_purpose={}).order_by("-changed_at", "-pk")


def people_of(request: AccessRequest) -> QuerySet[Person]:
    """The applicant and the named members."""
    members = Membership.objects.filter(request=request).values("person_id")
    return Person.objects.filter(Q(pk=request.applicant_id) | Q(pk__in=members)).order_by("name", "pk")


def concerned_by(request: AccessRequest) -> QuerySet[Person]:
    """The applicant, the named members and the students whom the roster names: none of them decides on the request."""
    members = Membership.objects.filter(request=request).values("person_id")
    students = concerned_students(request).order_by().values("person_id")
    return Person.objects.filter(Q(pk=request.applicant_id) | Q(pk__in=members) | Q(pk__in=students))


def deciding_about(person: Viewer) -> set[UUID]:
    """The committees that have a request of this person's before them now, as applicant or member, by any account."""
    theirs = Q(concerns_student(person, "request_id"))
    for account in accounts_of(person):
        theirs |= Q(request_id__in=of_person(account).values("pk"))
    waiting = Item.objects.filter(effect.unannounced(), request__state__in=UNDER_REVIEW).filter(theirs)
    return set(waiting.values_list("committee_id", flat=True))


def recused_before(person: Viewer) -> set[UUID]:
    """The committees that are deciding now on a request in which this person declared a conflict of interest."""
    waiting = Item.objects.filter(effect.unannounced(), request__state__in=UNDER_REVIEW)
    return set(waiting.filter(_recused(person, "request_id")).values_list("committee_id", flat=True))


def open_round(request: AccessRequest) -> Round | None:
    """The round now before the committees, if there is one."""
    return Round.objects.filter(request=request, closed_at__isnull=True).first()


def voted_on_beside(people: list[UUID | None]) -> QuerySet[AccessRequest]:
    """Requests under review by a committee in which one of these people is or was a member."""
    items = Item.objects.filter(
        effect.unannounced(), request=OuterRef("pk"), committee__members__person_id__in=[p for p in people if p]
    )
    return AccessRequest.objects.filter(Exists(items), state__in=UNDER_REVIEW).order_by("pk")


def reported_without_quorum() -> QuerySet[AccessRequest]:
    """Requests under review of which it was reported that a committee has too few eligible voters."""
    reports = Event.objects.filter(kind=Kind.QUORUM_MISSING, subject_id=OuterRef("pk"))
    return AccessRequest.objects.filter(Exists(reports), state__in=UNDER_REVIEW).order_by("pk")


def eligible_voters(item: Item) -> QuerySet[CommitteeMember]:
    """The memberships that count for this item: active since the round opened, of nobody named in the request."""
    return _unconcerned(committees.memberships_of(item.committee), item.request)


def _unconcerned(members: QuerySet[CommitteeMember], request: AccessRequest) -> QuerySet[CommitteeMember]:
    """Memberships active since the open round began: nobody is added in the middle of a round to change its outcome."""
    begun = Round.objects.filter(request=request, closed_at__isnull=True).values("opened_at")
    members = members.annotate(counted_since=COUNTED_SINCE).filter(
        Q(counted_since__lte=Subquery(begun)) | ~Q(Exists(begun))
    )
    people = concerned_by(request).values("pk")
    aside = Recusal.objects.filter(request=request).values("person_id")
    closed = Person.objects.filter(Q(pk__in=people) | Q(pk__in=aside), merged_into_id=OuterRef("person_id"))
    return members.exclude(person_id__in=people).exclude(person_id__in=aside).exclude(Exists(closed))


def lost_voters(request: AccessRequest, current: Round, *, people: Iterable[UUID | None]) -> QuerySet[CommitteeMember]:
    """The memberships of these people that counted when the round opened and no longer do; not of recused members."""
    deciding = request.items.filter(effect.unannounced()).values("committee_id")
    members = CommitteeMember.objects.filter(committee_id__in=deciding, person_id__in=[pk for pk in people if pk])
    counted = members.annotate(counted_since=COUNTED_SINCE).filter(counted_since__lte=current.opened_at)
    counted = counted.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=current.opened_at))
    still = _unconcerned(CommitteeMember.objects.appointed(), request).filter(committee=OuterRef("committee_id"))
    part = Recusal.objects.filter(request=request).values("person_id")
    gone = counted.exclude(Exists(still.filter(person_id=OuterRef("person_id")))).exclude(person_id__in=part)
    return gone.exclude(person_id=request.applicant_id).order_by("pk")


def ends_of_memberships() -> QuerySet[Event]:
    """The events by which memberships were ended that reached their last day in the last seven days."""
    now = clock.sql_now()
    ended = CommitteeMember.objects.filter(
        ends_at__lte=now, ends_at__gt=now - timedelta(days=7), ended_by__isnull=False
    )
    return Event.objects.filter(kind=Kind.COMMITTEE_MEMBER_REMOVED, subject_id__in=ended.values("pk")).order_by("id")


def ends_of(request: AccessRequest, people: Iterable[UUID]) -> dict[tuple[UUID, UUID], str]:
    """The reason for which each of these people's memberships ended, by committee and person."""
    committee_ids = request.items.values("committee_id")
    ended = CommitteeMember.objects.filter(committee_id__in=committee_ids, person_id__in=list(people)).order_by(
        "ends_at"
    )
    return {(one.committee_id, one.person_id): one.end_reason for one in ended.filter(ends_at__isnull=False)}


def committees_without_quorum(request: AccessRequest) -> dict[Committee, int]:
    """The committees that cannot decide on this request because they have fewer eligible voters than the quorum, or no
    chair where the chair decides; and how many eligible voters they have.
    """
    waiting = request.items.filter(state=ItemState.OPEN).select_related("committee", "request")
    before = {item.committee: decision_on(item, fetch_eligible_voters(item)) for item in waiting}
    return {committee: decision.eligible for committee, decision in before.items() if decision.is_hopeless}


def committees_of_request(request: AccessRequest, *, reader: Viewer | None = None) -> dict[UUID, list[CommitteeMember]]:
    """The memberships that count, by committee: what `eligible_voters` says, for all items of a request in one
    statement. With a `reader`, `kept` says whether that person votes in the member's place now.
    """
    concerned = Item.objects.filter(request=request).values("committee_id")
    members = (
        CommitteeMember.objects.appointed().filter(committee_id__in=concerned).select_related("person__institution")
    )
    if reader is not None:
        members = members.annotate(kept=Exists(memberships_kept_by(reader).filter(pk=OuterRef("pk"))))
    voters: dict[UUID, list[CommitteeMember]] = {}
    for membership in _unconcerned(members, request).order_by("-is_chair", "starts_at"):
        voters.setdefault(membership.committee_id, []).append(membership)
    return voters


def votes_on(request: AccessRequest) -> QuerySet[Vote]:
    """Every vote on this request in every round, in the order they were cast.

    `counts` says whether it does for its member now, `conflict_at` when its voter declared a conflict of interest.
    """
    conflict = Recusal.objects.filter(request=request, person_id=OuterRef("voter_id")).values("declared_at")
    return (
        Vote.objects.filter(item__request=request)
        .annotate(counts=Exists(Vote.objects.counted().filter(pk=OuterRef("pk"))), conflict_at=Subquery(conflict))
        .select_related("voter", "in_place_of", "round", "actor_snapshot", "superseded_by")
        .order_by("cast_at", "pk")
    )


def fetch_eligible_voters(item: Item) -> list[CommitteeMember]:
    """What `eligible_voters` says, fetched: computed once under the lock and handed on."""
    return list(eligible_voters(item))


def decision_on(item: Item, voters: Iterable[CommitteeMember]) -> Decision:
    """The open round's vote, of these eligible voters. Decisive only under a lock on the item."""
    cast = Vote.objects.counted().filter(item=item, round__closed_at__isnull=True)
    rules = rules_of_item(item)
    return decision_of(rules, voters, cast.order_by(), period_over=is_period_over(rules, item))


def decision_of(
    rules: VotingRules, voters: Iterable[CommitteeMember], votes: Iterable[Vote], *, period_over: bool
) -> Decision:
    """The vote by these rules, of these eligible voters, when these votes (one for each voter) have been cast."""
    chairs = {membership.person_id: membership.is_chair for membership in voters}
    said = [(vote.of_member_id, vote.choice, vote.adopts) for vote in votes]
    return _decision(rules, chairs, said, period_over=period_over)


def listed_decision(item: Any) -> Decision:
    """The vote on one of the items that `review_queue.with_items` or `undecided_before` lists."""
    chairs = {one["person"]: one["is_chair"] for one in item.voters}
    rules = rules_of(item.kept_rules, item.committee)
    said = [(one["voter"], one["choice"], one["adopts"]) for one in item.votes_cast]
    return _decision(rules, chairs, said, period_over=is_period_over(rules, item))


def _decision(
    rules: VotingRules,
    chairs: Mapping[Any, bool],
    votes: Iterable[tuple[Any, str, Iterable[Any]]],
    *,
    period_over: bool,
) -> Decision:
    """`chairs` says of each eligible voter whether they chair; `votes` are voter, choice and adopted conditions."""
    cast = list(votes)
    return Decision(
        rule=rules.rule,
        quorum=rules.quorum,
        votes_needed=rules.votes_needed,
        veto=rules.veto,
        blind=rules.blind,
        period_over=period_over,
        voters=frozenset(chairs),
        chair=next((person for person, is_chair in chairs.items() if is_chair), None),
        votes={voter: choice for voter, choice, _adopts in cast},
        adopted={voter: frozenset(adopts) for voter, _choice, adopts in cast},
    )


def current_vote(item: Item, person: Person) -> Vote | None:
    """The last vote on this item in the open round of this member, cast by them or by a deputy."""
    cast = Vote.objects.current().alias(of_member=OF_MEMBER).filter(of_member=person.pk)
    return cast.filter(item=item, round__closed_at__isnull=True).first()


def kept_for(person: Viewer) -> QuerySet[Item]:
    """The undecided items in review on which this person may vote as a deputy; not those that concern them."""
    kept = memberships_kept_by(person).filter(pk=OuterRef("pk"))
    items = Item.objects.filter(state=ItemState.OPEN, request__state=RequestState.IN_REVIEW)
    return items.filter(Exists(voters_listed().filter(Exists(kept)))).exclude(concerns(person))


def who_may_confirm(item: Item, voters: Iterable[CommitteeMember]) -> list[Person]:
    """The eligible voters whose confirmation decides: not whoever let a voter leave after the last vote of others."""
    return [member.person for member in voters if not let_a_voter_leave(item, member.person_id)]


def let_a_voter_leave(item: Item, person_id: UUID) -> bool:
    """Whether this person ended a membership or an account in the committee, or undid its decision while others may
    vote too, after the last vote of anybody else, apart from their deputy.

    Until another vote is cast, a vote that they change or confirm does not decide the item.
    """
    cast = Vote.objects.alias(of_member=OF_MEMBER).filter(item=item, round__closed_at__isnull=True)
    others = cast.exclude(voter_id=person_id).exclude(of_member=person_id)
    last = others.order_by("-cast_at").values_list("cast_at", flat=True).first()
    begun = Round.objects.filter(request_id=item.request_id, closed_at__isnull=True).values_list("opened_at", flat=True)
    since = last or begun.first()
    if since is None:
        return False
    if queries_undone.undid(item, person_id, since) and any(
        one.person_id != person_id for one in fetch_eligible_voters(item)
    ):
        return True
    members = CommitteeMember.objects.filter(committee_id=item.committee_id)
    if members.filter(ended_by_id=person_id, ends_at__gt=since, ends_at__lte=clock.sql_now()).exists():
        return True
    people = list(members.values_list("person_id", flat=True))
    return acts_since(since, by=person_id, kinds=(Kind.PERSON_DEACTIVATED, Kind.PEOPLE_MERGED), people=people).exists()
