"""Of several states on one dataset, or in one request, which is shown; and what it offers next."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.grants.access_state import states
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from tests.unit.grants.unsaved import DAY, NOW, dataset, facts, known, person, request, shown

ME = person()
DATA = dataset()
MINE = request(ME)


def one(state: State, **how: Any) -> AccessState:
    return AccessState(state, NOW, **{"dataset": DATA, "request": MINE, **how})


def first(*found: AccessState, access: str = "controlled", missing: tuple[str, ...] = ("entitled",)) -> AccessState:
    """What is shown on the dataset's page."""
    data = dataset(access)
    return states._first(data, list(found), facts(ME, (data, known(data, *missing))))


def of_request(*found: AccessState) -> AccessState:
    """What is shown of the request."""
    return states._first_of_request(MINE, list(found), facts(ME), is_theirs=True)


ACTIVE = one(State.ACTIVE, until=NOW + 90 * DAY, last_day=(NOW + 89 * DAY).date(), action=Action(Do.DOWNLOAD))
YOURS = one(State.AWAITING_SIGNATURES, turn=Turn.YOU)
SUSPENDED = one(State.SUSPENDED, turn=Turn.OTHERS)
DRAFT = one(State.DRAFT, turn=Turn.YOU)
WAITING = one(State.SUBMITTED, turn=Turn.OTHERS)
OVER = one(State.REVOKED)


def later(*found: AccessState) -> list[AccessState]:
    """Each began a year after the one before it, so that the moments alone would turn the order round."""
    return [replace(each, since=NOW + place * 365 * DAY) for place, each in enumerate(found)]


def test_what_gives_access_comes_first_and_what_is_over_last() -> None:
    order = later(ACTIVE, YOURS, SUSPENDED, WAITING, DRAFT, OVER)
    for place in range(len(order)):
        found = first(*reversed(order[place:]))
        assert (found.state, [each.state for each in found.also]) == (
            order[place].state,
            [each.state for each in order[place + 1 :]],
        )


def test_in_a_request_what_waits_for_the_person_comes_first_then_what_waits_for_others() -> None:
    order = later(YOURS, DRAFT, WAITING, ACTIVE, SUSPENDED, OVER)
    for place in range(len(order)):
        found = of_request(*reversed(order[place:]))
        assert (found.state, [each.state for each in found.also]) == (
            order[place].state,
            [each.state for each in order[place + 1 :]],
        )


@pytest.mark.parametrize("show", [first, of_request])
def test_of_two_alike_the_longest_access_or_the_latest_is_shown(show: Any) -> None:
    longer = replace(ACTIVE, until=NOW + 99 * DAY, since=NOW - 50 * DAY)
    shorter = replace(ACTIVE, until=NOW + 9 * DAY, since=NOW - DAY)
    assert show(shorter, longer).until == longer.until
    newer, older = replace(OVER, since=NOW - DAY, until=NOW), replace(OVER, since=NOW - 9 * DAY, until=NOW + DAY)
    unknown = replace(OVER, since=None)
    found = show(unknown, older, newer)
    assert [each.since for each in (found, *found.also)] == [newer.since, older.since, None]


def test_a_dataset_that_gives_access_to_everybody_says_so_first() -> None:
    for access in ("open", "registered"):
        found = first(DRAFT, ACTIVE, access=access, missing=())
        assert found.gives_access and found.state != State.ACTIVE
        assert [each.state for each in found.also] == [State.ACTIVE, State.DRAFT]
    nothing = first()
    assert (nothing.state, nothing.also) == (State.NONE, ())


