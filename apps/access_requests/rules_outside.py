"""Who invites an outside reviewer, whom, for how long; and who recommends."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from apps.access_requests import rules, rules_assignments
from apps.access_requests.models import AccessRequest, OutsideReviewer, Recommendation, Recusal, Round
from apps.access_requests.queries import concerned_by
from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.core import clock
from apps.core.errors import Denied, Invalid, TooOften, WrongState
from apps.core.text import is_blank
from apps.datasets.queries import managed_by
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass


def check_leads_case(by: Person, request: AccessRequest, committee: Committee) -> None:
    """The chair of a committee of the request, who may read the case."""
    rules_assignments.check_for_committee(by, request, committee)
    if not rules_assignments.is_chair(by, committee):
        raise Denied(_("Only the chair can invite an outside reviewer."))


def check_can_invite(by: Person, request: AccessRequest, committee: Committee) -> None:
    """The chair, while the committee has something to decide, and not too many."""
    check_leads_case(by, request, committee)
    if not rules_assignments.is_assignable(request, committee):
        raise WrongState(_("Your committee has no undecided dataset in this request, so nobody can be invited."))
    if OutsideReviewer.objects.not_over().filter(request=request, committee=committee).count() >= OutsideReviewer.MOST:
        most = {"n": OutsideReviewer.MOST}
        raise WrongState(_("A request can have at most %(n)s outside reviewers at a time.") % most)


def check_invitation(request: AccessRequest, person: Person, reason: str, last_day: date) -> None:
    """Somebody who has no other part in the request, a reason, and a last day within the limit."""
    fields = {}
    if why := _why_not(person, request):
        fields["code"] = why
    today = clock.today()
    if not today <= last_day <= today + timedelta(days=OutsideReviewer.LONGEST_DAYS):
        fields["last_day"] = _("Enter today’s date or a day within the next %(n)s days.") % {
            "n": OutsideReviewer.LONGEST_DAYS
        }
    if is_blank(reason):
        fields["reason"] = _("Enter a reason.")
    elif len(reason) > 500:
        fields["reason"] = _("A reason can have at most %(n)s characters.") % {"n": 500}
    if fields:
        raise Invalid(_("The person was not invited."), fields=fields)


def _why_not(person: Person, request: AccessRequest) -> str:
    """Why the person cannot be an outside reviewer of the request; empty if they can."""
    accounts = accounts_of(person).values("pk")
    committees = request.items.values("committee_id")
    members = CommitteeMember.objects.not_ended().filter(committee__in=committees, person_id__in=accounts)
    deputies = Deputy.objects.not_over().filter(membership__committee__in=committees, person_id__in=accounts)
    named = {"name": person}
    if concerned_by(request).filter(pk__in=accounts).exists():
        return _("%(name)s is part of this request and cannot review it.") % named
    if Recusal.objects.filter(request=request, person_id__in=accounts).exists():
        return _("%(name)s declared a conflict of interest for this request.") % named
    if members.exists() or deputies.exists():
        return _("%(name)s is a member or a deputy in a committee that decides on this request.") % named
    if any(managed_by(one).filter(items__request=request).exists() for one in accounts_of(person)):
        return _("%(name)s manages a dataset of this request and cannot review it.") % named
    if OutsideReviewer.objects.not_over().filter(request=request, person_id__in=accounts).exists():
        return _("%(name)s is an outside reviewer of this request already.") % named
    if not person.is_active:
        return _("The account of %(name)s is closed.") % named
    return ""


def check_can_recommend(by: Person, reviewer: OutsideReviewer, current: Round | None, seen: Round) -> None:
    """The outside reviewer, while they may read the case, on the round that they have read."""
    check_not_break_glass(by)
    if not OutsideReviewer.objects.current().filter(pk=reviewer.pk, person=by).exists():
        raise Denied(_("You are no longer an outside reviewer of this request."))
    rules.check_declared(by, reviewer.request)
    if current is None or current.pk != seen.pk:
        raise WrongState(_("The request has changed since you opened it. Read the new version first."))
    if reviewer.recommendations.count() >= Recommendation.MOST:
        raise TooOften(_("You can send at most %(n)s recommendations on one request.") % {"n": Recommendation.MOST})


def check_recommendation(says: str, text: str) -> None:
    """A recommendation from the list, and a comment."""
    fields = {}
    if says not in Recommendation.Says.values:
        fields["says"] = _("Choose a recommendation.")
    if is_blank(text):
        fields["text"] = _("Enter a comment.")
    elif len(text) > Recommendation.LONGEST:
        fields["text"] = _("A comment can have at most %(n)s characters.") % {"n": Recommendation.LONGEST}
    if fields:
        raise Invalid(_("The recommendation was not sent."), fields=fields)
