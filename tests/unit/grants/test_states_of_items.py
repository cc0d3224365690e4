"""The state of one dataset in a request, from facts that are given: before the decision, after it, until all signed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.audit.kinds import Kind
from apps.grants.access_state.items import PREPARED_BY, of_item
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.people.models import Person
from tests.unit.grants.unsaved import (
    DAY,
    NOW,
    agreement,
    dataset,
    facts,
    given,
    grant,
    item,
    known,
    me,
    of,
    person,
    request,
    shown,
)


class Course:
    """A request of Astrid's for one dataset, with its item as given."""

    def __init__(self, state: str = "decided", *, item_state: str = "approved", **read: Any) -> None:
        self.applicant, self.owner, self.data = person(), person("Owner"), dataset()
        moments = {name: read.pop(name) for name in ("ended_at", "submitted_at", "decided_at") if name in read}
        self.request = request(self.applicant, state, **moments)
        self.item = item(self.request, self.data, item_state, **read)
        self.item.reason = "Out of scope."
        self.owners = [self.owner]
        self.signed: dict[Any, Any] = {}
        self.members: dict[Any, set[Any]] = {}
        self.given: dict[Any, Any] = {}

    def state(self, viewer: Person | None = None, *, about: Person | None = None) -> AccessState | None:
        """What the applicant sees of their own; or what a viewer sees of the applicant, or of somebody else."""
        found = facts(
            viewer or about or self.applicant, (self.data, known(self.data)), signed=self.signed,
            members=self.members, grants=self.given, owners={self.data.pk: self.owners},
        )  # fmt: skip
        whose = about or self.applicant
        return of_item(self.item, of(whose) if viewer is not None else me(whose), found)

    def see(self) -> Action:
        return Action(Do.VIEW_REQUEST, self.request)

    def agreed(self, state: str = "offered", **how: Any) -> Any:
        return agreement(self.item, state, **how)


def same(course: Course, found: AccessState | None, /, **expected: Any) -> None:
    """The state has these fields, beside what every state of an item carries."""
    always = {
        "at": NOW, "dataset": course.data, "request": course.request, "turn": Turn.NOBODY, "cause": "", "reason": "",
        "by": "", "waiting_for": (), "number": 0, "due": None, "agreement": None, "grant": None, "last_day": None,
    }  # fmt: skip
    wanted = {**always, **expected}
    assert found is not None
    assert shown(found, wanted) == wanted


# ------------------------------------------------------------------------------------------------- until the decision
@pytest.mark.parametrize(("request_state", "item_state"), [("withdrawn", "open"), ("decided", "withdrawn")])
def test_what_was_withdrawn_is_over(request_state: str, item_state: str) -> None:
    course = Course(request_state, item_state=item_state, ended_at=NOW - 2 * DAY)
    same(course, course.state(), state=State.WITHDRAWN, since=NOW - 2 * DAY, action=course.see())
    decided = Course(request_state, item_state=item_state)
    same(decided, decided.state(), state=State.WITHDRAWN, since=NOW - 20 * DAY, action=decided.see())


def test_a_draft_is_its_applicants_turn() -> None:
    course = Course("draft", item_state="open")
    wanted: dict[str, Any] = {"state": State.DRAFT, "since": NOW - 50 * DAY}
    same(course, course.state(), turn=Turn.YOU, action=Action(Do.CONTINUE_DRAFT, course.request), **wanted)
    same(course, course.state(course.owner), turn=Turn.OTHERS, action=course.see(), **wanted)


def test_a_denied_dataset_says_who_denied_it_and_why() -> None:
    course = Course(item_state="denied")
    same(
        course, course.state(), state=State.DENIED, since=NOW - 19 * DAY, by="Scans committee",
        reason="Out of scope.", action=course.see(), cause="appealable", until=NOW + 11 * DAY,
    )  # fmt: skip
    read_by_owner = course.state(course.owner)
    assert read_by_owner is not None and read_by_owner.cause == "appealable_by_applicant"


@pytest.mark.parametrize(("request_state", "state"), [("submitted", State.SUBMITTED), ("in_review", State.IN_REVIEW)])
def test_an_undecided_dataset_waits_for_its_committee(request_state: str, state: State) -> None:
    course = Course(request_state, item_state="open", due_on=date(2026, 8, 12))
    wanted: dict[str, Any] = {
        "state": state, "turn": Turn.OTHERS, "waiting_for": ("Scans committee",), "action": course.see(),
    }  # fmt: skip
    same(course, course.state(), since=NOW - 40 * DAY, due=date(2026, 8, 12), **wanted)
    unknown = Course(request_state, item_state="open", submitted_at=None)
    wanted["action"] = unknown.see()
    same(unknown, unknown.state(), since=None, due=None, **wanted)


