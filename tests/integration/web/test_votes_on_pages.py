"""Votes on the page of a case: hidden, changed, confirmed, with proposed conditions."""

from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests.models import Round, Vote
from apps.audit.queries import timeline_of
from apps.committees import commands as committees
from apps.committees.decisions import Weight
from apps.people.models import Person
from apps.web.committee.presenters import what_my_vote_does
from tests import stories

pytestmark = pytest.mark.django_db


def votes_url(case: stories.Case) -> str:
    return f"/review/{case.request.pk}/items/{case.item.pk}/vote/"


def a_vote(case: stories.Case, **changes: Any) -> dict[str, Any]:
    seen = Round.objects.filter(request=case.request).order_by("-number").first()
    assert seen is not None
    return {"seen": str(seen.pk), "choice": "approve", "reason": "The purpose fits.", "new_condition": "", **changes}


def _refused_form(answer: Any, case: stories.Case) -> Any:
    return next(entry["form"] for entry in answer.context["items"] if entry["item"] == case.item)


def choices_in(page: Any) -> set[str]:
    """The choices of others that the page lists."""
    return {
        ballot["vote"].choice
        for entry in page.context["items"] if entry["choices_shown"]
        for ballot in entry["ballots"] if ballot["vote"]
    }  # fmt: skip


def proposals_in(page: Any) -> list[Any]:
    """The entries of the history that say that a condition was proposed."""
    return [entry for entry in page.context["timeline"] if "condition" in str(entry["what"]).lower()]


def test_votes_of_others_are_hidden_until_the_own_vote() -> None:
    """Case 15: on the page, in its history and in the queue; the number of votes and who voted is shown."""
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=stories.committee_setup(members=4))
    )
    chair, first, second, _third, _fourth = case.committee_setup.everyone
    stories.vote(case, first, "deny")
    stories.vote(case, second, "conditional")
    client, url = stories.client_for(chair), f"/review/{case.request.pk}/"
    page = client.get(url)
    text = page.content.decode()
    hidden = ("My reason to deny.", "My reason to conditional.", "vote-count")
    assert (choices_in(page), [one for one in hidden if one in text]) == (set(), [])
    assert page.context["items"][0]["tally"]["cast"] == 2
    assert "Report once a year." in text, "a proposed condition is listed"
    assert page.context["items"][0]["conditions"][0]["adopted"] is None
    assert proposals_in(page) == [], "its moment is that of the vote that adopts it"
    assert all("choice" not in event.facts for event in timeline_of(case.request.pk))
    for export in ("/review/", "/review/?export=csv"):
        answer = client.get(export)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"My reason" not in body
        assert b"to deny" not in body
    stories.vote(case, chair)
    page = client.get(url)
    assert choices_in(page) == {"approve", "deny", "conditional"}
    assert "My reason to deny." in page.content.decode(), "the control: after the own vote they are there"
    assert [entry["who"] for entry in proposals_in(page)] == [""]


def test_members_who_cannot_vote_do_not_read_the_votes_before_the_decision() -> None:
    """Case 15: neither another committee nor somebody who joined later."""
    first, second = stories.published_dataset(), stories.published_dataset()
    case = stories.in_review(shelves=[first, second])
    late = stories.person()
    committees.add_member(first.committee_setup.committee, person=late, by=first.committee_setup.chair)
    stories.vote(case, first.committee_setup.chair, "deny", published_dataset=first)
    stories.declare(case.request, second.committee_setup.chair, late)
    for reader in (second.committee_setup.chair, late):
        page = stories.client_for(reader).get(f"/review/{case.request.pk}/")
        assert (choices_in(page), "My reason" in page.content.decode()) == (set(), False)


def test_a_vote_is_changed_while_undecided_and_both_stay() -> None:
    """Case 15."""
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    assert client.post(votes_url(case), a_vote(case)).status_code == 302
    page = client.get(f"/review/{case.request.pk}/")
    form = page.context["items"][0]["form"]
    assert (form.initial["choice"], form.initial["reason"]) == ("approve", "The purpose fits.")
    changed = a_vote(case, choice="deny", reason="On reflection, it does not fit.", denial_codes="purpose")
    assert client.post(votes_url(case), changed).status_code == 302
    assert [vote.choice for vote in Vote.objects.order_by("cast_at")] == ["approve", "deny"]
    entry = client.get(f"/review/{case.request.pk}/").context["items"][0]
    assert (entry["my_vote"].choice, [vote.choice for vote in entry["earlier"]]) == ("deny", ["approve"])
    kinds = list(timeline_of(case.item.pk).values_list("kind", flat=True))
    assert kinds == ["request.vote_cast", "request.vote_changed"]
    stories.vote(case, case.committee_setup.members[0], "deny")
    late = client.post(votes_url(case), a_vote(case))
    assert (late.status_code, late.context["moved"] != "") == (409, True)


