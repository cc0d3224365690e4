"""Messages about the due date of a review: it is near, it has passed, it was changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item, ReviewClock, Vote
from apps.access_requests.queries_clocks import Stage
from apps.access_requests.queries_lapse import returned_until
from apps.access_requests.states import ItemState, RequestState
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.grants.access_state.words import day
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person


def _due(event: Event, stage: Stage) -> Notes:
    """Those whose check or vote is missing; the chair too once the review is overdue.

    Nobody is notified of a date that has been changed since, or of what has been decided since.
    """
    items = _open_items(event)
    if not items or items[0].due_stage != stage:
        return
    request, facts = items[0].request, _facts(items[0])
    case = reverse("case", args=[request.pk])
    waiting = {person.pk: person for item in items for person in _missing(item)}
    chairs = {one.person_id: one.person for one in requests.eligible_voters(items[0]) if one.is_chair}
    for person in (chairs | waiting).values() if stage == Stage.OVERDUE else waiting.values():
        role = "chair" if stage == Stage.OVERDUE and person.pk in chairs else "member"
        yield Note(person, f"review_{stage.value}.{role}", case, facts)


def _open_items(event: Event) -> list[Item]:
    items = Item.objects.filter(request=subject_of(event), committee__in=event.about, state=ItemState.OPEN)
    under_review = items.exclude(request__state=RequestState.RETURNED)
    return list(under_review.select_related("request", "committee", "dataset").order_by("pk"))


def _facts(item: Item) -> dict[str, Any]:
    return {
        "reference": item.request.reference, "title": item.request.title, "committee": item.committee.name,
        "due": day(item.due_on),
    }  # fmt: skip


def _missing(item: Item) -> Iterator[Person]:
    """The eligible voters who have not voted in the open round; all of them before the completeness check."""
    voted = set()
    if item.request.state == RequestState.IN_REVIEW:
        cast = Vote.objects.counted().filter(item=item, round__closed_at__isnull=True)
        voted = {vote.of_member_id for vote in cast.only("voter_id", "in_place_of_id")}
    for membership in requests.eligible_voters(item):
        if membership.person_id not in voted:
            yield membership.person


def _due_soon(event: Event) -> Notes:
    return _due(event, Stage.SOON)


def _due_today(event: Event) -> Notes:
    return _due(event, Stage.DUE)


def _overdue(event: Event) -> Notes:
    return _due(event, Stage.OVERDUE)


def _changed(event: Event) -> Notes:
    """The applicant and the project members, with the reason and both dates."""
    row = ReviewClock.objects.select_related("committee", "round__request").get(pk=event.about[1])
    request: AccessRequest = row.round.request
    facts = {
        "reference": request.reference, "title": request.title, "committee": row.committee.name,
        "due": day(row.due_on),
    }  # fmt: skip
    for person in requests.people_of(request):
        yield Note(person, f"review_{row.change}", reverse("request_page", args=[request.pk]), facts, row.reason)


def _answer_due_soon(event: Event) -> Notes:
    """The applicant, unless the answers were sent meanwhile or there is another date."""
    request = AccessRequest.objects.select_related("applicant").get(pk=subject_of(event))
    until = returned_until(request)
    if until is not None and until.isoformat() == str(event.facts.get("due")):
        facts = {"reference": request.reference, "title": request.title, "due": day(until)}
        yield Note(request.applicant, "answer_soon.applicant", reverse("request_page", args=[request.pk]), facts)


MESSAGES: Mapping[Kind, Message] = {
    Kind.ANSWER_DUE_SOON: Message(
        _answer_due_soon,
        {
            "answer_soon.applicant": (
                _("Answer the questions about %(reference)s by %(due)s"),
                _(
                    "The committee asked you about “%(title)s”. If you do not send your answers by %(due)s, the "
                    "request is closed. You can then copy it as a new request."
                ),
            ),
        },
    ),
    Kind.REVIEW_DUE_SOON: Message(
        _due_soon,
        {
            "review_soon.member": (
                _("%(reference)s is due on %(due)s"),
                _(
                    "The review of “%(title)s” by %(committee)s is due on %(due)s. Your completeness check or vote is "
                    "still missing."
                ),
            ),
        },
    ),
    Kind.REVIEW_DUE: Message(
        _due_today,
        {
            "review_due.member": (
                _("%(reference)s is due today"),
                _(
                    "The review of “%(title)s” by %(committee)s is due today, %(due)s. Your completeness check or vote "
                    "is still missing."
                ),
            ),
        },
    ),
    Kind.REVIEW_OVERDUE: Message(
        _overdue,
        {
            "review_overdue.member": (
                _("%(reference)s is overdue"),
                _(
                    "The review of “%(title)s” by %(committee)s was due on %(due)s. Your completeness check or vote is "
                    "still missing."
                ),
            ),
            "review_overdue.chair": (
                _("%(reference)s is overdue"),
                _(
                    "The review of “%(title)s” by %(committee)s was due on %(due)s and is not decided. The applicant "
                    "sees that it is overdue, and that you were notified. The case shows who has not voted."
                ),
            ),
        },
    ),
    Kind.REVIEW_EXTENDED: Message(
        _changed,
        {
            "review_extended": (
                _("%(committee)s extended its review of %(reference)s"),
                _("The committee now aims to decide on “%(title)s” by %(due)s. Reason:"),
            ),
        },
    ),
    Kind.REVIEW_ON_FAST_TRACK: Message(
        _changed,
        {
            "review_fast": (
                _("%(committee)s reviews %(reference)s on the fast track"),
                _("The committee now aims to decide on “%(title)s” by %(due)s. Reason:"),
            ),
        },
    ),
}
