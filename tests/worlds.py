"""Worlds in every state, for tests that begin there: `worlds.granted()`, `worlds.revoked()`, `worlds.returned()`.

Each is built by the portal's commands once a run and fetched by id (tests/seeded_worlds.py): a handful of statements
instead of some hundred. A world that is built on something of the test is given it: `worlds.revoked(access)`.
A grant that has ended is `worlds.granted()` with the clock frozen after its `ends_at`: its terms never change.
"""

from datetime import timedelta

from apps.access_requests import commands as requests
from apps.core import clock
from apps.datasets import commands as datasets
from apps.grants import commands as grants
from apps.people.models import Affiliation, Person
from tests import stories
from tests.seeded_worlds import fetched
from tests.stories import (
    Access,
    Case,
    PublishedDataset,
    auditor,
    committee_setup,
    deactivated,
    decided,
    draft,
    drafted_dataset,
    executed,
    granted,
    in_review,
    offered,
    operator,
    person,
    published_dataset,
    returned,
    signed,
    submitted,
)


# ------------------------------------------------------------------------------------------ people and datasets
@fetched
def lapsed_affiliation() -> Person:
    """Somebody whose affiliation expired yesterday. No command makes time pass: its dates are moved."""
    someone = stories.person()
    moment = clock.now()
    Affiliation.objects.filter(person=someone).update(
        starts_at=moment - timedelta(days=365), valid_until=moment - timedelta(days=1)
    )
    return someone


@fetched
def withdrawn_version(published: PublishedDataset | None = None) -> PublishedDataset:
    """A dataset whose only version was published and then withdrawn."""
    published = published or stories.published_dataset()
    datasets.withdraw(published.version, reason="Consent was withdrawn.", by=published.owner)
    stories.drain()
    published.version.refresh_from_db()
    return published


# ----------------------------------------------------------------------------------------------------- requests
@fetched
def withdrawn(case: Case | None = None) -> Case:
    """A request that the applicant withdrew after submitting it."""
    case = case or stories.submitted()
    requests.withdraw(case.request, by=case.applicant)
    stories.drain()
    return case.reload()


@fetched
def in_review_with_a_vote(case: Case | None = None) -> Case:
    """The chair has voted to approve; one more vote decides."""
    case = case or stories.in_review()
    stories.vote(case, case.committee_setup.chair)
    return case.reload()


@fetched
def denied(case: Case | None = None) -> Case:
    """A request whose only dataset was denied; it is closed, and the applicant was notified."""
    case = stories.decided(case or stories.in_review(), choice="deny")
    stories.drain()
    return case.reload()


# ------------------------------------------------------------------------------------------------------- grants
@fetched
def suspended(access: Access | None = None) -> Access:
    """The grant is suspended by the owner."""
    access = access or stories.granted()
    grants.suspend(access.grant, reason="Training has expired.", by=access.owner)
    return _afterwards(access)


@fetched
def revoked(access: Access | None = None) -> Access:
    """The grant is revoked by the owner."""
    access = access or stories.granted()
    grants.revoke(access.grant, reason="The study has ended.", by=access.owner)
    return _afterwards(access)


@fetched
def granted_on_withdrawn_version(access: Access | None = None) -> Access:
    """The grant is as it was, and the version that it opened was withdrawn."""
    access = access or stories.granted()
    withdrawn_version(access.published_dataset)
    return _afterwards(access)


def _afterwards(access: Access) -> Access:
    stories.drain()
    access.grant.refresh_from_db()
    access.case.reload()
    access.agreement_setup.reload()
    return access


EVERY = (
    auditor, committee_setup, deactivated, decided, denied, draft, drafted_dataset, executed, granted,
    granted_on_withdrawn_version, in_review, in_review_with_a_vote, lapsed_affiliation, offered, operator, person,
    returned, revoked, published_dataset, signed, submitted, suspended, withdrawn, withdrawn_version,
)  # fmt: skip
