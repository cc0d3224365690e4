"""Messages about what comes after a vote or a decision: a decision undone, an appeal, its review and its end."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from apps.access_requests import denials
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item, UndoneDecision
from apps.access_requests.rules_after import can_appeal_until
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.core import clock
from apps.notifications.recipients import Message, Note, Notes, actor_of, subject_of


def denial_facts(item: Item) -> dict[str, Any]:
    """The reasons of a denial from the list, in the reader's language, and the last day of an appeal.

    `after` is the end of the name of the message: empty if the decision can be appealed.
    """
    codes = item.denial_codes or ()
    until = can_appeal_until(item, getattr(item, "appeal", None), clock.now())
    reasons = _Labels(codes)
    return {"reasons": lazystr(reasons) if codes else "–", "until": until, "after": "" if until else ".final"}


class _Labels:
    """The reasons in the language that is active when they are written out."""

    def __init__(self, codes: Any) -> None:
        self.codes = codes

    def __str__(self) -> str:
        return "; ".join(denials.labels(self.codes))


def _facts(item: Item) -> dict[str, Any]:
    return {
        "reference": item.request.reference,
        "title": item.request.title,
        "dataset": item.dataset.title,
        "committee": item.committee.name,
    }


def _item(event: Event) -> Item:
    return Item.objects.select_related("request", "dataset", "committee").get(pk=subject_of(event))


def _decision_undone(event: Event) -> Notes:
    """The voters: the votes they cast are kept, and one of them has to vote again."""
    item = _item(event)
    undone = UndoneDecision.objects.filter(item=item).order_by("-undone_at").first()
    facts = _facts(item) | {"by": actor_of(event)}
    for membership in requests.eligible_voters(item):
        case = reverse("case", args=[item.request_id])
        yield Note(membership.person, "decision_undone.voter", case, facts, undone.why if undone else "")


def _appealed(event: Event) -> Notes:
    item = _item(event)
    for person in requests.people_of(item.request):
        yield Note(person, "appealed.applicant", reverse("request_page", args=[item.request_id]), _facts(item))


def _appeal_started(event: Event) -> Notes:
    """The eligible voters of each dataset whose denial is reviewed."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    items = request.items.filter(dataset_id__in=event.about).select_related("request", "dataset", "committee", "appeal")
    for item in items:
        for membership in requests.eligible_voters(item):
            case = reverse("case", args=[request.pk])
            yield Note(membership.person, "appeal_started.voter", case, _facts(item), item.appeal.text)


def _appeal_withdrawn(event: Event) -> Notes:
    item = _item(event)
    if event.facts.get("started"):
        for membership in requests.eligible_voters(item):
            yield Note(
                membership.person, "appeal_withdrawn.voter", reverse("case", args=[item.request_id]), _facts(item)
            )


MESSAGES: Mapping[Kind, Message] = {
    Kind.DECISION_UNDONE: Message(
        _decision_undone,
        {
            "decision_undone.voter": (
                _("The decision on %(reference)s was undone"),
                _(
                    "%(by)s undid the decision of “%(committee)s” on “%(dataset)s” before it took effect. The "
                    "votes are kept. Change your vote, or cast it again: all votes are counted when the next one "
                    "is cast. Reason:"
                ),
            ),
        },
    ),
    Kind.DECISION_APPEALED: Message(
        _appealed,
        {
            "appealed.applicant": (
                _("Your appeal for %(reference)s was submitted"),
                _(
                    "“%(committee)s” will review its decision on “%(dataset)s” in “%(title)s”. If other datasets "
                    "of the request are not decided yet, the review starts when they are."
                ),
            ),
        },
    ),
    Kind.APPEAL_STARTED: Message(
        _appeal_started,
        {
            "appeal_started.voter": (
                _("Appeal to review: %(reference)s"),
                _(
                    "The applicant appealed the decision of “%(committee)s” on “%(dataset)s” in “%(title)s”. Read the "
                    "appeal and vote again. Votes from earlier rounds no longer count. The applicant writes:"
                ),
            ),
        },
    ),
    Kind.APPEAL_WITHDRAWN: Message(
        _appeal_withdrawn,
        {
            "appeal_withdrawn.voter": (
                _("The appeal for %(reference)s was withdrawn"),
                _("The appeal for “%(dataset)s” in “%(title)s” was withdrawn. You do not need to do anything."),
            ),
        },
    ),
}
