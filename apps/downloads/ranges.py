"""What a request for a file asks for and what is sent: RFC 9110, 13 (conditions) and 14.2 (Range). Pure functions.

The portal decides this before a byte is sent, so that it knows which requests send bytes, and every front server sends
the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

RANGE_SET = re.compile(r"bytes=([0-9,\- \t]{1,1000})\Z", re.ASCII)
RANGE = re.compile(r"(\d*)-(\d*)\Z", re.ASCII)
MOST_RANGES = 32  # more in one request are ignored, and the whole file is sent
Ranges = list[tuple[int, int]]


@dataclass(frozen=True)
class Asked:
    """The method and the headers of a request that decide what is sent."""

    method: str = "GET"
    byte_range: str = ""
    if_range: str = ""
    if_match: str = ""
    if_none_match: str = ""


@dataclass(frozen=True)
class Plan:
    """What is sent: `status` 200, 206, 304, 412 or 416, and the first and last byte of each part (RFC 9110, 14.1.2)."""

    status: int
    ranges: tuple[tuple[int, int], ...] = ()
    only_headers: bool = False

    @property
    def sends_bytes(self) -> bool:
        return self.status in {200, 206} and not self.only_headers

    @property
    def from_start(self) -> bool:
        """Whether the first byte of the file is among those that are sent."""
        return self.status == 200 or any(first == 0 for first, _last in self.ranges)

    @property
    def byte_range(self) -> str:
        """The header `Range` that asks a server for exactly these parts; empty for the whole file."""
        return f"bytes={','.join(f'{first}-{last}' for first, last in self.ranges)}" if self.ranges else ""

    @property
    def code(self) -> str:
        """The parts as a fact of an event: `all`, such as `0-9+20-29`, or only how many if they are long."""
        code = "+".join(f"{first}-{last}" for first, last in self.ranges) or "all"
        return code if len(code) <= 200 else f"{len(self.ranges)}-parts"


def asked_of(method: str, headers: Mapping[str, str]) -> Asked:
    """The request as `plan` reads it."""
    return Asked(
        method, headers.get("Range", ""), headers.get("If-Range", ""), headers.get("If-Match", ""),
        headers.get("If-None-Match", ""),
    )  # fmt: skip


def plan(asked: Asked, *, size: int, etag: str) -> Plan:
    """What to send of a file of `size` bytes whose strong entity tag is `etag`, with its quotes."""
    only_headers = asked.method == "HEAD"
    if asked.if_match and not _names(asked.if_match, etag, weak=False):
        return Plan(412, only_headers=only_headers)
    if asked.if_none_match and _names(asked.if_none_match, etag, weak=True):
        return Plan(304, only_headers=only_headers)
    current = not asked.if_range or asked.if_range.strip() == etag
    ranges = ranges_of(asked.byte_range, size) if current and not only_headers else None
    if ranges is None:
        return Plan(200, only_headers=only_headers)
    return Plan(206, tuple(ranges)) if ranges else Plan(416)


def ranges_of(header: str, size: int) -> Ranges | None:
    """The parts that a `Range` header asks for, ends clamped to the file; empty if there are none in it.

    None if the header is to be ignored: another unit than bytes, not the syntax of a range, more than MOST_RANGES, or
    parts that are longer together than the file, which Caddy and nginx ignore as well.
    """
    match = RANGE_SET.match(header.strip())
    wanted = [one.strip() for one in match[1].split(",") if one.strip()] if match else []
    if not 0 < len(wanted) <= MOST_RANGES:
        return None
    found: Ranges = []
    for one in wanted:
        spec = RANGE.match(one)
        if spec is None or not (spec[1] or spec[2]):
            return None
        if spec[1] and spec[2] and int(spec[2]) < int(spec[1]):
            return None
        first, last = _clamped(spec[1], spec[2], size)
        if first <= last:
            found.append((first, last))
    return found if sum(last - first + 1 for first, last in found) <= size else None


def _clamped(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and last byte within the file; the first after the last if no byte is in it."""
    if not first:  # the last N bytes
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _names(header: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of entity tags is `*` or contains this one (RFC 9110, 8.8.3.2)."""
    tags = [one.strip() for one in header.split(",")]
    return "*" in tags or etag in tags or (weak and f"W/{etag}" in tags)
