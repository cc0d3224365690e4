"""Messages about access requests and the committees that decide on them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.access_requests.queries_thread import readers_of
from apps.access_requests.questions import label_of
from apps.access_requests.states import ItemState
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.queries import memberships_of
from apps.notifications.messages.appeals import denial_facts
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role


def _request_submitted(event: Event) -> Notes:
    request, facts = _request(event)
    page, case = reverse("request_page", args=[request.pk]), reverse("case", args=[request.pk])
    number = int(event.facts.get("round", 1))
    facts, again = facts | {"round": number}, "" if number == 1 else "_again"
    yield Note(request.applicant, f"request_submitted.applicant{again}", page, facts)
    for member in _eligible_voters(request, request.items.filter(state=ItemState.OPEN)):
        yield Note(member, f"request_submitted.committee{again}", case, facts)
    if number == 1:
        for person in requests.people_of(request):
            yield Note(person, "request_submitted.member", page, facts)


def _request_returned(event: Event) -> Notes:
    request, facts = _request(event)
    asked = request.questions.filter(round__number=event.facts.get("round")).order_by("asked_at", "pk")
    texts = [f"{label_of(one.field)}: {one.text}" if one.field else one.text for one in asked]
    page, some = reverse("request_page", args=[request.pk]), bool(asked) and all(one.field for one in asked)
    name = f"request_returned.applicant{'.some' if some else ''}"
    yield Note(request.applicant, name, page, facts, "\n\n".join(texts))


def _request_withdrawn(event: Event) -> Notes:
    """A draft that nobody else has seen is withdrawn without a notification."""
    request, facts = _request(event)
    if request.submitted_at is None:
        return
    why = [f".{fact}" for fact in ("closed_account", "lapsed") if event.facts.get(fact)]
    words, page = "".join(why[:1]), reverse("request_page", args=[request.pk])
    if event.facts.get("lapsed"):
        yield Note(request.applicant, "request_withdrawn.applicant.lapsed", page, facts)
    for member in _eligible_voters(request):
        yield Note(member, f"request_withdrawn.committee{words}", reverse("case", args=[request.pk]), facts)
    for person in requests.people_of(request).exclude(pk=request.applicant_id):
        yield Note(person, f"request_withdrawn.member{words}", reverse("request_page", args=[request.pk]), facts)


def _request(event: Event) -> tuple[AccessRequest, dict[str, Any]]:
    request = AccessRequest.objects.select_related("applicant__institution").get(pk=subject_of(event))
    items = list(request.items.select_related("dataset", "committee").order_by("dataset__title"))
    return request, {
        "reference": request.reference,
        "title": request.title,
        "applicant": request.applicant.name,
        "institution": request.applicant.institution or "–",
        "datasets": ", ".join(f"“{item.dataset.title}”" for item in items),
        "committees": ", ".join(dict.fromkeys(item.committee.name for item in items)),
        "days": max((item.committee.review_days for item in items), default=0),
    }


def _eligible_voters(request: AccessRequest, items: QuerySet[Item] | None = None) -> Iterator[Person]:
    """Every committee member of one of the request's datasets, or of these `items`, who may decide on it."""
    for item in (request.items if items is None else items).select_related("committee", "request"):
        yield from (membership.person for membership in requests.eligible_voters(item))


def _confirmation_needed(event: Event) -> Notes:
    """The voters whose confirmation decides; the operators if there is none."""
    item, facts = _item(event)
    asked = Person.objects.filter(pk__in=item.asked_to_confirm)
    for voter in asked:
        yield Note(voter, "confirmation_needed.voter", reverse("case", args=[item.request_id]), facts)
    page = reverse("committee_page", args=[item.committee.slug])
    for operator in () if asked else people_with_platform_role(PlatformRole.Kind.OPERATOR):
        yield Note(operator, "confirmation_needed.operator", page, facts)


def _votes_divided(event: Event) -> Notes:
    """The voters, and the chair who became a member during the round and has no vote in it."""
    item, facts = _item(event)
    notification, case = f"votes_divided.{event.facts['why']}", reverse("case", args=[item.request_id])
    voters = [membership.person for membership in requests.eligible_voters(item)]
    for voter in voters:
        yield Note(voter, notification, case, facts)
    beside = [*voters, *requests.people_of(item.request)]
    for membership in memberships_of(item.committee).filter(is_chair=True).exclude(person__in=beside):
        if requests.for_committees_of(membership.person).filter(pk=item.request_id).exists():
            yield Note(membership.person, "votes_divided.chair", case, facts)


