"""Where an affiliation lapsed and a sign-in through the institution did not renew it."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from apps.core import clock
from apps.people.models import Affiliation, Identity, Institution, Person, Provider
from apps.people.queries import not_renewed
from tests.factories import rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
_numbers = count(1)


def lapsed(someone: Person, home: Institution, until: datetime, **how: Any) -> Affiliation:
    started = {"starts_at": until - 30 * DAY, "confirmed_at": until - 30 * DAY, **how}
    return Affiliation.objects.create(person=someone, institution=home, valid_until=until, **started)


def provider(of: Institution | None) -> Provider:
    number = next(_numbers)
    facts = {"name": "Home", "issuer": f"https://p{number}.test", "client_id": "g", "secret_name": "home"}
    return Provider.objects.create(slug=f"p{number}", institution=of, **facts)


def seen(someone: Person, through: Provider, at: datetime | None) -> None:
    Identity.objects.create(
        person=someone, issuer=through.issuer, subject=f"s{next(_numbers)}", provider=through, last_seen_at=at
    )


def test_a_sign_in_after_the_end_did_not_renew_it() -> None:
    home, until = rows.institution(), clock.now() - DAY
    login = provider(home)
    people = {step: rows.person() for step in (-TICK, 0 * TICK, TICK)}
    for step, someone in people.items():
        lapsed(someone, home, until)
        seen(someone, login, until + step)
    never = rows.person()
    lapsed(never, home, until)
    seen(never, login, None)
    asked = [one.pk for one in (*people.values(), never)]
    assert not_renewed(asked) == {(people[TICK].pk, home.pk)}
    assert not_renewed([people[TICK].pk]) == {(people[TICK].pk, home.pk)}
    assert not_renewed([never.pk]) == set()
    seen(people[-TICK], login, until + DAY / 2)
    seen(people[-TICK], login, None)
    assert (people[-TICK].pk, home.pk) in not_renewed(asked), "the newest sign-in counts"


def test_only_what_lapsed_and_was_not_ended_or_replaced_counts() -> None:
    with clock.freeze(clock.now()):
        home, now = rows.institution(), clock.now()
        login = provider(home)
        at_once, later, ended, replaced = (rows.person() for _one in range(4))
        lapsed(at_once, home, now)
        lapsed(later, home, now + TICK)
        lapsed(ended, home, now - DAY, ended_at=now - 2 * DAY, ended_by=rows.person())
        lapsed(replaced, home, now - 9 * DAY)
        lapsed(replaced, home, now + DAY, starts_at=now - 8 * DAY, confirmed_at=now - 8 * DAY)
        everyone = (at_once, later, ended, replaced)
        for someone in everyone:
            seen(someone, login, now + DAY)
        assert not_renewed([one.pk for one in everyone]) == {(at_once.pk, home.pk)}


def test_the_sign_in_was_through_a_provider_of_the_institution_with_any_account() -> None:
    home, other, until = rows.institution(), rows.institution(), clock.now() - DAY
    own, elsewhere, shared = provider(home), provider(other), provider(None)
    shared.allowed_institutions.add(home)
    people = {name: rows.person() for name in ("own", "elsewhere", "shared", "merged")}
    for someone in people.values():
        lapsed(someone, home, until)
    closed = rows.person(active=False)
    Person.objects.filter(pk=closed.pk).update(merged_into=people["merged"])
    now = clock.now()
    seen(people["own"], own, now)
    seen(people["elsewhere"], elsewhere, now)
    seen(people["shared"], shared, now)
    seen(closed, own, now)
    found = {person for person, _home in not_renewed([one.pk for one in people.values()])}
    assert found == {people[name].pk for name in ("own", "shared", "merged")}
