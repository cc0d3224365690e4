"""How far each student of a class has come: invited, confirmed, signed, with access, or out of the class."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import AccessRequest, Cohort, Student
from apps.access_requests.queries_cohorts import confirmed_students
from apps.agreements.models import Agreement, Signature
from apps.agreements.states import AgreementState
from apps.core import roles
from apps.core.actors import Viewer
from apps.grants.models import AccessGrant


class Progress(TextChoices):
    """Where a student is; the order is that of a class."""

    LISTED = "listed", _("On the roster")
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed, not signed")
    SIGNED = "signed", _("Signed, no active access")
    ACCESS = "access", _("Has access")
    ENDED = "ended", _("Access ended")
    DECLINED = "declined", _("Declined")
    REMOVED = "removed", _("Removed")


WAITING = (Progress.INVITED, Progress.CONFIRMED)


def with_progress(cohort: Cohort) -> QuerySet[Any]:
    """Every student of the class, removed ones too, each with `progress` now; one statement.

    A student has access if the access rule for grants says so of one of the request's datasets.
    """
    grants = AccessGrant.objects.filter(agreement__item__request=cohort.request_id, holder=OuterRef("person"))
    parts = AccessGrant.objects.parts()
    lasting = grants.filter(parts["not_ended"], parts["not_revoked"], parts["not_terminated"])
    signed = Signature.objects.filter(agreement__item__request=cohort.request_id, signer=OuterRef("person"))
    steps = [
        (Q(removed_at__isnull=False), Progress.REMOVED),
        (Q(declined_at__isnull=False), Progress.DECLINED),
        (Q(confirmed_at__isnull=True, invited_at__isnull=True), Progress.LISTED),
        (Q(confirmed_at__isnull=True), Progress.INVITED),
        (Q(Exists(grants.filter(*parts.values()))), Progress.ACCESS),
        (Q(Exists(lasting)), Progress.SIGNED),
        (Q(Exists(grants)), Progress.ENDED),
        (Q(Exists(signed)), Progress.SIGNED),
    ]
    cases = [When(condition, then=Value(step.value)) for condition, step in steps]
    found = Case(*cases, default=Value(Progress.CONFIRMED.value), output_field=CharField())
    return Student.objects.filter(cohort=cohort).annotate(progress=found)


def counts_of(cohort: Cohort) -> Mapping[str, int]:
    """How many students are where, by `Progress`; one statement."""
    rows = with_progress(cohort).order_by().values_list("progress").annotate(n=Count("pk"))
    return {step.value: 0 for step in Progress} | dict(rows)


def waiting_students(cohort: Cohort) -> QuerySet[Any]:
    """The students who were invited and have not confirmed, or have confirmed and not signed."""
    return with_progress(cohort).filter(progress__in=[step.value for step in WAITING])


def agreements_of_student(person: Viewer, request: AccessRequest) -> QuerySet[Agreement]:
    """The agreements of this request that a confirmed student has yet to sign, or has signed; not those that ended."""
    places = confirmed_students().filter(person_id=roles.person_id(person), cohort__request=request)
    found = Agreement.objects.filter(Exists(places), item__request=request).exclude(state__in=AgreementState.ended())
    mine = Signature.objects.filter(agreement=OuterRef("pk"), signer_id=roles.person_id(person))
    return found.annotate(is_signed=Exists(mine)).select_related("item__dataset").order_by("item__dataset__title", "pk")


def access_without_students(request: AccessRequest) -> Q:
    """A condition on grants: not of a student of the class of this request, who are on the page of the class."""
    students = Student.objects.filter(cohort__request=request, confirmed_at__isnull=False)
    return ~Q(holder__in=students.order_by().values("person_id"))
