"""What follows for access requests."""

from django.db.models import QuerySet

from apps.access_requests import commands, queries, queries_approval
from apps.access_requests.models import AccessRequest
from apps.access_requests.states import UNDER_REVIEW, RequestState
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM


def take_effect_of_decisions() -> None:
    """Carry out decisions whose time to undo is over. What is true does not depend on when this runs: `effect.py`."""
    due = AccessRequest.objects.filter(items__takes_effect_at__lte=clock.sql_now())
    for request in due.order_by("pk").distinct():
        commands.take_effect(request, by=SYSTEM)


def close_if_denied(event: Event) -> None:
    """A request of which nothing was approved is over."""
    if event.subject_id is not None:
        commands.close_denied(AccessRequest.objects.get(pk=event.subject_id), by=SYSTEM)


def check_attachment(event: Event) -> None:
    """A document was attached: it is checked for malware before anybody can open it; without an answer it waits."""
    if event.subject_id is not None:
        commands.check_attachment(event.subject_id, by=SYSTEM)


def withdraw_requests(event: Event) -> None:
    """An account was closed: what its person has before committees is withdrawn."""
    theirs = AccessRequest.objects.filter(applicant_id=event.subject_id, applicant__is_active=False)
    for request in theirs.filter(state__in=[*UNDER_REVIEW, RequestState.RETURNED]).order_by("pk"):
        commands.withdraw_for_closed_account(request, by=SYSTEM)


def report_lost_voters(event: Event) -> None:
    """A membership or an account has ended, or a member is recused: the history of each open request says so, and
    somebody is asked to confirm their vote where everybody else has voted. Nothing is decided by it.
    """
    for request in queries.voted_on_beside([event.subject_id, *event.about]):
        commands.report_lost_voters(request, event=event, by=SYSTEM)
        commands.report_open_votes(request, by=SYSTEM)


def report_ended_memberships() -> None:
    """What `report_lost_voters` and `check_quorum` do, for memberships whose last day has passed this week."""
    for event in queries.ends_of_memberships():
        report_lost_voters(event)
        check_quorum(event)


def report_open_votes(event: Event) -> None:
    """After a vote or a recusal: say whether the votes cannot decide, or wait for a confirmation."""
    for request in AccessRequest.objects.filter(pk__in=[event.subject_id, *event.about]):
        commands.report_open_votes(request, by=SYSTEM)


def check_quorum(event: Event) -> None:
    """Report committees with fewer eligible voters than the quorum, from the start of a round or because somebody
    left. A request that is submitted can bar whoever was notified of another one before the same committee.
    """
    _report_short(AccessRequest.objects.filter(pk__in=[event.subject_id]))
    _report_short(queries.voted_on_beside([event.subject_id, *event.about]))
    _report_short(queries.reported_without_quorum().filter(items__committee__items__request=event.subject_id))


def check_helpers(_event: Event | None = None) -> None:
    """Operators have changed: whoever can now help a committee that was reported is notified."""
    _report_short(queries.reported_without_quorum())


def _report_short(found: QuerySet[AccessRequest]) -> None:
    for request in found.distinct():
        commands.record_committees_without_quorum(request, by=SYSTEM)


def decide_by_rules(event: Event) -> None:
    """A request was submitted: approval rules of its committees approve what they cover; people see to the rest."""
    for request in AccessRequest.objects.filter(pk=event.subject_id):
        commands.decide_by_rules(request, by=SYSTEM)


def keep_approval_rules() -> None:
    """Pause the rules whose owner has left, or whose use conditions or committee’s rules have changed."""
    for rule in queries_approval.started().order_by("pk"):
        commands.keep_approval_rule(rule, by=SYSTEM)


def keep_clocks() -> None:
    """Set the dates that a previous release did not set; then notify of due dates that are near or have passed."""
    commands.set_missing_clocks(by=SYSTEM)
    commands.notify_of_due_dates(by=SYSTEM)
