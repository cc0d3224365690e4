"""What every request passes, whatever page it asks for."""

import threading
import time
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.db import InternalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from apps.access_requests.models import AccessRequest
from apps.audit.models import Event
from apps.core.models import IdempotencyKey
from apps.people.models import Institution
from apps.web.common.decorators import writes
from portal.celery import app
from portal.urls import handler404, handler500, urlpatterns
from tests import stories

pytestmark = pytest.mark.django_db
assert handler404
assert handler500


# -------------------------------------------------------------------------------------- reading that cannot write
def planted(_request: HttpRequest) -> HttpResponse:
    Institution.objects.create(name="Written while reading", country="DK")
    return HttpResponse("written")


class Planted:
    """The portal's addresses, and two pages that write when they are read."""

    handler404, handler500 = handler404, handler500
    urlpatterns = [
        path("planted/", planted),
        path("marked/", writes(lambda request: planted(request))),
        *urlpatterns,
    ]


@override_settings(ROOT_URLCONF=Planted)
def test_a_page_that_writes_while_it_is_read_is_refused_by_the_database() -> None:
    """T21."""
    for method in ("get", "head", "options"):
        with pytest.raises(InternalError, match="read-only transaction"):
            getattr(Client(), method)("/planted/")
    assert not Institution.objects.exists()


@override_settings(ROOT_URLCONF=Planted)
def test_control_a_page_that_is_marked_may_write() -> None:
    """Control: the same page, marked as one that writes, passes; so it was the transaction that refused it."""
    assert Client().get("/marked/").status_code == 200
    assert Client().post("/planted/").status_code == 200
    assert Institution.objects.count() == 2


# ----------------------------------------------------------------------------------------- the same form, sent twice
def new_request(client: Client, published_dataset: stories.PublishedDataset, key: object, **more: Any) -> Any:
    return client.post("/requests/new/", {"dataset": published_dataset.dataset.slug, "_once": str(key), **more})


def test_a_form_sent_twice_is_answered_as_the_first_time_and_done_once() -> None:
    """T88."""
    published_dataset, someone, key = stories.published_dataset(), stories.person(), uuid.uuid4()
    client = stories.client_for(someone)
    first, second = new_request(client, published_dataset, key), new_request(client, published_dataset, key)
    assert first["Location"] == second["Location"]
    assert AccessRequest.objects.count() == 1
    assert new_request(client, published_dataset, key, title="other contents").status_code == 422
    new_request(client, published_dataset, uuid.uuid4())
    assert AccessRequest.objects.count() == 2


def test_a_key_is_its_owners() -> None:
    published_dataset, key = stories.published_dataset(), uuid.uuid4()
    for _turn in range(2):
        assert new_request(stories.client_for(stories.person()), published_dataset, key).status_code == 302
    assert AccessRequest.objects.count() == 2


@pytest.mark.parametrize("key", ["", "no-uuid", "00000000"])
def test_a_form_without_a_key_is_simply_done(key: str) -> None:
    published_dataset, client = stories.published_dataset(), stories.client_for(stories.person())
    for _turn in range(2):
        new_request(client, published_dataset, key)
    assert AccessRequest.objects.count() == 2
    assert not IdempotencyKey.objects.exists()


