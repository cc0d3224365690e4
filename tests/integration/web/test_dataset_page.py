"""The page of a dataset: its texts, conditions, files, versions, citation and contact."""

import re
from typing import Any

import pytest

from apps.datasets import commands
from apps.datasets.models import Dataset
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def shown(made: Any, address: str = "", someone: Any = None) -> Any:
    answer = stories.client_for(someone).get(f"/datasets/{made.dataset.slug}/{address}")
    assert answer.status_code == 200
    return answer


def test_case_27_a_description_is_markdown_and_nothing_else() -> None:
    made = stories.published_dataset(access="open")
    text = "# Method\n\n**Bold** <script>alert(1)</script> [bad](javascript:alert(1)) https://example.org/x.\n\ndoi:10.5072/x"
    commands.describe(made.dataset, by=made.owner, description=text)
    html = shown(made).content.decode()
    assert '<h3 dir="auto">Method</h3>' in html
    assert "<strong>Bold</strong>" in html
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert 'href="https://example.org/x" rel="nofollow noopener"' in html
    assert 'href="https://doi.org/10.5072/x"' in html
    assert "# Method" not in html


def test_case_26_the_title_and_the_file_names_have_their_own_direction() -> None:
    made = stories.published_dataset(title="סקר (A-1)", files={"נתונים.csv": stories.CSV})
    html = shown(made).content.decode()
    assert re.search(r"<h1>\s*<bdi>סקר \(A-1\)</bdi>", html)
    assert "<bdi>נתונים.csv</bdi>" in html
    assert "<bdi>סקר (A-1)</bdi>" in stories.client_for(None).get("/datasets/").content.decode()


def test_conditions_come_before_files() -> None:
    html = shown(stories.published_dataset()).content.decode()
    assert (
        html.index('id="conditions"') < html.index('id="files"') < html.index('id="versions"') < html.index('id="cite"')
    )


def test_files_are_shown_25_a_page_and_found_by_name_and_type() -> None:
    files = {f"scan_{n:02}.csv": b"1,2\n" for n in range(30)} | {"readme.pdf": b"%PDF"}
    made = stories.published_dataset(access="open", files=files)
    first = shown(made).context["files"]
    assert (len(first.rows), first.total) == (25, 31)
    assert first.next_url.endswith("#files")
    second = stories.client_for(None).get(first.next_url).context["files"]
    names = [file.name for file in (*first.rows, *second.rows)]
    assert sorted(names) == sorted(files)
    assert [file.name for file in shown(made, "?file=scan_07").context["files"].rows] == ["scan_07.csv"]
    assert [file.name for file in shown(made, "?type=application/pdf").context["files"].rows] == ["readme.pdf"]
    assert shown(made, "?file=unicorn").context["files"].rows == []
    assert shown(made, "?type=nonsense&after=x&file=%00").status_code == 200


def test_few_files_are_found_by_name_too() -> None:
    made = stories.published_dataset(access="open", files={"a.csv": b"1", "b.csv": b"2"})
    assert [file.name for file in shown(made, "?file=B.").context["files"].rows] == ["b.csv"]


def test_a_page_costs_the_same_for_30_files_and_for_60(django_assert_num_queries: Any) -> None:
    few = stories.published_dataset(access="open", files={f"f{n}.csv": b"1" for n in range(30)})
    many = stories.published_dataset(access="open", files={f"f{n}.csv": b"1" for n in range(60)})
    client = stories.client_for(None)
    for made in (few, many):
        client.get(f"/datasets/{made.dataset.slug}/")
        with django_assert_num_queries(12):  # one of them once a minute: whether the register of decisions is public
            client.get(f"/datasets/{made.dataset.slug}/")


def test_a_version_says_what_is_new_and_the_newest_comes_first() -> None:
    made = stories.published_dataset(access="open")
    second = commands.start_version(made.dataset, by=made.owner, notes="Corrected **ages**.")
    if not second.distributions.exists():
        stories.add_files(second, {"b.csv": stories.CSV}, by=made.owner)
    commands.publish(second, by=made.owner)
    answer = shown(made)
    assert [one.number for one in answer.context["versions"]] == [2, 1]
    assert "Corrected <strong>ages</strong>." in answer.content.decode()


def test_a_dataset_without_a_citation_gets_one_of_its_facts() -> None:
    made = stories.published_dataset(access="open")
    said = shown(made).context["citation"]
    assert made.owner.name in said and made.dataset.title in said and f"/datasets/{made.dataset.slug}/" in said
    Dataset.objects.filter(pk=made.dataset.pk).update(attribution="Holm 2026, doi:10.5072/x")
    assert shown(made).context["citation"] == "Holm 2026, doi:10.5072/x"


def test_the_owner_is_named_as_contact_until_their_name_is_erased() -> None:
    made = stories.published_dataset(access="open")
    assert made.owner.name in shown(made).content.decode()
    Person.objects.filter(pk=made.owner.pk).update(name="")
    assert shown(made).context["dataset"].owner_names == []


def test_a_subject_leads_to_the_datasets_that_have_it() -> None:
    made = stories.published_dataset(access="open")
    url = shown(made).context["subjects"][0]["url"]
    assert [one.pk for one in stories.client_for(None).get(url).context["page"]["rows"]] == [made.dataset.pk]
