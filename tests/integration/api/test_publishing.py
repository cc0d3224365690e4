"""Describing and publishing by token: the same commands as the pages, and nothing that decides about access."""

import pytest

from apps.api.schemas import DatasetChange
from apps.audit.models import Event
from apps.datasets.models import Dataset
from apps.datasets.rules import DESCRIBED
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def test_a_script_changes_the_words_and_publishes_the_draft() -> None:
    published_dataset = stories.drafted_dataset()
    caller, path = Caller(published_dataset.owner, "publish"), f"/datasets/{published_dataset.dataset.slug}"
    said = caller.patch(path, {"title": "Survival after surgery", "keywords": "survival"}).json()
    assert (said["title"], said["keywords"], said["summary"]) == (
        "Survival after surgery",
        "survival",
        published_dataset.dataset.summary,
    )
    described = Event.objects.filter(kind="dataset.described").latest("id")
    assert described.facts["fields"] == "keywords+title"
    assert described.facts["token"]
    published = caller.post(f"{path}/versions/1/publish", Idempotency_Key="once")
    assert published.json()["versions"][0]["state"] == "published"
    assert caller.post(f"{path}/versions/1/publish", Idempotency_Key="once").status_code == 200
    assert Event.objects.filter(kind="version.published").count() == 1
    refused(caller.post(f"{path}/versions/1/publish"), 409)


# The texts of a description are what a token may change; every other field of a dataset decides about access.
TEXTS = {"title", "summary", "description", "keywords", "licence", "attribution"}


def test_a_token_changes_texts_and_nothing_else() -> None:
    """L28: a new field of the description is not in the API's change by itself."""
    assert set(DatasetChange.model_fields) == TEXTS
    assert set(DESCRIBED) > TEXTS


@pytest.mark.parametrize("name", [*sorted(set(DESCRIBED) - TEXTS), "slug", "listed_from"])
def test_no_token_changes_who_may_have_the_data(name: str) -> None:
    """L28: what decides about access is chosen in a browser."""
    published_dataset = stories.drafted_dataset()
    caller = Caller(published_dataset.owner, "publish", "read", "request", "download")
    answer = refused(caller.patch(f"/datasets/{published_dataset.dataset.slug}", {name: "open"}), 422)
    assert fields(answer) == {name}
    assert Dataset.objects.get(pk=published_dataset.dataset.pk).access == published_dataset.dataset.access


def test_an_embargo_is_kept_and_a_past_one_refused() -> None:
    published_dataset = stories.drafted_dataset()
    caller, path = (
        Caller(published_dataset.owner, "publish", "read"),
        f"/datasets/{published_dataset.dataset.slug}/versions/1/publish",
    )
    assert fields(refused(caller.post(path, {"embargo_until": "2020-01-01T00:00:00Z"}), 422)) == {"embargo_until"}
    assert fields(refused(caller.post(path, {"embargo_until": "soon"}), 422)) == {"embargo_until"}
    assert caller.post(path, {"embargo_until": "2099-01-01T00:00:00Z"}).status_code == 200
    assert Caller(None).get(f"/datasets/{published_dataset.dataset.slug}").status_code == 404


def test_an_empty_title_is_refused() -> None:
    published_dataset = stories.drafted_dataset()
    answer = Caller(published_dataset.owner, "publish").patch(
        f"/datasets/{published_dataset.dataset.slug}", {"title": ""}
    )
    assert fields(refused(answer, 422)) == {"title"}
