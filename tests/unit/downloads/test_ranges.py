"""Cases 29 and 30: which requests send bytes, and which bytes (RFC 9110, 13 and 14.2)."""

import pytest

from apps.downloads.delivery import disposition_of
from apps.downloads.ranges import MOST_RANGES, Asked, asked_of, plan, ranges_of

SIZE, ETAG = 1000, '"abc"'


@pytest.mark.parametrize(("header", "ranges"), [
    ("bytes=0-9", [(0, 9)]),
    ("bytes=0-0", [(0, 0)]),
    ("bytes=990-", [(990, 999)]),
    ("bytes=-10", [(990, 999)]),
    ("bytes=-5000", [(0, 999)]),
    ("bytes=0-99999999999999999999", [(0, 999)]),
    ("bytes=999-999", [(999, 999)]),
    ("bytes=0-9, 20-29 ,,-1", [(0, 9), (20, 29), (999, 999)]),
    ("bytes=0-9,5000-", [(0, 9)]),
])  # fmt: skip
def test_a_range_is_clamped_to_the_file(header: str, ranges: list[tuple[int, int]]) -> None:
    """Case 30."""
    assert ranges_of(header, SIZE) == ranges


@pytest.mark.parametrize("header", [
    "", "items=0-1", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=5-1", "bytes=0-1,9-2", "bytes=-", "bytes=--1",
    "bytes=0-1-2", "bytes=0x1-2", "bytes =0-1", "bytes=\u0661-\u0662", "bytes=" + "0-1," * (MOST_RANGES + 1),
    "bytes=0-,0-0", "bytes=0-600,400-",
])  # fmt: skip
def test_a_header_that_is_no_range_of_bytes_is_ignored(header: str) -> None:
    """Case 30: the whole file is sent."""
    assert ranges_of(header, SIZE) is None
    assert plan(Asked(byte_range=header), size=SIZE, etag=ETAG).status == 200


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_outside_the_file_cannot_be_satisfied(header: str) -> None:
    found = plan(Asked(byte_range=header), size=SIZE, etag=ETAG)
    assert (found.status, found.sends_bytes) == (416, False)


@pytest.mark.parametrize(("headers", "status"), [
    ({"If-None-Match": ETAG}, 304),
    ({"If-None-Match": f'"x", W/{ETAG}'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": '"x"'}, 200),
    ({"If-Match": '"x"'}, 412),
    ({"If-Match": f"W/{ETAG}"}, 412),
    ({"If-Match": ETAG}, 200),
    ({"If-Match": "*", "Range": "bytes=0-1"}, 206),
    ({"Range": "bytes=0-1", "If-Range": ETAG}, 206),
    ({"Range": "bytes=0-1", "If-Range": '"x"'}, 200),
    ({"Range": "bytes=0-1", "If-Range": f"W/{ETAG}"}, 200),
    ({"Range": "bytes=5000-", "If-None-Match": ETAG}, 304),
])  # fmt: skip
def test_conditions_come_before_ranges(headers: dict[str, str], status: int) -> None:
    """Case 29."""
    found = plan(asked_of("GET", headers), size=SIZE, etag=ETAG)
    assert (found.status, found.sends_bytes) == (status, status in {200, 206})


def test_a_range_means_nothing_for_head() -> None:
    """RFC 9110, 14.2: and HEAD sends no bytes."""
    found = plan(asked_of("HEAD", {"Range": "bytes=0-1"}), size=SIZE, etag=ETAG)
    assert (found.status, found.sends_bytes, found.byte_range) == (200, False, "")


def test_what_is_sent_is_said_to_the_front_and_to_the_log() -> None:
    found = plan(Asked(byte_range="bytes=-10,0-4"), size=SIZE, etag=ETAG)
    assert (found.byte_range, found.code, found.from_start) == ("bytes=990-999,0-4", "990-999+0-4", True)
    assert not plan(Asked(byte_range="bytes=1-"), size=SIZE, etag=ETAG).from_start
    many = plan(Asked(byte_range="bytes=" + ",".join(["100-101"] * 30)), size=SIZE, etag=ETAG)
    assert many.code == "30-parts"


@pytest.mark.parametrize(("name", "header"), [
    ("data.csv", 'attachment; filename="data.csv"'),
    ("Kjær 1.csv", "attachment; filename=\"Kj_r 1.csv\"; filename*=utf-8''Kj%C3%A6r%201.csv"),
    ("résumé.csv", "attachment; filename=\"resume.csv\"; filename*=utf-8''r%C3%A9sum%C3%A9.csv"),
    ("名前.csv", "attachment; filename=\"file.csv\"; filename*=utf-8''%E5%90%8D%E5%89%8D.csv"),
    ("名前", "attachment; filename=\"file\"; filename*=utf-8''%E5%90%8D%E5%89%8D"),
])  # fmt: skip
def test_a_name_is_also_sent_in_ascii(name: str, header: str) -> None:
    """Case 30: `curl -OJ` reads only `filename`, and wrote the percent signs."""
    assert disposition_of(name) == header
