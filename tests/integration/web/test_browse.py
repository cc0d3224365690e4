"""The catalogue: words, filters, sort orders and pages in the address, for visitors and people."""

from typing import Any

import pytest

from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db
URL = "/datasets/"
HOSTILE = [
    "\x00", "a\x00b", "x" * 10_000, "é" * 10_000, "\ud800".encode("utf-8", "surrogatepass"), "&|!():*<->", "((((",
    "'; DROP TABLE x; --", "a & | b", ":*", "!!!", "...", "\u202e\u202d", "\u200f", "\\", "\\'", '"', '""', '"a', "-",
    "--", "-a", "a:A", "%", "_", "🙂", " ", "\t\n", "<script>", "{{ 7 }}", "乳" * 300, " ".join("abcdefghijklmnopqrst"),
    "a " * 500, "’", "\'\'\'\'",
]  # fmt: skip


def get(someone: Any = None, **address: Any) -> Any:
    answer = stories.client_for(someone).get(URL, address)
    assert answer.status_code == 200
    return answer


def titles(answer: Any) -> list[str]:
    return [one.title for one in answer.context["page"]["rows"]]


def test_words_and_filters_narrow_the_list() -> None:
    hearts = stories.published_dataset(title="Rare hearts")
    colds = stories.published_dataset(title="Common colds", access="open")
    committee = hearts.committee_setup.committee.slug
    assert titles(get(q="hearts", access="controlled", committee=committee)) == [hearts.dataset.title]
    assert titles(get(access=["open", "controlled"])) == [colds.dataset.title, hearts.dataset.title]
    assert titles(get(q="hearts", access="open")) == []
    assert titles(get(q="unicorns")) == []


def test_without_results_the_filters_can_be_removed_with_the_number_that_gives() -> None:
    stories.published_dataset(title="Rare hearts")
    found = get(q="hearts", access="open").context["found"]
    assert (found.total, found.without_filters) == (0, 1)
    answer = get(q="hearts", access="open")
    assert f'href="{URL}?q=hearts"' in answer.content.decode()
    assert answer.context["chips"][0]["url"] == f"{URL}?q=hearts"


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_any_words_are_answered(words: Any) -> None:
    stories.published_dataset(title="Rare hearts")
    get(q=words)


@pytest.mark.parametrize("words", ["!!!", "\u202e", "\x00"])
def test_a_search_without_words_is_ignored_and_said_so(words: str) -> None:
    stories.published_dataset()
    answer = get(q=words)
    assert answer.context["found"].total == 1
    assert bool(answer.context["problems"]) == bool(words.strip("\x00"))


def test_too_many_words_are_cut_and_said_so() -> None:
    stories.published_dataset(title="Rare hearts")
    assert get(q="hearts " + "x" * 10_000).context["found"].words.is_cut
    assert not get(q="hearts").context["found"].words.is_cut


@pytest.mark.parametrize(
    ("address", "is_said"),
    [
        ({"access": "secret"}, True), ({"sort": "colour"}, True), ({"page": "x"}, False), ({"page": "999999"}, False),
        ({"after": "yesterday"}, False), ({"committee": "none"}, False), ({"institution": "\x00"}, False),
        ({"subject": "x" * 5000}, False), ({"q": "hearts", "page": "-1"}, False), ({"sort": "relevance"}, False),
    ],
)  # fmt: skip
def test_what_the_address_should_not_hold_is_ignored(address: dict[str, str], is_said: bool) -> None:
    stories.published_dataset(title="Rare hearts")
    assert bool(get(**address).context["problems"]) is is_said


def test_a_filter_counts_the_current_result_and_leaves_out_what_has_none() -> None:
    stories.published_dataset(title="Rare hearts", access="open")
    stories.published_dataset(title="Rare lungs")

    def counts(name: str, **address: Any) -> dict[str, int]:
        groups = {group["name"]: group["first"] + group["more"] for group in get(**address).context["facets"]}
        return {one["value"]: one["count"] for one in groups.get(name, [])}

    assert counts("access") == {"open": 1, "controlled": 1}
    assert counts("access", q="hearts") == {"open": 1}
    assert counts("access", access="open") == {"open": 1, "controlled": 1}  # another value can still be added
    assert set(counts("format", access="open")) == {"CSV"}


def test_drafts_are_neither_found_nor_counted() -> None:
    stories.drafted_dataset(title="Hidden hearts")
    answer = get(q="hearts")
    assert titles(answer) == []
    assert answer.context["facets"] == []


@pytest.mark.parametrize("sort", ["newest", "title", "used", "soonest"])
def test_each_sort_order_has_every_dataset_once(sort: str) -> None:
    made = {stories.published_dataset(title=f"Rare {n}").dataset.title for n in range(3)}
    found = titles(get(sort=sort))
    assert set(found) == made
    assert len(found) == 3


def test_most_used_has_the_dataset_with_most_active_grants_first() -> None:
    used = stories.granted().published_dataset.dataset
    stories.published_dataset(title="Newer")
    assert titles(get(sort="newest"))[0] == "Newer"
    assert titles(get(sort="used"))[0] == used.title


def test_pages_follow_one_another_without_gap_or_repeat() -> None:
    made = stories.published_dataset(title="Rare hearts")
    listed = made.dataset.listed_from
    more = [
        Dataset(slug=f"d{n}", title=f"Rare {n}", access="open", institution_id=made.dataset.institution_id)
        for n in range(60)
    ]
    for one in more:
        one.listed_from = listed
    Dataset.objects.bulk_create(more)
    client = stories.client_for(None)
    for address in (f"{URL}?q=rare", f"{URL}?sort=title", f"{URL}?access=open&access=controlled"):
        seen: list[Any] = []
        while address:
            page = client.get(address).context["page"]
            seen += [one.pk for one in page["rows"]]
            address = page["next_url"]
        assert len(seen) == len(set(seen)) == 61


def test_a_person_sees_their_own_state_beside_a_dataset() -> None:
    access = stories.granted()
    (row,) = get(access.holder).context["results"]
    assert row["state"].tone == "good"
    (row,) = get(None).context["results"]
    assert row["state"] is None


def test_a_hit_is_marked_and_text_of_users_is_escaped() -> None:
    stories.published_dataset(title="Rare <b>hearts</b>")
    text = get(q="heart").content.decode()
    assert "<mark>hearts</mark>" in text
    assert "<b>hearts" not in text


@pytest.mark.parametrize("address", ["", "?q=cancer", "?q=cancer&access=controlled&sort=soonest"])
def test_a_page_costs_the_same_for_one_dataset_and_for_many(address: str, django_assert_max_num_queries: Any) -> None:
    access = stories.granted()
    client = stories.client_for(access.holder)
    client.get(URL + address)
    with django_assert_max_num_queries(100) as few:
        client.get(URL + address)
    for _n in range(6):
        stories.published_dataset(committee_setup=access.case.committee_setup)
    with django_assert_max_num_queries(100) as many:
        client.get(URL + address)
    assert len(many) == len(few)
    assert len(few) <= 22
