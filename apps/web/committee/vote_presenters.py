"""The votes on a case as a member sees them: the choices of others only after their own vote."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests import denials, effect, wording
from apps.access_requests.decided import voters_when_decided
from apps.access_requests.due_dates import due_words, with_due_date
from apps.access_requests.effect import announced
from apps.access_requests.models import AccessRequest, Condition, Item, Round, Vote
from apps.access_requests.queries import committees_of_request, decision_of, let_a_voter_leave, votes_on
from apps.access_requests.queries_deputies import named_too_late
from apps.access_requests.queries_lapse import has_lapsed
from apps.access_requests.states import ItemState, RequestState
from apps.access_requests.votes_seen import choices_shown, conditions_shown, counts, is_outside, votes_for
from apps.access_requests.voting_rules import is_period_over, rules_in
from apps.agreements.queries import of_request
from apps.committees.decisions import RULES, Decision, Weight
from apps.committees.models import Committee, CommitteeMember
from apps.committees.queries import committees_of
from apps.core import clock
from apps.datasets.conditions import explained, listed
from apps.datasets.queries import condition_rows
from apps.grants.access_state import states_of_grants
from apps.grants.queries import of_requests
from apps.people.models import Person
from apps.web.committee.after_vote import UndoForm, after_vote, time_of
from apps.web.committee.forms import VoteForm
from apps.web.committee.presenters import tally_facts, what_decides, what_my_vote_does, why_blocked
from apps.web.committee.reviewer_presenters import reviewing
from apps.web.common.state_presenters import shown as shown_state
from apps.web.common.voting_rules import rule_sentences

Entry = dict[str, Any]


def items_of_case(
    case: AccessRequest,
    shown_round: Round,
    me: Person,
    typed: dict[UUID, VoteForm],
    undo_forms: dict[UUID, UndoForm] | None = None,
) -> list[Entry]:
    """Each dataset requested in the round shown, with its conditions, its votes and what followed; mine first."""
    items = case.items.filter(dataset_id__in=shown_round.snapshot["datasets"]).order_by("dataset__title", "pk")
    voters_by_committee, votes = committees_of_request(case, reader=me), list(votes_on(case))
    my_committees = set(committees_of(me).values_list("pk", flat=True))
    agreements = {agreement.item_id: agreement for agreement in of_request(case)}
    grants = list(of_requests([case.pk]))
    states = states_of_grants(me, grants) if grants else {}
    fetched = items.select_related("dataset__institution", "committee", "decided_in", "appeal").prefetch_related(
        "conditions", "undone_decisions__undone_by"
    )
    rows: list[Any] = list(fetched.annotate(condition_rows=condition_rows("dataset_id"), **reviewing(me)))
    decided, now = voters_when_decided(case, rows), asked_at(case)
    late = _named_too_late(case, me, voters_by_committee)
    outside = is_outside(rows, voters_by_committee, my_committees, me)
    entries = []
    for row in rows:
        item: Any = announced(row, now) if outside else row
        item.request = case
        voters = [] if outside else decided.get(item.pk, voters_by_committee.get(item.committee_id, []))
        member = votes_for(voters, me)
        theirs = [] if outside else [vote for vote in votes if vote.item_id == item.pk]
        entry = _voted(item, voters, theirs, shown_round, me, member) | {"my_rounds": _rounds_of(me, theirs)}
        entry |= {"choices_shown": False} if outside else {}
        agreement = None if outside else agreements.get(item.pk)
        entry |= after_vote(item, voters, me, now, (undo_forms or {}).get(item.pk))
        entry |= _place_of(item, member, me, my_committees, late)
        entry |= {
            "use_conditions": explained(listed(item.condition_rows)),
            "agreement": agreement,
            "grants": _grants_under(agreement, grants, states),
        }
        entries.append(entry | _my_vote(case, entry, me, shown_round, typed.get(item.pk)))
    return sorted(entries, key=lambda entry: not entry["mine"])


def asked_at(case: AccessRequest) -> datetime:
    """The moment at which the page is shown: the statement that found the case read it; otherwise one statement."""
    moment: datetime = getattr(case, "asked_at", None) or clock.now()
    return moment


def _rounds_of(me: Person, votes: list[Vote]) -> set[UUID]:
    """The rounds in which the reader voted."""
    return {vote.round_id for vote in votes if vote.voter_id == me.pk}


def _grants_under(agreement: Any, grants: list[Any], states: dict[UUID, Any]) -> list[Entry]:
    """Who has access under the agreement; nobody without one."""
    theirs = [grant for grant in grants if agreement is not None and grant.agreement_id == agreement.pk]
    return [{"holder": grant.holder, "shown": shown_state(states[grant.pk])} for grant in theirs]


def _named_too_late(case: AccessRequest, me: Person, voters: dict[UUID, list[CommitteeMember]]) -> set[UUID]:
    """The memberships that the reader keeps as a deputy but for which they do not vote in this round."""
    kept = [one for members in voters.values() for one in members if getattr(one, "kept", False)]
    return named_too_late(case.pk, me, kept)


def _place_of(
    item: Any, member: CommitteeMember | None, me: Person, my_committees: set[UUID], late: set[UUID]
) -> Entry:
    is_member = item.committee_id in my_committees
    return {
        "mine": is_member or member is not None or item.is_outside,
        "is_member": is_member,
        "is_outside": item.is_outside and not is_member and member is None,
        "votes_for": member,
        "named_too_late": member is not None and member.pk in late,
        "in_place_of": member.person if member is not None and member.person_id != me.pk else None,
    }


def _voted(
    item: Item, voters: list[CommitteeMember], votes: list[Vote], shown_round: Round, me: Person,
    member: CommitteeMember | None,
) -> Entry:  # fmt: skip
    """The votes that count, those that no longer do, and the tally of the round in which it was or will be decided."""
    number, superseded = item.decided_in_id or shown_round.pk, {vote.supersedes_id for vote in votes}
    theirs = [vote for vote in votes if vote.round_id == number and vote.pk not in superseded]
    current = [vote for vote in theirs if counts(vote, item)]
    rules = rules_in(item.decided_in or shown_round, item.committee)
    decision = decision_of(rules, voters, current, period_over=is_period_over(rules, item))
    open_vote = decision if shown_round.closed_at is None else replace(decision, votes={}, adopted={})
    mine = next((vote for vote in current if vote.voter_id == me.pk), None)
    proposed = conditions_shown(item, decision, me)
    voter, is_open = member.person_id if member is not None else me.pk, item.state == ItemState.OPEN
    weight = open_vote.weight_of(voter, conditions_proposed=bool(proposed))
    shown = choices_shown(item, mine, decision)
    return {
        "item": item,
        "voters": voters,
        "my_vote": mine,
        "deputy_vote": next((vote for vote in current if vote.in_place_of_id == me.pk), None),
        "member_voted": any(vote.voter_id == voter != me.pk for vote in current),
        "choices_shown": shown,
        "ballots": _ballots(voters, current, decision, proposed, shown=shown),
        "earlier": [vote for vote in votes if vote not in current] if shown else [],
        "tally": tally_facts(decision),
        "blocked": why_blocked(open_vote) if is_open and (shown or open_vote.is_hopeless) else "",
        "what_decides": what_decides(decision),
        "rule_sentences": rule_sentences(rules),
        "rule": Committee.Rule(rules.rule).label,
        "ties": RULES[rules.rule].chair_breaks_ties,
        "conditions": _conditions(proposed, decision, shown=shown),
        "proposed": proposed,
        "missing": [membership.person for membership in voters if membership.person_id not in decision.votes],
        "weight": what_my_vote_does(weight),
        "is_last": weight != Weight.NONE and open_vote.cast + 1 == open_vote.eligible,
        "was_blind": decision.blind and not decision.is_hidden,
        "is_divided": is_open and open_vote.is_divided,
        "must_be_confirmed": is_open and open_vote.must_be_confirmed,
    }


def _ballots(
    voters: list[CommitteeMember], votes: list[Vote], decision: Decision, proposed: list[Condition], *, shown: bool
) -> list[Entry]:
    """One row for each eligible voter, and for each other person whose vote no longer counts."""
    cast = {vote.of_member_id: vote for vote in votes}
    texts = {condition.pk: with_due_date(condition) for condition in proposed}
    rows: list[Entry] = [
        {"person": member.person, "is_chair": member.is_chair, "vote": cast.pop(member.person_id, None), "counts": True}
        for member in voters
    ]
    rows += [
        {
            "person": vote.in_place_of or vote.voter,
            "is_chair": False,
            "vote": vote,
            "counts": vote.of_member_id in decision.voters,
        }
        for vote in cast.values()
    ]
    for row in rows:
        vote = row["vote"]
        row["codes"] = denials.labels(vote.denial_codes or ()) if shown and vote else []
        row["adopts"] = [texts[pk] for pk in vote.adopts if pk in texts] if shown and vote else []
    return rows


def _conditions(proposed: list[Condition], decision: Decision, *, shown: bool) -> list[Entry]:
    """What members propose, without names; how many adopt it, after the own vote."""
    contained = decision.conditions
    return [
        {
            "text": condition.text,
            "due": due_words(condition),
            "adopted": len(decision.adopters(condition.pk)) if shown else None,
            "contained": shown and condition.pk in contained,
        }
        for condition in proposed
    ]


def _why_no_vote(case: AccessRequest, entry: Entry) -> str:
    """Why the reader has no form to vote on this dataset now; empty if they have one."""
    return _why_not_theirs(entry) or _why_not_now(case)


def _why_not_theirs(entry: Entry) -> str:
    """What about the dataset or the reader's place in the committee speaks against a vote."""
    if entry["item"].state != ItemState.OPEN:
        return _("This dataset has been decided.")
    if not entry["mine"]:
        return _("Another committee decides on this dataset.")
    if entry["member_voted"]:
        voted = {"name": entry["in_place_of"]}
        return _("%(name)s has already voted, so the deputy cannot vote.") % voted
    if entry["named_too_late"]:
        return wording.named_too_late()
    if entry["is_outside"]:
        return _("You are an outside reviewer of this request, so you have no vote.")
    if entry["votes_for"] is None:
        return _("You joined the committee after this round started. You can vote from the next round.")
    return ""