def test_a_registered_dataset_shows_requests_from_before_only_if_they_give_access_or_wait_for_the_person() -> None:
    shown_first = {each.state: first(each, access="registered").state for each in (ACTIVE, YOURS, SUSPENDED, OVER)}
    assert shown_first == {
        State.ACTIVE: State.ACTIVE, State.AWAITING_SIGNATURES: State.AWAITING_SIGNATURES,
        State.SUSPENDED: State.TERMS_NEEDED, State.REVOKED: State.TERMS_NEEDED,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- the next action
def test_access_for_several_projects_is_counted() -> None:
    found = first(ACTIVE, replace(ACTIVE, cause="ends_soon"), ACTIVE, OVER)
    wanted = {"cause": "several", "number": 3, "action": Action(Do.DOWNLOAD, DATA)}
    assert shown(found, wanted) == wanted
    assert first(ACTIVE, ACTIVE).number == 2
    assert (first(ACTIVE, OVER).cause, first(ACTIVE, OVER).number) == ("", 0)


def test_access_that_ends_soon_is_renewed_once() -> None:
    soon = replace(ACTIVE, cause="ends_soon", action=Action(Do.RENEW, MINE))
    assert first(soon).action == Action(Do.RENEW, MINE)
    assert first(soon, OVER).cause == "ends_soon"
    renewing = first(soon, WAITING)
    assert (renewing.cause, renewing.action) == ("renewing", Action(Do.DOWNLOAD, soon.grant))
    assert first(ACTIVE, WAITING).cause == ""


@pytest.mark.parametrize("state", [State.REVOKED, State.ENDED, State.WITHDRAWN, State.EXPIRED, State.TERMINATED])
def test_what_is_over_offers_a_new_request_that_starts_with_what_was_written(state: State) -> None:
    see = Action(Do.VIEW_REQUEST, MINE)
    over = one(state, action=see)
    assert first(over).action == Action(Do.REQUEST_AGAIN, MINE)
    assert first(one(State.DENIED, action=see)).action == Action(Do.REVISE, MINE)
    assert first(over, missing=("entitled", "affiliated")).action == Action(Do.REQUEST_AGAIN, MINE)
    assert first(over, missing=("entitled", "person")).action == see  # no request can be made now
    assert first(SUSPENDED).action is None


def test_a_request_of_somebody_else_is_not_copied() -> None:
    theirs = one(State.REVOKED, request=request(person("Applicant")), action=Action(Do.VIEW_REQUEST, MINE))
    assert first(theirs).action == Action(Do.REQUEST_ACCESS, DATA)
    assert first(replace(theirs, request=None)).action == Action(Do.REQUEST_ACCESS, DATA)


def test_what_is_over_offers_a_new_request_in_lists_too() -> None:
    found = facts(ME, (DATA, known(DATA, "entitled")))
    assert states._with_offer(OVER, found).action == Action(Do.REQUEST_AGAIN, MINE)
    assert states._with_offer(WAITING, found) == WAITING
    alone = replace(OVER, dataset=None)
    assert states._with_offer(alone, found) == alone


# ------------------------------------------------------------------------------------------------- nothing to show
def empty(state: str, *, theirs: bool, **how: Any) -> AccessState:
    return states._first_of_request(request(ME, state, **how), [], facts(ME), is_theirs=theirs)


def test_a_request_without_datasets_says_how_far_it_came() -> None:
    ended = NOW - DAY
    for theirs in (True, False):
        gone = empty("withdrawn", theirs=theirs, ended_at=ended)
        assert (gone.state, gone.at, gone.since, gone.action) == (State.WITHDRAWN, NOW, ended, None)
        assert gone.request is not None
    draft = empty("draft", theirs=True)
    assert (draft.state, draft.turn, draft.since) == (State.DRAFT, Turn.YOU, NOW - 50 * DAY)
    assert draft.action == Action(Do.CONTINUE_DRAFT, draft.request)
    for state, theirs in (("draft", False), ("decided", True), ("decided", False)):
        none = empty(state, theirs=theirs)
        assert (none.state, none.cause, none.turn) == (State.NONE, "not_named", Turn.NOBODY)
        assert none.request is not None
        assert none.action == Action(Do.VIEW_REQUEST, none.request)


# ------------------------------------------------------------------------------------------------- what a state knows
def test_days_are_counted_to_the_last_day_of_active_access() -> None:
    def left(state: State = State.ACTIVE, *, days: int = 0, at: datetime = NOW) -> int | None:
        return AccessState(state, at, last_day=(NOW + days * DAY).date()).days_left

    assert [left(days=days) for days in (23, 1, 0, -1)] == [23, 1, 0, None]
    assert left(State.SUSPENDED, days=23) is None
    assert AccessState(State.ACTIVE, NOW).days_left is None
    assert left(days=1, at=NOW + timedelta(hours=13)) == 0


def test_access_that_ends_soon_looks_like_something_that_waits() -> None:
    assert (ACTIVE.tone, replace(ACTIVE, cause="ends_soon").tone, replace(OVER, cause="ends_soon").tone) == (
        "good",
        "wait",
        "bad",
    )


def test_a_request_has_come_to_its_last_step_with_access() -> None:
    grant: Any = object()
    steps = [each.step for each in (DRAFT, WAITING, YOURS, ACTIVE, replace(ACTIVE, grant=grant))]
    assert steps == [0, 1, 3, 0, 4]
    assert replace(SUSPENDED, grant=grant).step == 4


def test_a_visitor_copies_no_request() -> None:
    found = facts(AnonymousUser(), (DATA, known(DATA, "entitled")))
    offer = AccessState(State.NONE, NOW, dataset=DATA)
    assert states._again(OVER, offer, found).action == Action(Do.REQUEST_ACCESS, DATA)
