"""Which files can be attached: the extension and the content must agree."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from apps.access_requests import document_types
from apps.access_requests.document_types import media_type_of


def package(*names: str) -> bytes:
    """An office document with these parts."""
    made = BytesIO()
    with ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


RIGHT = [
    ("a.pdf", b"%PDF-1.7\n"), ("A.PDF", b"%PDF-1.7\n"), ("a.png", b"\x89PNG\r\n\x1a\n...."),
    ("a.jpg", b"\xff\xd8\xff\xe0"),
    ("a.jpeg", b"\xff\xd8\xff\xe0"), ("a.txt", "Æble\n".encode()), ("a.csv", b"a,b\n1,2\n"), ("a.txt", b""),
    ("a.docx", package("word/document.xml")), ("a.xlsx", package("xl/workbook.xml")), ("a.odt", package("content.xml")),
    ("a.ods", package("content.xml")),
]  # fmt: skip
WRONG = [
    ("a.pdf", b"MZ\x90\x00"), ("a.pdf", b"\n%PDF-1.7"), ("a.txt", b"\xff\xfe\x00"), ("a.csv", b"a\0b"),
    ("a.docx", b"PK\x03\x04"),
    ("a.docx", package("xl/workbook.xml")), ("a.docx", package("word/document.xml", "word/vbaProject.bin")),
    ("a.odt", package("content.xml", "Basic/Standard/script-lb.xml")), ("a.exe", b"%PDF-1.7"), ("pdf", b"%PDF-1.7"),
    (".pdf", b"%PDF-1.7"), ("a.html", b"<p>"), ("a.svg", b"<svg/>"), ("a.pdf.exe", b"%PDF-1.7"),
    ("a.txt", b"x" * 2_000_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), RIGHT)
def test_what_is_what_it_says_is_accepted(name: str, content: bytes) -> None:
    opened = BytesIO(content)
    assert media_type_of(name, opened)
    assert opened.tell() == 0


@pytest.mark.parametrize(("name", "content"), WRONG)
def test_what_is_something_else_is_refused(name: str, content: bytes) -> None:
    assert media_type_of(name, BytesIO(content)) == ""


def test_an_office_document_of_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_types, "MOST_PARTS", 1)
    assert media_type_of("a.docx", BytesIO(package("word/document.xml"))) != ""
    assert media_type_of("a.docx", BytesIO(package("word/document.xml", "word/styles.xml"))) == ""