def _item(event: Event) -> tuple[Item, dict[str, Any]]:
    item = Item.objects.select_related("request", "dataset", "committee").get(pk=subject_of(event))
    return item, {
        "reference": item.request.reference,
        "title": item.request.title,
        "dataset": item.dataset.title,
        "committee": item.committee.name,
    }


def _item_decided(event: Event) -> Notes:
    item, facts = _item(event)
    denial = denial_facts(item)
    name = f"item_decided.{item.state}{denial['after'] if item.state == ItemState.DENIED else ''}"
    for person in requests.people_of(item.request):
        path = reverse("request_page", args=[item.request_id])
        yield Note(person, name, path, facts | denial, _reason_and_conditions(item, person.language))
    case = reverse("case", args=[item.request_id])
    members = memberships_of(item.committee).order_by().values("person")  # and no outside reviewers
    for person in readers_of(item.request, committees=[item.committee_id]).filter(pk__in=members):
        yield Note(person, f"item_decided.committee.{item.state}", case, facts)


def _reason_and_conditions(item: Item, language: str) -> str:
    """The reason; of an approval with conditions both, each with its name in the language of the reader."""
    if not item.terms:
        return item.reason
    with override(language):
        return "\n\n".join([gettext("Reason:"), item.reason, gettext("Conditions:"), item.terms])


