"""A private file as an attachment of an answer: never shown in the pages of the portal, and sandboxed if opened."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from apps.core.storage import PrivateBucketStorage, private_storage


def stored_file(key: str, *, name: str, media_type: str) -> HttpResponse:
    """The answer that sends the stored bytes; the caller has checked the right to them and written the event."""
    answer = HttpResponse(content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    storage = private_storage()
    if isinstance(storage, PrivateBucketStorage):
        with storage.open(key, "rb") as kept:
            answer.content = kept.read()
    else:
        answer["X-Accel-Redirect"] = storage.accel_path(key)
        answer["X-Accel-Range"] = ""  # the whole of it; without this header the front server has no range to read
    return answer
