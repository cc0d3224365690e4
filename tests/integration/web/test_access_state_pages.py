"""One state, told the same on the page of the dataset, of the request, of the access and of the agreement."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.grants import commands as grants
from apps.grants.remaining import what_holder_keeps
from tests import stories
from tests import worlds as ready

pytestmark = pytest.mark.django_db


def badge(state: str) -> str:
    return f'data-access-state="{state}"'


def pages_of(case: stories.Case) -> dict[str, str]:
    return {
        "dataset": f"/datasets/{case.published_dataset.dataset.slug}/",
        "request": f"/requests/{case.request.pk}/",
        "requests": "/requests/",
    }


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (stories.draft, "draft"), (stories.submitted, "submitted"), (stories.in_review, "in_review"),
        (stories.returned, "changes_requested"), (ready.denied, "denied"), (ready.withdrawn, "withdrawn"),
        (stories.offered, "awaiting_signatures"), (stories.signed, "awaiting_signatures"), (stories.granted, "active"),
        (ready.suspended, "suspended"), (ready.revoked, "revoked"),
    ],
)  # fmt: skip
def test_every_page_tells_the_same_state(make: Any, state: str) -> None:
    world = make()
    case: stories.Case = getattr(world, "case", world)
    client = stories.client_for(case.applicant)
    for name, path in pages_of(case).items():
        text = client.get(path).content.decode()
        if name != "requests" or state not in {"denied", "withdrawn", "active", "suspended", "revoked"}:  # other tabs
            assert badge(state) in text, name
        others = {"active", "revoked", "suspended", "denied"} - {state}
        assert not any(badge(other) in text for other in others), name
    if hasattr(world, "grant"):
        assert badge(state) in client.get(f"/access/{world.grant.pk}/").content.decode()
        assert badge(state) in client.get(f"/agreements/{world.agreement_setup.agreement.pk}/").content.decode()
    answer = client.get(pages_of(case)["dataset"]).content.decode()
    assert answer.count("button--primary") <= 2  # the one of the panel, and its copy for phones


def test_case_3_after_revocation_no_page_says_active() -> None:
    """Case 3: the request still had a green "Active" and the dataset page said "active"."""
    access = ready.revoked()
    client = stories.client_for(access.holder)
    paths = [*pages_of(access.case).values(), f"/access/{access.grant.pk}/", "/access/",
             f"/agreements/{access.agreement_setup.agreement.pk}/"]  # fmt: skip
    for path in paths:
        assert badge("active") not in client.get(path).content.decode(), path
    text = client.get(f"/requests/{access.case.request.pk}/").content.decode()
    assert 'data-state="stopped"' in text
    assert "The study has ended." in text


def test_one_click_downloads_open_data() -> None:
    """Case 34, Must show 6: the button of the panel downloads the one file of an open dataset."""
    data = stories.published_dataset(access="open")
    client, path = Client(), f"/files/{data.file.pk}/"
    page = client.get(f"/datasets/{data.dataset.slug}/").content.decode()
    assert page.count(f'action="{path}"') >= 2  # in the panel, and beside the file
    answer = client.post(path, {"start": "1"}).content.decode()
    address = answer.split('http-equiv="refresh" content="0; url=')[1].split('"')[0]
    assert address.startswith("http")
    assert client.get(address.split("testserver")[-1] if "testserver" in address else address).status_code in (200, 302)


def test_case_14_the_page_of_the_terms_has_a_way_back() -> None:
    """Case 14: "You have accepted these terms." led nowhere; and no page of another site is a way back."""
    data, terms, someone = stories.published_dataset(access="registered"), stories.terms(), stories.person()
    client, back = stories.client_for(someone), f"/datasets/{data.dataset.slug}/"
    sent = client.post("/account/terms/", {"version": terms.version, "accept": "on", "next": back})
    assert sent["Location"] == back
    assert f'href="{back}"' in client.get(f"/account/terms/?next={back}").content.decode()
    assert (
        'href="https://evil.example/"' not in client.get("/account/terms/?next=https://evil.example/").content.decode()
    )


def test_a_visitor_comes_back_to_the_request_of_this_dataset() -> None:
    data = stories.published_dataset()
    begin = f"/datasets/{data.dataset.slug}/request/"
    page = Client().get(f"/datasets/{data.dataset.slug}/").content.decode()
    assert f"next=%2Fdatasets%2F{data.dataset.slug}%2Frequest%2F" in page
    client = stories.client_for(stories.person())
    assert f'value="{data.dataset.slug}"' in client.get(begin).content.decode()
    answer = client.post("/requests/new/", {"dataset": data.dataset.slug})
    assert answer["Location"].endswith("/edit/")
    begun = client.get(begin).content.decode()
    assert badge("draft") in begun
    assert "not-phone" not in begun, "this page has no bar, so its button stays on phones"
    page = client.get(f"/datasets/{data.dataset.slug}/").content.decode()
    assert 'class="not-phone"' in page, "hidden on phones ..."
    assert 'class="action-bar"' in page, "... because the bar at the bottom has it"


def test_revoking_says_before_what_else_the_person_holds_and_what_colleagues_keep() -> None:
    colleague = stories.person()
    access = stories.granted(members=[colleague])
    second = stories.granted(published_dataset=access.published_dataset, applicant=access.holder)
    kept = what_holder_keeps(access.grant)
    assert [one.pk for one in kept.same_dataset] == [second.grant.pk]
    assert [one.holder_id for one in kept.colleagues] == [colleague.pk]
    for reader, path in ((access.owner, "revoke/"), (access.holder, "")):
        page = stories.client_for(reader).get(f"/access/{access.grant.pk}/{path}").content.decode()
        assert colleague.name in page
    grants.revoke(second.grant, reason="The study has ended.", by=access.owner)
    assert what_holder_keeps(access.grant).same_dataset == []
    with clock.freeze(access.grant.ends_at + timedelta(days=1)):
        assert what_holder_keeps(access.grant).colleagues == []
