"""Holders are notified before and at the end of their access: once each."""

from datetime import timedelta

import pytest

from apps.access_requests import commands as requests
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.grants.access_state import Do, State, access_state, state_of_grant, state_of_request
from apps.grants.commands import notify_of_ends, revoke
from apps.notifications.models import Notification
from portal.tasks import warn
from tests import stories

pytestmark = pytest.mark.django_db
DAY, TICK = timedelta(days=1), timedelta(seconds=1)


def sent(access: stories.Access) -> list[str]:
    """What the holder was notified of about the end of their access, in order."""
    stories.drain()
    mine = Event.objects.filter(kind__in=["grant.ending", "grant.ended"], subject_id=access.grant.pk).order_by("pk")
    notified = Notification.objects.filter(reader=access.holder, event_id__in=mine.values("pk"))
    assert notified.count() == mine.count()
    return [f"{event.kind} {event.facts['stage']}" for event in mine]


def test_case_17_notifications_come_30_and_7_days_before_the_end_and_at_the_end() -> None:
    """Case 17: no notification came before or at the end of access."""
    access, so_far = stories.granted(days=100), list[str]()
    end = access.grant.ends_at
    steps = ((31 * DAY, []), (30 * DAY, ["grant.ending 30"]), (8 * DAY, []), (7 * DAY, ["grant.ending 7"]),
             (TICK, []), (-TICK, ["grant.ended 0"]), (-20 * DAY, []))  # fmt: skip
    for before, new in steps:
        with clock.freeze(end - before):
            for _twice in range(2):
                notify_of_ends(by=SYSTEM)
            so_far += new
            assert sent(access) == so_far, before


def test_who_comes_late_is_notified_once_and_of_what_ended_long_ago_not_at_all() -> None:
    access = stories.granted(days=100)
    with clock.freeze(access.grant.ends_at - 5 * DAY):
        assert notify_of_ends(by=SYSTEM) == 1
    assert sent(access) == ["grant.ending 7"]
    other = stories.granted(days=100)
    with clock.freeze(other.grant.ends_at + 31 * DAY):
        assert notify_of_ends(by=SYSTEM) == 0


def test_nobody_is_notified_of_the_end_of_what_was_revoked_or_is_renewed() -> None:
    revoked, renewed = stories.granted(days=100), stories.granted(days=100)
    revoke(revoked.grant, reason="The study has ended.", by=revoked.owner)
    stories.granted(published_dataset=renewed.published_dataset, applicant=renewed.holder, days=200)
    with clock.freeze(renewed.grant.ends_at - 3 * DAY):
        assert notify_of_ends(by=SYSTEM) == 0


def test_case_17_access_is_renewed_with_what_was_written_before() -> None:
    """Case 17: a holder could not ask again before access ended. The page, the list and the panel offer it, once."""
    access = stories.granted(days=100)
    dataset = access.published_dataset.dataset
    with clock.freeze(access.grant.ends_at - 50 * DAY):
        client = stories.client_for(access.holder)
        for state in (access_state(access.holder, dataset), state_of_grant(access.holder, access.grant),
                      state_of_request(access.holder, access.case.request)):  # fmt: skip
            assert (state.state, state.action.code if state.action else "") == (State.ACTIVE, Do.RENEW)
        answer = client.post(f"/requests/{access.case.request.pk}/copy/")
        assert answer.status_code == 302
        draft = access.holder.requests.order_by("-created_at")[0]
        assert answer["Location"] == f"/requests/{draft.pk}/edit/"
        assert draft.starts_on == access.grant.last_day + DAY
        assert draft.purpose == access.case.request.purpose
        for state in (access_state(access.holder, dataset), state_of_grant(access.holder, access.grant),
                      state_of_request(access.holder, access.case.request)):  # fmt: skip
            assert (state.state, state.cause) == (State.ACTIVE, "renewing")
            assert state.action is not None
            assert state.action.code == Do.DOWNLOAD
        requests.withdraw(draft, by=access.holder)
        assert access_state(access.holder, dataset).cause == "ends_soon"


def test_the_task_of_the_hour_does_all_of_it() -> None:
    access = stories.granted(days=100)
    with clock.freeze(access.grant.ends_at - 3 * DAY):
        warn()
    assert sent(access) == ["grant.ending 7"]
