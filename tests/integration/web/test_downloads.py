"""Links to files: made and shown once, opened under the rule, ended."""

import base64
import shlex
import uuid

import pytest
from django.test import Client

from apps.downloads.models import DownloadLink
from apps.grants import commands as grants
from tests import stories

pytestmark = pytest.mark.django_db


def test_making_a_link_shows_it_once_with_lines_that_name_file_and_checksum() -> None:
    access = stories.granted(published_dataset=stories.published_dataset(files={"it's $(odd) name.csv": stories.CSV}))
    client, form = stories.client_for(access.holder), {"_once": str(uuid.uuid4())}
    answer = client.post(f"/files/{access.file.pk}/", form)
    lines = {one["label"]: one["text"] for one in answer.context["commands"]}
    assert answer.status_code == 200
    assert shlex.split(lines["curl"])[-3:-1] == ["-o", "it's $(odd) name.csv"]
    assert f"--checksum=sha-256={access.file.sha256}" in lines["aria2"]
    again = client.post(f"/files/{access.file.pk}/", form)
    assert again.status_code == 302
    assert DownloadLink.objects.filter(person=access.holder).count() == 1


def test_a_name_that_looks_like_an_option_stays_a_name() -> None:
    published_dataset = stories.published_dataset(access="open", files={"-rf.csv": stories.CSV})
    answer = Client().post(f"/files/{published_dataset.file.pk}/")
    assert "./-rf.csv" in answer.context["commands"][0]["text"]


def test_without_access_no_link_is_made_and_the_why_page_is_named() -> None:
    published_dataset = stories.published_dataset()
    client = stories.client_for(stories.person())
    assert (
        f"/datasets/{published_dataset.dataset.slug}/access/"
        in client.get(f"/files/{published_dataset.file.pk}/").content.decode()
    )
    assert client.post(f"/files/{published_dataset.file.pk}/").status_code == 403
    assert DownloadLink.objects.count() == 0


def test_a_file_nobody_may_know_of_is_not_there() -> None:
    published_dataset = stories.drafted_dataset()
    assert Client().get(f"/files/{published_dataset.file.pk}/").status_code == 404
    assert Client().get(f"/files/{uuid.uuid4()}/").status_code == 404


def test_a_withdrawn_file_is_gone() -> None:
    published_dataset = stories.published_dataset(access="open")
    stories.datasets.withdraw(published_dataset.version, by=published_dataset.owner, reason="Say too much.")
    assert Client().get(f"/files/{published_dataset.file.pk}/").status_code == 410


def test_an_open_link_hands_the_file_to_the_front_with_what_clients_rely_on() -> None:
    access = stories.linked()
    answer = Client().get(f"/d/{access.token}/{access.file.name}", HTTP_RANGE="bytes=0-9")
    digest = base64.b64encode(bytes.fromhex(access.file.sha256)).decode()
    assert answer["X-Accel-Redirect"].startswith("/_sealed/")
    assert answer["ETag"] == f'"{access.file.sha256}"'
    assert answer["Repr-Digest"] == f"sha-256=:{digest}:"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Client().head(f"/d/{access.token}/x").status_code == 200


def test_a_link_opens_again_and_again_and_never_after_the_grant_was_revoked() -> None:
    access = stories.linked()
    url = f"/d/{access.token}/x"
    assert [Client().get(url).status_code for _n in range(3)] == [200, 200, 200]
    grants.revoke(access.grant, reason="Misused.", by=access.owner)
    assert Client().get(url).status_code == 410


def test_a_link_in_somebody_elses_browser_is_refused() -> None:
    access = stories.linked()
    assert stories.client_for(stories.person()).get(f"/d/{access.token}/x").status_code == 403
    assert Client().get("/d/k1.nonsense/x").status_code == 404


def test_a_link_is_listed_and_ended_by_its_maker() -> None:
    access = stories.linked()
    assert access.link is not None
    client, url = stories.client_for(access.holder), f"/links/{access.link.pk}/end/"
    assert url in client.get("/links/").content.decode()
    assert url in client.get(f"/files/{access.file.pk}/").content.decode()
    assert stories.client_for(stories.person()).post(url).status_code == 404
    assert client.post(url, {"_once": str(uuid.uuid4())}).status_code == 302
    assert client.get("/links/").context["rows"] == []
    assert [row.link.pk for row in client.get("/links/?show=over").context["rows"]] == [access.link.pk]
    assert Client().get(f"/d/{access.token}/x").status_code == 410
