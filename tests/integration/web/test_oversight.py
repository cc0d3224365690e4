"""The operations page, and the sentences of a timeline."""

from typing import Any
from uuid import uuid4

import pytest

from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.core.actors import CONSOLE, NamedActor
from apps.grants.models import DownloadStop
from apps.grants.queries import current_download_stop
from apps.people.commands.people import end_platform_role
from apps.web.common.history import timeline
from tests import stories

pytestmark = pytest.mark.django_db


def test_a_timeline_names_who_acted_when_it_was_no_person() -> None:
    """Every named actor has a name; a person whom the reader may not know of has none."""
    events = [Event(pk=n, kind="refused", actor_kind=one.value, at=clock.now()) for n, one in enumerate(NamedActor)]
    unknown = Event(pk=len(events), kind="refused", actor_kind="person", actor_id=uuid4(), at=clock.now())
    shown = timeline([*events, unknown], names={}, datasets={})
    assert [row["who"] for row in shown] == ["", "Someone who is not signed in", "Command line", "Gatehouse"]


def test_the_system_status_shows_pending_tasks(django_assert_max_num_queries: Any) -> None:
    stories.requests.submit(stories.draft().request, by=stories.AccessRequest.objects.get().applicant)
    Outbox.objects.update(attempts=4, last_error="notify: ConnectionError")
    client = stories.client_for(stories.operator())
    with django_assert_max_num_queries(21):
        page = client.get("/system-status/")
    assert "notify: ConnectionError" in page.content.decode()
    assert stories.client_for(stories.auditor()).get("/system-status/").status_code == 403


def test_downloads_stop_with_one_operator_and_run_again_with_two() -> None:
    first, second = stories.client_for(stories.operator()), stories.client_for(stories.operator())
    base = "/system-status/downloads"
    assert first.post(f"{base}/propose-resume/").status_code == 409
    assert first.post(f"{base}/stop/", {"reason": ""}).status_code == 422
    assert first.post(f"{base}/stop/", {"reason": "A leak is suspected."}).status_code == 302
    assert "A leak is suspected." in first.get("/system-status/").content.decode()
    assert first.post(f"{base}/confirm-resume/").status_code == 409
    assert first.post(f"{base}/propose-resume/").status_code == 302
    assert first.post(f"{base}/confirm-resume/").status_code == 403
    assert "Another operator must confirm it." in first.get("/system-status/").content.decode()
    assert "Resume downloads" in second.get("/system-status/").content.decode()
    assert second.post(f"{base}/confirm-resume/").status_code == 302
    assert current_download_stop() is None
    assert "A leak is suspected." in second.get("/system-status/").content.decode()


def test_a_second_stop_shows_the_stop_that_is_there() -> None:
    """Case 8: pressed again, the page says who stopped downloads; a blank reason is refused at its field."""
    first, second = stories.client_for(stories.operator()), stories.client_for(stories.operator())
    blank = first.post("/system-status/downloads/stop/", {"reason": "\u2063 "})
    assert blank.status_code == 422
    assert list(blank.context["form"].errors) == ["reason"]
    for client in (first, second, first):
        answer = client.post("/system-status/downloads/stop/", {"reason": "A leak is suspected."})
        assert (answer.status_code, answer["Location"]) == (302, "/system-status/")
    assert DownloadStop.objects.count() == 1


def test_the_only_operator_is_warned_before_stopping_downloads() -> None:
    """With the control: beside another operator, or after theirs is over, there is the other answer."""
    client = stories.client_for(stories.operator())
    assert client.get("/system-status/").context["too_few_operators"] is True
    second = stories.operator()
    assert client.get("/system-status/").context["too_few_operators"] is False
    end_platform_role(second, kind="operator", by=CONSOLE)
    assert client.get("/system-status/").context["too_few_operators"] is True


def test_the_system_status_names_the_settings_of_the_contact_and_their_values(settings: Any) -> None:
    settings.OPERATOR_NAME, settings.CONTACT_EMAIL, settings.CONTACT_PAGE = "Example Hospital", "help@example.org", ""
    page = stories.client_for(stories.operator()).get("/system-status/")
    values = {one["setting"]: one["value"] for one in page.context["contact"]}
    assert values == {"OPERATOR_NAME": "Example Hospital", "CONTACT_EMAIL": "help@example.org", "CONTACT_PAGE": ""}
    assert all(text in page.content.decode() for text in ("CONTACT_PAGE", "help@example.org"))


def test_only_operators_stop_and_resume_downloads() -> None:
    client = stories.client_for(stories.auditor())
    assert client.post("/system-status/downloads/stop/", {"reason": "Because."}).status_code == 403
    assert client.post("/system-status/downloads/propose-resume/").status_code == 403
    assert client.post("/system-status/downloads/confirm-resume/").status_code == 403
