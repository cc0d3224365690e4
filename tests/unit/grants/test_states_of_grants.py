"""The state of one grant, from facts that are given: no database, every branch, and everything a state carries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.grants.access_state.facts import Ended
from apps.grants.access_state.grants import of_grant
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.grants.models import RENEW_DAYS, AccessGrant, Suspension
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
    version,
)

TICK = timedelta(microseconds=1)


class Course:
    """A grant of its applicant, and the facts about it."""

    def __init__(self, *missing: str, **how: Any) -> None:
        self.holder, self.owner = person(), person("Owner")
        self.data = dataset()
        self.version = version(self.data)
        self.item = item(request(how.pop("applicant", self.holder)), self.data)
        ended = {"ended_at": NOW - DAY, "ended_because": "A breach."} if "not_terminated" in missing else {}
        self.agreement = agreement(self.item, **ended)
        self.kept_out: tuple[str, ...] = how.pop("kept_out", ())
        self.version = how.pop("version", None) or self.version
        self.missing, self.pause = missing, how.pop("pause", None)
        self.ended = how.pop("ended", None)
        self.grant: AccessGrant = grant(self.agreement, self.holder, **how)

    def state(self, *, own: bool = True) -> AccessState:
        found = facts(
            self.holder if own else self.owner, (self.data, known(self.data, *self.kept_out, at=self.version))
        )
        if self.ended is not None and self.grant.institution is not None:
            found.ended = {(self.holder.pk, self.grant.institution.pk): self.ended}
        who = me(self.holder) if own else of(self.holder)
        return of_grant(given(self.grant, *self.missing, pause=self.pause), who, found)

    def see(self) -> Action:
        return Action(Do.VIEW_ACCESS, self.grant)


def same(course: Course, found: AccessState, /, **expected: Any) -> None:
    """The state has these fields, beside what every state of a grant carries."""
    over = {"not_revoked", "not_terminated"} & set(course.missing)
    always = {
        "at": NOW, "dataset": course.data, "request": course.item.request, "agreement": course.agreement,
        "grant": course.grant, "until": NOW - DAY if over else course.grant.ends_at, "last_day": course.grant.last_day,
        "version": course.version, "turn": Turn.NOBODY, "cause": "", "reason": "", "by": "", "waiting_for": (),
        "number": 0,
    }  # fmt: skip
    wanted = {**always, **expected}
    assert shown(found, wanted) == wanted


@pytest.mark.parametrize("own", [True, False])
def test_access_is_active_from_its_start(own: bool) -> None:
    """Its holder downloads; who manages the dataset looks at it."""
    course = Course()
    action = Action(Do.DOWNLOAD, course.grant) if own else course.see()
    same(course, course.state(own=own), state=State.ACTIVE, since=course.grant.starts_at, action=action)


@pytest.mark.parametrize("own", [True, False])
def test_access_that_has_not_begun_is_scheduled(own: bool) -> None:
    course = Course("begun", starts_at=NOW + DAY)
    same(course, course.state(own=own), state=State.SCHEDULED, since=NOW + DAY, action=course.see())


def test_revoked_access_says_by_whom_and_why_before_anything_else() -> None:
    owner = person("Owner")
    facts_of_end = {"revoked_at": NOW - DAY, "revoked_because": "A breach."}
    course = Course("not_revoked", "not_terminated", "not_ended", revoked_by=owner, **facts_of_end)
    same(
        course, course.state(), state=State.REVOKED, since=NOW - DAY, by="Owner", reason="A breach.",
        action=course.see(),
    )  # fmt: skip
    nobody = Course("not_revoked", revoked_by=None, **facts_of_end)
    assert (nobody.state().state, nobody.state().by) == (State.REVOKED, "")


def test_access_that_its_holder_ended_early_has_ended() -> None:
    course = Course("not_revoked", revoked_at=NOW - DAY, revoked_because="The study is over.")
    course.grant.revoked_by = course.holder
    same(
        course, course.state(), state=State.ENDED, cause="by_holder", since=NOW - DAY, by="Astrid Lund",
        reason="The study is over.", action=course.see(),
    )  # fmt: skip


def test_a_terminated_agreement_and_an_end_come_next() -> None:
    course = Course("not_terminated", "not_ended", "not_suspended")
    same(
        course, course.state(), state=State.TERMINATED, since=NOW - DAY, reason="A breach.", action=course.see(),
    )  # fmt: skip
    over = Course("not_ended", "not_suspended", last=-DAY)
    same(over, over.state(), state=State.ENDED, since=NOW - DAY, action=over.see())


def test_suspended_access_says_by_whom_and_why_if_it_is_known() -> None:
    pause = Suspension(by=person("Owner"), reason="A question.", starts_at=NOW - DAY)
    course = Course("not_suspended", "affiliation_active", pause=pause)
    same(
        course, course.state(), state=State.SUSPENDED, turn=Turn.OTHERS, since=NOW - DAY, by="Owner",
        reason="A question.", action=course.see(),
    )  # fmt: skip
    unknown = Course("not_suspended")
    same(unknown, unknown.state(), state=State.SUSPENDED, turn=Turn.OTHERS, since=None, action=unknown.see())


def test_a_lapsed_affiliation_is_the_holders_turn_to_sign_in() -> None:
    course = Course("affiliation_active")
    lapsed: dict[str, Any] = {
        "state": State.SUSPENDED, "cause": "affiliation", "waiting_for": ("Nordvik University Hospital",),
    }  # fmt: skip
    same(course, course.state(), turn=Turn.YOU, action=Action(Do.SIGN_IN_AGAIN, course.data), **lapsed)
    same(course, course.state(own=False), turn=Turn.OTHERS, action=course.see(), **lapsed)


@pytest.mark.parametrize(("lapsed", "cause"), [(False, "affiliation_ended"), (True, "affiliation_lapsed")])
def test_an_affiliation_that_no_sign_in_restores_waits_for_an_official(lapsed: bool, cause: str) -> None:
    course = Course("affiliation_active", ended=Ended("Nordvik", ("Tove Lund", "Olav Strand"), lapsed))
    wanted: dict[str, Any] = {
        "state": State.SUSPENDED, "cause": cause, "turn": Turn.OTHERS, "by": "Nordvik",
        "waiting_for": ("Tove Lund", "Olav Strand"),
    }  # fmt: skip
    same(course, course.state(), action=Action(Do.ASK_OFFICIAL, course.grant), **wanted)
    same(course, course.state(own=False), action=course.see(), **wanted)


def test_without_an_institution_nothing_mends_it() -> None:
    course = Course("affiliation_active", institution=None)
    same(course, course.state(), state=State.SUSPENDED, cause="no_institution", turn=Turn.OTHERS, action=course.see())


@pytest.mark.parametrize("part", ["signed", "executed"])
@pytest.mark.parametrize("begun", [(), ("begun",)])
def test_another_missing_part_of_the_grant_suspends_it(part: str, begun: tuple[str, ...]) -> None:
    course = Course(part, *begun)
    same(course, course.state(), state=State.SUSPENDED, cause="further", turn=Turn.OTHERS, action=course.see())


@pytest.mark.parametrize("own", [True, False])
def test_a_closed_account_and_the_emergency_account_have_no_access(own: bool) -> None:
    for field, value in (("is_active", False), ("is_break_glass", True)):
        course = Course()
        setattr(course.holder, field, value)
        same(course, course.state(own=own), state=State.ACCOUNT_BLOCKED, action=course.see())


def test_an_embargo_keeps_out_until_it_ends() -> None:
    data = dataset()
    course = Course("begun", kept_out=("embargo_past",), version=version(data, embargo_until=NOW + 5 * DAY))
    wanted: dict[str, Any] = {"state": State.EMBARGOED, "turn": Turn.OTHERS, "until": NOW + 5 * DAY, "since": None}
    same(course, course.state(), cause="granted", action=course.see(), **wanted)
    same(course, course.state(own=False), cause="", action=course.see(), **wanted)


def test_a_withdrawn_version_keeps_out_with_its_reason_and_number() -> None:
    gone = version(dataset(), 4, withdrawn_at=NOW - DAY, withdrawn_because="Consent.")
    course = Course(kept_out=("not_withdrawn",), version=gone)
    same(
        course, course.state(), state=State.VERSION_WITHDRAWN, cause="granted", since=NOW - DAY, reason="Consent.",
        number=4, action=course.see(),
    )  # fmt: skip
    none = Course(kept_out=("published",))
    assert (none.state().state, none.state().cause) == (State.VERSION_WITHDRAWN, "none")


def test_a_missing_second_factor_is_the_holders_turn_and_nobody_elses_concern() -> None:
    course = Course(kept_out=("second_factor",))
    same(
        course, course.state(), state=State.SECOND_FACTOR_NEEDED, cause="granted", turn=Turn.YOU,
        action=Action(Do.SECOND_FACTOR, course.data),
    )  # fmt: skip
    assert course.state(own=False).state == State.ACTIVE
    later = Course("begun", kept_out=("second_factor",))
    assert later.state().state == State.SCHEDULED


def test_a_second_factor_that_nobody_knows_of_is_missing() -> None:
    """Unknown is no."""
    course = Course()
    rule = known(course.data, "second_factor", at=course.version)
    parts = {name: holds for name, holds in rule.parts.items() if name != "second_factor"}
    found = facts(course.holder, (course.data, type(rule)(False, course.version, parts)))
    assert of_grant(given(course.grant), me(course.holder), found).state == State.SECOND_FACTOR_NEEDED


@pytest.mark.parametrize("part", ["affiliated", "entitled", "person"])
def test_what_the_rule_refuses_its_holder_is_suspended(part: str) -> None:
    course = Course(kept_out=(part,))
    same(course, course.state(), state=State.SUSPENDED, cause="further", turn=Turn.OTHERS, action=course.see())
    assert course.state(own=False).state == State.ACTIVE  # those parts are the reader's own, not the holder's


def test_a_part_of_the_rule_that_is_not_known_here_suspends_what_others_read() -> None:
    course = Course()
    with_more = known(course.data, at=course.version)
    parts = {**with_more.parts, "training": True}
    found = facts(course.owner, (course.data, type(with_more)(True, course.version, parts)))
    state = of_grant(given(course.grant), of(course.holder), found)
    assert (state.state, state.cause, state.turn) == (State.SUSPENDED, "further", Turn.OTHERS)
    assert state.action == course.see()


# ------------------------------------------------------------------------------------------------- the last sixty days
def ending(days: int, **how: Any) -> Course:
    """Access of a year whose last day comes in so many days."""
    return Course(ends_at=datetime(2026, 9, 2, tzinfo=UTC) + days * DAY, starts_at=NOW - 300 * DAY, **how)


def test_access_can_be_renewed_in_its_last_sixty_days() -> None:
    soon, early = ending(RENEW_DAYS), ending(RENEW_DAYS + 1)
    same(
        soon, soon.state(), state=State.ACTIVE, cause="ends_soon", since=soon.grant.starts_at,
        action=Action(Do.RENEW, soon.item.request),
    )  # fmt: skip
    same(
        early, early.state(), state=State.ACTIVE, since=early.grant.starts_at, action=Action(Do.DOWNLOAD, early.grant),
    )  # fmt: skip


def test_short_access_can_be_renewed_from_its_middle() -> None:
    half = Course(starts_at=NOW - 10 * DAY, ends_at=NOW + 10 * DAY)
    assert half.state().cause == "ends_soon"
    before = Course(starts_at=NOW - 10 * DAY, ends_at=NOW + 10 * DAY + TICK)
    assert (before.state().cause, before.state().state) == ("", State.ACTIVE)


def test_only_the_applicant_renews() -> None:
    member = ending(5, applicant=person("Applicant"))
    for course, own in ((member, True), (ending(5), False)):
        action = Action(Do.DOWNLOAD, course.grant) if own else course.see()
        same(course, course.state(own=own), state=State.ACTIVE, since=course.grant.starts_at, action=action)
