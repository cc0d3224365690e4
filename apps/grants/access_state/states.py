"""The states of people, datasets, requests and grants, and which one comes first."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import prefetch_related_objects

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries_cohorts import studied_by
from apps.access_requests.states import RequestState
from apps.core import roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset, Version
from apps.datasets.states import VersionState
from apps.grants.access_state import statements
from apps.grants.access_state.facts import Facts, Who, read
from apps.grants.access_state.grants import of_grant
from apps.grants.access_state.items import of_item
from apps.grants.access_state.kinds import UNDER_WAY, AccessState, Action, Do, State, Turn
from apps.grants.access_state.offers import base, withdrawn
from apps.grants.models import AccessGrant
from apps.grants.waiting import items_under_way
from apps.people.models import Person


def access_state(person: Viewer, dataset: Dataset) -> AccessState:
    """The state of this person or visitor on this dataset, now."""
    return access_states(person, [dataset])[dataset.pk]


def access_states(person: Viewer, datasets: Iterable[Dataset]) -> dict[UUID, AccessState]:
    """The same for many datasets, by id; the number of statements does not depend on how many."""
    found = {dataset.pk: dataset for dataset in datasets}
    prefetch_related_objects(list(found.values()), "committee")
    items, grants = [], None
    if isinstance(person, Person):
        items = statements.items_of_person(person, found)
        grants = statements.grants_of_holder(person.pk, list(found))
    me = roles.person_id(person)
    facts = read(person, found, asked=[(item, me) for item in items], grants=grants)
    who = Who(person, is_viewer=True)
    by_dataset: dict[UUID, list[AccessState]] = {pk: [] for pk in found}
    for item in items:
        state = of_item(item, who, facts)
        if state is not None:
            by_dataset[item.dataset_id].append(state)
    listed = {one.grant.pk for states in by_dataset.values() for one in states if one.grant is not None}
    for one in facts.grants.values():
        if one.grant.pk not in listed:  # of an agreement whose request names them no more
            by_dataset[one.grant.dataset_id].append(of_grant(one, who, facts))
    return {pk: _first(dataset, by_dataset[pk], facts) for pk, dataset in found.items()}


def state_of_version(person: Viewer, version: Version, dataset: Dataset) -> AccessState:
    """The state on the page of one version of the dataset: a withdrawn one says so and leads to the current one."""
    state = access_state(person, dataset)
    if version.state != VersionState.WITHDRAWN or state.state == State.VERSION_WITHDRAWN:
        return state
    current = Version.objects.available().filter(dataset=dataset).order_by("-number").first()
    action = Action(Do.VIEW_CURRENT, current) if current is not None else None
    return replace(withdrawn(version, dataset, state.at), action=action)


def state_of_request(person: Viewer, request: AccessRequest) -> AccessState:
    """The state of one request, as this viewer may know it: the applicant's, or a member's own."""
    return states_of_requests(person, [request])[request.pk]


def states_of_requests(person: Viewer, wanted: Iterable[AccessRequest]) -> dict[UUID, AccessState]:
    """By id; `also` has the other datasets of the request. What waits for the viewer comes first, then for others."""
    found = {request.pk: request for request in wanted}
    items = statements.items_of_requests(found)
    grants = statements.grants_of_requests(roles.person_id(person), list(found))
    mine = requests.of_person(person).order_by().values("pk").union(studied_by(person).order_by())
    theirs = set(AccessRequest.objects.filter(pk__in=mine).filter(pk__in=found).values_list("pk", flat=True))
    me = roles.person_id(person)
    asked = [(item, me if item.request_id in theirs else item.request.applicant_id) for item in items]
    facts = read(person, {item.dataset_id for item in items}, asked=asked, grants=grants)
    by_request: dict[UUID, list[AccessState]] = {pk: [] for pk in found}
    for item in items:
        who = Who(person, True) if item.request_id in theirs else Who(item.request.applicant, False)
        state = of_item(item, who, facts)
        if state is not None:
            by_request[item.request_id].append(_with_offer(state, facts) if who.is_viewer else state)
    states = {
        pk: _first_of_request(request, by_request[pk], facts, is_theirs=pk in theirs) for pk, request in found.items()
    }
    return _renewed_once(person, states)


def _with_offer(state: AccessState, facts: Facts) -> AccessState:
    """What is over offers a new request, in lists and on the page of a request too."""
    if not state.is_closed or state.dataset is None:
        return state
    return _again(state, base(state.dataset, facts), facts)


def state_of_grant(person: Viewer, grant: AccessGrant) -> AccessState:
    """The state of one access, as its holder or a manager of the dataset sees it."""
    return states_of_grants(person, [grant])[grant.pk]


def states_of_grants(person: Viewer, wanted: Iterable[AccessGrant]) -> dict[UUID, AccessState]:
    """By id, whoever holds them."""
    found = {grant.pk: grant.dataset_id for grant in wanted}
    facts = read(person, set(found.values()), grants=statements.grants_called(list(found)))
    me = roles.person_id(person)
    states = {
        one.grant.pk: of_grant(one, Who(one.grant.holder, one.grant.holder_id == me), facts)
        for one in facts.grants.values()
    }
    return _renewed_once(person, states)


def _renewed_once(person: Viewer, states: dict[UUID, AccessState]) -> dict[UUID, AccessState]:
    """Access that ends soon and for whose dataset another request is under way is not renewed a second time."""
    ending = {one.dataset.pk for one in states.values() if one.cause == "ends_soon" and one.dataset is not None}
    again = set(items_under_way(person).filter(dataset__in=ending).values_list("dataset", flat=True)) if ending else ()
    return {pk: _renewing(one) if one.dataset and one.dataset.pk in again else one for pk, one in states.items()}


def states_of_own(
    person: Person, wanted: Iterable[AccessRequest], access: Iterable[AccessGrant]
) -> tuple[dict[UUID, AccessState], dict[UUID, AccessState]]:
    """The states of the person's own requests and of their own access, both by id, read together."""
    found, grants = {request.pk: request for request in wanted}, {grant.pk for grant in access}
    items = statements.items_of_requests(found)
    datasets = {item.dataset_id for item in items} | {grant.dataset_id for grant in access}
    given = statements.grants_of_own(person.pk, list(grants), list(found))
    facts = read(person, datasets, asked=[(item, person.pk) for item in items], grants=given)
    who = Who(person, True)
    by_request: dict[UUID, list[AccessState]] = {pk: [] for pk in found}
    for item in items:
        state = of_item(item, who, facts)
        if state is not None:
            by_request[item.request_id].append(state)
    first = {pk: _first_of_request(found[pk], states, facts, is_theirs=True) for pk, states in by_request.items()}
    return first, {one.grant.pk: of_grant(one, who, facts) for one in facts.grants.values() if one.grant.pk in grants}


