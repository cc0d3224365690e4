"""What a verdict says about a person: the same for one and for many at once, at each moment."""

from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.datasets.models import Dataset
from apps.grants import commands, queries
from apps.grants.models import AccessGrant
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation
from apps.people.commands.people import accept_terms
from apps.people.models import Affiliation, Person
from tests import stories
from tests.factories import rows
from tests.unit.grants import worlds
from tests.unit.grants.policy import Grant, World
from tests.unit.grants.test_queries import with_factor

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


def facts(verdict: queries.Verdict) -> dict[str, tuple[Any, ...]]:
    return {one.part: (one.holds, one.moment, one.who, one.cause) for one in (*verdict.facts, *verdict.grant_facts)}


def both(person: Person, access: stories.Access) -> queries.Verdict:
    """The verdict on one person; the one among many is the same."""
    person = with_factor(person, True)
    version = access.published_dataset.version
    alone = queries.why(person, version)
    among = queries.verdicts([stories.person().pk, person.pk, person.pk], version)
    assert len(among) == 2
    other = among[person.pk]
    assert (other.allowed, other.grant, other.access) == (alone.allowed, alone.grant, alone.access)
    assert (other.facts, other.grant_facts) == (alone.facts, alone.grant_facts)
    return alone


def test_a_verdict_gives_the_moment_that_matters_to_each_part() -> None:
    access = stories.granted()
    grant, version = access.grant, access.published_dataset.version
    verdict = both(access.holder, access)
    home = grant.institution
    assert home is not None
    until = Affiliation.objects.get(person=access.holder).valid_until
    assert verdict.allowed
    assert facts(verdict) == {
        **dict.fromkeys(queries.rule(None), (True, None, "", "")),
        "published": (True, version.published_at, "", ""),
        "begun": (True, grant.starts_at, "", ""),
        "not_ended": (True, grant.ends_at, "", ""),
        "not_revoked": (True, None, "", ""),
        "not_suspended": (True, None, "", ""),
        "signed": (True, None, "", ""),
        "executed": (True, grant.agreement.executed_at, "", ""),
        "not_terminated": (True, None, "", ""),
        "affiliation_active": (True, until, home.name, ""),
        "conditions_met": (True, None, "", ""),
    }
    assert (verdict.access, verdict.visas) == ("controlled", {})


def test_a_verdict_gives_the_moments_of_what_ended() -> None:
    access = stories.granted()
    now = clock.now()
    version = access.published_dataset.version
    type(version).objects.filter(pk=version.pk).update(
        withdrawn_at=now, withdrawn_because="Consent.", state="withdrawn", embargo_until=now + DAY
    )
    version.refresh_from_db()
    stories.agreements.terminate(access.agreement_setup.agreement, reason="Over.", by=access.owner)
    access.agreement_setup.reload()
    ended = access.agreement_setup.agreement.ended_at
    found = facts(both(access.holder, access))
    assert found["not_withdrawn"] == (False, now, "", "")
    assert found["embargo_past"] == (False, now + DAY, "", "")
    assert found["not_terminated"] == (False, ended, "", "")


def test_a_verdict_says_who_ended_an_affiliation() -> None:
    access = stories.granted()
    holder, home = access.holder, access.holder.institution
    assert home is not None
    official = stories.signing_official(home)
    end_affiliation(holder, institution=home, reason="They have left.", by=official)
    ended = Affiliation.objects.get(person=holder).ended_at
    found = facts(both(holder, access))
    assert found["affiliated"] == (False, None, home.name, "ended")
    assert found["affiliation_active"] == (False, ended, home.name, "ended")
    assert {name: fact[3] for name, fact in found.items() if fact[3]} == {
        "affiliated": "ended", "affiliation_active": "ended", "not_ended": "paused",
    }  # fmt: skip
    confirm_affiliation(holder, institution=home, reason="Back from leave.", by=official)
    assert facts(both(holder, access))["affiliated"] == (True, None, "", "")
    Affiliation.objects.filter(person=holder, ended_at__isnull=True).update(valid_until=clock.now())
    lapsed = facts(both(holder, access))
    assert lapsed["affiliated"] == (False, None, "", "")
    assert lapsed["affiliation_active"][2:] == (home.name, "")


def test_open_data_need_no_affiliation_so_none_is_missing() -> None:
    free, someone = stories.published_dataset(access="open"), stories.person()
    home = someone.institution
    assert home is not None
    end_affiliation(someone, institution=home, reason="They have left.", by=stories.signing_official(home))
    for verdict in (queries.why(someone, free.version), queries.verdicts([someone.pk], free.version)[someone.pk]):
        assert verdict.allowed
        assert facts(verdict)["affiliated"] == (True, None, "", "")
    closed = stories.published_dataset()
    assert not queries.why(someone, closed.version).allowed, "another version is open to them, not this one"


def test_registered_data_lack_only_the_affiliation() -> None:
    listed, someone = stories.published_dataset(access="registered"), stories.person()
    accept_terms(stories.terms(), by=someone)
    home = someone.institution
    assert home is not None
    end_affiliation(someone, institution=home, reason="They have left.", by=stories.signing_official(home))
    verdict = queries.why(someone, listed.version)
    assert {name: fact for name, fact in facts(verdict).items() if not fact[0]} == {
        "affiliated": (False, None, home.name, "ended")
    }


