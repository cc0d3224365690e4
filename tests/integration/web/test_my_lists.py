"""My requests, my access, agreements and download links: true states, the same cost for any number, CSV."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.downloads import commands as downloads
from apps.grants import commands as grants
from apps.people.models import Person
from tests import stories, worlds

pytestmark = pytest.mark.django_db
LISTS = ["/requests/", "/access/", "/agreements/", "/links/"]
FILTERS = [
    "tab=access", "tab=closed", "turn=you", "turn=others", "show=you", "show=over", "show=suspended", "show=open",
    "show=signed", "show=refused", "as=owner", "as=party", "sort=title", "sort=changed", "sort=dataset", "sort=end",
    "sort=file", "q=breast", "submitted_from=2026-01-01", "end_to=2026-01-01", "made_from=2030-01-01",
]  # fmt: skip
# The list that has the filter, or one of those that have it; the other lists do not know it or have it as well.
HAVE_IT = {
    "/requests/": FILTERS[0:4] + ["sort=title", "sort=changed", "submitted_from=2026-01-01"],
    "/access/": ["show=you", "show=suspended", "sort=dataset", "end_to=2026-01-01"],
    "/agreements/": ["show=over", "show=open", "show=signed", "as=owner", "as=party", "q=breast"],
    "/links/": ["show=refused", "sort=end", "sort=file", "made_from=2030-01-01"],
}


def everything(person: Person) -> None:
    """A draft, an agreement to sign, and an access with a link."""
    stories.draft(applicant=person)
    stories.offered(applicant=person)
    access = stories.granted(applicant=person)
    downloads.make_link(access.file, by=person)


def rows(client: Client, url: str) -> list[Any]:
    found: list[Any] = client.get(url).context["rows"]
    return found


def exported(client: Client, url: str) -> list[list[str]]:
    answer = client.get(url)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_list_costs_the_same_however_many_rows(django_assert_max_num_queries: Any) -> None:
    person = stories.person()
    everything(person)
    client, cost = stories.client_for(person), {}
    for url in LISTS:
        with django_assert_max_num_queries(25) as few:
            assert rows(client, url)
        cost[url] = len(few)
    for _number in range(4):
        everything(person)
    client = stories.client_for(person)  # a session that was used a minute ago is written once more
    for url in LISTS:
        with django_assert_max_num_queries(cost[url]):
            assert len(rows(client, url)) >= 4


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
def test_every_filter_answers(everywhere: bool) -> None:
    """Each filter at a list that has it; in `make test-all` each at every list."""
    assert sorted(sum(HAVE_IT.values(), [])) == sorted(FILTERS)
    person = stories.person()
    everything(person)
    client = stories.client_for(person)
    for url in LISTS:
        for query in FILTERS if everywhere else HAVE_IT[url]:
            assert client.get(f"{url}?{query}").status_code == 200, (url, query)


@pytest.mark.parametrize("url", LISTS[:3])
def test_the_file_has_the_rows_of_the_filters(url: str) -> None:
    person = stories.person()
    everything(person)
    client = stories.client_for(person)
    header, *found = exported(client, f"{url}?export=csv")
    assert len(found) == client.get(url).context["list"].total >= 1
    assert all(len(row) == len(header) for row in found)
    assert len(exported(client, f"{url}?export=csv&q=neutrino")) == 1


def test_a_formula_in_a_title_is_no_formula_in_the_file() -> None:
    case = stories.draft()
    type(case.request).objects.filter(pk=case.request.pk).update(title="=cmd|' /C calc'!A0")
    (row,) = exported(stories.client_for(case.applicant), "/requests/?export=csv")[1:]
    assert row[1].startswith("'=")


@pytest.mark.parametrize(
    ("stage", "state", "tab"),
    [
        (stories.draft, "draft", "open"),
        (stories.in_review, "in_review", "open"),
        (stories.offered, "awaiting_signatures", "open"),
        (stories.granted, "active", "access"),
        (worlds.suspended, "suspended", "access"),
        (worlds.revoked, "revoked", "closed"),
        (worlds.denied, "denied", "closed"),
        (worlds.withdrawn, "withdrawn", "closed"),
    ],
)
def test_a_request_is_in_the_tab_of_its_state(stage: Callable[[], Any], state: str, tab: str) -> None:
    """Case 3: after a revocation the list never says "active"."""
    client = stories.client_for(applicant_of(stage()))
    for one in ("open", "access", "closed"):
        found = [row.state.state for row in rows(client, f"/requests/?tab={one}")]
        assert found == ([state] if one == tab else []), one


def applicant_of(world: Any) -> Person:
    person: Person = world.holder if hasattr(world, "holder") else world.applicant
    return person


def test_a_revoked_access_never_shows_the_agreed_period() -> None:
    """Case 3."""
    access = worlds.revoked()
    client = stories.client_for(access.holder)
    (row,) = rows(client, "/access/?show=over")
    agreed = access.grant.ends_at - timedelta(days=1)
    last_day = f"{agreed:%b %Y}"
    assert (row.state.state, row.yours) == ("revoked", False)
    assert last_day not in client.get("/access/").content.decode()
    assert rows(client, "/access/?show=current") == []
    (line,) = exported(client, "/access/?export=csv")[1:]
    assert agreed.date().isoformat() not in line


def test_a_refused_link_is_not_among_the_working_ones_and_says_why() -> None:
    """Case 4."""
    access = stories.granted()
    downloads.make_link(access.file, by=access.holder)
    client = stories.client_for(access.holder)
    assert len(rows(client, "/links/")) == 1
    grants.revoke(access.grant, reason="The study has ended.", by=access.owner)
    assert rows(client, "/links/") == []
    (row,) = rows(client, "/links/?show=refused")
    assert row.shown["state"].state == "revoked"
    assert "The study has ended." in client.get("/links/?show=refused").content.decode()
    assert client.get(f"/files/{access.file.pk}/").context["links"].count() == 0


def test_an_owner_finds_what_to_countersign_first() -> None:
    agreement_setup = stories.signed()
    client = stories.client_for(agreement_setup.owner)
    (row,) = rows(client, "/agreements/?show=you")
    assert row.yours
    assert row.shown["state"].action.code == "countersign"
    assert rows(stories.client_for(agreement_setup.applicant), "/agreements/?show=you") == []


def test_a_list_has_nobody_elses_rows() -> None:
    everything(stories.person())
    stranger = stories.client_for(stories.person())
    for url in LISTS:
        for query in ("", "?tab=access", "?tab=closed", "?show=refused", "?show=over", "?as=owner"):
            assert rows(stranger, url + query) == [], (url, query)


@pytest.mark.parametrize("url", LISTS)
def test_visitors_are_sent_to_sign_in(url: str) -> None:
    assert Client().get(f"{url}?export=csv").status_code == 302
