"""How the bytes of an upload wait before anybody looks at them."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.utils.translation import gettext as _

from apps.core.errors import UploadTooLarge
from apps.core.sizes import size_in_words

FORM_AROUND = 1024 * 1024  # bytes of a request beside its files


def too_large() -> UploadTooLarge:
    """The refusal of a request that is larger than the limit for one upload; it says the limit."""
    limit = {"limit": size_in_words(settings.MAX_UPLOAD_BYTES)}
    sentence = _("What you sent is larger than %(limit)s, the limit for one upload. Nothing was saved.") % limit
    return UploadTooLarge(sentence, field="file")


def announces_too_much(request: HttpRequest) -> bool:
    """Whether the request says that it is larger than the limit, so that it is refused before it is read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return length > settings.MAX_UPLOAD_BYTES + FORM_AROUND


class NamesAsSent(MultiPartParser):
    """Keeps the name of a file as the browser sent it.

    Django's own parser decodes HTML entities and cuts off what looks like a path, so "A&copyB.csv" would silently
    become another name; here `rules.check_file_name` decides, as it does for uploads with script.
    """

    def sanitize_file_name(self, file_name: str) -> str | None:
        return file_name or None


class WaitingRoom(TemporaryFileUploadHandler):
    """A temporary file on disk that remembers the name as it was sent and whether all bytes found room.

    Django shortens long names without a word, and a full disk would end in a fault before any view could say a
    sentence; here both are written down on the file (`sent_name`, `trouble`) and the rest of the bytes is let go.
    """

    parsing = False

    def handle_raw_input(self, *args: Any, **_named: Any) -> Any:
        """Parse the request with `NamesAsSent`, which asks this handler again and then goes on by itself."""
        if self.parsing:
            return None
        self.parsing = True
        input_data, meta, _length, _boundary, encoding = args
        return NamesAsSent(meta, input_data, [self], encoding).parse()

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self.file.sent_name = file_name  # type: ignore[attr-defined]
        self.file.trouble = ""  # type: ignore[attr-defined]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file.trouble:  # type: ignore[attr-defined]
            return
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self.file.trouble = "too-large"  # type: ignore[attr-defined]
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self.file.trouble = "no-room"  # type: ignore[attr-defined]