def test_a_visa_stands_for_an_affiliation_with_registered_data_only() -> None:
    person, now = rows.person(), clock.now()
    dates: dict[str, Any] = {"starts_at": now - DAY, "expires_at": now + DAY, "gone_at": None, "untrusted_at": None}
    rows.visa(person, terms=None, accepted=True, **dates)
    for access, affiliated in (("registered", True), ("controlled", False)):
        version = stories.published_dataset(access=access).version
        assert facts(queries.why(person, version))["affiliated"][0] is affiliated


def test_an_affiliation_that_ended_concerns_the_person_who_lost_it_only() -> None:
    access, colleague = stories.granted(), stories.person()
    holder, home = access.holder, access.holder.institution
    assert home is not None and colleague.institution is not None
    end_affiliation(holder, institution=home, reason="They have left.", by=stories.signing_official(home))
    Affiliation.objects.filter(person=colleague).update(valid_until=clock.now())
    found = queries.verdicts([holder.pk, colleague.pk, access.owner.pk], access.published_dataset.version)
    parts = {who: facts(verdict)["affiliated"] for who, verdict in found.items()}
    assert parts == {
        holder.pk: (False, None, home.name, "ended"),
        colleague.pk: (False, None, "", ""),
        access.owner.pk: (True, None, "", ""),
    }


def test_a_grant_without_an_institution_names_none() -> None:
    laid, at = worlds.lay(World(grants=(Grant(0, 10, through=None),))), worlds.moment(3)
    found = facts(queries.why(laid.person, laid.version, at))
    assert found["affiliation_active"] == (False, None, "", "")


def test_many_people_are_asked_about_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    access = stories.granted()
    stories.drafted_dataset()  # a version of other data, which nobody may download
    others = [one.pk for one in stories.people(4)]
    version = access.published_dataset.version
    found = queries.verdicts([*others[:2], access.holder.pk, *others[2:]], version)
    assert {pk: verdict.allowed for pk, verdict in found.items()} == {
        access.holder.pk: True,
        **dict.fromkeys(others, False),
    }
    assert queries.verdicts([], version) == {}


def test_verdicts_are_those_of_a_sign_in_with_a_second_factor() -> None:
    access = stories.granted()
    Dataset.objects.filter(pk=access.published_dataset.dataset.pk).update(requires_second_factor=True)
    version = access.published_dataset.version
    version.refresh_from_db()
    assert queries.verdicts([access.holder.pk], version)[access.holder.pk].allowed
    assert not queries.why(with_factor(access.holder, False), version).allowed


def test_a_grant_says_nothing_about_the_time_before_it_was_issued() -> None:
    access = stories.granted()
    version, holder = access.published_dataset.version, access.holder.pk
    issued = AccessGrant.objects.get(pk=access.grant.pk).issued_at
    found = {at: queries.verdicts([holder], version, at)[holder].grant for at in (issued - TICK, issued)}
    assert found == {issued - TICK: None, issued: access.grant}
    assert queries.verdicts([holder], version)[holder].grant == access.grant


def test_of_grants_that_say_the_same_the_newest_is_named() -> None:
    access = stories.granted()
    second = stories.granted(published_dataset=access.published_dataset, applicant=access.holder)
    assert access.grant.ends_at == second.grant.ends_at
    assert both(access.holder, access).grant == second.grant
    stories.granted(published_dataset=access.published_dataset)  # somebody else's
    stories.granted(applicant=access.holder)  # to other data
    assert both(access.holder, access).grant == second.grant


def test_a_verdict_at_a_past_moment_is_of_that_moment() -> None:
    access = stories.granted()
    during = clock.now()
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    version, holder = access.published_dataset.version, with_factor(access.holder, True)
    for at, allowed in ((during, True), (None, False)):
        alone, among = queries.why(holder, version, at), queries.verdicts([holder.pk], version, at)[holder.pk]
        assert (alone.allowed, among.allowed) == (allowed, allowed)
        assert facts(alone)["not_revoked"][0] is facts(among)["not_revoked"][0] is allowed
        access.grant.refresh_from_db()
        of_grant = {one.part: one.holds for one in queries.facts_of(access.grant, at)}
        assert of_grant == {one.part: one.holds for one in alone.grant_facts}
    assert facts(both(access.holder, access))["not_revoked"] == (False, access.grant.revoked_at, "", "")


def test_access_that_its_holder_ended_is_distinguished() -> None:
    access = stories.granted()
    commands.revoke(access.grant, reason="The study is over.", by=access.holder)
    access.grant.refresh_from_db()
    assert facts(both(access.holder, access))["not_revoked"] == (False, access.grant.revoked_at, "", "by_holder")


def test_visas_are_named_for_registered_data_only() -> None:
    person = stories.person()
    now = clock.now()
    dates: dict[str, Any] = {"gone_at": None, "untrusted_at": None, "accepted": True}
    visas = [
        rows.visa(person, starts_at=now - DAY, expires_at=now + days * DAY, terms=None, **dates) for days in (9, 3)
    ]
    rows.visa(stories.person(), starts_at=now - DAY, expires_at=now + 30 * DAY, terms=None, **dates)
    registered, controlled = stories.published_dataset(access="registered"), stories.published_dataset()
    assert queries.why(person, registered.version).visas == {"ResearcherStatus": visas[0].expires_at}
    assert queries.why(person, controlled.version).visas == {}
    assert queries.why(stories.person(), registered.version).visas == {}
    with clock.freeze(now + 10 * DAY):
        assert queries.why(person, registered.version).visas == {}
