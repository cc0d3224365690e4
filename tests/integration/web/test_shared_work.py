"""Shared work on pages and in the API: named on People, shown to whom it names, listed on the case after declaring."""

import uuid

import pytest
from django.urls import reverse

from apps.access_requests import commands
from apps.access_requests.models import SharedWork
from apps.core import clock
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


def test_an_entry_is_named_shown_and_listed() -> None:
    case = stories.draft()
    chair, other = case.committee_setup.chair, case.committee_setup.members[0]
    client, path = stories.client_for(case.applicant), reverse("request_shared_work", args=[case.request.pk])
    said = {
        "act": "add",
        "party": str(case.applicant.pk),
        "colleague": chair.name,
        "work": "<b>Atlas</b>",
        "year": "1990",
    }
    late = client.post(path, said | {"_once": str(uuid.uuid4())})
    assert late.status_code == 422 and set(late.context["work_form"].errors) == {"year"}
    assert 'value="&lt;b&gt;Atlas&lt;/b&gt;"' in late.content.decode()
    empty = client.post(path, {"act": "add", "_once": str(uuid.uuid4())})
    assert set(empty.context["work_form"].errors) == {"party", "colleague", "work", "year"}
    said |= {"year": str(clock.today().year), "_once": str(uuid.uuid4())}
    assert [client.post(path, said).status_code for _twice in range(2)] == [302, 302]
    people = reverse("request_people", args=[case.request.pk])
    assert [one.colleague for one in client.get(people).context["works"]] == [chair.name]
    stories.submitted(case, declared=False)
    assert client.get(people).context["work_form"] is None
    address = reverse("case", args=[case.request.pk])
    asked = stories.client_for(chair).get(address)
    assert len(asked.context["suggestions"]) == 1 and "&lt;b&gt;Atlas" in asked.content.decode()
    before = stories.client_for(other).get(address)
    assert before.context["suggestions"] == [] and chair.name not in before.content.decode()
    seen = before.context["form"].initial["seen"]
    commands.declare_no_conflict(case.request, seen=seen, by=other)
    opened = stories.client_for(other).get(address)
    assert [row["is_member"] for row in opened.context["shared_works"]] == [True]
    stranger = stories.client_for(stories.person())
    assert stranger.post(path, said | {"_once": str(uuid.uuid4())}).status_code == 404


def test_an_entry_is_removed_once() -> None:
    case = stories.draft()
    row = SharedWork.objects.create(request=case.request, party=case.applicant, colleague="Bo", work="Atlas", year=2026)
    client, path = stories.client_for(case.applicant), reverse("request_shared_work", args=[case.request.pk])
    codes = [
        client.post(path, {"act": "remove", "work": sent, "_once": str(uuid.uuid4())}).status_code
        for sent in (str(row.pk), str(row.pk), "x")
    ]
    assert codes == [302, 404, 404]


def test_the_api_replaces_the_list_and_says_to_the_member_why() -> None:
    case = stories.draft()
    chair = case.committee_setup.chair
    path, applicant = f"/requests/{case.request.pk}", Caller(case.applicant, "read", "request")
    work = {"colleague": chair.name, "work": "Atlas", "year": clock.today().year}
    for wrong in ({"year": 1990}, {"party": "PC-NOBODY"}, {"work": " "}):
        tag = applicant.get(path)["ETag"]
        answer = applicant.send("PATCH", path, {"shared_work": [work | wrong]}, If_Match=tag)
        assert fields(refused(answer, 422)) == {"shared_work"}
    tag = applicant.get(path)["ETag"]
    kept = applicant.send("PATCH", path, {"shared_work": [work]}, If_Match=tag)
    assert kept.json()["shared_work"] == [work | {"party": case.applicant.code}]
    assert kept["ETag"] != tag
    stories.submitted(case, declared=False)
    members = Caller(chair, "review", "vote")
    asked = members.get(f"/reviews/{case.request.pk}/declaration").json()
    assert [(one["why"], one["work"]) for one in asked["suggestions"]] == [("work", "Atlas")]
    opened = members.post(f"/reviews/{case.request.pk}/declare", {"conflict": False, "seen": asked["seen"]})
    assert opened.json()["submitted"]["shared_work"][0]["colleague"] == chair.name
