"""T48: a token is found by one statement on one index, whatever its kind."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.tokens import queries as tokens_queries
from apps.tokens.commands.tokens import make_service_account, make_service_token
from apps.tokens.models import PersonalToken
from apps.tokens.queries import token_for
from tests import stories
from tests.tokens.program import authorised_program

pytestmark = pytest.mark.django_db


def personal() -> str:
    return stories.token(stories.person(), "read")


def device() -> str:
    return str(authorised_program(stories.person()).got["access_token"])


def service() -> str:
    owner = stories.person()
    account = make_service_account("p", purpose="A nightly pipeline.", days=30, by=owner)
    return make_service_token(account, name="s", scopes=["read"], days=7, by=owner)[1]


KINDS: list[Callable[[], str]] = [personal, device, service]


@pytest.mark.parametrize("make", KINDS)
def test_one_statement_finds_it_with_its_person(make: Callable[[], str]) -> None:
    secret = make()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        token = token_for(secret)
        assert token is not None
        assert token.person.is_active
        assert token.service is None or token.service.ended_at is None
    assert len(asked) == 1


@pytest.mark.parametrize("make", KINDS)
def test_a_call_asks_for_its_token_once_and_writes_its_use_once_a_minute(make: Callable[[], str]) -> None:
    headers = {"Authorization": f"Bearer {make()}"}

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as caught:
            assert Client().get("/api/v1/openapi.json", headers=headers).status_code == 200
        about = [each["sql"] for each in caught if "personaltoken" in each["sql"]]
        return sum(sql.startswith("SELECT") for sql in about), sum(sql.startswith("UPDATE") for sql in about)

    assert [asked(), asked()] == [(1, 1), (1, 0)]
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        assert asked() == (1, 1)


def test_the_look_up_reads_the_index_of_the_digest() -> None:
    """Among thousands of tokens; EXPLAIN says so, and the control finds the same by reading all."""
    person, now = stories.person(), clock.now()
    many = [
        PersonalToken(
            person=person, name="n", digest=tokens_queries.digest(str(n)), hint="h", scopes=["read"],
            expires_at=now + timedelta(days=1),
        )
        for n in range(5000)
    ]  # fmt: skip
    PersonalToken.objects.bulk_create(many)
    digest = tokens_queries.digest("17")
    wanted = PersonalToken.objects.alive().select_related("person", "service").order_by()
    plan = wanted.filter(digest=digest).explain()
    assert "Index Scan using tokens_personaltoken_digest" in plan, plan
    assert "Seq Scan on tokens_personaltoken" not in plan
    assert "Seq Scan" in PersonalToken.objects.filter(hint="x").explain()  # control: no index there
    shown = tokens_queries.digest("18")
    assert "Index Scan" in PersonalToken.objects.refreshable().filter(refresh_digest=shown).explain()