def _why_not_now(case: AccessRequest) -> str:
    """What about the step of the request speaks against a vote."""
    if case.state == RequestState.SUBMITTED:
        return _("Voting starts when a committee member accepts the request for review.")
    if case.state != RequestState.IN_REVIEW:
        return _("You cannot vote: the request is waiting for the applicant or has been withdrawn.")
    return ""


def _my_vote(case: AccessRequest, entry: Entry, me: Person, shown_round: Round, typed: VoteForm | None) -> Entry:
    """The form, or the sentence that says why there is none; the same set of eligible voters that the rule asks."""
    item, mine = entry["item"], entry["my_vote"]
    why_not = _why_no_vote(case, entry)
    if why_not:
        return {"form": None, "why_not": why_not, "confirm": False, "cannot_confirm": False}
    left = entry["must_be_confirmed"] and let_a_voter_leave(item, me.pk)
    return {
        "form": typed or VoteForm(item=item, proposed=entry["proposed"], initial=_initial(mine, shown_round)),
        "form_open": mine is None or typed is not None or entry["is_divided"],
        "why_not": "",
        "seen": shown_round.pk,
        "confirm": entry["must_be_confirmed"] and mine is not None and not left,
        "cannot_confirm": left,
    }


def _initial(mine: Vote | None, shown_round: Round) -> Entry:
    """The form to change a vote begins with the vote."""
    seen: Entry = {"seen": shown_round.pk}
    if mine is None:
        return seen
    said = {"choice": mine.choice, "reason": mine.reason, "conditions": [str(pk) for pk in mine.adopts]}
    return seen | said | {"denial_codes": mine.denial_codes or []}


