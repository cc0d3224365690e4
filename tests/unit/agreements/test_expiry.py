"""Case 5: after the last day of the agreed period nobody signs, and both sides are notified."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from apps.access_requests import queries as requests
from apps.agreements import commands, queries
from apps.agreements.tasks import expire_agreements
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, WrongState
from apps.grants.models import AccessGrant
from apps.notifications.models import Notification
from tests import stories

pytestmark = pytest.mark.django_db
Freeze = Callable[[datetime], datetime]


def after_the_last_day(setup: stories.AgreementSetup, frozen: Freeze) -> None:
    frozen(datetime.combine(setup.agreement.ends_on + timedelta(days=1), time.min, tzinfo=UTC))


def on_the_last_day(setup: stories.AgreementSetup, frozen: Freeze) -> None:
    frozen(datetime.combine(setup.agreement.ends_on, time(23, 59), tzinfo=UTC))


def test_nobody_countersigns_after_the_last_day(frozen: Freeze) -> None:
    """Case 5: before, the agreement was fully signed and no access followed."""
    setup = stories.signed()
    after_the_last_day(setup, frozen)
    with pytest.raises(WrongState, match="new request"):
        stories.countersign(setup.agreement, setup.owner)
    assert not queries.to_countersign(setup.owner).exists()
    assert not AccessGrant.objects.exists()


def test_nobody_signs_after_the_last_day(frozen: Freeze) -> None:
    setup = stories.offered()
    after_the_last_day(setup, frozen)
    with pytest.raises(WrongState, match="new request"):
        stories.sign(setup.agreement, setup.applicant)
    assert not queries.to_sign(setup.applicant).exists()


def test_a_member_does_not_join_after_the_last_day(frozen: Freeze) -> None:
    late = stories.person()
    setup = stories.offered(members=[late])
    for sign, by in ((stories.sign, setup.applicant), (stories.countersign, setup.owner)):
        sign(setup.reload().agreement, by)
    after_the_last_day(setup, frozen)
    with pytest.raises(WrongState, match="new request"):
        stories.sign(setup.agreement, late)
    assert setup.reload().agreement.shown_state == "executed"


def test_control_the_last_day_itself_counts(frozen: Freeze) -> None:
    """Control: a minute before its end, both still sign, and access follows."""
    setup = stories.offered()
    on_the_last_day(setup, frozen)
    assert queries.to_sign(setup.applicant).get() == setup.agreement
    stories.sign(setup.agreement, setup.applicant)
    stories.countersign(setup.reload().agreement, setup.owner)
    stories.drain()
    assert AccessGrant.objects.active().get().holder == setup.applicant


def test_the_state_is_shown_before_any_task_has_run(frozen: Freeze) -> None:
    """Case 5: a question of the date, in one agreement and in a list."""
    setup = stories.signed()
    assert setup.agreement.shown_state == "signed"
    after_the_last_day(setup, frozen)
    listed = queries.with_expiry(queries.of_person(setup.applicant)).get()
    assert (setup.agreement.state, setup.agreement.shown_state, listed.shown_state) == ("signed", "expired", "expired")
    page = stories.client_for(setup.applicant).get(f"/agreements/{setup.agreement.pk}/")
    assert page.context["may_sign"] is False and 'data-state="expired"' in page.content.decode()


def test_the_task_notifies_both_sides_once(frozen: Freeze) -> None:
    member = stories.person()
    setup = stories.signed(members=[member])
    after_the_last_day(setup, frozen)
    for _turn in range(2):
        expire_agreements()
        stories.drain()
    assert setup.reload().agreement.state == "expired"
    notified = Notification.objects.filter(kind="agreement.expired").values_list("reader_id", flat=True)
    assert sorted(notified) == sorted([setup.applicant.pk, member.pk, setup.owner.pk])
    assert Event.objects.filter(kind="agreement.expired").count() == 1


def test_the_task_leaves_the_others_alone(frozen: Freeze) -> None:
    """Control: an agreement in time, and one that is fully signed."""
    waiting, done = stories.signed(), stories.executed()
    assert clock.today() <= waiting.agreement.ends_on
    expire_agreements()
    assert waiting.reload().agreement.state == "signed"
    after_the_last_day(done, frozen)
    commands.expire(done.agreement, by=SYSTEM)
    assert done.reload().agreement.state == "executed"
    with pytest.raises(Denied):
        commands.expire(waiting.agreement, by=waiting.owner)


def test_a_request_is_closed_when_all_its_agreements_expired(frozen: Freeze) -> None:
    setup = stories.signed()
    after_the_last_day(setup, frozen)
    expire_agreements()
    stories.drain()
    assert requests.of_person(setup.applicant).get(pk=setup.case.request.pk).state == "closed"
