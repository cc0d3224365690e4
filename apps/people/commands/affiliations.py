"""Verbs about affiliations: confirmed by a sign-in, confirmed and ended by the institution's signing official."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.audit.record import Kind, record
from apps.core import clock
from apps.core.actors import SYSTEM, Actor
from apps.people.models import ActorSnapshot, Affiliation, AffiliationStatement, Institution, Person, Provider
from apps.people.models.affiliations import valid_until_from
from apps.people.queries import affiliations_of, latest_affiliations_of, sign_in_restores
from apps.people.rules import check_affiliation_there, check_can_speak_for, check_named, check_person, check_reason
from apps.people.sign_in import SignIn

AT_ONCE = 500

NOTIFY_WITHIN = timedelta(days=30)  # no notification is sent about an affiliation that expired longer ago

Notified = Affiliation.Notified


@transaction.atomic
def extend_affiliation(
    person: Person, *, institution: Institution, provider: Provider | None = None, scoped: str = "", by: Actor
) -> bool:
    """The institution's sign-in says that the person belongs there: it counts for another year from now.

    What a signing official has ended, only a signing official begins again, with whichever account the person comes.
    Returns whether it counts.
    """
    check_named(by, SYSTEM)
    Person.objects.select_for_update().get(pk=person.pk)
    if not sign_in_restores([person.pk]).get((person.pk, institution.pk), True):
        return False
    _extend(person, institution, provider=provider, scoped=scoped, confirmed_by=None)
    return True


@transaction.atomic
def confirm_affiliation(person: Person, *, institution: Institution, reason: str, by: Actor) -> None:
    """The signing official says that the person belongs to the institution, and how they know."""
    by = check_person(by)
    check_can_speak_for(by, institution, person)
    reason = check_reason(reason)
    Person.objects.select_for_update().get(pk=person.pk)
    current = _extend(person, institution, provider=None, scoped="", confirmed_by=by)
    _said(current, AffiliationStatement.Kind.CONFIRMED, by=by, reason=reason, at=clock.now())
    record(Kind.AFFILIATION_CONFIRMED, actor=by, subject=person, about=[institution])


@transaction.atomic
def end_affiliation(person: Person, *, institution: Institution, reason: str, by: Actor) -> None:
    """The person has left the institution: what they had through it stops at the next request."""
    by = check_person(by)
    check_can_speak_for(by, institution, person)
    reason = check_reason(reason)
    Person.objects.select_for_update().get(pk=person.pk)
    current = list(affiliations_of(person).filter(institution=institution))
    now = clock.now()
    Affiliation.objects.filter(pk__in=[one.pk for one in current]).update(ended_at=now, ended_by=by)
    check_affiliation_there(len(current))
    for one in current:
        _said(one, AffiliationStatement.Kind.ENDED, by=by, reason=reason, at=now)
    record(Kind.AFFILIATION_ENDED, actor=by, subject=person, about=[institution])


@transaction.atomic
def warn_of_expiring_affiliations(*, by: Actor) -> int:
    """Notify people whose affiliation expires within a month, within a week, or has expired: once each.

    Access does not depend on it: an affiliation expires whether or not anybody was notified. Returns how many people
    were notified.
    """
    check_named(by, SYSTEM)
    now = clock.now()
    living = Affiliation.objects.filter(ended_at__isnull=True, person__is_active=True)
    newer = Affiliation.objects.active().filter(person=OuterRef("person"), institution=OuterRef("institution"))
    expired = living.filter(~Exists(newer), valid_until__lte=now, valid_until__gt=now - NOTIFY_WITHIN)
    notified = _notify(expired, Notified.EXPIRED)
    for stage, within in ((Notified.A_WEEK, 7), (Notified.A_MONTH, 30)):
        soon = living.filter(valid_until__gt=now, valid_until__lte=now + timedelta(days=within))
        notified += _notify(soon, stage)
    return notified


def _notify(due: QuerySet[Affiliation], stage: Notified) -> int:
    """One event for each that has not had this notification; two workers at once share them out."""
    rows = list(
        due.filter(notified__lt=stage).select_for_update(of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE]
    )
    for one in rows:
        about = [one.person_id, one.institution_id]
        record(
            Kind.AFFILIATION_EXPIRED if stage == Notified.EXPIRED else Kind.AFFILIATION_EXPIRING,
            actor=SYSTEM, subject=one, about=about, stage=int(stage), until=one.valid_until,
        )  # fmt: skip
    Affiliation.objects.filter(pk__in=[one.pk for one in rows]).update(notified=stage)
    return len(rows)


@transaction.atomic
def snapshot_actor(person: Person, *, sign_in: SignIn, affiliation: Affiliation | None, by: Actor) -> ActorSnapshot:
    """Store who the person is at this moment and which institution confirmed it; belongs to one signature or vote."""
    by = check_person(by)
    place = affiliation.institution if affiliation is not None else None
    return ActorSnapshot.objects.create(
        person=person, name=person.name, email=person.email if person.email_verified else "", orcid=person.orcid,
        institution=place, institution_name=place.name if place else "", ror=place.ror if place else "",
        scoped=affiliation.scoped if affiliation is not None else "", assurance=list(sign_in.assurance),
        issuer=sign_in.issuer,
        acr=sign_in.acr, amr=list(sign_in.amr), auth_time=sign_in.auth_time, taken_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def carry_ended(person: Person, *, to: Person, by: Actor) -> None:
    """An identity moves to an account of its own: what an institution has ended stays ended for it as well."""
    check_person(by)
    for one in latest_affiliations_of(person):
        if one.ended_at is not None:
            Affiliation.objects.create(
                person=to, institution=one.institution, starts_at=one.starts_at, confirmed_at=one.confirmed_at,
                valid_until=one.valid_until, ended_at=one.ended_at, ended_by=one.ended_by,
            )  # fmt: skip


def _said(affiliation: Affiliation, kind: str, *, by: Person, reason: str, at: datetime) -> None:
    AffiliationStatement.objects.create(affiliation=affiliation, kind=kind, by=by, reason=reason[:500], at=at)


def _extend(
    person: Person, institution: Institution, *, provider: Provider | None, scoped: str, confirmed_by: Person | None
) -> Affiliation:
    """Prolong the active affiliation, or start a new one. Never shortens."""
    now = clock.now()
    facts = {"confirmed_at": now, "provider": provider, "scoped": scoped, "confirmed_by": confirmed_by}
    valid_until = valid_until_from(now)
    current = affiliations_of(person).filter(institution=institution).order_by("-valid_until").first()
    if current is None:
        return Affiliation.objects.create(
            person=person, institution=institution, starts_at=now, valid_until=valid_until, **facts
        )
    Affiliation.objects.filter(pk=current.pk).update(
        valid_until=max(current.valid_until, valid_until), notified=Notified.NOTHING, **facts
    )
    return current
