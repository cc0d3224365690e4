"""The approval race and the revocation race, each beside a naive build that must lose it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, models

from apps.access_requests import commands, queries
from apps.access_requests.models import Item, Vote
from apps.audit.models import Event
from apps.core.actors import ANONYMOUS
from apps.core.errors import DomainError
from apps.downloads import commands as downloads
from apps.downloads import queries_one
from apps.grants import commands as grants
from tests import stories

pytestmark = pytest.mark.django_db(transaction=True)


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Each in a thread with a connection of its own, all at once; results and refusals in order."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait()
            results[place] = acts[place]()
        except DomainError as refusal:
            results[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "a deadlock"
    return results


def votes_on(case: stories.Case, choices: dict[Any, str]) -> list[Callable[[], Any]]:
    seen, item, fresh = case.round, case.item, stories.fresh_sign_in()
    assert seen is not None

    def voting(by: Any, choice: str) -> Callable[[], Any]:
        said: dict[str, Any] = {"choice": choice, "denial_codes": ["purpose"] if choice == "deny" else []}
        return lambda: commands.vote(item, **said, reason="Mine.", seen=seen, signed_in=fresh, by=by)

    return [voting(by, choice) for by, choice in choices.items()]


@pytest.mark.parametrize(("quorum", "choice"), [(1, "approve"), (2, "approve"), (3, "deny"), (5, "approve")])
def test_everybody_voting_at_once_decides_once(quorum: int, choice: str) -> None:
    """T84, R5, L34: one decision, none stuck, no vote after it."""
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=4, quorum=quorum))
    )
    results = together(votes_on(case, dict.fromkeys(case.committee_setup.everyone, choice)))
    item = Item.objects.get(pk=case.item.pk)
    assert item.state == ("approved" if choice == "approve" else "denied")
    assert Event.objects.filter(kind="request.item_decided").count() == 1
    counted = Vote.objects.filter(item=item).count()
    assert counted == sum(isinstance(result, Vote) for result in results) == max(3, quorum)
    assert not Vote.objects.filter(cast_at__gt=item.decided_at).exists()


def test_opposite_votes_at_once_have_one_outcome_and_both_are_written_down() -> None:
    """T87."""
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    together(votes_on(case, {chair: "deny", first: "approve", second: "deny"}))
    events = Event.objects.filter(kind="request.vote_cast")
    assert Item.objects.get(pk=case.item.pk).state == "denied"
    assert events.count() == Vote.objects.count() >= 2


def test_control_counting_without_a_lock_leaves_a_decided_item_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control, R5: the same votes without the row lock; each count misses the other's vote, and nobody decides."""
    case = stories.in_review()
    chair, first, _second = case.committee_setup.everyone
    acts = votes_on(case, {chair: "approve", first: "approve"})
    both_voted, both_counted, count = threading.Barrier(2), threading.Barrier(2), queries.decision_on

    def late(item: Item, voters: Any) -> Any:
        both_voted.wait(10)
        counted = count(item, voters)
        both_counted.wait(10)  # or the slower one would count after the other's commit, and see it
        return counted

    monkeypatch.setattr(models.QuerySet, "select_for_update", lambda self, *_a, **_k: self)
    monkeypatch.setattr(queries, "decision_on", late)
    together(acts)
    monkeypatch.undo()
    item = case.item
    assert item.state == "open"
    assert queries.decision_on(item, queries.fetch_eligible_voters(item)).outcome == "approve"


# --------------------------------------------------------------------------------------------- revocation or bytes
def race(access: stories.Access, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A revocation that begins when the download has been checked and is not yet written down; the events' order."""
    checked, seen = threading.Event(), downloads._delivery

    def slow(file: Any, asked: Any) -> Any:
        checked.set()
        revoked.wait(1.5)
        return seen(file, asked)

    revoked = threading.Event()
    monkeypatch.setattr(downloads, "_delivery", slow)

    def revoke() -> None:
        checked.wait(10)
        grants.revoke(access.grant, reason="A breach.", by=access.owner)
        revoked.set()

    together([lambda: downloads.open_link(access.token, by=ANONYMOUS), revoke])
    kinds = ["download.started", "grant.revoked"]
    return list(Event.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True))


def test_a_revocation_waits_for_the_download_it_did_not_forestall(monkeypatch: pytest.MonkeyPatch) -> None:
    """R10: the check and the event share a lock on the grant; what was revoked first never starts."""
    access = stories.linked()
    assert race(access, monkeypatch) == ["download.started", "grant.revoked"]
    monkeypatch.undo()
    with pytest.raises(DomainError):
        downloads.open_link(access.token, by=ANONYMOUS)


def test_control_without_the_lock_a_download_starts_after_the_revocation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control, R10: the same moment without FOR SHARE."""
    access = stories.linked()
    monkeypatch.setattr(queries_one, "lock_for_share_by", lambda *_args, **_key: None)
    assert race(access, monkeypatch) == ["grant.revoked", "download.started"]
