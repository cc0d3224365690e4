"""Users of somebody's datasets: what waits, who uses what, and how all access of one person ends in one act."""

from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.audit.models import Event
from apps.core import clock
from apps.datasets import commands as datasets
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.people.commands.people import accept_terms
from apps.people.models import Person
from apps.web.datasets.users import views_of
from tests import stories

pytestmark = pytest.mark.django_db


def two_datasets() -> tuple[Person, Person, list[stories.Access]]:
    """One owner, one user with two projects on one dataset and one on another, and a colleague in the first."""
    owner, user, colleague = stories.person(), stories.person(), stories.person()
    first, second = (stories.published_dataset(owner=owner) for _ in range(2))
    accesses = [
        stories.granted(published_dataset=first, applicant=user, members=[colleague]),
        stories.granted(published_dataset=first, applicant=user),
        stories.granted(published_dataset=second, applicant=user),
    ]
    return owner, user, accesses


def living(user: Person) -> int:
    return AccessGrant.objects.active().filter(holder=user).count()


def test_revoking_says_what_remains_and_ends_as_much_as_was_chosen() -> None:
    owner, user, accesses = two_datasets()
    client, grant = stories.client_for(owner), accesses[0].grant
    url = f"/access/{grant.pk}/revoke/"
    page = client.get(url)
    remaining = page.context["remaining"]
    assert [one.pk for one in remaining.same_dataset] == [accesses[1].grant.pk]
    assert [one.pk for one in remaining.other_datasets] == [accesses[2].grant.pk]
    assert [value for value, _label in page.context["form"].fields["scope"].choices][:3] == [
        "access", "dataset", "datasets",
    ]  # fmt: skip
    assert client.post(url, {"scope": "everything", "reason": "A breach."}).status_code == 422
    assert client.post(url, {"scope": "dataset", "reason": " "}).status_code == 422
    assert living(user) == 3
    assert client.post(url, {"scope": "dataset", "reason": "A breach."}).status_code == 302
    assert living(user) == 1
    assert set(AccessGrant.objects.filter(holder=user, revoked_at__isnull=False).values_list("revoked_because")) == {
        ("A breach.",)
    }


def test_a_user_leads_to_everything_that_they_have_on_the_datasets_of_the_owner() -> None:
    owner, user, accesses = two_datasets()
    client = stories.client_for(owner)
    page = client.get(f"/my-datasets/{accesses[0].published_dataset.dataset.slug}/users/").content.decode()
    assert f"/people/{user.code}/" in page
    assert client.get(f"/people/{user.code}/").status_code == 200


def test_several_grants_end_together_or_none_does() -> None:
    owner, user, accesses = two_datasets()
    foreign = stories.granted(applicant=user)
    with pytest.raises(Exception, match="revoke"):
        grants.revoke_all([accesses[0].grant, foreign.grant], reason="A breach.", by=owner)
    assert living(user) == 4


def test_the_tabs_count_what_they_show() -> None:
    owner, _user, accesses = two_datasets()
    client = stories.client_for(owner)
    grants.suspend(accesses[0].grant, reason="A question is open.", by=owner)
    grants.revoke(accesses[1].grant, reason="A breach.", by=owner)
    url = f"/my-datasets/{accesses[0].published_dataset.dataset.slug}/users/"
    page = client.get(url)
    for tab in page.context["list"].tabs:
        assert len(client.get(tab["url"]).context["rows"]) == tab["count"], tab["label"]
    assert [row.grant.pk for row in client.get(f"{url}?show=suspended").context["rows"]] == [accesses[0].grant.pk]
    assert [row.grant.pk for row in client.get(f"{url}?show=over").context["rows"]] == [accesses[1].grant.pk]


def test_users_and_requests_are_exported_and_the_export_is_an_event() -> None:
    owner, user, accesses = two_datasets()
    client = stories.client_for(owner)
    base = f"/my-datasets/{accesses[0].published_dataset.dataset.slug}"
    for page in (f"{base}/users/?export=csv", f"{base}/requests/?show=all&export=csv"):
        answer = client.get(page)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert answer["Content-Type"].startswith("text/csv")
        assert user.name in text
    lists = [event.facts["list"] for event in Event.objects.filter(kind="list.exported")]
    assert lists == ["users", "dataset-requests"]
    assert client.get("/my-datasets/?export=csv").status_code == 200


def test_an_owner_reads_requests_and_finds_what_waits_first() -> None:
    world = stories.published_dataset()
    case = stories.submitted(published_dataset=world)
    signed = stories.signed(published_dataset=world)
    datasets.start_version(world.dataset, by=world.owner)
    page = stories.client_for(world.owner).get("/my-datasets/")
    assert [task.icon for task in page.context["tasks"]] == ["sign"]
    assert [task.icon for task in page.context["drafts"]] == ["draft"]
    assert signed.agreement.reference == page.context["tasks"][0].note
    assert [row.request.pk for row in page.context["requests"]] == [case.request.pk]
    assert page.context["totals"]["waiting"] == 1
    [row] = page.context["rows"]
    assert row.figures.waiting == 1


