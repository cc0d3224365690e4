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
from apps.access_requests.queries import decision_on, eligible_voters, fetch_eligible_voters
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees import commands as committees
from apps.committees.models import CommitteeMember, CommitteeMemberClaim
from apps.committees.queries import committees_of, memberships_of
from apps.core import clock
from apps.core.actors import CONSOLE
from apps.core.errors import Denied, Invalid
from apps.identity.commands.identities import merge_people
from apps.notifications.models import Notification
from apps.people.commands.claims import add_platform_role_claim
from apps.people.models import Identity, Person, PlatformRole, PlatformRoleClaim, Provider
from apps.people.queries import has_platform_role
from tests import stories
from tests.identity import browser
from tests.identity import provider as loopback

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
    CommitteeMember.objects.filter(person=person, claim__isnull=False).update(confirmed_until=clock.now())
    PlatformRole.objects.filter(person=person, claim__isnull=False).update(confirmed_until=clock.now())


def test_t47_a_claim_named_like_a_role_gives_nothing(provider: loopback.Provider) -> None:
    """Everything a provider might say, with nothing mapped, and with one exact value mapped that it does not say."""
    person, committee_setup = ann(provider), stories.committee_setup()
    provider.person |= {
        "groups": ["operator", "auditor", "admin", committee_setup.committee.slug, GROUP.upper()],
        "roles": ["operator"],
        "platform_role": "auditor", "is_staff": True, "is_superuser": True,
        "membership": committee_setup.committee.slug, "role": "chair",
        "entitlement": [GROUP], "eduperson_entitlement": GROUP,
    }  # fmt: skip
    provider.says = {"operator": True, "roles": ["operator"], "is_superuser": True}
    for _round in range(2):
        browser.sign_in(Client(), provider)
        assert not PlatformRole.objects.filter(person=person).exists()
        assert not CommitteeMember.objects.filter(person=person).exists()
        assert not Person.objects.get(pk=person.pk).is_superuser
        add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="operator", by=CONSOLE)
        committees.add_member_claim(
            row_of(provider), claim="groups", value=f"{GROUP} ".strip() + "2", committee=committee_setup.committee,
            is_chair=True, by=CONSOLE,
        )  # fmt: skip


def test_t47_control_the_mapped_value_gives_the_role_and_its_absence_ends_it_at_once(
    provider: loopback.Provider,
) -> None:
    """Control of the test above: the very same sign-in with the one exact value is the operator's."""
    person = ann(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="operator", by=CONSOLE)
    says(provider, "staff", GROUP)
    client = Client()
    browser.sign_in(client, provider)
    assert has_platform_role(person, "operator")
    assert client.get("/system-status/").status_code == 200
    says(provider, "staff")
    browser.sign_in(client, provider)
    assert not has_platform_role(person, "operator")
    assert client.get("/system-status/").status_code == 403
    kinds = Event.objects.filter(subject_id=person.pk, kind__startswith="platform_role.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [Kind.PLATFORM_ROLE_GAINED, Kind.PLATFORM_ROLE_LOST]
    stories.drain()
    notifications = Notification.objects.filter(reader=person, kind__startswith="platform_role.")
    assert set(notifications.values_list("kind", flat=True)) == {Kind.PLATFORM_ROLE_GAINED, Kind.PLATFORM_ROLE_LOST}


@pytest.mark.parametrize("said", [None, True, 7, {GROUP: True}, [[GROUP]], [GROUP, 1], [GROUP] * 2001, f"a {GROUP}"])
def test_t47_what_is_no_list_of_texts_takes_the_role_as_silence_does(provider: loopback.Provider, said: Any) -> None:
    person = ann(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="auditor", by=CONSOLE)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert has_platform_role(person, "auditor")
    provider.person = {**provider.person, "groups": said}
    assert browser.sign_in(Client(), provider).status_code == 302
    assert not has_platform_role(person, "auditor")


def test_t47_a_role_is_over_fifteen_minutes_after_the_last_word(provider: loopback.Provider) -> None:
    """By the database's clock, without any job; to the moment."""
    person = ann(provider)
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="auditor", by=CONSOLE)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    role = PlatformRole.objects.get(person=person)
    assert role.confirmed_until is not None
    assert timedelta(minutes=14, seconds=50) < role.confirmed_until - clock.now() <= timedelta(minutes=15)
    with clock.freeze(role.confirmed_until - timedelta(microseconds=1)):
        assert has_platform_role(person, "auditor")
    with clock.freeze(role.confirmed_until):
        assert not has_platform_role(person, "auditor")


