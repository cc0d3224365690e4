"""Reviews as dictionaries for responses. What a member may see is decided in `apps.access_requests.votes_seen`."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from apps.access_requests.models import Attachment, Item, Message, Question, Round, Vote
from apps.access_requests.queries import listed_decision
from apps.access_requests.queries_clocks import ClockOnDay, due_of
from apps.access_requests.states import ItemState
from apps.access_requests.votes_seen import OpenVote, SeenVotes, next_action
from apps.committees.decisions import VotingRules
from apps.people.models import Person

JsonObject = dict[str, Any]


def review_line(asked: Any, *, kept: Collection[UUID] = ()) -> JsonObject:
    """One request of `review_queue.with_items`; `kept` are the members in whose place the reader votes."""
    items: list[Any] = asked.for_committee
    return {
        "id": asked.pk,
        "reference": asked.reference,
        "title": asked.title if asked.declared else "",
        "state": asked.state,
        "round": items[0].round_number,
        "submitted_at": asked.submitted_at,
        "applicant": applicant(asked.applicant),
        "next_action": _next_action(asked, items, kept),
        "items": [_item_line(one, asked) for one in items],
    }


def _next_action(asked: Any, items: list[Any], kept: Collection[UUID]) -> str:
    """What the reader can do next; before anything else they declare whether they have a conflict of interest."""
    if not asked.declared:
        return "declare"
    return str(next_action(asked.state, [_asks(one, kept) for one in items if _is_open(one)]))


def _asks(item: Any, kept: Collection[UUID]) -> OpenVote:
    again = item.waits_for_me and item.i_voted
    voted = {one["voter"] for one in item.votes_cast}
    for_others = {str(pk) for pk in kept} & {one["person"] for one in item.voters}
    return OpenVote(
        waits=bool(for_others - voted) or (item.waits_for_me and not item.i_voted),
        confirm=again and _can_confirm(item),
        divided=again and listed_decision(item).is_divided,
    )


def _can_confirm(item: Any) -> bool:
    """Whether a vote of the caller, confirmed as it is, is counted and can decide."""
    decision, asked = listed_decision(item), UUID(str(item.me)) in item.asked_to_confirm
    knows = item.undone_by_me and decision.eligible > 1
    return asked and decision.must_be_confirmed and not knows


def _is_open(item: Item) -> bool:
    return item.state == ItemState.OPEN


def _item_line(item: Any, asked: Any) -> JsonObject:
    item.request = asked
    return {
        "dataset": item.dataset.slug,
        "committee": item.committee.slug,
        "state": item.state if asked.declared else "",
        "due_on": due_of(item),
    }


def person(one: Person) -> JsonObject:
    return {"code": one.code, "name": one.name}


def applicant(one: Person) -> JsonObject:
    return person(one) | {"institution": one.institution.name if one.institution else None}


def round_out(seen: Round) -> JsonObject:
    return {
        "number": seen.number, "submitted_at": seen.opened_at, "closed_at": seen.closed_at, "sha256": seen.sha256,
    }  # fmt: skip


def rules(found: VotingRules) -> JsonObject:
    return asdict(found)


def item(seen: SeenVotes, clock: ClockOnDay | None) -> JsonObject:
    """One dataset of a case with its votes, as this member may see them."""
    one, decision = seen.item, seen.decision
    return {
        "id": one.pk,
        "dataset": one.dataset.slug,
        "title": one.dataset.title,
        "committee": {"slug": one.committee.slug, "name": one.committee.name},
        "yours": seen.is_theirs,
        "state": one.state,
        "decided_at": one.decided_at,
        "takes_effect_at": one.takes_effect_at,
        "reason": one.reason,
        "terms": one.terms,
        "denial_codes": one.denial_codes or [],
        "rules": rules(seen.rules),
        "clock": clock_out(clock) if clock is not None and seen.is_theirs else None,
        "eligible_voters": decision.eligible,
        "votes_cast": decision.cast,
        "waiting_for": [person(each) for each in seen.waiting_for],
        "can_vote": seen.why_not is None,
        "why_not": seen.why_not or "",
        "votes_for": person(seen.member.person) if seen.member is not None else None,
        "choices_shown": seen.choices_shown,
        "my_vote": vote(seen.mine) if seen.mine is not None else None,
        "votes": [vote(each) for each in seen.votes],
        "conditions": _conditions(seen),
    }


def _conditions(seen: SeenVotes) -> list[JsonObject]:
    return [
        {
            "id": one.pk,
            "text": one.text,
            "due": one.due,
            "due_on": one.due_on,
            "due_days": one.due_days,
            "adopted": len(seen.decision.adopters(one.pk)) if seen.choices_shown else None,
        }
        for one in seen.conditions
    ]


def vote(cast: Vote) -> JsonObject:
    return {
        "voter": person(cast.voter),
        "in_place_of": person(cast.in_place_of) if cast.in_place_of is not None else None,
        "choice": cast.choice,
        "reason": cast.reason,
        "conditions": cast.adopts,
        "denial_codes": cast.denial_codes or [],
        "cast_at": cast.cast_at,
    }


def clock_out(found: ClockOnDay) -> JsonObject:
    return {
        "unit": found.rule.unit.value if found.rule is not None else "",
        "due_on": found.due_on,
        "paused": found.paused,
        "stopped": found.stopped,
        "extended": found.row.is_extended,
        "reason": found.row.reason if found.row.change else "",
        "days_used": found.used,
        "days_left": found.left if not found.stopped else None,
    }


def question(one: Question) -> JsonObject:
    return {
        "id": one.pk,
        "field": one.field,
        "text": one.text,
        "answer": one.answer,
        "asked_by": person(one.asked_by),
        "asked_at": one.asked_at,
        "answered_at": one.answered_at,
    }


def document(one: Attachment) -> JsonObject:
    return {
        "id": one.pk,
        "name": one.name,
        "kind": one.kind,
        "field": one.field,
        "size": one.size,
        "media_type": one.media_type,
        "sha256": one.sha256,
        "malware_check": one.check_state,
        "can_be_opened": one.storage_key is not None and one.check_state != Attachment.CheckState.WAITING,
    }


def message(one: Message, documents: Sequence[Attachment], own: Collection[UUID]) -> JsonObject:
    """A message as members of the committees `own` read it: they are named, another committee speaks as one."""
    committee = one.committee
    return {
        "id": one.pk,
        "author": one.author.code if committee is None or committee.pk in own else "",
        "committee": committee.slug if committee is not None else "",
        "internal": one.internal,
        "text": one.text,
        "written_at": one.written_at,
        "withdrawn_at": one.withdrawn_at,
        "documents": [document(each) for each in documents],
    }
