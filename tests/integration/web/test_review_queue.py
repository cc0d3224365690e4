"""Requests to review: the tabs, filters and export of the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands as requests
from apps.access_requests import review_figures, review_queue
from apps.access_requests.models import Item
from apps.access_requests.queries import decision_on, fetch_eligible_voters, listed_decision, visible_to
from apps.committees import commands as committees
from apps.core import clock
from apps.web.committee.queue import _decisions
from apps.web.committee.queue_rows import rows_of
from tests import stories

pytestmark = pytest.mark.django_db


def test_the_review_queue_shows_requests_with_votes_and_days() -> None:
    case = stories.in_review()
    page = stories.client_for(case.committee_setup.chair).get("/review/")
    assert page.status_code == 200
    text = page.content.decode()
    assert case.request.title in text
    row = page.context["rows"][0]
    assert (row["reference"], row["state"], row["late_words"] == "") == (case.request.reference, "in_review", True)
    assert row["votes"] in text
    assert f"/committees/{case.committee_setup.committee.slug}/manage/" in text


def test_the_review_queue_counts_as_the_decision_rule_does() -> None:
    committee_setup = stories.committee_setup(members=4)
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=committee_setup),
        members=[committee_setup.members[3]],
    )
    stories.vote(case, committee_setup.members[0])
    stories.vote(case, committee_setup.members[1], "deny")
    requests.recuse(case.request, reason="We publish together.", by=committee_setup.members[0])
    committees.add_member(committee_setup.committee, person=stories.person(), by=committee_setup.chair)
    chair = committee_setup.chair
    listed: Any = review_queue.with_items(review_queue.to_vote_of(chair), chair).get()
    in_queue = listed_decision(listed.for_committee[0])
    counted = decision_on(case.item, fetch_eligible_voters(case.item))
    assert (in_queue.eligible, in_queue.cast, in_queue.outcome) == (counted.eligible, counted.cast, counted.outcome)
    assert (in_queue.chair, in_queue.cast) == (str(chair.pk), 1)


def test_the_review_queue_is_for_committee_members() -> None:
    assert stories.client_for(stories.person()).get("/review/").status_code == 403


def test_nothing_vanishes_from_the_review_queue() -> None:
    """Case 21: a request is in exactly one tab at each stage, with a count; "to vote" only what can be voted on."""
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    chair = setup.chair
    client = stories.client_for(chair)

    def tabs() -> set[str]:
        found = set()
        for tab in ("to-check", "to-vote", "with-others", "with-applicant", "decided"):
            page = client.get(f"/review/?tab={tab}")
            rows = page.context["rows"]
            assert len(rows) == page.context["counts"][tab.replace("-", "_")]
            found |= {tab} if rows else set()
        return found

    case = stories.submitted(published_dataset=place)
    assert tabs() == {"to-check"}
    assert [row["reference"] for row in client.get("/review/").context["rows"]] == [case.request.reference]
    stories.in_review(case)
    assert tabs() == {"to-vote"}
    stories.vote(case, chair)
    assert tabs() == {"with-others"}
    stories.returned(case)
    assert tabs() == {"with-applicant"}
    assert case.question is not None
    requests.answer(case.question, text="All.", by=case.applicant)
    stories.decided(stories.in_review(stories.submitted(case)))
    assert tabs() == {"decided"}
    withdrawn = stories.submitted(published_dataset=place)
    requests.withdraw(withdrawn.request, by=withdrawn.applicant)
    rows = client.get("/review/?tab=decided").context["rows"]
    assert {row["reference"] for row in rows} == {case.request.reference, withdrawn.request.reference}


def test_to_vote_holds_only_what_this_member_can_vote_on() -> None:
    """Case 21: not for members who joined later, are part of it or are recused; recused members see it nowhere."""
    setup = stories.committee_setup(members=3)
    place = stories.published_dataset(committee_setup=setup)
    case = stories.in_review(published_dataset=place, members=[setup.members[0]])
    late = stories.person()
    committees.add_member(setup.committee, person=late, by=setup.chair)
    requests.recuse(case.request, reason="We publish together.", by=setup.members[1])
    expected = {setup.chair: {"to_vote"}, late: {"with_others"}, setup.members[0]: set(), setup.members[1]: set()}
    for who, stages in expected.items():
        counts = stories.client_for(who).get("/review/").context["counts"]
        assert {stage for stage, n in counts.items() if n} == stages
    assert not visible_to(setup.members[1]).exists()


def test_the_review_queue_is_filtered_sorted_and_exported() -> None:
    setup, other = stories.committee_setup(), stories.committee_setup()
    mine = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    theirs = stories.in_review(published_dataset=stories.published_dataset(committee_setup=other))
    committees.add_member(other.committee, person=setup.chair, by=other.chair)
    client = stories.client_for(setup.chair)

    def found(query: str) -> list[str]:
        return [row["reference"] for row in client.get(f"/review/?{query}").context["rows"]]

    assert found(f"q={mine.request.reference}") == [mine.request.reference]
    assert found(f"q={mine.published_dataset.dataset.title[:9]}") == [mine.request.reference]
    assert found("q=nothing-like-it") == []
    assert found("due=overdue") == []
    assert found("due=week") == found("due=none") == []
    for days, filters in ((-1, "due=overdue"), (0, "due=week"), (7, "due=week"), (None, "due=none")):
        due = None if days is None else clock.today() + timedelta(days=days)
        Item.objects.filter(request=mine.request).update(due_on=due)
        assert {one for one in ("due=overdue", "due=week", "due=none") if found(one)} == {filters}
    assert found(f"tab=with-others&committee={other.committee.slug}") == [theirs.request.reference]
    answer = client.get("/review/?export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), mine.request.reference in lines[1]) == (2, True)


TABS = ("to-check", "to-vote", "with-others", "with-applicant", "decided")


def test_the_review_queue_takes_eight_statements_however_much_waits() -> None:
    """Issue 11, Speed: on each tab, with a filter, and the same for two cases as for eight. Views are shown too."""
    setup = stories.committee_setup()
    place = stories.published_dataset(committee_setup=setup)
    client = stories.client_for(setup.chair)
    begin = {"to-check": stories.submitted, "with-applicant": stories.returned, "decided": stories.decided}
    addresses = [f"/review/?tab={tab}{more}" for tab in TABS for more in ("", "&q=GH")]
    requests.save_view(name="Late", query="tab=to-vote&due=overdue", is_default=False, by=setup.chair)
    costs: list[list[int]] = []
    for n in (1, 2):
        for tab in TABS:
            case = begin.get(tab, stories.in_review)(published_dataset=place)
            if tab == "with-others":
                stories.vote(case, setup.chair)
        client.get("/review/")
        costs.append([])
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                page = client.get(address)
            assert "&" in address or len(page.context["rows"]) == n
            costs[-1].append(sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE")) for one in seen))
    assert costs[0] == costs[1] and max(costs[1]) <= 8, costs


@pytest.mark.parametrize("tab", ["to-check", "to-vote", "with-others"])
def test_what_waits_for_a_vote_is_found_once_for_a_page(tab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the tab, the counts and the overdue ones together; besides, by the navigation and by the rows that are shown.

    The control, a queue too long for this, finds them again, and the page is the same.
    """
    case = stories.in_review()
    Item.objects.filter(request=case.request).update(due_on=clock.today() - timedelta(days=1))
    client = stories.client_for(case.committee_setup.chair)

    def page() -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as statements:
            context = client.get(f"/review/?tab={tab}").context
        asked = sum(one["sql"].count("CARDINALITY") for one in statements if "asked_to_confirm" in one["sql"])
        return asked, (context["counts"], context["overdue"])

    page()
    once, counts = page()
    assert once <= 3 and (counts[0]["to_vote"], counts[0]["with_others"], counts[1]) == (1, 0, 1)
    monkeypatch.setattr(review_figures, "EXACT_UP_TO", 0)
    again, same = page()
    assert again >= once + 2 and same == counts


def test_the_decision_filter_lists_each_outcome_once() -> None:
    case = stories.submitted()
    requests.withdraw(case.request, by=case.applicant)
    client = stories.client_for(case.committee_setup.chair)
    labels = [str(option.label) for option in _decisions([])]
    assert len(set(labels)) == len(labels) == 4
    found = {
        one: len(client.get(f"/review/?tab=decided&decision={one}").context["rows"]) for one in ("withdrawn", "denied")
    }
    assert found == {"withdrawn": 1, "denied": 0}


def test_after_an_undo_the_queue_offers_only_what_a_vote_can_do() -> None:
    """Nobody confirms while a voter has not voted; who undid the decision knows the choices and waits for another."""
    setup = stories.committee_setup(undo_minutes=10)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=setup))
    first, second = setup.chair, setup.members[0]
    for voter in (first, second):
        stories.vote(case, voter, "approve")
    requests.undo_decision(case.reload().item, why="A wrong button.", by=second)
    said = {}
    for voter in (first, second):
        listed = review_queue.with_items(review_queue.to_vote_of(voter), voter)
        said[voter] = rows_of(listed)[0]["action"]
    assert len(set(said.values())) == 2, "the other can change their vote, who undid it cannot decide"
