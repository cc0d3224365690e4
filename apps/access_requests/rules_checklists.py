"""Who gives a verdict on a criterion, and what has to be said before anybody votes."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import queries_checklists, rules
from apps.access_requests.models import AccessRequest, Round, Verdict
from apps.access_requests.states import UNDER_REVIEW, ItemState
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core.errors import Denied, Invalid, NotFound, WrongState
from apps.core.text import is_blank
from apps.people.models import Person
from apps.people.rules import check_not_break_glass


def check_can_give_verdict(
    by: Person, request: AccessRequest, committee: Committee, current: Round | None, seen: Round
) -> None:
    """A member of the committee who may read the case, while it decides, on the round that they have read."""
    check_not_break_glass(by)
    rules.check_no_conflict(by, request)
    if not by.is_active or not committees_of(by).filter(pk=committee.pk, items__request=request).exists():
        raise Denied(_("Only a member of the committee for this request can do this."))
    rules.check_declared(by, request)
    undecided = request.items.filter(committee=committee, state=ItemState.OPEN)
    if request.state not in UNDER_REVIEW or not undecided.exists():
        raise WrongState(_("Your committee is not reviewing this request now, so the checklist cannot be changed."))
    if current is None or current.pk != seen.pk:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))


def check_verdict(current: Round, committee: Committee, number: int, says: str, reason: str) -> None:
    """A criterion of the checklist in this round, a verdict from the list and a reason."""
    if not 1 <= number <= len(queries_checklists.checklist_in(current, committee.pk).criteria):
        raise NotFound(_("The checklist of this round has no such criterion."))
    fields: dict[str, str] = {}
    if says not in Verdict.Says.values:
        fields["says"] = _("Choose a verdict.")
    if is_blank(reason):
        fields["reason"] = _("Enter a reason. Only the committee can read it.")
    elif len(reason) > Verdict.LONGEST:
        fields["reason"] = _("A reason can have at most %(n)s characters.") % {"n": Verdict.LONGEST}
    if fields:
        raise Invalid(_("The verdict was not saved."), fields=fields)


def missing_verdicts(numbers: Collection[int]) -> str:
    """Why nobody can vote yet; empty if no verdict is missing."""
    if not numbers:
        return ""
    said = ngettext(
        "Your committee votes after each criterion of the checklist has a verdict. %(n)s criterion has none.",
        "Your committee votes after each criterion of the checklist has a verdict. %(n)s criteria have none.",
        len(numbers),
    )
    return said % {"n": len(numbers)}


def check_checklist_done(current: Round, committee: Committee) -> None:
    """Where a committee requires it, each criterion has a verdict before anybody votes."""
    said = missing_verdicts(queries_checklists.open_criteria(current, committee.pk))
    if said:
        raise WrongState(said)
