"""Commands on committees: create, add and remove members, accept requests or not, follow claims of a sign-in."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.audit.record import Kind, record
from apps.committees import rules
from apps.committees.decisions import VotingRules
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.committees.queries import COMMITTEE_FIELDS, committee_facts
from apps.committees.rules_clock import check_closed_until
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM, Actor, person_id_of
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.models import Institution, Person, Provider
from apps.people.models.claims import CONFIRMED_FOR, CURRENT
from apps.people.rules import check_can_set_up, check_claim_rule, check_named, check_operator, check_person
from apps.people.sign_in import Followed, says

REVIEW_DAYS, UNDO_MINUTES = 28, 10


@transaction.atomic
def create_committee(
    name: str,
    *,
    slug: str,
    institution: Institution | None,
    about: str,
    quorum: int,
    review_days: int = REVIEW_DAYS,
    contact: str = "",
    undo_minutes: int = UNDO_MINUTES,
    by: Actor,
) -> Committee:
    """Create a committee that has no members yet; `review_days` is its target review time."""
    check_can_set_up(by, CONSOLE)
    name, about = typed(name, field="name").strip(), typed(about, field="about").strip()
    rules.check_new_committee(name, slug, quorum, review_days, contact)
    committee = Committee.objects.create(
        name=name, slug=slug, institution=institution, about=about, quorum=quorum, review_days=review_days,
        contact=contact.strip(), undo_minutes=undo_minutes,
    )  # fmt: skip
    record(Kind.COMMITTEE_CREATED, actor=by, subject=committee, quorum=quorum, rule=committee.rule)
    return committee


@transaction.atomic
def change_committee(
    committee: Committee,
    *,
    name: str,
    institution: Institution | None,
    about: str,
    quorum: int,
    review_days: int,
    contact: str,
    seen: str = "",
    by: Actor,
) -> None:
    """Change the details of a committee. A new quorum applies to the rounds that begin from now on.

    `seen` is the fingerprint of `committee_facts` that the editor opened, or empty to skip that check.
    """
    check_can_set_up(by, CONSOLE)
    locked = Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    before = committee_facts(locked)
    check_unchanged(before, seen)
    name, about = typed(name, field="name").strip(), typed(about, field="about").strip()
    rules.check_changed_committee(name, quorum, review_days, contact)
    rules.check_voting_rules(replace(locked.voting_rules, quorum=quorum))
    locked.name, locked.about, locked.contact = name, about, contact.strip()
    locked.institution, locked.quorum, locked.review_days = institution, quorum, review_days
    changed = [field for field, value in committee_facts(locked).items() if value != before[field]]
    if changed:
        locked.save(update_fields=COMMITTEE_FIELDS)
        record(Kind.COMMITTEE_DESCRIBED, actor=by, subject=locked, fields="+".join(sorted(changed)), quorum=quorum)


@transaction.atomic
def change_voting_rules(committee: Committee, *, wanted: VotingRules, seen: str = "", by: Actor) -> None:
    """Decide by other rules from the next round on; open rounds keep theirs.

    `seen` is the fingerprint of the rules that the editor opened, or empty to skip that check.
    """
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    locked = Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    before, after = asdict(locked.voting_rules), asdict(wanted)
    check_unchanged(before, seen)
    rules.check_voting_rules(wanted)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        Committee.objects.filter(pk=locked.pk).update(**after)
        record(Kind.COMMITTEE_DESCRIBED, actor=by, subject=locked, fields="+".join(changed), **after)


@transaction.atomic
def add_member(committee: Committee, *, person: Person, is_chair: bool = False, by: Actor) -> CommitteeMember:
    """Make the person a member of the committee, or its chair."""
    rules.check_can_manage_committee(by, committee, CONSOLE)
    return _add_member(committee, person=person, is_chair=is_chair, by=by)


def _add_member(
    committee: Committee, *, person: Person, is_chair: bool, by: Actor, member_since: datetime | None = None
) -> CommitteeMember:
    Committee.objects.select_for_update().get(pk=committee.pk)
    rules.check_can_become_member(person, committee, is_chair=is_chair)
    membership = CommitteeMember.objects.create(
        committee=committee, person=person, is_chair=is_chair, member_since=member_since
    )
    record(Kind.COMMITTEE_MEMBER_ADDED, actor=by, subject=membership, about=[committee, person], chair=is_chair)
    return membership


@transaction.atomic
def remove_member(membership: CommitteeMember, *, reason: str, last_day: date | None = None, by: Actor) -> None:
    """End the membership after `last_day` (UTC), or now if that is today or not given. Ending it again does nothing.

    No vote is counted by this. The member's votes on undecided items no longer count once the membership has ended.
    """
    by = check_person(by)
    Committee.objects.select_for_update().get(pk=membership.committee_id)
    rules.check_can_remove_member(by, membership)
    reason = typed(reason, field="reason").strip()
    rules.check_end(reason, last_day)
    now = clock.now()
    ends_at = now
    if last_day is not None and last_day > now.date():
        ends_at = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)
    _end(membership, ends_at=ends_at, reason=reason, by=by)


@transaction.atomic
def hand_over_chair(committee: Committee, *, person: Person, reason: str = "", by: Actor) -> CommitteeMember:
    """Make the person the chair; the previous chair is no longer a member.

    A member who becomes the chair stays an eligible voter of the requests that they could vote on.
    """
    check_operator(by, CONSOLE)
    Committee.objects.select_for_update().get(pk=committee.pk)
    rules.check_can_chair(person, committee)
    reason = typed(reason, field="reason").strip()
    member_since = None
    replaced = Q(is_chair=True) | Q(person=person)
    for membership in CommitteeMember.objects.not_ended().filter(replaced, committee=committee):
        if membership.person_id == person.pk:
            member_since = membership.member_since or membership.starts_at
        _end(membership, ends_at=clock.now(), reason=reason, by=by)
    return _add_member(committee, person=person, is_chair=True, by=by, member_since=member_since)


def _end(membership: CommitteeMember, *, ends_at: datetime, reason: str, by: Actor) -> None:
    facts = {"ends_at": ends_at, "ended_by_id": person_id_of(by), "end_reason": reason}
    if CommitteeMember.objects.not_ended().filter(pk=membership.pk).update(**facts):
        _record_removed(membership, by=by)


def _record_removed(membership: CommitteeMember, *, by: Actor, **facts: bool) -> None:
    about = [membership.committee_id, membership.person_id]
    record(Kind.COMMITTEE_MEMBER_REMOVED, actor=by, subject=membership, about=about, **facts)


@transaction.atomic
def set_accepting(
    committee: Committee, *, accepting: bool, closed_because: str = "", closed_until: date | None = None, by: Actor
) -> None:
    """Accept new requests, or stop accepting them with a reason that applicants can read, and until when if known.

    The day only informs: a person says when requests are accepted again.
    """
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    rules.check_closing_reason(accepting, closed_because)
    check_closed_until(accepting, closed_until)
    reason, until = ("", None) if accepting else (closed_because.strip(), closed_until)
    Committee.objects.filter(pk=committee.pk).update(accepting=accepting, closed_because=reason, closed_until=until)
    record(Kind.COMMITTEE_CHANGED, actor=by, subject=committee, accepting=accepting)


@transaction.atomic
def set_contact(committee: Committee, *, contact: str, by: Actor) -> None:
    """Where applicants reach the committee: an e-mail address or a web page; empty for none."""
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    contact = rules.check_contact(typed(contact, field="contact"))
    Committee.objects.filter(pk=committee.pk).update(contact=contact)
    record(Kind.COMMITTEE_CHANGED, actor=by, subject=committee, contact=bool(contact))


@transaction.atomic
def set_after_decision(
    committee: Committee, *, undo_minutes: int, appeal_days: int, appeal_text: str = "", by: Actor
) -> None:
    """For how long a decision can be undone, and a denial appealed; for decisions from now on. 0 minutes: at once.

    `appeal_text` is what the committee adds about appeals; every denial shows it.
    """
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    text = typed(appeal_text, field="appeal_text").strip()
    rules.check_after_decision(undo_minutes, appeal_days)
    facts: dict[str, Any] = {"undo_minutes": undo_minutes, "appeal_days": appeal_days}
    Committee.objects.filter(pk=committee.pk).update(appeal_text=text, **facts)
    record(Kind.COMMITTEE_DESCRIBED, actor=by, subject=committee, fields="appeal+undo", **facts)


@transaction.atomic
def add_member_claim(
    provider: Provider, *, claim: str, value: str, committee: Committee, is_chair: bool, by: Actor
) -> CommitteeMemberClaim:
    """People who have this value of the claim become members (or chair) when they next sign in with the provider."""
    check_named(by, CONSOLE)
    check_claim_rule(claim=claim, value=value)
    rule, created = CommitteeMemberClaim.objects.filter(CURRENT).get_or_create(
        provider=provider, claim=claim, value=value, committee=committee, defaults={"is_chair": is_chair}
    )
    rules.check_same_role(rule, is_chair)
    if created:
        record(Kind.CLAIM_MAPPED, actor=by, subject=rule, about=[provider, committee], chair=is_chair)
    return rule


@transaction.atomic
def end_member_claim(rule: CommitteeMemberClaim, *, by: Actor) -> None:
    """End the rule, and now also the memberships that follow from it."""
    check_named(by, CONSOLE)
    if CommitteeMemberClaim.objects.filter(CURRENT, pk=rule.pk).update(ended_at=clock.now()):
        record(Kind.CLAIM_UNMAPPED, actor=by, subject=rule, about=[rule.provider_id, rule.committee_id])
    for membership in CommitteeMember.objects.not_ended().filter(claim=rule):
        _end_claimed(membership, by=by)


@transaction.atomic
def sync_member_claims(
    person: Person, *, provider: Provider, said: Mapping[str, Any], barred: Collection[UUID], by: Actor
) -> Followed:
    """Add, confirm and end the memberships that follow from this provider's claims; all others stay as they are.

    `said` are the claims of the sign-in, `barred` the committees that the person may not join now. A confirmed
    membership keeps its row and its start, so that it counts in the rounds opened since then.
    """
    check_named(by, SYSTEM)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    current = list(CommitteeMemberClaim.objects.filter(CURRENT, provider=provider).order_by("-is_chair", "pk"))
    wanted: dict[UUID, list[CommitteeMemberClaim]] = {}
    for rule in current:
        if says(said, rule.claim, rule.value):
            wanted.setdefault(rule.committee_id, []).append(rule)
    confirmed = {
        membership.committee_id
        for membership in _claimed_memberships(person, provider)
        if _confirm_or_end(membership, wanted.get(membership.committee_id, []), by=by)
    }
    gained = [
        committee_id
        for committee_id, claims in sorted(wanted.items())
        if committee_id not in confirmed and _add_by_claim(person, claims, barred=committee_id in barred, by=by)
    ]
    return Followed(gives=bool(current), gained=bool(gained))


def _claimed_memberships(person: Person, provider: Provider) -> list[CommitteeMember]:
    """The person's memberships by claims of this provider, whether the confirmation is valid or expired."""
    found = CommitteeMember.objects.not_ended().filter(person=person, claim__provider=provider)
    return list(found.order_by("committee_id"))  # committees are locked in one order


