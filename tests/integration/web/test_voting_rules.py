"""A committee's decision rule: changed on its page, frozen with each round, counted the same everywhere."""

import pytest
from django.db import IntegrityError, transaction

from apps.access_requests import commands, queries
from apps.access_requests.models import Item, Round
from apps.access_requests.review_queue import to_vote_of, undecided_before, with_items
from apps.audit.models import Event
from apps.committees.decisions import Blocked, VotingRules
from apps.core.errors import Denied
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db


def place(members: int = 4, **rules: object) -> stories.PublishedDataset:
    committee_setup = stories.committee_setup(members=members)
    if rules:
        type(committee_setup.committee).objects.filter(pk=committee_setup.committee.pk).update(**rules)
        committee_setup.committee.refresh_from_db()
    return stories.published_dataset(committee_setup=committee_setup)


def test_the_chair_changes_the_rule_and_open_rounds_keep_theirs() -> None:
    found = place()
    committee, chair = found.committee_setup.committee, found.committee_setup.chair
    case, client = stories.in_review(published_dataset=found), stories.client_for(chair)
    url = f"/committees/{committee.slug}/rules/"
    assert client.get(url).context["open_requests"] == 1
    assert client.post(url, {"rule": "k_of_n", "votes_needed": "3", "quorum": "2"}).status_code == 422
    assert client.post(url, {"rule": "perhaps", "quorum": "2"}).status_code == 422
    assert client.post(url, {"rule": "any_one", "quorum": "1", "veto": "on", "seen": "stale"}).status_code != 302
    assert client.post(url, {"rule": "any_one", "quorum": "1", "veto": "on"}).status_code == 302
    committee.refresh_from_db()
    assert committee.voting_rules == VotingRules("any_one", 1, 1, True)
    assert Event.objects.get(kind="committee.described").facts["fields"] == "quorum+rule+veto"
    decision = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    assert (decision.rule, decision.quorum, decision.veto) == ("majority", 2, False)
    stories.vote(case, found.committee_setup.members[0], "deny")
    assert case.item.state == "open", "the open round is decided as it began"
    later = stories.in_review(published_dataset=found)
    stories.vote(later, found.committee_setup.members[0])
    assert later.item.state == "approved"


def test_an_older_round_follows_the_committee_and_a_kept_rule_is_evidence() -> None:
    case = stories.in_review(published_dataset=place())
    assert case.round is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=case.round.pk).update(voting_rules={})
    kept = case.round.voting_rules[str(case.committee_setup.committee.pk)]
    assert kept == {"rule": "majority", "quorum": 2, "votes_needed": 1, "veto": False}


def test_nobody_changes_the_rules_by_which_their_own_request_is_decided() -> None:
    found = place()
    chair = found.committee_setup.chair
    case = stories.submitted(stories.draft(published_dataset=found, applicant=chair))
    commands.request_changes(case.request, text="Which variables?", by=found.committee_setup.members[0])
    wanted = VotingRules("any_one", 1)
    with pytest.raises(Denied):
        commands.change_voting_rules(found.committee_setup.committee, wanted=wanted, by=chair)
    after = {"undo_minutes": 0, "appeal_days": 1}
    with pytest.raises(Denied):
        commands.set_after_decision(found.committee_setup.committee, **after, by=chair)
    commands.set_after_decision(found.committee_setup.committee, **after, by=stories.operator())
    commands.change_voting_rules(found.committee_setup.committee, wanted=wanted, by=stories.operator())


def test_an_abstention_counts_for_the_quorum_and_for_no_side() -> None:
    case = stories.in_review(published_dataset=place(members=2))
    chair, first, second = case.committee_setup.everyone
    stories.vote(case, chair, "abstain")
    stories.vote(case, first, "approve")
    assert case.item.state == "open", "one of two who take sides is no majority"
    stories.vote(case, second, "abstain")
    item = case.item
    assert (item.state, item.reason) == ("approved", "My reason to approve.")


def test_where_the_chair_decides_and_none_can_vote_an_operator_is_notified_and_nobody_is_asked_to_vote_again() -> None:
    operator = stories.operator()
    case = stories.in_review(published_dataset=place(members=2, rule="chair"))
    chair, first, second = case.committee_setup.everyone
    commands.recuse(case.request, reason="We wrote a paper together.", by=chair)
    stories.drain()
    assert Notification.objects.filter(kind="request.quorum_missing", reader=operator).exists()
    for member in (first, second):
        stories.vote(case, member)
    stories.drain()
    decision = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    assert (decision.blocked, decision.outcome, case.item.state) == (Blocked.NO_CHAIR, "", "open")
    assert not to_vote_of(first).filter(pk=case.request.pk).exists()
    commands.name_chair(case.committee_setup.committee, person=first, reason="The chair has a conflict.", by=operator)
    assert to_vote_of(first).filter(pk=case.request.pk).exists(), "the new chair confirms or changes the vote"
    stories.vote(case, first, "deny")
    assert case.item.state == "denied"


@pytest.mark.parametrize("rules", [{"rule": "k_of_n", "votes_needed": 2}, {"rule": "unanimous"}, {"veto": True}])
def test_lists_and_the_lock_count_by_the_same_rules(rules: dict[str, object]) -> None:
    case = stories.in_review(published_dataset=place(members=3, **rules))
    stories.vote(case, case.committee_setup.members[0], "abstain")
    counted = queries.decision_on(case.item, queries.fetch_eligible_voters(case.item))
    listed = next(iter(undecided_before(case.committee_setup.committee)))
    mine = with_items(to_vote_of(case.committee_setup.chair), case.committee_setup.chair).get().for_committee[0]
    for found in (queries.listed_decision(listed), queries.listed_decision(mine)):
        same = ("rule", "quorum", "votes_needed", "veto", "eligible", "cast", "needed", "needed_to_deny")
        assert [getattr(found, name) for name in same] == [getattr(counted, name) for name in same]
    page = stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/")
    assert page.context["items"][0]["rule_sentences"]
    stories.vote(case, case.committee_setup.members[1], "deny")
    expected = "open" if rules == {"rule": "k_of_n", "votes_needed": 2} else "denied"
    assert Item.objects.get(pk=case.item.pk).state == expected
