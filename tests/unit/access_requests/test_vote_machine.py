"""Must show 1: people, rounds, votes, recusals, deputies, withdrawals, appeals, extensions and messages against a model
that is written a second time.
"""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.access_requests import commands, queries, rules_clocks
from apps.access_requests.commands import decide
from apps.access_requests.models import Item, Round, Vote
from apps.access_requests.models.review import VoteQuerySet
from apps.access_requests.reversals import end_appeal
from apps.audit.models import Event
from apps.committees import decisions
from apps.committees.decisions import Decision, VotingRules
from apps.committees.models import Committee, CommitteeMember, Deputy
from apps.core import clock
from apps.core.errors import DomainError
from apps.people.models import Person
from tests import stories
from tests.unit.access_requests.vote_model import Model, Rules

pytestmark = pytest.mark.django_db
PARTS = 4
MEMBERS = ["chair", "first", "second", "third", "fourth"]
PEOPLE = [*MEMBERS, "stand-in", "substitute", "stranger"]
TRANSITIONS = {
    "vote: taken", "vote: refused", "deputy votes: taken", "deputy votes: refused", "stale vote: refused",
    "confirm: taken", "confirm: refused", "recuse: taken", "recuse: refused", "name deputy: taken",
    "name deputy: refused", "end deputy: taken", "remove member: taken", "return: taken", "resubmit: taken",
    "withdraw: taken", "withdraw: refused", "change rules: taken", "became approved", "became denied",
    "became withdrawn", "appeal: taken", "appeal: refused", "withdraw appeal: taken", "withdraw appeal: refused",
    "became approved on appeal", "became denied on appeal", "extend: taken", "extend: refused", "message: taken",
    "message: refused",
}  # fmt: skip
person = st.sampled_from(PEOPLE)
choice = st.sampled_from(["approve", "deny", "abstain"])
rules = st.builds(
    lambda name, quorum, k, veto: Rules(name, quorum, min(k, quorum) if name == "k_of_n" else 1, veto),
    st.sampled_from(sorted(decisions.RULES)), st.integers(1, 4), st.integers(1, 4), st.booleans(),
)  # fmt: skip


class World:
    """The rows that every run starts from, and what the runs have covered."""

    def __init__(self) -> None:
        setup = stories.committee_setup(members=4)
        self.case = stories.draft(published_dataset=stories.published_dataset(committee_setup=setup))
        Committee.objects.filter(pk=setup.committee.pk).update(extension_amount=28)
        self.committee: Committee = setup.committee
        self.operator = stories.operator()
        others = [stories.person() for _name in PEOPLE[len(MEMBERS) :]]
        self.people: dict[str, Person] = dict(zip(PEOPLE, [*setup.everyone, *others], strict=True))
        self.covered: Counter[str] = Counter()