MESSAGES: Mapping[Kind, Message] = {
    Kind.REQUEST_SUBMITTED: Message(
        _request_submitted,
        {
            "request_submitted.committee": (
                _("New request for %(committees)s: %(reference)s"),
                _(
                    "%(applicant)s (%(institution)s) requests access to %(datasets)s in the "
                    "request “%(title)s”. Check whether the request is complete, then vote."
                ),
            ),
            "request_submitted.committee_again": (
                _("%(reference)s was resubmitted to %(committees)s"),
                _(
                    "%(applicant)s (%(institution)s) answered and resubmitted the request “%(title)s”. This is round "
                    "%(round)s. Votes from earlier rounds no longer count."
                ),
            ),
            "request_submitted.applicant": (
                _("Your request %(reference)s was submitted"),
                _(
                    "Your request “%(title)s” for %(datasets)s was submitted to %(committees)s. Target review time: "
                    "%(days)s days. The request page shows the current step and who it is waiting for."
                ),
            ),
            "request_submitted.applicant_again": (
                _("Round %(round)s of your request %(reference)s has started"),
                _(
                    "Your request “%(title)s” was resubmitted to %(committees)s with your answer. A "
                    "new review round has started."
                ),
            ),
            "request_submitted.member": (
                _("You are named in the request %(reference)s"),
                _(
                    "%(applicant)s (%(institution)s) named you as a project member in “%(title)s”, "
                    "a request for access to %(datasets)s. If the request is approved, you must "
                    "sign the agreement yourself. If this is a mistake, contact %(applicant)s."
                ),
            ),
        },
    ),
    Kind.REQUEST_RETURNED: Message(
        _request_returned,
        {
            "request_returned.applicant": (
                _("Changes requested: %(reference)s"),
                _(
                    "The committee has a question about your request “%(title)s”. Answer on the "
                    "request page, make any changes and submit the request again. Question:"
                ),
            ),
            "request_returned.applicant.some": (
                _("Changes requested: %(reference)s"),
                _(
                    "The committee has a question about your request “%(title)s”. Answer on the request page, change "
                    "the parts that the committee asks about if needed, and submit the request again. You cannot "
                    "change the other parts. Question:"
                ),
            ),
        },
    ),
    Kind.REQUEST_WITHDRAWN: Message(
        _request_withdrawn,
        {
            "request_withdrawn.committee": (
                _("%(reference)s was withdrawn"),
                _("%(applicant)s withdrew the request “%(title)s”. You do not need to do anything."),
            ),
            "request_withdrawn.committee.closed_account": (
                _("%(reference)s was withdrawn"),
                _(
                    "The account of %(applicant)s was closed, so the request “%(title)s” was withdrawn. You do not "
                    "need to do anything."
                ),
            ),
            "request_withdrawn.member.closed_account": (
                _("%(reference)s was withdrawn"),
                _(
                    "The account of %(applicant)s was closed, so the request “%(title)s”, in which you are named, was "
                    "withdrawn. To use the data, submit a new request."
                ),
            ),
            "request_withdrawn.applicant.lapsed": (
                _("%(reference)s was closed"),
                _(
                    "You did not send your answers about “%(title)s” in time, so the request was closed. Nothing that "
                    "you wrote is lost: open the request and copy it as a new one."
                ),
            ),
            "request_withdrawn.committee.lapsed": (
                _("%(reference)s was closed"),
                _(
                    "%(applicant)s did not answer your questions about “%(title)s” in time, so the request was closed. "
                    "You do not need to do anything."
                ),
            ),
            "request_withdrawn.member.lapsed": (
                _("%(reference)s was closed"),
                _(
                    "%(applicant)s did not answer the questions of the committee in time, so the request “%(title)s”, "
                    "in which you are named, was closed."
                ),
            ),
            "request_withdrawn.member": (
                _("%(reference)s was withdrawn"),
                _("%(applicant)s withdrew the request “%(title)s”, in which you are named."),
            ),
        },
    ),
    Kind.CONFIRMATION_NEEDED: Message(
        _confirmation_needed,
        {
            "confirmation_needed.voter": (
                _("Confirm your vote on %(reference)s"),
                _(
                    "A member of “%(committee)s” can no longer vote on “%(dataset)s” in the request “%(title)s”, "
                    "and all remaining members have voted. The dataset is not decided yet. Open the request and "
                    "confirm or change your vote. Then the votes are counted."
                ),
            ),
            "confirmation_needed.operator": (
                _("Nobody can confirm a vote on %(reference)s"),
                _(
                    "All remaining members of “%(committee)s” have voted on “%(dataset)s”. One of them must confirm "
                    "their vote, but nobody can, because each of them removed a member. Add a member and ask the "
                    "committee to request changes from the applicant. The new member can vote in the next round."
                ),
            ),
        },
    ),
    Kind.VOTES_DIVIDED: Message(
        _votes_divided,
        {
            "votes_divided.tie_without_chair": (
                _("The votes on %(reference)s are tied"),
                _(
                    "All members of “%(committee)s” have voted on “%(dataset)s”. The votes are tied, and there "
                    "is no chair’s vote to break the tie. Change your vote, or request changes from the "
                    "applicant to start a new round."
                ),
            ),
            "votes_divided.abstained": (
                _("The votes on %(reference)s do not decide"),
                _(
                    "All members of “%(committee)s” have voted on “%(dataset)s”. Because of abstentions, there "
                    "is no decision. Change your vote, or request changes from the applicant to start a new "
                    "round."
                ),
            ),
            "votes_divided.chair": (
                _("The votes on %(reference)s do not decide"),
                _(
                    "All members of “%(committee)s” who can vote on “%(dataset)s” have voted, and their votes do not "
                    "decide. You cannot vote in this round. To start a new one, request changes from the applicant."
                ),
            ),
            "votes_divided.conditions_divided": (
                _("The members do not agree on conditions for %(reference)s"),
                _(
                    "All members of “%(committee)s” have voted on “%(dataset)s”. Most of them approve, but too few "
                    "adopt the same conditions. Open the request, compare the conditions and change your vote."
                ),
            ),
        },
    ),
    Kind.ITEM_DECIDED: Message(
        _item_decided,
        {
            "item_decided.approved": (
                _("Approved: %(dataset)s for %(reference)s"),
                _(
                    "%(committee)s approved the use of “%(dataset)s” in “%(title)s”. The next step is a data use "
                    "agreement. Access starts only after both parties have signed it. Reason:"
                ),
            ),
            "item_decided.conditional": (
                _("Approved with conditions: %(dataset)s for %(reference)s"),
                _(
                    "%(committee)s approved the use of “%(dataset)s” in “%(title)s” with conditions. The next step is "
                    "a data use agreement that contains them. Reason and conditions:"
                ),
            ),
            "item_decided.committee.approved": (
                _("%(committee)s approved %(dataset)s for %(reference)s"),
                _("“%(dataset)s” was approved in the request “%(title)s”. You do not need to do anything."),
            ),
            "item_decided.committee.conditional": (
                _("%(committee)s approved %(dataset)s with conditions for %(reference)s"),
                _(
                    "“%(dataset)s” was approved with conditions in the request “%(title)s”. You do not need to do "
                    "anything now."
                ),
            ),
            "item_decided.committee.denied": (
                _("%(committee)s denied %(dataset)s for %(reference)s"),
                _("“%(dataset)s” was denied in the request “%(title)s”. You do not need to do anything."),
            ),
            "item_decided.denied": (
                _("Denied: %(dataset)s for %(reference)s"),
                _(
                    "%(committee)s denied the use of “%(dataset)s” in “%(title)s”. The applicant can appeal this "
                    "decision once, until %(until)s, on the page of the request. Reasons: %(reasons)s."
                ),
            ),
            "item_decided.denied.final": (
                _("Denied: %(dataset)s for %(reference)s"),
                _(
                    "%(committee)s denied the use of “%(dataset)s” in “%(title)s”. The decision cannot be appealed. "
                    "Reasons: %(reasons)s."
                ),
            ),
        },
    ),
}
