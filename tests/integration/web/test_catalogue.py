"""Finding data and knowing before asking: what visitors and people see of a dataset."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from apps.committees import commands as committees
from apps.core import clock
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants.access_state import access_state
from apps.grants.access_state.words import said
from apps.people.commands.people import accept_terms
from tests import stories

pytestmark = pytest.mark.django_db


def allowed(someone: Any, url: str) -> bool:
    """The verdict of the access page, which must say it in words too."""
    answer = stories.client_for(someone).get(url)
    assert answer.status_code == 200
    verdict: bool = answer.context["verdict"].allowed
    text = answer.content.decode()
    assert ("Yes: all conditions" in text) == verdict
    assert verdict or f"No. {escape(answer.context['why_not'])}" in text
    return verdict


def page(someone: Any, url: str, status: int = 200) -> str:
    answer = stories.client_for(someone).get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_front_page_says_what_waits_for_the_person() -> None:
    agreement_setup = stories.offered()
    assert f"/agreements/{agreement_setup.agreement.pk}/" in page(agreement_setup.applicant, "/")
    assert "Waiting for you" not in page(None, "/")


def test_the_owner_and_whoever_was_asked_something_are_reminded_too() -> None:
    agreement_setup = stories.signed()
    assert f"/agreements/{agreement_setup.agreement.pk}/" in page(agreement_setup.owner, "/")
    case = stories.returned()
    assert f"/requests/{case.request.pk}/" in page(case.applicant, "/")


def test_an_empty_house_says_what_comes_next() -> None:
    assert "No datasets published yet" in page(None, "/")
    assert "No datasets published yet" in page(None, "/datasets/")


def test_a_draft_and_an_embargoed_dataset_do_not_exist_for_others() -> None:
    drafted, published_dataset = stories.drafted_dataset(), stories.drafted_dataset()
    datasets.publish(
        published_dataset.version, by=published_dataset.owner, embargo_until=clock.now() + timedelta(days=9)
    )
    for one in (drafted, published_dataset):
        page(None, f"/datasets/{one.dataset.slug}/", 404)
        page(one.owner, f"/datasets/{one.dataset.slug}/")
        assert one.dataset.title not in page(None, "/datasets/")
    assert "Embargo until" in page(published_dataset.owner, f"/datasets/{published_dataset.dataset.slug}/")


def test_a_withdrawn_version_leaves_a_tombstone_and_no_files() -> None:
    published_dataset = stories.published_dataset(access="open")
    datasets.withdraw(published_dataset.version, by=published_dataset.owner, reason="Two columns say too much.")
    text = page(None, f"/datasets/{published_dataset.dataset.slug}/versions/1/")
    assert "Two columns say too much." in text
    assert published_dataset.file.name not in text
    assert "No files available" in page(None, "/datasets/")
    page(None, f"/datasets/{published_dataset.dataset.slug}/versions/1/SHA256SUMS", 410)
    page(None, f"/datasets/{published_dataset.dataset.slug}/versions/2/", 404)
    page(None, f"/datasets/{published_dataset.dataset.slug}/versions/2/SHA256SUMS", 404)


def test_an_older_version_says_that_there_is_a_newer_one() -> None:
    published_dataset = stories.published_dataset(access="open")
    second = datasets.start_version(published_dataset.dataset, by=published_dataset.owner, notes="Corrected ages.")
    assert "This version is a draft" in page(
        published_dataset.owner, f"/datasets/{published_dataset.dataset.slug}/versions/2/"
    )
    page(None, f"/datasets/{published_dataset.dataset.slug}/versions/2/", 404)
    stories.add_files(second, {"b.csv": stories.CSV}, by=published_dataset.owner)
    datasets.publish(second, by=published_dataset.owner)
    assert "Version 2 is newer." in page(None, f"/datasets/{published_dataset.dataset.slug}/versions/1/")


def test_the_checksums_are_those_of_the_files() -> None:
    published_dataset = stories.published_dataset()
    sums = page(None, f"/datasets/{published_dataset.dataset.slug}/versions/1/SHA256SUMS")
    assert sums == f"{published_dataset.file.sha256}  {published_dataset.file.name}\n"


def test_a_committee_that_takes_no_requests_says_why_and_offers_no_button() -> None:
    published_dataset = stories.published_dataset()
    committees.set_accepting(
        published_dataset.committee_setup.committee,
        accepting=False,
        closed_because="Back in May.",
        by=published_dataset.committee_setup.chair,
    )
    text = page(stories.person(), f"/datasets/{published_dataset.dataset.slug}/")
    assert "Back in May." in text
    assert "/requests/new/" not in text
    assert "Not accepting requests" in page(None, "/datasets/")
    assert "Back in May." in page(None, f"/committees/{published_dataset.committee_setup.committee.slug}/")


def test_the_wait_is_the_median_of_this_committees_decisions_with_their_number() -> None:
    case = stories.decided()
    about = f"/committees/{case.committee_setup.committee.slug}/"
    text = page(None, f"/datasets/{case.published_dataset.dataset.slug}/")
    assert "<strong>1 day</strong>" not in text  # fewer than five decisions are no basis for a median
    assert "median of" not in page(None, about)
    for _n in range(4):
        stories.decided(published_dataset=case.published_dataset)
    assert "median of 5 decisions" in page(None, about)
    other = stories.published_dataset()
    assert "28 days" in page(None, f"/datasets/{other.dataset.slug}/")


def test_an_unknown_committee_or_dataset_is_not_there() -> None:
    for url in ("/committees/none/", "/datasets/none/", "/datasets/none/access/"):
        page(None, url, 404)


@pytest.mark.parametrize("url", ["/", "/datasets/", "/datasets/{slug}/", "/committees/{committee}/"])
def test_pages_to_find_data_cost_the_same_however_much_there_is(url: str, django_assert_max_num_queries: Any) -> None:
    access = stories.granted()
    for _n in range(4):
        stories.published_dataset(committee_setup=access.case.committee_setup)
    stories.submitted(published_dataset=access.published_dataset, applicant=access.holder)
    url = url.format(slug=access.published_dataset.dataset.slug, committee=access.case.committee_setup.committee.slug)
    client = stories.client_for(access.holder)
    client.get(url)
    most = 14 if "/datasets/" in url and url != "/datasets/" else 12  # the panel knows what the person has
    most += "/datasets/" in url  # the purpose that the person wrote last
    # Whether the register of decisions is public (once a minute); the committee's approval rules; invitations at home.
    most += {"/": 1, "/datasets/": 0}.get(url, 2 if "/committees/" in url else 1)
    with django_assert_max_num_queries(most + 2):  # the test's own savepoint is opened and closed
        client.get(url)


def test_why_names_what_is_missing_and_where_to_get_it() -> None:
    published_dataset = stories.published_dataset()
    text = page(stories.person(), f"/datasets/{published_dataset.dataset.slug}/access/")
    assert "You have no access and no request." in text
    assert "Nobody is signed in" in page(None, f"/datasets/{published_dataset.dataset.slug}/access/")


def test_why_agrees_with_the_rule_for_each_access_level() -> None:
    access, opened, registered = (
        stories.granted(),
        stories.published_dataset(access="open"),
        stories.published_dataset(access="registered"),
    )
    assert allowed(access.holder, f"/datasets/{access.published_dataset.dataset.slug}/access/")
    assert allowed(None, f"/datasets/{opened.dataset.slug}/access/")
    terms = stories.terms()
    assert "Read and accept the terms of use" in page(access.holder, f"/datasets/{registered.dataset.slug}/access/")
    accept_terms(terms, by=access.holder)
    assert allowed(access.holder, f"/datasets/{registered.dataset.slug}/access/")


def test_why_answers_for_a_past_moment_and_not_for_the_future() -> None:
    access = stories.granted()
    url = f"/datasets/{access.published_dataset.dataset.slug}/access/"
    assert not allowed(access.holder, f"{url}?at=2020-01-01T00:00")
    page(access.holder, f"{url}?at=2999-01-01T00:00", 422)
    page(access.holder, f"{url}?at=soon", 422)


def test_why_about_somebody_else_is_for_those_who_manage_the_dataset() -> None:
    access = stories.granted()
    url = f"/datasets/{access.published_dataset.dataset.slug}/access/?person="
    assert allowed(access.owner, url + access.holder.code.lower())
    page(access.owner, url + "P-0000-0000", 422)
    page(access.holder, url + access.owner.code, 403)


def test_why_of_a_withdrawn_dataset_says_so() -> None:
    published_dataset = stories.published_dataset(access="open")
    datasets.withdraw(published_dataset.version, by=published_dataset.owner, reason="Say too much.")
    assert "Withdrawn on" in page(None, f"/datasets/{published_dataset.dataset.slug}/access/")
    draft = stories.drafted_dataset()
    assert Dataset.objects.filter(pk=draft.dataset.pk).exists()
    assert not allowed(draft.owner, f"/datasets/{draft.dataset.slug}/access/")


def test_why_says_how_far_the_request_is_and_leads_to_it() -> None:
    """The row about the grant has the words and the place of the access state; without a request it offers one."""
    setup = stories.offered()
    url = f"/datasets/{setup.case.published_dataset.dataset.slug}/access/"

    def row(person: Any) -> dict[str, Any]:
        rows = stories.client_for(person).get(url).context["checks"]
        (found,) = [one for one in rows if "granted" in one["sentence"]]
        assert not found["ok"]
        return dict(found)

    state = access_state(setup.case.applicant, setup.case.published_dataset.dataset)
    assert state.state == "awaiting_signatures"
    signing = row(setup.case.applicant)
    assert signing["fact"] == said(state).sentences[0]
    assert (signing["href"], signing["action"]) == (f"/agreements/{setup.agreement.pk}/", said(state).button)
    other = stories.person()
    slug = setup.case.published_dataset.dataset.slug
    assert row(other)["href"] == reverse("request_begin", args=[slug])
    committee = setup.case.committee_setup
    committees.set_accepting(committee.committee, accepting=False, closed_because="Back in May.", by=committee.chair)
    closed = row(other)
    assert ("Back in May." in closed["fact"], closed["href"]) == (True, f"/committees/{committee.committee.slug}/")


def test_why_offers_no_request_to_whoever_asks_about_somebody_else() -> None:
    published_dataset, other = stories.published_dataset(), stories.person()
    url = f"/datasets/{published_dataset.dataset.slug}/access/?person={other.code}"
    rows = stories.client_for(published_dataset.owner).get(url).context["checks"]
    assert [one["action"] for one in rows if "granted" in one["sentence"] and "action" in one] == []
