"""The access state: "active" exactly where the access rule opens, one next action, in every state of a request."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.agreements import commands as agreements
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.core.errors import Denied
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.grants import waiting
from apps.grants.access_state import (
    AccessState,
    Do,
    State,
    Turn,
    access_state,
    access_states,
    state_of_grant,
    state_of_request,
    states_of_grants,
    states_of_requests,
)
from apps.grants.access_state.words import LABELS, WORDS, said, words_of
from apps.grants.explanations import explain
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_versions, verdicts, why
from apps.people.commands.affiliations import confirm_affiliation, end_affiliation, extend_affiliation
from apps.people.commands.people import accept_terms
from apps.people.models import Affiliation, Identity, Person, Provider
from apps.web.common.actions import PLACES, href_of
from apps.web.common.state_presenters import ICONS
from apps.web.common.state_samples import samples
from tests import stories
from tests import worlds as ready
from tests.unit.grants import worlds
from tests.unit.grants.policy import Grant, World
from tests.unit.grants.test_access_rule import forgotten

pytestmark = pytest.mark.django_db


def summary(state: AccessState) -> tuple[str, str, str]:
    return state.state, state.turn, state.action.code if state.action else ""


# ------------------------------------------------------------------------------------------------- it decides nothing
@pytest.mark.parametrize("seed", range(60, 66))
def test_access_is_given_exactly_where_the_access_rule_opens(seed: int) -> None:
    """6 people before 10 datasets at 4 moments: 240 worlds; with the state of each grant."""
    dice = worlds.Dice(seed)
    together, ticks = dice.several(10), dice.chance.sample(range(worlds.LAST + 1), 4)
    with forgotten():
        laid = worlds.lay(*together)
        for tick in ticks:
            with clock.freeze(worlds._sure(tick)):
                check(laid, together)


def check(laid: worlds.Laid, together: list[World]) -> None:
    datasets = [version.dataset for version in laid.versions]
    opened = set(downloadable_versions(laid.person).values_list("dataset_id", flat=True))
    states = access_states(laid.person, datasets)
    for dataset, world in zip(datasets, together, strict=True):
        one = states[dataset.pk]
        assert one.gives_access is (dataset.pk in opened), (world, one)
        assert (one.state == State.ACTIVE) is (dataset.access == "controlled" and dataset.pk in opened), (world, one)
        assert all(other.state != State.ACTIVE or one.gives_access for other in one.also), (world, one)
        assert said(one).badge
        assert words_of(one)
    mine = {one.grant.pk: one for state in states.values() for one in (state, *state.also) if one.grant is not None}
    for grant, state in states_of_grants(laid.person, [one.grant for one in mine.values() if one.grant]).items():
        assert state.gives_access is mine[grant].gives_access


def test_control_a_state_that_forgets_the_embargo_is_found() -> None:
    """Control: the comparison above fails for a state that is not the rule's."""
    open_world = World(grants=(Grant(0, 10),))
    with forgotten():
        laid = worlds.lay(replace(open_world, embargo=9))
        with clock.freeze(worlds._sure(3)):
            one = access_state(laid.person, laid.version.dataset)
            assert one.state == State.EMBARGOED
            assert one.gives_access is (
                laid.version.pk in downloadable_versions(laid.person).values_list("pk", flat=True)
            )
    with forgotten():
        laid = worlds.lay(open_world)
        with clock.freeze(worlds._sure(3)):
            assert access_state(laid.person, laid.version.dataset).state == State.ACTIVE


