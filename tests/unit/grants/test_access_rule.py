"""THE access rule, compared with a second telling of it (policy.py) over generated worlds, and at every boundary."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from apps.core import clock
from apps.grants import commands, queries
from apps.grants.backends import DOWNLOAD, AccessBackend
from apps.grants.queries import downloadable_by, downloadable_versions, why
from apps.identity.commands.identities import deactivate
from apps.people.commands.people import accept_terms
from tests import stories
from tests.unit.grants import policy, worlds
from tests.unit.grants.policy import Grant, Visa, World, may_download

pytestmark = pytest.mark.django_db
generated = settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TICK = timedelta(microseconds=1)


@contextmanager
def forgotten() -> Iterator[None]:
    """A world that is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def opens(laid: worlds.Laid, at: Any) -> bool:
    return laid.opened(at)[0]


def compare(together: list[World], instants: list[int]) -> int:
    """Several worlds of one person at several moments: the set says what the policy says. Returns how many cases."""
    with forgotten():
        laid = worlds.lay(*together)
        for tick in instants:
            expected = [may_download(world, tick) for world in together]
            assert laid.opened(worlds.moment(tick)) == expected, (together, tick)
    return len(together) * len(instants)


@pytest.mark.parametrize("seed", range(20))
def test_the_rule_says_what_the_policy_says(seed: int) -> None:
    """T1: 20 people before 10 datasets at 4 moments, 800 cases in every run."""
    dice = worlds.Dice(seed)
    assert compare(dice.several(10), dice.chance.sample(range(worlds.LAST + 1), 4)) == 40


@pytest.mark.soak
@pytest.mark.parametrize(
    "seed", [*(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(1000, 1004)), *range(1004, 1080)]
)
def test_the_rule_says_what_the_policy_says_for_long(seed: int) -> None:
    """T1: 80 people before 20 datasets at every moment, 20,800 cases."""
    compare(worlds.Dice(seed).several(20), list(range(worlds.LAST + 1)))


