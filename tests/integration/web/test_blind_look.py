"""A committee that hides votes first: no page or program shows a choice, and nothing is decided meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.access_requests.models import Item, Round
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import WrongState
from tests import stories

pytestmark = pytest.mark.django_db


def in_review(*, blind: bool) -> stories.Case:
    """A request before a committee of three; its round keeps the rule."""
    setup = stories.committee_setup()
    Committee.objects.filter(pk=setup.committee.pk).update(blind=blind)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    Committee.objects.filter(pk=setup.committee.pk).update(blind=not blind)  # later: does not affect this round
    return case


def entry_of(case: stories.Case, person: Any) -> Any:
    page = stories.client_for(person).get(reverse("case", args=[case.request.pk]))
    return page.context["items"][0], page.content.decode()


def seen_by_program(case: stories.Case, person: Any) -> Any:
    token = stories.token(person, "review")
    answer = stories.client_for(None).get(
        f"/api/v1/reviews/{case.request.pk}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200
    return answer.json()["items"][0]


def test_votes_are_hidden_also_after_the_own_vote_and_decide_only_after_everybody_could_read_them() -> None:
    case = in_review(blind=True)
    chair, first, second = case.committee_setup.everyone
    stories.vote(case, first)
    stories.vote(case, chair)
    assert case.item.state == "open"  # two of three approvals are a majority
    for person in (chair, first):
        entry, text = entry_of(case, person)
        assert not entry["choices_shown"] and not entry["blocked"] and not entry["weight"]
        assert "vote-count" not in text and "My reason" not in text.replace("My reason to approve.</textarea>", "")
    assert (seen_by_program(case, chair)["choices_shown"], seen_by_program(case, chair)["votes"]) == (False, [])
    seen = Round.objects.get(request=case.request, closed_at=None)
    with pytest.raises(WrongState):
        requests.confirm_vote(case.item, seen=seen, signed_in=stories.fresh_sign_in(), by=chair)

    stories.vote(case, second, "deny")
    stories.drain()
    item = case.item
    assert item.state == "open" and set(item.asked_to_confirm) == {chair.pk, first.pk, second.pk}
    entry, text = entry_of(case, chair)
    assert entry["choices_shown"] and entry["confirm"] and "My reason to deny." in text
    assert seen_by_program(case, chair)["choices_shown"]
    requests.confirm_vote(item, seen=seen, signed_in=stories.fresh_sign_in(), by=chair)
    assert case.item.state == "approved"


def test_without_a_blind_look_the_same_votes_are_shown_and_decide() -> None:
    case = in_review(blind=False)
    chair, first, _second = case.committee_setup.everyone
    stories.vote(case, first)
    assert seen_by_program(case, first)["choices_shown"]
    stories.vote(case, chair)
    assert case.item.state == "approved"


def test_after_the_due_date_the_votes_are_shown_and_the_next_vote_counts() -> None:
    case = in_review(blind=True)
    chair, first, _second = case.committee_setup.everyone
    stories.vote(case, first)
    Item.objects.filter(request=case.request).update(due_on=None)
    assert not entry_of(case, first)[0]["choices_shown"]  # no date: until all have voted
    Item.objects.filter(request=case.request).update(due_on=clock.today())
    assert not entry_of(case, first)[0]["choices_shown"]  # the last day is not over
    Item.objects.filter(request=case.request).update(due_on=clock.today() - timedelta(days=1))
    assert entry_of(case, first)[0]["choices_shown"] and case.item.state == "open"
    stories.vote(case, chair)
    assert case.item.state == "approved"


def test_when_the_date_is_over_the_task_that_reminds_asks_who_voted_to_confirm() -> None:
    """Before, nobody was asked until somebody else voted."""
    case = in_review(blind=True)
    chair, first, _second = case.committee_setup.everyone
    for voter in (first, chair):
        stories.vote(case, voter)
    stories.drain()
    assert case.item.asked_to_confirm == []
    Item.objects.filter(request=case.request).update(due_on=clock.today() - timedelta(days=1))
    requests.notify_of_due_dates(by=SYSTEM)
    stories.drain()
    assert set(case.item.asked_to_confirm) >= {chair.pk, first.pk} and case.item.state == "open"
    assert stories.client_for(chair).get("/review/?tab=to-vote").context["counts"]["to_vote"] == 1
