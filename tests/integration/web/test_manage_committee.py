"""The pages on which a committee is managed: members, chair, accepting requests."""

import pytest
from django.test import Client

from apps.access_requests.queries import fetch_eligible_voters
from apps.core import clock
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db


def test_only_the_chair_manages_the_committee() -> None:
    committee_setup = stories.committee_setup()
    url = f"/committees/{committee_setup.committee.slug}/manage/"
    assert stories.client_for(committee_setup.members[0]).get(url).status_code == 403
    assert stories.client_for(committee_setup.chair).get(url).status_code == 200
    assert stories.client_for(committee_setup.chair).get("/committees/nowhere/manage/").status_code == 404


def test_closing_for_requests_needs_the_sentence_applicants_read() -> None:
    committee_setup = stories.committee_setup()
    client = stories.client_for(committee_setup.chair)
    url = f"/committees/{committee_setup.committee.slug}/manage/"
    assert client.post(url, {"action": "accepting", "accepting": "no"}).status_code == 422
    sent = {"action": "accepting", "accepting": "no", "closed_because": "We are on leave until May."}
    assert client.post(url, sent).status_code == 302
    committee_setup.committee.refresh_from_db()
    assert (committee_setup.committee.accepting, committee_setup.committee.closed_because) == (
        False,
        "We are on leave until May.",
    )


def test_the_chair_adds_members() -> None:
    committee_setup, colleague = stories.committee_setup(), stories.person()
    client = stories.client_for(committee_setup.chair)
    url = f"/committees/{committee_setup.committee.slug}/manage/"
    assert client.post(url, {"action": "add", "code": "P-0000-0000"}).status_code == 422
    assert client.post(url, {"action": "add", "code": f" {colleague.code.lower()} "}).status_code == 302
    again = client.post(url, {"action": "add", "code": colleague.code})
    assert again.status_code == 422
    assert "already a member" in again.content.decode()
    assert committee_setup.committee.members.active().filter(person=colleague).count() == 1
    assert client.post(url, {"action": "dance"}).status_code == 422


def test_a_member_is_added_by_verified_address_or_orcid_as_well_as_by_code() -> None:
    """With the control: an address that no institution verified names nobody."""
    committee_setup, (one, two, three) = stories.committee_setup(), stories.people(3)
    Person.objects.filter(pk=one.pk).update(email="one@x.example", email_verified=True)
    Person.objects.filter(pk=two.pk).update(orcid="0000-0002-1825-0097")
    Person.objects.filter(pk=three.pk).update(email="three@x.example", email_verified=False)
    client = stories.client_for(committee_setup.chair)
    url = f"/committees/{committee_setup.committee.slug}/manage/"
    for words, status in (("one@x.example", 302), ("0000-0002-1825-0097", 302), ("three@x.example", 422)):
        assert client.post(url, {"action": "add", "code": words}).status_code == status
    members = set(committee_setup.committee.members.active().values_list("person", flat=True))
    assert {one.pk, two.pk} < members
    assert three.pk not in members


def test_the_contact_of_a_committee_is_shown_where_applicants_look_for_it() -> None:
    """Case 35: set by chair or operator; on the committee page, the dataset page and the request that waits for it."""
    case = stories.submitted()
    setup, dataset = case.committee_setup, case.published_dataset.dataset
    manage = f"/committees/{setup.committee.slug}/manage/"
    pages = {
        f"/committees/{setup.committee.slug}/": Client(),
        f"/datasets/{dataset.slug}/": Client(),
        f"/requests/{case.request.pk}/": stories.client_for(case.applicant),
    }
    chair = stories.client_for(setup.chair)
    assert f'href="{manage}#contact"' in chair.get(manage).content.decode()  # who can set it reads that it is missing
    for path, reader in pages.items():
        assert manage not in reader.get(path).content.decode()
    for wrong in ("nowhere", "javascript:alert(1)", "http://x.example", "a@b", "x" * 301):
        assert chair.post(manage, {"action": "contact", "contact": wrong}).status_code == 422
    for by, said, href in (
        (setup.chair, "dac@x.example", "mailto:dac@x.example"),
        (stories.operator(), "https://x.example/dac", "https://x.example/dac"),
    ):
        assert stories.client_for(by).post(manage, {"action": "contact", "contact": f" {said} "}).status_code == 302
        for path, reader in pages.items():
            assert f'href="{href}">{said}</a>' in reader.get(path).content.decode(), path
    assert stories.client_for(setup.members[0]).post(manage, {"action": "contact"}).status_code == 403
    assert chair.post(manage, {"action": "contact", "contact": ""}).status_code == 302
    setup.committee.refresh_from_db()
    assert setup.committee.contact == ""


