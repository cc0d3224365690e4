"""What a hostile reading of approval rules found: agreements from before a pause, and checks without a declaration."""

from collections.abc import Callable

import pytest

from apps.access_requests import commands
from apps.access_requests.models import ApprovalRule
from apps.committees import commands as committees
from apps.core.errors import Denied, WrongState
from tests import stories
from tests.unit.access_requests.test_approval_rules import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def test_what_a_rule_decided_is_checked_only_after_a_declaration(world: World) -> None:
    """Control: the same member may after they declared that they have no conflict of interest."""
    rule = world.started()
    case = world.submitted()
    (made,) = rule.decisions.all()
    late = stories.person()
    committees.add_member(world.committee, person=late, by=world.chair)
    with pytest.raises(Denied):
        commands.check_rule_decision(made, verdict="agree", comment="", by=late)
    stories.declare(case.request, late)
    commands.check_rule_decision(made, verdict="agree", comment="", by=late)


def _member_pauses(world: World, rule: ApprovalRule) -> None:
    commands.pause_approval_rule(rule, by=world.third)


def _member_disagrees(world: World, rule: ApprovalRule) -> None:
    world.submitted()
    (made,) = rule.decisions.all()
    commands.check_rule_decision(made, verdict="disagree", comment="Too broad.", by=world.third)


@pytest.mark.parametrize("pause", [_member_pauses, _member_disagrees])
def test_a_paused_rule_is_on_again_only_after_a_new_shadow_run(world: World, pause: Callable[..., None]) -> None:
    """Nobody's later agreement to the run from before the pause switches it on. The control is a new run."""
    rule = world.started()
    run = rule.runs.get()
    pause(world, rule)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=world.third)
    rule.refresh_from_db()
    assert not rule.is_started
    assert world.started(rule).is_started
