"""The record of a decision: who was an eligible voter at that moment, whatever has changed in the committee since."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.access_requests.models import AccessRequest, Item, Round
from apps.access_requests.named import named_people
from apps.access_requests.queries import COUNTED_SINCE
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import CommitteeMember

ACCOUNTS = (Kind.PERSON_DEACTIVATED, Kind.PERSON_REACTIVATED, Kind.PEOPLE_MERGED)


def voters_when_decided(request: AccessRequest, items: Iterable[Item]) -> dict[UUID, list[CommitteeMember]]:
    """The memberships that counted, by the id of each of these items that is decided, the chair first.

    What `queries.eligible_voters` said under the lock of the last vote, computed from what is dated: memberships,
    conflicts of interest, closed and merged accounts, and the people named in the round. Two statements for any number
    of items that were fetched with `decided_in`.
    """
    decided = [item for item in items if item.decided_at is not None]
    if not decided:
        return {}
    members = CommitteeMember.objects.filter(committee__in={item.committee_id for item in decided})
    members = members.annotate(counted_since=COUNTED_SINCE).select_related("person__institution")
    known = list(members.order_by("-is_chair", "starts_at"))
    accounts = Q(kind__in=ACCOUNTS, subject_id__in={member.person_id for member in known})
    recusals = Q(kind=Kind.MEMBER_RECUSED, subject_id=request.pk)
    events = list(Event.objects.filter(accounts | recusals).order_by("id"))
    found: dict[UUID, list[CommitteeMember]] = {}
    for item in decided:
        at, seen = item.decided_at, item.decided_in
        assert at is not None
        assert seen is not None
        excluded = _excluded(_named(seen), [event for event in events if event.at <= at])
        theirs = [one for one in known if one.committee_id == item.committee_id and _counted(one, at, seen)]
        found[item.pk] = [one for one in theirs if one.person_id not in excluded]
    return found


def _counted(member: CommitteeMember, at: datetime, seen: Round) -> bool:
    """Whether the membership began with or before the round and had not ended at this moment."""
    begun: datetime = member.counted_since  # type: ignore[attr-defined]
    return begun <= seen.opened_at and member.starts_at <= at and (member.ends_at is None or member.ends_at > at)


def _named(seen: Round) -> set[UUID]:
    return set(named_people(seen.snapshot))


def _excluded(named: set[UUID], events: list[Event]) -> set[UUID]:
    """Who is named or declared a conflict of interest, also with another account that was merged into theirs, and whose
    account was closed.
    """
    concerned = named | {event.actor_id for event in events if event.kind == Kind.MEMBER_RECUSED and event.actor_id}
    merged: set[UUID] = set()
    closed: set[UUID] = set()
    for event in events:
        about = {event.subject_id} if event.subject_id is not None else set()
        if event.kind == Kind.PEOPLE_MERGED and concerned & set(event.about):
            merged |= about
        elif event.kind == Kind.PERSON_DEACTIVATED:
            closed |= about
        elif event.kind == Kind.PERSON_REACTIVATED:
            closed -= about
    return concerned | merged | closed
