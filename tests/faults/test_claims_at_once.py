"""Several sign-ins of one person in one moment, and the chair at the same time: one seat, one desk, no deadlock."""

import pytest

from apps.access_requests import commands as requests
from apps.accounts import commands as accounts
from apps.accounts.models import Desk, Provider
from apps.committees import commands as committees
from apps.committees.models import Seat
from tests import stories
from tests.faults.test_review_at_once import TWICE, at_once

pytestmark = pytest.mark.django_db(transaction=True)
GROUP = "urn:example:group:dac"


@TWICE
def test_t47_claims_followed_at_once_give_one_seat_and_one_desk(turn: int) -> None:
    """The chair seats the same person by hand meanwhile: whoever comes first does, and no lock waits on another."""
    bench, person = stories.bench(), stories.person()
    provider = Provider.objects.create(
        slug=f"at-once-{turn}", name="At once", issuer=f"https://at-once-{turn}.example", client_id="gatehouse",
        secret_name="home",
    )  # fmt: skip
    committees.map_seat(provider, claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None)
    accounts.map_desk(provider, claim="groups", value=GROUP, desk="auditor", by=None)
    said = {"groups": [GROUP]}

    def follow() -> None:
        accounts.follow_desk_claims(person, provider=provider, said=said, by=None)
        requests.follow_seat_claims(person, provider=provider, said=said, by=None)

    at_once(follow, follow, lambda: requests.seat_member(bench.committee, person=person, by=bench.chair), follow)
    assert Seat.objects.filter(person=person, ends_at__isnull=True).count() == 1
    assert Desk.objects.filter(person=person).count() == 1
    gone = {"groups": []}
    at_once(
        follow,
        lambda: accounts.follow_desk_claims(person, provider=provider, said=gone, by=None),
        lambda: requests.follow_seat_claims(person, provider=provider, said=gone, by=None),
    )
    assert Seat.objects.filter(person=person, ends_at__isnull=True).count() <= 1
    requests.follow_seat_claims(person, provider=provider, said=gone, by=None)
    assert not Seat.objects.held().filter(person=person, claim__isnull=False).exists()
