"""Finding data and knowing before asking: what visitors and people see of a dataset."""

from datetime import timedelta
from typing import Any

import pytest

from apps.committees import commands as committees
from apps.core import clock
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db


def page(someone: Any, url: str, status: int = 200) -> str:
    answer = stories.client_for(someone).get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_front_page_says_what_waits_for_the_person() -> None:
    deal = stories.offered()
    assert f"/agreements/{deal.agreement.pk}/" in page(deal.applicant, "/")
    assert "Waiting for you" not in page(None, "/")


def test_the_owner_and_whoever_was_asked_something_are_reminded_too() -> None:
    deal = stories.signed()
    assert f"/agreements/{deal.agreement.pk}/" in page(deal.owner, "/")
    case = stories.returned()
    assert f"/requests/{case.request.pk}/" in page(case.applicant, "/")


def test_an_empty_house_says_what_comes_next() -> None:
    assert "Nothing is published yet" in page(None, "/")
    assert "Nothing is published yet" in page(None, "/datasets/")


def test_the_catalogue_finds_by_words_access_and_committee() -> None:
    shelf, other = stories.shelf(title="Rare hearts"), stories.shelf(title="Common colds", access="open")
    found = page(None, f"/datasets/?q=hearts&access=controlled&committee={shelf.bench.committee.slug}")
    assert shelf.dataset.title in found
    assert other.dataset.title not in found
    assert "Nothing was found" in page(None, "/datasets/?q=unicorns")


@pytest.mark.parametrize("query", ["after=yesterday", "access=secret", "committee=a b", "q=" + "x" * 300, "q=%00"])
def test_a_question_the_catalogue_cannot_read_is_said_so(query: str) -> None:
    page(None, f"/datasets/?{query}", 422)


def test_a_draft_and_an_embargoed_dataset_do_not_exist_for_others() -> None:
    drafted, shelf = stories.drafted_shelf(), stories.drafted_shelf()
    datasets.publish(shelf.version, by=shelf.owner, embargo_until=clock.now() + timedelta(days=9))
    for one in (drafted, shelf):
        page(None, f"/datasets/{one.dataset.slug}/", 404)
        page(one.owner, f"/datasets/{one.dataset.slug}/")
        assert one.dataset.title not in page(None, "/datasets/")
    assert "embargo" in page(shelf.owner, f"/datasets/{shelf.dataset.slug}/")


def test_a_withdrawn_version_leaves_a_tombstone_and_no_files() -> None:
    shelf = stories.shelf(access="open")
    datasets.withdraw(shelf.version, by=shelf.owner, reason="Two columns say too much.")
    text = page(None, f"/datasets/{shelf.dataset.slug}/versions/1/")
    assert "Two columns say too much." in text
    assert shelf.file.name not in text
    assert "No files at present" in page(None, "/datasets/")
    page(None, f"/datasets/{shelf.dataset.slug}/versions/1/SHA256SUMS", 410)
    page(None, f"/datasets/{shelf.dataset.slug}/versions/2/", 404)
    page(None, f"/datasets/{shelf.dataset.slug}/versions/2/SHA256SUMS", 404)


def test_an_older_version_says_that_there_is_a_newer_one() -> None:
    shelf = stories.shelf(access="open")
    second = datasets.start_version(shelf.dataset, by=shelf.owner, notes="Corrected ages.")
    assert "This version is a draft" in page(shelf.owner, f"/datasets/{shelf.dataset.slug}/versions/2/")
    page(None, f"/datasets/{shelf.dataset.slug}/versions/2/", 404)
    stories.add_files(second, {"b.csv": stories.CSV}, by=shelf.owner)
    datasets.publish(second, by=shelf.owner)
    assert "Version 2 is newer." in page(None, f"/datasets/{shelf.dataset.slug}/versions/1/")


def test_the_checksums_are_those_of_the_files() -> None:
    shelf = stories.shelf()
    sums = page(None, f"/datasets/{shelf.dataset.slug}/versions/1/SHA256SUMS")
    assert sums == f"{shelf.file.sha256}  {shelf.file.name}\n"


