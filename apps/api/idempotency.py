"""`Idempotency-Key`: a call that is sent twice is carried out once."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.api.auth import caller
from apps.core import idempotency
from apps.core.errors import Invalid

HEADER = "Idempotency-Key"
Answer = TypeVar("Answer")


def idempotent_call(
    request: HttpRequest,
    *,
    do: Callable[[], tuple[Answer, uuid.UUID]],
    replay: Callable[[uuid.UUID], Answer],
    body: str | None = None,
) -> Answer:
    """Call `do`, or `replay` if this person sent the same key with the same call before.

    `do` returns the answer and the id of the result; `replay` gets that id. Key and change are committed together. A
    call that is refused stores no key, so it can be corrected and sent again. Visitors have no keys, because two of
    them may choose the same one. `body` stands for the body of a call that carries a file.
    """
    key = _key(request)
    person = caller(request)
    if key is None or not person.is_authenticated:
        return do()[0]
    with transaction.atomic():
        reserved = _reserve_key(person.pk, key, request, body)
        if not reserved.first:
            return replay(uuid.UUID(reserved.location))
        answer, result_id = do()
        idempotency.store_location(reserved, location=str(result_id))
    return answer


def _reserve_key(
    person_id: uuid.UUID, key: uuid.UUID, request: HttpRequest, body: str | None
) -> idempotency.ReservedKey:
    body = request.body.decode("utf-8", "replace") if body is None else body
    sent = [("method", str(request.method)), ("path", request.path), ("body", body)]
    try:
        return idempotency.reserve_key(person_id=person_id, key=key, digest=idempotency.digest_of(sent))
    except Invalid:
        sentence = _("This idempotency key was already used for a different call. Use a new key for each new action.")
        raise Invalid(sentence, field=HEADER) from None


def _key(request: HttpRequest) -> uuid.UUID | None:
    """The key as a UUID (a text that is none is mapped to one); None without the header."""
    text = request.headers.get(HEADER, "").strip().strip('"')
    if not text:
        return None
    if len(text) > 255:
        raise Invalid(_("An idempotency key can have at most 255 characters. Use a UUID if possible."), field=HEADER)
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, text)
