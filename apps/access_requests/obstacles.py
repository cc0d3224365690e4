"""What would stop a request half way because nobody could take the next step: found before the request is submitted;
and who leads out of it where that is no longer possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.access_requests import queries
from apps.committees.decisions import too_few
from apps.committees.models import Committee, CommitteeMember
from apps.core.errors import Invalid, WrongState
from apps.datasets.models import Dataset
from apps.datasets.queries import owners_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role
from apps.people.rules import check_affiliated, check_has_name


def check_can_complete(by: Person) -> None:
    """The applicant has what a signature needs later: a name and a current affiliation."""
    check_has_name(by)
    check_affiliated(by)


def check_others_can_act(dataset: Dataset, parties: Iterable[UUID]) -> None:
    """Somebody outside the request can countersign for the dataset, and somebody can bring about a decision.

    `parties` are the ids of the applicant and the members.
    """
    parties = set(parties)
    _check_owner(dataset, parties)
    if dataset.committee is not None:
        _check_committee(dataset.committee, parties)


def check_an_operator_is_outside(parties: Iterable[UUID]) -> None:
    """Where there are operators, one of them has no part in the request: they help if a committee loses its members."""
    operators = _operators()
    if operators.exists() and not outside(operators, set(parties)).exists():
        raise WrongState(
            _(
                "Every operator of this portal is part of this request, so nobody could help if the committee "
                "can no longer decide. Remove an operator from the request, or have another operator appointed."
            )
        )


class Help(StrEnum):
    """Who can add members to a committee that has too few for a request."""

    CHAIR = "chair"
    OPERATOR = "operator"
    NOBODY_OUTSIDE = "nobody_outside"  # operators who must first have another operator appointed


@dataclass(frozen=True)
class Helpers:
    """The people who are notified that a committee has too few eligible voters, and what they can do about it."""

    help: Help
    people: list[Person]


def who_adds_members(committee: Committee) -> Helpers:
    """The chair; if the chair may not act, the operators outside every request that the committee is deciding on; if
    there is none, all operators, because each of them can appoint another operator.

    The rules they are asked of are `check_can_manage_committee` and `check_can_change_members`.
    """
    chairs = CommitteeMember.objects.active().filter(committee=committee, is_chair=True)
    for help_, people in (
        (Help.CHAIR, Person.objects.filter(pk__in=chairs.values("person_id"), is_break_glass=False)),
        (Help.OPERATOR, _operators()),
    ):
        free = [person for person in people if committee.pk not in queries.deciding_about(person)]
        if free:
            return Helpers(help_, free)
    return Helpers(Help.NOBODY_OUTSIDE, list(_operators()))


def _operators() -> QuerySet[Person]:
    """Operators with an account of their own: an emergency account changes no committee."""
    return people_with_platform_role(PlatformRole.Kind.OPERATOR).filter(is_break_glass=False)


def outside(people: QuerySet[Person], parties: set[UUID]) -> QuerySet[Person]:
    """Those who are none of the parties, with whichever account."""
    theirs = Person.objects.filter(pk__in=parties, merged_into__isnull=False).values("merged_into_id")
    return people.exclude(Q(pk__in=parties) | Q(merged_into_id__in=parties) | Q(pk__in=theirs))


def _check_owner(dataset: Dataset, parties: set[UUID]) -> None:
    owners = owners_of(dataset).filter(is_active=True)
    if outside(owners, parties).exists():
        return
    if not owners.exists():
        sentence = _(
            "“%(dataset)s” has no owner, so nobody can countersign an agreement. The institution or the operator "
            "has been notified. Try again later."
        )
    else:
        sentence = _(
            "Every owner of “%(dataset)s” is part of this request, and nobody can countersign their own agreement. "
            "An owner must first add another owner under “People and roles” of the dataset."
        )
    raise Invalid(sentence % {"dataset": dataset.title}, field="datasets")


def _check_committee(committee: Committee, parties: set[UUID]) -> None:
    """The quorum can be reached without the parties; or the chair or an operator outside them can add members."""
    members = CommitteeMember.objects.appointed().filter(committee=committee)
    people = outside(Person.objects.filter(pk__in=members.values("person_id")), parties)
    if not too_few(people.count(), committee.quorum):
        return
    chairs = people.filter(pk__in=members.filter(is_chair=True).values("person_id"))
    operators = outside(_operators(), parties)
    if not chairs.exists() and not operators.exists():
        raise Invalid(
            _(
                "Too few members of “%(committee)s” can decide on this request, and everyone who could add members "
                "is part of the request. Contact the committee before you request access."
            )
            % {"committee": committee},
            field="datasets",
        )
