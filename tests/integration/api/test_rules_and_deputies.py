"""Approval rules and deputies through the API: the same checks as the pages, with a sign-in of the last ten minutes."""

from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests.models import ApprovalRule
from apps.committees.models import Deputy
from apps.core import clock
from apps.people.models import Person
from apps.tokens.models import PersonalToken
from tests import stories
from tests.integration.api.calls import Caller, fields, refused
from tests.unit.access_requests.test_approval_rules import World

pytestmark = pytest.mark.django_db


def program(someone: Person) -> Caller:
    return Caller(someone, "review", "vote")


def signed_in_long_ago(someone: Person) -> Caller:
    found = program(someone)
    token = PersonalToken.objects.filter(person=someone).latest("created_at")
    assert token.sign_in is not None
    earlier = (clock.now() - timedelta(minutes=20)).isoformat()
    PersonalToken.objects.filter(pk=token.pk).update(sign_in=token.sign_in | {"auth_time": earlier})
    return found


def test_a_rule_from_writing_to_a_check() -> None:
    stories.template()
    world = World()
    world.decided("deny")
    root = f"/committees/{world.committee.slug}/approval-rules"
    owner, chair, other = program(world.owner), program(world.chair), program(world.other)
    assert owner.get(root).json()["items"] == []
    said: dict[str, Any] = {
        "title": "Public", "datasets": [world.data.dataset.slug], "kinds": ["health"],
        "institutions": [world.home.name], "sample_every": 1,
    }  # fmt: skip
    wrong = {"datasets": ["nothing"], "institutions": ["Nowhere"]}
    assert fields(refused(owner.post(root, said | wrong), 422)) == set(wrong)
    assert fields(refused(owner.post(root, said | {"kinds": ["care"], "sample_every": 0}), 422)) == {
        "kinds", "sample_every",
    }  # fmt: skip
    made = owner.post(root, said)
    rule = made.json()
    assert (made.status_code, rule["state"], rule["run"]) == (201, "off", None), rule
    path = f"{root}/{rule['id']}"
    assert made["Location"].endswith(path)
    refused(signed_in_long_ago(world.owner).post(f"{path}/run"), 403, "fresh-sign-in")
    run = owner.post(f"{path}/run").json()["run"]
    assert (run["looked_at"], run["approved"], run["differed"], run["cases"][0]["differs"]) == (1, 1, 1, True)
    agree = {"run": run["id"], "looked": True}
    assert fields(refused(chair.post(f"{path}/agree", agree | {"looked": False}), 422)) == {"looked"}
    assert chair.post(f"{path}/agree", agree).json()["state"] == "off"
    refused(chair.post(f"{path}/agree", agree), 409)
    assert other.post(f"{path}/agree", agree).json()["state"] == "on"
    case = world.submitted()
    assert case.item.state == "approved"
    approvals = f"/committees/{world.committee.slug}/approvals"
    (waiting,) = other.get(approvals).json()["items"]
    check = f"{approvals}/{waiting['id']}"
    refused(owner.post(check, {"verdict": "agree"}), 403)
    assert fields(refused(other.post(check, {"verdict": "disagree"}), 422)) == {"comment"}
    assert other.post(check, {"verdict": "disagree", "comment": "Too broad."}).status_code == 204
    (line,) = chair.get(root).json()["items"]
    assert (line["state"], line["paused_because"]) == ("paused", "disagreed")
    refused(program(world.third).post(f"{path}/end"), 403)
    assert chair.post(f"{path}/end").json()["state"] == "ended"
    refused(program(stories.person()).get(root), 403)


def test_a_rule_is_paused_by_a_member_and_shows_no_case_before_the_declaration() -> None:
    world = World()
    rule = world.started()
    late = stories.person()
    stories.requests.add_committee_member(world.committee, person=late, by=world.chair)
    stories.submitted(world.draft(), declared=False)
    caller = program(late)
    assert caller.get(f"/committees/{world.committee.slug}/approvals").json()["items"] == []
    (made,) = rule.decisions.all()
    refused(caller.post(f"/committees/{world.committee.slug}/approvals/{made.pk}", {"verdict": "agree"}), 404)
    path = f"/committees/{world.committee.slug}/approval-rules/{rule.pk}"
    assert caller.post(f"{path}/pause").json()["paused_because"] == "member"
    assert ApprovalRule.objects.get().pause == "member"
    refused(caller.get(path.replace(world.committee.slug, "nobody")), 404)


def test_a_member_names_and_ends_a_deputy() -> None:
    setup = stories.committee_setup()
    member, deputy = setup.members[0], stories.person()
    root, today = f"/committees/{setup.committee.slug}/deputies", clock.today()
    said = {"deputy": deputy.code, "first_day": today.isoformat(), "last_day": (today + timedelta(7)).isoformat()}
    caller = program(member)
    refused(signed_in_long_ago(member).post(root, said), 403, "fresh-sign-in")
    assert fields(refused(caller.post(root, said | {"last_day": "2020-01-01"}), 422)) == {"last_day"}
    assert fields(refused(caller.post(root, said | {"deputy": "P-0000-0000"}), 422)) == {"deputy"}
    assert fields(refused(program(stories.person()).post(root, said), 422)) == {"member"}
    refused(caller.post(root, said | {"member": setup.members[1].code}), 403)
    made = caller.post(root, said).json()
    assert (made["member"]["code"], made["deputy"]["code"], made["last_day"]) == (
        member.code, deputy.code, said["last_day"],
    )  # fmt: skip
    assert [one["id"] for one in program(setup.chair).get(root).json()["items"]] == [made["id"]]
    assert program(setup.members[1]).get(root).json()["items"] == []
    refused(program(stories.person()).get(root), 403)
    refused(program(setup.members[1]).post(f"{root}/{made['id']}/end"), 403)
    assert program(deputy).post(f"{root}/{made['id']}/end").status_code == 204
    assert Deputy.objects.get().ended_by == deputy
