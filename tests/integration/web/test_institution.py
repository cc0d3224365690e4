"""The page of those who sign for an institution: its people, what they may use, and confirming and ending
affiliations.
"""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.actors import CONSOLE, SYSTEM
from apps.grants.access_state import State
from apps.grants.commands import stop_downloads
from apps.grants.queries import downloadable_by
from apps.people.commands.affiliations import end_affiliation, extend_affiliation
from apps.people.commands.people import accept_terms, appoint_signing_official
from apps.people.models import Affiliation, AffiliationStatement, Institution, Person
from tests import stories

pytestmark = pytest.mark.django_db
PAGE = "/institution/"
WHY = "They left at the end of the month."


def home_of(person: Person) -> Institution:
    assert person.institution is not None
    return person.institution


def about(person: Person, verb: str) -> str:
    return f"{PAGE}{home_of(person).pk}/people/{person.pk}/{verb}/"


def send(client: Client, path: str, reason: str = WHY, key: str = "") -> Any:
    return client.post(path, {"_once": key or str(uuid.uuid4()), "reason": reason})


def test_a_signing_official_sees_the_access_of_their_own_people() -> None:
    access = stories.granted()
    official = stories.signing_official(home_of(access.holder))
    text = stories.client_for(official).get(PAGE).content.decode()
    assert access.holder.name in text and access.published_dataset.dataset.title in text
    assert access.owner.name not in text
    assert stories.client_for(official).get(PAGE).context["with_access"] == 1
    assert stories.client_for(access.holder).get(PAGE).status_code == 403


def test_registered_access_is_listed_for_those_who_can_use_it() -> None:
    """By the access rule: terms accepted and affiliation valid. The control: a colleague who accepted nothing."""
    stories.published_dataset(access="registered")
    home, member, other = stories.institution(), stories.person(), stories.person()
    for one in (member, other):
        extend_affiliation(one, institution=home, by=SYSTEM)
    terms = stories.terms()
    accept_terms(terms, by=member)
    client = stories.client_for(stories.signing_official(home))

    def registered() -> set[Any]:
        return {row["person"].pk for row in client.get(PAGE, {"of": home.pk}).context["rows"] if row["registered"]}

    def with_access() -> set[Any]:
        return {row["person"].pk for row in client.get(PAGE, {"of": home.pk, "show": "access"}).context["rows"]}

    assert registered() == with_access() == {member.pk}
    stop_downloads("An incident is looked at.", by=stories.operator())
    assert registered() == with_access() == {member.pk}, "a stop of all downloads ends nobody's access"
    end_affiliation(member, institution=home, reason=WHY, by=stories.signing_official(home))
    assert registered() == with_access() == set()


def test_each_name_leads_to_the_page_that_ends_all_access_through_the_institution() -> None:
    """And the reader may open that page, for everyone listed."""
    access = stories.granted()
    client = stories.client_for(stories.signing_official(home_of(access.holder)))
    answer = client.get(PAGE)
    for row in answer.context["rows"]:
        address = f"/people/{row['person'].code}/"
        assert f'href="{address}"' in answer.content.decode()
        assert client.get(address).status_code == 200
    record = client.get(f"/people/{access.holder.code}/")
    assert [one["reach"] for one in record.context["endings"]] == ["institution"]


def test_an_official_lists_and_reads_the_agreements_that_name_the_institution() -> None:
    """Not those of another institution, whose official reads none of these; nobody else has the list."""
    access, other = stories.granted(), stories.granted()
    client = stories.client_for(stories.signing_official(home_of(access.holder)))
    mine, theirs = access.grant.agreement, other.grant.agreement
    page = client.get(f"{PAGE}agreements/")
    assert [one.pk for one in page.context["list"].rows] == [mine.pk]
    assert f'href="/agreements/{mine.pk}/"' in page.content.decode()
    shown = client.get(f"/agreements/{mine.pk}/")
    assert shown.status_code == 200 and shown.context["request_seen"] is False
    assert client.get(f"/agreements/{theirs.pk}/").status_code == 404
    for reader in (access.holder, stories.operator(), stories.auditor()):
        assert stories.client_for(reader).get(f"{PAGE}agreements/").status_code == 403


def test_an_agreement_shows_an_official_only_links_that_open() -> None:
    """The control: its holder has the next action, and the list of their own agreements."""
    access = stories.granted()
    page = f"/agreements/{access.grant.agreement.pk}/"
    shown = stories.client_for(stories.signing_official(home_of(access.holder))).get(page)
    assert (shown.context["shown"]["place"], shown.context["list_url"]) == (None, f"{PAGE}agreements/")
    own = stories.client_for(access.holder).get(page)
    assert own.context["shown"]["place"] is not None and own.context["list_url"] == "/agreements/"


