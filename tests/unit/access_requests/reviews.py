"""Requests before a committee as rows, at any moment and in any state: for tests of who may read and who counts."""

from datetime import datetime, timedelta
from typing import Any

from apps.access_requests.models import AccessRequest, Item, Membership, NoConflictDeclaration, Recusal, Round, Vote
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.datasets.models import Dataset
from apps.people.models import Person
from tests.factories import rows

DAY = timedelta(days=1)


def member(of: Committee, person: Person | None = None, **how: Any) -> CommitteeMember:
    """A member since a hundred days, unless said otherwise."""
    since = {"starts_at": clock.now() - 100 * DAY}
    return CommitteeMember.objects.create(committee=of, person=person or rows.person(), **{**since, **how})


def request(by: Person, state: str = "in_review", **how: Any) -> AccessRequest:
    """A request in this state, with the moments that the state needs."""
    now = clock.now()
    moments: dict[str, Any] = {"created_at": now - 20 * DAY}
    if state not in ("draft", "withdrawn"):
        moments["submitted_at"] = now - 10 * DAY
    if state in ("decided", "active"):
        moments["decided_at"] = now - DAY
    return AccessRequest.objects.create(applicant=by, state=state, **{**moments, **how})


def closed_account(of: Person) -> Person:
    """Another account of somebody, merged into this one."""
    other = rows.person(active=False)
    Person.objects.filter(pk=other.pk).update(merged_into=of)
    other.refresh_from_db()
    return other


class Review:
    """A request for one dataset before a committee of a chair and two members, in a round open for five days."""

    def __init__(
        self,
        state: str = "in_review",
        *,
        applicant: Person | None = None,
        committee: Committee | None = None,
        snapshot: dict[str, Any] | None = None,
    ) -> None:
        self.snapshot = {"members": [], **(snapshot or {})}
        self.applicant = applicant or rows.person()
        self.committee = committee or rows.committee()
        if committee is None:
            member(self.committee, is_chair=True)
            member(self.committee)
            member(self.committee)
        self.dataset: Dataset = rows.dataset("controlled", self.committee)
        self.request = request(self.applicant, state)
        self.item = Item.objects.create(request=self.request, dataset=self.dataset, committee=self.committee)
        if state not in ("draft", "withdrawn"):
            self.round = self.opened(clock.now() - 5 * DAY)
            self.declare(*self.voters)

    def declare(self, *people: Person, about: list[Person] | None = None) -> None:
        """These people have no conflict of interest with the applicant and (`about`) these members."""
        named = [self.applicant.pk, *(one.pk for one in about or ())]
        for person in people:
            NoConflictDeclaration.objects.create(request=self.request, person=person, people=named)

    def opened(self, at: datetime, number: int = 1, **how: Any) -> Round:
        return Round.objects.create(
            request=self.request, number=number, snapshot=self.snapshot, sha256="", opened_at=at, **how
        )

    @property
    def members(self) -> list[CommitteeMember]:
        """Every member, the chair first."""
        return list(CommitteeMember.objects.filter(committee=self.committee).order_by("-is_chair", "pk"))

    @property
    def voters(self) -> list[Person]:
        return [one.person for one in self.members]

    def name(self, person: Person) -> Membership:
        return Membership.objects.create(request=self.request, person=person)

    def recuse(self, person: Person) -> Recusal:
        return Recusal.objects.create(request=self.request, person=person, reason="We publish together.")

    def vote(self, by: Person, choice: str = "approve", **how: Any) -> Vote:
        given = {"item": self.item, "round": getattr(self, "round", None), "voter": by, "choice": choice}
        return Vote.objects.create(reason="Because.", **{**given, **how})

    def decide(self, state: str = "approved", *, at: datetime | None = None) -> None:
        """The item is decided, and its round closed."""
        at = at or clock.now()
        Round.objects.filter(pk=self.round.pk).update(closed_at=at)
        Item.objects.filter(pk=self.item.pk).update(
            state=state, reason="Decided.", decided_at=at, decided_in=self.round
        )
        self.item.refresh_from_db()
