"""The search document is never stale: each kind of change is found in the same transaction, and nothing hidden is."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.core import clock
from apps.datasets import commands, search
from apps.datasets.conditions import Use
from apps.datasets.models import Dataset, SearchDocument, SearchWord
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def found(words: str) -> list[str]:
    """The slugs that the words find exactly: without correction and without leaving words out."""
    result = search.find(words)
    if result.words.shown_for or result.words.partial:
        return []
    slugs = dict(Dataset.objects.values_list("pk", "slug"))
    return [slugs[row.dataset] for row in result.rows]


def is_findable(words: str) -> bool:
    """Whether the words find anything, by correction too, or any facet value of the whole catalogue has them."""
    result = search.find(words)
    exact = bool(result.rows) and not result.words.partial
    values = [one.value + one.label for values in search.facets(search.find()).values() for one in values]
    return exact or any(words.lower() in text.lower() for text in values)


# ------------------------------------------------------------------------------------------------------ kinds of change
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "Zebrafish hearts", "zebrafish"), ("summary", "About quokkas.", "quokka"),
        ("description", "Wombats at night.", "wombats"), ("keywords", "numbat, bilby", "bilby"),
        ("attribution", "Quenda et al. 2019", "quenda"),
    ],
)  # fmt: skip
def test_a_change_of_a_text_is_found_at_once(field: str, value: str, words: str) -> None:
    made = stories.published_dataset()
    assert not found(words)
    commands.describe(made.dataset, by=made.owner, **{field: value})
    assert found(words) == [made.dataset.slug]


def test_the_words_before_a_change_are_not_found_any_more() -> None:
    made = stories.published_dataset(title="Zebrafish hearts")
    commands.describe(made.dataset, by=made.owner, title="Quokka hearts", summary="x", keywords="", description="y")
    assert not found("zebrafish")


def test_a_change_of_the_use_conditions_is_found_at_once() -> None:
    made = stories.published_dataset()
    commands.describe(made.dataset, by=made.owner, conditions=[Use("DUO:0000007", "MONDO:0008903")])
    assert found("DS") and found("MONDO:0008903") and found("DUO:0000007") and found("named disease")
    assert "DUO:0000007" in {one.value for one in search.facets(search.find())["condition"]}
    commands.describe(made.dataset, by=made.owner, conditions=[])
    assert not found("MONDO:0008903")


def test_a_renamed_institution_or_committee_is_found_at_once() -> None:
    made = stories.published_dataset()
    place, committee = made.dataset.institution, made.dataset.committee
    assert place is not None and committee is not None
    place.name = "Quokka Hospital"
    place.save()
    committee.name = "Numbat Board"
    committee.save()
    assert found("quokka hospital") == found("numbat") == [made.dataset.slug]
    type(place).objects.filter(pk=place.pk).update(name="Elsewhere")  # however it is changed
    assert not found("quokka")


def test_owners_are_found_by_name_until_it_changes_or_is_erased_or_they_go() -> None:
    made = stories.published_dataset()
    Person.objects.filter(pk=made.owner.pk).update(name="Quokka Holm")
    assert found("quokka holm") == [made.dataset.slug]
    Person.objects.filter(pk=made.owner.pk).update(is_active=False)
    assert not found("quokka")
    Person.objects.filter(pk=made.owner.pk).update(is_active=True, name="")
    assert not is_findable("quokka")
    assert not SearchWord.objects.filter(word="quokka").exists()


def test_a_new_owner_is_found_and_a_steward_is_not() -> None:
    made = stories.published_dataset()
    friend, helper = stories.person("Quokka Moe"), stories.person("Numbat Lund")
    commands.give_role(made.dataset, person=friend, role=Dataset.OWNER, by=made.owner)
    commands.give_role(made.dataset, person=helper, role=Dataset.STEWARD, by=made.owner)
    assert found("quokka") == [made.dataset.slug]
    assert not found("numbat")
    commands.remove_role(made.dataset, person=friend, role=Dataset.OWNER, reason="They left.", by=made.owner)
    assert not found("quokka")


def test_files_of_the_current_version_are_found_and_those_of_an_earlier_one_are_not() -> None:
    made = stories.published_dataset(files={"quokka_table.csv": stories.CSV})
    assert found("quokka_table.csv") == [made.dataset.slug]
    second = commands.start_version(made.dataset, by=made.owner)
    second.distributions.all().delete()
    stories.add_files(second, {"numbat.csv": stories.CSV}, by=made.owner)
    assert not is_findable("numbat.csv")
    commands.publish(second, by=made.owner)
    assert found("numbat.csv") == [made.dataset.slug]
    assert not is_findable("quokka_table.csv")
    commands.withdraw(second, by=made.owner, reason="Wrong table.")
    assert not is_findable("numbat.csv")


def test_a_change_that_is_rolled_back_is_not_found() -> None:
    made = stories.published_dataset()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Dataset.objects.filter(pk=made.dataset.pk).update(title="Quokka")
        assert found("quokka")
        raise ZeroDivisionError
    assert not found("quokka")


# --------------------------------------------------------------------------------------------------------------- leaks
def test_nothing_of_a_draft_is_found_counted_or_suggested() -> None:
    stories.published_dataset(title="Something else")
    stories.drafted_dataset(title="Quokka hearts", files={"numbat.xyz": b"1"})
    assert not any(map(is_findable, ["quokka", "quoka", "numbat.xyz", "numbta", "xyz"]))
    assert not SearchWord.objects.filter(word__in=["quokka", "numbat"]).exists()


def test_nothing_of_an_embargoed_dataset_is_found_until_its_embargo_ends(
    frozen: Callable[[datetime], datetime],
) -> None:
    made = stories.drafted_dataset(title="Quokka hearts", files={"numbat.xyz": b"1"})
    until = clock.now() + timedelta(days=9)
    commands.publish(made.version, by=made.owner, embargo_until=until)
    assert not any(map(is_findable, ["quokka", "quoka", "numbat.xyz", "xyz"]))
    frozen(until + timedelta(seconds=1))
    assert found("quokka") == found("numbat.xyz") == [made.dataset.slug]  # no job has run
    assert search.find("quoka").words.shown_for == "quokka"


def test_files_under_embargo_of_a_listed_dataset_are_found_when_the_embargo_ends(
    frozen: Callable[[datetime], datetime],
) -> None:
    made = stories.published_dataset(title="Quokka hearts", files={"bilby.csv": stories.CSV})
    second = commands.start_version(made.dataset, by=made.owner)
    second.distributions.all().delete()
    stories.add_files(second, {"numbat.xyz": b"1"}, by=made.owner)
    until = clock.now() + timedelta(days=9)
    commands.publish(second, by=made.owner, embargo_until=until)
    assert found("quokka") == [made.dataset.slug]
    assert not any(map(is_findable, ["numbat.xyz", "numbta.xyz", "xyz"]))
    frozen(until + timedelta(seconds=1))
    assert found("numbat.xyz") == [made.dataset.slug]
    assert not is_findable("bilby.csv")


def test_the_control_of_the_leak_tests_finds_what_is_public() -> None:
    stories.published_dataset(title="Quokka hearts", files={"numbat.xyz": b"1"})
    assert all(map(is_findable, ["quokka", "quoka", "numbat.xyz", "xyz"]))


def test_a_word_that_no_dataset_has_any_more_is_not_suggested_and_is_tidied() -> None:
    made = stories.published_dataset(title="Quokka hearts")
    assert search.find("quoka").words.shown_for == "quokka"
    commands.describe(made.dataset, by=made.owner, title="Hearts")
    assert search.find("quoka").words.shown_for == ""
    assert search.tidy_words() > 0
    assert not SearchWord.objects.filter(word="quokka").exists()
    assert SearchWord.objects.filter(word="hearts").exists()


# ---------------------------------------------------------------------------------------------------------- documents
def test_there_is_one_valid_document_of_each_listed_dataset_at_any_time() -> None:
    made = stories.published_dataset()
    second = commands.start_version(made.dataset, by=made.owner)
    if not second.distributions.exists():
        stories.add_files(second, {"b.csv": stories.CSV}, by=made.owner)
    commands.publish(second, by=made.owner, embargo_until=clock.now() + timedelta(days=9))
    documents = list(SearchDocument.objects.filter(dataset=made.dataset).order_by("valid_from"))
    assert len(documents) == 2
    assert documents[0].valid_until == documents[1].valid_from
    assert documents[1].valid_until is None
    assert search.valid_documents().filter(dataset=made.dataset).count() == 1


def test_very_long_texts_can_be_published() -> None:
    """More characters than a document takes (60,000), with spaces and without, and a word longer than PostgreSQL takes
    (2 KB).
    """
    made = stories.published_dataset(access="open")
    words = " ".join(f"w{n:x}q{n * 7919:x}" for n in range(60_000))
    Dataset.objects.filter(pk=made.dataset.pk).update(description=words)
    assert found(made.dataset.title)
    Dataset.objects.filter(pk=made.dataset.pk).update(description="乳癌研究" * 30_000 + "x" * 100_000)
    assert found("乳癌研究")


def test_the_functions_of_the_database_need_no_locale() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.search_fold(%s)", ["ÉTUDE Ærø ΑΘΉΝΑ ＣＯＶＩＤ－１９ ﬁn Straße"])
        assert cursor.fetchone() == ("etude aero αθηνα covid-19 fin strasse",)
