"""Messages about committees: who becomes and who ceases to be a member, and too few members to decide on a request."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import AccessRequest
from apps.access_requests.obstacles import Help, who_adds_members
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.decisions import Blocked
from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.committees.queries import memberships_of
from apps.notifications.recipients import Message, Note, Notes, subject_of
from apps.people.models import PlatformRole
from apps.people.queries import people_with_platform_role


def _quorum_missing(event: Event) -> Notes:
    """Who can add members now; if nobody outside the request can, who can have another operator appointed."""
    request = AccessRequest.objects.get(pk=subject_of(event))
    committee = Committee.objects.get(pk=event.about[0])
    facts = {"reference": request.reference, "committee": committee.name}
    facts |= {"left": event.facts["left"], "quorum": event.facts["quorum"]}
    if event.facts.get("why") == Blocked.NO_CHAIR.value:
        for operator in people_with_platform_role(PlatformRole.Kind.OPERATOR):
            yield Note(operator, "quorum_missing.no_chair", reverse("committee_manage", args=[committee.slug]), facts)
        return
    helpers = who_adds_members(committee)
    page = reverse("committee_manage", args=[committee.slug])
    if helpers.help == Help.NOBODY_OUTSIDE:
        page = reverse("set_up_roles")
    for person in helpers.people:
        yield Note(person, f"quorum_missing.{helpers.help}", page, facts)


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


def _deputy(event: Event) -> Notes:
    """The deputy and the member, except whoever did it."""
    deputy = Deputy.objects.select_related("membership__committee", "membership__person", "person").get(
        pk=subject_of(event)
    )
    facts: dict[str, Any] = {"committee": deputy.membership.committee.name, "member": deputy.membership.person.name}
    facts |= {"deputy": deputy.person.name, "last_day": deputy.last_day}
    kind = "deputy_named" if event.kind == Kind.DEPUTY_NAMED else "deputy_ended"
    yield Note(deputy.person, f"{kind}.deputy", reverse("vote_as_deputy"), facts)
    if event.actor_id != deputy.membership.person_id:
        page = reverse("member_deputies", args=[deputy.membership.committee.slug, deputy.membership_id])
        yield Note(deputy.membership.person, f"{kind}.member", page, facts)


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
            "quorum_missing.no_chair": (
                _("No chair can vote on %(reference)s"),
                _(
                    "The chair decides in “%(committee)s”, and no chair can vote on %(reference)s. Appoint another "
                    "member as the chair. A member who becomes the chair can vote in the current round."
                ),
            ),
            "quorum_missing.nobody_outside": (
                _("Appoint another operator for %(committee)s"),
                _(
                    "The quorum of “%(committee)s” is %(quorum)s, but only %(left)s of its members can vote on "
                    "%(reference)s. Everybody who could add members is part of a request that this committee is "
                    "deciding on. Appoint an operator who is not: they are notified, and can add members."
                ),
            ),
        },
    ),
    Kind.DEPUTY_NAMED: Message(
        _deputy,
        {
            "deputy_named.deputy": (
                _("You are the deputy of %(member)s"),
                _(
                    "In “%(committee)s”, you can vote in place of %(member)s until %(last_day)s (UTC). Together, "
                    "you and %(member)s have one vote. If you have a conflict of interest in a request, declare "
                    "it on the page of the request."
                ),
            ),
            "deputy_named.member": (
                _("%(deputy)s is your deputy"),
                _(
                    "In “%(committee)s”, %(deputy)s can vote in your place until %(last_day)s (UTC). If you vote "
                    "yourself, your vote counts instead."
                ),
            ),
        },
    ),
    Kind.DEPUTY_ENDED: Message(
        _deputy,
        {
            "deputy_ended.deputy": (
                _("You are no longer the deputy of %(member)s"),
                _("You can no longer vote in place of %(member)s in “%(committee)s”."),
            ),
            "deputy_ended.member": (
                _("%(deputy)s is no longer your deputy"),
                _("%(deputy)s can no longer vote in your place in “%(committee)s”."),
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