def test_a_committee_that_takes_no_requests_says_why_and_offers_no_button() -> None:
    shelf = stories.shelf()
    committees.set_accepting(
        shelf.bench.committee, accepting=False, closed_because="Back in May.", by=shelf.bench.chair
    )
    text = page(stories.person(), f"/datasets/{shelf.dataset.slug}/")
    assert "Back in May." in text
    assert "/requests/new/" not in text
    assert "not accepting requests" in page(None, "/datasets/")
    assert "Back in May." in page(None, f"/committees/{shelf.bench.committee.slug}/")


def test_the_wait_is_the_median_of_this_committees_decisions_with_their_number() -> None:
    case = stories.decided()
    text = page(None, f"/datasets/{case.shelf.dataset.slug}/")
    assert "<strong>1 day</strong>" in text
    assert "The median of 1 decision" in text
    assert "median of 1 decision" in page(None, f"/committees/{case.bench.committee.slug}/")
    other = stories.shelf()
    assert "it means to take 28 days" in page(None, f"/datasets/{other.dataset.slug}/")


def test_an_unknown_committee_or_dataset_is_not_there() -> None:
    for url in ("/committees/none/", "/datasets/none/", "/datasets/none/why/"):
        page(None, url, 404)


@pytest.mark.parametrize("url", ["/", "/datasets/", "/datasets/{slug}/", "/committees/{committee}/"])
def test_pages_to_find_data_cost_the_same_however_much_there_is(url: str, django_assert_max_num_queries: Any) -> None:
    access = stories.granted()
    for _n in range(4):
        stories.shelf(bench=access.case.bench)
    stories.submitted(shelf=access.shelf, applicant=access.holder)
    url = url.format(slug=access.shelf.dataset.slug, committee=access.case.bench.committee.slug)
    client = stories.client_for(access.holder)
    client.get(url)
    with django_assert_max_num_queries(12 + 2):  # the test's own savepoint is opened and closed
        client.get(url)


def test_why_names_what_is_missing_and_where_to_get_it() -> None:
    shelf = stories.shelf()
    text = page(stories.person(), f"/datasets/{shelf.dataset.slug}/why/")
    assert "There is no grant for this dataset." in text
    assert "Nobody is signed in" in page(None, f"/datasets/{shelf.dataset.slug}/why/")


def test_why_agrees_with_the_rule_for_each_access_level() -> None:
    access, opened, registered = stories.granted(), stories.shelf(access="open"), stories.shelf(access="registered")
    assert "Yes: every point" in page(access.holder, f"/datasets/{access.shelf.dataset.slug}/why/")
    assert "Yes: every point" in page(None, f"/datasets/{opened.dataset.slug}/why/")
    stories.terms()
    assert "Read the terms and accept them" in page(access.holder, f"/datasets/{registered.dataset.slug}/why/")
    stories.accounts.accept_terms(stories.terms(), by=access.holder)
    assert "Yes: every point" in page(access.holder, f"/datasets/{registered.dataset.slug}/why/")


def test_why_answers_for_a_past_moment_and_not_for_the_future() -> None:
    access = stories.granted()
    url = f"/datasets/{access.shelf.dataset.slug}/why/"
    assert "No: the points marked" in page(access.holder, f"{url}?at=2020-01-01T00:00")
    page(access.holder, f"{url}?at=2999-01-01T00:00", 422)
    page(access.holder, f"{url}?at=soon", 422)


def test_why_about_somebody_else_is_for_those_who_manage_the_dataset() -> None:
    access = stories.granted()
    url = f"/datasets/{access.shelf.dataset.slug}/why/?person="
    assert "Yes: every point" in page(access.owner, url + access.holder.code.lower())
    page(access.owner, url + "P-0000-0000", 422)
    page(access.holder, url + access.owner.code, 403)


def test_why_of_a_withdrawn_dataset_says_so() -> None:
    shelf = stories.shelf(access="open")
    datasets.withdraw(shelf.version, by=shelf.owner, reason="Say too much.")
    assert "Withdrawn on" in page(None, f"/datasets/{shelf.dataset.slug}/why/")
    draft = stories.drafted_shelf()
    assert Dataset.objects.filter(pk=draft.dataset.pk).exists()
    assert "No: the points marked" in page(draft.owner, f"/datasets/{draft.dataset.slug}/why/")
