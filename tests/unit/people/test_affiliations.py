"""Affiliations: how long they are valid, who confirmed them, and who is notified when they end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied, Invalid, WrongState
from apps.grants.queries import downloadable_by
from apps.identity.commands.identities import deactivate, merge_people, split_identity
from apps.notifications.models import Notification
from apps.people.commands.affiliations import (
    confirm_affiliation,
    end_affiliation,
    extend_affiliation,
    snapshot_actor,
    warn_of_expiring_affiliations,
)
from apps.people.models import ActorSnapshot, Affiliation, AffiliationStatement, Institution, Person
from apps.people.queries import affiliations_of, current_affiliation_of, institutions_signed_for, officials_of
from apps.people.rules import check_affiliated
from tests import stories

pytestmark = pytest.mark.django_db
WHY = "They work in ward four."


def home_of(person: Person) -> Institution:
    assert person.institution is not None
    return person.institution


def stands(person: Person, institution: Institution | None = None) -> bool:
    return affiliations_of(person).filter(institution=institution or home_of(person)).exists()


def end(person: Person, by: Person | None = None, institution: Institution | None = None) -> Person:
    """An official of the institution ends it; returns the official."""
    home = institution or home_of(person)
    official = by or stories.signing_official(home)
    end_affiliation(person, institution=home, reason=WHY, by=official)
    return official


def lapse(person: Person, *, days: float) -> None:
    """The word about this person lapses in so many days (negative: has lapsed)."""
    at = clock.now() + timedelta(days=days)
    Affiliation.objects.filter(person=person).update(starts_at=at - timedelta(days=365), valid_until=at)


def notifications(person: Person) -> list[str]:
    stories.drain()
    return [one.subject for one in Notification.objects.filter(reader=person, kind__startswith="affiliation")]


# ------------------------------------------------------------------------------------------------- who may say what
def test_nobody_speaks_for_themselves_with_whichever_account() -> None:
    """Of several accounts of one person none is confirmed or ended by another."""
    official = stories.signing_official(stories.institution())
    home = home_of(official)
    other = stories.person(at=home)
    merge_people(other, into=official, by=stories.operator(), reason="The same person, by passport.")
    for one in (official, other):
        for deed in (confirm_affiliation, end_affiliation):
            with pytest.raises(Denied, match="your own affiliation"):
                deed(one, institution=home, reason=WHY, by=official)


def test_an_official_of_another_institution_says_nothing() -> None:
    person, official = stories.person(), stories.signing_official(stories.institution())
    with pytest.raises(Denied, match="Only a signing official"):
        end(person, by=official)
    with pytest.raises(Denied, match="does not belong"):
        confirm_affiliation(person, institution=home_of(official), reason=WHY, by=official)


def test_an_official_behind_whom_the_institution_no_longer_stands_signs_for_nothing() -> None:
    """Who has left keeps the role on paper and can do nothing with it, from the next request on."""
    home = stories.institution()
    first, second, person = stories.signing_official(home), stories.signing_official(home), stories.person(at=home)
    end(first, by=second)
    assert not institutions_signed_for(first).exists()
    assert officials_of([home.pk]) == {home.pk: [second]}
    with pytest.raises(Denied, match="Only a signing official"):
        end(person, by=first)
    lapse(second, days=-1)
    assert not institutions_signed_for(second).exists()
    assert stories.client_for(second).get("/institution/").status_code == 403


@pytest.mark.parametrize("reason", ["", "  left  ", "x" * 9])
def test_a_word_says_why(reason: str) -> None:
    person = stories.person()
    official = stories.signing_official(home_of(person))
    for deed in (confirm_affiliation, end_affiliation):
        with pytest.raises(Invalid, check=lambda refused: refused.field == "reason"):
            deed(person, institution=home_of(person), reason=reason, by=official)
    assert stands(person) and not AffiliationStatement.objects.exists()


def test_each_statement_is_stored_with_its_reason_and_notified() -> None:
    access = stories.granted()
    official = end(access.holder)
    with pytest.raises(WrongState, match="no current affiliation"):
        end(access.holder, by=official)
    confirm_affiliation(access.holder, institution=home_of(access.holder), reason="Back from leave.", by=official)
    assert [(word.kind, word.reason, word.by) for word in AffiliationStatement.objects.order_by("at")] == [
        ("ended", WHY, official), ("confirmed", "Back from leave.", official),
    ]  # fmt: skip
    assert len(notifications(access.holder)) == 2
    bodies = [one.body for one in Notification.objects.filter(reader=access.holder, kind__startswith="affiliation")]
    assert any(WHY in body and access.published_dataset.dataset.title in body for body in bodies)
    assert any("> Back from leave." in body for body in bodies)


def test_the_database_keeps_what_was_said_and_lets_only_what_is_personal_be_taken_out() -> None:
    """T93: with its control, the erasing of a name."""
    person = stories.person()
    end(person)
    affiliation = current_affiliation_of(stories.person())
    actor_snapshot = snapshot_actor(person, sign_in=stories.fresh_sign_in(), affiliation=affiliation, by=person)
    changes: list[Any] = [
        lambda: AffiliationStatement.objects.update(reason="Another."),
        lambda: AffiliationStatement.objects.all().delete(),
        lambda: ActorSnapshot.objects.filter(pk=actor_snapshot.pk).update(acr="stronger"),
        lambda: ActorSnapshot.objects.filter(pk=actor_snapshot.pk).update(institution=None),
        lambda: ActorSnapshot.objects.filter(pk=actor_snapshot.pk).update(name="Somebody Else"),
        lambda: ActorSnapshot.objects.filter(pk=actor_snapshot.pk).delete(),
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="cannot be"), transaction.atomic():
            change()
    assert ActorSnapshot.objects.filter(pk=actor_snapshot.pk).update(name="", email="") == 1


# ---------------------------------------------------------------------------------------- two institutions, two people
def test_a_person_of_two_institutions_keeps_the_access_of_the_one_that_stays() -> None:
    access = stories.granted()
    first, other = home_of(access.holder), stories.institution()
    extend_affiliation(access.holder, institution=other, by=SYSTEM)
    end(access.holder, institution=other, by=stories.signing_official(other))
    assert downloadable_by(access.holder).exists()
    confirm_affiliation(
        access.holder, institution=other, reason=WHY, by=stories.signing_official(other)
    )  # fmt: skip
    official = end(access.holder, institution=first)
    assert not downloadable_by(access.holder).exists()
    confirm_affiliation(access.holder, institution=first, reason=WHY, by=official)
    assert downloadable_by(access.holder).exists()


def test_an_act_is_under_the_home_affiliation_or_else_another_active_one() -> None:
    person, other = stories.person(), stories.institution()
    extend_affiliation(person, institution=other, by=SYSTEM)
    affiliation = current_affiliation_of(person)
    assert affiliation is not None and affiliation.institution == person.institution
    end(person)
    affiliation = current_affiliation_of(person)
    assert affiliation is not None and affiliation.institution == other
    assert check_affiliated(person) == affiliation
    end(person, institution=other)
    with pytest.raises(WrongState, match="ask one of its signing officials"):
        check_affiliated(person)


def test_neither_merging_nor_splitting_gets_round_an_end() -> None:
    """What was ended for one account stays ended for the account its identity comes to."""
    person, into = stories.person(), stories.person()
    home, boss = home_of(person), stories.operator()
    end(person)
    merge_people(person, into=into, by=boss, reason="The same person, by passport.")
    assert not extend_affiliation(into, institution=home, by=SYSTEM)
    moved = into.identities.order_by("-linked_at").first()
    assert moved is not None
    end(into)
    new = split_identity(moved, by=boss, reason="They are two people after all.")
    assert not extend_affiliation(new, institution=home_of(into), by=SYSTEM)
    fresh = stories.institution()
    assert extend_affiliation(new, institution=fresh, by=SYSTEM)  # control: nothing was ended there
    assert stands(new, fresh)


# ------------------------------------------------------------------------------------------------- the notifications
def test_somebody_is_warned_a_month_and_a_week_before_and_told_after_once_each() -> None:
    person = stories.person()
    lapse(person, days=31)
    assert warn_of_expiring_affiliations(by=SYSTEM) == 0
    for days, so_far in ((29, 1), (8, 1), (6.9, 2), (1, 2), (-0.1, 3), (-5, 3)):
        lapse(person, days=days)
        warn_of_expiring_affiliations(by=SYSTEM)
        warn_of_expiring_affiliations(by=SYSTEM)
        assert len(notifications(person)) == so_far, days
    subjects = notifications(person)
    assert sum("expires on" in one for one in subjects) == 2
    assert sum("has expired" in one for one in subjects) == 1


def test_a_year_later_the_warnings_start_again() -> None:
    person = stories.person()
    lapse(person, days=5)
    assert warn_of_expiring_affiliations(by=SYSTEM) == 1  # late: one notification, not two
    extend_affiliation(person, institution=home_of(person), by=SYSTEM)
    assert warn_of_expiring_affiliations(by=SYSTEM) == 0
    lapse(person, days=29)
    assert warn_of_expiring_affiliations(by=SYSTEM) == 1


def test_the_officials_hear_a_week_before_if_access_hangs_on_it_and_once() -> None:
    access, idle = stories.granted(), stories.person()
    official, other = stories.signing_official(home_of(access.holder)), stories.signing_official(home_of(idle))
    for days in (29, 6):
        lapse(access.holder, days=days)
        lapse(idle, days=days)
        warn_of_expiring_affiliations(by=SYSTEM)
        warn_of_expiring_affiliations(by=SYSTEM)
        stories.drain()
    assert [access.holder.name in subject for subject in notifications(official)] == [True]
    assert (
        access.published_dataset.dataset.title
        in Notification.objects.get(reader=official, kind="affiliation.expiring").body
    )
    assert notifications(other) == []


def test_what_was_prolonged_before_the_notification_needs_none() -> None:
    person = stories.person()
    lapse(person, days=6)
    warn_of_expiring_affiliations(by=SYSTEM)
    extend_affiliation(person, institution=home_of(person), by=SYSTEM)
    assert notifications(person) == []


def test_nobody_is_notified_of_what_was_ended_renewed_or_lapsed_long_ago() -> None:
    ended, renewed, ancient, closed = stories.people(4)
    end(ended)
    for person in (ended, renewed, closed):
        lapse(person, days=-1)
    lapse(ancient, days=-40)
    extend_affiliation(renewed, institution=home_of(renewed), by=SYSTEM)
    deactivate(closed, by=stories.operator())
    assert warn_of_expiring_affiliations(by=SYSTEM) == 0
    assert Event.objects.filter(kind="affiliation.expired").count() == 0
