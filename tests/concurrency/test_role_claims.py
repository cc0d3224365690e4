"""Several sign-ins of one person in one moment, and the chair at the same time: one membership, one role, no
deadlock.
"""

import pytest

from apps.access_requests import commands as requests
from apps.committees import commands as committees
from apps.committees.models import CommitteeMember
from apps.core.actors import CONSOLE, SYSTEM
from apps.people.commands.claims import add_platform_role_claim, sync_platform_role_claims
from apps.people.models import PlatformRole, Provider
from tests import stories
from tests.concurrency.test_parallel_commands import TWICE, at_once

pytestmark = pytest.mark.django_db(transaction=True)
GROUP = "urn:example:group:dac"


@TWICE
def test_t47_claims_followed_at_once_give_one_membership_and_one_role(turn: int) -> None:
    """The chair adds the same person manually meanwhile: whoever comes first does, and no lock waits on another."""
    committee_setup, person = stories.committee_setup(), stories.person()
    provider = Provider.objects.create(
        slug=f"at-once-{turn}", name="At once", issuer=f"https://at-once-{turn}.example", client_id="gatehouse",
        secret_name="home",
    )  # fmt: skip
    committees.add_member_claim(
        provider, claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    add_platform_role_claim(provider, claim="groups", value=GROUP, role="auditor", by=CONSOLE)
    said = {"groups": [GROUP]}

    def follow() -> None:
        sync_platform_role_claims(person, provider=provider, said=said, by=SYSTEM)
        requests.sync_member_claims(person, provider=provider, said=said, by=SYSTEM)

    at_once(
        follow,
        follow,
        lambda: requests.add_committee_member(committee_setup.committee, person=person, by=committee_setup.chair),
        follow,
    )
    assert CommitteeMember.objects.filter(person=person, ends_at__isnull=True).count() == 1
    assert PlatformRole.objects.filter(person=person).count() == 1
    gone = {"groups": []}
    at_once(
        follow,
        lambda: sync_platform_role_claims(person, provider=provider, said=gone, by=SYSTEM),
        lambda: requests.sync_member_claims(person, provider=provider, said=gone, by=SYSTEM),
    )
    assert CommitteeMember.objects.filter(person=person, ends_at__isnull=True).count() <= 1
    requests.sync_member_claims(person, provider=provider, said=gone, by=SYSTEM)
    assert not CommitteeMember.objects.appointed().filter(person=person, claim__isnull=False).exists()
