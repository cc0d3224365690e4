"""Everything the page of a case shows, fetched in a number of statements that does not grow with the case."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.access_requests import fields
from apps.access_requests.cohort_facts import class_in
from apps.access_requests.models import AccessRequest, Round
from apps.access_requests.named import named_members, named_people
from apps.access_requests.queries import ends_of
from apps.access_requests.queries_invitations import still_invited
from apps.access_requests.queries_thread import documents_in
from apps.access_requests.states import ItemState
from apps.audit.kinds import Kind
from apps.audit.kinds_hidden import ONE_COMMITTEE_ONLY
from apps.audit.models import Event
from apps.audit.queries import timeline_of
from apps.datasets.queries import titles_of
from apps.grants.access_state import state_of_request
from apps.people.models import Person
from apps.people.queries import people_by_id
from apps.web import document_forms
from apps.web.committee.case_conditions import add_conditions
from apps.web.committee.checklist_presenters import checklists_of_case, without_votes
from apps.web.committee.clock import clock_of_case
from apps.web.committee.forms import ConflictForm
from apps.web.committee.match_presenters import match_of_round
from apps.web.committee.outside_presenters import outside_of_case, task_from_outside
from apps.web.committee.precedents import precedents_of_case
from apps.web.committee.question_form import QuestionForm
from apps.web.committee.reviewer_presenters import (
    ABOUT_AN_OUTSIDE_REVIEWER,
    NAME_A_PERSON,
    NOT_FROM_OUTSIDE,
    notes_of,
    reviewers_of_case,
)
from apps.web.committee.revised import revised
from apps.web.committee.shared_work import shared_works
from apps.web.committee.vote_presenters import asked_at, items_of_case, task_of
from apps.web.common.history import timeline
from apps.web.common.state_presenters import shown
from apps.web.form_answers import answer_sections, frozen_forms
from apps.web.request_rows import written
from apps.web.round_changes import compared_with, round_changes


def case_page(case: AccessRequest, me: Person, *, moved: str = "", typed: str = "", **forms: Any) -> dict[str, Any]:
    """The context of the page, for a member who has no conflict; `forms` are those sent and not taken."""
    rounds = list(case.rounds.order_by("-number"))
    events = list(timeline_of(case.pk))
    named = {pk for event in events if event.kind in NAME_A_PERSON for pk in event.about}
    people = _people(rounds, {event.actor_id for event in events if event.actor_id} | named)
    names = {pk: str(person) for pk, person in people.items()}
    items = items_of_case(case, rounds[0], me, dict(forms.get("vote_forms", {})), forms.get("undo_forms"))
    add_conditions(items, forms.get("review_forms"), today=asked_at(case).date())
    compared = compared_with(rounds, {pk for entry in items for pk in entry["my_rounds"]})
    titles = titles_of(UUID(pk) for one in (*rounds[:2], compared[0]) if one for pk in one.snapshot["datasets"])
    checklists = checklists_of_case(case, rounds[0], items, forms.get("verdict_forms"))
    without_votes(items, checklists)
    mine = [entry for entry in items if entry["mine"]]
    history = timeline(
        _told(events, items), names=names, datasets=titles, viewer=me.pk, inside=True,
        notes=_notes(case, events, names),
    )  # fmt: skip
    return {
        "case": case,
        "status": shown(state_of_request(me, case)) if case.decided_at is not None else None,
        **clock_of_case(case, [entry["item"] for entry in mine], rounds, me),
        "revised": revised(case, rounds[0], me),
        **_asked(rounds[0], compared, people, names, titles, mine={entry["item"].committee_id for entry in mine}),
        "items": items,
        "checklists": checklists,
        **_reviewers(case, rounds[0], items, me, forms.get("recommendation_form")),
        "task": task_from_outside(mine) or task_of(case, mine),
        **_asked_and_recused(case, inside=any(not one["is_outside"] for one in mine)),
        **_verbs(case, items, mine),
        "question_form": forms.get("question_form") or QuestionForm(auto_id="question-%s"),
        "conflict_form": forms.get("conflict_form") or ConflictForm(auto_id="conflict-%s"),
        "asks_again": forms.get("asks_again", False),
        "moved": moved,
        "typed": typed,
        "timeline": history,
    }


def _verbs(case: AccessRequest, items: list[dict[str, Any]], mine: list[dict[str, Any]]) -> dict[str, bool]:
    """What the reader can do besides voting; nobody recuses themself from a request that is closed."""
    return {
        "can_screen": _member_can(case, items, "accept_for_review"),
        "can_return": _member_can(case, items, "return"),
        "can_recuse": case.can("withdraw") and any(entry["item"].state == ItemState.OPEN for entry in mine),
    }


def _reviewers(case: AccessRequest, seen: Round, items: list[Any], me: Person, typed: Any) -> dict[str, Any]:
    """Who reviews the case, also from outside, and what the committee decided before; outside reviewers do not read
    that.
    """
    mine = [entry for entry in items if entry["mine"]]
    inside = [entry for entry in mine if not entry["is_outside"]]
    shown = reviewers_of_case(case, mine, me) | outside_of_case(case, seen, items, me, typed)
    return shown | {"precedents": precedents_of_case(case, seen, me, inside)}


def _asked_and_recused(case: AccessRequest, *, inside: bool) -> dict[str, Any]:
    """The questions of all rounds, newest first, and, for readers inside the committees, the members who declared a
    conflict of interest and why.
    """
    return {
        "questions": case.questions.select_related("asked_by").order_by("-asked_at"),
        "recusals": case.recusals.select_related("person").order_by("declared_at") if inside else (),
    }


def _member_can(case: AccessRequest, items: Iterable[Mapping[str, Any]], verb: str) -> bool:
    """Whether the reader is a member, and not only a deputy, and the request is at a step where members may do this."""
    return any(entry["is_member"] for entry in items) and case.can(verb)


def _told(events: Iterable[Event], items: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events that this member may read now.

    When a condition was proposed they see after their own vote: a vote at the same moment would show who adopts it.
    Of internal messages they see those of the committees for which they read messages, and of outside reviewers those
    of the committees for which they read. An outside reviewer does not learn who declared a conflict or left.
    """
    entries = list(items)
    hidden = {entry["item"].dataset_id for entry in entries if not entry["choices_shown"]}
    shown_now = [one for one in events if one.kind != Kind.CONDITION_PROPOSED or hidden.isdisjoint(one.about)]
    mine = {entry["item"].committee_id for entry in entries if entry["is_member"]}
    read_for = {entry["item"].committee_id for entry in entries if entry["mine"]}
    away = frozenset() if any(not one["is_outside"] for one in entries if one["mine"]) else NOT_FROM_OUTSIDE
    limits: dict[str, set[UUID]] = {
        **dict.fromkeys(ONE_COMMITTEE_ONLY, mine),
        **dict.fromkeys(ABOUT_AN_OUTSIDE_REVIEWER, read_for),
    }
    shown = [one for one in shown_now if one.kind not in away]
    return [one for one in shown if one.kind not in limits or not limits[one.kind].isdisjoint(one.about)]