def test_a_refused_form_can_be_mended_and_sent_again() -> None:
    access, key = stories.granted(), str(uuid.uuid4())
    client, address = stories.client_for(access.owner), f"/access/{access.grant.pk}/revoke/"
    assert client.post(address, {"scope": "access", "reason": " ", "_once": key}).status_code == 422
    assert client.post(address, {"scope": "access", "reason": "A breach.", "_once": key}).status_code == 302
    assert client.post(address, {"scope": "access", "reason": "A breach.", "_once": key}).status_code == 302
    assert Event.objects.filter(kind="grant.revoked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_in_two_connections_is_one_request() -> None:
    """T88."""
    published_dataset, someone, key = stories.published_dataset(), stories.person(), uuid.uuid4()
    clients = [stories.client_for(someone) for _ in range(3)]
    gate, places = threading.Barrier(3), []

    def click(client: Client) -> None:
        try:
            gate.wait()
            places.append(new_request(client, published_dataset, key)["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 3
    assert len(set(places)) == 1
    assert AccessRequest.objects.count() == 1


# ------------------------------------------------------------------------------------------------ what is written
def test_an_answer_and_its_events_share_one_reference() -> None:
    """T114."""
    published_dataset = stories.published_dataset()
    answer = new_request(stories.client_for(stories.person()), published_dataset, "")
    assert Event.objects.get(kind="request.drafted").correlation == answer["X-Request-Reference"]


def test_whoever_is_turned_away_is_written_down_without_words() -> None:
    """T110."""
    someone = stories.person()
    client = stories.client_for(someone)
    assert client.get("/system-status/").status_code == 403
    event = Event.objects.get(kind="refused")
    assert (event.actor_id, event.facts) == (someone.pk, {"where": "system_status"})
    assert client.get("/datasets/no-such/").status_code == 404
    assert Client().get("/system-status/").status_code == 302
    assert Event.objects.filter(kind="refused").count() == 1


# ------------------------------------------------------------------------------------------------------- the edges
def test_a_strange_host_is_refused() -> None:
    """L11, T101."""
    client = Client(raise_request_exception=False)
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    asked = {"X-Forwarded-Host": "evil.example", "X-Forwarded-User": "admin", "X-HTTP-Method-Override": "DELETE"}
    answer = client.get("/", headers=asked)
    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(
    "form", [{f"field{n}": "x" for n in range(10_000)}, {"title": "x" * 10_000_000}], ids=["fields", "length"]
)
def test_a_crafted_form_is_refused_quickly(form: dict[str, str]) -> None:
    """L14, T58, T94."""
    client = stories.client_for(stories.person(), raise_request_exception=False)
    start = time.monotonic()
    answer = client.post("/account/tokens/", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413, 422)
    assert time.monotonic() - start < 5


def test_leaving_ends_the_session_on_the_server() -> None:
    """T24: the old cookie opens nothing."""
    client = stories.client_for(stories.person())
    kept = client.cookies["sessionid"].value
    assert client.get("/account/").status_code == 200
    client.post("/oidc/logout/")
    client.cookies["sessionid"] = kept
    assert client.get("/account/").status_code == 302
    assert client.get("/oidc/logout/").status_code == 405  # L49: a picture in a page signs nobody out


def test_the_address_of_a_form_opened_by_hand_is_a_page_and_not_an_empty_window() -> None:
    answer = Client().get("/oidc/logout/")
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]
    assert "only accepts submitted forms" in answer.content.decode()


def test_a_refused_form_in_another_language_leads_back_to_its_page() -> None:
    """The address it was sent to answers no reading: the page it stands on does."""
    case = stories.draft(complete=False)
    page = f"/requests/{case.request.pk}/edit/"
    sent = stories.client_for(case.applicant).post(
        f"/requests/{case.request.pk}/submit/", {"title": ""}, headers={"Referer": f"http://testserver{page}"}
    )
    assert sent.status_code == 422
    assert f'name="next" value="{page}"' in sent.content.decode()


def test_every_page_says_what_a_browser_may_do_with_it() -> None:
    """T73, T80, T119."""
    for client in (Client(), stories.client_for(stories.person())):
        answer = client.get("/")
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_cookie_is_for_the_browser_only() -> None:
    """T28, T30: not for scripts, not for other sites, and it holds JSON."""
    cookie = Client().get("/oidc/authenticate/").cookies["sessionid"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_a_cookie_opens_no_call_of_the_api() -> None:
    """L5, T78: so no other site can make a browser call it."""
    client = stories.client_for(stories.person())
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/requests", {}, content_type="application/json").status_code == 401


def test_workers_take_json_and_no_task_but_ours() -> None:
    """T124, L57: ids only, no results kept, nothing but JSON read."""
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {
        f"portal.tasks.{name}" for name in ("check", "drain", "heartbeat", "release", "sweep", "tidy", "warn")
    }


def test_sealed_storage_never_overwrites_and_never_publishes() -> None:
    """L52."""
    from portal.settings.base import private_bucket_storage

    options = private_bucket_storage(endpoint="", bucket="b", key="", secret="", region="r")["OPTIONS"]
    assert options["file_overwrite"] is False
    assert options["default_acl"] is None
    assert options["querystring_expire"] <= 60
    assert set(settings.STORAGES) == {"private", "staticfiles"}  # there is no default storage to write to by mistake
