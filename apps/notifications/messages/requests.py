"""Messages about access requests and the committees that decide on them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import memberships_of
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import Person, PlatformRole
from apps.people.queries import people_with_platform_role


def _request_submitted(event: Event) -> Notes:
    request, facts = _request(event)
    page, case = reverse("request_page", args=[request.pk]), reverse("case", args=[request.pk])
    number = int(event.facts.get("round", 1))
    facts, again = facts | {"round": number}, "" if number == 1 else "_again"
    yield Note(request.applicant, f"request_submitted.applicant{again}", page, facts)
    for member in _eligible_voters(request):
        yield Note(member, f"request_submitted.committee{again}", case, facts)
    if number == 1:
        for person in requests.people_of(request):
            yield Note(person, "request_submitted.member", page, facts)


def _request_returned(event: Event) -> Notes:
    request, facts = _request(event)
    asked = request.questions.filter(round__number=event.facts.get("round")).order_by("-asked_at").first()
    page = reverse("request_page", args=[request.pk])
    yield Note(request.applicant, "request_returned.applicant", page, facts, asked.text if asked else "")


def _request_withdrawn(event: Event) -> Notes:
    """A draft that nobody else has seen is withdrawn without a notification."""
    request, facts = _request(event)
    if request.submitted_at is None:
        return
    words = ".closed_account" if event.facts.get("closed_account") else ""
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


def _eligible_voters(request: AccessRequest) -> Iterator[Person]:
    """Every committee member of one of the request's datasets who may decide on it."""
    for item in request.items.select_related("committee", "request"):
        yield from (membership.person for membership in requests.eligible_voters(item))


def _quorum_missing(event: Event) -> Notes:
    """The chair who may add members; the operators where the chair is empty or has a part in the request."""
    request, facts = _request(event)
    committee = Committee.objects.get(pk__in=event.about)
    facts |= {"committee": committee.name, "left": event.facts["left"], "quorum": event.facts["quorum"]}
    part_of_it = requests.people_of(request).values("pk")
    chairs = [
        membership.person
        for membership in memberships_of(committee).filter(is_chair=True).exclude(person__in=part_of_it)
    ]
    for chair in chairs:
        yield Note(chair, "quorum_missing.chair", reverse("committee_manage", args=[committee.slug]), facts)
    for operator in () if chairs else people_with_platform_role(PlatformRole.Kind.OPERATOR):
        yield Note(operator, "quorum_missing.operator", reverse("committee_page", args=[committee.slug]), facts)


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
        if requests.before_committees_of(membership.person).filter(pk=item.request_id).exists():
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
    said = "\n\n".join(part for part in (item.reason, item.terms) if part)
    for person in requests.people_of(item.request):
        path = reverse("request_page", args=[item.request_id])
        yield Note(person, f"item_decided.{item.state}", path, facts, said)


def _member_added(event: Event) -> Notes:
    membership = CommitteeMember.objects.select_related("committee", "person").get(pk=subject_of(event))
    notification = "committee_member_added.chair" if membership.is_chair else "committee_member_added.person"
    yield Note(membership.person, notification, reverse("review_queue"), {"committee": membership.committee.name})
    yield from _chair_of(membership, event, "committee_member_added.by_claim")


def _member_removed(event: Event) -> Notes:
    membership = CommitteeMember.objects.select_related("committee", "person").get(pk=subject_of(event))
    page = reverse("committee_page", args=[membership.committee.slug])
    facts = {"committee": membership.committee.name}
    if membership.end_reason:
        yield Note(membership.person, "committee_member_removed.with_reason", page, facts, membership.end_reason)
    else:
        yield Note(membership.person, "committee_member_removed.person", page, facts)
    yield from _chair_of(membership, event, "committee_member_removed.by_claim")
    if not memberships_of(membership.committee).filter(is_chair=True).exists():
        for operator in people_with_platform_role(PlatformRole.Kind.OPERATOR):
            yield Note(operator, "committee_member_removed.no_chair", page, facts)