def test_the_page_says_before_the_vote_what_it_does() -> None:
    """Case 15: it can decide, or it will; after it the page says that it did."""
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone

    def entry(who: Person) -> Any:
        return stories.client_for(who).get(f"/review/{case.request.pk}/").context["items"][0]

    assert entry(chair)["weight"] == ""
    stories.vote(case, first)
    assert entry(chair)["weight"] == what_my_vote_does(Weight.CAN)
    stories.vote(case, second, "deny")
    assert (entry(chair)["weight"], entry(chair)["is_last"]) == (what_my_vote_does(Weight.WILL), True)
    client = stories.client_for(chair)
    assert client.post(votes_url(case), a_vote(case)).status_code == 302
    said = str(next(iter(client.get(f"/review/{case.request.pk}/").context["messages"])))
    assert str(case.item.get_state_display()) in said


def test_a_vote_after_an_old_sign_in_shows_the_choice_and_loses_nothing() -> None:
    """Case 15: announced before, choice, conditions and reason shown on both pages, sent with one click."""
    case = stories.in_review()
    stories.vote(case, case.committee_setup.members[0], "conditional")
    condition = case.item.conditions.get()
    client = stories.client_for(case.committee_setup.chair, fresh=False)
    assert client.get(f"/review/{case.request.pk}/").context["asks_again"]
    sent = a_vote(case, choice="conditional", conditions=[str(condition.pk)])
    answer = client.post(votes_url(case), sent)
    expected = [str(Vote.Choice.CONDITIONAL.label), condition.text, "The purpose fits."]
    assert (answer.status_code, [text for _label, text in answer.context["chosen"]]) == (401, expected)
    page = client.get("/sign-in/continue/")
    assert [text for _label, text in page.context["chosen"]] == expected
    assert dict(page.context["fields"])["reason"] == "The purpose fits."
    assert not stories.client_for(case.committee_setup.chair).get(f"/review/{case.request.pk}/").context["asks_again"]


def test_a_condition_is_proposed_without_voting_and_nothing_typed_is_lost() -> None:
    """Case 6: the form comes back with everything that was filled in."""
    case = stories.in_review()
    client = stories.client_for(case.committee_setup.chair)
    sent = a_vote(case, act="propose", choice="", reason="So far so good.", new_condition="Report once a year.")
    answer = client.post(votes_url(case), sent)
    form = _refused_form(answer, case)
    condition = case.item.conditions.get()
    assert (answer.status_code, form.initial["reason"]) == (200, "So far so good.")
    assert form.initial["conditions"] == [str(condition.pk)]
    assert not Vote.objects.exists()
    empty = client.post(votes_url(case), a_vote(case, act="propose"))
    assert (empty.status_code, set(_refused_form(empty, case).errors)) == (422, {"new_condition"})
    adopt = a_vote(case, choice="conditional", conditions=[str(condition.pk)])
    assert client.post(votes_url(case), adopt).status_code == 302
    assert Vote.objects.get().adopts == [condition.pk]


def test_a_vote_is_confirmed_on_the_page() -> None:
    """Case 1: the button is there for whoever may confirm, and it decides."""
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    stories.vote(case, chair, "deny")
    stories.vote(case, first)
    requests.remove_committee_member(case.committee_setup.membership_of(second), reason="Left.", by=chair)
    stories.drain()
    url = f"/review/{case.request.pk}/items/{case.item.pk}/confirm/"
    shown = {who: stories.client_for(who).get(f"/review/{case.request.pk}/") for who in (chair, first)}
    assert [url in shown[who].content.decode() for who in (chair, first)] == [False, True]
    assert [shown[who].context["task"]["kind"] for who in (chair, first)] == ["with_others", "confirm"]
    assert [row["reference"] for row in stories.client_for(first).get("/review/").context["rows"]] == [
        case.request.reference
    ]
    seen = {"seen": str(shown[first].context["round"].pk)}
    assert stories.client_for(chair).post(url, seen).status_code == 403
    assert stories.client_for(first).post(url, {"seen": "nonsense"}).status_code == 409
    assert stories.client_for(first).post(url, seen).status_code == 302
    assert case.item.state == "denied"
