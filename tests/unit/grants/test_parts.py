"""Each part of "is this grant active" is about this grant, from this moment on, and until that moment."""

from datetime import datetime, timedelta

import pytest

from apps.agreements import commands as agreements
from apps.agreements.models import Agreement, Signature
from apps.core import clock
from apps.grants import commands
from apps.grants.access_state import state_of_grant
from apps.grants.models import AccessGrant, Suspension
from apps.grants.queries import facts_of, may_download
from apps.people.commands.people import accept_terms
from apps.people.models import Affiliation, Terms
from tests import stories

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def holds(part: str, grant: AccessGrant, at: datetime | None = None) -> bool:
    return next(fact.holds for fact in facts_of(grant, at) if fact.part == part)


def test_a_grant_begins_and_ends_to_the_moment() -> None:
    grant = stories.granted().grant
    assert [holds("begun", grant, grant.starts_at + step) for step in (-TICK, 0 * TICK)] == [False, True]
    assert [holds("not_ended", grant, grant.ends_at + step) for step in (-TICK, 0 * TICK)] == [True, False]


@pytest.mark.parametrize("end", ["by holder", "by owner", "with the agreement", "by time"])
def test_the_end_is_the_moment_at_which_it_ended_in_fact(end: str) -> None:
    """However it ended: the condition "has not ended", the last day and the state all say that moment."""
    access = stories.granted()
    agreed = access.grant.ends_at
    if end == "with the agreement":
        agreements.terminate(access.agreement_setup.agreement, reason="A breach.", by=access.owner)
    elif end != "by time":
        by = access.holder if end == "by holder" else access.owner
        commands.revoke(access.grant, reason="The project was stopped.", by=by)
    moment = agreed + TICK if end == "by time" else clock.now()
    with clock.freeze(moment):
        grant = AccessGrant.objects.select_related("agreement").get(pk=access.grant.pk)
        (fact,) = [one for one in facts_of(grant) if one.part == "not_ended"]
        state = state_of_grant(access.holder, grant)
    ended = {grant.revoked_at, grant.agreement.ended_at, agreed if end == "by time" else None} - {None}
    assert (fact.holds, {fact.moment}, {grant.real_end}, {state.until}) == (False, ended, ended, ended)
    assert state.is_closed
    assert state.last_day == grant.last_day == (grant.real_end - TICK).date()


def test_a_pause_says_that_the_end_is_one_if_it_is_resumed() -> None:
    access = stories.granted()
    commands.suspend(access.grant, reason="Training has expired.", by=access.owner)
    (fact,) = [one for one in facts_of(access.grant) if one.part == "not_ended"]
    assert (fact.holds, fact.moment, fact.cause) == (True, access.grant.ends_at, "paused")


def test_a_suspension_counts_for_its_grant_from_its_start_until_its_end() -> None:
    access, other = stories.granted(), stories.granted()
    grant = access.grant
    commands.suspend(grant, reason="Training has expired.", by=access.owner)
    assert not holds("not_suspended", grant)
    assert holds("not_suspended", other.grant)
    commands.resume(grant, by=access.owner)
    assert holds("not_suspended", grant)
    pause = Suspension.objects.get()
    assert pause.ends_at is not None
    moments = (pause.starts_at - TICK, pause.starts_at, pause.ends_at - TICK, pause.ends_at)
    assert [holds("not_suspended", grant, at) for at in moments] == [True, False, False, True]


def test_a_revocation_counts_for_its_grant_from_its_moment() -> None:
    access, other = stories.granted(), stories.granted()
    commands.revoke(access.grant, reason="The study has ended.", by=access.owner)
    access.grant.refresh_from_db()
    revoked = access.grant.revoked_at
    assert revoked is not None
    assert [holds("not_revoked", access.grant, revoked + step) for step in (-TICK, 0 * TICK)] == [True, False]
    assert holds("not_revoked", other.grant)
    assert AccessGrant.objects.active().get() == other.grant


def test_the_signature_of_the_holder_on_this_agreement_counts_from_its_moment() -> None:
    member = stories.person()
    access = stories.granted(members=[member])
    agreement = access.grant.agreement
    mine = Signature.objects.get(agreement=agreement, signer=access.holder).signed_at
    assert [holds("signed", access.grant, mine + step) for step in (-TICK, 0 * TICK)] == [False, True]
    assert Signature.objects.get(agreement=agreement, signer=member).signed_at < mine, "somebody else's came before"
    second = stories.granted(applicant=access.holder)
    assert not holds("signed", second.grant, mine), "the signature on another agreement"


def test_an_agreement_counts_from_the_last_signature_until_it_is_terminated() -> None:
    access, other = stories.granted(), stories.granted()
    setup = access.agreement_setup
    agreements.terminate(setup.agreement, reason="Over.", by=access.owner)
    setup.reload()
    executed, ended = setup.agreement.executed_at, setup.agreement.ended_at
    assert executed is not None and ended is not None
    assert [holds("executed", access.grant, executed + step) for step in (-TICK, 0 * TICK)] == [False, True]
    assert [holds("not_terminated", access.grant, ended + step) for step in (-TICK, 0 * TICK)] == [True, False]
    assert holds("not_terminated", other.grant)


def test_the_affiliation_is_the_holders_with_the_institution_of_the_grant() -> None:
    access = stories.granted()
    grant, holder = access.grant, access.holder
    stories.person(at=grant.institution)
    assert holds("affiliation_active", grant)
    Affiliation.objects.filter(person=holder).update(institution=stories.institution())
    assert not holds("affiliation_active", grant), "they are affiliated with another institution, others with this one"
    Affiliation.objects.filter(person=holder).update(institution=grant.institution)
    until = Affiliation.objects.get(person=holder).valid_until
    assert [holds("affiliation_active", grant, until + step) for step in (-TICK, 0 * TICK)] == [True, False]


@pytest.mark.parametrize(("hour", "day"), [(0, 9), (1, 10)])
def test_midnight_at_the_end_of_access_belongs_to_the_day_before(hour: int, day: int) -> None:
    moment = clock.now().replace(year=2026, month=9, day=10, hour=hour, minute=0, second=0, microsecond=0)
    assert AccessGrant(ends_at=moment, agreement=Agreement()).last_day == moment.date().replace(day=day)


def test_registered_data_open_with_the_newest_terms_that_are_published() -> None:
    file, someone = stories.published_dataset(access="registered").file, stories.person()
    first = stories.terms("One.")
    assert not may_download(someone, file.pk)
    accept_terms(first, by=someone)
    assert may_download(someone, file.pk)
    Terms.objects.create(version=9, text="Later.", sha256="0" * 64, published_at=clock.now() + timedelta(days=1))
    assert may_download(someone, file.pk), "the next version is not published yet"
    second = Terms.objects.create(version=8, text="Two.", sha256="0" * 64)
    assert not may_download(someone, file.pk)
    accept_terms(second, by=someone)
    assert may_download(someone, file.pk)
    assert not may_download(stories.person(), file.pk)