# ------------------------------------------------------------------------------------------------- which comes first
def _rank(state: AccessState) -> int:
    """What gives access now; then what waits for the person; then access that waits; what others have; drafts, which
    nobody else knows of; what is over.
    """
    if state.gives_access:
        return 0
    if state.state == State.DRAFT:
        return 4
    if state.turn == Turn.YOU:
        return 1
    if state.is_closed:
        return 5
    return 3 if state.state in UNDER_WAY else 2


def _newest(state: AccessState) -> float:
    """For sorting: the longest access first, else what happened last."""
    moment = state.until if state.gives_access else state.since
    return -moment.timestamp() if moment is not None else 0.0


def _first(dataset: Dataset, states: list[AccessState], facts: Facts) -> AccessState:
    """The one state of the dataset, with the others in `also`."""
    offer = base(dataset, facts)
    states = sorted(states, key=lambda one: (_rank(one), _newest(one)))
    controlled = dataset.access == Dataset.Access.CONTROLLED
    if not states or offer.gives_access or (not controlled and _rank(states[0]) > 1):
        return replace(offer, also=tuple(states))
    first, also = states[0], tuple(states[1:])
    if first.state == State.ACTIVE:
        first = _renewable(first, also)
    elif first.is_closed:
        first = _again(first, offer, facts)
    return replace(first, also=also)


def _renewable(state: AccessState, also: tuple[AccessState, ...]) -> AccessState:
    """Several projects are counted; from 60 days before the end the next action is to renew, once."""
    projects = 1 + sum(one.state == State.ACTIVE for one in also)
    if projects > 1:
        return replace(state, cause="several", number=projects, action=Action(Do.DOWNLOAD, state.dataset))
    if any(one.state in UNDER_WAY for one in also):
        return _renewing(state)
    return state


def _renewing(state: AccessState) -> AccessState:
    """A new request is under way: there is nothing to renew a second time."""
    if state.cause != "ends_soon":
        return state
    return replace(state, cause="renewing", action=Action(Do.DOWNLOAD, state.grant))


def _again(state: AccessState, offer: AccessState, facts: Facts) -> AccessState:
    """What is over offers a new request, if one can be made now: the applicant's starts with what they wrote."""
    if offer.state not in (State.NONE, State.AFFILIATION_NEEDED):
        return state
    request = state.request
    if request is None or request.applicant_id != roles.person_id(facts.viewer):
        return replace(state, action=Action(Do.REQUEST_ACCESS, state.dataset))
    return replace(state, action=Action(Do.REVISE if state.state == State.DENIED else Do.REQUEST_AGAIN, request))


def _first_of_request(
    request: AccessRequest, states: list[AccessState], facts: Facts, *, is_theirs: bool
) -> AccessState:
    """The one state of the request. Of several datasets, what waits comes before what is given."""
    if not states:
        return _of_empty(request, facts, is_theirs=is_theirs)

    def order(one: AccessState) -> tuple[int, int, float]:
        waits = 0 if one.turn == Turn.YOU else 1 if one.state in UNDER_WAY else 2
        return waits, _rank(one), _newest(one)

    first, *also = sorted(states, key=order)
    return replace(first, also=tuple(also))


def _of_empty(request: AccessRequest, facts: Facts, *, is_theirs: bool) -> AccessState:
    """A request without datasets, or with none that concerns the viewer."""
    if request.state == RequestState.WITHDRAWN:
        return AccessState(State.WITHDRAWN, facts.now, since=request.ended_at, request=request)
    if request.state == RequestState.DRAFT and is_theirs:
        action = Action(Do.CONTINUE_DRAFT, request)
        return AccessState(
            State.DRAFT, facts.now, turn=Turn.YOU, since=request.created_at, request=request, action=action
        )
    return AccessState(
        State.NONE, facts.now, cause="not_named", request=request, action=Action(Do.VIEW_REQUEST, request)
    )