def task_of(case: AccessRequest, mine: list[Entry]) -> Entry:
    """What waits for this member on this case, or for whom it waits: `kind`, `to` (an anchor), `note`, `people`."""
    if case.can("accept_for_review"):
        return {"kind": "check", "to": "#check"}
    if case.state == RequestState.WITHDRAWN:
        return {"kind": "withdrawn", "lapsed": has_lapsed(case)}
    if case.state == RequestState.RETURNED:
        return _report_of(mine) or {"kind": "with_applicant"}
    return _task_of_vote(mine) or _report_of(mine) or _with_others(case, mine) or {"kind": "none"}


def _task_of_vote(mine: list[Entry]) -> Entry | None:
    """What this member can do about the votes: cast one, fill in the checklist first, confirm or change theirs."""
    waiting = [entry for entry in mine if entry["form"] is not None and entry["my_vote"] is None]
    if waiting:
        return {"kind": "vote", "to": f"#vote-{waiting[0]['item'].pk}", "entry": waiting[0], "more": len(waiting) - 1}
    unready = [entry for entry in mine if entry.get("missing_verdicts")]
    if unready:
        return {"kind": "checklist", "to": "#checklist", "missing": unready[0]["missing_verdicts"]}
    confirm = [entry for entry in mine if entry["form"] is not None and entry["confirm"]]
    if confirm:
        return {"kind": "confirm", "to": f"#vote-{confirm[0]['item'].pk}", "entry": confirm[0]}
    divided = [entry for entry in mine if entry["form"] is not None and entry["is_divided"]]
    if divided:
        return {"kind": "divided", "to": f"#vote-{divided[0]['item'].pk}", "entry": divided[0]}
    return None


