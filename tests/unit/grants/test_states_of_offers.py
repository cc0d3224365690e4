"""What a dataset offers somebody who has asked for nothing, from facts that are given."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.datasets.models import Dataset
from apps.grants.access_state.facts import DatasetFacts, Ended
from apps.grants.access_state.grants import RULE_PARTS
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.grants.access_state.offers import base, outside
from tests.unit.grants.unsaved import DAY, NOW, dataset, decider, facts, known, person, shown, version

VISITOR = AnonymousUser()


def offer(data: Dataset, about: DatasetFacts, viewer: Any = None, ended: Ended | None = None) -> AccessState:
    found = facts(viewer or person(), (data, about))
    found.ended_for_viewer = ended
    return base(data, found)


def same(data: Dataset, about: DatasetFacts, found: AccessState | None, /, **expected: Any) -> None:
    always = {
        "at": NOW, "dataset": data, "version": about.version, "turn": Turn.NOBODY, "cause": "", "reason": "", "by": "",
        "waiting_for": (), "number": 0, "since": None, "until": None,
    }  # fmt: skip
    wanted = {**always, **expected}
    assert found is not None
    assert shown(found, wanted) == wanted


@pytest.mark.parametrize("access", ["open", "controlled", "registered"])
def test_what_keeps_everybody_out_is_said_of_every_dataset(access: str) -> None:
    data = dataset(access)
    for viewer in (VISITOR, person()):
        none = known(data, "published", "entitled")
        same(data, none, offer(data, none, viewer), state=State.VERSION_WITHDRAWN, cause="none", action=None)
        gone = version(data, 3, withdrawn_at=NOW - DAY, withdrawn_because="Consent.")
        about = known(data, "not_withdrawn", "embargo_past", at=gone)
        same(
            data, about, offer(data, about, viewer), state=State.VERSION_WITHDRAWN, since=NOW - DAY, reason="Consent.",
            number=3, action=None,
        )  # fmt: skip
        about = known(data, "embargo_past", "not_frozen", at=version(data, embargo_until=NOW + DAY))
        same(
            data, about, offer(data, about, viewer), state=State.EMBARGOED, turn=Turn.OTHERS, until=NOW + DAY,
            action=Action(Do.WHY, data),
        )  # fmt: skip


@pytest.mark.parametrize("access", ["open", "controlled", "registered"])
def test_a_dataset_without_a_version_has_no_files(access: str) -> None:
    data, nothing = dataset(access), DatasetFacts(False, None, {})
    for viewer in (VISITOR, person()):
        same(data, nothing, offer(data, nothing, viewer), state=State.VERSION_WITHDRAWN, cause="none", action=None)


def test_open_data_can_be_downloaded_by_everybody() -> None:
    data = dataset("open")
    for viewer in (VISITOR, person()):
        about = known(data)
        same(data, about, offer(data, about, viewer), state=State.OPEN, action=Action(Do.DOWNLOAD, data))
        further = known(data, "training")
        same(
            data, further, offer(data, further, viewer), state=State.SUSPENDED, cause="further",
            action=Action(Do.WHY, data),
        )  # fmt: skip


def test_stopped_downloads_are_said_where_nothing_else_is_missing() -> None:
    for access in ("open", "registered"):
        data = dataset(access)
        about = known(data, "not_frozen")
        same(
            data, about, offer(data, about), state=State.DOWNLOADS_STOPPED, turn=Turn.OTHERS,
            action=Action(Do.WHY, data),
        )  # fmt: skip
        assert offer(data, about, VISITOR).state == (
            State.DOWNLOADS_STOPPED if access == "open" else State.SIGN_IN_NEEDED
        )
    data = dataset()
    assert offer(data, known(data, "not_frozen", "entitled")).state == State.NONE  # a request can still be written
    assert outside(known(data, "not_frozen"), data, facts(None, (data, known(data))), stopped=False) is None


def test_a_visitor_signs_in() -> None:
    for access, code in (("controlled", Do.SIGN_IN_TO_REQUEST), ("registered", Do.SIGN_IN)):
        data = dataset(access)
        about = known(data, "person", "affiliated", "entitled")
        same(
            data, about, offer(data, about, VISITOR), state=State.SIGN_IN_NEEDED, cause=access, turn=Turn.YOU,
            action=Action(code, data),
        )  # fmt: skip


@pytest.mark.parametrize("viewer", [VISITOR, None])
def test_a_committee_that_accepts_no_requests_says_why(viewer: Any) -> None:
    closed = decider(accepting=False, closed_because="Summer.")
    data = dataset(committee=closed)
    about = known(data, "entitled")
    same(
        data, about, offer(data, about, viewer), state=State.NOT_ACCEPTING, turn=Turn.OTHERS,
        waiting_for=("Scans committee",), reason="Summer.", action=Action(Do.VIEW_COMMITTEE, closed),
    )  # fmt: skip
    alone = Dataset(slug="alone", access="controlled")
    about = known(alone, "entitled")
    same(
        alone, about, offer(alone, about, viewer), state=State.NOT_ACCEPTING, turn=Turn.OTHERS,
        action=Action(Do.WHY, alone),
    )  # fmt: skip
    registered = dataset("registered", committee=closed)
    assert offer(registered, known(registered, "entitled"), viewer).state != State.NOT_ACCEPTING


@pytest.mark.parametrize("part", ["person", "not_break_glass"])
@pytest.mark.parametrize("access", ["controlled", "registered"])
def test_an_account_that_may_not_access_data_reads_that(part: str, access: str) -> None:
    data = dataset(access)
    about = known(data, part)
    same(data, about, offer(data, about), state=State.ACCOUNT_BLOCKED, action=Action(Do.WHY, data))
    free = dataset("open")
    assert offer(free, known(free, part)).state == State.SUSPENDED


def test_controlled_data_can_be_requested() -> None:
    data = dataset()
    about = known(data, "entitled")
    same(data, about, offer(data, about), state=State.NONE, turn=Turn.YOU, action=Action(Do.REQUEST_ACCESS, data))


@pytest.mark.parametrize(("access", "cause"), [("controlled", "request"), ("registered", "")])
def test_without_an_affiliation_the_action_is_what_restores_it(access: str, cause: str) -> None:
    data = dataset(access)
    about = known(data, "affiliated", "entitled", "second_factor")
    same(
        data, about, offer(data, about), state=State.AFFILIATION_NEEDED, cause=cause, turn=Turn.YOU,
        action=Action(Do.SIGN_IN_AGAIN, data),
    )  # fmt: skip
    for lapsed, because in ((False, "ended"), (True, "lapsed")):
        ended = Ended("Nordvik", ("Tove Lund",), lapsed)
        same(
            data, about, offer(data, about, ended=ended), state=State.AFFILIATION_NEEDED, cause=because,
            turn=Turn.OTHERS, by="Nordvik", waiting_for=("Tove Lund",), action=Action(Do.ASK_OFFICIAL, data),
        )  # fmt: skip


def test_registered_data_name_the_true_obstacle() -> None:
    data = dataset("registered")
    factor, terms = known(data, "second_factor"), known(data, "entitled", "not_frozen")
    both = known(data, "second_factor", "entitled")
    wanted: dict[str, Any] = {"turn": Turn.YOU, "state": State.SECOND_FACTOR_NEEDED}
    action = Action(Do.SECOND_FACTOR, data)
    same(data, factor, offer(data, factor), cause="terms_accepted", action=action, **wanted)
    same(data, both, offer(data, both), cause="", action=action, **wanted)
    same(data, terms, offer(data, terms), state=State.TERMS_NEEDED, turn=Turn.YOU, action=Action(Do.ACCEPT_TERMS, data))
    about = known(data)
    same(data, about, offer(data, about), state=State.REGISTERED, action=Action(Do.DOWNLOAD, data))
    further = known(data, "training")
    assert offer(data, further).state == State.SUSPENDED


@pytest.mark.parametrize("part", sorted(RULE_PARTS))
@pytest.mark.parametrize("access", ["open", "controlled", "registered"])
def test_a_part_that_nobody_knows_is_missing(access: str, part: str) -> None:
    """Unknown is no: the state without the part is the state in which it does not hold."""
    data, viewer = dataset(access), person()
    missing = known(data, part, at=version(data))
    unknown = DatasetFacts(missing.opens, missing.version, {name: True for name in RULE_PARTS if name != part})
    one, other = offer(data, missing, viewer), offer(data, unknown, viewer)
    assert (one.state, one.cause, one.turn, one.action) == (other.state, other.cause, other.turn, other.action)
