"""What is read beside the rule: the version that is nearest, and whose affiliation no sign-in restores."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.datasets.models import Dataset, Version
from apps.grants import commands
from apps.grants.access_state import facts
from apps.grants.access_state.facts import DatasetFacts, Ended, Facts, read
from apps.grants.access_state.grants import RULE_PARTS
from apps.grants.access_state.statements import grants_called
from apps.grants.models import AccessGrant
from apps.people.models import Affiliation, Identity, Institution, Person, Provider
from tests import stories
from tests.factories import rows
from tests.unit.grants import unsaved

DAY = timedelta(days=1)


# ------------------------------------------------------------------------------------------------- versions
def row(number: int, *missing: str) -> tuple[Version, dict[str, bool]]:
    return unsaved.version(unsaved.dataset(), number), unsaved.holding(RULE_PARTS, *missing)


def nearest(*found: tuple[Version, dict[str, bool]], knows: bool = False) -> DatasetFacts:
    return facts._nearest(list(found), knows=knows)


def test_the_first_version_that_opens_is_the_one() -> None:
    second, first = row(2), row(1)
    for knows in (True, False):
        assert nearest(row(3, "entitled"), second, first, knows=knows) == DatasetFacts(True, *second)
        assert nearest(knows=knows) == DatasetFacts(False, None, {})


def test_of_others_the_one_of_which_most_is_there_then_the_newest() -> None:
    draft, current, old = row(3, "published", "entitled"), row(2, "entitled"), row(1, "entitled")
    assert nearest(draft, current, old) == DatasetFacts(False, *current)
    assert nearest(old, current) == DatasetFacts(False, *current)
    withdrawn = row(4, "not_withdrawn", "entitled")
    assert nearest(withdrawn, draft) == DatasetFacts(False, *withdrawn)
    nothing = row(5, "published", "not_withdrawn")
    assert nearest(nothing, draft) == DatasetFacts(False, *draft)


def test_an_embargo_is_known_to_those_with_access_or_if_it_is_all_there_is() -> None:
    embargoed, old = row(2, "embargo_past"), row(1, "not_withdrawn")
    assert nearest(embargoed, old) == DatasetFacts(False, *old)
    assert nearest(embargoed, old, knows=True) == DatasetFacts(False, *embargoed)
    assert nearest(embargoed) == DatasetFacts(False, *embargoed)


# ------------------------------------------------------------------------------------------------- affiliations
def asked(viewer: Any, *datasets: Dataset, grants: Any = ()) -> Facts:
    return read(viewer, [one.pk for one in datasets], grants=grants_called([one.pk for one in grants]))


def leave(someone: Person, **how: Any) -> Institution:
    """Their affiliation with their institution is ended by a signing official, or changed as said."""
    home = someone.institution
    assert home is not None
    how = how or {"ended_at": clock.now(), "ended_by": stories.person()}
    Affiliation.objects.filter(person=someone, institution=home).update(**how)
    return home


def tried(someone: Person, at: Institution) -> None:
    """They signed in through the institution a moment ago."""
    count = Provider.objects.count()
    facts_of = {"name": "Home", "issuer": f"https://p{count}.test", "client_id": "g", "secret_name": "home"}
    provider = Provider.objects.create(slug=f"p{count}", institution=at, **facts_of)
    Identity.objects.create(
        person=someone, issuer=provider.issuer, subject=f"s{count}", provider=provider, last_seen_at=clock.now()
    )


@pytest.mark.django_db
def test_nothing_more_is_read_of_those_whose_affiliation_is_valid() -> None:
    data = [stories.published_dataset(access=access).dataset for access in ("controlled", "registered")]
    someone = stories.person()

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            found = asked(someone, *data)
        assert (found.ended, found.ended_for_viewer) == ({}, None)
        return len(captured)

    valid = statements()
    leave(someone, valid_until=clock.now())
    assert statements() > valid, "it lapsed, which a sign-in restores"
    for nobody in (AnonymousUser(), None):
        found = asked(nobody, *data)
        assert (found.ended, found.ended_for_viewer, found.viewer) == ({}, None, nobody)


@pytest.mark.django_db
def test_nothing_more_is_read_of_holders_whose_affiliation_is_valid() -> None:
    access = stories.granted()
    data, mine = access.published_dataset.dataset, AccessGrant.objects.filter(holder=access.holder)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(access.owner, data, grants=mine)
        return len(captured)

    valid = statements()
    leave(access.holder)
    assert statements() > valid


@pytest.mark.django_db
def test_whose_affiliation_was_ended_waits_for_an_official() -> None:
    data, someone = stories.published_dataset(access="registered").dataset, stories.person()
    home = leave(someone)
    found = asked(someone, data)
    assert found.ended_for_viewer is not None
    assert (found.ended_for_viewer.institution, found.ended_for_viewer.lapsed) == (home.name, False)
    assert len(found.ended_for_viewer.officials) == 1 and found.ended_for_viewer.officials[0]
    official = stories.signing_official(home)
    stories.signing_official(stories.institution())
    assert asked(someone, data).ended_for_viewer == Ended(home.name, (official.name,))
    open_data = stories.published_dataset(access="open").dataset
    assert asked(someone, open_data).ended_for_viewer is None, "nothing is missing there"
    assert asked(someone, open_data, data).ended_for_viewer is not None, "one of them lacks it"
    without_version = rows.dataset("controlled", rows.committee())
    assert asked(someone, without_version).ended_for_viewer is None, "there is nothing to open"
    assert asked(stories.person(), data).ended_for_viewer is None


@pytest.mark.django_db
def test_a_sign_in_that_did_not_renew_it_concerns_the_viewer() -> None:
    data, someone = stories.published_dataset(access="registered").dataset, stories.person()
    home = leave(someone, valid_until=clock.now())
    assert asked(someone, data).ended_for_viewer is None
    tried(someone, home)
    found = asked(someone, data)
    official = stories.signing_official(home)
    assert found.ended_for_viewer is not None and found.ended_for_viewer.lapsed
    found = asked(someone, data)
    assert found.ended_for_viewer == Ended(home.name, (official.name,), lapsed=True)
    assert found.ended == {(someone.pk, home.pk): found.ended_for_viewer}
    other = stories.person()
    away = leave(other, valid_until=clock.now())
    tried(other, away)
    assert asked(someone, data).ended_for_viewer == found.ended_for_viewer


@pytest.mark.django_db
def test_what_lapsed_for_a_holder_is_not_told_as_the_viewers_own() -> None:
    data = stories.published_dataset(access="registered").dataset
    holders = [stories.granted(), stories.granted()]
    homes = [leave(one.holder, valid_until=clock.now()) for one in holders]
    for one, home in zip(holders, homes, strict=True):
        tried(one.holder, home)
    for (viewer, home), other in zip(zip(holders, homes, strict=True), reversed(holders), strict=True):
        theirs = AccessGrant.objects.filter(holder=other.holder)
        found = asked(viewer.holder, data, other.published_dataset.dataset, grants=theirs).ended_for_viewer
        assert found is not None and (found.institution, found.lapsed) == (home.name, True)


@pytest.mark.django_db
def test_the_holders_of_grants_are_asked_about_each_for_themselves() -> None:
    """As a manager reads them: two holders, whose affiliation ended in two ways, and one who has theirs."""
    gone, lapsed, here = stories.granted(), stories.granted(), stories.granted()
    first, second = leave(gone.holder), leave(lapsed.holder, valid_until=clock.now())
    tried(lapsed.holder, second)
    data = [one.published_dataset.dataset for one in (gone, lapsed, here)]
    found = asked(here.owner, *data, grants=AccessGrant.objects.all())
    assert {pair: (one.institution, one.lapsed) for pair, one in found.ended.items()} == {
        (gone.holder.pk, first.pk): (first.name, False),
        (lapsed.holder.pk, second.pk): (second.name, True),
    }
    assert found.ended_for_viewer is None
    assert set(found.grants) == {(one.grant.agreement_id, one.holder.pk) for one in (gone, lapsed, here)}
    only = asked(here.owner, data[2], grants=AccessGrant.objects.filter(holder=here.holder))
    assert (only.ended, len(only.grants)) == ({}, 1)
    away = leave(here.owner)
    owners = asked(here.owner, *data, grants=AccessGrant.objects.filter(holder=gone.holder))
    assert owners.ended_for_viewer is not None and owners.ended_for_viewer.institution == away.name


@pytest.mark.django_db
def test_a_suspended_grant_comes_with_its_open_pause() -> None:
    access, other = stories.granted(), stories.granted()
    commands.suspend(access.grant, reason="First.", by=access.owner)
    commands.resume(access.grant, by=access.owner)
    commands.suspend(access.grant, reason="Second.", by=access.owner)
    data = [one.published_dataset.dataset for one in (access, other)]
    found = asked(access.owner, *data, grants=AccessGrant.objects.all()).grants
    pauses = {one.grant: one.pause.reason if one.pause is not None else None for one in found.values()}
    assert pauses == {access.grant: "Second.", other.grant: None}


@pytest.mark.django_db
def test_an_embargoed_version_is_known_to_those_with_access() -> None:
    access = stories.granted()
    dataset = access.published_dataset.dataset
    second = stories.datasets.start_version(dataset, by=access.owner)
    stories.datasets.publish(second, by=access.owner, embargo_until=clock.now() + 9 * DAY)
    stories.datasets.withdraw(access.published_dataset.version, reason="Consent was withdrawn.", by=access.owner)
    mine = AccessGrant.objects.filter(holder=access.holder)
    assert asked(access.holder, dataset, grants=mine).datasets[dataset.pk].version == second
    assert asked(stories.person(), dataset).datasets[dataset.pk].version == access.published_dataset.version
    commands.suspend(access.grant, reason="A question.", by=access.owner)
    assert asked(access.holder, dataset, grants=mine).datasets[dataset.pk].version == access.published_dataset.version


@pytest.mark.django_db
def test_the_moment_is_that_of_the_database_and_each_dataset_has_its_facts() -> None:
    first, second = stories.published_dataset(), stories.published_dataset(access="open")
    empty = stories.drafted_dataset()
    before = clock.now()
    found = asked(None, first.dataset, second.dataset)
    assert {pk: one.opens for pk, one in found.datasets.items()} == {first.dataset.pk: False, second.dataset.pk: True}
    assert before <= found.now <= clock.now()
    assert asked(None, empty.dataset).datasets[empty.dataset.pk].opens is False
    empties = [rows.dataset("controlled", rows.committee()) for _one in range(9)]
    among = asked(None, *empties, first.dataset)
    shown: Any = among.datasets[first.dataset.pk].version
    assert among.now == shown.asked_at
    nothing = asked(None)
    assert (nothing.datasets, nothing.grants) == ({}, {})
    assert before <= nothing.now <= clock.now()


@pytest.mark.django_db
def test_signatures_are_read_of_agreements_that_gave_no_access_yet() -> None:
    setup, other, access = stories.signed(), stories.signed(), stories.granted()
    member = stories.person()
    for case in (setup.case, other.case):
        case.request.memberships.create(person=member)
    item, granted = setup.case.item, access.case.item
    pairs = [(item, setup.applicant.pk), (granted, access.holder.pk)]
    data = [item.dataset_id, granted.dataset_id]
    grants = grants_called([access.grant.pk])
    found = read(setup.applicant, data, asked=pairs, grants=grants)
    assert set(found.signed) == {(setup.agreement.pk, setup.applicant.pk)}
    assert found.members == {setup.case.request.pk: {member.pk}}
    assert found.owners == {item.dataset_id: [setup.owner]}
    assert (other.agreement.pk, other.applicant.pk) not in found.signed
    none = read(access.holder, data, asked=pairs[1:], grants=grants)
    assert (none.signed, none.members, none.owners) == ({}, {}, {})
    undecided = stories.in_review().item
    assert read(access.holder, [], asked=[(undecided, access.holder.pk)]).signed == {}