def _chair_of(membership: CommitteeMember, event: Event, notification: str) -> Notes:
    """The chair is notified of a membership that an institution's claim gave or ended, and how many are left to
    decide.
    """
    if not event.facts.get("claim"):
        return
    members = list(memberships_of(membership.committee))
    facts = {"committee": membership.committee.name, "person": membership.person.name, "members": len(members)}
    facts |= {"quorum": membership.committee.quorum}
    for chair in (one.person for one in members if one.is_chair and one.person_id != membership.person_id):
        yield Note(chair, notification, reverse("committee_manage", args=[membership.committee.slug]), facts)


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
            "request_withdrawn.member": (
                _("%(reference)s was withdrawn"),
                _("%(applicant)s withdrew the request “%(title)s”, in which you are named."),
            ),
        },
    ),
    Kind.QUORUM_MISSING: Message(
        _quorum_missing,
        {
            "quorum_missing.chair": (
                _("Too few eligible voters for %(reference)s"),
                _(
                    "The quorum of “%(committee)s” is %(quorum)s, but only %(left)s of its members can vote on "
                    "%(reference)s. The others are involved in the request, have declared a conflict of interest or "
                    "have left. First add a member who is not involved in the request. Then request changes from the "
                    "applicant: this starts a new round when the applicant resubmits, and the new member can vote in "
                    "it."
                ),
            ),
            "quorum_missing.operator": (
                _("Too few eligible voters for %(reference)s"),
                _(
                    "The quorum of “%(committee)s” is %(quorum)s, but only %(left)s of its members can vote on "
                    "%(reference)s. The committee has no chair, or the chair is involved in the request. Add a member"
                    " who is not involved in the request. Then ask the committee to request changes from the "
                    "applicant. The new member can vote in the next round."
                ),
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
                    "All members of “%(committee)s” have voted on “%(dataset)s”. The votes are tied, and no chair "
                    "can break the tie. Change your vote, or request changes from the applicant to start a new round."
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
            "item_decided.denied": (
                _("Denied: %(dataset)s for %(reference)s"),
                _("%(committee)s denied the use of “%(dataset)s” in “%(title)s”. Reason:"),
            ),
        },
    ),
    Kind.COMMITTEE_MEMBER_ADDED: Message(
        _member_added,
        {
            "committee_member_added.person": (
                _("You are now a member of %(committee)s"),
                _(
                    "You now decide on access requests in “%(committee)s”. “Requests to review” "
                    "shows what is waiting for you."
                ),
            ),
            "committee_member_added.chair": (
                _("You are now the chair of %(committee)s"),
                _(
                    "You are now the chair of “%(committee)s”. You vote, your vote breaks ties, and "
                    "you add and remove members."
                ),
            ),
            "committee_member_added.by_claim": (
                _("%(person)s is now a member of %(committee)s"),
                _(
                    "%(person)s is now a member of “%(committee)s”, because their institution confirmed it at "
                    "sign-in. They can vote in rounds that start from now on, for as long as the institution "
                    "confirms the membership. Members now: %(members)s. Votes needed: %(quorum)s."
                ),
            ),
        },
    ),
    Kind.COMMITTEE_MEMBER_REMOVED: Message(
        _member_removed,
        {
            "committee_member_removed.person": (
                _("You are no longer a member of %(committee)s"),
                _("Your membership of “%(committee)s” has ended. Your votes on undecided requests no longer count."),
            ),
            "committee_member_removed.with_reason": (
                _("Your membership of %(committee)s ends"),
                _(
                    "Your membership of “%(committee)s” has ended or will end soon. The committee page shows the "
                    "current members. After your membership has ended, your votes on undecided requests no longer "
                    "count. Reason:"
                ),
            ),
            "committee_member_removed.no_chair": (
                _("%(committee)s has no chair"),
                _(
                    "“%(committee)s” has no chair, so nobody can break a tie or add members. Appoint a chair: open "
                    "the committee page and select “Manage committee”."
                ),
            ),
            "committee_member_removed.by_claim": (
                _("%(person)s is no longer a member of %(committee)s"),
                _(
                    "The institution of %(person)s no longer confirms their membership of "
                    "“%(committee)s”. The membership has ended, and their votes on undecided "
                    "requests no longer count. Members now: %(members)s. Votes needed: %(quorum)s."
                ),
            ),
        },
    ),
}
