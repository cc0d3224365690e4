"""Time zones of readers: IANA names such as `Europe/Copenhagen`. Days of agreements and access are days in UTC."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DEFAULT = "UTC"
COOKIE = "time_zone"  # set by static/js/page.js: what the browser says


@cache
def names() -> tuple[str, ...]:
    """Every time zone that a reader can choose, by name: UTC, and those named by region and place."""
    regions = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    return (DEFAULT, *sorted(name for name in available_timezones() if name.partition("/")[0] in regions))


def is_known(name: str) -> bool:
    return name in names()


def zone(*candidates: str) -> ZoneInfo:
    """The first of these time zones that is known; UTC if none is."""
    return ZoneInfo(next((name for name in candidates if is_known(name)), DEFAULT))
