"""The structured facts of submissions that approval rules compare: read for one case or for a thousand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.access_requests import purposes
from apps.access_requests.approval_terms import Facts
from apps.access_requests.models import Attachment, Item, Round
from apps.access_requests.named import named_people
from apps.committees.models import CommitteeMember
from apps.datasets.conditions import Use
from apps.datasets.diseases import ancestry_of
from apps.datasets.matching import Ancestry, Purpose, match
from apps.people.models import Affiliation, Person

READ = ("applicant", "members", "datasets", "research_purpose", "ends_on", "attachments")
CHECKED = (Attachment.CheckState.CLEAN, Attachment.CheckState.UNCHECKED)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Read:
    """What the facts of all these cases need, by id."""

    uses: Mapping[UUID, list[Use]]
    ancestry: Ancestry
    people: Mapping[UUID, Person]
    affiliations: Mapping[UUID, list[Affiliation]]
    members: list[CommitteeMember]
    documents: set[str]


def facts_of(items: Iterable[Item], *, at: datetime | None = None) -> dict[UUID, Facts]:
    """The facts of each item in the first submission of its request; nine statements for any number of items.

    Affiliations are those at the moment `at`, without one those on submission. Use conditions and names are today's.
    An item whose request was never submitted has no facts.
    """
    wanted = list(items)
    rounds = Round.objects.filter(request__in={item.request_id for item in wanted}, number=1)
    columns = ("request_id", "opened_at", *(f"snapshot__{name}" for name in READ))
    rows = {row["request_id"]: row for row in rounds.values(*columns)}
    submitted = [(item, rows[item.request_id]) for item in wanted if item.request_id in rows]
    later = set(Round.objects.filter(request__in=rows, number__gt=1).values_list("request_id", flat=True) if at else ())
    read = _read(submitted)
    return {
        item.pk: _facts(item, row, read, at or row["opened_at"], item.request_id in later) for item, row in submitted
    }


def _read(submitted: list[tuple[Item, Row]]) -> _Read:
    """Everything by ids, once."""
    uses = purposes.uses_by_dataset({item.dataset_id for item, _row in submitted})
    asked = {item.request_id: purposes.purpose_of(row["snapshot__research_purpose"]) for item, row in submitted}
    diseases = tuple(one for purpose in asked.values() for one in purpose.diseases or ())
    people = {pk for _item, row in submitted for pk in _people(row)}
    members = CommitteeMember.objects.filter(committee__in={item.committee_id for item, _row in submitted})
    affiliations: defaultdict[UUID, list[Affiliation]] = defaultdict(list)
    for one in Affiliation.objects.filter(person__in=people):
        affiliations[one.person_id].append(one)
    sent = {one["id"] for _item, row in submitted for one in _ethics(row)}
    documents = Attachment.objects.filter(Q(check_state__in=CHECKED), pk__in=sent, removed_at=None)
    return _Read(
        uses=uses,
        ancestry=ancestry_of(Purpose(diseases=diseases), [use for each in uses.values() for use in each]),
        people=Person.objects.select_related("institution").in_bulk(people),
        affiliations=affiliations,
        members=list(members.select_related("person")),
        documents={str(pk) for pk in documents.values_list("pk", flat=True)},
    )


def _facts(item: Item, row: Row, read: _Read, at: datetime, resubmitted: bool) -> Facts:
    purpose = purposes.purpose_of(row["snapshot__research_purpose"])
    who = [read.people[pk] for pk in _people(row) if pk in read.people]
    found = match(
        read.uses.get(item.dataset_id, ()), purpose, read.ancestry, recipients=purposes.recipients(who), today=at.date()
    )
    ends_on = row["snapshot__ends_on"]
    within = str(item.dataset_id) in (row["snapshot__datasets"] or ())
    return Facts(
        dataset=str(item.dataset_id),
        first_submission=within and not resubmitted and item.request.revises_id is None,
        purpose=purpose,
        outcome=None if purpose.is_empty else found.outcome,
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        ethics_document=any(one["id"] in read.documents for one in _ethics(row)),
        institutions=tuple(_institutions(pk, read, at) for pk in _people(row)),
        has_insider=any(_is_insider(one, item, who, at) for one in read.members),
    )


def _people(row: Row) -> list[UUID]:
    """The applicant and the members, as they were submitted; somebody unknown if the snapshot has no list of them."""
    return named_people({name: row[f"snapshot__{name}"] for name in ("applicant", "members")})


def _ethics(row: Row) -> list[dict[str, Any]]:
    """The documents that were submitted as ethics approvals; a snapshot from before documents has none."""
    return [one for one in row["snapshot__attachments"] or () if one.get("kind") == Attachment.Kind.ETHICS]


def _institutions(pk: UUID, read: _Read, at: datetime) -> frozenset[str]:
    """With which institutions the person has a valid affiliation at the moment; none for a closed account."""
    if pk not in read.people or not read.people[pk].is_active:
        return frozenset()
    return frozenset(
        str(one.institution_id)
        for one in read.affiliations.get(pk, ())
        if one.starts_at <= at < one.valid_until and (one.ended_at is None or one.ended_at > at)
    )


def _is_insider(member: CommitteeMember, item: Item, who: list[Person], at: datetime) -> bool:
    """Whether the membership was valid at the moment and is of one of these people, also with a merged account."""
    if member.committee_id != item.committee_id or member.starts_at > at:
        return False
    theirs = {member.person_id, member.person.merged_into_id} - {None}
    valid = member.ends_at is None or member.ends_at > at
    return valid and any({one.pk, one.merged_into_id} & theirs for one in who)
