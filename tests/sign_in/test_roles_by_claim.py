"""T47: claims give nobody a role unless an operator mapped them, exactly; what is gone at home is gone here."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.access_requests import commands as requests
from apps.access_requests.models import Item, Vote
from apps.access_requests.queries import bench_for, tally
from apps.accounts import commands as accounts
from apps.accounts.models import Desk, DeskClaim, Identity, Person, Provider
from apps.accounts.queries import holds_desk
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees import commands as committees
from apps.committees.models import Seat, SeatClaim
from apps.committees.queries import committees_of, seats_of
from apps.core import clock
from apps.core.errors import Denied, Invalid
from apps.notifications.models import Letter
from tests import stories
from tests.sign_in import browser
from tests.sign_in import provider as loopback

pytestmark = pytest.mark.django_db
GROUP = "urn:example:group:dac"


def row_of(provider: loopback.Provider) -> Provider:
    return Provider.objects.get(issuer=provider.issuer)


def ann(provider: loopback.Provider) -> Person:
    """The provider's Ann, known here already."""
    person = stories.person()
    Identity.objects.create(person=person, issuer=provider.issuer, subject="ann", provider=row_of(provider))
    return person


def says(provider: loopback.Provider, *groups: Any, claim: str = "groups") -> None:
    provider.person = {**provider.person, claim: list(groups)}


def lapse(person: Person) -> None:
    """A quarter of an hour goes by without a word."""
    Seat.objects.filter(person=person, claim__isnull=False).update(confirmed_until=clock.now())
    Desk.objects.filter(person=person, claim__isnull=False).update(confirmed_until=clock.now())


def test_t47_a_claim_named_like_a_role_gives_nothing(provider: loopback.Provider) -> None:
    """Everything a provider might say, with nothing mapped, and with one exact value mapped that it does not say."""
    person, bench = ann(provider), stories.bench()
    provider.person |= {
        "groups": ["operator", "auditor", "admin", bench.committee.slug, GROUP.upper()], "roles": ["operator"],
        "desk": "auditor", "is_staff": True, "is_superuser": True, "seat": bench.committee.slug, "role": "chair",
        "entitlement": [GROUP], "eduperson_entitlement": GROUP,
    }  # fmt: skip
    provider.says = {"operator": True, "desks": ["operator"], "is_superuser": True}
    for _round in range(2):
        browser.sign_in(Client(), provider)
        assert not Desk.objects.filter(person=person).exists()
        assert not Seat.objects.filter(person=person).exists()
        assert not Person.objects.get(pk=person.pk).is_superuser
        accounts.map_desk(row_of(provider), claim="groups", value=GROUP, desk="operator", by=None)
        committees.map_seat(
            row_of(provider), claim="groups", value=f"{GROUP} ".strip() + "2", committee=bench.committee,
            is_chair=True, by=None,
        )  # fmt: skip


