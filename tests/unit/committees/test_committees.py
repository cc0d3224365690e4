"""Committees and their members."""

from datetime import UTC, datetime, time, timedelta

import pytest

from apps.access_requests import commands as requests
from apps.audit.models import Event
from apps.committees import commands, queries
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import Denied, Invalid
from apps.identity.commands.identities import deactivate
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def members_of(committee: Committee) -> set[Person]:
    """The people who are members of the committee now."""
    return {membership.person for membership in queries.memberships_of(committee)}


def test_the_chair_comes_first_and_every_member_is_listed() -> None:
    committee_setup = stories.committee_setup()
    assert [membership.person for membership in queries.memberships_of(committee_setup.committee)][
        0
    ] == committee_setup.chair
    assert members_of(committee_setup.committee) == set(committee_setup.everyone)
    assert queries.committees_of(committee_setup.members[0]).get() == committee_setup.committee
    assert queries.chaired_by(committee_setup.chair).get() == committee_setup.committee
    assert not queries.chaired_by(committee_setup.members[0]).exists()
    assert str(committee_setup.committee) == "Cancer data committee"
    assert (
        str(committee_setup.membership_of(committee_setup.chair))
        == f"{committee_setup.chair.pk} in {committee_setup.committee.pk}"
    )


def test_a_membership_counts_from_its_start_until_its_end() -> None:
    committee_setup = stories.committee_setup()
    membership = committee_setup.membership_of(committee_setup.members[0])
    commands.remove_member(membership, reason="Left the hospital.", by=committee_setup.chair)
    membership.refresh_from_db()
    assert committee_setup.members[0] not in members_of(committee_setup.committee)
    before_end = CommitteeMember.objects.appointed(membership.ends_at - timedelta(microseconds=1)).filter(
        pk=membership.pk
    )
    assert before_end.exists()
    assert not CommitteeMember.objects.appointed(membership.ends_at).filter(pk=membership.pk).exists()
    assert (
        not CommitteeMember.objects.appointed(membership.starts_at - timedelta(seconds=1))
        .filter(pk=membership.pk)
        .exists()
    )


def test_a_deactivated_person_sits_nowhere() -> None:
    """T16."""
    committee_setup = stories.committee_setup()
    deactivate(committee_setup.chair, by=stories.operator())
    assert committee_setup.chair not in members_of(committee_setup.committee)
    assert not queries.chaired_by(committee_setup.chair).exists()


def test_the_chair_leads_and_an_operator_may_help() -> None:
    committee_setup, boss = stories.committee_setup(), stories.operator()
    commands.add_member(committee_setup.committee, person=stories.person(), by=committee_setup.chair)
    commands.add_member(committee_setup.committee, person=stories.person(), by=boss)
    for anyone in (committee_setup.members[0], stories.person(), stories.committee_setup().chair):
        with pytest.raises(Denied, match="Only the chair or an operator"):
            commands.add_member(committee_setup.committee, person=stories.person(), by=anyone)
        with pytest.raises(Denied, match="Only the chair or an operator"):
            commands.remove_member(
                committee_setup.membership_of(committee_setup.members[1]), reason="Left the hospital.", by=anyone
            )
        with pytest.raises(Denied, match="Only the chair or an operator"):
            commands.set_accepting(committee_setup.committee, accepting=True, by=anyone)


def test_only_an_operator_founds_a_committee() -> None:
    def found(by: object) -> Committee:
        return commands.create_committee("New", slug="new", institution=None, about="", quorum=1, by=by)  # type: ignore[arg-type]

    with pytest.raises(Denied, match="Only an operator"):
        found(stories.person())
    assert found(stories.operator()).quorum == 1


def test_members_are_added_once_there_is_one_chair_and_all_are_active() -> None:
    committee_setup = stories.committee_setup()
    with pytest.raises(Invalid, check=lambda refused: refused.field == "code"):
        commands.add_member(committee_setup.committee, person=committee_setup.members[0], by=committee_setup.chair)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "is_chair"):
        commands.add_member(committee_setup.committee, person=stories.person(), is_chair=True, by=committee_setup.chair)
    with pytest.raises(Invalid, match="not active"):
        commands.add_member(committee_setup.committee, person=stories.deactivated(), by=committee_setup.chair)


def test_a_membership_ends_once() -> None:
    committee_setup = stories.committee_setup()
    membership = committee_setup.membership_of(committee_setup.members[0])
    commands.remove_member(membership, reason="Left the hospital.", by=committee_setup.chair)
    commands.remove_member(membership, reason="Left the hospital.", by=committee_setup.chair)
    assert Event.objects.filter(kind="committee.member_removed").count() == 1


def test_a_removed_member_may_be_added_again() -> None:
    committee_setup = stories.committee_setup()
    commands.remove_member(
        committee_setup.membership_of(committee_setup.members[0]), reason="Left the hospital.", by=committee_setup.chair
    )
    commands.add_member(committee_setup.committee, person=committee_setup.members[0], by=committee_setup.chair)
    assert committee_setup.members[0] in members_of(committee_setup.committee)