# ------------------------------------------------------------------------------------------------- each state
EXPECTED: list[tuple[str, Any, tuple[State, Turn, Do | str]]] = [
    ("draft", stories.draft, (State.DRAFT, Turn.YOU, Do.CONTINUE_DRAFT)),
    ("submitted", stories.submitted, (State.SUBMITTED, Turn.OTHERS, Do.VIEW_REQUEST)),
    ("in_review", stories.in_review, (State.IN_REVIEW, Turn.OTHERS, Do.VIEW_REQUEST)),
    ("returned", stories.returned, (State.CHANGES_REQUESTED, Turn.YOU, Do.ANSWER)),
    ("decided", stories.decided, (State.PREPARING, Turn.OTHERS, Do.VIEW_REQUEST)),
    ("denied", ready.denied, (State.DENIED, Turn.NOBODY, Do.REVISE)),
    ("withdrawn", ready.withdrawn, (State.WITHDRAWN, Turn.NOBODY, Do.REQUEST_AGAIN)),
    ("offered", stories.offered, (State.AWAITING_SIGNATURES, Turn.YOU, Do.SIGN)),
    ("signed", stories.signed, (State.AWAITING_SIGNATURES, Turn.OTHERS, Do.VIEW_AGREEMENT)),
    ("executed", stories.executed, (State.PREPARING, Turn.OTHERS, Do.VIEW_AGREEMENT)),
    ("granted", stories.granted, (State.ACTIVE, Turn.NOBODY, Do.DOWNLOAD)),
    ("suspended", ready.suspended, (State.SUSPENDED, Turn.OTHERS, Do.VIEW_ACCESS)),
    ("revoked", ready.revoked, (State.REVOKED, Turn.NOBODY, Do.REQUEST_AGAIN)),
    ("granted_on_withdrawn_version", ready.granted_on_withdrawn_version,
     (State.VERSION_WITHDRAWN, Turn.NOBODY, Do.VIEW_ACCESS)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "expected"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_each_state_of_a_request(name: str, make: Any, expected: tuple[State, Turn, Do | str]) -> None:
    world = make()
    case = getattr(world, "case", world)
    dataset: Dataset = case.published_dataset.dataset
    state = access_state(case.applicant, dataset)
    assert summary(state) == expected
    assert href_of(state.action).startswith("/")
    of_request = state_of_request(case.applicant, case.request)
    assert of_request.state == state.state, name
    assert said(of_request).badge == said(state).badge
    watching = state_of_request(case.published_dataset.owner, case.request)
    assert watching.state == state.state
    assert (watching.turn == Turn.YOU) is (name == "signed")
    if state.grant is not None:
        assert state_of_grant(case.applicant, state.grant).state == state.state


def test_the_owner_countersigns() -> None:
    setup = stories.signed()
    state = state_of_request(setup.owner, setup.case.request)
    assert summary(state) == (State.AWAITING_SIGNATURES, Turn.YOU, Do.COUNTERSIGN)
    assert state_of_request(setup.applicant, setup.case.request).waiting_for == (setup.owner.name,)


def test_an_access_that_ends_soon_can_be_renewed_and_then_has_ended() -> None:
    access = stories.granted()
    dataset = access.published_dataset.dataset
    for days, expected in ((61, Do.DOWNLOAD), (60, Do.RENEW), (0, Do.RENEW)):
        with clock.freeze(access.grant.ends_at - timedelta(days=days, hours=1)):
            state = access_state(access.holder, dataset)
            assert state.state == State.ACTIVE
            assert (state.action.code if state.action else "") == expected
            assert state.days_left == days
    with clock.freeze(access.grant.ends_at):
        state = access_state(access.holder, dataset)
        assert state.state == State.ENDED
        assert state.days_left is None
        assert state_of_request(access.holder, access.case.request).state == State.ENDED


def test_visitors_and_people_without_a_request() -> None:
    controlled, someone = stories.published_dataset(), stories.person()
    assert summary(access_state(AnonymousUser(), controlled.dataset)) == (
        State.SIGN_IN_NEEDED, Turn.YOU, Do.SIGN_IN_TO_REQUEST,
    )  # fmt: skip
    assert summary(access_state(someone, controlled.dataset)) == (State.NONE, Turn.YOU, Do.REQUEST_ACCESS)
    opened = stories.published_dataset(access="open")
    for viewer in (AnonymousUser(), someone):
        assert summary(access_state(viewer, opened.dataset)) == (State.OPEN, Turn.NOBODY, Do.DOWNLOAD)


def test_case_14_the_true_obstacle_is_the_button() -> None:
    """Case 14: terms accepted, second factor missing: the second factor is asked for, not the terms."""

    someone, data = stories.person(), stories.published_dataset(access="registered", second_factor=True)
    someone.second_factor = True
    assert summary(access_state(someone, data.dataset)) == (State.TERMS_NEEDED, Turn.YOU, Do.ACCEPT_TERMS)
    accept_terms(stories.terms(), by=someone)
    someone.second_factor = False
    state = access_state(someone, data.dataset)
    assert summary(state) == (State.SECOND_FACTOR_NEEDED, Turn.YOU, Do.SECOND_FACTOR)
    assert state.cause == "terms_accepted"
    someone.second_factor = True
    assert summary(access_state(someone, data.dataset)) == (State.REGISTERED, Turn.NOBODY, Do.DOWNLOAD)


# ------------------------------------------------------------------------------------------------- the tables
def test_every_state_has_a_row_and_every_action_its_label_and_its_place() -> None:
    assert missing(WORDS) == set()
    assert set(LABELS) == set(Do)
    assert set(PLACES) == set(Do)


def test_control_a_state_without_words_is_found() -> None:
    planted = {key: row for key, row in WORDS.items() if key != (State.EXPIRED, "")}
    assert missing(planted) == {State.EXPIRED}


# The states that the design draws for the dataset's panel, without training and the secure environment (later).
DRAWN = {
    "visitor": (State.SIGN_IN_NEEDED, ""), "open": (State.OPEN, ""), "terms not accepted": (State.TERMS_NEEDED, ""),
    "second factor missing": (State.SECOND_FACTOR_NEEDED, "terms_accepted"), "none": (State.NONE, ""),
    "affiliation not verified": (State.AFFILIATION_NEEDED, "request"), "not accepting": (State.NOT_ACCEPTING, ""),
    "draft": (State.DRAFT, ""), "submitted": (State.SUBMITTED, ""), "in review": (State.IN_REVIEW, ""),
    "changes requested": (State.CHANGES_REQUESTED, ""), "your signature": (State.AWAITING_SIGNATURES, ""),
    "signatures of others": (State.AWAITING_SIGNATURES, "others"), "active": (State.ACTIVE, ""),
    "ends soon": (State.ACTIVE, "ends_soon"), "two projects": (State.ACTIVE, "several"),
    "suspended": (State.SUSPENDED, ""), "embargoed": (State.EMBARGOED, "granted"), "ended": (State.ENDED, ""),
    "denied": (State.DENIED, ""), "revoked": (State.REVOKED, ""), "withdrawn": (State.VERSION_WITHDRAWN, ""),
}  # fmt: skip


def test_every_state_that_the_design_draws_has_a_row() -> None:
    assert {name: row for name, row in DRAWN.items() if row not in WORDS} == {}


def test_the_gallery_shows_every_state_with_its_icon() -> None:
    sprite = Path("static/icons/sprite.svg").read_text()
    shown = samples()
    assert {one["state"].state for one in shown} == set(State)
    assert {one["icon"] for one in shown} - set(re.findall(r'id="([^"]+)"', sprite)) == set()
    assert set(ICONS.values()) - set(re.findall(r'id="([^"]+)"', sprite)) == set()
    assert all(one["badge"] and one["sentences"] and one["label"] for one in shown)
    assert 'id="state-revoked"' in stories.client_for(None).get("/components/").content.decode()


def missing(table: Any) -> set[State]:
    return {state for state in State if (state, "") not in table}


# ------------------------------------------------------------------------------------------------- what it costs
def test_the_number_of_statements_does_not_depend_on_how_many() -> None:
    access = stories.granted()
    case = stories.offered(applicant=access.holder)
    one, many = [access.published_dataset.dataset], [access.published_dataset.dataset]
    for make in (stories.submitted, stories.draft, stories.returned):
        many.append(make(applicant=access.holder).published_dataset.dataset)
    many += [case.published_dataset.dataset, stories.published_dataset().dataset]
    assert counted(lambda: access_states(access.holder, one)) <= 4
    assert counted(lambda: access_states(access.holder, many)) <= 7
    more = [stories.offered(applicant=access.holder), stories.granted(), stories.signed(applicant=access.holder)]
    many += [each.published_dataset.dataset for each in more]
    assert counted(lambda: access_states(access.holder, many)) <= 7
    requests = [access.case.request, case.case.request]
    assert counted(lambda: states_of_requests(access.holder, requests)) <= 7
    assert counted(lambda: states_of_requests(access.holder, requests + [one.case.request for one in more])) <= 7


def counted(ask: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


# ------------------------------------------------------------------------------------------------- closed holes
def test_why_prefers_access_that_is_active_to_one_that_is_longer() -> None:
    long = ready.suspended(stories.granted(days=300))
    short = stories.granted(published_dataset=long.published_dataset, applicant=long.holder, days=20)
    verdict = why(long.holder, long.published_dataset.version)
    assert verdict.allowed
    assert verdict.grant == short.grant
    assert access_state(long.holder, long.published_dataset.dataset).grant == short.grant
    grants.revoke(short.grant, reason="The study has ended.", by=long.owner)
    assert why(long.holder, long.published_dataset.version).grant == long.grant  # only its suspension is missing


def test_somebody_elses_signature_is_not_the_holders() -> None:
    """A grant whose holder did not sign gives no access, whoever else signed the agreement."""
    colleague = stories.person()
    setup = stories.executed(members=[colleague])
    stories.drain()
    outsider = stories.person()
    grant = AccessGrant.objects.create(
        agreement=setup.agreement, holder=outsider, dataset=setup.published_dataset.dataset,
        institution=outsider.institution, starts_at=clock.now(), ends_at=clock.now() + timedelta(days=9),
    )  # fmt: skip
    assert not AccessGrant.objects.active().filter(pk=grant.pk).exists()
    assert access_state(outsider, grant.dataset).state == State.SUSPENDED
    assert access_state(colleague, grant.dataset).state == State.ACTIVE  # control: who signed has access


def test_a_deactivated_owner_terminates_nothing() -> None:
    access = stories.granted()
    Person.objects.filter(pk=access.owner.pk).update(is_active=False)
    owner = Person.objects.get(pk=access.owner.pk)
    with pytest.raises(Denied):
        agreements.terminate(access.agreement_setup.agreement, reason="A breach.", by=owner)
    with pytest.raises(Denied):
        grants.revoke(access.grant, reason="A breach.", by=owner)
    assert access_state(access.holder, access.published_dataset.dataset).state == State.ACTIVE


def test_the_action_is_a_sign_in_only_where_a_sign_in_helps() -> None:
    """What a signing official ended only a signing official restores: no page says to sign in. With its control."""
    access = stories.granted()
    holder, home = access.holder, access.holder.institution
    assert home is not None
    dataset = access.published_dataset.dataset
    grant = AccessGrant.objects.get(holder=holder)
    official = stories.signing_official(home)
    Affiliation.objects.filter(person=holder).update(valid_until=clock.now())
    lapsed = access_state(holder, dataset)  # the control: it lapsed by date
    assert summary(lapsed) == (State.SUSPENDED, Turn.YOU, Do.SIGN_IN_AGAIN)
    assert waiting.access_waiting_for(holder).count() == 1
    assert [one.cause for one in why(holder, access.published_dataset.version).grant_facts if not one.holds] == [""]

    confirm_affiliation(holder, institution=home, reason="Back from leave.", by=official)
    end_affiliation(holder, institution=home, reason="They have left us.", by=official)
    assert not extend_affiliation(holder, institution=home, by=SYSTEM)
    for state in (access_state(holder, dataset), state_of_grant(holder, grant)):
        assert summary(state) == (State.SUSPENDED, Turn.OTHERS, Do.ASK_OFFICIAL)
        assert (state.by, state.waiting_for) == (home.name, (official.name,))
        assert href_of(state.action).startswith(reverse("account"))
        assert len(said(state).sentences) == 2
    assert waiting.access_waiting_for(holder).count() == 0
    verdict = why(holder, access.published_dataset.version)
    causes = {one.part: one.cause for one in (*verdict.facts, *verdict.grant_facts) if not one.holds and one.cause}
    assert causes == {"affiliated": "ended", "affiliation_active": "ended"}
    offer = access_state(holder, stories.published_dataset(access="registered").dataset)
    assert summary(offer) == (State.AFFILIATION_NEEDED, Turn.OTHERS, Do.ASK_OFFICIAL)
    for address in ("/", reverse("dataset", args=[dataset.slug]), reverse("your_access", args=[dataset.slug])):
        page = stories.client_for(holder).get(address)
        assert page.status_code == 200
        assert reverse("account") + "#affiliations" in page.content.decode(), address


def test_a_sign_in_that_did_not_renew_the_affiliation_is_not_offered_again() -> None:
    """The institution's provider signed the person in after the affiliation had lapsed, and it is still not valid."""
    access = stories.granted()
    holder, home = access.holder, access.holder.institution
    assert home is not None
    provider = Provider.objects.create(slug="home", name="Home", issuer="https://home.example", institution=home)
    identity = Identity.objects.create(person=holder, issuer="https://home.example", subject="1", provider=provider)
    now = clock.now()
    Affiliation.objects.filter(person=holder).update(valid_until=now)
    dataset = access.published_dataset.dataset
    for before in (None, now - timedelta(days=1)):  # the controls: nobody has tried since it lapsed
        Identity.objects.filter(pk=identity.pk).update(last_seen_at=before)
        assert summary(access_state(holder, dataset)) == (State.SUSPENDED, Turn.YOU, Do.SIGN_IN_AGAIN)
        assert waiting.access_waiting_for(holder).count() == 1
    Identity.objects.filter(pk=identity.pk).update(last_seen_at=now + timedelta(seconds=1))
    state = access_state(holder, dataset)
    assert summary(state) == (State.SUSPENDED, Turn.OTHERS, Do.ASK_OFFICIAL)
    assert (state.cause, len(state.waiting_for)) == ("affiliation_lapsed", 1)  # the operator: it has no official
    assert waiting.access_waiting_for(holder).count() == 0
    offer = access_state(holder, stories.published_dataset(access="registered").dataset)
    assert (offer.cause, offer.turn) == ("lapsed", Turn.OTHERS)
    official = stories.signing_official(home)
    assert access_state(holder, dataset).waiting_for == (official.name,)
    page = stories.client_for(holder).get(reverse("account"))
    assert [row["tried"] for row in page.context["affiliations"]] == [True]
    confirm_affiliation(holder, institution=home, reason="Back from leave.", by=official)
    assert access_state(holder, dataset).state == State.ACTIVE


def test_days_are_left_of_active_access_only() -> None:
    """Ended early or suspended, an access has no days left; the control is the same access while it is active."""
    access = stories.granted()
    grant = AccessGrant.objects.get(holder=access.holder)
    assert state_of_grant(access.holder, grant).days_left is not None
    grants.suspend(grant, reason="A question is open.", by=access.owner)
    assert state_of_grant(access.holder, grant).days_left is None
    grants.revoke(grant, reason="The project has ended.", by=access.holder)
    assert state_of_grant(access.owner, grant).days_left is None


@pytest.mark.parametrize(("by_holder", "cause"), [(True, "by_holder"), (False, "")])
def test_access_that_the_holder_ended_was_not_revoked_by_others(by_holder: bool, cause: str) -> None:
    access = stories.granted()
    by = access.holder if by_holder else access.owner
    grants.revoke(AccessGrant.objects.get(holder=access.holder), reason="The project has ended.", by=by)
    version = access.published_dataset.version
    for verdict in (why(access.holder, version), verdicts([access.holder.pk], version)[access.holder.pk]):
        facts = {one.part: one for one in verdict.grant_facts}
        assert (facts["not_revoked"].holds, facts["not_revoked"].cause) == (False, cause)
        plain = replace(facts["not_revoked"], cause="")
        assert (explain(facts["not_revoked"]).sentence != explain(plain).sentence) is by_holder