def test_t47_another_provider_neither_gives_nor_takes_nor_prolongs(
    provider: loopback.Provider, second: loopback.Provider
) -> None:
    """The roles follow the claim of the provider they were mapped for, whoever else says the same or nothing."""
    person, committee_setup = ann(provider), stories.committee_setup()
    other = row_of(second)
    Identity.objects.create(person=person, issuer=second.issuer, subject="ann", provider=other)
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    says(second, GROUP)
    browser.sign_in(Client(), second, provider="saarela")
    assert not CommitteeMember.objects.filter(person=person).exists()
    says(provider, GROUP)
    browser.sign_in(Client(), provider, provider="nordvik")
    membership = CommitteeMember.objects.get(person=person)
    says(second)
    browser.sign_in(Client(), second, provider="saarela")
    same = CommitteeMember.objects.get(person=person)
    assert (same.ends_at, same.confirmed_until) == (None, membership.confirmed_until)
    assert committees_of(person).exists()


def test_a_confirmed_membership_stays_one_row_with_its_first_moment(provider: loopback.Provider) -> None:
    person, committee_setup = ann(provider), stories.committee_setup()
    claim = committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    first = CommitteeMember.objects.get(person=person)
    lapse(person)
    assert not committees_of(person).exists()
    browser.sign_in(Client(), provider)
    again = CommitteeMember.objects.get(person=person)
    assert (again.pk, again.starts_at, again.claim) == (first.pk, first.starts_at, claim)
    assert committees_of(person).exists()
    assert Event.objects.filter(kind=Kind.COMMITTEE_MEMBER_ADDED, subject_id=first.pk).count() == 1


def test_a_manually_added_member_is_not_changed(provider: loopback.Provider) -> None:
    """The claim adds no second membership, and its end does not end the manual one."""
    person, committee_setup = ann(provider), stories.committee_setup()
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    by_hand = committees.add_member(committee_setup.committee, person=person, by=committee_setup.chair)
    for groups in ([GROUP], []):
        says(provider, *groups)
        browser.sign_in(Client(), provider)
        assert CommitteeMember.objects.get(person=person) == by_hand
        assert committees_of(person).exists()


def test_one_chair_at_a_time_the_claim_waits(provider: loopback.Provider) -> None:
    person, committee_setup = ann(provider), stories.committee_setup()
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=True, by=CONSOLE
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert not CommitteeMember.objects.filter(person=person).exists()
    withheld = Event.objects.get(kind=Kind.COMMITTEE_MEMBER_REFUSED)
    assert withheld.facts["why"] == "chair_taken"
    committee_setup.lose_chair()
    browser.sign_in(Client(), provider)
    assert CommitteeMember.objects.get(person=person).is_chair


# ------------------------------------------------------------------------------------------------- the memberships
def member_by_claim(provider: loopback.Provider, committee_setup: stories.CommitteeSetup) -> Person:
    """Ann sits in the committee by her claim, before anything was asked of it."""
    person = ann(provider)
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    return person


def cast(case: stories.Case, by: Person, choice: str = "approve") -> Vote:
    assert case.round is not None
    fresh = stories.fresh_sign_in()
    said = {"choice": choice, "reason": "It fits.", "denial_codes": ["purpose"] if choice == "deny" else []}
    return requests.vote(case.item, seen=case.round, signed_in=fresh, by=by, **said)