def _with_others(case: AccessRequest, mine: list[Entry]) -> Entry | None:
    """For whose votes the case waits."""
    undecided = [entry for entry in mine if entry["item"].state == ItemState.OPEN]
    if case.state != RequestState.IN_REVIEW or not undecided:
        return None
    missing = {person.pk: person for entry in undecided for person in entry["missing"]}
    return {"kind": "with_others", "people": list(missing.values()), "entry": undecided[0]}


def _report_of(mine: list[Entry]) -> Entry | None:
    """The first report on a condition that this member can review."""
    rows = [row for entry in mine for row in entry.get("reports", ()) if row.get("form") is not None]
    return {"kind": "report", "to": f"#condition-{rows[0]['condition'].pk}"} if rows else None


def what_followed(item: Item) -> str:
    """What happened after a vote on this item: decided, or for whom it waits now."""
    item.refresh_from_db(fields=["state", "takes_effect_at"])
    if effect.is_pending(item, clock.now()):
        facts = {"dataset": item.dataset, "outcome": item.get_state_display(), "at": time_of(item.takes_effect_at)}
        return _("Your vote is recorded, and it decided “%(dataset)s”: %(outcome)s. It takes effect at %(at)s.") % facts
    if item.state != ItemState.OPEN:
        return _("Your vote is recorded, and it decided “%(dataset)s”: %(outcome)s.") % {
            "dataset": item.dataset,
            "outcome": item.get_state_display(),
        }
    case = AccessRequest.objects.get(pk=item.request_id)
    voters = committees_of_request(case).get(item.committee_id, [])
    voted = {vote.of_member_id for vote in votes_on(case).filter(item=item, round__closed_at__isnull=True)}
    waiting = ", ".join(str(member.person) for member in voters if member.person_id not in voted)
    if waiting:
        return _("Your vote is recorded. The decision is waiting for the votes of: %(names)s.") % {"names": waiting}
    return _("Your vote is recorded. Everyone has voted, and the votes do not decide yet. See below what can be done.")
