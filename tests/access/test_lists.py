"""What a list names is what opens, and nothing else: for everybody, in the pages and in the API."""

from typing import Any

import pytest

from tests.access.world import ACTORS, Things

PEOPLE = [actor for actor in ACTORS if actor not in {"anonymous", "deactivated", "scopeless"}]


def of(things: Things, kind: str, name: str) -> set[str]:
    """The ids or short names of every thing of the kind that exists."""
    return {str(kwargs[name]) for (what, state), kwargs in things.kwargs.items() if what == kind and state != "unknown"}


def call(things: Things, actor: str, path: str) -> Any:
    token = things.tokens[actor]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return things.clients["anonymous"].get(f"/api/v1/{path}", headers=headers)


def listed(things: Things, actor: str, path: str, name: str) -> set[str]:
    """Everything the list names, page by page."""
    found: set[str] = set()
    cursor = ""
    while True:
        page = call(things, actor, f"{path}?limit=3&cursor={cursor}").json()
        found |= {str(item[name]) for item in page["items"]}
        cursor = page["next_cursor"] or ""
        if not cursor:
            return found


@pytest.mark.parametrize("actor", PEOPLE)
@pytest.mark.parametrize(("path", "kind"), [("requests", "request"), ("agreements", "agreement")])
def test_what_a_list_names_is_what_opens(things: Things, actor: str, path: str, kind: str) -> None:
    """T5: nothing is named that does not open, and nothing opens that is not named."""
    opening = {pk for pk in of(things, kind, "pk") if call(things, actor, f"{path}/{pk}").status_code == 200}
    assert listed(things, actor, path, "id") & of(things, kind, "pk") == opening


@pytest.mark.parametrize("actor", ["anonymous", *PEOPLE])
def test_the_catalogue_names_what_is_listed_and_nothing_hidden(things: Things, actor: str) -> None:
    """T5, L7, L10: the same for everybody, also for those who may see more; drafts and embargoes are in no list."""
    named = listed(things, actor, "datasets", "slug")
    hidden = {things.kwargs["dataset", state]["slug"] for state in ("draft", "embargoed")}
    assert of(things, "dataset", "slug") - hidden <= named
    assert not named & hidden
    page = things.clients[actor].get("/datasets/").content.decode()
    assert not [slug for slug in hidden if f"/{slug}/" in page]
    words = things.clients[actor].get("/datasets/", {"q": "cancer"}).content.decode()
    assert not [slug for slug in hidden if f"/{slug}/" in words]


@pytest.mark.parametrize("actor", ["anonymous", "stranger", "applicant", "owner"])
def test_what_a_dataset_says_of_its_files_is_what_they_do(things: Things, actor: str) -> None:
    """T5, T6, L32, L40: the page in JSON, the file itself and a link to it give one verdict."""
    for state in ("controlled", "open", "registered"):
        slug, pk = things.kwargs["dataset", state]["slug"], things.kwargs["file", state]["pk"]
        said = call(things, actor, f"datasets/{slug}").json()
        version = next(one for one in said["versions"] if one["number"] == 1)
        may = version["files"][0]["downloadable"]
        opened = call(things, actor, f"files/{pk}/content").status_code == 200
        why = call(things, actor, f"datasets/{slug}/why").json()
        assert (may, why["allowed"]) == (opened, opened), (actor, state)