def test_t47_a_lapsed_membership_neither_votes_nor_reads_and_its_cast_vote_counts(provider: loopback.Provider) -> None:
    """The next request sees neither queue nor case; the members and their votes are as before."""
    committee_setup = stories.committee_setup(members=2, quorum=2)
    person = member_by_claim(provider, committee_setup)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=committee_setup))
    client = stories.client_for(person)
    assert client.get(f"/review/{case.request.pk}/").status_code == 200
    cast(case, person)
    before = decision_on(case.item, fetch_eligible_voters(case.item))
    assert (before.eligible, before.cast) == (4, 1)
    lapse(person)
    assert client.get(f"/review/{case.request.pk}/").status_code == 404
    secret = stories.token(person, "read")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get(f"/api/v1/requests/{case.request.pk}", headers=bearer).status_code == 404
    with pytest.raises(Denied):
        cast(stories.in_review(published_dataset=stories.published_dataset(committee_setup=committee_setup)), person)
    assert decision_on(case.item, fetch_eligible_voters(case.item)) == before
    cast(case, committee_setup.chair)
    cast(case, committee_setup.members[0])
    assert Item.objects.get(pk=case.item.pk).state == "approved"  # three of four, hers among them


def test_a_membership_ended_by_claim_leaves_the_round_as_any_removal_does(provider: loopback.Provider) -> None:
    """The vote no longer counts, nothing is decided before the next vote, the chair is notified how many are left."""
    committee_setup = stories.committee_setup(members=2, quorum=2)
    person = member_by_claim(provider, committee_setup)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=committee_setup))
    cast(case, person, "deny")
    cast(case, committee_setup.chair)
    cast(case, committee_setup.members[0])
    assert Item.objects.get(pk=case.item.pk).state == "open"  # two of four
    says(provider)
    browser.sign_in(Client(), provider)
    assert person.pk not in set(eligible_voters(case.item).values_list("person_id", flat=True))
    stories.drain()
    assert Item.objects.get(pk=case.item.pk).state == "open"
    cast(case, committee_setup.members[1], "deny")
    assert Item.objects.get(pk=case.item.pk).state == "approved"  # two of three
    notification = Notification.objects.get(reader=committee_setup.chair, kind=Kind.COMMITTEE_MEMBER_REMOVED)
    assert "Members now: 3. Votes needed: 2." in notification.body
    assert Notification.objects.filter(reader=person, kind=Kind.COMMITTEE_MEMBER_REMOVED).count() == 1


def test_t47_a_claim_cannot_turn_a_vote_that_is_under_way(provider: loopback.Provider) -> None:
    """Added in the middle of a round, or lost and regained in it: the membership counts from the next round on."""
    committee_setup = stories.committee_setup(members=2, quorum=2)
    person = ann(provider)
    case = stories.in_review(published_dataset=stories.published_dataset(committee_setup=committee_setup))
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    for groups in ([GROUP], [], [GROUP]):
        says(provider, *groups)
        browser.sign_in(Client(), provider)
    assert committees_of(person).filter(pk=committee_setup.committee.pk).exists()
    assert decision_on(case.item, fetch_eligible_voters(case.item)).eligible == 3
    with pytest.raises(Denied):
        cast(case, person)


@pytest.mark.parametrize("part", ["applicant", "member", "merged account"])
def test_t47_no_claim_adds_a_member_where_a_request_of_theirs_is_decided(
    provider: loopback.Provider, part: str
) -> None:
    """Neither as applicant nor as colleague, nor by another account of the same person."""
    committee_setup, person = stories.committee_setup(members=2), ann(provider)
    asks = person
    if part == "merged account":
        asks = stories.person()
    named = [person] if part == "member" else []
    case = stories.in_review(
        published_dataset=stories.published_dataset(committee_setup=committee_setup),
        applicant=stories.person() if named else asks,
        members=named,
    )
    if part == "merged account":
        merge_people(asks, into=person, by=stories.operator(), reason="Two accounts of one person.")
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
    )
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    assert not CommitteeMember.objects.filter(person=person).exists()
    assert Event.objects.get(kind=Kind.COMMITTEE_MEMBER_REFUSED).facts["why"] == "concerned"
    cast(case, committee_setup.chair)
    cast(case, committee_setup.members[0])
    browser.sign_in(Client(), provider)  # it is decided: now the claim may make them a member
    assert CommitteeMember.objects.get(person=person, committee=committee_setup.committee).ends_at is None