def test_a_version_that_was_withdrawn_has_no_users_less_and_no_users_more() -> None:
    """The number of active users is one of the dataset, whichever version is the newest."""
    access = stories.granted()
    world: Any = access.published_dataset
    client = stories.client_for(world.owner)

    def users() -> int:
        [row] = client.get("/my-datasets/").context["rows"]
        return int(row.figures.users)

    assert users() == 1
    draft = datasets.start_version(world.dataset, by=world.owner)
    datasets.publish(draft, by=world.owner)
    assert users() == 1
    grants.revoke(access.grant, reason="A breach.", by=world.owner)
    assert users() == 0


def test_revoking_says_which_datasets_stay_open_without_a_grant() -> None:
    """Open and registered datasets of the owner that the rule opens; the control is a person who accepted no terms."""
    access = stories.granted()
    others = [stories.published_dataset(owner=access.owner, access=level) for level in ("open", "registered")]
    url = f"/access/{access.grant.pk}/revoke/"
    client = stories.client_for(access.owner)

    def named() -> list[Any]:
        return [one.access for one in client.get(url).context["remaining"].without_grant]

    assert named() == ["open"]
    accept_terms(stories.terms(), by=access.holder)
    assert sorted(named()) == ["open", "registered"]
    assert all(one.dataset.title in client.get(url).content.decode() for one in others)


def test_access_from_a_later_day_is_active_nowhere() -> None:
    """Home, My datasets and the tab of active users have one definition; only who could download "never" did."""
    now = stories.granted()
    place, owner = now.published_dataset, now.owner
    case = stories.draft(published_dataset=place)
    requests.change(case.request, by=case.applicant, starts_on=clock.today() + timedelta(days=4))
    later = stories.granted(
        stories.executed(stories.signed(stories.offered(stories.decided(stories.in_review(stories.submitted(case))))))
    )
    assert later.grant.starts_at > clock.now()
    client = stories.client_for(owner)
    counts = {one.value: one.count for one in views_of(AccessGrant.objects.filter(dataset=place.dataset))}
    assert (counts["active"], counts["later"], counts["never"]) == (1, 1, 1)
    assert client.get("/my-datasets/").context["rows"][0].figures.users == 1
    assert client.get("/").context["figures"]["users"] == 1


def test_home_and_my_datasets_count_the_same() -> None:
    """One request is in review, one is with its applicant: both pages count both, and a draft waits for nobody."""
    access = stories.granted()
    dataset, owner = access.published_dataset, access.owner
    stories.in_review(stories.submitted(stories.draft(published_dataset=dataset)))
    stories.returned(stories.in_review(stories.submitted(stories.draft(published_dataset=dataset))))
    stories.offered(stories.decided(stories.in_review(stories.submitted(stories.draft(published_dataset=dataset)))))
    stories.drafted_dataset(owner=owner)
    client = stories.client_for(owner)
    home, mine = client.get("/").context, client.get("/my-datasets/").context
    assert home["figures"]["waiting"] == mine["totals"]["waiting"] == 2
    assert home["facts"]["datasets_waiting"] == len(mine["tasks"])
    assert len(mine["drafts"]) == 1


def test_a_revocation_shows_what_it_does_before_and_after_the_new_sign_in() -> None:
    """It cannot be undone: the person, the dataset and the reason are on both pages, and the form announces them."""
    access = stories.granted()
    client = stories.client_for(access.owner, fresh=False)
    url = f"/access/{access.grant.pk}/revoke/"
    assert client.get(url).context["asks_again"]
    refused = client.post(url, {"scope": "access", "reason": "The project was stopped."})
    back = client.get("/sign-in/continue/")
    expected = {str(access.holder), access.published_dataset.dataset.title, "The project was stopped."}
    for page in (refused, back):
        assert expected <= {text for _label, text in page.context["chosen"]}
    assert living(access.holder) == 1
    assert not stories.client_for(access.owner).get(url).context["asks_again"]


def test_an_owner_reads_the_access_of_a_user_as_an_owner() -> None:
    """The way back leads to the owner's pages, the conditions are the user's, and the access can be ended there."""
    access = stories.granted()
    page = stories.client_for(access.owner).get(f"/access/{access.grant.pk}/").content.decode()
    assert "/my-datasets/" in page.split("<h1")[0]
    assert f"/access/?person={access.holder.code}" in page
    assert f"/access/{access.grant.pk}/revoke/" in page
    own = stories.client_for(access.holder).get(f"/access/{access.grant.pk}/").content.decode()
    assert f"/access/{access.grant.pk}/revoke/" not in own
    assert "?person=" not in own
    request = f"/requests/{access.case.request.pk}/"
    assert not stories.client_for(access.owner).get(request).context["own"]
    assert stories.client_for(access.holder).get(request).context["own"]
