"""An object storage, a broker or a provider that is there and says nothing costs nobody more than a few seconds."""

import time
from contextlib import ExitStack
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError
from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from apps.core.storage import PrivateBucketStorage, StorageUnavailable, private_storage
from apps.datasets.models import Distribution
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import Untrusted
from portal.settings.base import private_bucket_storage
from tests import stories
from tests.silent import silent_listener

WITHIN = 5.0


def bucket_at(port: int) -> dict[str, Any]:
    return private_bucket_storage(
        endpoint=f"http://127.0.0.1:{port}", bucket="files", key="k", secret="s", region="us-east-1"
    )


@pytest.mark.parametrize("act", ["save", "open", "exists", "size", "delete"])
def test_a_silent_bucket_is_noticed_in_time(act: str) -> None:
    """Case 40: also before bytes are moved, for which the limit is longer."""
    with silent_listener() as port, override_settings(STORAGE_SECONDS=1):
        storage = PrivateBucketStorage(**bucket_at(port)["OPTIONS"])
        began = time.monotonic()
        with pytest.raises((BotoCoreError, StorageUnavailable)):
            storage._save("x", File(BytesIO(b"1"))) if act == "save" else getattr(storage, act)("x")
        assert time.monotonic() - began < WITHIN


@pytest.mark.django_db(transaction=True)
def test_an_upload_into_a_silent_bucket_is_a_503_page_in_time_and_keeps_no_half_file() -> None:
    """Case 40, T123: and a page that needs no storage goes on."""
    made = stories.drafted_dataset()
    before = Distribution.objects.count()
    client = stories.client_for(made.owner, raise_request_exception=False)
    path = f"/my-datasets/{made.dataset.slug}/versions/1/files/"
    assert settings.STORAGE_SECONDS < WITHIN
    with silent_listener() as port, ExitStack() as changed:
        storages = {**settings.STORAGES, "private": bucket_at(port)}
        changed.enter_context(override_settings(STORAGES=storages, STORAGE_SECONDS=1))
        assert private_storage().connection
        began = time.monotonic()
        answer = client.post(path, {"file": SimpleUploadedFile("late.csv", b"1")})
        assert (answer.status_code, time.monotonic() - began < WITHIN) == (503, True)
        assert client.get("/datasets/").status_code == 200
    assert Distribution.objects.count() == before


def test_a_silent_provider_is_noticed_in_time() -> None:
    """Case 40: with the limits that production has."""
    with silent_listener() as port:
        began = time.monotonic()
        with pytest.raises(Untrusted, match="slow"):
            oidc_http.fetch(f"http://127.0.0.1:{port}/jwks")
        assert time.monotonic() - began < WITHIN
