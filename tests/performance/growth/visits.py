"""The pages whose cost is measured, and who opens them.

Everybody but the people called many has a handful of things, the same at every size of the portal
(tests/performance/world/handful.sql); of the people called many each has thousands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.performance.seeding import the_id

VISITOR, SCRIPT = "", "script"  # a browser where nobody is signed in; a program that has the applicant's access token


@dataclass(frozen=True)
class Visit:
    """One page: its name, address, who opens it, and whether its time must stay flat (the bar of issue 10).

    `like` is the name of the page of somebody with a handful of things that this one is compared with.
    """

    name: str
    path: str | Callable[[], str]
    person: str = VISITOR
    flat: bool = False
    like: str = ""

    @property
    def address(self) -> str:
        return self.path if isinstance(self.path, str) else self.path()


def _page(kind: str, thing: str, *, of: str = "{}") -> str:
    return of.format(f"/{kind}/{the_id(thing)}/")


def _new_link(person: str, file: str) -> str:
    """A link that nobody has opened yet."""
    from apps.datasets.models import Distribution
    from apps.downloads import commands
    from apps.people.models import Person

    found = Distribution.objects.select_related("version__dataset").get(pk=the_id(file))
    _link, secret = commands.make_link(found, by=Person.objects.get(pk=the_id(person)))
    return f"/d/{secret}/{found.name}"


OPEN_LINK = partial(_new_link, "applicant", "filehandful-6-1")
BASIC = (
    Visit("front page, visitor", "/", flat=True),
    Visit("catalogue, visitor", "/datasets/", flat=True),
    Visit("catalogue, signed in", "/datasets/", "applicant"),
    Visit("search, a frequent word", "/datasets/?q=cancer"),
    Visit("search, a rarer word", "/datasets/?q=melanoma"),
    Visit("search, two words and a filter", "/datasets/?q=lung+cancer&access=controlled"),
    Visit("search, a word spelt wrong", "/datasets/?q=melanmoa"),
    Visit("dataset, visitor", "/datasets/dataset-4/", flat=True),
    Visit("dataset, somebody without access", "/datasets/dataset-4/", "newcomer", flat=True),
    Visit("dataset, somebody with access", "/datasets/handful-6/", "applicant", flat=True),
    Visit("why can I not download", "/datasets/handful-8/access/", "applicant"),
    Visit("front page, newcomer", "/", "newcomer", flat=True),
    Visit("front page, applicant", "/", "applicant", flat=True),
    Visit("front page, committee member", "/", "member", flat=True),
    Visit("front page, owner", "/", "owner", flat=True),
    Visit("front page, operator", "/", "operator", flat=True),
    Visit("my requests", "/requests/", "applicant", flat=True),
    Visit("my requests, closed", "/requests/?tab=closed", "applicant", flat=True),
    Visit("request", _page("requests", "requestha3"), "applicant"),
    Visit("new request", "/datasets/dataset-4/request/", "applicant"),
    Visit("my access", "/access/", "applicant"),
    Visit("one access", _page("access", "grantha6"), "applicant"),
    Visit("my agreements", "/agreements/", "applicant"),
    Visit("agreement", _page("agreements", "agreementha6"), "applicant"),
    Visit("download links", "/links/", "applicant"),
    Visit("notifications", "/notifications/", "applicant"),
    Visit("account", "/account/", "applicant"),
    Visit("requests to review", "/review/", "member", flat=True),
    Visit("requests to review, decided", "/review/?tab=decided", "member", flat=True),
    Visit("case", _page("review", "requesthr1"), "member"),
    Visit("committee, members", "/committees/committee-handful/manage/", "member"),
    Visit("committee, visitor", "/committees/committee-handful/"),
    Visit("my datasets", "/my-datasets/", "owner"),
    Visit("requests for my datasets", "/my-datasets/requests/", "owner"),
    Visit("my dataset", "/my-datasets/handful-11/", "owner"),
    Visit("users of my dataset", "/my-datasets/handful-11/users/", "owner"),
    Visit("people of my dataset", "/my-datasets/handful-11/people/", "owner"),
    Visit("agreements to countersign", "/agreements/", "owner"),
    Visit("institution, people", "/institution/", "official"),
    Visit("institution, agreements", "/institution/agreements/", "official"),
    Visit("event log", "/oversight/events/", "auditor"),
    Visit("event log, one kind", "/oversight/events/?kind=grant.revoked", "auditor"),
    Visit("access at a moment", "/oversight/access/", "auditor"),
    Visit("people, by name", "/people/?q=Person+77", "auditor"),
    Visit("roles", "/oversight/roles/", "auditor"),
    Visit("System status", "/system-status/", "operator"),
    Visit("set up", "/set-up/", "operator"),
    Visit("set up, owners", "/set-up/owners/", "operator"),
    Visit("set up, committees", "/set-up/committees/", "operator"),
    Visit("set up, institutions", "/set-up/institutions/", "operator"),
    Visit("set up, roles", "/set-up/roles/", "operator"),
    Visit("API, datasets", "/api/v1/datasets", SCRIPT),
    Visit("API, search", "/api/v1/datasets?q=cancer", SCRIPT),
    Visit("API, dataset", "/api/v1/datasets/handful-6", SCRIPT),
    Visit("API, why", "/api/v1/datasets/handful-8/why", SCRIPT),
    Visit("API, grants", "/api/v1/grants", SCRIPT),
    Visit("API, requests", "/api/v1/requests", SCRIPT),
    Visit("API, agreements", "/api/v1/agreements", SCRIPT),
    Visit("a link is opened", OPEN_LINK),
)
MANY = (
    Visit("front page, 5,000 requests", "/", "many-applicant", like="front page, applicant"),
    Visit("my requests, 5,000", "/requests/", "many-applicant", like="my requests"),
    Visit("my access, 5,000", "/access/", "many-applicant", like="my access"),
    Visit("my agreements, 5,000", "/agreements/", "many-applicant", like="my agreements"),
    Visit("notifications, 10,000", "/notifications/", "many-applicant", like="notifications"),
    Visit("dataset, 5,000 requests", "/datasets/dataset-4/", "many-applicant", like="dataset, somebody without access"),
    Visit("requests to review, 1,025 wait", "/review/", "many-member", like="requests to review"),
    Visit("front page, 1,025 wait", "/", "many-member", like="front page, committee member"),
    Visit("front page, owner of 1,000", "/", "many-owner", like="front page, owner"),
    Visit("my datasets, 1,000", "/my-datasets/", "many-owner", like="my datasets"),
    Visit("requests for my 1,000 datasets", "/my-datasets/requests/", "many-owner", like="requests for my datasets"),
    Visit("dataset of 1,000 users", "/my-datasets/many-1/", "many-owner", like="my dataset"),
    Visit("users of a dataset, 1,000", "/my-datasets/many-1/users/", "many-owner", like="users of my dataset"),
)  # fmt: skip


def visits() -> list[Visit]:
    return [*BASIC, *MANY]
