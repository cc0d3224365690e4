"""A request from its first word to its submission."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.access_requests import commands, queries, review_queue, rules
from apps.access_requests.models import AccessRequest, Item, Membership
from apps.access_requests.snapshot import snapshot_of
from apps.audit.models import Event
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db


# -------------------------------------------------------------------------------------------- what can be asked for
def test_controlled_and_listed_datasets_of_open_committees_can_be_asked_for() -> None:
    case = stories.draft()
    assert case.item.committee == case.committee_setup.committee
    assert str(case.request).startswith("DAR-")
    assert str(case.item) == f"{case.request.pk}: {case.published_dataset.dataset.pk}"


@pytest.mark.parametrize("access", ["open", "registered"])
def test_open_and_registered_data_need_no_request(access: str) -> None:
    with pytest.raises(Invalid, check=lambda refused: refused.field == "datasets"):
        commands.draft([stories.published_dataset(access=access).dataset], by=stories.person())


def test_a_draft_or_embargoed_dataset_cannot_be_asked_for() -> None:
    published_dataset = stories.drafted_dataset()
    with pytest.raises(Invalid, check=lambda refused: refused.field == "datasets"):
        commands.draft([published_dataset.dataset], by=published_dataset.owner)
    datasets.publish(
        published_dataset.version, by=published_dataset.owner, embargo_until=clock.now() + timedelta(days=1)
    )
    with pytest.raises(Invalid, check=lambda refused: refused.field == "datasets"):
        commands.draft([Dataset.objects.get(pk=published_dataset.dataset.pk)], by=stories.person())


def test_a_closed_committee_is_not_asked_and_says_why() -> None:
    published_dataset = stories.published_dataset()
    committees.set_accepting(
        published_dataset.committee_setup.committee,
        accepting=False,
        closed_because="Summer.",
        by=published_dataset.committee_setup.chair,
    )
    with pytest.raises(Invalid, match="Summer") as refused:
        commands.draft([Dataset.objects.get(pk=published_dataset.dataset.pk)], by=stories.person())
    assert refused.value.field == "datasets"


def test_who_was_deactivated_asks_for_nothing() -> None:
    with pytest.raises(Denied, match="not active"):
        commands.draft([stories.published_dataset().dataset], by=stories.deactivated())


# ------------------------------------------------------------------------------------------------------- the draft
def test_what_is_typed_is_kept_and_counted() -> None:
    case = stories.draft(complete=False)
    changed = commands.change(case.request, by=case.applicant, revision=0, title="A", purpose="", state="decided")
    assert (changed.title, changed.revision, changed.state) == ("A", 1, "draft")
    assert commands.change(case.request, by=case.applicant, purpose="B").title == "A"


def test_an_older_window_never_overwrites_a_newer_one() -> None:
    """T99."""
    case = stories.draft(complete=False)
    commands.change(case.request, by=case.applicant, revision=0, title="newer")
    with pytest.raises(WrongState, match="changed in another window"):
        commands.change(case.request, by=case.applicant, revision=0, title="older")
    case.reload()
    assert case.request.title == "newer"


def test_an_end_before_the_beginning_is_refused_at_once() -> None:
    case = stories.draft(complete=False)
    day = date(2027, 1, 1)
    for end in (day, day - timedelta(days=1)):
        with pytest.raises(Invalid, match="after the start date"):
            commands.change(case.request, by=case.applicant, starts_on=day, ends_on=end)
    commands.change(case.request, by=case.applicant, starts_on=day, ends_on=None)


def test_only_the_applicant_writes_and_only_while_nobody_reads() -> None:
    case = stories.draft(members=[stories.person()])
    for other in (case.members[0], case.committee_setup.chair, case.published_dataset.owner, stories.person()):
        with pytest.raises(Denied, match="Only the applicant"):
            commands.change(case.request, by=other, title="planted")
    stories.submitted(case)
    with pytest.raises(WrongState, match="only while it is a draft"):
        commands.change(case.request, by=case.applicant, title="later")
    with pytest.raises(WrongState, match="only while it is a draft"):
        commands.name_members(case.request, codes=[], by=case.applicant)
    with pytest.raises(WrongState, match="only while it is a draft"):
        commands.choose_datasets(case.request, datasets=[], by=case.applicant)


def test_members_are_named_by_the_code_they_gave() -> None:
    case, friend = stories.draft(), stories.person()
    commands.name_members(case.request, codes=[f" {friend.code.lower()} ", "", case.applicant.code], by=case.applicant)
    assert [m.person for m in case.request.memberships.all()] == [friend]
    assert str(case.request.memberships.get()) == f"{friend.pk} in {case.request.pk}"
    commands.name_members(case.request, codes=[friend.code], by=case.applicant)
    assert case.request.memberships.count() == 1
    with pytest.raises(Invalid, match="P-NOPE") as refused:
        commands.name_members(case.request, codes=["P-NOPE"], by=case.applicant)
    assert refused.value.field == "members"
    commands.name_members(case.request, codes=[], by=case.applicant)
    assert not case.request.memberships.exists()


def test_datasets_can_be_changed_while_it_is_a_draft() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.draft(published_dataset=first)
    commands.choose_datasets(case.request, datasets=[second.dataset], by=case.applicant)
    assert [item.dataset for item in case.request.items.all()] == [second.dataset]
    with pytest.raises(Invalid, match="at least one dataset"):
        commands.choose_datasets(case.request, datasets=[], by=case.applicant)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "datasets"):
        commands.choose_datasets(
            case.request, datasets=[stories.published_dataset(access="open").dataset], by=case.applicant
        )


def test_a_dataset_that_was_voted_on_can_be_given_up_and_its_votes_are_kept() -> None:
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(published_dataset=first)
    stories.vote(case, case.committee_setup.chair)
    stories.returned(case)
    item = case.item
    commands.choose_datasets(case.request, datasets=[second.dataset], by=case.applicant)
    item.refresh_from_db()
    assert (item.state, item.votes.count()) == ("withdrawn", 1)
    assert snapshot_of(case.request)["datasets"] == [str(second.dataset.pk)]


# ------------------------------------------------------------------------------------------------------ submitting
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": "  "}, {"title"}),
        ({"purpose": "Too short to judge."}, {"purpose"}),
        ({"public_summary": ""}, {"public_summary"}),
        ({"starts_on": None}, {"starts_on"}),
        ({"ends_on": None}, {"ends_on"}),
        ({"starts_on": date(2019, 1, 1), "ends_on": date(2020, 1, 1)}, {"ends_on"}),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2033, 1, 1)}, {"ends_on"}),
        ({"starts_on": date(9996, 1, 1), "ends_on": date(9999, 12, 31)}, {"starts_on"}),  # no grant could end after it
        ({"title": "\u200b\u200b"}, {"title"}),
        ({"purpose": "\u2060" * 60, "public_summary": "\u00ad \u3164"}, {"purpose", "public_summary"}),
        ({"title": "", "purpose": "", "public_summary": "", "starts_on": None},
         {"title", "purpose", "public_summary", "starts_on"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_beside_its_field(change: dict[str, Any], fields: set[str]) -> None:
    """T94."""
    case = stories.draft()
    request = commands.change(case.request, by=case.applicant, **change)
    with pytest.raises(Invalid, match="not complete yet") as refused:
        commands.submit(request, by=case.applicant)
    assert set(refused.value.fields) == fields
    assert AccessRequest.objects.get(pk=request.pk).state == "draft"


def test_a_request_for_nothing_is_not_submitted() -> None:
    request = commands.draft([], by=(me := stories.person()))
    request = commands.change(request, by=me, **stories.answers())
    with pytest.raises(Invalid) as refused:
        commands.submit(request, by=me)
    assert set(refused.value.fields) == {"datasets"}


def test_a_request_with_nothing_left_to_decide_is_not_submitted_again() -> None:
    """Nobody could ever end it: it would stay in review without end."""
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    commands.request_changes(case.request, text="Why?", by=second.committee_setup.chair)
    question = case.request.questions.get()
    commands.answer(question, text="Because.", by=case.applicant)
    with pytest.raises(Invalid, check=lambda refused: refused.field == "datasets"):
        commands.choose_datasets(case.request, datasets=[first.dataset], by=case.applicant)
    commands.withdraw(case.request, by=case.applicant)
    assert {item.state for item in case.request.items.all()} == {"approved", "withdrawn"}
    assert case.reload().request.state == "decided"


def test_the_committee_must_still_accept_when_it_is_submitted() -> None:
    case = stories.draft()
    committees.set_accepting(
        case.committee_setup.committee, accepting=False, closed_because="Full.", by=case.committee_setup.chair
    )
    with pytest.raises(Invalid) as refused:
        commands.submit(case.request, by=case.applicant)
    assert set(refused.value.fields) == {"datasets"}
    assert refused.value.fields["datasets"].endswith("Full.")


def test_a_committee_that_has_decided_holds_nobody_up_by_closing() -> None:
    """Its dataset is asked for no more; the other committee's question can be answered and the request submitted."""
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    commands.request_changes(case.request, text="Why?", by=second.committee_setup.chair)
    commands.answer(case.request.questions.get(), text="Because.", by=case.applicant)
    committees.set_accepting(
        first.committee_setup.committee, accepting=False, closed_because="Full.", by=first.committee_setup.chair
    )
    commands.submit(case.request, by=case.applicant)
    assert case.reload().request.state == "submitted"


