"""Who answers whether they have a conflict of interest in a request, and how."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.access_requests import queries, queries_conflicts, rules
from apps.access_requests.models import AccessRequest, SharedWork
from apps.access_requests.queries_outside import outside_reviews_of
from apps.committees.queries import committees_of
from apps.core.editing import fingerprint
from apps.core.errors import Denied, WrongState
from apps.people.models import Person
from apps.people.rules import check_not_break_glass


def check_can_answer(by: Person, request: AccessRequest) -> None:
    """Whoever would read the case for a committee: not the people on the request, nor who declared a conflict."""
    check_not_break_glass(by)
    is_member = committees_of(by).filter(items__request=request).exists() and request.submitted_at is not None
    if not by.is_active or not (is_member or _is_beside(by, request)):
        raise Denied(_("Only a member of the committee for this request can do this."))
    rules.check_no_conflict(by, request)


def check_can_recuse(by: Person, request: AccessRequest) -> None:
    """As the first answer always; later only while there is something to decide, by whoever may vote on it."""
    check_can_answer(by, request)
    if queries_conflicts.has_declared(by, request) and not _is_beside(by, request):
        rules.check_is_committee_member(by, request)


def _is_beside(by: Person, request: AccessRequest) -> bool:
    """A deputy who may vote on the request now, or an outside reviewer of it."""
    deputy = queries.kept_for(by).filter(request=request).exists()
    return deputy or outside_reviews_of(by).filter(request=request).exists()


def seen_of(people: Iterable[Person | SharedWork]) -> str:
    """A digest of whom the question named, and of the shared work it was about: an answer is about nothing else."""
    return fingerprint({"people": ",".join(sorted(str(one.pk) for one in people))})


def check_people_seen(people: Iterable[Person | SharedWork], seen: str) -> None:
    """The people on the request are those whom the question named."""
    if seen != seen_of(people):
        raise WrongState(_("The people on this request have changed. Read who they are now and answer again."))
