"""The log for auditors and the operations page, through the browser's eyes."""

from typing import Any
from uuid import uuid4

import pytest

from apps.audit.models import Event, Outbox
from apps.core import clock
from apps.core.actors import ANONYMOUS, CONSOLE, NamedActor
from apps.grants.models import DownloadStop
from apps.grants.queries import current_download_stop
from apps.identity.commands.sign_ins import record_sign_in_refused
from apps.people.commands.people import register_institution, set_institution
from apps.web.common.history import timeline
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_log_is_for_auditors_and_names_nobody() -> None:
    case = stories.in_review()
    page = stories.client_for(stories.auditor()).get("/oversight/events/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "request.submitted" in text
    assert str(case.request.pk) in text
    assert str(case.applicant) not in text
    assert stories.client_for(case.applicant).get("/oversight/events/").status_code == 403
    assert stories.client_for(stories.operator()).get("/oversight/events/").status_code == 403


def test_the_log_is_filtered_by_kind_person_and_thing() -> None:
    case = stories.in_review()
    client = stories.client_for(stories.auditor())
    by_thing = client.get("/oversight/events/", {"thing": str(case.request.pk)}).context["rows"]
    assert {row["event"].kind for row in by_thing} >= {
        "request.drafted",
        "request.submitted",
        "request.accepted_for_review",
    }
    by_kind = client.get("/oversight/events/", {"kind": "request.accepted_for_review"}).context["rows"]
    assert [row["event"].actor_id for row in by_kind] == [case.committee_setup.chair.pk]
    by_actor = client.get("/oversight/events/", {"actor": str(case.applicant.pk)}).context["rows"]
    assert {row["event"].actor_id for row in by_actor} == {case.applicant.pk}


def test_the_log_names_who_acted_when_it_was_no_person() -> None:
    home = stories.institution()
    register_institution("A new one", country="DK", by=CONSOLE)
    record_sign_in_refused("https://login.example", why="state", by=ANONYMOUS)
    set_institution(stories.person(), institution=home, by=CONSOLE)
    published_dataset = stories.published_dataset()
    rows = stories.client_for(stories.auditor()).get("/oversight/events/").context["rows"]
    named = {row["event"].kind: (row["event"].actor_kind, str(row["actor"])) for row in rows}
    assert named["institution.registered"] == ("console", "Command line")
    assert named["person.sign_in_refused"] == ("anonymous", "Someone who is not signed in")
    assert named["file.checked"] == ("system", "Gatehouse")
    assert named["version.published"] == ("person", f"{str(published_dataset.owner.pk)[:8]}…")


def test_a_timeline_names_who_acted_when_it_was_no_person() -> None:
    """Every named actor has a name; a person whom the reader may not know of has none."""
    events = [Event(kind="refused", actor_kind=actor.value, at=clock.now()) for actor in NamedActor]
    shown = timeline([*events, Event(kind="refused", actor_kind="person", actor_id=uuid4())], names={}, datasets={})
    assert [row["who"] for row in shown] == ["", "Someone who is not signed in", "Command line", "Gatehouse"]


@pytest.mark.parametrize("asked", [{"thing": "nonsense"}, {"kind": "no.such"}])
def test_a_filter_that_cannot_be_understood_is_said_and_shows_nothing(asked: dict[str, str]) -> None:
    answer = stories.client_for(stories.auditor()).get("/oversight/events/", asked)
    assert answer.status_code == 422
    assert answer.context["rows"] == []


@pytest.mark.parametrize("asked", [{"after": "one"}, {"before": "2~1"}, {"after": "\x00"}])
def test_a_key_that_no_page_gave_is_refused(asked: dict[str, str]) -> None:
    assert stories.client_for(stories.auditor()).get("/oversight/events/", asked).status_code == 422


def test_the_log_is_walked_by_key(django_assert_max_num_queries: Any) -> None:
    stories.granted()
    client = stories.client_for(stories.auditor())
    seen: list[int] = []
    url = "/oversight/events/"
    while url:
        page = client.get(url)
        seen += [row["event"].pk for row in page.context["rows"]]
        url = page.context["page"].next_url
    assert seen == list(Event.objects.order_by("-pk").values_list("pk", flat=True))[-len(seen) :]
    with django_assert_max_num_queries(12):
        client.get("/oversight/events/")


def test_the_system_status_shows_pending_tasks(django_assert_max_num_queries: Any) -> None:
    stories.requests.submit(stories.draft().request, by=stories.AccessRequest.objects.get().applicant)
    Outbox.objects.update(attempts=4, last_error="notify: ConnectionError")
    client = stories.client_for(stories.operator())
    with django_assert_max_num_queries(16):
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
    """Case 8: pressed again, the page of the stop says who stopped downloads; a blank reason is refused at its field."""
    first, second = stories.client_for(stories.operator()), stories.client_for(stories.operator())
    blank = first.post("/system-status/downloads/stop/", {"reason": "\u2063 "})
    assert blank.status_code == 422
    assert list(blank.context["form"].errors) == ["reason"]
    for client in (first, second, first):
        answer = client.post("/system-status/downloads/stop/", {"reason": "A leak is suspected."})
        assert (answer.status_code, answer["Location"]) == (302, "/system-status/")
    assert DownloadStop.objects.count() == 1


def test_only_operators_stop_and_resume_downloads() -> None:
    client = stories.client_for(stories.auditor())
    assert client.post("/system-status/downloads/stop/", {"reason": "Because."}).status_code == 403
    assert client.post("/system-status/downloads/propose-resume/").status_code == 403
    assert client.post("/system-status/downloads/confirm-resume/").status_code == 403
