"""Who may change a committee and what may be entered, at every limit; and the sets of members that count."""

from datetime import timedelta
from typing import Any

import pytest

from apps.committees import queries, rules
from apps.committees.decisions import VotingRules
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.core.errors import Denied, Invalid
from apps.people.models import Person, Provider
from tests import stories

pytestmark = pytest.mark.django_db


def wrong(check: Any, *args: Any, **facts: Any) -> set[str]:
    """The fields that the check refuses; none if it passes."""
    try:
        check(*args, **facts)
    except Invalid as refused:
        return set(refused.fields)
    return set()


def by_claim(someone: Person, committee: Committee, *, minutes: int, is_chair: bool = False) -> CommitteeMember:
    """A membership from a claim that the provider confirmed until so many minutes from now."""
    provider, _made = Provider.objects.get_or_create(
        slug="home", name="Home", issuer="https://idp.test", client_id="gatehouse", secret_name="home"
    )
    claim = CommitteeMemberClaim.objects.create(
        provider=provider, claim="groups", value=f"dac-{minutes}-{someone.pk}", committee=committee, is_chair=is_chair
    )
    return CommitteeMember.objects.create(
        committee=committee, person=someone, is_chair=is_chair, claim=claim,
        confirmed_until=clock.now() + timedelta(minutes=minutes),
    )  # fmt: skip


def test_the_chair_an_operator_or_an_admitted_actor_manages_a_committee() -> None:
    setup, operator = stories.committee_setup(), stories.operator()
    other_chair = stories.committee_setup().chair
    for by in (setup.chair, operator):
        rules.check_can_manage_committee(by, setup.committee)
    rules.check_can_manage_committee(CONSOLE, setup.committee, CONSOLE)
    emergency = stories.operator()
    emergency.is_break_glass = True
    for refused in (setup.members[0], other_chair, emergency, CONSOLE):
        with pytest.raises(Denied):
            rules.check_can_manage_committee(refused, setup.committee, SYSTEM)


def test_a_member_is_new_active_and_no_emergency_account() -> None:
    setup = stories.committee_setup()
    for there in setup.everyone:
        assert wrong(rules.check_can_become_member, there, setup.committee) == {"code"}
    someone = stories.person()
    rules.check_can_become_member(someone, setup.committee)
    assert wrong(rules.check_can_become_member, someone, setup.committee, is_chair=True) == {"is_chair"}
    assert not rules.has_no_chair(setup.committee.pk)
    elsewhere = stories.committee_setup().committee
    assert wrong(rules.check_can_become_member, setup.members[0], elsewhere) == set()
    setup.lose_chair()
    assert rules.has_no_chair(setup.committee.pk)
    assert not rules.has_no_chair(elsewhere.pk)
    assert wrong(rules.check_can_become_member, someone, setup.committee, is_chair=True) == set()
    someone.is_active = False
    assert wrong(rules.check_can_join, someone) == {"code"}
    with pytest.raises(Denied):
        rules.check_can_join(Person(is_break_glass=True))


def test_the_chair_is_handed_to_somebody_who_is_not_the_chair_and_never_removed() -> None:
    setup, other = stories.committee_setup(), stories.committee_setup()
    for person in (setup.members[0], other.chair):
        rules.check_can_chair(person, setup.committee)
    assert wrong(rules.check_can_chair, setup.chair, setup.committee) == {"code"}
    with pytest.raises(Denied):
        rules.check_can_chair(Person(is_break_glass=True), setup.committee)
    rules.check_can_remove_member(setup.chair, setup.membership_of(setup.members[0]))
    with pytest.raises(Denied):
        rules.check_can_remove_member(setup.chair, setup.membership_of(setup.chair))
    with pytest.raises(Denied):
        rules.check_can_remove_member(other.chair, setup.membership_of(setup.members[0]))


def test_what_ends_or_closes_has_a_reason() -> None:
    today = clock.today()
    assert wrong(rules.check_end, "Moved away.", None) == set()
    assert wrong(rules.check_end, "Moved away.", today) == set()
    assert wrong(rules.check_end, " ", today - timedelta(days=1)) == {"reason", "last_day"}
    assert wrong(rules.check_chair_reason, "Moved away.") == set()
    assert wrong(rules.check_chair_reason, " ") == {"reason"}
    assert wrong(rules.check_closing_reason, True, "") == set()
    assert wrong(rules.check_closing_reason, False, "Holidays.") == set()
    assert wrong(rules.check_closing_reason, False, " ") == {"closed_because"}


def test_one_value_gives_one_role_in_a_committee() -> None:
    for is_chair in (True, False):
        rule = CommitteeMemberClaim(is_chair=is_chair)
        rules.check_same_role(rule, is_chair)
        with pytest.raises(Invalid):
            rules.check_same_role(rule, not is_chair)


@pytest.mark.parametrize(
    ("name", "slug", "quorum", "fields"),
    [
        ("Cancer", "cancer-2", 1, set()),
        ("Cancer", "c" * 80, 1, set()),
        ("Cancer", "c" * 81, 1, {"slug"}),
        ("Cancer", "-c", 1, {"slug"}),
        (" ", "C", 0, {"name", "slug", "quorum"}),
    ],
)
def test_a_new_committee_has_a_name_a_short_name_and_a_quorum(
    name: str, slug: str, quorum: int, fields: set[str]
) -> None:
    assert wrong(rules.check_new_committee, name, slug, quorum) == fields


