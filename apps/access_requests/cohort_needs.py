"""What a request for a class needs before it can be submitted."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.access_requests import queries_cohorts
from apps.access_requests.cohort_facts import class_in, cohort_of
from apps.access_requests.models import AccessRequest
from apps.access_requests.questions import CLASS
from apps.core import clock


def missing(request: AccessRequest) -> dict[str, str]:
    """What a request for a class lacks before it can be submitted, by field; nothing for other requests."""
    cohort = cohort_of(request)
    if cohort is None:
        return {}
    count = queries_cohorts.on_roster(cohort).count()
    says = {}
    if count == 0:
        says[CLASS] = _("Add at least one student to the class.")
    elif count > cohort.places:
        says[CLASS] = _("There are more students on the roster than places in the class.")
    elif cohort.last_day < clock.today():
        says[CLASS] = _("The last day of the class has passed. Change the days of the class.")
    elif cohort.institution_id != request.applicant.institution_id:
        says[CLASS] = _("Your institution has changed. Open the class and save it again.")
    if request.ends_on is not None and request.ends_on > cohort.last_day:
        says["ends_on"] = _("Access for a class ends on its last day at the latest: %(day)s.") % {
            "day": date_format(cohort.last_day, "j M Y")
        }
    return says


def wrong_since(request: AccessRequest, snapshot: Mapping[str, Any]) -> set[str]:
    """CLASS if the class of a frozen round could not be submitted today: its last day is over, or the applicant has
    changed institution.
    """
    seen = class_in(snapshot)
    if seen is None:
        return set()
    place = request.applicant.institution
    over = seen.last_day < clock.today()
    return {CLASS} if over or place is None or place.name != seen.institution else set()
