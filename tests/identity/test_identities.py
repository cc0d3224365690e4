"""Which identities are one person: linked in one sitting, split and merged by an operator with a reason."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.core.errors import Denied, Invalid, WrongState
from apps.identity.commands.identities import merge_people, split_identity
from apps.people.models import Identity, IdentityChange, Person
from apps.people.queries import identities_of
from tests import stories
from tests.identity import browser
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db
REASON = "Both accounts are Ann Holm's; she showed both to us on the telephone."


def linked(client: Client, provider: Provider, second: Provider) -> None:
    """Sign in with one, ask to add another, sign in with the other."""
    browser.sign_in(client, provider, provider="nordvik")
    assert client.post(reverse("identity_link")).status_code == 302
    browser.sign_in(client, second, provider="saarela", link="1", next=reverse("identities"))


def test_linking_works(provider: Provider, second: Provider, client: Client) -> None:
    """Two sign-ins in one sitting make one person, who comes in by either from then on."""
    second.person |= {"sub": "ann.holm", "name": "A. Holm", "email": "ann@saarela.example"}
    linked(client, provider, second)
    person = browser.person_in(client)
    assert person is not None
    assert [one.issuer for one in identities_of(person)] == [provider.issuer, second.issuer]
    assert (person.name, person.email) == ("Ann Holm", "ann@nordvik.example"), "the first identity names the person"
    other = Client()
    browser.sign_in(other, second, provider="saarela")
    assert browser.person_in(other) == person
    change = IdentityChange.objects.get()
    assert (change.kind, change.by, change.now_of) == ("linked", person, person)
    assert Event.objects.filter(kind="identity.linked", actor_id=person.pk).count() == 1


def test_an_identity_of_somebody_else_is_not_taken(provider: Provider, second: Provider, client: Client) -> None:
    browser.sign_in(Client(), second, provider="saarela")
    linked(client, provider, second)
    assert Person.objects.count() == 2
    assert browser.refusals() == ["identity_taken"]
    assert Identity.objects.filter(person=browser.person_in(client)).count() == 1


def test_linking_without_asking_makes_no_link(provider: Provider, second: Provider, client: Client) -> None:
    """A page elsewhere cannot start it: it takes a form of the portal, with its token."""
    browser.sign_in(client, provider, provider="nordvik")
    browser.sign_in(client, second, provider="saarela", link="1")
    assert browser.refusals() == ["link_of_another"]
    assert Identity.objects.count() == 1
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(reverse("identity_link")).status_code == 403


def test_linking_needs_a_sign_in_of_this_sitting(provider: Provider, second: Provider, client: Client) -> None:
    browser.sign_in(client, provider, provider="nordvik")
    session = client.session
    session["sign_in"] |= {"auth_time": session["sign_in"]["auth_time"] - 700}
    session.save()
    answer = client.post(reverse("identity_link"))
    assert "again=1" in answer["Location"]
    browser.sign_in(client, second, provider="saarela", link="1")
    assert browser.refusals() == ["link_of_another"]


def test_the_second_proof_must_be_fresh_too(provider: Provider, second: Provider, client: Client) -> None:
    """An open session at the other institution, of whoever sits there, is not enough."""
    second.says["auth_time"] = 1_600_000_000
    linked(client, provider, second)
    assert browser.refusals() == ["not_fresh"]
    assert Identity.objects.count() == 1


def test_whoever_changed_meanwhile_gains_nothing(provider: Provider, second: Provider, client: Client) -> None:
    """Somebody else has signed in, in this browser, before the second answer came."""
    browser.sign_in(client, provider, provider="nordvik")
    client.post(reverse("identity_link"))
    said = second.authorize(browser.asked_of(browser.start(client, provider="saarela", link="1")))
    entry = client.session["oidc_states"][said["state"]]
    provider.person["sub"] = "bob"
    browser.sign_in(client, provider, provider="nordvik")
    session = client.session
    session["oidc_states"] = {said["state"]: entry}
    session.save()
    assert browser.come_back(client, said).status_code == 403
    assert browser.refusals() == ["link_of_another"]


def test_splitting_works(provider: Provider, second: Provider, client: Client) -> None:
    """The identity leads to a person of its own again; what was done stays where it is, and sessions end."""
    linked(client, provider, second)
    person = browser.person_in(client)
    assert person is not None
    operator = stories.operator()
    identity = Identity.objects.get(issuer=second.issuer)
    new = split_identity(identity, by=operator, reason=REASON)
    assert client.get(reverse("account")).status_code == 302, "signed out at the next request"
    other = Client()
    browser.sign_in(other, second, provider="saarela")
    assert browser.person_in(other) == new != person
    change = IdentityChange.objects.get(kind="split")
    assert (change.was_of, change.now_of, change.by, change.reason) == (person, new, operator, REASON)
    event = Event.objects.get(kind="identity.split")
    assert REASON not in str(event.facts), "the log holds no free text"


def test_merging_works(provider: Provider, second: Provider, client: Client) -> None:
    """Both identities lead to one person; the other account is closed and its grants open nothing."""
    browser.sign_in(client, provider, provider="nordvik")
    other = Client()
    browser.sign_in(other, second, provider="saarela")
    kept, gone = browser.person_in(client), browser.person_in(other)
    assert kept is not None
    assert gone is not None
    merge_people(gone, into=kept, by=stories.operator(), reason=REASON)
    assert other.get(reverse("account")).status_code == 302
    again = Client()
    browser.sign_in(again, second, provider="saarela")
    assert browser.person_in(again) == kept
    gone.refresh_from_db()
    assert (gone.is_active, gone.merged_into) == (False, kept)
    assert Event.objects.filter(kind="identity.merged", subject_id=kept.pk, about=[gone.pk]).count() == 1


def test_only_an_operator_with_a_reason_splits_and_merges(provider: Provider, client: Client) -> None:
    browser.sign_in(client, provider)
    person, other, operator = browser.person_in(client), stories.person(), stories.operator()
    assert person is not None
    identity = Identity.objects.get(person=person)
    refused = [
        (Denied, lambda: split_identity(identity, by=other, reason=REASON)),
        (Denied, lambda: merge_people(person, into=other, by=other, reason=REASON)),
        (Invalid, lambda: split_identity(identity, by=operator, reason="why not")),
        (Invalid, lambda: merge_people(person, into=other, by=operator, reason="  ")),
        (Invalid, lambda: merge_people(person, into=person, by=operator, reason=REASON)),
        (WrongState, lambda: split_identity(identity, by=operator, reason=REASON)),
        (WrongState, lambda: merge_people(person, into=stories.deactivated(), by=operator, reason=REASON)),
    ]
    for kind, act in refused:
        with pytest.raises(kind), transaction.atomic():
            act()
    assert IdentityChange.objects.count() == 0
