"""Saved views of Requests to review: names, limit, default, and what is no longer there."""

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import SavedView
from apps.core.errors import Invalid, NotFound
from tests import stories

pytestmark = pytest.mark.django_db


def test_a_view_is_saved_opened_renamed_and_deleted() -> None:
    case = stories.in_review()
    client, queue, page = (
        stories.client_for(case.committee_setup.chair),
        reverse("review_queue"),
        reverse("saved_views"),
    )
    shown = client.get(queue, {"tab": "to-vote", "reviewer": "nobody"})
    query = shown.context["save_form"].initial["query"]
    saved = client.post(page, {"act": "save", "name": "Free  ones", "query": query + "&other=1"})
    assert (saved.status_code, saved["Location"]) == (302, f"{queue}?tab=to-vote&reviewer=nobody")
    again = client.get(saved["Location"]).context
    assert [(one["name"], one["current"]) for one in again["views"]] == [("Free ones", True)]
    assert again["save_form"] is None
    for name in ("free ones", " ", "x" * 61):
        refused = client.post(page, {"act": "save", "name": name, "query": query})
        assert refused.status_code == 422 and refused.context["save_form"].errors.keys() == {"name"}
    view = SavedView.objects.get()
    assert client.post(page, {"act": "rename", "view": str(view.pk), "name": ""}).status_code == 422
    assert client.post(page, {"act": "rename", "view": str(view.pk), "name": "Mine"}).status_code == 302
    theirs = stories.client_for(case.committee_setup.members[0])
    assert theirs.get(page).context["rows"] == []
    for act in ("rename", "default", "delete"):
        assert theirs.post(page, {"act": act, "view": str(view.pk), "name": "Theirs"}).status_code == 404
    assert [client.post(page, {"act": "delete", "view": str(view.pk)}).status_code for _ in range(2)] == [302, 404]
    assert client.post(page, {"act": "delete", "view": "none"}).status_code == 404
    assert client.post(page, {"act": "other"}).status_code == 422
    assert stories.client_for(case.applicant).get(page).status_code == 403


def test_the_default_view_opens_the_queue_and_its_tabs_still_open() -> None:
    case = stories.in_review()
    chair = case.committee_setup.chair
    client, queue, page = stories.client_for(chair), reverse("review_queue"), reverse("saved_views")
    first = commands.save_view(name="A", query="tab=to-vote&due=overdue", is_default=True, by=chair)
    second = commands.save_view(name="B", query="tab=decided", is_default=True, by=chair)
    assert [one.is_default for one in SavedView.objects.order_by("name")] == [False, True]
    assert client.get(queue)["Location"] == f"{queue}?tab=decided"
    assert client.post(page, {"act": "default", "view": str(first.pk)}).status_code == 302
    found = client.get(client.get(queue)["Location"])
    assert found.context["rows"] == [] and queue not in [one["url"] for one in found.context["list"].tabs]
    assert client.get(found.context["list"].reset_url).status_code == 200
    assert client.post(page, {"act": "default", "view": ""}).status_code == 302
    assert client.get(queue).status_code == 200
    assert client.get(page).context["rows"][1]["view"] == second


def test_what_a_view_no_longer_finds_is_ignored_with_a_sentence() -> None:
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    for query in ("reviewer=00000000-0000-4000-8000-000000000000", "committee=gone", "kind=gone"):
        found = client.get(f"{reverse('review_queue')}?tab=to-vote&{query}").context
        assert (len(found["rows"]), len(found["list"].problems)) == (1, 1)


def test_there_are_twenty_views_at_most() -> None:
    chair = stories.committee_setup().chair
    rows = [SavedView(person=chair, name=f"View {n}", query="tab=decided") for n in range(SavedView.MOST)]
    SavedView.objects.bulk_create(rows)
    with pytest.raises(Invalid) as refused:
        commands.save_view(name="One more", query="tab=decided", is_default=False, by=chair)
    assert set(refused.value.fields) == {"name"}
    with pytest.raises(NotFound):
        commands.delete_view(rows[0].pk, by=stories.committee_setup().chair)
