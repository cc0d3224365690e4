"""The first page after signing in: what waits for a person, and what they have."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands as requests
from apps.core import clock
from apps.grants import commands as grants
from apps.people.models import Affiliation, Person
from apps.web.common import navigation
from apps.web.home.todo import BLOCKED, DRAFT, DUE, WAITING
from tests import stories, worlds

pytestmark = pytest.mark.django_db


def home(person: Person) -> Any:
    answer = stories.client_for(person).get("/")
    assert answer.status_code == 200
    return answer


def counts(answer: Any) -> dict[str, int]:
    """The counts of the navigation, by the path of the page."""
    return {entry["url"]: entry["count"] for entry in answer.context["nav"] if entry.get("count")}


def test_visitors_keep_the_public_front_page_with_real_numbers() -> None:
    """Case 33."""
    stories.published_dataset(access="open")
    answer = Client().get("/")
    numbers = answer.context["numbers"]
    assert "tasks" not in answer.context
    assert (numbers["datasets"] >= 1, numbers["open"] >= 1, numbers["institutions"] >= 1) == (True, True, True)


def test_a_new_account_reads_where_requests_appear() -> None:
    """Case 33."""
    answer = home(stories.person())
    assert [entry["url"] for entry in answer.context["nav"]] == ["/", "/datasets/", "/requests/"]
    assert answer.context["tasks"] == []
    assert 'class="empty"' in answer.content.decode()


@pytest.mark.parametrize(
    ("stage", "who", "paths"),
    [
        (stories.draft, "applicant", {"/requests/": 1}),
        (stories.submitted, "applicant", {}),
        (stories.returned, "applicant", {"/requests/": 1}),
        (stories.submitted, "chair", {"/review/": 1}),
        (stories.in_review, "chair", {"/review/": 1}),
        (worlds.in_review_with_a_vote, "chair", {}),
        (stories.offered, "applicant", {"/requests/": 1}),
        (stories.signed, "applicant", {}),
        (stories.signed, "owner", {"/my-datasets/": 1}),
        (stories.executed, "owner", {}),
        (stories.granted, "applicant", {}),
        (worlds.revoked, "applicant", {}),
        (worlds.denied, "applicant", {}),
        (worlds.withdrawn, "applicant", {}),
    ],
)
def test_each_count_is_what_waits_and_to_do_is_their_sum(
    stage: Callable[[], Any], who: str, paths: dict[str, int]
) -> None:
    """Case 33."""
    answer = home(person_of(stage(), who))
    assert counts(answer) == paths
    assert answer.context["to_do"] == sum(paths.values()) == len(answer.context["tasks"])


def person_of(world: Any, who: str) -> Person:
    case = getattr(world, "case", None) or getattr(getattr(world, "agreement_setup", None), "case", None) or world
    people = {
        "applicant": case.applicant,
        "chair": case.committee_setup.chair,
        "owner": case.published_dataset.owner,
    }
    found: Person = people[who]
    return found


@pytest.mark.parametrize(("url", "path"), [("/requests/?turn=you", "/requests/"), ("/access/?show=you", "/access/")])
def test_a_count_is_the_length_of_the_list(url: str, path: str) -> None:
    """Case 33."""
    person = stories.person()
    stories.draft(applicant=person)
    stories.returned(applicant=person)
    stories.submitted(applicant=person)
    access = stories.granted(applicant=person)
    stories.granted(applicant=person)
    with clock.freeze(access.grant.ends_at - timedelta(days=20)):
        Affiliation.objects.filter(person=person).update(valid_until=access.grant.ends_at + timedelta(days=9))
        client = stories.client_for(person)
        expected = {"/requests/": 2, "/access/": 2}
        assert counts(client.get("/")) == expected
        assert client.get(url).context["list"].total == expected[path]


def test_to_do_begins_with_what_stops_the_person_and_ends_with_drafts() -> None:
    person = stories.person()
    stories.draft(applicant=person)
    stories.returned(applicant=person)
    ends = stories.granted(applicant=person)
    lapsed = stories.granted(applicant=person)
    with clock.freeze(ends.grant.ends_at - timedelta(days=20)):
        Affiliation.objects.filter(person=person).update(valid_until=ends.grant.ends_at + timedelta(days=9))
        assert [task.rank for task in home(person).context["tasks"]] == [DUE, DUE, WAITING, DRAFT]
        grants.revoke(lapsed.grant, reason="The study has ended.", by=lapsed.owner)
        assert [task.rank for task in home(person).context["tasks"]] == [DUE, WAITING, DRAFT]
        Affiliation.objects.filter(person=person).update(valid_until=clock.now())
        assert [task.rank for task in home(person).context["tasks"]] == [BLOCKED, WAITING, DRAFT]


def test_stopped_downloads_wait_for_each_operator_who_can_act() -> None:
    """Both can propose; whoever proposed waits for the other; resumed, nothing waits. The control sees nothing."""
    first, second, stranger = stories.operator(), stories.operator(), stories.auditor()
    stop = grants.stop_downloads("A leak is suspected.", by=first)

    def waits() -> list[int]:
        answers = [home(one) for one in (first, second, stranger)]
        shown = [len(answer.context["tasks"]) for answer in answers]
        assert [counts(answer).get("/system-status/", 0) for answer in answers] == shown
        assert [answer.context["to_do"] for answer in answers] == shown
        return shown

    assert waits() == [1, 1, 0]
    grants.propose_resume(stop, by=first)
    assert waits() == [0, 1, 0]
    grants.resume_downloads(stop, by=second)
    assert waits() == [0, 0, 0]


def test_six_rows_are_shown_and_the_rest_is_counted() -> None:
    person = stories.person()
    for _number in range(8):
        stories.draft(applicant=person)
    answer = home(person)
    assert (len(answer.context["tasks"]), answer.context["more_to_do"], answer.context["to_do"]) == (6, 2, 8)
    assert (len(answer.context["requests"]), answer.context["more_requests"]) == (6, True)


def test_the_page_costs_the_same_however_much_waits() -> None:
    """Sixteen questions at most: this person has everything but datasets, which cost two more."""
    case = stories.submitted()
    person = case.committee_setup.chair
    everything(person)
    few = questions(person)
    for _number in range(2):
        everything(person)
    assert questions(person) == few
    assert few <= 14


def questions(person: Person) -> int:
    client = stories.client_for(
        person
    )  # a sign-in of this moment: a session in use for a minute is looked at once more
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/")
    assert answer.context["tasks"]
    return sum(one["sql"].startswith("SELECT") for one in asked.captured_queries)


def everything(person: Person) -> None:
    """One of each: a draft, a request in review and one returned, an agreement to sign, an access."""
    for stage in (stories.draft, stories.in_review, stories.returned, stories.offered, stories.granted):
        stage(applicant=person)


def test_each_dataset_leads_to_its_users_and_its_requests_busiest_first() -> None:
    """Case 34: from Home the users of a dataset are one click away."""
    granted = stories.granted()
    owner = granted.owner
    stories.published_dataset(owner=owner)
    waiting = stories.submitted(applicant=granted.holder, published_dataset=stories.published_dataset(owner=owner))
    answer = home(owner)
    shown = [(one.pk, one.waiting, one.users) for one in answer.context["datasets"]]
    assert shown[:2] == [(waiting.published_dataset.dataset.pk, 1, 0), (granted.grant.dataset_id, 0, 1)]
    assert shown[2][1:] == (0, 0)
    assert f'/my-datasets/{granted.grant.dataset.slug}/users/"' in answer.content.decode()
    assert home(granted.holder).context["datasets"] == ()


def test_whoever_manages_nothing_finds_creating_a_dataset_in_the_account_menu() -> None:
    """Case 33: "My datasets" is for people who have some."""
    answer = home(stories.person())
    assert "/my-datasets/" not in [entry["url"] for entry in answer.context["nav"]]
    assert "/my-datasets/" in [entry["url"] for entry in answer.context["account_menu"]]
    owner = stories.published_dataset().owner
    assert "/my-datasets/" in [entry["url"] for entry in home(owner).context["nav"]]


@pytest.mark.parametrize("path", ["/nowhere/", "/requests/6f1d2c1e-0000-4000-8000-000000000000/", "/oversight/events/"])
def test_errors_keep_the_navigation(path: str) -> None:
    """Case 33."""
    answer = stories.client_for(stories.person()).get(path)
    assert answer.status_code in (403, 404)
    assert '<nav class="site-nav"' in answer.content.decode()


def test_the_count_of_the_facts_is_the_count_of_the_sets() -> None:
    """The control: a fact that nothing counts would be found."""
    assert set(navigation.COUNTED.values()) <= set(navigation.NOWHERE)
    assert navigation.to_do(dict.fromkeys(navigation.NOWHERE, 1)) == len(navigation.COUNTED)


def test_a_request_that_waits_for_others_is_no_task() -> None:
    case = stories.submitted()
    requests.withdraw(case.request, by=case.applicant)
    assert home(case.applicant).context["tasks"] == []
