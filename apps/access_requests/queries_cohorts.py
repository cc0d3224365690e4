"""Sets of students: who is on a roster, whom an account may confirm as, and who uses the data as a student."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from apps.access_requests.models import AccessRequest, Cohort, Item, NamedAccount, Student
from apps.access_requests.queries_named import naming
from apps.access_requests.questions import CLASS
from apps.access_requests.states import ACCEPTED
from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.people.models import Person
from apps.people.queries import accounts_of

MAILS_A_PLACE = 2  # e-mails to students without an account


def on_roster(cohort: Cohort) -> QuerySet[Student]:
    """The students of the class who were not removed."""
    return Student.objects.filter(cohort=cohort, removed_at__isnull=True)


def confirmed_students() -> QuerySet[Student]:
    """The students who confirmed their place, did not leave it, and were not removed."""
    return Student.objects.filter(confirmed_at__isnull=False, removed_at__isnull=True)


def studied_by(person: Viewer) -> QuerySet[Any, Any]:
    """The ids of the requests in whose class this person has a confirmed place."""
    return confirmed_students().filter(person_id=roles.person_id(person)).values("cohort__request_id")


def is_student(person: Viewer, request_id: UUID) -> bool:
    """Whether this person has a confirmed place in the class of this request."""
    return confirmed_students().filter(person_id=roles.person_id(person), cohort__request=request_id).exists()


def concerned_students(request: Any) -> QuerySet[NamedAccount]:
    """The accounts (`person`) that the roster of this request names, by removed lines too: nobody decides on a request
    with their own name in it. `request` is a request, an id or an outer reference.
    """
    return NamedAccount.objects.filter(student__cohort__request=request)


def concerns_student(person: Viewer, outer: str) -> Exists:
    """A condition: the roster of the request in column `outer` names the person, with whichever account."""
    return Exists(concerned_students(OuterRef(outer)).filter(person_id__in=accounts_of(person).values("pk")))


def students_in(request: AccessRequest) -> set[Any]:
    """The ids of the people who are or were on the roster of this request. One statement."""
    return set(concerned_students(request).order_by().values_list("person_id", flat=True))


def left_the_class(request_id: UUID) -> QuerySet[Any, Any]:
    """The ids of the people who were students of the class of this request and are not any more."""
    students = Student.objects.filter(cohort__request=request_id, person__isnull=False)
    still = confirmed_students().filter(cohort=OuterRef("cohort"), person=OuterRef("person"))
    return students.filter(~Exists(still), confirmed_at__isnull=False).order_by().values("person_id")


def approved() -> QuerySet[Cohort]:
    """The classes that a committee approved for a dataset, whose decision is in effect and whose last day is not over.

    What counts is what was decided on: an approval of a round without the class is not one of the class.
    """
    decided = _accepted().filter(request=OuterRef("request_id"))
    return Cohort.objects.filter(Exists(decided), last_day__gte=clock.sql_today())


def approved_items(cohort: Cohort) -> QuerySet[Item]:
    """The datasets of the request that a committee approved for the class, as far as anybody outside it knows."""
    return _accepted().filter(request=cohort.request_id)


def _accepted() -> QuerySet[Item]:
    in_effect = Q(takes_effect_at__isnull=True) | Q(takes_effect_at__lte=clock.sql_now())
    return Item.objects.filter(in_effect, state__in=ACCEPTED, decided_in__snapshot__has_key=CLASS)


def is_approved(cohort: Cohort) -> bool:
    """Whether students can be invited to this class now."""
    return approved().filter(pk=cohort.pk).exists()


def places_of(person: Viewer) -> QuerySet[Student]:
    """The lines of rosters that name this person and nobody else (`queries_named`), or were matched to the account, in
    classes that were approved; and the places they confirmed, also in classes that are over.

    Removed ones are not among them. Of two lines in one class, only the one that was matched to the account is.
    """
    me = roles.person_id(person)
    mine = Student.objects.filter(person_id=me, removed_at__isnull=True)
    unclaimed = Student.objects.annotate(address=Lower("email")).filter(person__isnull=True)
    unclaimed = unclaimed.exclude(Exists(mine.filter(cohort=OuterRef("cohort"))))
    ids = (mine, *(unclaimed.filter(part) for part in naming(person, email="address")))
    named = [one.order_by().values("pk") for one in ids]
    # A union, so that the database walks an index for each part.
    found = Student.objects.filter(pk__in=named[0].union(*named[1:]), removed_at__isnull=True)
    return found.filter(Q(cohort__in=approved().values("pk")) | Q(confirmed_at__isnull=False))


def places_kept_by(person: Viewer) -> QuerySet[Student]:
    """The places that this person confirmed, also in classes that are over."""
    return confirmed_students().filter(person_id=roles.person_id(person))


def students_to_mail() -> QuerySet[Student]:
    """Those with an e-mail that is due: on the roster of an approved class, and nobody has answered for them."""
    open_lines = Student.objects.filter(
        removed_at__isnull=True, person__isnull=True, confirmed_at__isnull=True, declined_at__isnull=True
    )
    due = open_lines.filter(mail_due_at__lte=clock.sql_now(), cohort__request__applicant__is_active=True)
    return due.filter(cohort__in=approved().values("pk"))


def places_to_confirm(person: Viewer) -> QuerySet[Student]:
    """Those of `places_of` that the person has neither confirmed nor declined."""
    return places_of(person).filter(confirmed_at__isnull=True, declined_at__isnull=True)


def matched(students: Iterable[Student]) -> dict[UUID, list[Person]]:
    """By line of the roster, every active account that has its e-mail address (verified) or its ORCID iD.

    None of them decides on the request; only one account alone gets the place. Two statements.
    """
    rows = list(students)
    people = Person.objects.filter(is_active=True, is_break_glass=False, merged_into__isnull=True)
    emails = {one.email.lower() for one in rows if one.email}
    by_email = _by(people.annotate(key=Lower("email")).filter(key__in=emails, email_verified=True))
    by_orcid = _by(people.annotate(key=Lower("orcid")).filter(orcid__in={one.orcid for one in rows if one.orcid}))
    named = {one.pk: [*by_email.get(one.email.lower(), ()), *by_orcid.get(one.orcid.lower(), ())] for one in rows}
    return {pk: list(dict.fromkeys(found)) for pk, found in named.items() if found}


def places_kept(cohort: Cohort) -> set[tuple[str, str]]:
    """The e-mail address and ORCID iD of each removed student who had confirmed and is not on the roster again: the
    data of the class may have gone out to them, so the place stays taken.
    """
    lines: dict[bool, set[tuple[str, str]]] = {False: set(), True: set()}
    rows = Student.objects.filter(Q(removed_at__isnull=True) | Q(confirmed_at__isnull=False), cohort=cohort)
    for email, orcid, removed_at in rows.order_by().values_list(Lower("email"), "orcid", "removed_at"):
        lines[removed_at is not None].add((email, orcid))
    return lines[True] - lines[False]


def _by(people: QuerySet[Any]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {}
    for one in people.exclude(key=""):
        found.setdefault(one.key, []).append(one)
    return found


def class_of(request: AccessRequest) -> Cohort | None:
    """The class of this request, locked for a change of its roster."""
    return Cohort.objects.select_for_update(of=("self",)).filter(request=request).first()
