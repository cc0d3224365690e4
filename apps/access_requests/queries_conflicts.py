"""Who declared that they have no conflict of interest in a request, and what suggests one.

Nothing of a case is shown or sent to a committee member before they declared: `queries.before_committees_of`,
`queries_thread.reader_of` and `rules.check_declared` all ask `valid_declarations`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest, Membership, NoConflictDeclaration, Recusal, Round, SharedWork
from apps.access_requests.named import UNKNOWN, named_members
from apps.access_requests.queries_shared_work import naming
from apps.access_requests.shared_work import FIELD
from apps.access_requests.states import EDITABLE
from apps.core import roles
from apps.core.actors import Viewer
from apps.people.models import Person
from apps.people.queries import accounts_of


class Why(StrEnum):
    """What suggests a conflict of interest."""

    INSTITUTION = "institution"  # the same institution
    TOGETHER = "together"  # both are named in another submitted request
    WORK = "work"  # the applicant says that they wrote or worked together
    EARLIER = "earlier"  # a conflict was declared before in a request of this person


@dataclass(frozen=True)
class Suggestion:
    """A possible conflict of interest with one of the people on a request."""

    why: Why
    person: Person
    work: SharedWork | None = None


def valid_declarations() -> QuerySet[NoConflictDeclaration]:
    """The declarations that cover everybody on the request: in its newest round, and named in it now unless the
    applicant is changing it. A round that does not say whom it names is covered only by who declared knowing that, and
    one that names shared work only by who declared when it was named.
    """
    newest = Round.objects.filter(request=OuterRef("request_id")).order_by("-number")
    said = KeyTransform("members", "snapshot")
    kind = Func(said, function="jsonb_typeof", output_field=TextField())
    unknown = Value([str(UNKNOWN)], JSONField())
    people = Case(When(kind="array", then=said), default=unknown, output_field=JSONField())
    works = Coalesce(KeyTransform(FIELD, "snapshot"), Value([], JSONField()))
    named = Func(people, works, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())
    place = Func(OuterRef("people"), F("person_id"), function="array_position", output_field=IntegerField())
    members = Membership.objects.filter(request=OuterRef("request_id")).annotate(place=place)
    declared = NoConflictDeclaration.objects.annotate(
        declared=Func(F("people"), function="to_jsonb", output_field=JSONField()),
        named=Subquery(newest.annotate(kind=kind, named=named).values("named")[:1], output_field=JSONField()),
    )
    return declared.filter(
        Q(request__state__in=EDITABLE) | ~Exists(members.filter(place__isnull=True)), declared__contains=F("named")
    )


def declared(person: Viewer, outer: str) -> Exists:
    """A condition: the person, with whichever account, declared no conflict in the request whose id is in column
    `outer`.
    """
    me = accounts_of(person).values("pk")
    return Exists(valid_declarations().filter(request=OuterRef(outer), person_id__in=me))


def same_institution(person: Viewer, outer: str) -> Exists:
    """A condition: the person is affiliated with the institution whose id is in column `outer`."""
    return Exists(Person.objects.filter(pk=roles.person_id(person), institution_id=OuterRef(outer)))


def has_declared(person: Viewer, request: AccessRequest) -> bool:
    """Whether the person, with whichever account, declared no conflict with the people who are on the request now."""
    return AccessRequest.objects.filter(declared(person, "pk"), pk=request.pk).exists()


def declared_among(person: Viewer, requests: Iterable[UUID]) -> set[UUID]:
    """Those of these requests in which the person declared that they have no conflict of interest."""
    found = AccessRequest.objects.filter(declared(person, "pk"), pk__in=list(requests))
    return set(found.values_list("pk", flat=True))


def people_to_judge(request: AccessRequest) -> list[Person]:
    """The applicant and the project members of the newest round, the applicant first; while the applicant does not
    change the request also members who are named since.

    If the round does not say whom it names, the last one has the id UNKNOWN and stands for people who are not known.
    """
    last = Round.objects.filter(request=request).order_by("-number").first()
    ids = {request.applicant_id, *(named_members(last.snapshot) if last is not None else [UNKNOWN])}
    if request.state not in EDITABLE:
        ids.update(Membership.objects.filter(request=request).values_list("person_id", flat=True))
    found = Person.objects.filter(pk__in=ids).select_related("institution").order_by("name", "pk")
    people = sorted(found, key=lambda one: one.pk != request.applicant_id)
    return people + ([Person(pk=UNKNOWN, name=_("Project members who cannot be identified"))] if UNKNOWN in ids else [])


def suggestions(
    person: Person, request: AccessRequest, people: Iterable[Person], works: Sequence[SharedWork] = ()
) -> list[Suggestion]:
    """What suggests that the person has a conflict of interest with one of these people on the request.

    `works` is the shared work of the round. Two statements, however many people there are; one more if there is such
    work.
    """
    people, me = list(people), accounts_of(person).values("pk")
    own = AccessRequest.objects.filter(applicant_id__in=me).order_by().values("pk")
    named = Membership.objects.filter(person_id__in=me).values("request_id")
    recused = Recusal.objects.filter(person_id__in=me).values("request_id")
    together = _named_in(own.union(named), people, besides=request)
    earlier = _named_in(recused, people, besides=request)
    found = []
    for one in people:
        if person.institution_id is not None and one.institution_id == person.institution_id:
            found.append(Suggestion(Why.INSTITUTION, one))
        found += [Suggestion(Why.TOGETHER, one)] if one.pk in together else []
        found += [Suggestion(Why.EARLIER, one)] if one.pk in earlier else []
    about = {one.pk: one for one in people}
    shared = [one for one in naming(works, person) if one.party_id in about]
    return found + [Suggestion(Why.WORK, about[one.party_id], one) for one in shared]


def _named_in(requests: QuerySet[Any, Any], people: Iterable[Person], *, besides: AccessRequest) -> set[UUID]:
    """Those of these people who are applicant or member of one of these submitted requests."""
    ids = [one.pk for one in people]
    others = AccessRequest.objects.filter(pk__in=requests, submitted_at__isnull=False).exclude(pk=besides.pk)
    members = Membership.objects.filter(request__in=others.order_by().values("pk"), person_id__in=ids)
    applicants = others.filter(applicant_id__in=ids).order_by().values_list("applicant_id", flat=True)
    return set(applicants.union(members.values_list("person_id", flat=True)))