def test_t47_control_the_mapped_value_gives_the_desk_and_its_absence_takes_it_at_once(
    provider: loopback.Provider,
) -> None:
    """Control of the test above: the very same sign-in with the one exact value is the operator's."""
    person = ann(provider)
    accounts.map_desk(row_of(provider), claim="groups", value=GROUP, desk="operator", by=None)
    says(provider, "staff", GROUP)
    client = Client()
    browser.sign_in(client, provider)
    assert holds_desk(person, "operator")
    assert client.get("/operations/").status_code == 200
    says(provider, "staff")
    browser.sign_in(client, provider)
    assert not holds_desk(person, "operator")
    assert client.get("/operations/").status_code == 403
    kinds = Event.objects.filter(subject_id=person.pk, kind__startswith="desk.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [Kind.DESK_GAINED, Kind.DESK_LOST]
    stories.drain()
    letters = Letter.objects.filter(reader=person, kind__startswith="desk.")
    assert set(letters.values_list("kind", flat=True)) == {Kind.DESK_GAINED, Kind.DESK_LOST}


@pytest.mark.parametrize("said", [None, True, 7, {GROUP: True}, [[GROUP]], [GROUP, 1], [GROUP] * 2001, f"a {GROUP}"])
def test_t47_what_is_no_list_of_texts_takes_the_role_as_silence_does(provider: loopback.Provider, said: Any) -> None:
    person = ann(provider)
    accounts.map_desk(row_of(provider), claim="groups", value=GROUP, desk="auditor", by=None)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert holds_desk(person, "auditor")
    provider.person = {**provider.person, "groups": said}
    assert browser.sign_in(Client(), provider).status_code == 302
    assert not holds_desk(person, "auditor")


def test_t47_a_role_is_over_fifteen_minutes_after_the_last_word(provider: loopback.Provider) -> None:
    """By the database's clock, without any job; to the moment."""
    person = ann(provider)
    accounts.map_desk(row_of(provider), claim="groups", value=GROUP, desk="auditor", by=None)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    desk = Desk.objects.get(person=person)
    assert desk.confirmed_until is not None
    assert timedelta(minutes=14, seconds=50) < desk.confirmed_until - clock.now() <= timedelta(minutes=15)
    with clock.freeze(desk.confirmed_until - timedelta(microseconds=1)):
        assert holds_desk(person, "auditor")
    with clock.freeze(desk.confirmed_until):
        assert not holds_desk(person, "auditor")


def test_t47_another_provider_neither_gives_nor_takes_nor_prolongs(
    provider: loopback.Provider, second: loopback.Provider
) -> None:
    """The roles follow the claim of the provider they were mapped for, whoever else says the same or nothing."""
    person, bench = ann(provider), stories.bench()
    other = row_of(second)
    Identity.objects.create(person=person, issuer=second.issuer, subject="ann", provider=other)
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    says(second, GROUP)
    browser.sign_in(Client(), second, provider="saarela")
    assert not Seat.objects.filter(person=person).exists()
    says(provider, GROUP)
    browser.sign_in(Client(), provider, provider="nordvik")
    seat = Seat.objects.get(person=person)
    says(second)
    browser.sign_in(Client(), second, provider="saarela")
    same = Seat.objects.get(person=person)
    assert (same.ends_at, same.confirmed_until) == (None, seat.confirmed_until)
    assert committees_of(person).exists()


def test_a_confirmed_seat_stays_one_row_with_its_first_moment(provider: loopback.Provider) -> None:
    person, bench = ann(provider), stories.bench()
    claim = committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    first = Seat.objects.get(person=person)
    lapse(person)
    assert not committees_of(person).exists()
    browser.sign_in(Client(), provider)
    again = Seat.objects.get(person=person)
    assert (again.pk, again.starts_at, again.claim) == (first.pk, first.starts_at, claim)
    assert committees_of(person).exists()
    assert Event.objects.filter(kind=Kind.SEAT_GIVEN, subject_id=first.pk).count() == 1


def test_a_seat_given_by_hand_is_left_alone(provider: loopback.Provider) -> None:
    """The claim adds no second seat, and its end does not take the chair's own choice away."""
    person, bench = ann(provider), stories.bench()
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    by_hand = committees.seat(bench.committee, person=person, by=bench.chair)
    for groups in ([GROUP], []):
        says(provider, *groups)
        browser.sign_in(Client(), provider)
        assert Seat.objects.get(person=person) == by_hand
        assert committees_of(person).exists()


def test_one_chair_at_a_time_the_claim_waits(provider: loopback.Provider) -> None:
    person, bench = ann(provider), stories.bench()
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=True, by=None
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert not Seat.objects.filter(person=person).exists()
    withheld = Event.objects.get(kind=Kind.SEAT_WITHHELD)
    assert withheld.facts["why"] == "chair_taken"
    requests.unseat_member(bench.seat_of(bench.chair), by=bench.chair)
    browser.sign_in(Client(), provider)
    assert Seat.objects.get(person=person).is_chair


# ------------------------------------------------------------------------------------------------------- the bench
def seated_by_claim(provider: loopback.Provider, bench: stories.Bench) -> Person:
    """Ann sits in the committee by her claim, before anything was asked of it."""
    person = ann(provider)
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    return person


def cast(case: stories.Case, by: Person, choice: str = "approve") -> Vote:
    assert case.round is not None
    fresh = stories.fresh_sign_in()
    return requests.vote(case.item, choice=choice, reason="It fits.", seen=case.round, signed_in=fresh, by=by)


def test_t47_a_lapsed_seat_neither_votes_nor_reads_and_its_cast_vote_stands(provider: loopback.Provider) -> None:
    """The next request sees neither desk nor case; the bench and what was voted on it are as before."""
    bench = stories.bench(members=2, quorum=2)
    person = seated_by_claim(provider, bench)
    case = stories.in_review(shelf=stories.shelf(bench=bench))
    client = stories.client_for(person)
    assert client.get(f"/desk/{case.request.pk}/").status_code == 200
    cast(case, person)
    before = tally(case.item)
    assert (before.seated, before.cast) == (4, 1)
    lapse(person)
    assert client.get(f"/desk/{case.request.pk}/").status_code == 404
    secret = stories.token(person, "read")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get(f"/api/v1/requests/{case.request.pk}", headers=bearer).status_code == 404
    with pytest.raises(Denied):
        cast(stories.in_review(shelf=stories.shelf(bench=bench)), person)
    assert tally(case.item) == before
    cast(case, bench.chair)
    cast(case, bench.members[0])
    assert Item.objects.get(pk=case.item.pk).state == "approved"  # three of four, hers among them


def test_a_seat_lost_by_claim_leaves_the_round_as_any_unseating_does(provider: loopback.Provider) -> None:
    """The vote counts no longer, what is left decides, and the chair is told how many are left."""
    bench = stories.bench(members=2, quorum=2)
    person = seated_by_claim(provider, bench)
    case = stories.in_review(shelf=stories.shelf(bench=bench))
    cast(case, person, "deny")
    cast(case, bench.chair)
    cast(case, bench.members[0])
    assert Item.objects.get(pk=case.item.pk).state == "open"  # two of four
    says(provider)
    browser.sign_in(Client(), provider)
    assert person.pk not in set(bench_for(case.item).values_list("person_id", flat=True))
    stories.drain()
    assert Item.objects.get(pk=case.item.pk).state == "approved"  # two of three
    told = Letter.objects.get(reader=bench.chair, kind=Kind.SEAT_ENDED)
    assert "Seated now: 3; votes needed: 2." in told.body
    assert Letter.objects.filter(reader=person, kind=Kind.SEAT_ENDED).count() == 1


def test_t47_a_claim_cannot_turn_a_vote_that_is_under_way(provider: loopback.Provider) -> None:
    """Seated in the middle of a round, or lost and regained in it: the seat counts from the next round on."""
    bench = stories.bench(members=2, quorum=2)
    person = ann(provider)
    case = stories.in_review(shelf=stories.shelf(bench=bench))
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    for groups in ([GROUP], [], [GROUP]):
        says(provider, *groups)
        browser.sign_in(Client(), provider)
    assert committees_of(person).filter(pk=bench.committee.pk).exists()
    assert tally(case.item).seated == 3
    with pytest.raises(Denied):
        cast(case, person)


@pytest.mark.parametrize("part", ["applicant", "member", "merged account"])
def test_t47_no_claim_seats_somebody_where_a_request_of_theirs_is_decided(
    provider: loopback.Provider, part: str
) -> None:
    """Neither as applicant nor as colleague, nor by another account of the same person."""
    bench, person = stories.bench(members=2), ann(provider)
    asks = person
    if part == "merged account":
        asks = stories.person()
    named = [person] if part == "member" else []
    case = stories.in_review(
        shelf=stories.shelf(bench=bench), applicant=stories.person() if named else asks, members=named
    )
    if part == "merged account":
        accounts.merge_people(asks, into=person, by=stories.operator(), reason="Two accounts of one person.")
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert not Seat.objects.filter(person=person).exists()
    assert Event.objects.get(kind=Kind.SEAT_WITHHELD).facts["why"] == "concerned"
    cast(case, bench.chair)
    cast(case, bench.members[0])
    browser.sign_in(Client(), provider)  # it is decided: now the claim may seat them
    assert Seat.objects.get(person=person, committee=bench.committee).ends_at is None


# -------------------------------------------------------------------------------------------------- the operator's part
def told(*words: str) -> str:
    out = StringIO()
    call_command("provider", *words, stdout=out)
    return out.getvalue()


def test_an_operator_maps_lists_and_unmaps_at_the_command_line(provider: loopback.Provider) -> None:
    person, bench = ann(provider), stories.bench()
    told("map", "nordvik", "--claim", "groups", "--value", GROUP, "--desk", "auditor")
    told("map", "nordvik", "--claim", "groups", "--value", GROUP, "--desk", "auditor")  # twice changes nothing
    told("map", "nordvik", "--claim", "groups", "--value", GROUP, "--committee", bench.committee.slug)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    listed = told("roles")
    assert listed.count("Ann Holm (counts)") == 2
    lapse(person)
    assert told("roles").count("Ann Holm (rests)") == 2
    for rule in (*DeskClaim.objects.all(), *SeatClaim.objects.all()):
        told("unmap", str(rule.pk))
    assert told("roles") == ""
    assert not Seat.objects.held().filter(person=person).exists()
    assert not Desk.objects.filter(person=person, ends_at__gt=clock.now()).exists()
    mapped = Event.objects.filter(kind__in=[Kind.CLAIM_MAPPED, Kind.CLAIM_UNMAPPED])
    assert mapped.count() == 4
    browser.sign_in(Client(), provider)
    assert seats_of(bench.committee).count() == 3


@pytest.mark.parametrize(
    "words",
    [
        ["map", "nordvik", "--claim", "groups", "--value", GROUP],
        ["map", "nordvik", "--claim", "groups", "--value", GROUP, "--desk", "owner"],
        ["map", "nordvik", "--claim", "email", "--value", "ann@nordvik.example", "--desk", "operator"],
        ["map", "nordvik", "--claim", "preferred_username", "--value", "root", "--desk", "operator"],
        ["map", "nordvik", "--claim", " groups", "--value", GROUP, "--desk", "operator"],
        ["map", "nordvik", "--claim", "groups", "--value", "", "--desk", "operator"],
        ["map", "nobody", "--claim", "groups", "--value", GROUP, "--desk", "operator"],
        ["map", "nordvik", "--claim", "groups", "--value", GROUP, "--committee", "no-such"],
        ["unmap", str(UUID(int=0))],
    ],
)
def test_what_cannot_be_a_mapping_is_refused(provider: loopback.Provider, words: list[str]) -> None:
    with pytest.raises(CommandError):
        told(*words)
    assert not DeskClaim.objects.exists()
    assert not SeatClaim.objects.exists()


def test_who_holds_what_through_which_claim_stands_on_a_page(
    provider: loopback.Provider, django_assert_max_num_queries: Any
) -> None:
    ann(provider)
    bench = stories.bench()
    accounts.map_desk(row_of(provider), claim="groups", value=GROUP, desk="auditor", by=None)
    committees.map_seat(
        row_of(provider), claim="groups", value=GROUP, committee=bench.committee, is_chair=False, by=None
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    client = stories.client_for(stories.operator())
    with django_assert_max_num_queries(13):  # four of them begin and end the read-only transaction
        answer = client.get("/oversight/roles/")
    page = answer.content.decode()
    assert page.count(GROUP) == 2
    assert page.count("Ann Holm") == 2
    assert "confirmed until" in page
    assert client.post("/oversight/roles/", {"_once": str(uuid4())}).status_code == 405  # it is read only


def test_one_value_gives_one_seat_in_a_committee(provider: loopback.Provider) -> None:
    """As a member or in the chair; and to map the same twice is one mapping."""
    bench, row = stories.bench(), row_of(provider)
    said: dict[str, Any] = {"claim": "groups", "value": "dac", "committee": bench.committee, "by": None}
    first = committees.map_seat(row, is_chair=False, **said)
    assert committees.map_seat(row, is_chair=False, **said) == first
    with pytest.raises(Invalid, match="another seat in the committee already"):
        committees.map_seat(row, is_chair=True, **said)
