"""Approval rules: tried first, agreed by two, never more than the matcher permits, paused when anything changes."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from apps.access_requests import commands, queries_approval, rules_approval, tasks
from apps.access_requests.approval_terms import Terms, is_sampled
from apps.access_requests.models import ApprovalRule, Item, RuleDecision, ShadowRun
from apps.agreements.models import Agreement
from apps.audit.kinds import Kind
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.notifications.models import Notification
from apps.people.models import Institution, Person
from tests import stories

GENERAL = Use("DUO:0000042")
HOME = "Nordvik University Hospital"


class World:
    """A committee, a dataset for general research use, and an institution whose people a rule may admit."""

    def __init__(self, *, undo_minutes: int = 0) -> None:
        setup = stories.committee_setup(members=3, undo_minutes=undo_minutes)
        self.data = stories.published_dataset(committee_setup=setup)
        self.committee: Committee = setup.committee
        self.chair, (self.owner, self.other, self.third) = setup.chair, setup.members
        datasets.describe(self.data.dataset, by=self.data.owner, conditions=[GENERAL])
        self.home: Institution = stories.institution(HOME)

    def terms(self) -> Terms:
        return Terms(frozenset({str(self.data.dataset.pk)}), frozenset({"health"}), frozenset({str(self.home.pk)}))

    def rule(self, **how: Any) -> ApprovalRule:
        facts: dict[str, Any] = {"title": "Public research", "terms": self.terms(), "sample_every": 10} | how
        return commands.write_approval_rule(self.committee, by=self.owner, **facts)

    def started(self, rule: ApprovalRule | None = None, **how: Any) -> ApprovalRule:
        rule = rule or self.rule(**how)
        run = commands.run_on_past_cases(rule, by=self.owner)
        assert not commands.agree_to_rule(run, looked=True, by=self.chair)
        assert commands.agree_to_rule(run, looked=True, by=self.other)
        rule.refresh_from_db()
        return rule

    def draft(self, *, applicant: Person | None = None, document: bool = True, **answers: Any) -> stories.Case:
        applicant = applicant or stories.person(at=self.home)
        case = stories.draft(published_dataset=self.data, applicant=applicant)
        until = (clock.today() + timedelta(days=400)).isoformat()
        purpose = {
            "version": 1, "kind": "health", "methods": False, "ancestry": False, "genetic": False, "sensitive": [],
            "commercial": False, "organisations": ["public"], "countries": ["NO"], "processing": ["NO"], "ai": "no",
            "reidentify": False, "ethics": "approved", "ethics_until": until,
        }  # fmt: skip
        said = {name: value for name, value in (purpose | answers).items() if value is not None}
        case.request = commands.change(case.request, by=applicant, research_purpose=said)
        if document:
            stories.document(case.request, by=applicant, kind="ethics")
            stories.drain()
        return case

    def decided(self, choice: str = "approve", case: stories.Case | None = None, **how: Any) -> stories.Case:
        case = stories.in_review(case or self.submitted(**how))
        for voter in (self.chair, self.owner, self.other):
            stories.vote(case, voter, choice)
        return case.reload()

    def submitted(self, **how: Any) -> stories.Case:
        return stories.submitted(self.draft(**how))


def kinds(subject: Any) -> list[str]:
    return list(Event.objects.filter(subject_id=subject.pk).order_by("pk").values_list("kind", flat=True))


pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    stories.template()
    return World()


def test_a_rule_is_on_only_after_a_shadow_run_and_the_agreement_of_the_chair_and_another_member(world: World) -> None:
    rule = world.rule()
    assert world.submitted().item.state == "open"
    run = commands.run_on_past_cases(rule, by=world.owner)
    with pytest.raises(Invalid) as refusal:
        commands.agree_to_rule(run, looked=False, by=world.chair)
    assert set(refusal.value.fields) == {"looked"}
    assert not commands.agree_to_rule(run, looked=True, by=world.owner)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=world.owner)
    assert not commands.agree_to_rule(run, looked=True, by=world.other)
    assert world.submitted().item.state == "open", "two members without the chair"
    assert commands.agree_to_rule(run, looked=True, by=world.chair)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=world.third)
    case = world.submitted()
    assert (case.item.state, case.item.decided_in) == ("approved", case.round)
    made = Event.objects.get(kind=Kind.ITEM_APPROVED_BY_RULE, subject_id=case.item.pk)
    assert made.actor_id == world.owner.pk and rule.pk in made.about
    assert made.facts["number"] == 1 and made.facts["sampled"] is True
    assert Agreement.objects.filter(item=case.item).exists(), "the same consequences as after votes"
    assert not Notification.objects.filter(
        reader=world.third, kind=Kind.REQUEST_SUBMITTED, path__contains=case.request.pk
    )


def test_an_old_run_is_not_agreed_to(world: World) -> None:
    rule = world.rule()
    first = commands.run_on_past_cases(rule, by=world.owner)
    second = commands.run_on_past_cases(rule, by=world.owner)
    with pytest.raises(WrongState):
        commands.agree_to_rule(first, looked=True, by=world.chair)
    datasets.describe(world.data.dataset, by=world.data.owner, conditions=[GENERAL, Use("DUO:0000019")])
    with pytest.raises(WrongState):
        commands.agree_to_rule(second, looked=True, by=world.chair)


@pytest.mark.parametrize(
    "how",
    [
        {"kind": "population"}, {"commercial": None}, {"commercial": True}, {"reidentify": None}, {"ai": None},
        {"ethics": "pending"}, {"document": False}, {"sensitive": ["children"]}, {"methods": None, "kind": None},
    ],
)  # fmt: skip
def test_what_is_unclear_or_not_listed_goes_to_people(world: World, how: dict[str, Any]) -> None:
    world.started()
    case = world.submitted(**how)
    assert (case.item.state, case.request.state) == ("open", "submitted")
    assert not RuleDecision.objects.exists()


def test_people_who_are_not_listed_go_to_people(world: World) -> None:
    world.started()
    assert world.submitted(applicant=stories.person()).item.state == "open", "another institution"
    insider = stories.person(at=world.home)
    commands.add_committee_member(world.committee, person=insider, by=world.chair)
    assert world.submitted(applicant=insider).item.state == "open", "a committee member"
    case = world.draft()
    commands.name_members(case.request, codes=[stories.person().code], by=case.applicant)
    assert stories.submitted(case).item.state == "open", "a member of another institution"
    assert world.submitted().item.state == "approved", "control"


def test_the_matcher_has_the_last_word(world: World) -> None:
    """A rule that was agreed on these very conditions approves nothing that they leave to the committee."""
    datasets.describe(world.data.dataset, by=world.data.owner, conditions=[GENERAL, Use("DUO:0000019")])
    world.started()
    assert world.submitted(publish=None).item.state == "open"
    assert world.submitted(publish=True).item.state == "approved", "control"


def test_what_was_returned_or_revised_goes_to_people(world: World) -> None:
    rule = world.rule()
    case = stories.returned(world.submitted())
    world.started(rule)
    commands.answer(case.question, text="All.", by=case.applicant)
    assert stories.submitted(case).item.state == "open"


def test_the_shadow_run_says_where_the_committee_decided_otherwise(world: World) -> None:
    cases = {choice: world.decided(choice) for choice in ("approve", "deny", "conditional")}
    asked = stories.returned(world.submitted())
    commands.answer(asked.question, text="All.", by=asked.applicant)
    asked = world.decided(case=stories.submitted(asked))
    other = world.decided(commercial=None)
    world.decided(case=stories.submitted(published_dataset=world.data))
    run = commands.run_on_past_cases(world.rule(), by=world.owner)
    assert run.looked_at == 6 and not run.is_cut
    assert set(run.approved) == {str(case.item.pk) for case in (*cases.values(), asked)}
    assert set(run.differed) == {str(case.item.pk) for case in (cases["deny"], cases["conditional"], asked)}
    assert run.reasons["commercial"] == 2 and str(other.item.pk) not in run.approved


def test_a_decision_by_a_rule_can_be_undone_which_pauses_the_rule() -> None:
    world = World(undo_minutes=10)
    rule = world.started()
    case = world.submitted()
    assert case.item.state == "approved" and case.item.takes_effect_at is not None
    assert case.request.state == "submitted"
    commands.undo_decision(case.item, why="Not this one.", by=world.third)
    stories.drain()
    rule.refresh_from_db()
    assert (rule.pause, case.item.state) == ("undone", "open")
    commands.accept_for_review(case.request, by=world.chair)
    assert world.submitted().item.state == "open", "paused"
    restarted = world.started(rule)
    assert restarted.paused_at is None and world.submitted().item.state == "approved"


def test_a_disagreement_pauses_the_rule_and_the_first_and_each_nth_decision_is_checked(world: World) -> None:
    rule = world.started(sample_every=2)
    cases = [world.submitted() for _one in range(3)]
    made = list(rule.decisions.order_by("number"))
    assert [(one.number, one.is_sampled) for one in made] == [(1, True), (2, False), (3, True)]
    assert all(one.is_sampled == is_sampled(one.number, rule.sample_every) for one in made)
    assert list(queries_approval.decisions_to_check(world.committee)) == [made[0], made[2]]
    for reader, notes in ((world.third, 2), (world.owner, 0)):
        assert Notification.objects.filter(reader=reader, kind=Kind.ITEM_APPROVED_BY_RULE).count() == notes
    refused: list[tuple[RuleDecision, Person, str, type[DomainError]]] = [
        (made[0], world.owner, "agree", Denied), (made[0], stories.person(), "agree", Denied),
        (made[1], world.third, "agree", WrongState), (made[0], world.third, "", Invalid),
        (made[0], world.third, "disagree", Invalid),
    ]  # fmt: skip
    for decision, by, verdict, kind in refused:
        with pytest.raises(kind):
            commands.check_rule_decision(decision, verdict=verdict, comment="", by=by)
    commands.check_rule_decision(made[0], verdict="agree", comment="", by=world.third)
    with pytest.raises(WrongState):
        commands.check_rule_decision(made[0], verdict="disagree", comment="Too broad.", by=world.third)
    rule.refresh_from_db()
    assert rule.is_started
    commands.check_rule_decision(made[2], verdict="disagree", comment="Too broad.", by=world.third)
    rule.refresh_from_db()
    assert rule.pause == "disagreed" and cases[2].item.state == "approved", "it never denies or takes away"


def test_a_rule_is_paused_when_what_it_was_agreed_on_changes(world: World) -> None:
    rule = world.started()
    datasets.describe(world.data.dataset, by=world.data.owner, conditions=[GENERAL, Use("DUO:0000019")])
    assert world.submitted(publish=True).item.state == "open"
    rule.refresh_from_db()
    assert rule.pause == "changed"
    again = world.started()
    wanted = {"rule": "majority", "quorum": 3, "votes_needed": 1, "veto": False}
    Committee.objects.filter(pk=world.committee.pk).update(**wanted)
    tasks.keep_approval_rules()
    again.refresh_from_db()
    assert again.pause == "changed"
    tasks.keep_approval_rules()
    assert kinds(again).count(Kind.APPROVAL_RULE_PAUSED) == 1


def test_a_rule_ends_with_the_membership_of_its_owner(world: World) -> None:
    rule = world.started()
    member = rule.owner
    commands.remove_committee_member(member, reason="Left.", by=world.chair)
    assert world.submitted().item.state == "open", "before any task ran"
    rule.refresh_from_db()
    assert rule.pause == "owner_left"
    run = commands.run_on_past_cases(rule, by=world.chair)
    with pytest.raises(WrongState):
        commands.agree_to_rule(run, looked=True, by=world.chair)


def test_a_new_version_replaces_the_rule_when_it_is_on(world: World) -> None:
    first = world.started()
    second = world.rule(title="Second", replaces=first)
    first.refresh_from_db()
    assert first.is_started
    world.started(second)
    first.refresh_from_db()
    assert first.ended_at is not None
    with pytest.raises(WrongState):
        commands.run_on_past_cases(first, by=world.owner)
    with pytest.raises(WrongState):
        world.rule(replaces=first)


def test_who_may_do_what(world: World) -> None:
    rule = world.started()
    stranger = stories.person()
    with pytest.raises(Denied):
        commands.write_approval_rule(world.committee, title="x", terms=world.terms(), sample_every=10, by=stranger)
    for act in (commands.run_on_past_cases, commands.pause_approval_rule, commands.end_approval_rule):
        with pytest.raises(Denied):
            act(rule, by=stranger)
    with pytest.raises(Denied):
        commands.end_approval_rule(rule, by=world.third)
    assert queries_approval.visible_to(world.third).get() == rule
    assert not queries_approval.visible_to(stranger).exists()
    commands.pause_approval_rule(rule, by=world.third)
    commands.pause_approval_rule(rule, by=world.third)
    rule.refresh_from_db()
    assert rule.pause == "member"
    assert kinds(rule).count(Kind.APPROVAL_RULE_PAUSED) == 1
    assert list(queries_approval.rules_of(world.committee)) == [rule]
    commands.end_approval_rule(rule, by=world.owner)
    rule.refresh_from_db()
    assert rule.ended_at is not None


def test_a_rule_that_lists_what_is_not_there_is_refused(world: World) -> None:
    elsewhere = stories.published_dataset()
    terms = Terms(frozenset({str(elsewhere.dataset.pk)}), frozenset({"care"}), frozenset({str(world.committee.pk)}))
    with pytest.raises(Invalid) as refusal:
        rules_approval.check_rule(world.committee, " ", terms, 0)
    assert set(refusal.value.fields) == {"title", "datasets", "kinds", "institutions", "sample_every"}
    rules_approval.check_rule(world.committee, "Fine", world.terms(), 10)


def test_an_owner_with_a_conflict_of_interest_decides_nothing(world: World) -> None:
    world.started()
    case = world.draft()
    round_ = commands.submit(case.request, by=case.applicant)
    commands.recuse(case.request, reason="My student.", by=world.owner)
    stories.drain()
    assert case.item.state == "open" and round_.number == 1


def test_a_rule_decides_nothing_that_was_submitted_before_it_was_on(world: World) -> None:
    rule = world.rule()
    case = world.draft()
    commands.submit(case.request, by=case.applicant)
    world.started(rule)
    stories.drain()
    assert case.item.state == "open"


def test_two_rules_decide_once_and_a_second_run_of_the_task_changes_nothing(world: World) -> None:
    world.started()
    world.started(title="Another")
    case = world.submitted()
    submitted = Event.objects.get(kind=Kind.REQUEST_SUBMITTED, subject_id=case.request.pk)
    tasks.decide_by_rules(submitted)
    assert RuleDecision.objects.filter(item=case.item).count() == 1
    assert ShadowRun.objects.count() == 2 and Item.objects.get(pk=case.item.pk).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_a_submission_that_meets_a_pause_is_decided_before_it_or_not_at_all() -> None:
    """The pause holds the lock first: the decision waits for it, and then finds the rule paused."""
    stories.template()
    world = World()
    rule = world.started()
    case = world.draft()
    commands.submit(case.request, by=case.applicant)
    event = Event.objects.get(kind=Kind.REQUEST_SUBMITTED, subject_id=case.request.pk)

    def decide() -> None:
        try:
            tasks.decide_by_rules(event)
        finally:
            connection.close()

    worker = Thread(target=decide)
    with transaction.atomic():
        commands.pause_approval_rule(rule, by=world.third)
        worker.start()
        worker.join(timeout=1)
        assert worker.is_alive(), "control: it waits for the lock"
    worker.join(timeout=20)
    assert case.item.state == "open" and not RuleDecision.objects.exists()
