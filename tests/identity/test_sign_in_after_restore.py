"""After a restore from a backup only operators sign in, and nobody else leaves a trace, until it is released."""

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.grants.models import DownloadStop, Restore
from apps.people.commands.people import give_platform_role
from apps.people.models import Affiliation, Identity, Person
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db


def restored() -> DownloadStop:
    """The portal was restored a moment ago."""
    stop = DownloadStop.objects.create(reason="Restored.")
    Restore.objects.create(
        stop=stop, backup="b", taken_at=clock.now(), log_end=1, first_replayed=2, last_replayed=3,
        lost={"grant.issued": 2}, by_hand={"terms.published": 1}, taken={"grant.revoked": 5},
    )  # fmt: skip
    return stop


def test_somebody_new_or_without_the_role_is_refused_and_nothing_is_written(provider: Provider) -> None:
    """Control: the same sign-in before the restore, and after its release, makes a session."""
    known = Client()
    browser.sign_in(known, provider)
    person = browser.person_in(known)
    assert person is not None
    stop = restored()
    rows = (Person, Identity, Affiliation)
    before = [model.objects.count() for model in rows]
    provider.person |= {"name": "A Changed Name"}
    again = Client()
    browser.sign_in(again, provider)
    assert browser.person_in(again) is None
    assert Event.objects.filter(kind="person.sign_in_refused", facts__why="restored").count() == 1
    assert [model.objects.count() for model in rows] == before
    assert Person.objects.get(pk=person.pk).name == person.name
    first, second = stories.operator(), stories.operator()
    DownloadStop.objects.filter(pk=stop.pk).update(resume_proposed_by=first, ended_by=second, ends_at=clock.now())
    browser.sign_in(again, provider)
    assert browser.person_in(again) == person


def test_an_operator_signs_in_and_reads_what_to_do(provider: Provider) -> None:
    known = Client()
    browser.sign_in(known, provider)
    person = browser.person_in(known)
    assert person is not None
    give_platform_role(person, kind="operator", days=30, by=CONSOLE)
    restored()
    again = Client()
    browser.sign_in(again, provider)
    page = again.get("/system-status/")
    assert page.status_code == 200
    assert [dict(one["rows"]) for one in page.context["since_backup"]] == [
        {"terms.published": 1}, {"grant.issued": 2}, {"grant.revoked": 5},
    ]  # fmt: skip
    assert all(code in page.content.decode() for code in ("grant.issued", "terms.published", "grant.revoked"))
