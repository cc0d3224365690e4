"""Verbs about access requests: draft, change, submit, return, withdraw, screen, step aside, vote.

Locks are taken in one order everywhere: the request, then its items.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from apps.access_requests import queries, rules, wording
from apps.access_requests.models import AccessRequest, Item, Membership, Question, Recusal, Round, Vote
from apps.access_requests.states import ACCEPTED, ItemState
from apps.accounts.commands import note_standing
from apps.accounts.models import Person, Provider
from apps.accounts.queries import affiliation_behind, colleagues_by_code
from apps.accounts.visas import Followed, SignIn
from apps.audit.record import Kind, record
from apps.committees import commands as committees
from apps.committees.models import Committee, Seat
from apps.core import clock
from apps.core.errors import Invalid
from apps.datasets.models import Dataset

EDITED = ("title", "purpose", "public_summary", "starts_on", "ends_on")


@transaction.atomic
def draft(datasets: list[Dataset], *, by: Person) -> AccessRequest:
    """A new request for these datasets, with nothing said yet."""
    for dataset in datasets:
        rules.check_can_ask(by, dataset)
    request = AccessRequest.objects.create(applicant=by)
    _set_items(request, datasets)
    record(Kind.REQUEST_DRAFTED, actor=by, subject=request, about=datasets)
    return request


@transaction.atomic
def change(request: AccessRequest, *, by: Person, revision: int | None = None, **changes: Any) -> AccessRequest:
    """Keep what the applicant typed (incomplete is fine while it is a draft); a stale window is refused."""
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_revision(request, revision)
    _apply(request, changes)
    request.revision += 1
    request.changed_at = clock.now()
    request.save(update_fields=[*EDITED, "revision", "changed_at"])
    return request


def _apply(request: AccessRequest, changes: dict[str, Any]) -> None:
    for name in EDITED:
        if name in changes:
            setattr(request, name, changes[name])
    begin, end = request.starts_on, request.ends_on
    if begin is not None and end is not None and end <= begin:
        raise Invalid(_("The end must lie after the beginning."), field="ends_on")


@transaction.atomic
def choose_datasets(request: AccessRequest, *, datasets: list[Dataset], by: Person) -> None:
    """Ask for exactly these datasets; an item already decided stays."""
    request = _lock(request)
    rules.check_can_edit(by, request)
    for dataset in datasets:
        rules.check_can_ask(by, dataset)
    if not datasets:
        raise Invalid(_("Choose at least one dataset."), field="datasets")
    _set_items(request, datasets)


@transaction.atomic
def add_dataset(request: AccessRequest, *, dataset: Dataset, by: Person) -> None:
    """Ask for this dataset as well; a window still open on the request without it is told so when it saves."""
    request = _lock(request)
    rules.check_can_edit(by, request)
    rules.check_can_ask(by, dataset)
    _set_items(request, [*Dataset.objects.filter(items__request=request), dataset])
    AccessRequest.objects.filter(pk=request.pk).update(revision=request.revision + 1, changed_at=clock.now())


@transaction.atomic
def name_members(request: AccessRequest, *, codes: list[str], by: Person) -> None:
    """The colleagues who will use the data too, by the colleague codes they gave the applicant."""
    request = _lock(request)
    rules.check_can_edit(by, request)
    wanted = {code.strip().upper() for code in codes if code.strip()}
    found = {person.code: person for person in colleagues_by_code(sorted(wanted))}
    unknown = sorted(wanted - set(found))
    if unknown:
        raise Invalid(
            _("No colleague has the code %(code)s. Ask them to read it from their account page.")
            % {"code": unknown[0]},
            field="members",
        )
    people = [person for person in found.values() if person.pk != request.applicant_id]
    Membership.objects.filter(request=request).exclude(person__in=people).delete()
    for person in people:
        Membership.objects.get_or_create(request=request, person=person)


@transaction.atomic
def answer(question: Question, *, text: str, by: Person) -> None:
    """The applicant answers what the committee asked."""
    request = _lock(question.request)
    rules.check_can_edit(by, request)
    if not text.strip():
        raise Invalid(_("Write an answer to the committee."), field="answer")
    Question.objects.filter(pk=question.pk).update(answer=text.strip(), answered_at=clock.now())


@transaction.atomic
def submit(request: AccessRequest, *, by: Person) -> Round:
    """Hand the request to the committees: what they will read is frozen now."""
    request = _lock(request)
    rules.check_can_submit(by, request)
    _bring_to_those_who_care(request)
    number = request.rounds.count() + 1
    snapshot = wording.snapshot_of(request)
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    opened = Round.objects.create(
        request=request, number=number, snapshot=snapshot, sha256=hashlib.sha256(text.encode()).hexdigest()
    )
    request.move("submit", submitted_at=clock.now())
    about = [item.dataset_id for item in request.items.all()]
    record(Kind.REQUEST_SUBMITTED, actor=by, subject=request, about=about, round=number, sha256=opened.sha256)
    return opened


@transaction.atomic
def screen(request: AccessRequest, *, by: Person) -> None:
    """A committee member found the request complete; voting may begin."""
    request = _lock(request)
    rules.check_sits_for(by, request)
    request.move("screen")
    record(Kind.REQUEST_SCREENED, actor=by, subject=request)


@transaction.atomic
def return_with_question(request: AccessRequest, *, text: str, by: Person) -> Question:
    """Back to the applicant with a question; the round ends, its votes no longer count."""
    request = _lock(request)
    rules.check_sits_for(by, request)
    rules.check_question(text)
    request.check_can("return")
    current = _close_round(request)
    question = Question.objects.create(request=request, round=current, asked_by=by, text=text.strip())
    request.move("return")
    record(Kind.REQUEST_RETURNED, actor=by, subject=request, round=current.number)
    return question


@transaction.atomic
def withdraw(request: AccessRequest, *, by: Person) -> None:
    """The applicant takes the request back before it is decided."""
    request = _lock(request)
    rules.check_can_withdraw(by, request)
    request.move("withdraw", ended_at=clock.now())
    Round.objects.filter(request=request, closed_at__isnull=True).update(closed_at=clock.now())
    record(Kind.REQUEST_WITHDRAWN, actor=by, subject=request)


@transaction.atomic
def step_aside(request: AccessRequest, *, reason: str, by: Person) -> None:
    """A member declares a conflict; they leave the bench of this request, and any vote of theirs no longer counts."""
    request = _lock(request)
    rules.check_sits_for(by, request)
    rules.check_says_conflict(reason)
    Recusal.objects.create(request=request, person=by, reason=reason.strip())
    record(Kind.MEMBER_RECUSED, actor=by, subject=request)
    _recount(request)


@transaction.atomic
def recount(request: AccessRequest, *, by: Person | None) -> None:
    """Somebody has left a bench: what the remaining votes decide is decided now, as nobody else may be left to vote."""
    _recount(_lock(request))


@transaction.atomic
def vote(item: Item, *, choice: str, reason: str, terms: str = "", seen: Round, signed_in: SignIn, by: Person) -> Vote:
    """Cast a vote on the snapshot `seen`; the last vote needed decides the item.

    Who the voter is at this moment is kept with the vote, and so with the decision that it makes.
    """
    request = _lock(item.request)
    item = Item.objects.select_for_update().select_related("committee").get(pk=item.pk)
    item.request = request
    current = queries.open_round(request)
    rules.check_can_vote(by, item, current, seen)
    rules.check_vote(choice, reason, terms)
    kept_terms = terms.strip() if choice == Vote.Choice.CONDITIONAL else ""
    standing = note_standing(by, sign_in=signed_in, behind=affiliation_behind(by), by=by)
    cast = Vote.objects.create(
        item=item, round=seen, voter=by, choice=choice, reason=reason.strip(), terms=kept_terms, standing=standing
    )
    record(Kind.VOTE_CAST, actor=by, subject=item, about=[request, item.dataset_id], choice=choice, round=seen.number)
    _decide_if_clear(item)
    return cast


@transaction.atomic
def seat_member(committee: Committee, *, person: Person, by: Person) -> Seat:
    """Give a seat; it counts for the rounds that open from now on, never for one that is being decided."""
    rules.check_may_change_bench(by, committee)
    return committees.seat(committee, person=person, by=by)


@transaction.atomic
def unseat_member(place: Seat, *, by: Person) -> None:
    """End a seat; nobody does so in a committee that is deciding about them."""
    rules.check_may_change_bench(by, place.committee)
    committees.unseat(place, by=by)


@transaction.atomic
def follow_seat_claims(person: Person, *, provider: Provider, said: Mapping[str, Any], by: Person | None) -> Followed:
    """What this provider says now gives, confirms and takes the seats that come from it.

    No claim seats anybody in a committee that is deciding about them.
    """
    barred = queries.deciding_about(person)
    return committees.follow_seat_claims(person, provider=provider, said=said, barred=barred, by=by)


@transaction.atomic
def activate(request: AccessRequest, *, by: Person | None) -> None:
    """The first grant is out: the project runs. Already active is fine (a consequence may run twice)."""
    request = _lock(request)
    if request.can("activate"):
        request.move("activate")
        record(Kind.REQUEST_ACTIVATED, actor=by, subject=request)


@transaction.atomic
def close_denied(request: AccessRequest, *, by: Person | None) -> None:
    """Every item was denied: nothing follows, the request is closed."""
    request = _lock(request)
    if request.can("close") and not request.items.filter(state__in=ACCEPTED).exists():
        request.move("close", ended_at=clock.now())
        record(Kind.REQUEST_CLOSED, actor=by, subject=request)


def _recount(request: AccessRequest) -> None:
    for item in request.items.select_for_update().filter(state=ItemState.OPEN):
        _decide_if_clear(item)


def _decide_if_clear(item: Item) -> None:
    """Decide the item if the count says so; the caller holds the lock on request and item."""
    request = item.request
    outcome = queries.tally(item).outcome
    current = queries.open_round(request)
    if not outcome or current is None or request.state != "in_review":
        return
    votes = Vote.objects.filter(item=item, round=current, voter_id__in=queries.bench_for(item).values("person_id"))
    deny = outcome == "deny"
    winning = votes.filter(choice=Vote.Choice.DENY) if deny else votes.exclude(choice=Vote.Choice.DENY)
    reason = "\n\n".join(dict.fromkeys(winning.values_list("reason", flat=True)))
    terms = "\n\n".join(dict.fromkeys(t for t in winning.values_list("terms", flat=True) if t))
    item.move(outcome, decided_at=clock.now(), decided_in=current, reason=reason, terms=terms)
    record(Kind.ITEM_DECIDED, actor=None, subject=item, about=[request, item.dataset_id], outcome=outcome)
    if not request.items.filter(state=ItemState.OPEN).exists():
        _close_round(request)
        request.move("decide", decided_at=clock.now())
        record(Kind.REQUEST_DECIDED, actor=None, subject=request)


def _close_round(request: AccessRequest) -> Round:
    current = Round.objects.select_for_update().get(request=request, closed_at__isnull=True)
    current.closed_at = clock.now()
    current.save(update_fields=["closed_at"])
    return current


def _set_items(request: AccessRequest, datasets: list[Dataset]) -> None:
    dropped = request.items.filter(state=ItemState.OPEN).exclude(dataset__in=datasets)
    if Vote.objects.filter(item__in=dropped).exists():
        raise Invalid(
            _("A committee has voted on one of these datasets already; it stays in this request."), field="datasets"
        )
    dropped.delete()
    for dataset in datasets:
        Item.objects.get_or_create(request=request, dataset=dataset, defaults={"committee": dataset.committee})


def _bring_to_those_who_care(request: AccessRequest) -> None:
    """What is open goes to the committee that cares for the dataset today; it may have changed since the draft."""
    today = Dataset.objects.filter(pk=OuterRef("dataset_id")).values("committee_id")
    request.items.filter(state=ItemState.OPEN).update(committee_id=Subquery(today))


def _lock(request: AccessRequest) -> AccessRequest:
    return AccessRequest.objects.select_for_update().get(pk=request.pk)