def remove_url(committee_setup: stories.CommitteeSetup, person: Person) -> str:
    membership = committee_setup.membership_of(person)
    return f"/committees/{committee_setup.committee.slug}/members/{membership.pk}/remove/"


def test_a_member_is_removed_on_a_page_that_says_what_it_touches() -> None:
    """Case 1: each undecided request, this member's vote, the voters before and after; then a reason and a last day."""
    case = stories.in_review()
    setup = case.committee_setup
    chair, first, second = setup.everyone
    stories.vote(case, first, "deny")
    client, url = stories.client_for(chair), remove_url(setup, first)
    assert url in client.get(f"/committees/{setup.committee.slug}/manage/").content.decode()
    page = client.get(url)
    (row,) = page.context["touched"]
    assert (row["reference"], row["before"], row["after"], row["warning"]) == (case.request.reference, 3, 2, True)
    assert "deny" not in page.content.decode().lower()
    today = clock.today()
    for refused in (
        {"reason": "", "last_day": today},
        {"reason": "Left."},
        {"reason": "Left.", "last_day": "2020-01-01"},
    ):
        answer = client.post(url, refused)
        assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)
    assert first.pk in {one.person_id for one in fetch_eligible_voters(case.item)}
    assert client.post(url, {"reason": "Left the hospital.", "last_day": today}).status_code == 302
    assert first.pk not in {one.person_id for one in fetch_eligible_voters(case.item)}
    assert client.get(url).status_code == 404
    stories.drain()
    history = stories.client_for(second).get(f"/review/{case.request.pk}/").context["timeline"]
    assert f"{first}: Left the hospital." in {entry["note"] for entry in history}


def test_the_chair_is_not_removed_but_replaced_by_an_operator() -> None:
    """Case 1: the page of the chair offers nothing, the address refuses; an operator names somebody."""
    setup, operator, new = stories.committee_setup(), stories.operator(), stories.person()
    manage, name = f"/committees/{setup.committee.slug}/manage/", f"/committees/{setup.committee.slug}/chair/"
    for by in (setup.chair, operator):
        client = stories.client_for(by)
        assert remove_url(setup, setup.chair) not in client.get(manage).content.decode()
        sent = {"reason": "Left.", "last_day": clock.today()}
        assert client.post(remove_url(setup, setup.chair), sent).status_code == 403
    assert stories.client_for(setup.chair).get(name).status_code == 403
    client = stories.client_for(operator)
    assert name in client.get(manage).content.decode()
    assert client.get(name).status_code == 200
    for refused in ({"code": "P-0000-0000", "reason": "Left."}, {"code": new.code, "reason": ""}):
        assert client.post(name, refused).status_code == 422
    assert client.post(name, {"code": new.code, "reason": "The chair retired."}).status_code == 302
    assert setup.committee.members.active().get(is_chair=True).person == new
    assert setup.committee.members.get(person=setup.chair).end_reason == "The chair retired."


def test_nobody_opens_the_removal_page_of_a_committee_that_decides_about_them() -> None:
    setup = stories.committee_setup(members=3)
    stories.submitted(published_dataset=stories.published_dataset(committee_setup=setup), applicant=setup.chair)
    assert stories.client_for(setup.chair).get(remove_url(setup, setup.members[0])).status_code == 403
