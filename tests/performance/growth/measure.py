"""Opening the pages in this process, in one portal after the other, and noting what each costs."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tests.performance.growth.statements import Recorded, Recorder
from tests.performance.growth.visits import SCRIPT, Visit
from tests.performance.growth.world import Grown
from tests.performance.rounds import Series, interleaved
from tests.performance.seeding import the_id


@dataclass
class Cost:
    """What one page costs in one portal."""

    recorded: Recorded
    by_index: Recorded  # where tables are not read from end to end, though a small one may be
    milliseconds: Series | None = None


def recorded_of(get: Callable[[str], object], address: str, connection: Any, *, index_only: bool = False) -> Recorded:
    """What the statements read that getting this address asks."""
    recorder = Recorder(index_only=index_only)
    with connection.execute_wrapper(recorder):
        get(address)
    return recorder.recorded


class Portal:
    """One of the portals: while it is `used`, the code of the project works on its database."""

    def __init__(self, one: Grown) -> None:
        from django.db import connections

        self.size = one.size
        settings = connections["default"].settings_dict | {"NAME": urlsplit(one.urls.app).path[1:]}
        self._connection: Any = type(connections["default"])(settings, alias="default")
        self._clients: dict[str, Any] = {}

    @contextmanager
    def used(self) -> Iterator[None]:
        from django.db import connections

        before = connections["default"]
        connections["default"] = self._connection
        try:
            yield
        finally:
            connections["default"] = before

    def close(self) -> None:
        self._connection.close()

    def get(self, visit: Visit, address: str) -> Any:
        """The answer of one page; RuntimeError unless it is 200."""
        if visit.person not in self._clients:
            self._clients[visit.person] = client_of(visit.person)
        answer = self._clients[visit.person].get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{visit.name}: {address} answers {answer.status_code}")
        return answer

    def cost(self, visit: Visit, *, by_index: bool) -> Cost:
        """What the statements of the page read. It is opened before, so that nothing is asked for the first time."""
        with self.used():
            get = partial(self.get, visit)
            get(visit.address)
            recorded = recorded_of(get, visit.address, self._connection)
            other = recorded_of(get, visit.address, self._connection, index_only=True) if by_index else recorded
            return Cost(recorded, other)

    def timed(self, visit: Visit) -> Callable[[], float]:
        """Opens the page once, and says how many milliseconds that took."""

        def once() -> float:
            with self.used():
                address = visit.address
                began = time.perf_counter()
                self.get(visit, address)
                return (time.perf_counter() - began) * 1000

        return once


def client_of(person: str) -> Any:
    """A browser of this person, or a program with their token."""
    from django.test import Client

    from apps.identity.commands.sessions import begin_session
    from apps.identity.oidc.views import sign_in_of
    from apps.people.models import Person
    from apps.tokens.commands.tokens import make_token

    if not person:
        return Client(headers={"Host": "127.0.0.1"})
    someone = Person.objects.get(pk=the_id("applicant" if person == SCRIPT else person))
    if person == SCRIPT:
        _token, secret = make_token("growth", scopes=["read", "download"], days=1, by=someone)
        return Client(headers={"Host": "127.0.0.1", "Authorization": f"Bearer {secret}"})
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(someone, backend="apps.identity.oidc.backend.InstitutionalSignIn")
    begin_session(someone, key=str(client.session.session_key), sign_in=sign_in_of({}), by=someone)
    return client


def costs(
    portals: Sequence[Portal], visits: Sequence[Visit], *, rounds: int, say: Callable[[str], None]
) -> dict[str, dict[int, Cost]]:
    """By page and size of the portal; `rounds` of 0 measures no times."""
    found: dict[str, dict[int, Cost]] = {}
    for visit in visits:
        say(visit.name)
        found[visit.name] = {one.size: one.cost(visit, by_index=one is portals[0]) for one in portals}
        if rounds:
            series = interleaved({str(one.size): one.timed(visit) for one in portals}, rounds=rounds)
            for one in portals:
                found[visit.name][one.size].milliseconds = series[str(one.size)]
    return found
