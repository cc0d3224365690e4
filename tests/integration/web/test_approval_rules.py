"""The pages of approval rules: write one, look at a shadow run, agree, pause, check; errors at their fields."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands
from apps.access_requests.models import ApprovalRule, RuleDecision
from tests import stories
from tests.unit.access_requests.test_approval_rules import World

pytestmark = pytest.mark.django_db


def test_a_rule_from_writing_to_a_disagreement_in_pages() -> None:
    stories.template()
    world = World()
    denied = world.decided("deny")
    root = f"/committees/{world.committee.slug}/approval-rules/"
    owner, chair = stories.client_for(world.owner), stories.client_for(world.chair)
    assert owner.get(root).context["rules"] == []
    sent = {"title": "Public", "datasets": [str(world.data.dataset.pk)], "kinds": ["health"], "sample_every": "1"}
    wrong = owner.post(f"{root}new/", sent | {"institutions": "Nowhere\nNo such place", "sample_every": "0"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"institutions", "sample_every"}
    assert len(wrong.context["form"].errors["institutions"]) == 2
    assert wrong.context["form"]["title"].value() == "Public", "what was typed is kept"
    made = owner.post(f"{root}new/", sent | {"institutions": f"\n{world.home.name.upper()}\n"})
    rule = ApprovalRule.objects.get()
    page = f"{root}{rule.pk}/"
    assert made.headers["Location"] == page and owner.get(page).context["run"] is None
    assert owner.post(page, {"action": "run"}).status_code == 302
    shown = chair.get(page).context
    assert (shown["run"].looked_at, shown["approved"], shown["differed"]) == (1, 1, 1)
    assert shown["cases"][0]["item"] == denied.item and shown["cases"][0]["differs"]
    run = {"action": "agree", "run": str(shown["run"].pk)}
    unread = chair.post(page, run)
    assert unread.status_code == 422 and "looked" in unread.context["agree_form"].errors
    assert chair.post(page, run | {"looked": "on"}).status_code == 302
    assert chair.get(page).context["cannot_agree"]
    assert owner.post(page, run | {"looked": "on"}).status_code == 302
    rule.refresh_from_db()
    assert rule.is_started
    case = world.submitted()
    decision = RuleDecision.objects.get(item=case.item)
    other = stories.client_for(world.other)
    assert list(other.get(root).context["to_check"]) == [decision]
    check = f"/committees/{world.committee.slug}/approvals/{decision.pk}/"
    assert owner.get(check).context["refused"]
    blank = other.post(check, {"verdict": "disagree", "comment": " "})
    assert blank.status_code == 422 and "comment" in blank.context["form"].errors
    assert other.post(check, {"verdict": "disagree", "comment": "Too broad."}).status_code == 302
    assert other.post(check, {"verdict": "agree", "comment": ""}).status_code == 409
    assert owner.get(page).context["status"]["state"] == "suspended"
    again = owner.get(f"{root}new/?from={rule.pk}").context["form"].initial
    assert again["institutions"] == world.home.name and again["kinds"] == ["health"]
    assert owner.get(f"{root}new/?from=nonsense").context["earlier"] is None


def test_actions_of_a_rule_and_who_may_not_see_it() -> None:
    world = World()
    rule = world.started()
    page = f"/committees/{world.committee.slug}/approval-rules/{rule.pk}/"
    third = stories.client_for(world.third)
    assert third.post(page, {"action": "agree", "run": "x", "looked": "on"}).status_code == 404
    assert third.post(page, {"action": "other"}).status_code == 422
    assert third.post(page, {"action": "end"}).status_code == 403
    assert third.post(page, {"action": "pause"}).status_code == 302
    assert stories.client_for(world.chair).post(page, {"action": "end"}).status_code == 302
    assert third.get(page).context["status"]["state"] == "closed"
    assert third.post(page, {"action": "run"}).status_code == 409
    assert stories.client_for(stories.person()).get(page).status_code == 403
    elsewhere = stories.committee_setup()
    foreign = f"/committees/{elsewhere.committee.slug}/approval-rules/{rule.pk}/"
    assert stories.client_for(elsewhere.chair).get(foreign).status_code == 404


def test_a_list_of_many_rules_costs_as_much_as_one() -> None:
    world = World()
    world.started()
    client = stories.client_for(world.third)
    page = f"/committees/{world.committee.slug}/approval-rules/"
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(8):
        commands.write_approval_rule(
            world.committee, title=f"Rule {number}", terms=world.terms(), sample_every=10, by=world.owner
        )
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) <= len(few)