def test_a_closed_committee_says_why() -> None:
    committee_setup = stories.committee_setup()
    with pytest.raises(Invalid, match="why no requests are accepted") as refused:
        commands.set_accepting(
            committee_setup.committee, accepting=False, closed_because="  ", by=committee_setup.chair
        )
    assert refused.value.field == "closed_because"
    commands.set_accepting(
        committee_setup.committee, accepting=False, closed_because=" Summer. ", by=committee_setup.chair
    )
    committee_setup.committee.refresh_from_db()
    assert (committee_setup.committee.accepting, committee_setup.committee.closed_because) == (False, "Summer.")
    commands.set_accepting(
        committee_setup.committee, accepting=True, closed_because="ignored", by=committee_setup.chair
    )
    committee_setup.committee.refresh_from_db()
    assert (committee_setup.committee.accepting, committee_setup.committee.closed_because) == (True, "")
    assert clock.now() >= committee_setup.committee.created_at


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"slug": "Not an address"}, {"slug"}),
        ({"quorum": 0}, {"quorum"}),
        ({"name": "", "slug": "", "quorum": -1}, {"name", "slug", "quorum"}),
    ],
)
def test_a_committee_has_a_name_an_address_and_a_quorum(wrong: dict[str, object], fields: set[str]) -> None:
    facts: dict[str, object] = {"name": "New", "slug": "new", "quorum": 2, **wrong}
    with pytest.raises(Invalid) as refused:
        commands.create_committee(
            str(facts["name"]), slug=str(facts["slug"]), institution=None, about="", quorum=int(str(facts["quorum"])),
            by=CONSOLE,
        )  # fmt: skip
    assert set(refused.value.fields) == fields


def test_an_address_is_used_once() -> None:
    with pytest.raises(Invalid):
        commands.create_committee(
            "Again", slug=stories.committee_setup().committee.slug, institution=None, about="", quorum=1, by=CONSOLE
        )


def test_nobody_removes_the_chair() -> None:
    """Case 1: neither the chair nor an operator; other members may be removed (the control)."""
    committee_setup = stories.committee_setup()
    chair, membership = committee_setup.chair, committee_setup.membership_of(committee_setup.chair)
    for by in (chair, stories.operator()):
        with pytest.raises(Denied, match="cannot be removed"):
            commands.remove_member(membership, reason="Left.", by=by)
        with pytest.raises(Denied, match="cannot be removed"):
            requests.remove_committee_member(membership, reason="Left.", by=by)
    assert queries.chaired_by(chair).get() == committee_setup.committee
    assert not Event.objects.filter(kind="committee.member_removed").exists()
    member = committee_setup.members[0]
    requests.remove_committee_member(committee_setup.membership_of(member), reason="Left.", by=chair)
    assert member not in members_of(committee_setup.committee)


def test_an_operator_hands_the_chair_to_somebody_else() -> None:
    committee_setup, new = stories.committee_setup(), stories.person()
    with pytest.raises(Denied, match="Only an operator"):
        commands.hand_over_chair(committee_setup.committee, person=new, by=committee_setup.chair)
    commands.hand_over_chair(committee_setup.committee, person=new, by=stories.operator())
    assert queries.chaired_by(new).get() == committee_setup.committee
    assert committee_setup.chair not in members_of(committee_setup.committee)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "code"):
        commands.hand_over_chair(committee_setup.committee, person=new, by=stories.operator())
    with pytest.raises(Invalid, match="not active"):
        commands.hand_over_chair(committee_setup.committee, person=stories.deactivated(), by=stories.operator())
    assert queries.chaired_by(new).get() == committee_setup.committee


def test_a_chair_whose_account_is_closed_can_be_replaced() -> None:
    committee_setup = stories.committee_setup()
    deactivate(committee_setup.chair, by=stories.operator())
    new = committee_setup.members[0]
    requests.name_chair(committee_setup.committee, person=new, reason="She is next.", by=stories.operator())
    assert queries.chaired_by(new).get() == committee_setup.committee
    assert members_of(committee_setup.committee) == set(committee_setup.members)


@pytest.mark.parametrize(("reason", "days", "fields"), [
    (" ", 0, {"reason"}), ("Left.", -1, {"last_day"}), ("", -1, {"reason", "last_day"}),
])  # fmt: skip
def test_a_removal_has_a_reason_and_a_last_day_that_is_not_past(reason: str, days: int, fields: set[str]) -> None:
    committee_setup = stories.committee_setup()
    membership = committee_setup.membership_of(committee_setup.members[0])
    last_day = clock.today() + timedelta(days=days)
    with pytest.raises(Invalid) as refused:
        commands.remove_member(membership, reason=reason, last_day=last_day, by=committee_setup.chair)
    assert set(refused.value.fields) == fields
    with pytest.raises(Invalid):
        requests.name_chair(committee_setup.committee, person=stories.person(), reason=" ", by=stories.operator())
    assert committee_setup.members[0] in members_of(committee_setup.committee)


def test_a_membership_with_a_last_day_lasts_until_the_end_of_that_day() -> None:
    """In UTC; meanwhile it cannot begin a second time, and it can end earlier."""
    committee_setup = stories.committee_setup()
    member, chair, committee = committee_setup.members[0], committee_setup.chair, committee_setup.committee
    last_day = clock.today() + timedelta(days=3)
    membership = committee_setup.membership_of(member)
    commands.remove_member(membership, reason="Her term ends.", last_day=last_day, by=chair)
    membership.refresh_from_db()
    end = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)
    assert (membership.last_day, membership.ends_at, membership.ended_by) == (last_day, end, chair)
    assert membership.end_reason == "Her term ends."
    at = {"committee": committee, "person": member}
    assert CommitteeMember.objects.appointed(end - timedelta(microseconds=1)).filter(**at).exists()
    assert not CommitteeMember.objects.appointed(end).filter(**at).exists()
    with pytest.raises(Invalid, match="already a member"):
        commands.add_member(committee, person=member, by=chair)
    commands.remove_member(membership, reason="Earlier.", by=chair)
    assert member not in members_of(committee)
    commands.add_member(committee, person=member, by=chair)
    assert CommitteeMember.objects.filter(**at).count() == 2
