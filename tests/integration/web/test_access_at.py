"""Who could download a dataset at a moment: the answer is the access rule's, for now and for the past."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Event
from apps.core import clock
from apps.grants import commands
from apps.grants.queries import downloadable_by, verdicts
from apps.identity.commands.identities import deactivate, reactivate
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
PAGE = "/oversight/access/"


def ask(dataset: Any, at: datetime, **more: str) -> Any:
    asked = {"dataset": dataset.slug, "at": f"{at:%Y-%m-%dT%H:%M:%S}", **more}
    return stories.client_for(stories.auditor()).get(PAGE, asked)


def could(answer: Any) -> dict[Any, bool]:
    return {row.person.pk: row.allowed for row in answer.context["rows"]}


def strong(person: Person) -> Person:
    person.second_factor = True
    return person


def later(seconds: int = 0) -> datetime:
    return clock.now() + timedelta(seconds=seconds)


def test_the_answer_names_who_could_through_what_and_who_could_not_and_why(frozen: Any) -> None:
    access = stories.granted()
    dataset, holder = access.published_dataset.dataset, access.holder
    start = access.grant.starts_at
    frozen(start + timedelta(days=2))
    page = ask(dataset, start + timedelta(days=1))
    assert could(page) == {holder.pk: True}
    assert page.context["rows"][0].grant == access.grant
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    frozen(start + timedelta(days=4))
    assert could(ask(dataset, start + timedelta(days=1))) == {holder.pk: True}
    after = ask(dataset, start + timedelta(days=3))
    assert could(after) == {holder.pk: False}
    assert len(after.context["rows"][0].reasons) == 1


def test_the_reason_for_a_past_moment_is_of_that_moment(frozen: Any) -> None:
    """An affiliation that an official ended later, or ended and confirmed since, changes no earlier answer."""
    access = stories.granted()
    dataset, holder, home = access.published_dataset.dataset, access.holder, access.holder.institution
    assert home is not None
    official, start = stories.signing_official(home), access.grant.starts_at

    def reasons(day: int) -> list[str]:
        return list(ask(dataset, start + timedelta(days=day)).context["rows"][0].reasons)

    frozen(start + timedelta(days=2))
    end_affiliation(holder, institution=home, reason="They left the hospital.", by=official)
    frozen(start + timedelta(days=4))
    ended = reasons(3)
    assert len(ended) == 1, "the same sentence is said once"
    frozen(start + timedelta(days=5))
    confirm_affiliation(holder, institution=home, reason="They came back.", by=official)
    frozen(start + timedelta(days=7))
    assert (reasons(1), reasons(3), reasons(6)) == ([], ended, [])


def test_open_access_says_everyone_or_nobody(frozen: Any) -> None:
    world, start = stories.published_dataset(access="open"), clock.now()
    frozen(start + timedelta(minutes=2))
    assert ask(world.dataset, start + timedelta(minutes=1)).context["everyone"] is True
    commands.stop_downloads("An incident is looked at.", by=stories.operator())
    frozen(start + timedelta(minutes=4))
    page = ask(world.dataset, start + timedelta(minutes=3))
    assert page.context["everyone"] is False and len(page.context["everyone_reasons"]) == 1


def test_the_answer_is_that_of_the_access_rule_for_every_part_of_it(frozen: Any) -> None:
    """The same people, asked one by one with the rule, for several moments; with those who could and could not."""
    access = stories.granted()
    version = access.published_dataset.version
    people = [access.holder, access.owner, stories.person(), stories.deactivated()]
    moments = [access.grant.starts_at + timedelta(days=days) for days in (-30, 0, 1, 5000)]
    frozen(moments[-1] + timedelta(days=1))
    seen = set()
    for at in moments:
        found = verdicts([one.pk for one in people], version, at)
        for person in people:
            allowed = downloadable_by(strong(person), at).filter(version=version).exists()
            assert found[person.pk].allowed is allowed
            seen.add(allowed)
    assert seen == {True, False}


def test_a_closed_account_counts_from_when_it_was_closed() -> None:
    access, boss = stories.granted(), stories.operator()
    holder = access.holder
    before = clock.now()
    deactivate(holder, by=boss)
    assert downloadable_by(strong(holder), before).exists()
    assert not downloadable_by(strong(holder)).exists()
    assert not downloadable_by(strong(holder), clock.now()).exists()
    reactivate(holder, by=boss)
    assert downloadable_by(strong(holder), clock.now()).exists()


def test_words_that_mean_several_or_nothing_are_answered_with_a_choice() -> None:
    access = stories.granted()
    first, second = stories.person("Anna Holm"), stories.person("Ingrid Holm")
    dataset = access.published_dataset.dataset
    page = ask(dataset, clock.now(), person="holm")
    assert {one.value for one in page.context["offered"]["person"]} == {first.code, second.code}
    assert "rows" not in page.context
    links = [offer["url"] for one in page.context["unclear"] for offer in one["offered"]]
    client = stories.client_for(stories.auditor())
    assert [len(client.get(f"{PAGE}{link}").context["rows"]) for link in links] == [1, 1]
    assert could(ask(dataset, clock.now(), person=first.code)) == {first.pk: False}
    assert (
        stories.client_for(stories.auditor())
        .get(PAGE, {"dataset": "no such thing", "at": "2026-01-01"})
        .context["offered"]["dataset"]
        == ()
    )


def test_a_moment_in_the_future_or_none_is_refused() -> None:
    access = stories.granted()
    client = stories.client_for(stories.auditor())
    assert client.get(PAGE).status_code == 200
    assert ask(access.published_dataset.dataset, later(3600)).status_code == 422
    assert client.get(PAGE, {"dataset": "x"}).status_code == 422
    assert stories.client_for(stories.operator()).get(PAGE).status_code == 403


def test_the_answer_is_exported_with_reasons_and_the_question_recorded() -> None:
    access = stories.granted()
    answer = ask(access.published_dataset.dataset, clock.now(), export="csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row[1], row[3]) for row in rows[1:]] == [(access.holder.code, "1")]
    assert rows[1][5] == access.case.request.reference
    (checked,) = Event.objects.filter(kind="audit.access_checked")
    assert checked.subject_id == access.published_dataset.dataset.pk
    assert Event.objects.filter(kind="list.exported", facts__list="access_at_moment").count() == 1


def test_the_number_of_statements_does_not_grow_with_the_people() -> None:
    access = stories.granted()
    version = access.published_dataset.version

    def statements(people: list[Person]) -> int:
        with CaptureQueriesContext(connection) as seen:
            verdicts([one.pk for one in people], version, clock.now())
        return len(seen)

    few = statements([access.holder])
    assert few >= statements([access.holder, *stories.people(20)])
