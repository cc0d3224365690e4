"""Reasons for a denial: chosen with the vote, carried by the decision, shown to the applicant."""

from typing import Any

import pytest

from apps.access_requests import commands as requests
from apps.access_requests import denials
from apps.access_requests.models import Round
from apps.core.errors import Invalid
from tests import stories


@pytest.mark.parametrize(
    ("choice", "codes", "wrong"),
    [
        ("deny", ["purpose"], set()),
        ("deny", ["purpose", "other"], set()),
        ("deny", [], {"denial_codes"}),
        ("deny", ["nonsense"], {"denial_codes"}),
        ("approve", [], set()),
        ("approve", ["purpose"], {"choice"}),
    ],
)
def test_a_vote_to_deny_and_no_other_has_reasons_from_the_list(choice: str, codes: list[str], wrong: set[str]) -> None:
    assert set(denials.wrong_codes(choice, codes)) == wrong


def test_reasons_keep_the_order_of_the_list_and_are_named_once() -> None:
    codes = ["other", "purpose", "other", "unknown"]
    assert denials.in_order(codes) == ["purpose", "other"]
    assert len(denials.labels(codes)) == 2


def cast(case: stories.Case, by: Any, *codes: str, choice: str = "deny") -> None:
    seen = Round.objects.get(request=case.request, closed_at__isnull=True)
    said = {"choice": choice, "reason": "So.", "denial_codes": codes}
    requests.vote(case.item, seen=seen, signed_in=stories.fresh_sign_in(), by=by, **said)


@pytest.mark.django_db
def test_a_denial_carries_the_reasons_of_the_votes_that_won() -> None:
    case = stories.in_review()
    chair, first, second = case.committee_setup.everyone
    cast(case, first, choice="approve")
    cast(case, chair, "other", "purpose")
    cast(case, second, "safeguards")
    item = case.reload().item
    assert (item.state, item.denial_codes) == ("denied", ["purpose", "safeguards", "other"])
    page = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/")
    assert [row["reasons"] for row in page.context["denied"]] == [denials.labels(item.denial_codes)]
    stories.drain()
    note = case.applicant.notifications.get(kind="request.item_decided")
    assert all(reason.split()[0] in note.body for reason in denials.labels(item.denial_codes))


@pytest.mark.django_db
def test_a_vote_to_deny_without_a_reason_from_the_list_is_not_recorded() -> None:
    case = stories.in_review()
    with pytest.raises(Invalid) as refused:
        cast(case, case.committee_setup.chair)
    assert set(refused.value.fields) == {"denial_codes"}
    assert not case.item.votes.exists()