def test_only_the_applicant_submits_and_once() -> None:
    case = stories.draft()
    with pytest.raises(Denied, match="Only the applicant"):
        commands.submit(case.request, by=stories.person())
    commands.submit(case.request, by=case.applicant)
    with pytest.raises(WrongState):
        commands.submit(case.request, by=case.applicant)
    assert case.request.rounds.count() == 1


def test_what_the_committee_reads_is_frozen_with_its_fingerprint() -> None:
    friend = stories.person()
    case = stories.submitted(members=[friend])
    opened = case.round
    assert opened is not None
    assert opened.snapshot["members"] == [str(friend.pk)]
    assert opened.snapshot["datasets"] == [str(case.published_dataset.dataset.pk)]
    assert opened.snapshot["applicant"] == str(case.applicant.pk)
    assert len(opened.sha256) == 64
    event = Event.objects.get(kind="request.submitted")
    assert event.facts == {"round": 1, "sha256": opened.sha256}
    assert str(opened) == f"{case.request.pk} round 1"


def test_a_returned_request_needs_an_answer_and_opens_another_round() -> None:
    case = stories.returned()
    assert case.question is not None
    with pytest.raises(Invalid, check=lambda refused: set(refused.fields) == {"answer"}):
        commands.submit(case.request, by=case.applicant)
    with pytest.raises(Invalid, match="Write an answer"):
        commands.answer(case.question, text=" ", by=case.applicant)
    with pytest.raises(Denied):
        commands.answer(case.question, text="Mine.", by=case.committee_setup.chair)
    commands.answer(case.question, text=" All of them. ", by=case.applicant)
    again = commands.submit(case.request, by=case.applicant)
    assert again.number == 2
    assert again.snapshot["questions"] == [{"question": "Which variables do you need?", "answer": "All of them."}]
    assert str(case.question) == f"question on {case.request.pk}"


