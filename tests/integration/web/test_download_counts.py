"""Case 29: what counts as a download, and that no byte is sent without an event."""

from collections import Counter

import pytest
from django.test import Client

from apps.audit.models import Event
from apps.downloads.commands import ONE_DOWNLOAD
from apps.downloads.models import DownloadLink
from tests import stories
from tests.integration.api.calls import Caller

pytestmark = pytest.mark.django_db


def counted() -> Counter[str]:
    return Counter(Event.objects.filter(kind__startswith="download.").values_list("kind", flat=True))


def test_looking_without_bytes_is_no_download() -> None:
    """Case 29: HEAD, 304, 412 and 416."""
    access = stories.linked()
    url, client, etag = f"/d/{access.token}/x", Client(), f'"{access.file.sha256}"'
    assert client.head(url).status_code == 200
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(url, headers={"If-Match": '"other"'}).status_code == 412
    beyond = client.get(url, headers={"Range": f"bytes={access.file.size}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{access.file.size}")
    assert not beyond.has_header("X-Accel-Redirect")
    assert counted() == Counter()


def test_one_link_is_one_download_and_each_part_an_event() -> None:
    """Case 29: 22 requests, as an interrupted download and a parallel one make them."""
    access = stories.linked()
    for first in range(22):
        answer = Client().get(f"/d/{access.token}/x", headers={"Range": f"bytes={first}-{first}"})
        assert answer["X-Accel-Range"] == f"bytes={first}-{first}"
    assert counted() == Counter({"download.started": 1, "download.continued": 21})


def test_the_owner_sees_one_download() -> None:
    """Case 29: the number on the page of users."""
    access = stories.linked()
    for _n in range(3):
        Client().get(f"/d/{access.token}/x")
    page = stories.client_for(access.owner).get(f"/my-datasets/{access.published_dataset.dataset.slug}/users/")
    assert page.status_code == 200
    assert counted()["download.started"] == 1


def test_another_link_is_another_download() -> None:
    """Control: the same person and file, by a link of its own."""
    access = stories.linked()
    Client().get(f"/d/{access.token}/x")
    other = stories.linked(access)
    Client().get(f"/d/{other.token}/x")
    assert counted() == Counter({"download.started": 2})


def test_calls_of_a_program_for_one_file_are_one_download() -> None:
    access = stories.granted()
    caller, path = Caller(access.holder, "download"), f"/files/{access.file.pk}/content"
    for first in range(4):
        caller.get(path, Range=f"bytes={first}-{first}")
    assert counted() == Counter({"download.started": 1, "download.continued": 3})
    earlier = DownloadLink.objects.filter(started_at__isnull=False)
    for link in earlier:
        DownloadLink.objects.filter(pk=link.pk).update(started_at=link.started_at - ONE_DOWNLOAD)
    caller.get(path)
    assert counted()["download.started"] == 2  # a later one


def test_a_visitor_downloads_once_and_continues() -> None:
    world = stories.published_dataset(access="open")
    caller, path = Caller(None), f"/files/{world.file.pk}/content"
    caller.get(path)
    caller.get(path, Range="bytes=5-")
    assert counted() == Counter({"download.started": 1, "download.continued": 1})