@pytest.mark.parametrize("seed", range(30, 36))
def test_the_gate_of_a_download_says_what_the_policy_says(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """T1, T20: the prepared question that each download asks, at the database's own time; 60 cases, frozen or not."""
    dice = worlds.Dice(seed)
    together, tick = dice.several(10), dice.chance.randint(0, worlds.LAST)
    now = clock.now()
    monkeypatch.setattr(worlds, "BEGINNING", now - timedelta(days=tick, hours=1))
    expected = [may_download(world, tick) for world in together]
    with forgotten():
        laid = worlds.lay(*together)
        files = [version.distributions.get().pk for version in laid.versions]
        assert [queries.may_download(laid.person, file) for file in files] == expected
        with clock.freeze(now):
            assert [queries.may_download(laid.person, file) for file in files] == expected


@given(world=worlds.worlds(), tick=worlds.moments)
@generated
def test_the_explanation_says_what_the_policy_says(world: World, tick: int) -> None:
    """T1: "why" gives the set's own verdict, and says yes exactly when each of its parts does."""
    with forgotten():
        laid = worlds.lay(world)
        verdict = why(laid.person, laid.version, worlds.moment(tick))
        assert verdict.allowed is may_download(world, tick)
        assert all(fact.holds for fact in verdict.facts) is verdict.allowed


def test_control_a_rule_that_forgets_suspensions_is_found() -> None:
    """Control: the comparison fails when the policy and the rule differ in one part."""
    world = World(grants=(Grant(0, 10, pauses=((2, 5),)),))
    careless = World(grants=(Grant(0, 10),))
    with forgotten():
        laid = worlds.lay(world)
        assert opens(laid, worlds.moment(3)) is may_download(world, 3)
        assert opens(laid, worlds.moment(3)) is not may_download(careless, 3)


def test_control_a_rule_that_forgets_the_second_factor_is_found() -> None:
    """T46. Control: the comparison tells a sign-in with a second factor from one without, for the same person."""
    weak = World(grants=(Grant(0, 10),), asks_factor=True)
    strong = replace(weak, factor=True)
    for world, careless in ((weak, strong), (strong, weak)):
        with forgotten():
            laid = worlds.lay(world)
            assert opens(laid, worlds.moment(3)) is may_download(world, 3)
            assert opens(laid, worlds.moment(3)) is not may_download(careless, 3)


def test_taking_something_away_never_opens_anything() -> None:
    """T12, L28: in the policy, which the rule is compared with; 10,000 worlds."""
    dice, opened = worlds.Dice(12), 0
    for _turn in range(10_000):
        world, tick = dice.world(), dice.chance.randint(0, worlds.LAST)
        opened += may_download(world, tick)
        for less in policy.weakened(world):
            assert not may_download(less, tick) or may_download(world, tick)
    assert opened > 500  # the generated worlds are not all closed


@given(world=worlds.worlds(), tick=worlds.moments)
@settings(generated, max_examples=8)
def test_taking_something_away_never_opens_anything_in_the_rule(world: World, tick: int) -> None:
    """T12, L28."""
    at = worlds.moment(tick)
    with forgotten():
        before = opens(worlds.lay(world), at)
    for less in policy.weakened(world):
        with forgotten():
            assert before or not opens(worlds.lay(less), at)


@pytest.mark.parametrize("denial", policy.denials(5))
@given(base=worlds.worlds())
@settings(generated, max_examples=4)
def test_a_denial_beats_every_grant(denial: str, base: World) -> None:
    """T13."""
    good = replace(
        base, visitor=False, active=True, published=0, withdrawn=None, embargo=None, download_stops=(),
        grants=(*base.grants, Grant(0, 10)), terms=((0, 0),), affiliations=((0, 0, None),),
        factor=True, glass=False, visas=(),
    )  # fmt: skip
    with forgotten():
        assert opens(worlds.lay(good), worlds.moment(5))
    with forgotten():
        assert not opens(worlds.lay(replace(good, **policy.denials(5)[denial])), worlds.moment(5))


@pytest.mark.parametrize("access", ["open", "registered", "controlled"])
def test_a_visitor_gets_open_data_only(access: str) -> None:
    world = World(visitor=True, access=access, grants=(Grant(0, 10),), terms=((0, 0),))
    with forgotten():
        laid = worlds.lay(world)
        for nobody in (laid.person, None, AnonymousUser()):
            assert downloadable_by(nobody, worlds.moment(5)).exists() is (access == "open")


REGISTERED = World(access="registered", terms=((0, 0),), affiliations=())
UNREAD = World(access="registered", terms=((0, None),))
BOUNDARIES = {
    # what: (the world, the tick at which it changes, whether it opens or closes then)
    "grant begins": (World(grants=(Grant(4, 9),)), 4, True),
    "grant ends": (World(grants=(Grant(0, 4),)), 4, False),
    "grant is revoked": (World(grants=(Grant(0, 9, revoked=4),)), 4, False),
    "agreement is executed": (World(grants=(Grant(0, 9, executed=4),)), 4, True),
    "agreement is terminated": (World(grants=(Grant(0, 9, terminated=4),)), 4, False),
    "holder signs": (World(grants=(Grant(0, 9, signed=4),)), 4, True),
    "pause begins": (World(grants=(Grant(0, 9, pauses=((4, None),)),)), 4, False),
    "pause ends": (World(grants=(Grant(0, 9, pauses=((0, 4),)),)), 4, True),
    "version is published": (World(access="open", published=4), 4, True),
    "version is withdrawn": (World(access="open", withdrawn=4), 4, False),
    "embargo ends": (World(access="open", embargo=4), 4, True),
    "freeze begins": (World(access="open", download_stops=((4, None),)), 4, False),
    "freeze ends": (World(access="open", download_stops=((0, 4),)), 4, True),
    "affiliation begins": (World(grants=(Grant(0, 9),), affiliations=((0, 4, None),)), 4, True),
    "affiliation ends": (World(grants=(Grant(0, 9),), affiliations=((0, 0, 4),)), 4, False),
    "they move to another institution": (
        World(grants=(Grant(0, 9),), affiliations=((0, 0, 4), (1, 4, None))),
        4,
        False,
    ),
    "they come back from another": (World(grants=(Grant(0, 9),), affiliations=((1, 0, None), (0, 4, None))), 4, True),
    "they leave the other of two": (
        World(grants=(Grant(0, 9, through=1),), affiliations=((0, 0, None), (1, 0, 4))),
        4,
        False,
    ),
    "affiliation lapses, registered": (
        World(access="registered", terms=((0, 0),), affiliations=((0, 0, 4),)),
        4,
        False,
    ),
    "visa begins, no institution": (replace(REGISTERED, visas=(Visa(4, 9),)), 4, True),
    "visa expires": (replace(REGISTERED, visas=(Visa(0, 4),)), 4, False),
    "visa is gone": (replace(REGISTERED, visas=(Visa(0, 9, gone=4),)), 4, False),
    "issuer is doubted": (replace(REGISTERED, visas=(Visa(0, 9, untrusted=4),)), 4, False),
    "visa of terms begins": (replace(UNREAD, visas=(Visa(4, 9, terms=0),)), 4, True),
    "visa of terms expires": (replace(UNREAD, visas=(Visa(0, 4, terms=0),)), 4, False),
    "terms are accepted": (World(access="registered", terms=((0, 4),)), 4, True),
    "new terms come out": (World(access="registered", terms=((0, 0), (4, None))), 4, False),
}


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_verdict_turns_exactly_at_its_moment(boundary: str) -> None:
    """T89: a microsecond before, and at, each boundary there is."""
    world, tick, opened = BOUNDARIES[boundary]
    with forgotten():
        laid = worlds.lay(world)
        at = worlds.moment(tick)
        assert at is not None
        assert opens(laid, at - TICK) is not opened
        assert opens(laid, at) is opened
        assert opens(laid, at + TICK) is opened


def test_a_visa_never_opens_controlled_data() -> None:
    """Not even together with a grant, when the person has no active affiliation."""
    world = World(grants=(Grant(0, 9),), affiliations=(), terms=((0, 0),), visas=(Visa(0, 9), Visa(0, 9, terms=0)))
    with forgotten():
        assert not opens(worlds.lay(world), worlds.moment(5))


@pytest.mark.parametrize("tick", [0, 4, 8])
def test_two_grants_open_what_either_would(tick: int) -> None:
    both = World(grants=(Grant(0, 3), Grant(4, 6), Grant(6, 9)))
    with forgotten():
        assert opens(worlds.lay(both), worlds.moment(tick)) is may_download(both, tick)


def test_a_naive_moment_is_not_a_moment() -> None:
    """T89: Django turns a time without a zone into an error in tests."""
    with pytest.raises(RuntimeWarning):
        downloadable_by(None, datetime(2026, 1, 1)).exists()


def test_leap_days_and_far_years_are_moments_like_others() -> None:
    """T89."""
    access = stories.granted(days=300)
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    for at in (leap, datetime(9999, 12, 31, tzinfo=UTC)):
        assert not downloadable_by(access.holder, at).exists()


# --------------------------------------------------------------------------------------- the real course, explained
def test_why_names_the_grant_and_each_of_its_parts() -> None:
    access = stories.granted()
    verdict = why(access.holder, access.published_dataset.version)
    assert verdict.allowed
    assert verdict.grant == access.grant
    assert [fact.part for fact in verdict.facts] == list(queries.rule(None))
    assert {fact.part for fact in verdict.grant_facts} == set(queries.AccessGrant.objects.parts())
    assert all(fact.holds for fact in [*verdict.facts, *verdict.grant_facts])


def test_why_not_names_the_one_part_that_fails() -> None:
    access = stories.granted()
    deactivate(access.holder, by=stories.operator())
    verdict = why(access.holder, access.published_dataset.version)
    assert not verdict.allowed
    assert [fact.part for fact in verdict.facts if not fact.holds] == ["person"]


def test_why_of_somebody_without_a_grant_has_no_grant() -> None:
    access = stories.granted()
    for nobody in (stories.person(), AnonymousUser()):
        verdict = why(nobody, access.published_dataset.version)
        assert (verdict.allowed, verdict.grant, verdict.grant_facts) == (False, None, [])


def test_why_of_registered_data_says_whether_the_terms_are_accepted() -> None:
    published_dataset, someone = stories.published_dataset(access="registered"), stories.person()
    terms = stories.terms()
    assert [fact.part for fact in why(someone, published_dataset.version).facts if not fact.holds] == ["entitled"]
    accept_terms(terms, by=someone)
    assert why(someone, published_dataset.version).allowed
    assert downloadable_by(someone).get() == published_dataset.file


def test_a_past_moment_is_answered_as_it_was() -> None:
    access = stories.granted()
    before = access.grant.starts_at - TICK
    during = clock.now()
    commands.revoke(access.grant, reason="A breach.", by=access.owner)
    assert not why(access.holder, access.published_dataset.version, before).allowed
    assert why(access.holder, access.published_dataset.version, during).allowed
    assert not why(access.holder, access.published_dataset.version).allowed


def test_versions_files_and_permissions_say_the_same() -> None:
    """T5, T6, L32, L40: the set, its versions, has_perm on the file and on the dataset."""
    access = stories.granted()
    other = stories.published_dataset(committee_setup=access.published_dataset.committee_setup)
    for person in (
        access.holder,
        access.owner,
        access.case.committee_setup.chair,
        stories.operator(),
        stories.person(),
    ):
        for published_dataset in (access.published_dataset, other):
            opened = downloadable_by(person).filter(pk=published_dataset.file.pk).exists()
            assert opened is (person == access.holder and published_dataset is access.published_dataset)
            assert downloadable_versions(person).filter(pk=published_dataset.version.pk).exists() is opened
            assert person.has_perm(DOWNLOAD, published_dataset.file) is opened
            assert person.has_perm(DOWNLOAD, published_dataset.dataset) is opened


def test_a_permission_without_an_object_or_of_another_kind_is_no() -> None:
    """L6, T11: unknown never means yes."""
    access = stories.granted()
    backend = AccessBackend()
    assert backend.has_perm(access.holder, DOWNLOAD, access.file)
    assert not backend.has_perm(access.holder, DOWNLOAD)
    assert not backend.has_perm(access.holder, DOWNLOAD, access.case.request)
    assert not backend.has_perm(access.holder, "datasets.own_dataset", access.published_dataset.dataset)
    assert not access.holder.has_perm(DOWNLOAD)
    assert not AnonymousUser().has_perm(DOWNLOAD, access.file)


def test_a_stored_permission_opens_nothing() -> None:
    """T10: neither a role on the dataset nor a permission row of Django opens a file."""
    published_dataset = stories.published_dataset()
    published_dataset.owner.user_permissions.add(Permission.objects.get(codename="download_dataset"))
    assert not downloadable_by(published_dataset.owner).exists()


def test_a_new_version_is_open_to_the_holder_and_a_recreated_dataset_is_not() -> None:
    """T17, L31."""
    access = stories.granted()
    second = stories.datasets.start_version(access.published_dataset.dataset, by=access.owner)
    stories.add_files(second, {"second.csv": b"2"}, by=access.owner)
    assert not downloadable_by(access.holder).filter(version=second).exists()
    stories.datasets.publish(second, by=access.owner)
    assert downloadable_by(access.holder).filter(version=second).exists()
    again = stories.published_dataset(title=access.published_dataset.dataset.title, owner=access.owner)
    assert not downloadable_by(access.holder).filter(version=again.version).exists()


@pytest.mark.parametrize("seed", range(5))
def test_the_set_equals_the_sum_of_single_questions(seed: int) -> None:
    """T5, T6: asking for all files is asking for each."""
    at = worlds.moment(5)
    with forgotten():
        laid = worlds.lay(*worlds.Dice(seed).several(4))
        single = [downloadable_by(laid.person, at).filter(version=version).exists() for version in laid.versions]
        assert laid.opened(at) == single
