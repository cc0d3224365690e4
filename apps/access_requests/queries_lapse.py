"""Until when an applicant can answer a returned request, and which requests that concerns."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from apps.access_requests.models import AccessRequest
from apps.access_requests.states import EDITABLE, UNDER_REVIEW, RequestState
from apps.committees.clocks.calendars import NoDate
from apps.committees.clocks.days import Period, Unit, day_of, due_on
from apps.committees.models import Committee

REMIND = timedelta(days=3)  # before the last day
NOTICE = timedelta(days=2)  # at least, between the reminder and the end


def last_day_to_answer(committee: Committee, now: datetime) -> date | None:
    """The last day on which the applicant can answer, if the committee returns a request now.

    None if the committee set no limit, or if no date can be computed: then the request does not lapse.
    """
    if not committee.answer_amount:
        return None
    try:
        rule = committee.clock_rule()
        period = Period(committee.answer_amount, Unit(committee.answer_unit))
        return due_on(day_of(now, rule.time_zone), period, rule.days)
    except NoDate:
        return None


def returned_until(request: AccessRequest) -> date | None:
    """The last day to answer, while the request is with the applicant."""
    return request.answer_until if request.state == RequestState.RETURNED else None


def has_lapsed(request: AccessRequest) -> bool:
    """Whether the request, or what of it was undecided, ended because the applicant did not answer in time.

    A request that is submitted again has no last day any more.
    """
    return request.answer_until is not None and request.state not in (*EDITABLE, *UNDER_REVIEW)


def to_remind(today: date) -> QuerySet[AccessRequest]:
    """Returned requests whose last day to answer is near, without those whose applicants were reminded."""
    waiting = AccessRequest.objects.filter(state=RequestState.RETURNED, answer_until__lte=today + REMIND)
    return waiting.filter(answer_reminded_at__isnull=True).order_by("answer_until", "pk")


def to_lapse(now: datetime) -> QuerySet[AccessRequest]:
    """Returned requests whose last day to answer has passed (in UTC), and of which the applicant was reminded."""
    over = AccessRequest.objects.filter(state=RequestState.RETURNED, answer_until__lt=now.date())
    return over.filter(answer_reminded_at__lte=now - NOTICE).order_by("answer_until", "pk")
