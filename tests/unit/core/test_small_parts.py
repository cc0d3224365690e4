"""Clock, identifiers, refusals, references and sealed storage."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.base import File
from django.db import connection
from django.test import override_settings

from apps.audit.models import Event
from apps.core import clock, correlation, identifiers
from apps.core.errors import (
    Denied,
    DomainError,
    Gone,
    Invalid,
    NeedsSignIn,
    NotFound,
    TooOften,
    Unavailable,
    WrongState,
)
from apps.core.storage import PrivateBucketStorage, PrivateFileStorage, private_storage

BUCKET = {
    "bucket_name": "sealed", "access_key": "key", "secret_key": "secret", "region_name": "us-east-1",
    "endpoint_url": "http://127.0.0.1:9", "signature_version": "s3v4", "addressing_style": "path",
}  # fmt: skip


@pytest.mark.django_db
def test_the_time_is_the_databases_and_in_utc() -> None:
    """T114, R8."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        earlier = cursor.fetchone()[0]
    moment = clock.now()
    assert moment.utcoffset() == timedelta()
    assert timedelta() <= moment - earlier < timedelta(seconds=5)
    assert clock.today() == clock.now().date()


@pytest.mark.django_db
def test_a_query_may_ask_about_another_moment(frozen) -> None:  # type: ignore[no-untyped-def]
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    Event.objects.create(kind="refused", actor_kind="system", at=datetime(2024, 1, 1, tzinfo=UTC))
    assert not Event.objects.filter(at__lte=clock.sql_now(past)).exists()
    assert Event.objects.filter(at__lte=clock.sql_now()).exists()
    frozen(past)
    assert not Event.objects.filter(at__lte=clock.sql_now()).exists()
    assert Event.objects.filter(at__lte=clock.sql_now(future)).exists()


def test_references_can_be_read_out_and_keys_cannot_be_guessed() -> None:
    """L1, L45, T62."""
    assert re.fullmatch(r"DAR-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", identifiers.new_reference("DAR"))
    keys = {identifiers.new_storage_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{44}", key) for key in keys)
    assert identifiers.new_id().version == 4


def test_a_piece_of_work_keeps_its_reference() -> None:
    assert correlation.begin("given") == correlation.current() == "given"
    assert re.fullmatch(r"[0-9a-f]{16}", correlation.begin())


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DomainError, 400), (NeedsSignIn, 401), (Denied, 403), (NotFound, 404), (WrongState, 409), (Gone, 410),
        (Invalid, 422), (TooOften, 429), (Unavailable, 503),
    ],
)  # fmt: skip
def test_every_refusal_has_a_status_and_a_sentence(kind: type[DomainError], status: int) -> None:
    refusal = kind("A sentence.", field="title")
    assert (refusal.status, refusal.sentence, refusal.field, str(refusal)) == (
        status,
        "A sentence.",
        "title",
        "A sentence.",
    )
    assert refusal.code
    assert refusal.title


def test_a_refusal_may_carry_its_own_code_and_several_fields() -> None:
    assert Denied("No.", code="too-late").code == "too-late"
    assert Invalid("No.", field="a").fields == {"a": "No."}
    assert Invalid("No.", fields={"a": "x", "b": "y"}).fields == {"a": "x", "b": "y"}
    assert Invalid("No.").fields == {}


@pytest.mark.django_db
def test_sealed_files_have_no_address() -> None:
    """L23, T67."""
    storage = private_storage()
    assert isinstance(storage, PrivateFileStorage)
    key = storage.save(identifiers.new_storage_key(), File(BytesIO(b"x")))
    with pytest.raises(NotImplementedError, match="no address"):
        storage.url(key)
    assert storage.accel_path("ab/c d") == "/_sealed/ab/c%20d"
    storage.delete(key)


@override_settings(STORAGES={"private": {"BACKEND": "apps.core.storage.PrivateBucketStorage", "OPTIONS": BUCKET}})
def test_sealed_objects_get_a_minute_and_no_address() -> None:
    """L52, L54: the address is minted per click, ends within a minute and names how the bytes are shown."""
    storage = private_storage()
    assert isinstance(storage, PrivateBucketStorage)
    with pytest.raises(NotImplementedError, match="no address"):
        storage.url("ab/cd")
    address = storage.presign("ab/cd", disposition="attachment", media_type="text/csv")
    assert "X-Amz-Expires=60" in address
    assert "response-content-disposition=attachment" in address
