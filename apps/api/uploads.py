"""Calls that carry a file: multipart/form-data (RFC 7578), each field once, and no more bytes than a document has."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from apps.api import strict_json
from apps.api.errors import Malformed, NotJson, TooLarge
from apps.core.errors import Invalid

AROUND = 64 * 1024  # bytes of a call beside its file
BLOCK = 1024 * 1024


def check_form(request: HttpRequest) -> None:
    """Read the form of the call; refuses another type without reading it, and one that announces too many bytes."""
    if request.content_type != "multipart/form-data":
        raise NotJson(_("Send the file as “multipart/form-data”."))
    if _announced(request) > settings.ATTACHMENT_BYTES + AROUND:
        raise TooLarge(_("The body is larger than an API call allows."))
    try:
        sent: list[tuple[str, list[Any]]] = [(name, list(values)) for name, values in request.POST.lists()]
        sent += [(name, [file.name for file in files]) for name, files in _files(request)]
    except RequestDataTooBig:
        raise TooLarge(_("The body is larger than an API call allows.")) from None
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation):
        raise Malformed(_("The body is incomplete.")) from None
    for name, values in sent:
        if len(values) > 1:
            raise Malformed(_("The form contains the same field twice."))
        for text in (name, *values):
            strict_json.check_text(str(text))


def _announced(request: HttpRequest) -> int:
    """How many bytes the call says it has; without a number more than is allowed, so it is not read."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return settings.ATTACHMENT_BYTES + AROUND + 1


def name_of(file: UploadedFile) -> str:
    """The name of the file as it was sent; raises Invalid if not all of it arrived."""
    if getattr(file, "trouble", ""):
        raise Invalid(_("The file did not arrive complete. Attach it again."), field="file")
    return str(getattr(file, "sent_name", None) or file.name or "")


def fingerprint_of(request: HttpRequest) -> str:
    """A digest of the fields and the bytes of the files, to recognise a call that is sent again."""
    digest = hashlib.sha256()
    for name, value in sorted(request.POST.items()):
        digest.update(f"{name}\x01{value}\x00".encode())
    for name, files in sorted(_files(request)):
        for file in files:
            digest.update(f"{name}\x01{name_of(file)}\x00".encode())
            for block in file.chunks(BLOCK):
                digest.update(block)
            file.seek(0)
    return digest.hexdigest()


def _files(request: HttpRequest) -> list[tuple[str, list[Any]]]:
    """The files of the form by the name of their field."""
    return [(name, list(files)) for name, files in request.FILES.lists()]