def test_an_official_has_to_do_what_ends_soon_or_suspends_access() -> None:
    """On Home, in the navigation and in the list: an affiliation that ends, and one whose end suspends access."""
    access = stories.granted()
    home = home_of(access.holder)
    soon, calm, gone = (stories.person(at=home) for _one in range(3))
    official = stories.signing_official(home)
    client, now = stories.client_for(official), clock.now()

    def to_do() -> set[Any]:
        page = client.get("/")
        listed = client.get(PAGE, {"of": home.pk, "show": "due"}).context["rows"]
        counted = next(one.get("count") for one in page.context["nav"] if one["url"] == PAGE)
        places = {task.place.href for task in page.context["tasks"]}
        assert counted == len(listed) == len(page.context["tasks"])
        assert places == {about(row["person"], "confirm") for row in listed}
        return {row["person"].pk for row in listed}

    assert to_do() == set()
    for person, end in ((soon, 20), (calm, 40), (gone, 0), (access.holder, 0), (official, 5)):
        Affiliation.objects.filter(person=person).update(valid_until=now + timedelta(days=end))
    assert to_do() == {soon.pk, access.holder.pk}, "who expired and has no access, and the official, are left out"
    assert send(client, about(soon, "confirm"), "They work in ward four.").status_code == 302
    assert send(client, about(access.holder, "confirm"), "They work in ward four.").status_code == 302
    assert to_do() == set()


def test_an_affiliation_is_ended_with_a_reason_and_confirmed_again() -> None:
    """Ended, the person may not download at their next request; confirmed, they may again."""
    access = stories.granted()
    client = stories.client_for(stories.signing_official(home_of(access.holder)))
    asked = client.get(about(access.holder, "end")).content.decode()
    assert "Has " in asked and access.published_dataset.dataset.title in asked
    assert send(client, about(access.holder, "end")).status_code == 302
    assert not downloadable_by(access.holder).exists()
    listed = client.get(PAGE)
    rows = {row["person"].pk: row for row in listed.context["rows"]}
    assert [one["state"].state for one in rows[access.holder.pk]["grants"]] == [State.SUSPENDED]
    assert "ended on" in listed.content.decode()
    assert send(client, about(access.holder, "end")).status_code == 409
    assert send(client, about(access.holder, "confirm"), "They are back.").status_code == 302
    assert downloadable_by(access.holder).exists()
    assert [word.kind for word in AffiliationStatement.objects.order_by("at")] == ["ended", "confirmed"]


@pytest.mark.parametrize("verb", ["confirm", "end"])
def test_a_word_without_a_reason_is_asked_for_one_and_nothing_happens(verb: str) -> None:
    person = stories.person()
    client = stories.client_for(stories.signing_official(home_of(person)))
    for reason in ("", "left"):
        answer = send(client, about(person, verb), reason)
        assert answer.status_code == 422
    assert "Enter a reason of at least 10 characters." in answer.content.decode()
    assert not AffiliationStatement.objects.exists()


@pytest.mark.parametrize("verb", ["confirm", "end"])
def test_t29_a_word_needs_a_sign_in_of_the_last_ten_minutes(verb: str) -> None:
    """T29."""
    person = stories.person()
    stale = stories.client_for(stories.signing_official(home_of(person)), fresh=False)
    assert stale.get(about(person, verb)).status_code == 200
    assert send(stale, about(person, verb)).status_code == 401
    assert not AffiliationStatement.objects.exists()


def test_the_same_form_sent_twice_is_said_once() -> None:
    person = stories.person()
    client, key = stories.client_for(stories.signing_official(home_of(person))), str(uuid.uuid4())
    for _turn in range(2):
        assert send(client, about(person, "confirm"), key=key).status_code == 302
    assert AffiliationStatement.objects.count() == 1


def test_neither_oneself_nor_somebody_elsewhere_nor_a_foreign_institution() -> None:
    official, stranger = stories.signing_official(stories.institution()), stories.person()
    client, home = stories.client_for(official), home_of(official)
    for verb in ("confirm", "end"):
        assert send(client, about(official, verb)).status_code == 403
        assert send(client, about(stranger, verb)).status_code == 404
        assert send(client, f"{PAGE}{home.pk}/people/{stranger.pk}/{verb}/").status_code == 404
        assert send(client, f"{PAGE}{home_of(stranger).pk}/people/{official.pk}/{verb}/").status_code == 404


