"""Verbs about calendar feeds: made, renewed, ended."""

import secrets

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import Actor
from apps.people.models import Person
from apps.people.rules import check_active, check_not_break_glass, check_person
from apps.tokens.models import CalendarFeed
from apps.tokens.queries import digest

PREFIX = "ghc_"


@transaction.atomic
def make_calendar_feed(*, by: Actor) -> str:
    """The secret of a new address (256 random bits), shown this once; an earlier address ends."""
    by = check_person(by)
    check_active(by)
    check_not_break_glass(by)
    _end(by)
    secret = PREFIX + secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(person=by, digest=digest(secret))
    record(Kind.CALENDAR_FEED_MADE, actor=by, subject=feed)
    return secret


@transaction.atomic
def end_calendar_feed(*, by: Actor) -> bool:
    """The address answers no more. Returns whether there was one."""
    by = check_person(by)
    feed = _end(by)
    if feed is None:
        return False
    record(Kind.CALENDAR_FEED_ENDED, actor=by, subject=feed)
    return True


def _end(person: Person) -> CalendarFeed | None:
    Person.objects.select_for_update().get(pk=person.pk)  # two windows make one address after the other
    feed = CalendarFeed.objects.filter(person=person, ended_at__isnull=True).first()
    if feed is not None:
        CalendarFeed.objects.filter(pk=feed.pk).update(ended_at=clock.now())
    return feed
