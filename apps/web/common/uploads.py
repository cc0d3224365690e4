"""How the bytes of an upload wait before anybody looks at them."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class WaitingRoom(TemporaryFileUploadHandler):
    """A temporary file on disk that remembers the name as it was sent and whether all bytes found room.

    Django shortens long names without a word, and a full disk would end in a fault before any view could say a
    sentence; here both are written down on the file (`sent_name`, `trouble`) and the rest of the bytes is let go.
    """

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
