"""Who names shared work on a request, and what an entry must say."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.access_requests import fields, queries, rules
from apps.access_requests.models import AccessRequest
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.access_requests.shared_work import LONGEST_NAME, LONGEST_WORK, MOST, YEARS, Work
from apps.core import clock
from apps.core.errors import Invalid
from apps.core.text import is_blank
from apps.people.models import Person


def check_can_name(by: Person, request: AccessRequest) -> None:
    """The applicant, while they can change who is on the request."""
    rules.check_can_edit(by, request)
    check_unlocked(editable_fields(request), [fields.MEMBERS.name])


def check_work(request: AccessRequest, work: Work) -> None:
    """Each wrong field has its sentence; `party` is on the request; the year is one of the last three, or this one."""
    wrong, now = {}, clock.today().year
    if not queries.people_of(request).filter(pk=work.party).exists():
        wrong["party"] = _("Choose a person on this request.")
    if is_blank(work.colleague) or len(work.colleague) > LONGEST_NAME:
        wrong["colleague"] = _("Enter a name of at most %(n)s characters.") % {"n": LONGEST_NAME}
    if is_blank(work.work) or len(work.work) > LONGEST_WORK:
        wrong["work"] = _("Enter the publication or project, in at most %(n)s characters.") % {"n": LONGEST_WORK}
    if not now - YEARS <= work.year <= now:
        wrong["year"] = _("Enter a year from %(first)s to %(last)s.") % {"first": str(now - YEARS), "last": str(now)}
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)


def check_how_many(works: Collection[object]) -> None:
    if len(works) > MOST:
        raise Invalid(_("You can name at most %(n)s people and works.") % {"n": MOST}, field="colleague")
