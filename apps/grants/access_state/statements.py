"""The three large questions of the access state, each compiled to SQL once: building one of these querysets costs ten
times what the database needs to answer it, and every page asks them.
"""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from apps.access_requests import queries_conditions
from apps.access_requests.due_dates import HOLDS_DOWNLOADS, HOLDS_SIGNING
from apps.access_requests.models import Item, Question, Vote
from apps.access_requests.queries import of_person
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS, Viewer
from apps.core.db import Prepared, any_of
from apps.datasets.models import Version
from apps.grants.models import AccessGrant
from apps.grants.queries import as_person, flag, rule
from apps.people.models import Person

UNDECIDED_VOTES = (Kind.VOTES_DIVIDED, Kind.CONFIRMATION_NEEDED)
WithParts = list[tuple[Any, dict[str, bool]]]  # a row, and each part of its rule by name


def _flags(parts: dict[str, Q]) -> dict[str, Any]:
    return {f"part_{name}": flag(part) for name, part in parts.items()}


@cache
def _names(of_grants: bool) -> tuple[str, ...]:
    return tuple(AccessGrant.objects.parts() if of_grants else rule(ANONYMOUS))


def _with_parts(rows: list[Any], *, of_grants: bool) -> WithParts:
    return [(row, {name: getattr(row, f"part_{name}") for name in _names(of_grants)}) for row in rows]


# ------------------------------------------------------------------------------------------------------------ versions
def _versions(person: Viewer, datasets: Collection[UUID]) -> QuerySet[Version]:
    rows = Version.objects.filter(any_of("dataset_id", datasets)).defer("notes").annotate(**_flags(rule(person)))
    return rows.annotate(asked_at=clock.sql_now()).order_by("-number")


_of_person = Prepared(lambda who, datasets: _versions(as_person(who, False), datasets), UUID, list)
_of_strong = Prepared(lambda who, datasets: _versions(as_person(who, True), datasets), UUID, list)
_of_visitor = Prepared(lambda datasets: _versions(ANONYMOUS, datasets), list)


def versions(person: Viewer, datasets: Collection[UUID]) -> WithParts:
    """Every version of these datasets, newest first, with each part of the access rule for this person."""
    wanted = list(datasets)
    if isinstance(person, Person):
        rows = (_of_strong if person.second_factor is True else _of_person).rows(person.pk, wanted)
    else:
        rows = _of_visitor.rows(wanted)
    return _with_parts(rows, of_grants=False)


# -------------------------------------------------------------------------------------------------------------- grants
def _grants(chosen: Q) -> QuerySet[AccessGrant]:
    fetched = AccessGrant.objects.filter(chosen).select_related(
        "holder",
        "institution",
        "revoked_by",
        "dataset",
        "agreement__item__request__applicant",
        "agreement__item__committee",
    )
    light = fetched.defer(
        "agreement__text", "dataset__description", "agreement__item__request__purpose",
        "agreement__item__request__public_summary", "agreement__item__committee__about",
    )  # fmt: skip
    unreported = queries_conditions.unreported().filter(item=OuterRef("agreement__item_id"), due__in=HOLDS_DOWNLOADS)
    return light.annotate(**_flags(AccessGrant.objects.parts()), conditions_unreported=Exists(unreported))


def _prepared_grants(choose: Callable[..., Q], *kinds: type[Any]) -> Callable[..., WithParts]:
    asked = Prepared(lambda *values: _grants(choose(*values)), *kinds)
    return lambda *values: _with_parts(asked.rows(*values), of_grants=True)


# Each gives the grants with every part of "is it active".
grants_of_holder = _prepared_grants(lambda who, datasets: Q(any_of("dataset_id", datasets), holder_id=who), UUID, list)
# Of requests only those of the reader and of the applicant: a class may have 500 more.
grants_of_requests = _prepared_grants(
    lambda who, requests: Q(any_of("agreement__item__request_id", requests))
    & (Q(holder_id=who) | Q(holder_id=F("agreement__item__request__applicant_id"))),
    UUID, list,
)  # fmt: skip
grants_called = _prepared_grants(lambda ids: Q(any_of("id", ids)), list)
grants_of_own = _prepared_grants(
    lambda who, ids, requests: Q(any_of("id", ids)) | Q(any_of("agreement__item__request_id", requests), holder_id=who),
    UUID, list, list,
)  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- items
def with_facts(rows: QuerySet[Item]) -> QuerySet[Item]:
    """These items with what their state needs: the request, the committee, the agreement if there is one, the members
    the committee approved, the questions that are not answered yet, and `reported`: what was found after the last vote
    of the open round, if its votes do not decide; whether conditions hold back signatures, and the applicant's side has
    one of them to report.
    """
    votes = Vote.objects.current().filter(item=OuterRef(OuterRef("pk")), round__closed_at__isnull=True)
    last_vote = Subquery(votes.order_by("-cast_at").values("cast_at")[:1])
    found = Event.objects.filter(subject_id=OuterRef("pk"), kind__in=UNDECIDED_VOTES, at__gte=last_vote)
    asked = Question.objects.filter(request=OuterRef("request")).order_by().values("request")
    fetched = rows.select_related("request__applicant", "committee", "dataset__committee", "agreement", "appeal__round")
    light = fetched.defer(
        "request__purpose", "request__public_summary", "agreement__text", "dataset__description",
        "committee__about", "appeal__round__snapshot", "appeal__text", "appeal__denied_reason",
    )  # fmt: skip
    return light.annotate(
        approved_members=F("decided_in__snapshot__members"),
        asked_at=Subquery(asked.annotate(last=Max("asked_at")).values("last")),
        reported=Subquery(found.order_by("-id").values("kind")[:1]),
        signing_held=Exists(queries_conditions.unmet().filter(item=OuterRef("pk"), due__in=HOLDS_SIGNING)),
        signing_unreported=Exists(queries_conditions.unreported().filter(item=OuterRef("pk"), due__in=HOLDS_SIGNING)),
        unanswered=Subquery(asked.annotate(n=Count("pk", filter=Q(answer=""))).values("n")),
    ).order_by("-request__created_at", "pk")


def _own_items(who: UUID, datasets: Collection[UUID]) -> QuerySet[Item]:
    mine = of_person(Person(pk=who)).order_by().values("pk")
    return with_facts(Item.objects.filter(any_of("dataset_id", datasets), request__in=mine))


_items_of_person = Prepared(_own_items, UUID, list)
_items_of_requests = Prepared(lambda requests: with_facts(Item.objects.filter(any_of("request_id", requests))), list)


def items_of_person(person: Person, datasets: Collection[UUID]) -> list[Any]:
    """The items on these datasets of the requests in which the person is applicant or member, newest request first."""
    return _items_of_person.rows(person.pk, list(datasets))


def items_of_requests(requests: Collection[UUID]) -> list[Any]:
    """The items of these requests, newest request first."""
    return _items_of_requests.rows(list(requests))