# ------------------------------------------------------------------------------------------------------ withdrawing
@pytest.mark.parametrize("stage", ["draft", "submitted", "in_review", "returned"])
def test_the_applicant_may_withdraw_until_a_decision(stage: str) -> None:
    """T91."""
    case = getattr(stories, stage)()
    with pytest.raises(Denied):
        commands.withdraw(case.request, by=stories.person())
    commands.withdraw(case.request, by=case.applicant)
    case.reload()
    assert case.request.state == "withdrawn"
    assert queries.open_round(case.request) is None


def test_what_a_committee_decided_cannot_be_withdrawn() -> None:
    with pytest.raises(WrongState):
        commands.withdraw((case := stories.decided()).request, by=case.applicant)
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    for voter in first.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=first)
    commands.withdraw(case.request, by=case.applicant)
    assert case.item.state == "approved"
    assert case.item_of(second).state == "withdrawn"


# --------------------------------------------------------------------------------------------------------- the sets
def test_a_request_is_seen_by_those_it_concerns_and_by_nobody_else() -> None:
    friend = stories.person()
    case = stories.draft(members=[friend])
    concerned = [*case.committee_setup.everyone, case.published_dataset.owner, friend]
    strangers = [
        stories.person(),
        stories.published_dataset().owner,
        stories.committee_setup().chair,
        stories.operator(),
        stories.auditor(),
    ]

    def seen(by: Any) -> bool:
        return queries.visible_to(by).filter(pk=case.request.pk).exists()

    assert seen(case.applicant)
    assert not any(seen(person) for person in concerned)
    stories.submitted(case)
    assert all(seen(person) for person in concerned)
    assert not any(seen(person) for person in [*strangers, AnonymousUser()])
    assert queries.for_datasets_managed_by(case.published_dataset.owner).get() == case.request
    assert queries.before_committees_of(case.committee_setup.chair).get() == case.request


def test_a_removed_member_reads_no_more() -> None:
    """T16."""
    case = stories.submitted()
    member = case.committee_setup.members[0]
    committees.remove_member(
        case.committee_setup.membership_of(member), reason="Left the hospital.", by=case.committee_setup.chair
    )
    assert not queries.visible_to(member).exists()


def test_the_review_queue_leaves_out_ones_own_requests() -> None:
    case = stories.in_review()
    chair, member, aside = case.committee_setup.everyone
    assert review_queue.to_vote_of(chair).get() == case.request
    commands.recuse(case.request, reason="My brother.", by=aside)
    stories.vote(case, chair)
    assert not review_queue.to_vote_of(chair).exists()
    for reader, sets in ((chair, review_queue.with_others_of), (member, review_queue.to_vote_of)):
        shown: Any = review_queue.with_items(sets(reader), reader).get().for_committee[0]
        assert (shown.i_voted, queries.listed_decision(shown).cast) == (reader == chair, 1)
    stories.operator()
    own = stories.submitted(published_dataset=case.published_dataset, applicant=chair, members=[member])
    assert own.request not in review_queue.to_check_of(chair)
    assert own.request not in review_queue.to_check_of(member)
    assert own.request in review_queue.to_check_of(aside)


def test_there_is_nothing_about_an_inactive_person_in_the_rules_of_asking() -> None:
    case = stories.draft()
    case.applicant.is_active = False
    with pytest.raises(Denied):
        rules.check_is_applicant(case.applicant, case.request)
    assert Item.objects.count() == 1
    assert not Membership.objects.exists()