class Review(RuleBasedStateMachine):
    """Each step is done in the portal and in the model; both take it or refuse it, and then they agree."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.rounds: list[Round] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def do(self, name: str, expected: bool, act: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                act()
            taken = True
        except DomainError:
            taken = False
        assert taken == expected, f"{name}: the portal {'took' if taken else 'refused'} it"
        self.world.covered[f"{name}: {'taken' if taken else 'refused'}"] += 1

    def the(self, name: str) -> Person:
        return Person.objects.get(pk=self.world.people[name].pk)

    @property
    def item(self) -> Item:
        return self.world.case.item

    @initialize(first=rules)
    def begin(self, first: Rules) -> None:
        self.model = Model(list(MEMBERS), "chair", first, first)
        self._set(first)
        self._submit()

    def _set(self, wanted: Rules) -> None:
        made = VotingRules(wanted.rule, wanted.quorum, wanted.k, wanted.veto)
        commands.change_voting_rules(self.world.committee, wanted=made, by=self.world.operator)

    def _submit(self) -> None:
        case = self.world.case
        self.rounds.append(commands.submit(case.request, by=case.applicant))
        stories.declare(case.request, *self.world.people.values())
        helper = next(name for name in [*self.model.eligible(), *MEMBERS] if name not in self.model.gone)
        commands.accept_for_review(case.request, by=self.the(helper))

    def _vote(self, name: str, who: str, choice: str, seen: Round, expected: bool) -> None:
        codes = ["purpose"] if choice == "deny" else []

        def act() -> None:
            seal = {"seen": seen, "signed_in": stories.fresh_sign_in(), "by": self.the(who)}
            commands.vote(self.item, choice=choice, reason="Mine.", denial_codes=codes, **cast(Any, seal))

        self.do(name, expected, act)

    @rule(who=st.sampled_from(MEMBERS), choice=choice)
    def vote(self, who: str, choice: str) -> None:
        self._vote("vote", who, choice, self.rounds[-1], self.model.vote(who, choice))

    @rule(who=st.sampled_from(PEOPLE[len(MEMBERS) :]), choice=choice)
    def deputy_votes(self, who: str, choice: str) -> None:
        self._vote("deputy votes", who, choice, self.rounds[-1], self.model.vote(who, choice))

    @precondition(lambda self: len(self.rounds) > 1)
    @rule(who=person, choice=choice)
    def stale_vote(self, who: str, choice: str) -> None:
        self._vote("stale vote", who, choice, self.rounds[0], expected=False)

    @rule(who=person)
    def confirm(self, who: str) -> None:
        def act() -> None:
            signed = {"seen": self.rounds[-1], "signed_in": stories.fresh_sign_in()}
            commands.confirm_vote(self.item, **cast(Any, signed), by=self.the(who))

        self.do("confirm", self.model.confirm(who), act)

    @rule(who=person)
    def recuse(self, who: str) -> None:
        if self.model.open:
            case = self.world.case
            expected = self.model.recuse(who)
            self.do("recuse", expected, lambda: commands.recuse(case.request, reason="A paper.", by=self.the(who)))

    @rule(whose=st.sampled_from(MEMBERS), who=person)
    def name_deputy(self, whose: str, who: str) -> None:
        free = whose not in self.model.deputies and who not in self.model.deputies.values()
        expected = whose not in self.model.gone and who not in set(MEMBERS) - self.model.gone and free
        if whose in self.model.gone or who in self.model.gone:
            return
        today = clock.today()
        days = {"first_day": today, "last_day": today + timedelta(days=9)}
        member = CommitteeMember.objects.get(person=self.world.people[whose])

        def act() -> None:
            commands.name_deputy(member, person=self.the(who), **days, by=member.person)

        self.do("name deputy", expected, act)
        if expected:
            self.model.deputies[whose] = who

    @rule(whose=st.sampled_from(MEMBERS))
    def end_deputy(self, whose: str) -> None:
        if whose in self.model.deputies and whose not in self.model.gone:
            deputy = Deputy.objects.not_over().get(membership__person=self.world.people[whose])
            self.do("end deputy", expected=True, act=lambda: commands.end_deputy(deputy, by=self.world.operator))
            del self.model.deputies[whose]

    @rule(whose=st.sampled_from(MEMBERS[1:]))
    def remove_member(self, whose: str) -> None:
        if whose not in self.model.gone:
            member = CommitteeMember.objects.get(person=self.world.people[whose])
            out = {"reason": "Left.", "by": self.world.operator}
            self.do(
                "remove member", expected=True, act=lambda: commands.remove_committee_member(member, **cast(Any, out))
            )
            self.model.gone.add(whose)
            self.model.deputies.pop(whose, None)

    @precondition(lambda self: self.model.open and self.model.round < 4 and self.model.eligible())
    @rule()
    def another_round(self) -> None:
        case, helper = self.world.case, self.model.eligible()[0]
        self.do(
            "return",
            expected=True,
            act=lambda: commands.request_changes(case.request, text="Which?", by=self.the(helper)),
        )
        question = case.request.questions.filter(answer="").get()
        commands.answer(question, text="All of them.", by=case.applicant)
        self.do("resubmit", expected=True, act=self._submit)
        self.model.next_round()

    @rule(wanted=rules)
    def change_rules(self, wanted: Rules) -> None:
        self.do("change rules", expected=True, act=lambda: self._set(wanted))
        self.model.next_rules = wanted

    @rule(really=st.integers(0, 9))
    def withdraw(self, really: int) -> None:
        if really == 0 or not self.model.open:
            case = self.world.case
            self.do("withdraw", self.model.withdraw(), lambda: commands.withdraw(case.request, by=case.applicant))

    @precondition(lambda self: self.model.state != "in_review")
    @rule()
    def appeal(self) -> None:
        case, expected = self.world.case, self.model.make_appeal()
        self.do("appeal", expected, lambda: commands.appeal(self.item, text="It fits.", by=case.applicant))
        if expected:
            self.rounds.append(Round.objects.get(request=case.request, closed_at=None))

    @precondition(lambda self: self.model.state != "in_review" or self.model.appeal == "open")
    @rule(really=st.integers(0, 4))
    def withdraw_appeal(self, really: int) -> None:
        if really == 0:
            case, expected = self.world.case, self.model.withdraw_appeal()
            self.do("withdraw appeal", expected, lambda: commands.withdraw_appeal(self.item, by=case.applicant))

    @rule(who=st.sampled_from(["chair", "chair", "first", "stand-in"]))
    def extend(self, who: str) -> None:
        request, committee = self.world.case.request, self.world.committee
        expected, by = self.model.extend(who), self.the(who)
        self.do("extend", expected, lambda: commands.extend_review(request, committee=committee, reason="Ill.", by=by))

    @rule(who=person)
    def message(self, who: str) -> None:
        """A message for the committee only; it changes nothing, as the invariant says."""
        how: dict[str, Any] = {"text": "A note.", "committee": self.world.committee, "internal": True}
        request, by = self.world.case.request, self.the(who)
        self.do("message", self.model.may_write(who), lambda: commands.write_message(request, **how, by=by))

    @invariant()
    def both_agree(self) -> None:
        item, model = self.item, self.model
        request = item.request
        state = {"in_review": "open", "withdrawn": "open"}.get(model.state, model.outcome)
        assert (item.state, request.state == "withdrawn") == (state, model.state == "withdrawn")
        decided = Event.objects.filter(kind="request.item_decided", subject_id=item.pk).count()
        assert decided == model.decisions, "each decision once"
        if model.state != "in_review":
            on_appeal = " on appeal" if model.decisions > 1 else ""
            self.world.covered[f"became {model.outcome or model.state}{on_appeal}"] += 1
            return
        decision = queries.decision_on(item, queries.fetch_eligible_voters(item))
        names = {person.pk: name for name, person in self.world.people.items()}
        assert {names[cast(Any, pk)] for pk in decision.voters} == set(model.eligible())
        votes = {name: said for name, said in model.counted().items() if said}
        counted = {names[cast(Any, pk)]: said for pk, said in decision.votes.items() if pk in decision.voters}
        assert counted == votes
        assert decision.cast == len(votes)
        twice = Counter(vote.voter_id for vote in Vote.objects.counted().filter(item=item, round=self.rounds[-1]))
        assert not twice or max(twice.values()) == 1, "nobody has two votes"


def run(world: World, *, examples: int, steps: int) -> None:
    machine = type("TheReview", (Review,), {"world": world})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, database=None
        ),
    )


def test_the_portal_and_the_model_agree() -> None:
    """The short profile."""
    world = World()
    run(world, examples=12, steps=20)
    assert world.covered["vote: taken"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(PARTS))
def test_the_portal_and_the_model_agree_over_two_thousand_runs(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Must show 1: 0 divergences, and every transition covered; in parts, so that workers share them and each says when
    it is done.
    """
    world = World()
    run(world, examples=2000 // PARTS, steps=40)
    with capsys.disabled():
        sys.stdout.write(f"part {part + 1} of {PARTS}: {2000 // PARTS} runs of 40 steps\n")
        sys.stdout.writelines(f"{count:>8}  {name}\n" for name, count in sorted(world.covered.items()))
    assert not TRANSITIONS - set(world.covered), "each transition was taken"


def _forget_quorum(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Decision, "cast", property(lambda self: max(self.quorum, len(self.votes))))


def _count_conflicts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(VoteQuerySet, "counted", VoteQuerySet.current)


def _follow_the_committee(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queries, "rules_of_item", lambda item: Committee.objects.get(pk=item.committee_id).voting_rules)


def _withdrawn_appeals_stay_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "restore_denial", lambda appeal: end_appeal(appeal.item, appeal.Outcome.WITHDRAWN))


def _extend_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules_clocks, "check_can_extend", lambda *_of: None)


FAULTS = [
    _forget_quorum, _count_conflicts, _follow_the_committee, _withdrawn_appeals_stay_open, _extend_again,
]  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", FAULTS)
def test_control_planted_faults_are_found(fault: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: a decision without quorum, a vote of somebody with a conflict, rules that change under a vote, a denial
    that a withdrawn appeal leaves open, a review that is extended twice.
    """
    world = World()
    fault(monkeypatch)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run(world, examples=400, steps=40)
