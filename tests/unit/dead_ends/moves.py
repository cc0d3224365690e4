"""What can be done about something that waits: each move with who could make it, and by which notification they know.

A move is tried as each person in turn, by the portal's own command: whoever is not refused can act. Nothing here
repeats a rule of the portal.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from apps.access_requests import commands as requests
from apps.access_requests import queries as access_requests
from apps.access_requests.models import AccessRequest, Item, Recusal
from apps.access_requests.states import EDITABLE, UNDER_REVIEW, ItemState, RequestState
from apps.agreements import commands as agreements
from apps.agreements.models import Agreement
from apps.agreements.states import AgreementState
from apps.audit.kinds import Kind
from apps.committees.models import Committee, CommitteeMember
from apps.core import clock, roles
from apps.core.actors import SYSTEM
from apps.core.errors import DomainError
from apps.datasets import commands as datasets
from apps.datasets.models import Dataset
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.notifications.models import Notification
from apps.people.commands.affiliations import confirm_affiliation, extend_affiliation
from apps.people.commands.people import give_platform_role
from apps.people.models import Affiliation, Person
from tests import stories
from tests.unit.dead_ends.cast import World, fresh
from tests.unit.dead_ends.course import attempt, vote

Deed = Callable[[World, Any, Person], object]


@dataclass(frozen=True)
class Move:
    """`notified_by` are the kinds of notification of which the person who moves has one; empty: their own doing."""

    name: str
    deed: Deed
    notified_by: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Made:
    """A move that was made, by whom, whether they had been notified, and what a further check found wrong."""

    move: Move
    by: Person
    notified: bool
    wrong: str = ""


def make_first(
    world: World, thing: Any, moves: Iterable[Move], *, check: Callable[[World, Any, Made], str] | None = None
) -> Made | None:
    """The first of the moves that anybody is able to make; people who were notified are tried first.

    `check` is called with the world as it was before the move, and says what is wrong.
    """
    everyone = fresh([*world.cast.everyone])
    for move in moves:
        readers = _readers(move)
        for person in sorted(everyone, key=lambda one: one.pk not in readers):
            if attempt(lambda move=move, person=person: move.deed(world, thing, person), undo=True) is None:
                made = Made(move, person, not move.notified_by or person.pk in readers)
                wrong = check(world, thing, made) if check is not None else ""
                move.deed(world, type(thing)._default_manager.get(pk=thing.pk), person)
                stories.drain()
                return replace(made, wrong=wrong)
    return None


def undone(deed: Callable[[], str]) -> str:
    """Do it, and put everything back."""
    with transaction.atomic():
        said = deed()
        transaction.set_rollback(True)
    return said


def _readers(move: Move) -> set[Any]:
    return set(Notification.objects.filter(kind__in=move.notified_by).values_list("reader_id", flat=True))


# -------------------------------------------------------------------------------------------------------- requests
def _submit(_world: World, request: AccessRequest, by: Person) -> None:
    for question in request.questions.filter(answer=""):
        requests.answer(question, text="Age and stage.", by=by)
    requests.submit(request, by=by)


def _without_what_is_refused(_world: World, request: AccessRequest, by: Person) -> None:
    """Leave out the first dataset that makes the submission fail."""
    all_of_them = list(Dataset.objects.filter(items__request=request).order_by("pk"))
    for dataset in all_of_them:
        left = [one for one in all_of_them if one.pk != dataset.pk]
        if left and attempt(lambda left=left: _submit_with(request, left, by)) is None:
            return
    raise DomainError("it cannot be submitted with any one dataset left out")


def _submit_with(request: AccessRequest, left: list[Dataset], by: Person) -> None:
    requests.choose_datasets(request, datasets=left, by=by)
    for question in request.questions.filter(answer=""):
        requests.answer(question, text="Age and stage.", by=by)
    requests.submit(request, by=by)


def _withdraw(_world: World, request: AccessRequest, by: Person) -> None:
    requests.withdraw(request, by=by)


def _accept(_world: World, request: AccessRequest, by: Person) -> None:
    stories.declare(request, by)
    requests.accept_for_review(request, by=by)


def _vote(_world: World, request: AccessRequest, by: Person) -> None:
    """A first vote on whatever of it this person may vote on."""
    _on_any_item(request, by, lambda item: vote(item, by, "approve"), voted=False)


def _confirm_vote(_world: World, request: AccessRequest, by: Person) -> None:
    """The same vote again, because a voter left."""

    def confirm(item: Item) -> None:
        seen = access_requests.open_round(request)
        assert seen is not None
        stories.declare(request, by)
        requests.confirm_vote(item, seen=seen, signed_in=stories.fresh_sign_in(), by=by)

    _on_any_item(request, by, confirm, voted=True)


def _change_vote(_world: World, request: AccessRequest, by: Person) -> None:
    """Another choice than before, because the votes are divided."""

    def change(item: Item) -> None:
        earlier = access_requests.current_vote(item, by)
        if earlier is None or earlier.choice == "approve":
            raise DomainError("this vote is no other")
        vote(item, by, "approve")

    _on_any_item(request, by, change, voted=True)


def _on_any_item(request: AccessRequest, by: Person, deed: Callable[[Item], object], *, voted: bool) -> None:
    refusal: DomainError | None = None
    for item in request.items.filter(state=ItemState.OPEN).select_related("request", "committee", "dataset"):
        if (access_requests.current_vote(item, by) is not None) is voted:
            refusal = attempt(lambda item=item: deed(item))
            if refusal is None:
                return
    raise refusal or DomainError("there is nothing to vote on")


def _add_member(world: World, request: AccessRequest, by: Person) -> None:
    """Somebody who has no part in it joins a committee that cannot decide."""
    short = [one for one in access_requests.committees_without_quorum(request)
             if not _enough_for_a_new_round(one, request)] or _undecided(request)  # fmt: skip
    requests.add_committee_member(short[0], person=_outsider(world, short[0]), by=by)


def _appoint_operator(world: World, _request: AccessRequest, by: Person) -> None:
    """An operator who has a part in it appoints one who has none."""
    give_platform_role(fresh(world.cast.spare)[0], kind="operator", days=30, by=by)


def _undecided(request: AccessRequest) -> list[Committee]:
    return list(Committee.objects.filter(items__request=request, items__state=ItemState.OPEN).order_by("pk"))


def _outsider(world: World, committee: Committee) -> Person:
    for someone in fresh(world.cast.spare):
        if not committee.members.filter(person=someone, ends_at__isnull=True).exists():
            return someone
    raise DomainError("there is nobody left to add")


def _request_changes(_world: World, request: AccessRequest, by: Person) -> None:
    stories.declare(request, by)
    requests.request_changes(request, text="Which variables do you need?", by=by)


CALLED = (Kind.REQUEST_SUBMITTED, Kind.COMMITTEE_MEMBER_ADDED)
SUBMIT = Move("submit", _submit, (Kind.REQUEST_RETURNED,))
SUBMIT_REST = Move("submit the rest", _without_what_is_refused, (Kind.REQUEST_RETURNED,))
WITHDRAW = Move("withdraw", _withdraw)
ACCEPT = Move("accept for review", _accept, CALLED)
VOTE = Move("vote", _vote, CALLED)
CONFIRM_VOTE = Move("confirm a vote", _confirm_vote, (Kind.CONFIRMATION_NEEDED,))
CHANGE_VOTE = Move("change a vote", _change_vote, (Kind.VOTES_DIVIDED,))
ADD_MEMBER = Move("add a member", _add_member, (Kind.QUORUM_MISSING,))
APPOINT_OPERATOR = Move("appoint an operator", _appoint_operator, (Kind.QUORUM_MISSING,))
REQUEST_CHANGES = Move("request changes", _request_changes, CALLED)


# ------------------------------------------------------------------------------------------------------ agreements
def _sign(_world: World, agreement: Agreement, by: Person) -> None:
    stories.sign(agreement, by)


def _countersign(_world: World, agreement: Agreement, by: Person) -> None:
    stories.countersign(agreement, by)


def _terminate(_world: World, agreement: Agreement, by: Person) -> None:
    agreements.terminate(agreement, reason="This project will not take place.", by=by)


def _sign_in_again(deed: Deed) -> Deed:
    """The person signs in again, which renews their affiliation unless an official ended it; then they go on."""

    def again(world: World, thing: Any, by: Person) -> None:
        if by.institution is None or not extend_affiliation(by, institution=by.institution, by=SYSTEM):
            raise DomainError("the institution does not confirm the affiliation")
        deed(world, thing, by)

    return again


def _confirmed(world: World, agreement: Agreement, by: Person) -> None:
    """Somebody who may confirm affiliations confirms that of a person whose signature is missing."""
    owners = roles.people_with_role(agreement.item.dataset, Dataset.OWNER)
    waited_for = [agreement.item.request.applicant] if agreement.state == AgreementState.OFFERED else owners
    for someone in waited_for:
        current = Affiliation.objects.active().filter(person=someone, institution=world.cast.home)
        if not current.exists():
            reason = "I know them from the department."
            confirm_affiliation(someone, institution=world.cast.home, reason=reason, by=by)
            return
    raise DomainError("there is nobody to confirm")


def _another_owner(world: World, thing: Any, by: Person) -> None:
    """An owner who may not act themselves adds one who may."""
    outsiders = [one for one in fresh(world.cast.spare) if not roles.has_role(one, [Dataset.OWNER], _dataset(thing))]
    if not outsiders:
        raise DomainError("there is nobody left to add")
    datasets.give_role(_dataset(thing), person=outsiders[0], role=Dataset.OWNER, by=by)


def _dataset(thing: Any) -> Dataset:
    found: Dataset = thing.dataset if isinstance(thing, AccessGrant) else thing.item.dataset
    return found


def _name_owner(world: World, thing: Any, by: Person) -> None:
    datasets.name_owner(_dataset(thing), person=fresh(world.cast.spare)[0], by=by)


SIGN = Move("sign", _sign, (Kind.AGREEMENT_OFFERED,))
SIGN_AGAIN = Move("sign in again and sign", _sign_in_again(_sign), (Kind.AGREEMENT_OFFERED,))
COUNTERSIGN = Move("countersign", _countersign, (Kind.AGREEMENT_SIGNED, Kind.ROLE_GIVEN))
COUNTERSIGN_AGAIN = Move("sign in again and countersign", _sign_in_again(_countersign), COUNTERSIGN.notified_by)
ANOTHER_OWNER = Move("add another owner", _another_owner, (Kind.AGREEMENT_SIGNED,))
NAME_OWNER = Move("name an owner", _name_owner, (Kind.OWNER_MISSING,))
CONFIRM = Move("confirm an affiliation", _confirmed)
TERMINATE = Move("terminate", _terminate, (Kind.AGREEMENT_OFFERED, Kind.AGREEMENT_SIGNED))


# ---------------------------------------------------------------------------------------------------------- access
def _resume(_world: World, grant: AccessGrant, by: Person) -> None:
    grants.resume(grant, by=by)


RESUME = Move("resume access", _resume)


def moves_for(thing: Any) -> list[Move]:
    """The moves that would bring it on, in the order in which they are tried."""
    if isinstance(thing, AccessRequest):
        return _for_request(thing)
    if isinstance(thing, AccessGrant):
        return [RESUME, Move("add another owner", _another_owner), NAME_OWNER]
    if thing.state == AgreementState.OFFERED:
        return [SIGN, SIGN_AGAIN, CONFIRM, TERMINATE]
    return [COUNTERSIGN, COUNTERSIGN_AGAIN, ANOTHER_OWNER, NAME_OWNER, CONFIRM, TERMINATE]


def _for_request(request: AccessRequest) -> list[Move]:
    if request.state == RequestState.DRAFT:
        return [Move("submit", _submit), WITHDRAW]
    if request.state == RequestState.RETURNED:
        return [SUBMIT, SUBMIT_REST, WITHDRAW]
    short = access_requests.committees_without_quorum(request)
    if short:
        enough = all(_enough_for_a_new_round(one, request) for one in short)
        return [REQUEST_CHANGES] if enough else [ADD_MEMBER, APPOINT_OPERATOR]
    return (
        [ACCEPT]
        if request.state == RequestState.SUBMITTED
        else [VOTE, CONFIRM_VOTE, CHANGE_VOTE, ADD_MEMBER, REQUEST_CHANGES]
    )


def _enough_for_a_new_round(committee: Committee, request: AccessRequest) -> bool:
    """Members who joined after the round began count in the next one."""
    aside = Recusal.objects.filter(request=request).values("person_id")
    people = access_requests.people_of(request).values("pk")
    members = CommitteeMember.objects.appointed().filter(committee=committee)
    return members.exclude(person__in=aside).exclude(person__in=people).count() >= committee.quorum


# ------------------------------------------------------------------------------------------------- what is waiting
def waiting(world: World) -> list[Any]:
    """Everything in the world that is not final."""
    asked = AccessRequest.objects.filter(pk__in=[one.pk for one in world.requests]).order_by("pk")
    signing = Agreement.objects.filter(item__request__in=asked, state__in=AgreementState.awaiting_signatures())
    signing = signing.filter(ends_on__gte=clock.today())
    paused = AccessGrant.objects.filter(suspensions__ends_at__isnull=True, suspensions__isnull=False)
    things: list[Any] = [one for one in asked.filter(state__in=[*EDITABLE, *UNDER_REVIEW]) if not _private(one)]
    things += signing.select_related("item__request__applicant", "item__dataset").order_by("pk")
    return things + list(paused.filter(revoked_at__isnull=True, ends_at__gt=clock.now()))


def _private(request: AccessRequest) -> bool:
    """A draft of somebody whose account is closed: nobody else knows of it, and nobody waits for it."""
    return request.state == RequestState.DRAFT and not request.applicant.is_active


def never_closed(world: World) -> list[AccessRequest]:
    """Requests that say they are going on although nothing can follow any more."""
    asked = AccessRequest.objects.filter(pk__in=[one.pk for one in world.requests], state=RequestState.DECIDED)
    living = Agreement.objects.exclude(state__in=AgreementState.ended()).filter(ends_on__gte=clock.today())
    return [one for one in asked if not living.filter(item__request=one).exists()]
