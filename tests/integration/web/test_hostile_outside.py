"""What outside reviewers, invited people and a blind look do not tell: each was found open by a hostile reader."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.access_requests.models import Invitation, Item, OutsideReviewer
from apps.access_requests.queries_thread import reader_of
from apps.access_requests.roster import Entry
from apps.committees import commands as committees
from apps.core import clock
from apps.core.errors import DomainError
from apps.people.models import Person
from tests import stories
from tests.integration.api.calls import Caller
from tests.unit.access_requests.test_cohorts import described

pytestmark = pytest.mark.django_db
ORCID = "0000-0002-1825-0097"
Published = stories.PublishedDataset


def allowed(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DomainError:
        return False
    return True


def invite(case: stories.Case, setup: stories.CommitteeSetup, person: Person) -> OutsideReviewer:
    made = requests.invite_outside_reviewer(
        case.request, committee=setup.committee, person=person, reason="An expert.",
        last_day=clock.today() + timedelta(days=9), by=setup.chair,
    )  # fmt: skip
    stories.declare(case.request, person)
    return made


def for_a_class(*lines: Entry, undo: int = 0) -> tuple[stories.Case, Any, Published, Published]:
    """A class in review by two committees."""
    stories.template()
    one, two = (stories.published_dataset(committee_setup=stories.committee_setup(undo_minutes=undo)) for _ in range(2))
    home = stories.institution()
    case = stories.draft(shelves=[one, two], days=90, applicant=stories.person(at=home))
    cohort = described(case)
    lines = lines or (Entry("Anna", "anna@ki.example", ""),)
    requests.keep_roster(cohort, entries=lines, replace=False, by=case.applicant)
    return stories.in_review(stories.submitted(case)), cohort, one, two


def approve(case: stories.Case, data: Published) -> None:
    for voter in data.committee_setup.everyone[:2]:
        stories.vote(case, voter, published_dataset=data)
    stories.drain()


# --------------------------------------------------------------------------------------------------- A: votes, access
@pytest.fixture
def beside() -> tuple[stories.Case, Person, Published, Published]:
    """An outside reviewer of the second committee, while the first one has decided; not in effect yet."""
    case, _cohort, one, two = for_a_class(undo=30)
    person = stories.person()
    invite(case, two.committee_setup, person)
    approve(case, one)
    return case, person, one, two


Beside = tuple[stories.Case, Person, Published, Published]


def test_an_outside_reviewer_does_not_join_a_submitted_request() -> None:
    case, person = stories.draft(), stories.person(email="anna@ki.example")
    (row,) = requests.invite(case.request, entries=["anna@ki.example"], by=case.applicant)
    case = stories.submitted(case)
    invite(case, case.committee_setup, person)
    assert reader_of(person, case.request).committees  # the control: internal messages
    assert not allowed(lambda: requests.confirm_invitation(row, by=person))


def test_an_outside_reviewer_reads_no_votes_of_a_committee_that_decided(beside: Beside) -> None:
    case, person, _one, _two = beside
    page = stories.client_for(person).get(reverse("case", args=[case.request.pk]))
    assert [entry["choices_shown"] for entry in page.context["items"]] == [False, False]
    assert "My reason to approve." not in page.content.decode()
    assert "undo-" not in page.content.decode()  # decided, but nobody outside the committee knows
    answer = Caller(person, "review").get(f"/reviews/{case.request.pk}").json()
    assert [each["votes"] for each in answer["items"]] == [[], []]
    assert {each["state"] for each in answer["items"]} == {"open"}


def test_an_outside_reviewer_reads_nothing_of_agreements_and_access() -> None:
    case, _cohort, one, two = for_a_class()
    person = stories.person()
    invite(case, two.committee_setup, person)
    approve(case, one)
    page = stories.client_for(person).get(reverse("case", args=[case.request.pk]))
    assert [each["agreement"] for each in page.context["items"]] == [None, None]


def test_an_outside_reviewer_does_not_learn_by_the_api_who_is_recused() -> None:
    case, person = stories.in_review(), stories.person()
    invite(case, case.committee_setup, person)
    requests.recuse(case.request, reason="We publish together.", by=case.committee_setup.members[0])
    assert Caller(person, "review").get(f"/reviews/{case.request.pk}").json()["recused"] == []


def test_the_history_names_no_recused_member_no_reason_of_a_removal_and_no_other_outside_reviewer() -> None:
    case, _cohort, one, two = for_a_class()
    person, other = stories.person(), stories.person()
    invite(case, two.committee_setup, person)
    invite(case, one.committee_setup, other)
    left, aside = two.committee_setup.membership_of(two.committee_setup.members[0]), one.committee_setup.members[0]
    committees.remove_member(left, reason="Was rude to the chair.", by=two.committee_setup.chair)
    requests.recuse(case.request, reason="We publish together.", by=aside)
    stories.drain()
    shown = stories.client_for(person).get(reverse("case", args=[case.request.pk])).context["timeline"]
    said = " ".join(f"{each['who']} {each['note']}" for each in shown if each["icon"] != "check")
    found = [word for word in ("Was rude to the chair.", aside.name, other.name) if word in said]
    assert found == []


def test_a_decision_by_a_rule_that_can_be_undone_is_not_told_by_the_people_page() -> None:
    case = stories.draft()
    requests.invite(case.request, entries=["anna@ki.example"], by=case.applicant)
    case = stories.submitted(case)
    Invitation.objects.update(queued_at=clock.now() - timedelta(hours=2))
    client, page = stories.client_for(case.applicant), reverse("request_people", args=[case.request.pk])
    assert [one["can_resend"] for one in client.get(page).context["invited"]] == [True]  # the control
    until = clock.now() + timedelta(minutes=30)
    facts = {"decided_at": clock.now(), "decided_in": case.round, "reason": "By a rule.", "takes_effect_at": until}
    Item.objects.filter(pk=case.item.pk).update(state="approved", **facts)
    assert [one["can_resend"] for one in client.get(page).context["invited"]] == [True]


def test_in_a_blind_look_a_new_condition_does_not_tell_who_voted_for_conditions() -> None:
    data = stories.published_dataset()
    data.committee_setup.committee.blind = True
    data.committee_setup.committee.save()
    case = stories.in_review(published_dataset=data)
    stories.vote(case, data.committee_setup.members[0], "conditional")
    answer = Caller(data.committee_setup.chair, "review").get(f"/reviews/{case.request.pk}").json()
    assert answer["items"][0]["conditions"] == []


def test_who_declines_an_invitation_is_not_named_to_the_committee() -> None:
    case, person = stories.draft(), stories.person(email="anna@ki.example")
    (row,) = requests.invite(case.request, entries=["anna@ki.example"], by=case.applicant)
    case = stories.submitted(case)
    requests.decline_invitation(row, by=person)
    chair = stories.client_for(case.committee_setup.chair).get(reverse("case", args=[case.request.pk]))
    assert person.name not in chair.content.decode()


def test_who_declines_an_invitation_is_not_the_committee() -> None:
    case, person = stories.draft(), stories.person(email="anna@ki.example")
    (row,) = requests.invite(case.request, entries=["anna@ki.example"], by=case.applicant)
    case = stories.submitted(case)
    requests.decline_invitation(row, by=person)
    page = stories.client_for(case.applicant).get(reverse("request_page", args=[case.request.pk]))
    assert [one["who"] for one in page.context["timeline"] if one["icon"] == "ban"] == [""]


def test_the_owner_of_the_dataset_is_no_outside_reviewer() -> None:
    case = stories.in_review()
    assert not allowed(lambda: invite(case, case.committee_setup, case.published_dataset.owner))
