"""Links and bytes through the API."""

import uuid
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.downloads.models import DownloadLink
from apps.grants import commands as grants
from tests import stories
from tests.integration.api.calls import Caller, fields, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def access() -> stories.Access:
    return stories.granted()


def opens(address: str) -> int:
    return int(Client().get(address.removeprefix("http://testserver")).status_code)


def test_a_link_is_made_shown_once_and_opens(access: stories.Access) -> None:
    caller = Caller(access.holder, "download")
    made = caller.post(f"/files/{access.file.pk}/links")
    assert made.status_code == 201
    link = made.json()
    assert link["sha256"] == access.file.sha256
    assert link["size"] == access.file.size
    assert link["expires_at"] > access.grant.starts_at.isoformat()[:10]
    assert made["Location"] == link["address"]
    assert made["Cache-Control"] == "private, no-store"
    assert opens(link["address"]) == 200
    assert Client().head(link["address"].removeprefix("http://testserver")).status_code == 200
    assert Event.objects.filter(kind="link.made").count() == 1


def test_a_link_ends_with_the_grant(access: stories.Access) -> None:
    """T14: after revoke the next use of link and token is refused."""
    caller = Caller(access.holder, "download")
    address = caller.post(f"/files/{access.file.pk}/links").json()["address"]
    grants.revoke(access.grant, reason="The project ended.", by=access.owner)
    assert opens(address) == 410
    refused(caller.post(f"/files/{access.file.pk}/links"), 403, "denied")
    refused(caller.get(f"/files/{access.file.pk}/content"), 403, "denied")


