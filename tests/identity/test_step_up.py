"""T29: what needs a sign-in of the last ten minutes does not happen without it, and happens after it as typed."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from apps.access_requests.models import Round, Vote
from apps.agreements.models import Agreement
from apps.core import clock
from apps.datasets.models import Version
from apps.datasets.queries import role_holders_of
from apps.grants.models import AccessGrant
from apps.identity.oidc.authorize import SESSION
from apps.people.models import Person
from apps.tokens.models import PersonalToken
from tests import stories

pytestmark = pytest.mark.django_db
REASON = "The purpose fits the data & the law."
Deed = tuple[Person, str, dict[str, str], Callable[[], int]]


def a_vote() -> Deed:
    case = stories.in_review()
    seen = Round.objects.filter(request=case.request).order_by("-number").first()
    fields = {"seen": str(seen.pk if seen else ""), "choice": "approve", "reason": REASON, "new_condition": ""}
    return (
        case.committee_setup.members[0],
        reverse("vote", args=[case.request.pk, case.item.pk]),
        fields,
        Vote.objects.count,
    )


def a_revocation() -> Deed:
    access = stories.granted()
    path = reverse("grant_revoke", args=[access.grant.pk])
    revoked = AccessGrant.objects.filter(revoked_at__isnull=False)
    return access.agreement_setup.owner, path, {"scope": "access", "reason": REASON}, lambda: revoked.all().count()


def a_token() -> Deed:
    fields = {"name": "my script", "scopes": "read", "days": "30"}
    return stories.person(), reverse("tokens"), fields, PersonalToken.objects.count


def a_role() -> Deed:
    published_dataset, helper = stories.published_dataset(), stories.person()
    path, before = (
        reverse("dataset_people", args=[published_dataset.dataset.slug]),
        len(role_holders_of(published_dataset.dataset)),
    )
    fields = {"code": helper.code, "role": "steward_dataset"}
    return published_dataset.owner, path, fields, lambda: len(role_holders_of(published_dataset.dataset)) - before


def a_member() -> Deed:
    committee_setup, member = stories.committee_setup(), stories.person()
    path = reverse("committee_manage", args=[committee_setup.committee.slug])
    return committee_setup.chair, path, {"action": "add", "code": member.code}, lambda: member.members.count()


def a_termination() -> Deed:
    agreement_setup = stories.granted().agreement_setup
    path = reverse("agreement_terminate", args=[agreement_setup.agreement.pk])
    ended = Agreement.objects.filter(state="terminated")
    return agreement_setup.owner, path, {"reason": REASON}, lambda: ended.all().count()


def a_withdrawal() -> Deed:
    published_dataset = stories.published_dataset()
    path = reverse("version_withdraw", args=[published_dataset.dataset.slug, 1])
    gone = Version.objects.filter(withdrawn_at__isnull=False)
    return published_dataset.owner, path, {"reason": REASON}, lambda: gone.all().count()


def a_closed_account() -> Deed:
    person = stories.person()
    closed = Person.objects.filter(pk=person.pk, is_active=False)
    return stories.operator(), reverse("person_close", args=[person.code]), {"reason": REASON}, closed.count


DEEDS: dict[str, Callable[[], Deed]] = {
    "vote": a_vote,
    "revoke": a_revocation,
    "token": a_token,
    "role": a_role,
    "membership": a_member,
    "terminate": a_termination,
    "withdraw": a_withdrawal,
    "close account": a_closed_account,
}


def proved(client: Client, ago: timedelta) -> None:
    """The browser's person proved who they are so long ago."""
    session = client.session
    session[SESSION] = session[SESSION] | {"auth_time": int((clock.now() - ago).timestamp())}
    session.save()


@pytest.mark.parametrize("name", DEEDS)
def test_t29_it_waits_for_a_fresh_sign_in_and_then_goes_through_as_typed(name: str) -> None:
    by, path, fields, done = DEEDS[name]()
    client = stories.client_for(by)
    proved(client, timedelta(minutes=10, seconds=5))
    once = {"_once": str(uuid4())}
    answer = client.post(path, fields | once, headers={"Referer": "http://testserver/account/"})
    assert answer.status_code == 401
    assert done() == 0
    assert "/oidc/authenticate/?next=%2Fsign-in%2Fcontinue%2F&again=1" in unescape(answer.content.decode())
    proved(client, timedelta())
    page = client.get(reverse("sign_in_continue"))
    assert done() == 0  # coming back sends nothing
    form = _form(page, path)
    assert {key: value for key, value in form.items() if key != "csrfmiddlewaretoken"} == fields | once
    assert client.post(path, form).status_code in {200, 302}
    assert done() == 1
    assert client.get(reverse("sign_in_continue")).status_code == 302  # and it is kept no longer


@pytest.mark.parametrize("name", DEEDS)
def test_t29_a_sign_in_of_nine_minutes_ago_will_do(name: str) -> None:
    by, path, fields, done = DEEDS[name]()
    client = stories.client_for(by)
    proved(client, timedelta(minutes=9))
    assert client.post(path, fields).status_code in {200, 302}
    assert done() == 1


def test_t29_a_session_without_the_moment_of_its_proof_is_never_fresh() -> None:
    client = stories.client_for(stories.person())
    session = client.session
    del session[SESSION]
    session.save()
    assert client.post(reverse("tokens"), {"name": "x", "scopes": "read", "days": "1"}).status_code == 401
    assert not PersonalToken.objects.exists()


def test_what_is_very_long_is_not_kept_and_the_page_says_so() -> None:
    client = stories.client_for(stories.person(), fresh=False)
    answer = client.post(reverse("tokens"), {"name": "x" * 200_000})
    assert answer.status_code == 401
    assert "Repeat the action after you sign in." in answer.content.decode()
    assert "kept_form" not in client.session


def test_nothing_kept_leads_home() -> None:
    client = stories.client_for(stories.person())
    assert client.get(reverse("sign_in_continue"))["Location"] == "/"


def _form(answer: Any, path: str) -> dict[str, str]:
    """The fields of the page's form for this address."""

    class Inputs(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "form":
                self.inside = given.get("action") == path
            if tag == "input" and self.inside:
                found[str(given["name"])] = given.get("value") or ""

    found: dict[str, str] = {}
    Inputs().feed(answer.content.decode())
    return found
