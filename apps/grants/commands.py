"""Verbs about grants: issue, revoke, suspend, resume; stop and resume all downloads."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from apps.access_requests import commands as requests
from apps.access_requests.queries_cohorts import left_the_class
from apps.agreements.capacities import receiving_access
from apps.agreements.models import Agreement, Signature
from apps.agreements.states import AgreementState
from apps.audit.models import Event
from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.core.errors import WrongState
from apps.grants import ends, queries, rules
from apps.grants.models import AccessGrant, DownloadStop, Suspension
from apps.grants.reach import not_over, within_reach
from apps.people.models import Person
from apps.people.rules import check_named, check_operator, check_person, check_reason

AT_ONCE = 500  # events a run
ENDED_WITHIN = timedelta(days=30)  # nobody is notified of what ended longer ago


@transaction.atomic
def issue(agreement_id: UUID, *, by: Actor) -> list[AccessGrant]:
    """A grant for each signer of an executed agreement who receives access; running twice issues no more."""
    check_named(by, SYSTEM)
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.state != AgreementState.EXECUTED:
        return []
    begin, end = _period(agreement)
    if end <= begin:
        return []
    holders = Signature.objects.filter(agreement=agreement, capacity__in=receiving_access())
    holders = holders.exclude(signer__in=left_the_class(agreement.item.request_id))
    issued = []
    for signature in holders.select_related("actor_snapshot").order_by("signed_at"):
        grant, made = AccessGrant.objects.get_or_create(
            agreement=agreement,
            holder_id=signature.signer_id,
            defaults={
                "dataset_id": agreement.item.dataset_id, "institution_id": signature.actor_snapshot.institution_id,
                "starts_at": begin, "ends_at": end,
            },
        )  # fmt: skip
        if made:
            issued.append(grant)
            about = [grant.dataset_id, grant.holder_id, agreement.pk, agreement.item.request_id]
            record(Kind.GRANT_ISSUED, actor=by, subject=grant, about=about, until=end)
    return issued


def _period(agreement: Agreement) -> tuple[datetime, datetime]:
    """From the first day that was signed (or now, if later) until the end of the last day that was signed (UTC).

    The dataset's limit was checked when the request was submitted; what was signed after that is what is given.
    """
    begin = max(clock.now(), _midnight(agreement.starts_on))
    return begin, _midnight(agreement.ends_on) + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


@transaction.atomic
def activate_request(request_id: UUID, *, by: Actor) -> None:
    """The request is active once a grant of it is out and all its items are decided; before that nothing happens."""
    check_named(by, SYSTEM)
    grant = AccessGrant.objects.filter(agreement__item__request_id=request_id).first()
    if grant is not None:
        requests.activate(grant.agreement.item.request, by=by)


@transaction.atomic
def revoke(grant: AccessGrant, *, reason: str, by: Actor) -> None:
    """The grant ends now; every link on it is refused at its next use."""
    by = check_person(by)
    grant = _lock(grant)
    rules.check_can_end(by, grant)
    rules.check_says_why(reason)
    grant.revoked_at, grant.revoked_by, grant.revoked_because = clock.now(), by, reason.strip()
    grant.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    record(Kind.GRANT_REVOKED, actor=by, subject=grant, about=_about(grant))


@transaction.atomic
def revoke_all(grants: list[AccessGrant], *, reason: str, by: Actor) -> int:
    """End several grants together: all of them, or none if one may not be ended; returns how many."""
    by = check_person(by)
    rules.check_says_why(reason)
    for grant in sorted(grants, key=lambda one: one.pk):
        revoke(grant, reason=reason, by=by)
    return len(grants)


@transaction.atomic
def end_all_access(holder: Person, *, reach: str, reason: str, by: Actor) -> list[AccessGrant]:
    """Revoke every grant of the person that `by` can end in this capacity (a value of `Reach`), all or none.

    Each is an event of its own, as if it had been revoked alone; the person reads the reason. Returns the grants.
    """
    by = check_person(by)
    theirs = not_over(within_reach(by, reach).filter(holder=holder)).order_by("pk")
    grants = list(theirs.select_for_update(of=("self",)).select_related("agreement__item"))
    rules.check_can_end_all(by, holder, grants)
    reason = check_reason(reason)
    now = clock.now()
    for grant in grants:
        grant.revoked_at, grant.revoked_by, grant.revoked_because = now, by, reason.strip()
        grant.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
        record(Kind.GRANT_REVOKED, actor=by, subject=grant, about=_about(grant), reach=reach)
    return grants


@transaction.atomic
def suspend(grant: AccessGrant, *, reason: str, by: Actor) -> Suspension:
    """The grant pauses now, until someone resumes it."""
    by = check_person(by)
    grant = _lock(grant)
    rules.check_can_pause(by, grant)
    rules.check_says_why(reason)
    if grant.suspensions.filter(ends_at__isnull=True).exists():
        raise WrongState(_("This access is already suspended."))
    pause = Suspension.objects.create(grant=grant, by=by, reason=reason.strip())
    record(Kind.GRANT_SUSPENDED, actor=by, subject=grant, about=_about(grant))
    return pause


@transaction.atomic
def resume(grant: AccessGrant, *, by: Actor) -> None:
    """The pause ends now; time that passed meanwhile is not given back."""
    by = check_person(by)
    grant = _lock(grant)
    rules.check_can_resume(by, grant)
    ended = grant.suspensions.filter(ends_at__isnull=True).update(ends_at=clock.now())
    if not ended:
        raise WrongState(_("This access is not suspended."))
    record(Kind.GRANT_RESUMED, actor=by, subject=grant, about=_about(grant))


@transaction.atomic
def stop_downloads(reason: str, *, by: Actor) -> DownloadStop:
    """Stop every download of every file at once. One operator is enough; a second stop beside it is refused."""
    by = check_person(by)
    check_operator(by)
    rules.check_stop_says_why(reason)
    rules.check_not_stopped(queries.current_download_stop())
    try:
        with transaction.atomic():
            stop = DownloadStop.objects.create(started_by=by, reason=reason.strip())
    except IntegrityError:  # another operator was a moment faster
        rules.check_not_stopped(queries.current_download_stop())
        raise
    record(Kind.DOWNLOADS_STOPPED, actor=by, subject=stop)
    return stop


@transaction.atomic
def propose_resume(stop: DownloadStop, *, by: Actor) -> None:
    """One operator says that downloads may run again; another one must confirm. Proposing twice changes nothing."""
    by = check_person(by)
    check_operator(by)
    stop = DownloadStop.objects.select_for_update(of=("self",)).select_related("resume_proposed_by").get(pk=stop.pk)
    rules.check_can_propose_resume(by, stop)
    if stop.resume_proposed_by_id == by.pk:
        return
    rules.check_not_proposed(stop)
    DownloadStop.objects.filter(pk=stop.pk).update(resume_proposed_by=by)
    record(Kind.RESUME_PROPOSED, actor=by, subject=stop)


@transaction.atomic
def resume_downloads(stop: DownloadStop, *, by: Actor) -> None:
    """The second operator confirms: downloads run again."""
    by = check_person(by)
    check_operator(by)
    stop = DownloadStop.objects.select_for_update().get(pk=stop.pk)
    rules.check_two_people(by, stop)
    stop.ends_at, stop.ended_by = clock.now(), by
    stop.save(update_fields=["ends_at", "ended_by"])
    record(Kind.DOWNLOADS_RESUMED, actor=by, subject=stop)


@transaction.atomic
def notify_of_ends(*, by: Actor) -> int:
    """Record each access that ends within 30 days, within 7 days, or has ended: once each, so that its holder is
    notified.

    Access does not depend on it. Not for access that the holder keeps by a later grant. Returns how many were recorded.
    """
    check_named(by, SYSTEM)
    now = clock.now()
    recorded = _record_ends(ends.ended_since(now - ENDED_WITHIN), stage=0)
    for days in (7, 30):
        recorded += _record_ends(ends.ending_before(now + timedelta(days=days)), stage=days)
    return recorded


def _record_ends(grants: QuerySet[AccessGrant], *, stage: int) -> int:
    """One event for each that has none of this stage (days before the end) or a later one; two workers share them."""
    kind = Kind.GRANT_ENDING if stage else Kind.GRANT_ENDED
    before = Event.objects.filter(kind=kind, subject_id=OuterRef("pk"), facts__stage__lte=stage)
    due = grants.filter(~Exists(before)).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.select_related("agreement__item").order_by("pk")[:AT_ONCE])
    for grant in rows:
        record(
            Kind.GRANT_ENDING if stage else Kind.GRANT_ENDED, actor=SYSTEM, subject=grant, about=_about(grant),
            stage=stage, until=grant.ends_at,
        )  # fmt: skip
    return len(rows)


def _about(grant: AccessGrant) -> list[UUID]:
    return [grant.dataset_id, grant.holder_id, grant.agreement_id, grant.agreement.item.request_id]


def _lock(grant: AccessGrant) -> AccessGrant:
    locked = AccessGrant.objects.select_for_update(of=("self",)).select_related("dataset", "agreement__item")
    return locked.get(pk=grant.pk)
