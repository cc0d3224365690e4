"""Who may request, change, submit, check, vote and confirm, and what must be entered, at every limit."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from apps.access_requests import commands, fields, queries, rules
from apps.access_requests.models import AccessRequest, Recusal, Round
from apps.access_requests.states import RequestState
from apps.committees.decisions import Decision
from apps.committees.models import CommitteeMember, CommitteeMemberClaim
from apps.core import clock
from apps.core.errors import Denied, DomainError, Invalid, WrongState
from apps.datasets.models import Dataset
from apps.people.models import Affiliation, Person, Provider
from tests import stories

DAY = timedelta(days=1)


def refusal(check: Callable[..., object], *args: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args)
    except DomainError as refused:
        return type(refused)
    return None


def wrong(check: Callable[..., object], *args: Any) -> set[str]:
    """The fields that the check refuses; none if it passes."""
    try:
        check(*args)
    except Invalid as refused:
        return set(refused.fields)
    return set()


def changed(someone: Person, **facts: Any) -> Person:
    """The same person with other facts, not stored."""
    again = Person.objects.get(pk=someone.pk)
    for name, value in facts.items():
        setattr(again, name, value)
    return again


# ------------------------------------------------------------------------------------------------------ pure rules
KNOWN = uuid4()


@pytest.mark.parametrize(
    ("choice", "reason", "conditions", "new", "wrong_fields"),
    [
        ("approve", "Fine.", [], "", set()),
        ("deny", "No.", [], "", {"denial_codes"}),
        ("conditional", "Fine.", [KNOWN], "", set()),
        ("conditional", "Fine.", [], "Report.", set()),
        ("conditional", "Fine.", [], " ", {"new_condition"}),
        ("conditional", "Fine.", [uuid4()], "", {"conditions"}),
        ("approve", "Fine.", [KNOWN], "", {"choice"}),
        ("approve", "Fine.", [], "Report.", {"choice"}),
        ("deny", "No.", [KNOWN], "", {"choice", "denial_codes"}),
        ("deny", "No.", [], "Report.", {"choice", "denial_codes"}),
        ("maybe", " ", [], "", {"choice", "reason"}),
    ],
)
def test_a_vote_is_a_choice_with_a_reason_and_conditions_only_if_it_is_conditional(
    choice: str, reason: str, conditions: list[Any], new: str, wrong_fields: set[str]
) -> None:
    assert wrong(rules.check_vote, choice, reason, conditions, new, {KNOWN}) == wrong_fields


def test_what_is_asked_and_declared_says_something() -> None:
    for check, field in (
        (rules.check_condition, "new_condition"),
        (rules.check_question, "text"),
        (rules.check_says_conflict, "reason"),
    ):
        assert wrong(check, "Text.") == set()
        assert wrong(check, " ") == {field}


def test_an_older_revision_does_not_overwrite_a_newer_one() -> None:
    request = AccessRequest(revision=3)
    for revision, refused in ((3, None), (None, None), (2, WrongState), (4, WrongState)):
        assert refusal(rules.check_revision, request, revision) is refused


def test_the_shortest_access_that_a_dataset_allows_is_counted_in_days() -> None:
    start = date(2026, 9, 1)
    long, short, same = (
        Dataset(title=title, longest_grant_days=days) for title, days in (("A", 30), ("C", 7), ("B", 7))
    )
    assert rules.shortest_limit([long, short, same]) is same
    assert rules.shortest_limit([]) is None
    assert rules.last_possible_day(start, short) == date(2026, 9, 7)
    assert rules.wrong_period(start, date(2026, 9, 7), short) == {}
    assert set(rules.wrong_period(start, date(2026, 9, 8), short)) == {"ends_on"}
    assert rules.wrong_period(start, date(2099, 1, 1), None) == {}


# ------------------------------------------------------------------------------------------------- before submitting
@pytest.mark.django_db
def test_only_what_can_be_requested_is_requested() -> None:
    world, someone = stories.published_dataset(), stories.person()
    dataset = world.dataset
    assert refusal(rules.check_can_request, someone, dataset) is None
    assert refusal(rules.check_can_request, changed(someone, is_active=False), dataset) is Denied
    assert refusal(rules.check_can_request, changed(someone, is_break_glass=True), dataset) is Denied
    draft, opened = stories.drafted_dataset().dataset, stories.published_dataset(access="open").dataset
    for other in (draft, opened):
        assert wrong(rules.check_can_request, someone, other) == {"datasets"}
    assert rules.check_any_can_be_requested(someone, [opened, dataset, draft]) == [dataset]
    assert wrong(rules.check_any_can_be_requested, someone, []) == {"datasets"}
    registered = Dataset.objects.get(pk=dataset.pk)
    registered.access = Dataset.Access.REGISTERED
    assert wrong(rules.check_can_request, someone, registered) == {"datasets"}
    assert wrong(rules.check_can_request, world.owner, dataset) == {"datasets"}, "nobody else could countersign"
    with pytest.raises(Invalid, match="cannot request"):
        rules.check_any_can_be_requested(someone, [opened, draft])
    committee = world.committee_setup.committee
    committee.accepting, committee.closed_because = False, "Holidays."
    dataset.committee = committee
    assert wrong(rules.check_can_request, someone, dataset) == {"datasets"}
    dataset.committee = None
    assert wrong(rules.check_can_request, someone, dataset) == {"datasets"}


@pytest.mark.django_db
def test_the_applicant_changes_discards_and_withdraws_at_the_right_time() -> None:
    case, other = stories.draft(), stories.person()
    request, applicant = case.request, case.applicant
    for check in (rules.check_is_applicant, rules.check_can_edit, rules.check_can_discard, rules.check_can_withdraw):
        assert refusal(check, applicant, request) is None
        assert refusal(check, other, request) is Denied
        assert refusal(check, changed(applicant, is_active=False), request) is Denied
    request.state = RequestState.CLOSED
    assert refusal(rules.check_can_withdraw, applicant, request) is WrongState
    sent = stories.submitted()
    for check in (rules.check_can_edit, rules.check_can_discard):
        assert refusal(check, sent.applicant, sent.request) is WrongState
    assert refusal(rules.check_can_withdraw, sent.applicant, sent.request) is None
    sent.request.items.update(state="withdrawn")
    assert refusal(rules.check_can_withdraw, sent.applicant, sent.request) is WrongState
    back = stories.returned()
    assert refusal(rules.check_can_edit, back.applicant, back.request) is None
    assert refusal(rules.check_can_discard, back.applicant, back.request) is WrongState
    back.request.state = RequestState.DRAFT
    assert refusal(rules.check_can_discard, back.applicant, back.request) is WrongState, "it was submitted once"


@pytest.mark.django_db
def test_what_is_missing_is_named_in_the_order_of_the_form() -> None:
    case = stories.draft()
    request = case.request
    assert rules.missing_for_submission(request) == {}
    request.purpose = "x" * (fields.PURPOSE.least - 1)
    assert set(rules.missing_for_submission(request)) == {"purpose"}
    request.purpose = "x" * fields.PURPOSE.least
    assert rules.missing_for_submission(request) == {}
    request.starts_on = request.ends_on = None
    assert list(rules.missing_for_submission(request)) == ["starts_on", "ends_on"]
    request.ends_on = clock.today() + DAY
    assert set(rules.missing_for_submission(request)) == {"starts_on"}
    request.ends_on = None
    request.starts_on = clock.today()
    assert set(rules.missing_for_submission(request)) == {"ends_on"}
    request.ends_on = clock.today() + DAY
    request.title = request.public_summary = " "
    request.items.all().delete()
    assert list(rules.missing_for_submission(request)) == ["title", "public_summary", "datasets"]
    for starts, ends, field in (
        (DAY, DAY, "ends_on"),
        (-3 * DAY, 0 * DAY, "ends_on"),
        (rules.LONGEST + DAY, rules.LONGEST + 2 * DAY, "starts_on"),
        (0 * DAY, rules.LONGEST + DAY, "ends_on"),
    ):
        request.starts_on, request.ends_on = clock.today() + starts, clock.today() + ends
        assert field in rules.missing_for_submission(request), (starts, ends)


@pytest.mark.django_db
def test_a_request_whose_datasets_are_decided_is_not_submitted_again() -> None:
    case = stories.draft()
    case.request.items.update(state="withdrawn")
    assert set(rules.missing_for_submission(case.request)) == {"datasets"}


@pytest.mark.django_db
def test_the_limit_is_that_of_the_undecided_datasets_of_this_request() -> None:
    case, other = stories.draft(shelves=[stories.published_dataset(), stories.published_dataset()]), stories.draft()
    Dataset.objects.filter(pk=other.published_dataset.dataset.pk).update(longest_grant_days=7)
    assert rules.missing_for_submission(case.request) == {}
    Dataset.objects.filter(pk=case.shelves[0].dataset.pk).update(longest_grant_days=7)
    assert set(rules.missing_for_submission(case.request)) == {"ends_on"}
    case.request.items.filter(dataset=case.shelves[0].dataset).update(state="withdrawn")
    assert rules.missing_for_submission(case.request) == {}


@pytest.mark.django_db
def test_submitting_needs_everything_that_is_needed_later() -> None:
    case = stories.draft()
    applicant, request = case.applicant, case.request
    assert refusal(rules.check_can_submit, applicant, request) is None
    assert refusal(rules.check_can_submit, stories.person(), request) is Denied
    assert refusal(rules.check_can_submit, changed(applicant, name=""), request) is Invalid
    request.title = ""
    assert wrong(rules.check_can_submit, applicant, request) == {"title"}
    request.refresh_from_db()
    request.state = RequestState.IN_REVIEW
    assert refusal(rules.check_can_submit, applicant, request) is WrongState
    Affiliation.objects.filter(person=applicant).update(valid_until=clock.now())
    request.refresh_from_db()
    assert refusal(rules.check_can_submit, applicant, request) is WrongState
    back = stories.returned()
    assert wrong(rules.check_can_submit, back.applicant, back.request) == {"answer"}
    back.request.questions.update(answer="All of them.")
    assert refusal(rules.check_can_submit, back.applicant, back.request) is None


@pytest.mark.django_db
def test_one_refusal_names_everything_that_the_applicant_can_correct() -> None:
    """Also what is asked only of a request that is submitted again, and before what nobody corrects in the form."""
    operator = stories.operator()
    case = stories.draft(applicant=operator)
    case.request.title, case.request.starts_on, case.request.ends_on = "", None, None
    missing = {"title", "starts_on", "ends_on"}
    assert wrong(rules.check_can_submit, operator, case.request) == missing, "though no operator is outside the request"
    committee = case.committee_setup.committee
    committee.accepting, committee.closed_because = False, "Holidays."
    committee.save()
    assert wrong(rules.check_can_submit, operator, case.request) == {*missing, "datasets"}
    back = stories.returned()
    back.request.purpose = ""
    assert wrong(rules.check_can_submit, back.applicant, back.request) == {"purpose", "answer"}
    back.request.items.all().delete()
    assert wrong(rules.check_can_submit, back.applicant, back.request) == {"purpose", "answer", "datasets"}


@pytest.mark.django_db
def test_a_committee_that_stopped_accepting_finishes_what_it_returned_and_takes_nothing_new() -> None:
    back, new = stories.returned(), stories.draft()
    back.request.questions.update(answer="All of them.")
    for case in (back, new):
        committee = case.committee_setup.committee
        committee.accepting, committee.closed_because = False, "Holidays."
        committee.save()
    assert refusal(rules.check_can_submit, back.applicant, back.request) is None
    assert wrong(rules.check_can_submit, new.applicant, new.request) == {"datasets"}


@pytest.mark.django_db
def test_a_dataset_that_is_decided_holds_nobody_up() -> None:
    case = stories.draft(shelves=[stories.published_dataset(), stories.published_dataset()])
    committee = case.shelves[1].committee_setup.committee
    committee.accepting, committee.closed_because = False, "Holidays."
    committee.save()
    assert wrong(rules.check_can_submit, case.applicant, case.request) == {"datasets"}
    case.request.items.filter(dataset=case.shelves[1].dataset).update(state="withdrawn")
    assert refusal(rules.check_can_submit, case.applicant, case.request) is None


@pytest.mark.django_db
def test_the_owner_may_not_be_the_only_one_who_could_countersign() -> None:
    world = stories.published_dataset()
    case = stories.draft(published_dataset=world, members=[world.owner])
    assert wrong(rules.check_can_submit, case.applicant, case.request) == {"datasets"}
    operator = stories.operator()
    mine = stories.draft(applicant=operator)
    assert refusal(rules.check_can_submit, operator, mine.request) is WrongState, "no operator is outside the request"
    stories.operator()
    assert refusal(rules.check_can_submit, operator, mine.request) is None


# --------------------------------------------------------------------------------------------------------- reviewing
@pytest.mark.django_db
def test_a_member_of_a_committee_that_still_decides_reviews_without_a_conflict() -> None:
    case = stories.in_review()
    request, member = case.request, case.committee_setup.members[0]
    check = rules.check_is_committee_member
    assert refusal(check, member, request) is None
    assert refusal(check, stories.person(), request) is Denied
    assert refusal(check, stories.committee_setup().chair, request) is Denied
    assert refusal(check, changed(member, is_active=False), request) is Denied
    other = stories.draft(published_dataset=case.published_dataset)
    commands.submit(other.request, by=other.applicant)
    request.items.update(state="withdrawn")
    assert refusal(check, member, request) is WrongState, "another request awaits the committee's decision"
    request.items.update(state="open")
    Recusal.objects.create(request=request, person=case.committee_setup.members[1], reason="A friend.")
    assert refusal(check, case.committee_setup.members[1], request) is Denied
    assert refusal(check, member, request) is None


@pytest.mark.django_db
def test_all_accounts_of_a_person_have_the_conflict() -> None:
    case, other = stories.in_review(), stories.in_review()
    member, old = case.committee_setup.members[0], stories.person()
    assert refusal(rules.check_no_conflict, member, case.request) is None
    Recusal.objects.create(request=case.request, person=old, reason="A friend.")
    Person.objects.filter(pk=old.pk).update(merged_into=member)
    assert refusal(rules.check_no_conflict, member, case.request) is Denied
    assert refusal(rules.check_no_conflict, member, other.request) is None
    assert refusal(rules.check_no_conflict, case.applicant, case.request) is Denied
    assert refusal(rules.check_no_conflict, case.applicant, other.request) is None
    chair = other.committee_setup.chair
    Person.objects.filter(pk=other.applicant.pk).update(merged_into=chair)
    assert refusal(rules.check_no_conflict, chair, other.request) is Denied


@pytest.mark.django_db
def test_nobody_changes_the_members_who_decide_about_them_or_removes_voters_in_a_conflict() -> None:
    case = stories.in_review()
    committee, elsewhere = case.committee_setup.committee, stories.committee_setup().committee
    chair, member = case.committee_setup.chair, case.committee_setup.members[0]
    for check in (rules.check_can_change_members, rules.check_can_remove_voters):
        assert refusal(check, chair, committee) is None
        assert refusal(check, case.applicant, committee) is Denied
        assert refusal(check, case.applicant, elsewhere) is None
    Recusal.objects.create(request=case.request, person=member, reason="A friend.")
    assert refusal(rules.check_can_change_members, member, committee) is None
    assert refusal(rules.check_can_remove_voters, member, committee) is Denied
    assert refusal(rules.check_can_remove_voters, member, elsewhere) is None


@pytest.mark.django_db
def test_an_eligible_voter_votes_on_the_open_round_of_an_undecided_item() -> None:
    case = stories.in_review()
    item, voter = case.item, case.committee_setup.members[0]
    voters = queries.fetch_eligible_voters(item)
    current = queries.open_round(case.request)
    assert current is not None

    def vote(by: Person = voter, now: Round | None = current, seen: Round = current) -> type[Exception] | None:
        return refusal(rules.check_can_vote, by, item, voters, now, seen)

    assert vote() is None
    assert vote(by=stories.person()) is Denied
    assert vote(by=changed(voter, is_active=False)) is Denied
    assert vote(by=changed(voter, is_break_glass=True)) is Denied
    assert vote(by=case.applicant) is Denied
    assert vote(now=None) is WrongState
    assert vote(seen=Round()) is WrongState
    item.state = "denied"
    assert vote() is WrongState
    item.state = "open"
    item.request.state = RequestState.SUBMITTED
    assert vote() is WrongState
    item.request.state = RequestState.IN_REVIEW
    assert refusal(rules.check_can_vote, voter, item, [], current, current) is Denied
    Recusal.objects.create(request=case.request, person=voter, reason="A friend.")
    assert vote() is Denied, "a conflict that was declared after the voters were read"
    other = case.committee_setup.members[1]
    assert vote(by=other) is None
    provider = Provider.objects.create(slug="p", name="P", issuer="https://p.test", client_id="g", secret_name="home")
    claim = CommitteeMemberClaim.objects.create(
        provider=provider, claim="groups", value="dac", committee=case.committee_setup.committee
    )
    CommitteeMember.objects.filter(person=other).update(claim=claim, confirmed_until=clock.now())
    assert vote(by=other) is Denied, "the provider has not confirmed the membership again"


@pytest.mark.django_db
def test_a_vote_is_confirmed_by_who_voted_when_everybody_left_has() -> None:
    case = stories.in_review()
    chair, first = case.committee_setup.chair, case.committee_setup.members[0]
    needed = Decision("majority", 1, frozenset([chair.pk]), None, {chair.pk: "approve"})
    open_still = Decision("majority", 1, frozenset([chair.pk, first.pk]), None, {chair.pk: "approve"})
    assert refusal(rules.check_can_confirm, chair, case.item, needed) is None
    assert refusal(rules.check_can_confirm, first, case.item, needed) is WrongState
    assert refusal(rules.check_can_confirm, chair, case.item, open_still) is WrongState
    CommitteeMember.objects.filter(person=first).update(ends_at=clock.now(), ended_by=chair, end_reason="Left.")
    assert refusal(rules.check_can_confirm, chair, case.item, needed) is Denied, "they ended the membership of a voter"
