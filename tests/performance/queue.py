"""`python -m tests.performance.queue`: Requests to review with 1,000 undecided requests and 100,000 old ones.

Issue 11, Speed: at most 8 statements on each tab, and the first page at most 1.5 times the page at 100. It makes a
portal of its own (two minutes) and throws it away; two committees of one database, so that a slow minute slows both.
`--statements` prints the milliseconds of each statement. 1 if a bar was missed.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from deploy.demo.embedded import Trouble
from tests.performance import seeding
from tests.performance.growth.measure import client_of
from tests.performance.place import place
from tests.performance.rounds import interleaved, ratio

MOST, STATEMENTS, ROUNDS = 1.5, 8, 11
TABS = ("", "?tab=to-check", "?tab=with-others", "?tab=with-applicant", "?tab=decided", "?tab=to-vote&due=overdue")
OWN = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET ", "ROLLBACK")
PARTS = (("few",), ("datasets",), ("queue", "courses"))


def main(arguments: list[str]) -> int:
    """Print the table; 1 when a bar was missed."""
    with place() as here:
        superuser = here.urls.superuser.removesuffix("/postgres") + "/gatehouse"
        seeding.fill(superuser, here.urls.owner, first=1, last=200, parts=PARTS)
        clients = {one: client_of(f"{one}-queue") for one in ("short", "long")}
        missed = [tab for tab in TABS if not _measured(tab, clients, "--statements" in arguments)]
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}. {len(missed)} missed.")
    return int(bool(missed))


def _measured(tab: str, clients: dict[str, Any], shows: bool) -> bool:
    """Prints the line of one address; whether it keeps the bars. Only the first page has one for its time."""
    address = f"/review/{tab}"
    counts = {}
    for name, client in clients.items():
        client.get(address)
        counts[name] = _statements(client, address, shows and name == "long")
    times = interleaved({name: _timed(client, address, time.perf_counter) for name, client in clients.items()}, ROUNDS)
    cpu = interleaved({name: _timed(client, address, time.process_time) for name, client in clients.items()}, ROUNDS)
    share = ratio(times["long"], times["short"]).median
    print(
        f"{address}: {counts['long']} statements (at 100: {counts['short']}, bar {STATEMENTS}); "
        f"{times['long'].median:.0f} ms, at 100 {times['short'].median:.0f} ms, "
        f"{share:.2f} times{'' if tab else f' (bar {MOST})'}; "
        f"processor of this process {cpu['long'].median:.0f} and {cpu['short'].median:.0f} ms",
        flush=True,
    )
    return max(counts.values()) <= STATEMENTS and (bool(tab) or share <= MOST)


def _statements(client: Any, address: str, shows: bool) -> int:
    """How many, without those that begin and end a transaction."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    own = [one for one in seen if one["sql"] and not one["sql"].startswith(OWN)]
    for one in own if shows else []:
        print(f"  {float(one['time']) * 1000:6.0f} ms  {one['sql'][:150]}")
    return len(own)


def _timed(client: Any, address: str, clock: Callable[[], float]) -> Callable[[], float]:
    def once() -> float:
        began = clock()
        client.get(address)
        return (clock() - began) * 1000

    return once


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(f"The queue could not be measured: {trouble}")
