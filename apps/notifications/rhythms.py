"""When the next digest is due: a pure function of the moment, the rhythm and the reader's time zone."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from apps.core import zones

MORNING = time(7)


class Rhythms(StrEnum):
    """How often a person gets e-mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


def next_digest(now: datetime, rhythm: Rhythms, zone: str) -> datetime | None:
    """The first 7:00 after `now` in this time zone, for a weekly digest that of a Monday; None for e-mail at once.

    A morning that the clocks skip is the moment an hour later.
    """
    if rhythm == Rhythms.AT_ONCE:
        return None
    here = zones.zone(zone)
    day = now.astimezone(here).date()
    for ahead in range(9):
        morning = datetime.combine(day + timedelta(days=ahead), MORNING, tzinfo=here)
        if morning > now and (rhythm == Rhythms.DAILY or morning.weekday() == 0):
            return morning
    raise AssertionError("every week has a Monday")