def _confirm_or_end(membership: CommitteeMember, claims: list[CommitteeMemberClaim], *, by: Actor) -> bool:
    """Confirm the membership if a claim still gives the same role, otherwise end it; returns whether it continues."""
    same = [rule for rule in claims if rule.is_chair == membership.is_chair]
    if claims and claims[0].is_chair and not membership.is_chair and rules.has_no_chair(claims[0].committee_id):
        same = []  # a claim makes this member the chair, and there is none
    if not same:
        _end_claimed(membership, by=by)
        return False
    rule = next((each for each in same if each.pk == membership.claim_id), same[0])
    CommitteeMember.objects.filter(pk=membership.pk).update(claim=rule, confirmed_until=clock.now() + CONFIRMED_FOR)
    return True


def _add_by_claim(person: Person, claims: list[CommitteeMemberClaim], *, barred: bool, by: Actor) -> bool:
    """Add the person in the first role of `claims` that is free; returns whether they were added.

    A person who was added manually stays as they are.
    """
    committee = Committee.objects.select_for_update().get(pk=claims[0].committee_id)
    if CommitteeMember.objects.not_ended().filter(committee=committee, person=person).exists():
        return False
    possible = [rule for rule in claims if not rule.is_chair or rules.has_no_chair(committee.pk)]
    if barred or not possible:
        why = "concerned" if barred else "chair_taken"
        record(Kind.COMMITTEE_MEMBER_REFUSED, actor=by, subject=committee, about=[person], why=why)
        return False
    now = clock.now()
    rule = possible[0]
    membership = CommitteeMember.objects.create(
        committee=committee, person=person, is_chair=rule.is_chair, starts_at=now, claim=rule,
        confirmed_until=now + CONFIRMED_FOR,
    )  # fmt: skip
    about = [committee, person]
    record(Kind.COMMITTEE_MEMBER_ADDED, actor=by, subject=membership, about=about, chair=rule.is_chair, claim=True)
    return True


def _end_claimed(membership: CommitteeMember, *, by: Actor) -> None:
    """End a membership whose claim is gone, the chair's too: nobody acts without the institution's confirmation."""
    Committee.objects.select_for_update().get(pk=membership.committee_id)
    now = clock.now()
    if CommitteeMember.objects.not_ended().filter(pk=membership.pk).update(ends_at=now, confirmed_until=now):
        _record_removed(membership, by=by, claim=True)
