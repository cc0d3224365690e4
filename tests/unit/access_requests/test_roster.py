"""The roster of a class as text: separators, headings, quoted cells, and every fault with its line and column."""

import pytest

from apps.access_requests import roster
from apps.access_requests.roster import EMAIL, NAME, ORCID, Entry, decoded, read, written
from apps.core.errors import Invalid

ANNA = Entry("Anna Lind", "anna@uni.example", "", 1)
GOOD_ORCID, BAD_ORCID = "0000-0002-1825-0097", "0000-0002-1825-0098"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("\n \n", []),
        ("Anna Lind,anna@uni.example", [ANNA]),
        ("Anna Lind;Anna@Uni.example;", [ANNA]),
        ("Anna Lind\tanna@uni.example\r\n", [ANNA]),
        ("\ufeffAnna Lind,anna@uni.example", [ANNA]),
        ('"Lind, Anna";anna@uni.example', [Entry("Lind, Anna", "anna@uni.example", "", 1)]),
        ("name,e-mail\nAnna Lind,anna@uni.example", [Entry("Anna Lind", "anna@uni.example", "", 2)]),
        ("ORCID;Group;Full name\n" + GOOD_ORCID + ";7;Bo", [Entry("Bo", "", GOOD_ORCID, 2)]),
        (f"Bo,,https://orcid.org/{GOOD_ORCID}", [Entry("Bo", "", GOOD_ORCID, 1)]),
        ('"Anna\nLind",anna@uni.example\nBo,bo@uni.example',
         [ANNA, Entry("Bo", "bo@uni.example", "", 3)]),
        ("=cmd|' /C calc'!A0,a@uni.example", [Entry("=cmd|' /C calc'!A0", "a@uni.example", "", 1)]),
    ],
)  # fmt: skip
def test_a_roster_is_read(text: str, wanted: list[Entry]) -> None:
    found = read(text)
    assert (found.entries, found.faults) == (wanted, [])


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (",anna@uni.example", 1, NAME),
        ("Anna\nBo,bo@uni.example", 1, EMAIL),
        ("Anna,anna-at-uni", 1, EMAIL),
        (f"Anna,,{BAD_ORCID}", 1, ORCID),
        ("x" * 201 + ",anna@uni.example", 1, NAME),
        ("An\u202ena,anna@uni.example", 1, NAME),
        ("Anna,a@uni.example,,more", 1, ""),
        ("Anna,a@uni.example\n\nBo,A@uni.example", 3, EMAIL),
        (f"Anna,a@uni.example,{GOOD_ORCID}\nBo,b@uni.example,{GOOD_ORCID}", 2, ORCID),
        ('Anna,a@uni.example\n"Bo,b@uni.example', 2, ""),
        ("name,group\nAnna,7", 1, ""),
        ("e-mail\nanna@uni.example", 1, ""),
    ],
)
def test_a_fault_has_its_line_and_column(text: str, line: int, column: str) -> None:
    (fault,) = read(text).faults
    assert (fault.line, fault.column) == (line, column)


def test_a_class_has_at_most_500_students() -> None:
    lines = [f"Student {n},s{n}@uni.example" for n in range(roster.MOST + 1)]
    assert read("\n".join(lines[:-1])).faults == []
    assert [one.line for one in read("\n".join(lines)).faults] == [roster.MOST + 1]


def test_what_is_written_is_read_back() -> None:
    entries = [Entry('Lind, "Anna"', "anna@uni.example", ""), Entry("Bo; Åse", "", GOOD_ORCID)]
    assert [(one.name, one.email, one.orcid) for one in read(written(entries)).entries] == [
        (one.name, one.email, one.orcid) for one in entries
    ]


def test_only_utf_8_is_read() -> None:
    assert decoded("\ufeffSøren,s@uni.example".encode()) == "Søren,s@uni.example"
    for content in ("Søren".encode("latin-1"), "Søren".encode("utf-16"), b"a" * (roster.MOST_BYTES + 1)):
        with pytest.raises(Invalid) as refused:
            decoded(content)
        assert refused.value.field == "file"
