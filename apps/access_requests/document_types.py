"""Which documents can be attached: the extension names the type, and the first bytes must agree with it.

Nothing here opens or renders a document. Office documents are ZIP files (ISO/IEC 29500-2, ISO/IEC 26300-3): only
their list of names is read, and those with macros are refused.
"""

from collections.abc import Callable
from typing import BinaryIO
from zipfile import BadZipFile, LargeZipFile, ZipFile

Looks = Callable[[BinaryIO], bool]
MOST_PARTS = 10_000  # parts of an office document


def _starts(*marks: bytes) -> Looks:
    return lambda content: content.read(16).startswith(marks)


def _is_text(content: BinaryIO) -> bool:
    """UTF-8 without null bytes."""
    try:
        while block := content.readline(1024 * 1024):
            if b"\0" in block:
                return False
            if not block.endswith(b"\n") and len(block) == 1024 * 1024:
                return False  # a line of a megabyte is no text
            block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _office(part: str) -> Looks:
    """A ZIP file that contains this part, and no macros."""

    def looks(content: BinaryIO) -> bool:
        try:
            with ZipFile(content) as package:
                names = package.namelist()
        except (BadZipFile, LargeZipFile, OSError, ValueError, NotImplementedError):
            return False
        macros = any(name.lower().endswith(("vbaproject.bin", ".bas")) or "Basic/" in name for name in names)
        return len(names) <= MOST_PARTS and part in names and not macros

    return looks


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: dict[str, tuple[str, Looks]] = {
    ".pdf": ("application/pdf", _starts(b"%PDF-")),
    ".docx": (_WORD, _office("word/document.xml")),
    ".odt": ("application/vnd.oasis.opendocument.text", _office("content.xml")),
    ".xlsx": (_SHEET, _office("xl/workbook.xml")),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", _office("content.xml")),
    ".png": ("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".txt": ("text/plain; charset=utf-8", _is_text),
    ".csv": ("text/csv; charset=utf-8", _is_text),
}
ACCEPTED = tuple(TYPES)


def extension_of(name: str) -> str:
    """The extension in lower case, such as `.pdf`; empty without one."""
    stem, dot, end = name.rpartition(".")
    return f".{end.lower()}" if dot and stem else ""


def media_type_of(name: str, content: BinaryIO) -> str:
    """The media type; empty if the extension is not accepted or the bytes are something else. Rewinds `content`."""
    media_type, looks = TYPES.get(extension_of(name), ("", lambda _content: False))
    content.seek(0)
    right = looks(content)
    content.seek(0)
    return media_type if right else ""