def test_any_bit_of_a_link_that_changes_opens_nothing(access: stories.Access) -> None:
    """T49, T50: the secret has one spelling; parameters and encodings add no meaning."""
    address = Caller(access.holder, "download").post(f"/files/{access.file.pk}/links").json()["address"]
    path = address.removeprefix("http://testserver")
    start, end = path.index("/d/") + 3, path.rindex("/")
    for place in (start, start + 3, (start + end) // 2, end - 1):
        other = "0" if path[place] != "0" else "1"
        assert Client().get(path[:place] + other + path[place + 1 :]).status_code == 404
    token = path[start:end]
    for variant in (token.upper(), token + "%00", token + "=", token.replace(".", "%2E%2E", 1), token[:-1]):
        assert Client().get(f"/d/{variant}{path[end:]}").status_code == 404
    stranger = stories.published_dataset().file
    answer = Client().get(f"{path}?file={stranger.pk}&name=other")
    assert answer.status_code == 200
    assert access.file.storage_key in answer["X-Accel-Redirect"]


def test_the_same_key_leaves_one_living_link(access: stories.Access) -> None:
    """T88: a retry gets an address that works, and the one that may have been lost opens nothing any more."""
    caller, key = Caller(access.holder, "download"), str(uuid.uuid4())
    first, second = (
        caller.post(f"/files/{access.file.pk}/links", Idempotency_Key=key).json()["address"] for _ in range(2)
    )
    assert first != second
    assert opens(first) == 410
    assert opens(second) == 200
    assert DownloadLink.objects.active().count() == 1
    other = stories.published_dataset(files={"b.csv": b"1\n"}, access="open")
    problem = refused(caller.post(f"/files/{other.file.pk}/links", Idempotency_Key=key), 422)
    assert fields(problem) == {"Idempotency-Key"}


def test_the_token_itself_downloads(access: stories.Access) -> None:
    caller = Caller(access.holder, "download")
    answer = caller.get(f"/files/{access.file.pk}/content", Range="bytes=0-3")
    assert answer.status_code == 200  # the front server makes the 206 of it
    assert answer.content == b""
    assert answer["X-Accel-Redirect"].endswith(access.file.storage_key)
    assert answer["ETag"] == f'"{access.file.sha256}"'
    assert answer["Content-Disposition"] == f'attachment; filename="{access.file.name}"'
    assert answer["Cache-Control"] == "private, no-store"
    event = Event.objects.filter(kind="download.started").get()
    assert event.actor_id == access.holder.pk
    assert event.facts["range"] == "0-3"
    assert not DownloadLink.objects.active().exists()


def test_head_asks_the_same_rule_and_carries_the_same_headers(access: stories.Access) -> None:
    caller, path = Caller(access.holder, "download"), f"/files/{access.file.pk}/content"
    assert caller.head(path)["ETag"] == caller.get(path)["ETag"]
    assert Caller(stories.person(), "download").head(path).status_code == 403


def test_a_link_and_a_token_give_the_same_answer(access: stories.Access) -> None:
    """L32: one object by two routes, with the same verdict and the same headers."""
    caller = Caller(access.holder, "download")
    address = caller.post(f"/files/{access.file.pk}/links").json()["address"]
    by_link = Client().get(address.removeprefix("http://testserver"))
    by_token = caller.get(f"/files/{access.file.pk}/content")
    differ = {"X-Request-Reference", "Vary"}
    assert {k: v for k, v in by_link.items() if k not in differ} == {
        k: v for k, v in by_token.items() if k not in differ
    }


def test_a_refused_download_is_written_down(access: stories.Access) -> None:
    stranger = stories.person()
    refused(Caller(stranger, "download").get(f"/files/{access.file.pk}/content"), 403, "denied")
    event = Event.objects.get(kind="download.refused")
    assert event.actor_id == stranger.pk
    assert event.subject_id == access.file.pk
    assert access.published_dataset.dataset.pk in event.about


def test_no_event_no_byte(access: stories.Access, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download whose event cannot be written does not happen."""
    from apps.downloads import commands

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the log does not answer")

    caller = Caller(access.holder, "download")
    caller.client.raise_request_exception = False
    monkeypatch.setattr(commands, "record", broken)
    answer = caller.get(f"/files/{access.file.pk}/content")
    refused(answer, 500, "fault") if "detail" in answer.json() else None
    assert answer.status_code == 500
    assert "X-Accel-Redirect" not in answer


def test_open_data_need_no_token_and_leave_an_event() -> None:
    world = stories.published_dataset(access="open")
    visitor = Caller(None)
    assert visitor.get(f"/files/{world.file.pk}/content")["X-Accel-Redirect"]
    address = visitor.post(f"/files/{world.file.pk}/links").json()["address"]
    assert opens(address) == 200
    assert Event.objects.filter(kind="download.started", actor_id=None).count() == 2


def test_a_strangers_key_is_not_a_visitors_key() -> None:
    """Two visitors may pick the same key: neither ends the other's link."""
    world = stories.published_dataset(access="open")
    addresses = [Caller(None).post(f"/files/{world.file.pk}/links", Idempotency_Key="same").json()["address"]] * 1
    addresses.append(Caller(None).post(f"/files/{world.file.pk}/links", Idempotency_Key="same").json()["address"])
    assert [opens(each) for each in addresses] == [200, 200]


def test_registered_data_need_the_terms_accepted() -> None:
    from apps.people.commands.people import accept_terms

    terms, world, person = stories.terms(), stories.published_dataset(access="registered"), stories.person()
    caller, path = Caller(person, "download"), f"/files/{world.file.pk}/content"
    refused(caller.get(path), 403)
    refused(Caller(None).get(path), 403)
    accept_terms(terms, by=person)
    assert caller.get(path).status_code == 200


def test_a_file_that_nobody_may_know_of_does_not_exist() -> None:
    hidden = stories.drafted_dataset()
    for pk in (hidden.file.pk, uuid.uuid4()):
        for caller in (Caller(stories.person(), "download"), Caller(None)):
            refused(caller.get(f"/files/{pk}/content"), 404, "missing")
            refused(caller.post(f"/files/{pk}/links"), 404, "missing")


def test_a_bucket_answers_with_a_storage_address(access: stories.Access, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an S3 storage sends the bytes, the answer is a redirect that nobody may keep."""
    from apps.core.storage import PrivateBucketStorage
    from apps.downloads import commands

    bucket = PrivateBucketStorage(
        bucket_name="sealed", access_key="k", secret_key="s", endpoint_url="https://s3.test", region_name="us-east-1",
        signature_version="s3v4", addressing_style="path",
    )  # fmt: skip
    monkeypatch.setattr(commands, "private_storage", lambda: bucket)
    answer = Caller(access.holder, "download").get(f"/files/{access.file.pk}/content")
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://s3.test/sealed/")
    assert "X-Amz-Expires=60" in answer["Location"]
    assert answer["Cache-Control"] == "private, no-store"
    headers = Caller(access.holder, "download").head(f"/files/{access.file.pk}/content")
    assert headers.status_code == 200
    assert headers["Content-Length"] == str(access.file.size)
    assert "Location" not in headers