def test_who_signs_for_two_institutions_sees_each_by_itself() -> None:
    official = stories.signing_official(stories.institution("First"))
    first, second = home_of(official), stories.institution("Second")
    appoint_signing_official(official, institution=second, by=CONSOLE)
    here, there = stories.person("Anna Here", at=first), stories.person("Bo There", at=second)
    client = stories.client_for(official)
    for institution, inside, outside in ((first, here, there), (second, there, here)):
        text = client.get(PAGE, {"of": institution.pk}).content.decode()
        assert inside.name in text and outside.name not in text


def test_who_has_moved_is_still_listed_to_be_ended_or_confirmed() -> None:
    """The home of a person is where they signed in last; the institution they left still finds them."""
    person = stories.person("Carla Moved")
    home, other = home_of(person), stories.institution()
    extend_affiliation(person, institution=other, by=SYSTEM)
    Person.objects.filter(pk=person.pk).update(institution=other)
    client = stories.client_for(stories.signing_official(home))
    assert "Carla Moved" in client.get(PAGE).content.decode()
    assert send(client, f"{PAGE}{home.pk}/people/{person.pk}/end/").status_code == 302
    assert [one.institution for one in Affiliation.objects.active().filter(person=person)] == [other]


@pytest.fixture
def crowd() -> tuple[Client, Institution, list[Person]]:
    """Two thousand people of one institution, and an official of it."""
    home = stories.institution("Crowd")
    client, now = stories.client_for(stories.signing_official(home)), clock.now()
    people = [Person(name=f"Person {n:04}", email=f"p{n}@crowd.example", institution=home) for n in range(2000)]
    Person.objects.bulk_create(people)
    facts = {"institution": home, "starts_at": now, "confirmed_at": now}
    days = [20 if n % 100 == 0 else 300 for n in range(2000)]
    rows = [
        Affiliation(person=one, valid_until=now + timedelta(days=left), **facts)
        for one, left in zip(people, days, strict=True)
    ]
    Affiliation.objects.bulk_create(rows[:1990])
    return client, home, people


def test_an_institution_of_two_thousand_people_is_fifty_lines_a_page_and_a_few_statements(
    crowd: tuple[Client, Institution, list[Person]],
) -> None:
    """The cost does not grow with the people; whoever is looked for is found by name, address or colleague code."""
    client, _home, people = crowd
    small = stories.client_for(stories.signing_official(stories.institution()))
    costs = []
    for one in (small, client):
        with CaptureQueriesContext(connection) as asked:
            answer = one.get(PAGE)
        costs.append(len(asked))
    assert len(answer.context["rows"]) == 50
    assert costs[0] == costs[1] <= 13

    def seen(**query: str) -> list[str]:
        return [row["person"].name for row in client.get(PAGE, query).context["rows"]]

    assert seen(q="person 1234") == seen(q="p1234@crowd") == seen(q=people[1234].code.lower()) == ["Person 1234"]
    assert len(seen(show="soon")) == 20
    assert len(seen(show="gone")) == 10 and seen(show="access") == [] == seen(q="nobody at all")
    second = client.get(answer.context["page"].next_url)
    shown = [row["person"].name for page in (answer, second) for row in page.context["rows"]]
    assert len(set(shown)) == 100 and shown == sorted(shown)
    back = client.get(second.context["page"].previous_url)
    assert back.context["rows"][0]["person"] == answer.context["rows"][0]["person"]
    for odd in ({"show": "?"}, {"of": "x"}, {"q": "%_\\"}):
        assert client.get(PAGE, odd).status_code == 200


def test_the_account_page_says_that_a_sign_in_does_not_bring_it_back_and_whom_to_ask() -> None:
    person = stories.person()
    official = stories.signing_official(home_of(person))
    end_affiliation(person, institution=home_of(person), reason=WHY, by=official)
    assert not extend_affiliation(person, institution=home_of(person), by=SYSTEM)
    text = stories.client_for(person).get("/account/").content.decode()
    assert "Signing in does not restore the affiliation." in text and official.name in text
    expired = stories.person()
    Affiliation.objects.filter(person=expired).update(valid_until=clock.now())
    text = stories.client_for(expired).get("/account/").content.decode()
    assert "Sign in through the institution to renew the affiliation." in text
    assert "The institution has no signing official in Gatehouse." in text