def test_votes_that_do_not_decide_are_said_while_they_are_under_review() -> None:
    causes = {
        (state, reported): getattr(Course(state, item_state="open", reported=reported).state(), "cause", None)
        for state in ("submitted", "in_review")
        for reported in (None, Kind.VOTES_DIVIDED, Kind.CONFIRMATION_NEEDED)
    }
    assert {key for key, cause in causes.items() if cause == "divided"} == {("in_review", Kind.VOTES_DIVIDED)}
    assert set(causes.values()) == {"", "divided"}


def test_requested_changes_are_the_applicants_turn() -> None:
    course = Course("returned", item_state="open", asked_at=NOW - 3 * DAY, unanswered=2)
    wanted: dict[str, Any] = {"state": State.CHANGES_REQUESTED, "since": NOW - 3 * DAY, "by": "Scans committee"}
    answer = Action(Do.ANSWER, course.request)
    same(course, course.state(), turn=Turn.YOU, number=2, action=answer, **wanted)
    others: dict[str, Any] = {"cause": "others", "turn": Turn.OTHERS, "waiting_for": ("Astrid Lund",)}
    same(course, course.state(course.owner), action=course.see(), **others, **wanted)
    same(course, course.state(about=person("Member")), action=course.see(), **others, **wanted)


@pytest.mark.parametrize("unanswered", [0, None])
def test_answered_questions_leave_the_request_to_be_submitted_again(unanswered: int | None) -> None:
    course = Course("returned", item_state="open", unanswered=unanswered)
    same(
        course, course.state(), state=State.CHANGES_REQUESTED, cause="answered", turn=Turn.YOU, number=0,
        since=NOW - 40 * DAY, by="Scans committee", action=Action(Do.ANSWER, course.request),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- after the decision
def test_an_approved_dataset_waits_for_its_agreement() -> None:
    course = Course()
    same(
        course, course.state(), state=State.PREPARING, cause="agreement", turn=Turn.OTHERS, since=NOW - 19 * DAY,
        waiting_for=(PREPARED_BY,), action=course.see(),
    )  # fmt: skip


def test_a_grant_of_this_person_and_agreement_is_their_state() -> None:
    course = Course()
    made = grant(course.agreed("executed"), course.applicant)
    course.given = {(course.item.agreement.pk, course.applicant.pk): given(made)}
    state = course.state()
    assert state is not None
    assert (state.state, state.grant) == (State.ACTIVE, made)


def test_who_was_named_after_the_decision_or_is_named_no_more_has_no_state() -> None:
    member = person("Member")
    late, gone, both = Course(), Course(), Course()
    late.members = {late.request.pk: {member.pk}}
    gone.item.approved_members = [str(member.pk)]
    both.members, both.item.approved_members = {both.request.pk: {member.pk}}, [str(member.pk)]
    for course in (late, gone, both):
        course.agreed("signed")
    assert late.state(about=member) is None
    assert gone.state(about=member) is None
    state = both.state(about=member)
    assert state is not None
    assert (state.state, state.turn) == (State.AWAITING_SIGNATURES, Turn.YOU)
    unknown = Course(approved_members=None)
    unknown.agreed("signed")
    assert unknown.state(about=member) is None
    assert unknown.state() is not None  # the applicant


def test_a_terminated_agreement_and_a_period_that_is_over_give_no_access() -> None:
    course = Course()
    end = {"ended_at": NOW - DAY, "ended_because": "A breach."}
    made = course.agreed("terminated", ends_on=date(2026, 8, 1), **end)
    see = Action(Do.VIEW_AGREEMENT, made)
    same(
        course, course.state(), state=State.TERMINATED, since=NOW - DAY, reason="A breach.", action=see,
        agreement=made, last_day=date(2026, 8, 1),
    )  # fmt: skip
    over = Course()
    made = over.agreed(ends_on=date(2026, 8, 31))
    same(
        over, over.state(), state=State.EXPIRED, since=datetime(2026, 9, 1, tzinfo=UTC), agreement=made,
        last_day=date(2026, 8, 31), action=Action(Do.VIEW_AGREEMENT, made),
    )  # fmt: skip
    today = Course()
    today.agreed(ends_on=NOW.date())
    state = today.state()
    assert state is not None
    assert state.state == State.AWAITING_SIGNATURES


# ------------------------------------------------------------------------------------------------- until all signed
def waits(course: Course, made: Any, found: AccessState | None, /, **expected: Any) -> None:
    wanted = {"state": State.AWAITING_SIGNATURES, "agreement": made, "last_day": made.ends_on}
    same(course, found, **{**wanted, **expected})


def test_the_applicant_signs_first() -> None:
    course = Course()
    made = course.agreed()
    waits(
        course, made, course.state(), turn=Turn.YOU, since=NOW - 18 * DAY, waiting_for=("Astrid Lund",),
        action=Action(Do.SIGN, made),
    )  # fmt: skip
    waits(
        course, made, course.state(course.owner), turn=Turn.OTHERS, cause="others", since=NOW - 18 * DAY,
        waiting_for=("Astrid Lund",), action=Action(Do.VIEW_AGREEMENT, made),
    )  # fmt: skip


def test_then_an_owner_countersigns() -> None:
    course = Course()
    made = course.agreed("signed")
    course.signed = {(made.pk, course.applicant.pk): NOW - 5 * DAY}
    wanted: dict[str, Any] = {"since": NOW - 5 * DAY, "waiting_for": ("Owner",)}
    see = Action(Do.VIEW_AGREEMENT, made)
    waits(course, made, course.state(), turn=Turn.OTHERS, cause="others", action=see, **wanted)
    waits(course, made, course.state(person("Else")), turn=Turn.OTHERS, cause="others", action=see, **wanted)
    countersign = Action(Do.COUNTERSIGN, made)
    waits(course, made, course.state(course.owner), turn=Turn.YOU, cause="countersign", action=countersign, **wanted)


@pytest.mark.parametrize("part", ["applicant", "approved", "member", "glass"])
def test_an_owner_who_is_part_of_the_request_does_not_countersign(part: str) -> None:
    course, other = Course(), person("Other owner")
    made = course.agreed("signed")
    if part == "applicant":
        course.owner = course.applicant
    elif part == "approved":
        course.item.approved_members = [str(course.owner.pk)]
    elif part == "member":
        course.members = {course.request.pk: {course.owner.pk}}
    else:
        course.owner.is_break_glass = True
    course.signed = {(made.pk, course.applicant.pk): NOW - 5 * DAY}
    course.owners = [course.owner, other]
    state = course.state(course.owner)
    assert state is not None
    assert (state.turn, state.cause, state.waiting_for) == (Turn.OTHERS, "others", ("Other owner",))
    countersigning = course.state(other)
    assert countersigning is not None
    assert countersigning.turn == Turn.YOU
    course.owners = [course.owner]  # who may not countersign names another owner
    alone = course.state(other)
    assert alone is not None
    assert (alone.turn, alone.waiting_for) == (Turn.OTHERS, (str(course.owner),))


def test_without_an_owner_it_waits_for_an_official_or_the_operator() -> None:
    course = Course(approved_members=None)
    made = course.agreed("signed")
    course.signed = {(made.pk, course.applicant.pk): NOW - 5 * DAY}
    course.owners = []
    state = course.state()
    assert state is not None
    assert len(state.waiting_for) == 1 and state.waiting_for[0]


def test_who_signed_waits_for_their_access_once_everybody_has() -> None:
    course = Course()
    made = course.agreed("executed", executed_at=NOW - DAY)
    course.signed = {(made.pk, course.applicant.pk): NOW - 5 * DAY}
    same(
        course, course.state(), state=State.PREPARING, cause="access", turn=Turn.OTHERS, since=NOW - DAY,
        waiting_for=(PREPARED_BY,), action=Action(Do.VIEW_AGREEMENT, made), agreement=made, last_day=made.ends_on,
    )  # fmt: skip
    course.signed = {}
    waits(
        course, made, course.state(), turn=Turn.YOU, since=NOW - 18 * DAY, waiting_for=("Astrid Lund",),
        action=Action(Do.SIGN, made),
    )  # fmt: skip


def test_a_member_signs_for_themselves_and_waits_for_the_others_afterwards() -> None:
    course, member = Course(), person("Member")
    course.members, course.item.approved_members = {course.request.pk: {member.pk}}, [str(member.pk)]
    made = course.agreed()
    waits(
        course, made, course.state(about=member), turn=Turn.YOU, since=NOW - 18 * DAY, waiting_for=("Member",),
        action=Action(Do.SIGN, made),
    )  # fmt: skip
    course.signed = {(made.pk, member.pk): NOW - 6 * DAY}
    waits(
        course, made, course.state(about=member), turn=Turn.OTHERS, cause="others", since=NOW - 18 * DAY,
        waiting_for=("Astrid Lund",), action=Action(Do.VIEW_AGREEMENT, made),
    )  # fmt: skip
