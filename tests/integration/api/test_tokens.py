"""Who may call: tokens, their scopes, and nothing else."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.identity.commands.identities import deactivate
from apps.tokens.commands.tokens import revoke_token
from apps.tokens.models import PersonalToken
from tests import stories
from tests.integration.api.calls import ROOT, Caller, refused

pytestmark = pytest.mark.django_db
SCOPES = ("read", "request", "download", "publish", "review", "vote")
# method, path (ids are filled in), the scope it needs, whether visitors may
CALLS = [
    ("GET", "/datasets", "read", True),
    ("GET", "/datasets/{slug}", "read", True),
    ("GET", "/datasets/{slug}/why", "read", True),
    ("GET", "/me", "read", False),
    ("GET", "/grants", "read", False),
    ("GET", "/agreements", "read", False),
    ("GET", "/agreements/{agreement}", "read", False),
    ("GET", "/requests", "read", False),
    ("GET", "/requests/{request}", "read", False),
    ("POST", "/requests", "request", False),
    ("PATCH", "/requests/{request}", "request", False),
    ("POST", "/requests/{request}/submit", "request", False),
    ("POST", "/requests/{request}/withdraw", "request", False),
    ("POST", "/requests/{request}/questions/{request}/answer", "request", False),
    ("POST", "/requests/{request}/appeal", "request", False),
    ("POST", "/requests/{request}/appeal/withdraw", "request", False),
    ("POST", "/requests/{request}/revise", "request", False),
    ("GET", "/requests/{request}/rounds/1", "read", False),
    ("GET", "/requests/{request}/rounds/1/pdf", "read", False),
    ("POST", "/requests/import", "request", False),
    ("GET", "/requests/{request}/invitations", "read", False),
    ("POST", "/requests/{request}/invitations", "request", False),
    ("POST", "/requests/{request}/invitations/{invitation}/withdraw", "request", False),
    ("GET", "/invitations", "read", False),
    ("POST", "/invitations/{request}/confirm", "request", False),
    ("POST", "/invitations/{request}/decline", "request", False),
    ("GET", "/requests/{request}/documents", "read", False),
    ("POST", "/requests/{request}/documents", "request", False),
    ("DELETE", "/requests/{request}/documents/{document}", "request", False),
    ("GET", "/requests/{request}/documents/{document}/content", "read", False),
    ("POST", "/requests/{request}/conditions/{condition}/report", "request", False),
    ("GET", "/requests/{request}/messages", "read", False),
    ("POST", "/requests/{request}/messages", "request", False),
    ("GET", "/committees", "read", True),
    ("GET", "/committees/{committee}", "read", True),
    ("GET", "/committees/{committee}/forms", "read", False),
    ("GET", "/forms/{form}", "read", False),
    ("GET", "/reviews", "review", False),
    ("GET", "/reviews/{request}", "review", False),
    ("GET", "/reviews/{request}/messages", "review", False),
    ("POST", "/reviews/{request}/messages", "review", False),
    ("POST", "/reviews/{request}/accept", "vote", False),
    ("POST", "/reviews/{request}/return", "vote", False),
    ("POST", "/reviews/{request}/datasets/{slug}/vote", "vote", False),
    ("POST", "/reviews/{request}/datasets/{slug}/confirm", "vote", False),
    ("GET", "/reviews/{request}/declaration", "review", False),
    ("POST", "/reviews/{request}/declare", "vote", False),
    ("POST", "/reviews/{request}/recuse", "vote", False),
    ("POST", "/reviews/{request}/datasets/{slug}/undo", "vote", False),
    ("POST", "/reviews/{request}/due-date/{committee}", "vote", False),
    ("POST", "/reviews/{request}/checklist/{committee}/{number}", "vote", False),
    ("POST", "/reviews/{request}/reports/{report}/accept", "vote", False),
    ("POST", "/reviews/{request}/reports/{report}/send-back", "vote", False),
    ("GET", "/reviews/{request}/documents/{document}/content", "review", False),
    ("GET", "/committees/{committee}/approval-rules", "review", False),
    ("POST", "/committees/{committee}/approval-rules", "vote", False),
    ("GET", "/committees/{committee}/approval-rules/{rule}", "review", False),
    ("POST", "/committees/{committee}/approval-rules/{rule}/run", "vote", False),
    ("POST", "/committees/{committee}/approval-rules/{rule}/agree", "vote", False),
    ("POST", "/committees/{committee}/approval-rules/{rule}/pause", "vote", False),
    ("POST", "/committees/{committee}/approval-rules/{rule}/end", "vote", False),
    ("GET", "/committees/{committee}/approvals", "review", False),
    ("POST", "/committees/{committee}/approvals/{rule}", "vote", False),
    ("GET", "/committees/{committee}/deputies", "review", False),
    ("POST", "/committees/{committee}/deputies", "vote", False),
    ("POST", "/committees/{committee}/deputies/{rule}/end", "vote", False),
    ("PATCH", "/datasets/{slug}", "publish", False),
    ("POST", "/datasets/{slug}/versions/{number}/publish", "publish", False),
    ("POST", "/files/{file}/links", "download", True),
    ("GET", "/files/{file}/content", "download", True),
]


@pytest.fixture
def world() -> stories.Access:
    return stories.granted()


def filled(path: str, world: stories.Access) -> str:
    return path.format(
        slug=world.published_dataset.dataset.slug, request=world.case.request.pk,
        number=1, file=world.file.pk, agreement=world.agreement_setup.agreement.pk,
        committee=world.case.committee_setup.committee.slug, form=world.file.pk, document=world.file.pk,
        condition=world.file.pk, report=world.file.pk, rule=world.file.pk, invitation=world.file.pk,
    )  # fmt: skip


@pytest.mark.parametrize(("method", "path", "scope", "visitors"), CALLS)
def test_each_call_needs_its_scope_and_says_so(
    method: str, path: str, scope: str, visitors: bool, world: stories.Access
) -> None:
    """T48: a token opens what it was made for; 403 names the missing scope, 401 asks for a token."""
    path = filled(path, world)
    others = Caller(world.holder, *[each for each in SCOPES if each != scope])
    answer = others.send(method, path, {} if method != "GET" else None)
    assert scope in refused(answer, 403, "scope")["detail"]
    assert f'scope="{scope}"' in answer["WWW-Authenticate"]

    nobody = Caller(None).send(method, path, {} if method != "GET" else None)
    if visitors:
        assert nobody.status_code != 401
    else:
        refused(nobody, 401, "token")
        assert nobody["WWW-Authenticate"].startswith("Bearer")

    chair = world.case.committee_setup.chair
    people = {"publish": world.owner, "review": chair, "vote": chair}
    right = Caller(people.get(scope, world.holder), scope).send(method, path, {} if method != "GET" else None)
    assert right.status_code not in {401, 403}, right.content


def test_every_operation_is_in_the_list_above() -> None:
    listed = {(method, path.replace("/questions/{request}", "/questions/{question}")) for method, path, *_ in CALLS}
    names = {"{agreement}": "{pk}", "{request}": "{pk}", "{file}": "{pk}", "/rounds/1": "/rounds/{number}"}
    names |= {"{committee}": "{slug}", "{form}": "{version}", "{rule}": "{pk}"}
    for old, new in names.items():
        listed = {(method, path.replace(old, new)) for method, path in listed}
    described = Client().get(f"{ROOT}/openapi.json").json()["paths"]
    found = {(verb.upper(), path.removeprefix(ROOT)) for path, verbs in described.items() for verb in verbs}
    assert found == listed


@pytest.mark.parametrize("path", ["/datasets", "/me"])
def test_a_dead_token_opens_nothing_not_even_what_is_open(path: str) -> None:
    """T48: revoked = next request; a script whose token died learns it instead of reading as a stranger."""
    caller = Caller(stories.person(), "read")
    assert caller.get(path).status_code == 200
    token = PersonalToken.objects.get()
    revoke_token(token, by=token.person)
    answer = caller.get(path)
    refused(answer, 401, "token")
    assert "invalid_token" in answer["WWW-Authenticate"]


def test_a_token_ends_with_its_time_and_with_its_person() -> None:
    caller = Caller(stories.person(), "read")
    PersonalToken.objects.update(created_at="2020-01-01T00:00Z", expires_at="2020-01-02T00:00Z")
    refused(caller.get("/me"), 401)
    other = Caller(stories.person(), "read")
    deactivate(other.person, by=stories.operator())
    refused(other.get("/me"), 401)


@pytest.mark.parametrize("shown", ["Basic YTpi", "Bearer", "Bearer ", "bearer gh_wrong", "gh_x", "Bearer \xff\xfe"])
def test_what_is_no_token_is_refused(shown: str) -> None:
    refused(Client().get(f"{ROOT}/datasets", headers={"Authorization": shown}), 401, "token")


def test_a_signed_in_browser_is_nobody_here(world: stories.Access) -> None:
    """T78, L5: cookies are ignored, so no page elsewhere can act for its visitor."""
    browser = stories.client_for(world.holder)
    refused(browser.get(f"{ROOT}/me"), 401)
    sent = browser.post(f"{ROOT}/requests/{world.case.request.pk}/withdraw", content_type="application/json")
    refused(sent, 401)
    refused(browser.get(f"{ROOT}/files/{world.file.pk}/content"), 403)


def test_only_the_hash_of_a_token_is_stored() -> None:
    """T48: hashed at rest."""
    caller = Caller(stories.person(), "read")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM tokens_personaltoken t")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert caller.secret not in stored


def test_a_link_is_no_token_and_a_token_is_no_link(world: stories.Access) -> None:
    """T53: each secret is bound to its purpose."""
    linked = stories.linked(world)
    as_token = Client().get(f"{ROOT}/me", headers={"Authorization": f"Bearer {linked.token}"})
    refused(as_token, 401)
    token = Caller(world.holder, "download").secret
    assert Client().get(f"/d/{token}/{world.file.name}").status_code == 404
    assert Client().get(f"/d/{linked.token}/{world.file.name}").status_code == 200


def test_a_token_is_not_taken_from_anywhere_else() -> None:
    caller = Caller(stories.person(), "read")
    for query in ("token", "access_token", "Authorization"):
        refused(Client().get(f"{ROOT}/me", {query: caller.secret}), 401)
    client = Client()
    client.cookies["Authorization"] = f"Bearer {caller.secret}"
    refused(client.get(f"{ROOT}/me"), 401)


def test_me_says_whose_token_it_is_and_is_never_kept(django_assert_max_num_queries: Any) -> None:
    person = stories.person()
    caller = Caller(person, "read", "download")
    answer = caller.get("/me")
    shown = answer.json()
    assert shown["code"] == person.code
    assert shown["token"]["scopes"] == ["download", "read"]
    assert answer["Cache-Control"] == "private, no-store"
    with django_assert_max_num_queries(10):
        caller.get("/me")


def test_a_token_that_votes_is_made_in_a_fresh_sign_in_and_lasts_a_day() -> None:
    """T29: on a page a vote needs a sign-in of the last ten minutes; here the token is made in one."""
    someone = stories.person()
    asked = {"name": "votes", "scopes": ["review", "vote"], "days": "1"}
    stale = stories.client_for(someone, fresh=False).post("/account/tokens/", asked)
    assert stale.status_code == 401
    browser = stories.client_for(someone)
    assert browser.post("/account/tokens/", asked | {"days": "2"}).status_code == 422
    assert not PersonalToken.objects.exists()
    assert browser.post("/account/tokens/", asked).status_code == 200
    made = PersonalToken.objects.get()
    assert made.sign_in is not None
    assert made.sign_in["acr"] == "urn:example:mfa"


def test_a_token_of_another_kind_does_not_vote() -> None:
    """A row with the scope that no page could have made: without its sign-in, and of a service account."""
    case = stories.in_review()
    chair = Caller(case.committee_setup.chair, "vote")
    path = f"/reviews/{case.request.pk}/datasets/{case.published_dataset.dataset.slug}/vote"
    body = {"round": 1, "choice": "approve", "reason": "It fits."}
    PersonalToken.objects.update(sign_in=None)
    refused(chair.post(path, body), 403)
    control = Caller(case.committee_setup.chair, "vote")
    assert control.post(path, body).status_code == 200
