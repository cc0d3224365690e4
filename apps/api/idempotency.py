"""`Idempotency-Key`: the same call, sent twice, happens once."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.api.auth import asker
from apps.core import idempotency
from apps.core.errors import Invalid

HEADER = "Idempotency-Key"
Answer = TypeVar("Answer")


def idempotent_call(
    request: HttpRequest, *, do: Callable[[], tuple[Answer, uuid.UUID]], again: Callable[[uuid.UUID], Answer]
) -> Answer:
    """Do it, or, when this person sent the same key with the same call before, answer `again` from what came of it.

    Key and change commit together; a refused call leaves no key, so that it can be mended and sent again. A visitor
    has no keys: two strangers may pick the same one.
    """
    key = _key(request)
    person = asker(request)
    if key is None or not person.is_authenticated:
        return do()[0]
    with transaction.atomic():
        claimed = _claim(person.pk, key, request)
        if not claimed.first:
            return again(uuid.UUID(claimed.location))
        answer, came_of_it = do()
        idempotency.store_location(claimed, location=str(came_of_it))
    return answer


def _claim(person_id: uuid.UUID, key: uuid.UUID, request: HttpRequest) -> idempotency.ReservedKey:
    sent = [("method", str(request.method)), ("path", request.path), ("body", request.body.decode("utf-8", "replace"))]
    try:
        return idempotency.reserve_key(person_id=person_id, key=key, digest=idempotency.digest_of(sent))
    except Invalid:
        sentence = _("This idempotency key was already used for a different call. Use a new key for each new action.")
        raise Invalid(sentence, field=HEADER) from None


def _key(request: HttpRequest) -> uuid.UUID | None:
    """The key as an id; a text that is no UUID stands for one of its own."""
    text = request.headers.get(HEADER, "").strip().strip('"')
    if not text:
        return None
    if len(text) > 255:
        raise Invalid(_("An idempotency key can have at most 255 characters. Use a UUID if possible."), field=HEADER)
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, text)