def test_a_short_name_is_used_once() -> None:
    assert wrong(rules.check_new_committee, "Cancer", stories.committee_setup().committee.slug, 1) == {"slug"}


# ------------------------------------------------------------------------------------------------------------ sets
def test_members_are_counted_for_each_committee() -> None:
    setup, other = stories.committee_setup(members=2), stories.committee_setup(members=1)
    empty = Committee.objects.create(slug="empty", name="Empty")
    CommitteeMember.objects.filter(person=setup.members[0]).update(ends_at=clock.now())
    counted = {one.pk: one.member_count for one in queries.with_member_counts(Committee.objects.all())}
    assert counted == {setup.committee.pk: 2, other.committee.pk: 2, empty.pk: 0}


def test_members_are_listed_with_the_chair_first_then_by_their_start() -> None:
    setup = stories.committee_setup(members=2)
    moment = clock.now()
    for place, someone in enumerate([*setup.members, setup.chair]):
        CommitteeMember.objects.filter(person=someone).update(starts_at=moment - timedelta(days=9 - place))
    stories.committee_setup()
    listed = [one.person for one in queries.memberships_of(setup.committee)]
    assert listed == [setup.chair, *setup.members]


def test_a_role_from_sign_in_counts_while_it_is_confirmed() -> None:
    setup = stories.committee_setup()
    setup.lose_chair()
    fresh, stale, plain = stories.person(), stories.person(), stories.person()
    by_claim(fresh, setup.committee, minutes=5)
    chair = by_claim(stale, setup.committee, minutes=-5, is_chair=True)
    by_claim(plain, setup.committee, minutes=-5)
    assert queries.committees_of(fresh).get() == setup.committee
    assert not queries.chaired_by(fresh).exists()
    assert not queries.committees_of(stale).exists()
    assert not Committee.objects.filter(queries.is_chaired_by(stale)).exists()
    chair.confirmed_until = clock.now() + timedelta(minutes=5)
    chair.save()
    assert list(queries.chaired_by(stale)) == [setup.committee]
    assert list(Committee.objects.filter(queries.is_chaired_by(stale))) == [setup.committee]
    assert [one.person for one in queries.memberships_from_claims(plain)] == [plain], "also while it is not confirmed"
    assert not queries.memberships_from_claims(setup.members[0]).exists()
    CommitteeMember.objects.filter(person=plain).update(ends_at=clock.now())
    assert not queries.memberships_from_claims(plain).exists()
    assigned = {tuple((one.person, one.counts) for one in rule.assigned) for rule in queries.member_claims()}
    assert assigned == {((fresh, True),), ((stale, True),), ()}


def test_a_committee_is_marked_for_its_chair_and_for_nobody_else() -> None:
    setup, other = stories.committee_setup(), stories.committee_setup()

    def marked(someone: Person) -> list[Committee]:
        return list(Committee.objects.filter(queries.is_chaired_by(someone)))

    assert marked(setup.chair) == list(queries.chaired_by(setup.chair)) == [setup.committee]
    assert marked(other.chair) == [other.committee]
    assert marked(setup.members[0]) == marked(stories.person()) == []


def test_the_members_of_a_mapping_are_listed_by_their_start() -> None:
    committee = stories.committee_setup().committee
    later, earlier = stories.person(), stories.person()
    first = by_claim(later, committee, minutes=5)
    CommitteeMember.objects.create(
        committee=committee, person=earlier, claim=first.claim, confirmed_until=clock.now(),
        starts_at=clock.now() - timedelta(days=1),
    )  # fmt: skip
    rule = queries.member_claims().get()
    assert [(one.person, one.counts) for one in rule.assigned] == [(earlier, False), (later, True)]
    rule.ended_at = clock.now()
    rule.save()
    assert not queries.member_claims().exists()


def test_committees_are_listed_by_name() -> None:
    for name in ("Beta", "Alpha", "Gamma"):
        Committee.objects.create(slug=name.lower(), name=name)
    assert [one.name for one in queries.public()] == ["Alpha", "Beta", "Gamma"]


# ------------------------------------------------------------------------------------------- decisions and undoing
@pytest.mark.parametrize(
    ("minutes", "days", "refused"),
    [(0, 1, set()), (60, 365, set()), (-1, 30, {"undo_minutes"}), (61, 30, {"undo_minutes"}), (10, 0, {"appeal_days"}),
     (10, 366, {"appeal_days"}), (-1, 0, {"undo_minutes", "appeal_days"})],
)  # fmt: skip
def test_how_long_a_decision_can_be_undone_and_a_denial_appealed(minutes: int, days: int, refused: set[str]) -> None:
    assert wrong(rules.check_after_decision, minutes, days) == refused


@pytest.mark.parametrize(
    ("said", "refused"),
    [(("majority", 1), set()), (("veto", 1), {"rule"}), (("chair", 0), {"quorum"}), (("k_of_n", 3, 3), set()),
     (("k_of_n", 3, 4), {"votes_needed"}), (("k_of_n", 3, 0), {"votes_needed"}), (("veto", 0), {"rule", "quorum"})],
)  # fmt: skip
def test_a_decision_rule_is_known_and_can_be_met(said: tuple[Any, ...], refused: set[str]) -> None:
    assert wrong(rules.check_voting_rules, VotingRules(*said)) == refused
