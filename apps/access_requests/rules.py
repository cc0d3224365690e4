"""Who may ask, and who may decide."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests import queries
from apps.access_requests.models import AccessRequest, Item, Recusal, Round, Vote
from apps.access_requests.states import EDITABLE, ItemState, RequestState
from apps.committees.models import Committee
from apps.committees.queries import committees_of
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank, seen_length
from apps.datasets.models import Dataset
from apps.people.models.claims import confirmed
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass

SHORTEST_PURPOSE = 40
LONGEST = timedelta(days=5 * 366)


def check_can_request(by: Any, dataset: Dataset) -> None:
    """A dataset can be asked for if it is controlled, listed, and its committee accepts requests."""
    check_not_break_glass(by)
    if not by.is_active:
        raise Denied(_("Your account is not active."))
    if dataset.access != Dataset.Access.CONTROLLED:
        raise Invalid(_("This dataset needs no request."), field="datasets")
    if not Dataset.objects.listed().filter(pk=dataset.pk).exists() or dataset.committee is None:
        raise Invalid(_("This dataset cannot be asked for."), field="datasets")
    if not dataset.committee.accepting:
        raise Invalid(
            _("%(committee)s does not accept requests at present: %(why)s")
            % {"committee": dataset.committee, "why": dataset.committee.closed_because},
            field="datasets",
        )


def check_is_applicant(by: Any, request: AccessRequest) -> None:
    if request.applicant_id != by.pk or not by.is_active:
        raise Denied(_("Only the applicant may do this."))


def check_can_withdraw(by: Any, request: AccessRequest) -> None:
    """Before any decision: what a committee has decided stands."""
    check_is_applicant(by, request)
    request.check_can("withdraw")
    if request.items.exclude(state=ItemState.OPEN).exists():
        raise WrongState(_("One of the committees has decided already; the request cannot be withdrawn any more."))


def check_can_edit(by: Any, request: AccessRequest) -> None:
    check_is_applicant(by, request)
    if request.state not in EDITABLE:
        raise WrongState(_("The committee is reading this request; it cannot be changed now. You can withdraw it."))


def check_revision(request: AccessRequest, revision: int | None) -> None:
    """Two tabs, one request: the older text never overwrites the newer one."""
    if revision is not None and revision != request.revision:
        raise WrongState(_("This request was changed in another window. Copy what you typed and reload the page."))


def missing_for_submission(request: AccessRequest) -> dict[str, str]:
    """What still stands between a draft and the committee, field by field."""
    says: dict[str, str] = {}
    if is_blank(request.title):
        says["title"] = _("Give your project a title.")
    if seen_length(request.purpose) < SHORTEST_PURPOSE:
        says["purpose"] = ngettext(
            "Describe your purpose in at least %(n)s character.",
            "Describe your purpose in at least %(n)s characters.",
            SHORTEST_PURPOSE,
        ) % {"n": SHORTEST_PURPOSE}
    if is_blank(request.public_summary):
        says["public_summary"] = _("Say in plain words, for the public, what you will do.")
    says.update(_missing_dates(request))
    if not request.items.exists():
        says["datasets"] = _("Choose at least one dataset.")
    elif not request.items.filter(state=ItemState.OPEN).exists():
        says["datasets"] = _("Every dataset of this request has been decided on already.")
    return says


def _missing_dates(request: AccessRequest) -> dict[str, str]:
    if request.starts_on is None:
        return {"starts_on": _("When do you want to begin?")}
    if request.ends_on is None:
        return {"ends_on": _("When will you be done?")}
    if request.ends_on <= max(request.starts_on, clock.today()):
        return {"ends_on": _("The end must lie after the beginning, and in the future.")}
    if request.starts_on > clock.today() + LONGEST:
        return {"starts_on": _("The beginning lies too far ahead: ask when it is less than five years away.")}
    if request.ends_on - request.starts_on > LONGEST:
        return {"ends_on": _("Access is given for at most five years at a time.")}
    return {}


def check_can_submit(by: Any, request: AccessRequest) -> None:
    check_is_applicant(by, request)
    request.check_can("submit")
    missing = missing_for_submission(request)
    if missing:
        raise Invalid(_("The request is not complete yet."), fields=missing)
    for item in request.items.filter(state=ItemState.OPEN).select_related("dataset__committee"):
        check_can_request(by, item.dataset)  # what is decided is asked of nobody any more
    unanswered = request.questions.filter(answer="")
    if request.state == RequestState.RETURNED and unanswered.exists():
        raise Invalid(_("Answer the committee's question first."), field="answer")


def check_is_committee_member(by: Any, request: AccessRequest) -> None:
    """Someone of a committee that still has to decide, who is no part of the request and did not step aside."""
    if not by.is_active or not committees_of(by).filter(items__request=request).exists():
        raise Denied(_("Only a member of the committee concerned may do this."))
    check_no_conflict(by, request)
    if not committees_of(by).filter(items__request=request, items__state=ItemState.OPEN).exists():
        raise WrongState(_("Your committee has decided already; what is left is another committee's."))


def check_no_conflict(by: Any, request: AccessRequest) -> None:
    """Several accounts of one person are one person."""
    me = accounts_of(by).values("pk")
    if queries.people_of(request).filter(pk__in=me).exists():
        raise Denied(_("You cannot decide on a request you are part of."))
    if Recusal.objects.filter(request=request, person_id__in=me).exists():
        raise Denied(_("You stepped aside from this request because of a conflict of interest."))


def check_can_change_members(by: Any, committee: Committee) -> None:
    """Nobody changes the bench that is deciding about them, as applicant or as member, with whichever account."""
    if committee.pk in queries.deciding_about(by):
        raise Denied(_("This committee is deciding on a request you are part of; somebody else changes its seats."))


def check_can_vote(by: Any, item: Item, current: Round | None, seen: Round) -> None:
    """Seated for this item, no conflict, on the snapshot now open, and not twice."""
    check_no_conflict(by, item.request)
    check_not_break_glass(by)
    if not by.is_active or not queries.eligible_voters(item).filter(confirmed(), person_id=by.pk).exists():
        raise Denied(_("Only a seated member of this committee may vote."))
    if item.request.state != RequestState.IN_REVIEW or item.state != ItemState.OPEN:
        raise WrongState(_("There is nothing to vote on here any more (or not yet)."))
    if current is None or current.pk != seen.pk:
        raise WrongState(_("The request has changed since you read it. Please read the new version first."))
    if Vote.objects.filter(item=item, round=current, voter_id=by.pk).exists():
        raise WrongState(_("You have voted already in this round."))


def check_vote(choice: str, reason: str, terms: str) -> None:
    fields: dict[str, str] = {}
    if choice not in Vote.Choice.values:
        fields["choice"] = _("Choose how you vote.")
    if is_blank(reason):
        fields["reason"] = _("Give a reason; the applicant will read it, without your name.")
    if choice == Vote.Choice.CONDITIONAL and is_blank(terms):
        fields["terms"] = _("Name the conditions.")
    if fields:
        raise Invalid(_("Your vote was not counted yet."), fields=fields)


def check_question(text: str) -> None:
    if is_blank(text):
        raise Invalid(_("Ask the applicant something, so that they know what to change."), field="text")


def check_says_conflict(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Say in a few words what the conflict is."), field="reason")