def _notes(case: AccessRequest, events: Iterable[Event], names: Mapping[UUID, str]) -> dict[int, str]:
    """Who can no longer vote, and the reason that was given when the membership ended."""
    left = [event for event in events if event.kind == Kind.VOTER_LEFT]
    reasons = ends_of(case, [pk for event in left for pk in event.about]) if left else {}
    notes = notes_of(events, names)
    for event in left:
        committee, person = event.about[:2]
        name, reason = names.get(person, ""), reasons.get((committee, person), "")
        notes[event.pk] = f"{name}: {reason}" if reason else name
    return notes


def _asked(
    newest: Round,
    compared: tuple[Round | None, bool],
    people: Mapping[UUID, Person],
    names: Mapping[UUID, str],
    titles: Mapping[UUID, str],
    mine: Collection[UUID],
) -> dict[str, Any]:
    """What the newest round asks, frozen as it was submitted, and what changed since an earlier one.

    `compared` is the earlier one, and whether the reader voted in it. `mine` are the committees of the reader: what
    only another committee reads is left out.
    """
    said, (earlier, voted_then) = newest.snapshot, compared
    forms = frozen_forms(said, *([earlier.snapshot] if earlier else []), committee_ids=mine)
    return {
        "round": newest,
        "under_review": newest.closed_at is None,
        "documents": document_forms.shown(documents_in(said, committees=mine)),
        "title": said[fields.TITLE.name],
        "written": written(said, for_committee=True),
        "applicant": people.get(UUID(said["applicant"])),
        "members": [people.get(pk) for pk in named_members(said)],
        "invited": still_invited(newest),
        "shared_works": shared_works(newest, mine),
        "taught": class_in(said),
        **match_of_round(newest, people),
        "earlier": earlier,
        "voted_then": voted_then,
        "answers": answer_sections(forms[0]),
        "changes": round_changes(earlier.snapshot, said, forms, names=names, titles=titles) if earlier else [],
    }


def _people(rounds: Iterable[Round], actors: Iterable[UUID]) -> dict[UUID, Person]:
    """Everyone whom the page names, with their institutions."""
    ids = {pk for one in rounds for pk in named_people(one.snapshot)}
    return {person.pk: person for person in people_by_id(ids | set(actors)).select_related("institution")}
