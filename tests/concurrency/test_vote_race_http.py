"""Must show 2: eight voters vote on many requests at once over HTTP, under every rule; and again without the lock."""

import http.client
import os
import sys
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, models
from django.db.models import Count, F

from apps.access_requests import commands, queries
from apps.access_requests.models import AccessRequest, Item, Round, Vote
from apps.audit.models import Event
from apps.committees.decisions import VotingRules
from apps.people.models import Person
from tests import stories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
REQUESTS = int(os.environ.get("VOTE_RACE_REQUESTS", "1000"))
AT_ONCE = 100  # requests of one sign-in: a vote asks for one of the last 15 minutes
TOKEN = "a" * 32
RULES = [
    VotingRules("any_one", 1), VotingRules("any_one", 3), VotingRules("majority", 2), VotingRules("majority", 8),
    VotingRules("majority", 3, 1, veto=True), VotingRules("k_of_n", 5, 5), VotingRules("unanimous", 8),
    VotingRules("unanimous", 2), VotingRules("chair", 3),
]  # fmt: skip
# Connections that wait for a row that another one locked.
ROW_WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')
"""
CHOICES = ("approve", "approve", "approve", "deny", "abstain")


@dataclass
class Found:
    """What went wrong, over all requests."""

    duplicates: int
    stuck: int
    late: int
    answers: dict[int, int]

    @property
    def faults(self) -> int:
        return self.duplicates + self.stuck + self.late

    def and_also(self, other: "Found") -> "Found":
        """Both counted together."""
        answers = Counter(self.answers) + Counter(other.answers)
        return Found(
            self.duplicates + other.duplicates, self.stuck + other.stuck, self.late + other.late,
            dict(sorted(answers.items())),
        )  # fmt: skip


def voters_and_cases(many: int) -> tuple[list[Person], list[Item]]:
    """One committee of eight, and so many requests in review, under one rule after the other."""
    setup = stories.committee_setup(members=7)
    place, operator, items = stories.published_dataset(committee_setup=setup), stories.operator(), []
    for number in range(many):
        if number % -(-many // len(RULES)) == 0:
            wanted = RULES[number * len(RULES) // many]
            commands.change_voting_rules(setup.committee, wanted=wanted, by=operator)
        request = commands.draft([place.dataset], by=stories.person())
        request = commands.change(request, by=request.applicant, **stories.answers())
        commands.submit(request, by=request.applicant)
        stories.declare(request)
        commands.accept_for_review(request, by=setup.chair)
        items.append(Item.objects.get(request=request))
    return setup.everyone, items


def voter(person: Person, items: list[Item], address: str, gate: threading.Barrier, answers: list[int]) -> None:
    """This person's browser: one vote on each request, each at the same moment as those of the others."""
    cookies = stories.client_for(person).cookies
    session = cookies[settings.SESSION_COOKIE_NAME].value
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    rounds = dict(Round.objects.filter(request__in=[item.request_id for item in items]).values_list("request_id", "pk"))
    connections.close_all()
    server = http.client.HTTPConnection(address, timeout=60)
    for number, item in enumerate(items):
        choice = CHOICES[(number * 7 + person.pk.int) % len(CHOICES)]
        said = {"seen": rounds[item.request_id], "choice": choice, "reason": "Mine."}
        said |= {"denial_codes": "purpose"} if choice == "deny" else {}
        gate.wait(120)
        path = f"/review/{item.request_id}/items/{item.pk}/vote/"
        server.request("POST", path, urllib.parse.urlencode(said), headers)
        answer = server.getresponse()
        answer.read()
        answers.append(answer.status)
    server.close()
    connections.close_all()


def race(people: list[Person], items: list[Item], address: str) -> Found:
    """All vote on each request at once; then what the rows say."""
    gate, answers = threading.Barrier(len(people)), list[int]()
    threads = [threading.Thread(target=voter, args=[one, items, address, gate, answers]) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(3600)
    assert not any(thread.is_alive() for thread in threads), "a deadlock"
    pks = [item.pk for item in items]
    decided = Event.objects.filter(kind="request.item_decided", subject_id__in=pks).order_by()
    twice = decided.values("subject_id").annotate(n=Count("id")).filter(n__gt=1).count()
    late = Vote.objects.filter(item__in=pks, cast_at__gt=F("item__decided_at")).count()
    stuck = 0
    for item in Item.objects.filter(pk__in=pks, state="open").select_related("request", "committee"):
        stuck += bool(queries.decision_on(item, queries.fetch_eligible_voters(item)).outcome)
    return Found(twice, stuck, late, {status: answers.count(status) for status in sorted(set(answers))})


def test_eight_voters_at_once_decide_every_request_once(live_server: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """R5, T84, T85: 0 duplicate decisions, 0 stuck, 0 late votes, and no answer but done or a refusal."""
    people, items = voters_and_cases(REQUESTS)
    address, found = live_server.url.removeprefix("http://"), Found(0, 0, 0, {})
    for start in range(0, len(items), AT_ONCE):
        found = found.and_also(race(people, items[start : start + AT_ONCE], address))
    with capsys.disabled():
        sys.stdout.write(f"\n{len(items)} requests, {len(RULES)} rules, 8 voters: {found}\n")
    assert found.faults == 0
    assert set(found.answers) <= {302, 409}
    assert Item.objects.filter(pk__in=[item.pk for item in items]).exclude(state="open").exists()


def test_control_without_the_lock_votes_are_late_or_requests_stuck(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control: the same race in a build without row locks shows more than 0."""
    people, items = voters_and_cases(max(27, REQUESTS // 10))
    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, *_a, **_k: self)
    found = race(people, items, live_server.url.removeprefix("http://"))
    with capsys.disabled():
        sys.stdout.write(f"\nwithout the lock, {len(items)} requests: {found}\n")
    assert found.faults > 0


def test_eight_writers_on_different_requests_all_get_through(capsys: pytest.CaptureFixture[str]) -> None:
    """Eight writers, each on requests of their own, and one after the other: the ratio, and waits for locks seen."""
    people, items = voters_and_cases(max(64, REQUESTS // 8))
    rounds = dict(Round.objects.filter(request__in=AccessRequest.objects.all()).values_list("request_id", "pk"))
    half = len(items) // 2

    def write(person: Person, mine: list[Item]) -> None:
        try:
            for item in mine:
                seen, signed = Round.objects.get(pk=rounds[item.request_id]), stories.fresh_sign_in()
                commands.vote(item, choice="abstain", reason="Mine.", seen=seen, signed_in=signed, by=person)
        finally:
            connections.close_all()

    start = time.perf_counter()
    for number, person in enumerate(people):
        write(person, items[:half][number::8])
    alone = time.perf_counter() - start
    threads = [threading.Thread(target=write, args=[one, items[half:][n::8]]) for n, one in enumerate(people)]
    waits, start = 0, time.perf_counter()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        with connection.cursor() as cursor:
            cursor.execute(ROW_WAITS)
            waits += cursor.fetchone()[0]
        time.sleep(0.005)
    together = time.perf_counter() - start
    with capsys.disabled():
        sys.stdout.write(f"\n8 writers: {alone / together:.2f} times the throughput of one; lock waits seen: {waits}\n")
    assert Vote.objects.filter(item__in=items).count() == len(items)
    assert waits == 0
