"""A state in words: values are filled in, what is missing leaves its sentence out; and where each action is done."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from apps.access_requests.models import AccessRequest
from apps.agreements.models import Agreement
from apps.committees.models import Committee
from apps.datasets.models import Version
from apps.grants.access_state.kinds import AccessState, Action, Do, State
from apps.grants.access_state.places import PLACES, href_of, place_of
from apps.grants.access_state.words import LABELS, WORDS, day, days_left, label, said, words_of
from apps.grants.models import AccessGrant
from tests.unit.grants.unsaved import DAY, NOW, dataset, person, request

FULL: dict[str, Any] = {
    "since": datetime(2026, 8, 10, 12, tzinfo=UTC), "until": datetime(2027, 1, 2, 12, tzinfo=UTC),
    "last_day": date(2027, 1, 1), "due": date(2026, 10, 5), "waiting_for": ("First Name", "Second Name"),
    "by": "Some Body", "reason": "Some reason.", "number": 2,
}  # fmt: skip


def full(state: State, cause: str = "", **how: Any) -> AccessState:
    data = dataset()
    more = {"dataset": data, "request": request(person()), "version": Version(dataset=data, number=7), **FULL, **how}
    return AccessState(state, NOW, cause=cause, **more)


@pytest.mark.parametrize(("state", "cause"), WORDS)
def test_a_state_of_which_all_is_known_says_all_its_sentences(state: State, cause: str) -> None:
    found = said(full(state, cause, action=Action(Do.WHY)))
    assert len(found.sentences) == len(WORDS[state, cause].sentences)
    assert "%(" not in found.badge + "".join(found.sentences)
    assert found.badge == label(full(state, cause))
    assert found.icon == WORDS[state, cause].icon
    assert found.tone == full(state, cause).tone
    assert found.button == str(LABELS[Do.WHY])
    assert said(full(state, cause)).button == ""


def test_a_cause_without_words_of_its_own_has_those_of_the_state() -> None:
    assert words_of(full(State.ACTIVE, "anything")) == WORDS[State.ACTIVE, ""]
    assert words_of(full(State.ACTIVE, "several")) == WORDS[State.ACTIVE, "several"]


def test_each_value_is_filled_in() -> None:
    values = said(full(State.ACTIVE)).values
    assert dict(values) == {
        "since": "10 Aug 2026", "until": "2 Jan 2027", "last": "1 Jan 2027", "due": "5 Oct 2026",
        "who": "First Name, Second Name", "by": "Some Body", "reason": "Some reason.", "project": "Recurrence",
        "dataset": "Scans", "version": "7", "number": "2", "questions": values["questions"],
    }  # fmt: skip
    assert values["questions"].startswith("2 ")
    assert said(full(State.ACTIVE, number=1)).values["questions"].startswith("1 ")
    without = said(AccessState(State.ACTIVE, NOW)).values
    assert {name for name, value in without.items() if value} == {"number", "questions"}


def test_a_project_without_a_title_has_its_reference() -> None:
    nameless = AccessRequest(applicant=person(), state="decided", created_at=NOW)
    assert said(full(State.ACTIVE, request=nameless)).values["project"] == nameless.reference != ""


def test_a_sentence_whose_value_is_missing_is_left_out() -> None:
    unknown = said(full(State.SUSPENDED, by=""))
    assert len(unknown.sentences) == len(said(full(State.SUSPENDED)).sentences) - 1
    assert said(AccessState(State.SUSPENDED, NOW)).badge == said(full(State.SUSPENDED, "further")).badge
    assert said(AccessState(State.SUSPENDED, NOW)).badge != said(AccessState(State.REVOKED, NOW)).badge
    assert said(AccessState(State.REVOKED, NOW)).badge == said(AccessState(State.ENDED, NOW)).badge


def test_a_day_is_that_of_the_readers_time_zone() -> None:
    evening = datetime(2026, 8, 10, 23, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        assert day(evening) == "11 Aug 2026"
        assert day(evening.date()) == "10 Aug 2026"
    assert day(None) == ""


def test_the_days_left_are_said_of_active_access() -> None:
    active = AccessState(State.ACTIVE, NOW, last_day=(NOW + 23 * DAY).date())
    with translation.override("en"):
        assert days_left(active).startswith("23 ")
        assert days_left(replace(active, last_day=(NOW + DAY).date())).startswith("1 ")
        today = days_left(replace(active, last_day=NOW.date()))
        assert today and not today[0].isdigit()
    assert days_left(replace(active, state=State.ENDED)) == ""
    assert days_left(replace(active, last_day=None)) == ""


# ------------------------------------------------------------------------------------------------- where it is done
ID = UUID(int=7)
DATA = dataset()
ON: dict[Do, Any] = {
    Do.VIEW_COMMITTEE: Committee(slug="scans"), Do.VIEW_CURRENT: Version(dataset=DATA, number=3),
    **dict.fromkeys((Do.SIGN, Do.COUNTERSIGN, Do.VIEW_AGREEMENT), Agreement(pk=ID)),
    **dict.fromkeys((Do.DOWNLOAD, Do.VIEW_ACCESS), AccessGrant(pk=ID)),
    **dict.fromkeys(
        (Do.REQUEST_AGAIN, Do.REVISE, Do.RENEW, Do.CONTINUE_DRAFT, Do.ANSWER, Do.VIEW_REQUEST), AccessRequest(pk=ID)
    ),
}  # fmt: skip
PAGES: dict[Do, str] = {
    Do.ASK_OFFICIAL: reverse("account") + "#affiliations", Do.CONTINUE_DRAFT: reverse("request_edit", args=[ID]),
    Do.ANSWER: reverse("request_page", args=[ID]) + "#questions", Do.VIEW_REQUEST: reverse("request_page", args=[ID]),
    Do.DOWNLOAD: reverse("grant_page", args=[ID]) + "#files", Do.VIEW_ACCESS: reverse("grant_page", args=[ID]),
    Do.VIEW_CURRENT: reverse("dataset_version", args=["scans", 3]), Do.WHY: reverse("your_access", args=["scans"]),
    Do.VIEW_COMMITTEE: reverse("committee_page", args=["scans"]),
    **dict.fromkeys((Do.SIGN, Do.COUNTERSIGN, Do.VIEW_AGREEMENT), reverse("agreement_page", args=[ID])),
}  # fmt: skip


@pytest.mark.parametrize("code", PAGES)
def test_an_action_is_done_on_its_page(code: Do) -> None:
    place = place_of(Action(code, ON.get(code, DATA)))
    assert place is not None
    assert (place.href, place.post, dict(place.fields)) == (PAGES[code], False, {})
    assert href_of(Action(code, ON.get(code, DATA))) == PAGES[code]


def test_the_files_of_a_dataset_without_a_grant_are_on_its_page() -> None:
    assert href_of(Action(Do.DOWNLOAD, DATA)) == reverse("dataset", args=["scans"]) + "#files"


@pytest.mark.parametrize(
    ("code", "back", "factor"),
    [
        (Do.SIGN_IN, reverse("dataset", args=["scans"]), None),
        (Do.SIGN_IN_AGAIN, reverse("dataset", args=["scans"]), None),
        (Do.SIGN_IN_TO_REQUEST, reverse("request_begin", args=["scans"]), None),
        (Do.SECOND_FACTOR, reverse("dataset", args=["scans"]), ["1"]),
    ],
)
def test_a_sign_in_comes_back_to_what_it_was_for(code: Do, back: str, factor: list[str] | None) -> None:
    parts = urlsplit(href_of(Action(code, DATA)))
    assert parts.path == reverse("oidc_authentication_init")
    assert (parse_qs(parts.query)["next"], parse_qs(parts.query).get("factor")) == ([back], factor)


def test_the_terms_come_back_to_the_dataset() -> None:
    assert href_of(Action(Do.ACCEPT_TERMS, DATA)) == f"{reverse('terms')}?next={reverse('dataset', args=['scans'])}"


def test_a_new_request_is_sent_by_a_form_and_begun_on_a_page_by_a_link() -> None:
    place = place_of(Action(Do.REQUEST_ACCESS, DATA))
    assert place is not None
    assert (place.href, place.post, dict(place.fields)) == (reverse("request_new"), True, {"dataset": "scans"})
    assert href_of(Action(Do.REQUEST_ACCESS, DATA)) == reverse("request_begin", args=["scans"])
    ways = {Do.REQUEST_AGAIN: "request_copy", Do.REVISE: "request_revise", Do.RENEW: "request_copy"}
    for code, way in ways.items():
        copy = place_of(Action(code, ON[code]))
        assert copy is not None
        assert (copy.href, copy.post, dict(copy.fields)) == (reverse(way, args=[ID]), True, {})
        assert href_of(Action(code, ON[code])) == reverse("request_page", args=[ID])


def test_without_an_action_there_is_no_place() -> None:
    assert (place_of(None), href_of(None)) == (None, "")
    assert set(PLACES) == set(Do)