# -------------------------------------------------------------------------------------------------- the operator's part
def printed(*words: str) -> str:
    out = StringIO()
    call_command("provider", *words, stdout=out)
    return out.getvalue()


def test_an_operator_maps_lists_and_unmaps_at_the_command_line(provider: loopback.Provider) -> None:
    person, committee_setup = ann(provider), stories.committee_setup()
    printed("map", "nordvik", "--claim", "groups", "--value", GROUP, "--role", "auditor")
    printed("map", "nordvik", "--claim", "groups", "--value", GROUP, "--role", "auditor")  # twice changes nothing
    printed("map", "nordvik", "--claim", "groups", "--value", GROUP, "--committee", committee_setup.committee.slug)
    says(provider, GROUP)
    browser.sign_in(Client(), provider)
    listed = printed("roles")
    assert listed.count("Ann Holm (valid)") == 2
    lapse(person)
    assert printed("roles").count("Ann Holm (not valid now)") == 2
    for rule in (*PlatformRoleClaim.objects.all(), *CommitteeMemberClaim.objects.all()):
        printed("unmap", str(rule.pk))
    assert printed("roles") == ""
    assert not CommitteeMember.objects.appointed().filter(person=person).exists()
    assert not PlatformRole.objects.filter(person=person, ends_at__gt=clock.now()).exists()
    mapped = Event.objects.filter(kind__in=[Kind.CLAIM_MAPPED, Kind.CLAIM_UNMAPPED])
    assert mapped.count() == 4
    browser.sign_in(Client(), provider)
    assert memberships_of(committee_setup.committee).count() == 3


@pytest.mark.parametrize(
    "words",
    [
        ["map", "nordvik", "--claim", "groups", "--value", GROUP],
        ["map", "nordvik", "--claim", "groups", "--value", GROUP, "--role", "owner"],
        ["map", "nordvik", "--claim", "email", "--value", "ann@nordvik.example", "--role", "operator"],
        ["map", "nordvik", "--claim", "preferred_username", "--value", "root", "--role", "operator"],
        ["map", "nordvik", "--claim", " groups", "--value", GROUP, "--role", "operator"],
        ["map", "nordvik", "--claim", "groups", "--value", "", "--role", "operator"],
        ["map", "nobody", "--claim", "groups", "--value", GROUP, "--role", "operator"],
        ["map", "nordvik", "--claim", "groups", "--value", GROUP, "--committee", "no-such"],
        ["unmap", str(UUID(int=0))],
    ],
)
def test_what_cannot_be_a_mapping_is_refused(provider: loopback.Provider, words: list[str]) -> None:
    with pytest.raises(CommandError):
        printed(*words)
    assert not PlatformRoleClaim.objects.exists()
    assert not CommitteeMemberClaim.objects.exists()


def test_a_page_lists_who_has_which_role_through_which_claim(
    provider: loopback.Provider, django_assert_max_num_queries: Any
) -> None:
    ann(provider)
    committee_setup = stories.committee_setup()
    add_platform_role_claim(row_of(provider), claim="groups", value=GROUP, role="auditor", by=CONSOLE)
    committees.add_member_claim(
        row_of(provider), claim="groups", value=GROUP, committee=committee_setup.committee, is_chair=False, by=CONSOLE
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


def test_one_value_gives_one_membership_in_a_committee(provider: loopback.Provider) -> None:
    """As a member or in the chair; and to map the same twice is one mapping."""
    committee_setup, row = stories.committee_setup(), row_of(provider)
    said: dict[str, Any] = {"claim": "groups", "value": "dac", "committee": committee_setup.committee, "by": CONSOLE}
    first = committees.add_member_claim(row, is_chair=False, **said)
    assert committees.add_member_claim(row, is_chair=False, **said) == first
    with pytest.raises(Invalid, match="already mapped to another role"):
        committees.add_member_claim(row, is_chair=True, **said)
