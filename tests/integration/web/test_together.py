"""Several equal requests on one page: one vote each, in its own transaction, and nothing is counted twice."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.access_requests.models import Membership, Vote
from apps.people.models import Person
from tests import stories

pytestmark = pytest.mark.django_db
HEALTH = {"version": 1, "kind": "health", "methods": False, "ancestry": False, "sensitive": []}


def waiting(place: stories.PublishedDataset, how_many: int, **purpose: Any) -> list[stories.Case]:
    """So many requests in review for the dataset, for one purpose."""
    found = []
    for _n in range(how_many):
        case = stories.draft(published_dataset=place)
        case.request = requests.change(case.request, by=case.applicant, research_purpose=HEALTH | purpose)
        found.append(stories.in_review(stories.submitted(case)))
    return found


def page_of(client: Any, cases: list[stories.Case]) -> Any:
    return client.get(reverse("decide_together"), {"case": [str(one.request.pk) for one in cases]})


def votes(cases: list[stories.Case], page: Any, **changes: Any) -> dict[str, Any]:
    """What the form sends: a vote and a reason of its own for each request."""
    sent: dict[str, Any] = {"act": "vote", "_once": str(uuid4()), "dataset": str(page.context["dataset"].pk)}
    sent["case"] = [str(one.request.pk) for one in cases]
    for number, one in enumerate(cases):
        name = one.item.pk.hex[:12]
        seen = str(one.request.rounds.get(closed_at=None).pk)
        sent |= {f"{name}-choice": "approve", f"{name}-reason": f"Reason {number}.", f"{name}-seen": seen}
    return sent | changes


def cast_by(person: Person) -> list[str]:
    return sorted(Vote.objects.filter(voter=person).values_list("reason", flat=True))


def test_each_request_gets_a_vote_and_a_reason_of_its_own_once() -> None:
    place = stories.published_dataset()
    chair, first = place.committee_setup.everyone[:2]
    cases = waiting(place, 2)
    stories.vote(cases[0], first)
    client = stories.client_for(chair)
    page = page_of(client, cases)
    assert [one["reference"] for one in page.context["cases"]] == [one.request.reference for one in cases]
    sent = votes(cases, page)
    assert client.post(reverse("decide_together"), sent).status_code == 302
    assert client.post(reverse("decide_together"), sent).status_code == 302  # the same form again
    assert cast_by(chair) == ["Reason 0.", "Reason 1."]
    assert [one.item.state for one in cases] == ["approved", "open"]
    assert page_of(client, cases).context["cases"] == []


def test_what_changed_meanwhile_is_refused_by_itself_and_the_others_count() -> None:
    place = stories.published_dataset(committee_setup=stories.committee_setup(members=3))
    chair, first, second = place.committee_setup.everyone[:3]
    good, decided, undeclared, returned, recused = cases = waiting(place, 5)
    client = stories.client_for(chair)
    sent = votes(cases, page_of(client, cases))
    assert len(page_of(client, cases).context["cases"]) == 5
    stories.vote(decided, first, "deny")
    stories.vote(decided, second, "deny")
    stories.vote(decided, place.committee_setup.everyone[3], "deny")
    Membership.objects.create(request=undeclared.request, person=stories.person())  # nobody has declared about them
    requests.request_changes(returned.request, text="Which?", by=first)
    requests.recuse(recused.request, reason="We publish together.", by=chair)
    answer = client.post(reverse("decide_together"), sent)
    assert answer.status_code == 409
    named = {one["reference"] for one in answer.context["refused"]}
    assert named == {one.request.reference for one in (decided, undeclared, returned)}  # not the recused one
    assert undeclared.request.title not in answer.content.decode()
    assert cast_by(chair) == ["Reason 0."] and good.item.state == "open"
    assert answer.context["done"] == 1
    again = client.post(reverse("decide_together"), sent)
    assert (again.status_code, again.context["done"], cast_by(chair)) == (409, 1, ["Reason 0."])


def test_a_vote_on_an_earlier_round_and_an_answer_that_differs_are_refused() -> None:
    place = stories.published_dataset()
    chair = place.committee_setup.chair
    cases = waiting(place, 2)
    (other,) = waiting(place, 1, methods=True)
    client = stories.client_for(chair)
    page = page_of(client, [*cases, other])
    assert [one["reference"] for one in page.context["left_out"]] == [other.request.reference]
    old = {f"{cases[0].item.pk.hex[:12]}-seen": str(uuid4())}
    answer = client.post(reverse("decide_together"), votes(cases, page, **old))
    assert [one["reference"] for one in answer.context["refused"]] == [cases[0].request.reference]
    assert answer.context["refused"][0]["typed"] == "Reason 0." and cast_by(chair) == ["Reason 1."]


def test_a_missing_reason_casts_nothing_and_the_common_text_fills_what_is_empty() -> None:
    place = stories.published_dataset()
    chair, cases = place.committee_setup.chair, waiting(place, 2)
    client = stories.client_for(chair)
    page = page_of(client, cases)
    empty, full = (f"{one.item.pk.hex[:12]}-reason" for one in cases)
    sent = votes(cases, page, **{empty: "", "common_reason": "As for the others."})
    assert client.post(reverse("decide_together"), sent).status_code == 422
    copied = client.post(reverse("decide_together"), sent | {"act": "copy"})
    values = {f.html_name: f.value() for one in copied.context["cases"] for f in one["form"]}
    assert (values[empty], values[full], cast_by(chair)) == ("As for the others.", "Reason 1.", [])
    stale = stories.client_for(chair, fresh=False).post(reverse("decide_together"), sent)
    assert stale.status_code == 401 and cast_by(chair) == []


def test_the_page_costs_the_same_for_more_requests(django_assert_max_num_queries: Any) -> None:
    place = stories.published_dataset()
    client, cases = stories.client_for(place.committee_setup.chair), waiting(place, 4)
    page_of(client, cases[:2])
    with django_assert_max_num_queries(22):
        page_of(client, cases[:2])
    with django_assert_max_num_queries(22):
        assert len(page_of(client, cases).context["cases"]) == 4
