"""What the table must never say, and what its answers have in common."""

import re
from typing import Any

import pytest

from tests import stories
from tests.access import asking
from tests.access.asking import Row
from tests.access.world import Things

ROWS = asking.rows()
# Open to the world on purpose, each with its reason.
PUBLIC = {
    "home", "catalogue", "dataset", "your_access", "dataset_version", "checksums", "committee_page",  # finding data
    "invitation_link",  # whoever has the link of an invitation; it shows who invites, and public data
    "file_page", "link_open", "api:make_link", "api:content",  # open data, and links that need no session (curl)
    "api:list_datasets", "api:read_dataset", "api:why", "api:openapi-json",  # finding data, for programs
    "decisions", "api:list_decisions",  # the register of decisions, if the portal publishes it
    "api:list_committees", "api:read_committee",  # what the page of a committee shows
    "sign_in", "sign_in_refused", "oidc_authentication_init", "oidc_authentication_callback", "oidc_logout",
    "silent_recheck",  # asks nothing about a visitor
    "set_language", "back_channel_logout",
    "device_authorize", "oauth_token", "oauth_revoke", "oauth_metadata",  # programs, which have no session
    "terms_version", "help", "help_page", "contact", "privacy", "accessibility",
    "healthz", "readyz", "gallery", "too_large",
}  # fmt: skip
# Machines that look at no cookie, so that no browser can be made to act: what they send is its own proof.
MACHINES = {"back_channel_logout", "device_authorize", "oauth_token", "oauth_revoke"}
REFUSED = {"in", "401", "403", "404", "410"}


def of(row: Row, actor: str) -> str:
    return row.expected[asking.ACTORS.index(actor)]


def test_a_visitor_gets_nothing_that_is_not_named_public() -> None:
    """T3: derived from the table that the portal is held to."""
    leaks = [str(row) for row in ROWS if row.address not in PUBLIC and of(row, "anonymous") not in REFUSED]
    assert leaks == []


def test_who_was_deactivated_gets_no_more_than_a_visitor() -> None:
    """T16, T26: at the next request, in the old session and by the old token."""
    more = [row for row in ROWS if of(row, "deactivated") not in {*REFUSED, of(row, "anonymous")}]
    assert more == []


def test_a_token_opens_no_page_and_without_scope_no_call() -> None:
    """T48, T53: a page ignores tokens; a call refuses one without its scope."""
    for row in ROWS:
        if row.address.startswith("api:") and row.address not in {"api:api-root", "api:openapi-json"}:
            assert of(row, "scopeless") == "403", row
        elif not row.address.startswith("api:"):
            assert of(row, "scopeless") == of(row, "anonymous"), row


def test_no_platform_role_opens_a_file() -> None:
    """T10: owner, steward, committee, auditor and operator read no data; only a grant does."""
    for row in ROWS:
        if row.address in {"file_page", "api:make_link", "api:content"} and row.state in {"controlled", "draft"}:
            if row.method == "GET" and row.address == "file_page":
                continue  # the page about the file, which opens nothing
            for actor in ("owner", "steward", "member", "chair", "official", "auditor", "operator"):
                assert of(row, actor) in {"403", "404"}, (row, actor)


def hidden() -> list[tuple[Row, Row]]:
    """Pairs of rows of one address: what does not exist, and what a stranger may not know of."""
    by = {(row.method, row.address, row.state): row for row in ROWS}
    pairs = [
        (by.get((row.method, row.address, "none" if row.state == "next draft" else "unknown")), row)
        for row in ROWS
        if row.state not in {"unknown", "none"} and of(row, "stranger") == "404"
    ]
    return [(unknown, row) for unknown, row in pairs if unknown is not None]


def plain(answer: Any, path: str) -> bytes:
    """The body without what differs between any two answers: the reference, the form keys and the address itself."""
    text = answer.content.decode()
    for secret in (answer.headers.get("X-Request-Reference", ""), path):
        text = text.replace(secret, "") if secret else text
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return re.sub(r'name="_once" value="[^"]+"', "", text).encode()


@pytest.mark.parametrize("pair", hidden(), ids=lambda pair: str(pair[1]))
def test_what_is_hidden_looks_like_what_does_not_exist(pair: tuple[Row, Row], things: Things) -> None:
    """T22: byte for byte, headers included."""
    answers = [asking.ask(row, things, "stranger") for row in pair]
    bodies = [plain(answer, asking.address_of(row, things)) for answer, row in zip(answers, pair, strict=True)]
    assert bodies[0] == bodies[1]
    kept = [{k: v for k, v in a.headers.items() if k not in {"X-Request-Reference", "Content-Length"}} for a in answers]
    assert kept[0] == kept[1]


def test_there_are_hidden_things_to_compare() -> None:
    assert len(hidden()) > 10


def test_a_page_that_only_acts_is_not_read(things: Things) -> None:
    """T96: GET on an address that only takes POST is 405, for whoever is signed in."""
    beside_a_list = {
        "api:draft_request", "api:send_message", "api:send_review_message", "api:write_approval_rule",
        "api:name_deputy", "api:invite",
    }  # fmt: skip
    read = {row.address for row in ROWS if row.method == "GET"} | beside_a_list
    acts = {row.address: row for row in ROWS if row.method == "POST" and row.address not in read}
    answered = {
        name: asking.said(asking.ask(Row("GET", row.address, row.thing, row.state, ()), things, "owner"))
        for name, row in acts.items()
    }
    assert {name: said for name, said in answered.items() if said != "405"} == {}


def test_an_unknown_method_is_refused(things: Things) -> None:
    """T96, T101: also when a header asks for another."""
    for method in ("PUT", "DELETE", "TRACE", "PROPFIND"):
        for row in (ROWS[0], next(row for row in ROWS if row.address == "request_withdraw")):
            said = asking.said(asking.ask(Row(method, row.address, row.thing, row.state, ()), things, "applicant"))
            assert said in {"405", "200"}, (method, row.address, said)


def test_nothing_is_done_for_another_sites_form(things: Things) -> None:
    """T78, L5, L20: every page that acts refuses a form without our key; calls with a token need none."""
    acts = {row.address: row for row in ROWS if row.method == "POST" and not row.address.startswith("api:")}
    assert acts.keys() >= MACHINES
    acts = {name: row for name, row in acts.items() if name not in MACHINES}
    client = stories.client_for(things.people["owner"], enforce_csrf_checks=True, raise_request_exception=False)
    trusting, things.clients["owner"] = things.clients["owner"], client
    answered = {name: asking.said(asking.ask(row, things, "owner")) for name, row in acts.items()}
    things.clients["owner"] = trusting
    assert {name: said for name, said in answered.items() if said != "403"} == {}
    assert len(answered) > 30
