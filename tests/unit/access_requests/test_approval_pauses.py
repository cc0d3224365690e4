"""What a hostile reading of approval rules found: agreements from before a pause, and checks without a declaration."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands, queries_conflicts, rules_conflicts, tasks
from apps.access_requests.models import ApprovalRule, RuleDecision
from apps.audit.kinds import Kind
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Denied, WrongState
from apps.notifications.models import Notification
from apps.people.models import Person
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


def waiting(rule: ApprovalRule, *, days: int) -> None:
    """One sampled approval of the rule has waited for so many days."""
    case = stories.submitted()
    RuleDecision.objects.create(
        rule=rule, item=case.item, round=case.round, number=rule.decisions.count() + 1, is_sampled=True,
        decided_at=clock.now() - timedelta(days=days),
    )  # fmt: skip


@pytest.mark.parametrize(("days", "most", "paused"), [(29, 10, False), (31, 10, True), (0, 1, False), (0, 0, True)])
def test_a_rule_whose_samples_nobody_checks_approves_nothing_more(
    world: World, settings: Any, days: int, most: int, paused: bool
) -> None:
    """Before any task runs, too; it is on again only after they were checked."""
    settings.APPROVAL_RULE_MOST_UNCHECKED = most
    rule = world.started(sample_every=100)
    waiting(rule, days=days)
    assert (world.submitted().item.state == "open") is paused
    rule.refresh_from_db()
    assert rule.pause == ("unchecked" if paused else "")
    if not paused:
        return
    run = commands.run_on_past_cases(rule, by=world.owner)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=world.chair)
    RuleDecision.objects.update(verdict="agree", checked_by=world.third, checked_at=clock.now())
    assert world.started(rule).is_started


def test_the_task_pauses_a_rule_whose_samples_nobody_checks(world: World) -> None:
    late, kept = world.started(), world.started(title="Checked")
    waiting(late, days=31)
    tasks.keep_approval_rules()
    assert {rule.pk: rule.pause for rule in ApprovalRule.objects.all()} == {late.pk: "unchecked", kept.pk: ""}


def test_a_member_who_has_not_declared_hears_what_a_rule_did_only_after_they_declare(world: World) -> None:
    rule = world.started()
    late = stories.person()
    committees.add_member(world.committee, person=late, by=world.chair)
    case = stories.submitted(world.draft(), declared=False)
    assert case.item.state == "approved"
    for reader in (world.third, late):
        (note,) = Notification.objects.filter(reader=reader, kind=Kind.ITEM_APPROVED_BY_RULE)
        said = f"{note.subject} {note.body} {note.path}"
        assert case.request.reference in said and str(case.request.pk) in note.path
        assert not any(hidden in said for hidden in (rule.title, world.data.dataset.title, "approv", "rule"))
    seen = rules_conflicts.seen_of(queries_conflicts.people_to_judge(case.request))
    for by in (late, world.owner):
        commands.declare_no_conflict(case.request, seen=seen, by=by)
    stories.drain()
    (note,) = Notification.objects.filter(kind=Kind.NO_CONFLICT_DECLARED)
    assert note.reader == late and str(rule.decisions.get().pk) in note.path and rule.title in note.body


def test_a_person_with_two_accounts_is_one_person_for_a_rule(world: World) -> None:
    """They agree once, do not check their own rule, and their request is that of an insider."""
    rule = world.rule()
    run = commands.run_on_past_cases(rule, by=world.owner)
    commands.agree_to_rule(run, looked=True, by=world.owner)
    other = stories.person(at=world.home)
    committees.add_member(world.committee, person=other, by=world.chair)
    Person.objects.filter(pk=world.owner.pk).update(merged_into=other, is_active=False)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=other)
    Person.objects.filter(pk=world.owner.pk).update(merged_into=None, is_active=True)
    started = world.started(rule)
    world.submitted()
    (made,) = started.decisions.all()
    Person.objects.filter(pk=world.owner.pk).update(merged_into=other, is_active=False)
    stories.declare(made.item.request, other)
    with pytest.raises(Denied):
        commands.check_rule_decision(made, verdict="agree", comment="", by=other)
    commands.check_rule_decision(made, verdict="agree", comment="", by=world.third)
    Person.objects.filter(pk=world.owner.pk).update(merged_into=None, is_active=True)
    same = stories.person(at=world.home)
    Person.objects.filter(pk=world.third.pk).update(merged_into=same, is_active=False)
    assert world.submitted(applicant=same).item.state == "open"
    Person.objects.filter(pk=world.third.pk).update(merged_into=None, is_active=True)
    assert world.submitted(applicant=same).item.state == "approved", "control"
