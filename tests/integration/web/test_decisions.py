"""The register of decisions: off by default, final decisions only, and the same redaction everywhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands as requests
from apps.access_requests import queries_register as register
from apps.access_requests.models import AccessRequest, Item, RegisterSetting, Round
from apps.audit.models import Event
from apps.core import clock
from apps.core.errors import Denied
from apps.datasets.models import Dataset
from tests import stories

pytestmark = pytest.mark.django_db
Frozen = Callable[[datetime], datetime]


def publish() -> None:
    requests.publish_register(public=True, by=stories.operator())


def listed() -> set[Any]:
    return set(register.final().values_list("pk", flat=True))


def test_the_page_exists_only_while_an_operator_publishes_the_register() -> None:
    assert Client().get("/decisions/").status_code == 404
    boss, page = stories.operator(), "/set-up/register/"
    client = stories.client_for(boss)
    assert client.get(page).context["form"]["public"].value() == "no"
    assert client.post(page, {"public": ""}).status_code == 422
    assert client.post(page, {"public": "yes"}).headers["Location"] == "/decisions/"
    assert Client().get("/decisions/").status_code == 200
    requests.publish_register(public=True, by=boss)
    assert RegisterSetting.objects.count() == 1, "the same again changes nothing"
    assert client.post(page, {"public": "no"}).status_code == 302
    assert Client().get("/decisions/").status_code == 404
    kinds = Event.objects.filter(kind__startswith="register.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["register.published", "register.withdrawn"]
    with pytest.raises(Denied):
        requests.publish_register(public=True, by=stories.person())


def test_the_page_and_the_file_say_nothing_of_people_texts_and_what_is_not_public() -> None:
    publish()
    case = stories.decided()
    seen = case.item.decided_in
    assert seen is not None
    assert seen.institution == case.applicant.institution
    page = Client().get("/decisions/")
    entry = page.context["rows"][0]["entry"]
    assert entry.dataset == case.published_dataset.dataset.slug
    assert entry.institution == case.applicant.institution.name
    assert entry.summary == seen.snapshot["public_summary"]
    export = Client().get("/decisions/?export=csv")
    text = page.content.decode() + b"".join(export.streaming_content).decode()
    request = case.request
    secrets = [case.applicant.name, request.reference, request.title, seen.snapshot["purpose"], str(case.applicant.pk)]
    assert all(secret in str(seen.snapshot) + case.applicant.name for secret in secrets), "the control: they are there"
    assert [secret for secret in [*secrets, case.item.reason] if secret in text] == []
    forms = [{"version": str(uuid4()), "committee": str(case.item.committee_id), "answers": {"lay": "Planted"}}]
    Round.objects.filter(pk=seen.pk).update(snapshot=seen.snapshot | {"public_summary": "", "forms": forms})
    erased = Client().get("/decisions/")
    assert erased.context["rows"][0]["entry"].summary == ""
    assert "Planted" not in erased.content.decode(), "of a form that the portal does not know"
    Dataset.objects.filter(pk=case.item.dataset_id).update(listed_from=None)
    hidden = Client().get("/decisions/")
    assert case.item.dataset.title not in hidden.content.decode() and len(hidden.context["rows"]) == 1
    assert Client().get(f"/decisions/?dataset={entry.dataset}").context["list"].problems


def test_only_final_decisions_are_in_it(frozen: Frozen) -> None:
    setup = stories.committee_setup(undo_minutes=10)
    pending = stories.decided(published_dataset=stories.published_dataset(committee_setup=setup)).item
    assert pending.takes_effect_at is not None and listed() == set()
    case = stories.decided(choice="deny")
    item = case.item
    until = item.appeal_until
    assert until is not None
    midnight = datetime(until.year, until.month, until.day, tzinfo=UTC)
    last = midnight + timedelta(days=1, hours=11, minutes=59)
    frozen(last)
    assert listed() == {pending.pk}, "the last day to appeal is not over at UTC-12"
    frozen(last + timedelta(minutes=2))
    assert listed() == {pending.pk, item.pk}
    Item.objects.filter(pk=item.pk).update(appeal_until=None)
    assert listed() == {pending.pk, item.pk}, "a denial of an earlier release has the days of its committee"
    frozen(last - timedelta(days=2))
    assert listed() == {pending.pk}
    frozen(clock.now())
    made = requests.appeal(item, text="It fits.", by=case.applicant)
    frozen(last + timedelta(days=400))
    assert listed() == {pending.pk}, "an appeal is open"
    requests.withdraw_appeal(made.item, by=case.applicant)
    assert listed() == {pending.pk, item.pk}
    AccessRequest.objects.filter(pk=pending.request_id).update(state="withdrawn")
    assert listed() == {item.pk}


def test_filters_leave_what_they_say_and_name_what_they_do_not_know() -> None:
    publish()
    first, second = stories.decided(), stories.decided(published_dataset=stories.published_dataset())
    requested = [
        (f"dataset={first.item.dataset.slug}", {first.item.dataset.slug}),
        (f"committee={second.item.committee.slug}&outcome=approved", {second.item.dataset.slug}),
        (f"year={clock.today().year}", {first.item.dataset.slug, second.item.dataset.slug}),
        ("outcome=denied", set()),
    ]
    for query, slugs in requested:
        shown = Client().get(f"/decisions/?{query}").context
        assert {one["entry"].dataset for one in shown["rows"]} == slugs
        assert shown["list"].problems == []
    odd = Client().get("/decisions/?dataset=%00&year=1999&committee=none&after=x")
    assert odd.status_code == 200 and len(odd.context["list"].problems) == 4
    assert list(register.years()) == [clock.today().year]


def test_a_page_takes_six_statements() -> None:
    publish()
    case = stories.decided()
    address = f"/decisions/?dataset={case.item.dataset.slug}"
    with CaptureQueriesContext(connection) as asked:
        page = Client().get(address)
    statements = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert len(page.context["rows"]) == 1
    assert len(statements) <= 6, "\n".join(statements)


def test_a_member_reads_what_the_register_says_of_the_case() -> None:
    case = stories.decided(choice="deny")
    page = f"/review/{case.request.pk}/register/"
    shown = stories.client_for(case.committee_setup.chair).get(page)
    assert [(one["is_final"], one["entry"].outcome) for one in shown.context["rows"]] == [(False, "denied")]
    assert page in stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").content.decode()
    assert stories.client_for(case.applicant).get(page).status_code == 403
    assert stories.client_for(stories.operator()).get(page).status_code == 404
