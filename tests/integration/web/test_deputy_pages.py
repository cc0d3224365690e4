"""What a deputy sees: the requests that wait for them, on every page, and where they are after their vote."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from apps.access_requests import commands
from apps.committees.models import CommitteeMember
from apps.core import clock
from tests import stories

pytestmark = pytest.mark.django_db


def links(page: Any) -> dict[str, int]:
    return {entry["url"]: entry["count"] for entry in page.context["nav"]}


@pytest.mark.parametrize("decides", [True, False])
def test_a_deputy_finds_the_request_and_is_led_on_after_the_vote(decides: bool) -> None:
    setup = stories.committee_setup(members=4)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    first, second, third = setup.members[:3]
    deputy, today = stories.person(), clock.today()
    member = CommitteeMember.objects.select_related("committee", "person").get(person=first, ends_at__isnull=True)
    days = {"first_day": today, "last_day": today + timedelta(days=3)}
    commands.name_deputy(member, person=deputy, **days, by=first)
    for other in (second, third) if decides else (second,):
        stories.vote(case, other)
    stories.declare(case.request, deputy)
    client, path = stories.client_for(deputy), f"/review/{case.request.pk}/"

    home = client.get("/")
    assert home.context["to_do"] == 1 and links(home)["/review/as-deputy/"] == 1
    assert [task.place.href for task in home.context["tasks"]] == [path]
    said = {"seen": case.request.rounds.get().pk, "choice": "approve", "reason": "Fine.", "_once": str(uuid.uuid4())}
    done = client.post(f"{path}items/{case.item.pk}/vote/", said, follow=True)
    assert done.status_code == 200
    assert done.request["PATH_INFO"] == ("/review/as-deputy/" if decides else path)
    assert links(done)["/review/as-deputy/"] == 0 and client.get("/").context["to_do"] == 0
    waiting = client.get("/review/as-deputy/").context
    assert len(waiting["items"]) == (0 if decides else 1) and not waiting["waiting"]
