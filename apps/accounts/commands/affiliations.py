"""Verbs about affiliations: confirmed by a sign-in, affirmed and ended by the institution's signing official."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.accounts import queries, rules
from apps.accounts.models import Affiliation, AffiliationWord, Institution, Person, Provider, Standing
from apps.accounts.visas import SignIn
from apps.audit.record import Kind, record
from apps.core import clock

MONTH = timedelta(days=365) / 12
AT_ONCE = 500
TOLD_FOR = timedelta(days=30)  # a lapse that nobody was told of for so long is no news any more
Told = Affiliation.Told


@transaction.atomic
def confirm_affiliation(
    person: Person, *, institution: Institution, provider: Provider | None = None, scoped: str = "", by: Person | None
) -> bool:
    """The institution's sign-in says that the person belongs there: it counts for another year from now.

    What a signing official has ended, only a signing official begins again, with whichever account the person comes.
    Returns whether it counts.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    told = Affiliation.objects.filter(person__in=queries.accounts_of(person), institution=institution)
    latest = told.order_by("-starts_at", "-pk").first()
    if latest is not None and latest.ended_at is not None:
        return False
    _extend(person, institution, provider=provider, scoped=scoped, affirmed_by=None)
    return True


@transaction.atomic
def affirm_affiliation(person: Person, *, institution: Institution, reason: str, by: Person) -> None:
    """The signing official says that the person belongs to the institution, and how they know."""
    rules.check_can_speak_for(by, institution, person)
    reason = rules.check_reason(reason)
    Person.objects.select_for_update().get(pk=person.pk)
    held = _extend(person, institution, provider=None, scoped="", affirmed_by=by)
    _said(held, AffiliationWord.Kind.AFFIRMED, by=by, reason=reason, at=clock.now())
    record(Kind.AFFILIATION_AFFIRMED, actor=by, subject=person, about=[institution])


@transaction.atomic
def end_affiliation(person: Person, *, institution: Institution, reason: str, by: Person) -> None:
    """The person has left the institution: what they had through it stops at the next request."""
    rules.check_can_speak_for(by, institution, person)
    reason = rules.check_reason(reason)
    Person.objects.select_for_update().get(pk=person.pk)
    held = list(queries.affiliations_of(person).filter(institution=institution))
    now = clock.now()
    Affiliation.objects.filter(pk__in=[one.pk for one in held]).update(ended_at=now, ended_by=by)
    rules.check_affiliation_there(len(held))
    for one in held:
        _said(one, AffiliationWord.Kind.ENDED, by=by, reason=reason, at=now)
    record(Kind.AFFILIATION_ENDED, actor=by, subject=person, about=[institution])


@transaction.atomic
def warn_of_lapses(*, by: Person | None) -> int:
    """Tell people whose institution's word lapses within a month, within a week, or has lapsed: once each.

    Access does not depend on it: what has lapsed has lapsed, told or not. Returns how many were told.
    """
    now = clock.now()
    living = Affiliation.objects.filter(ended_at__isnull=True, person__is_active=True)
    newer = Affiliation.objects.in_force().filter(person=OuterRef("person"), institution=OuterRef("institution"))
    lapsed = living.filter(~Exists(newer), lapses_at__lte=now, lapses_at__gt=now - TOLD_FOR)
    told = _tell(lapsed, Told.LAPSED)
    for stage, within in ((Told.A_WEEK, 7), (Told.A_MONTH, 30)):
        soon = living.filter(lapses_at__gt=now, lapses_at__lte=now + timedelta(days=within))
        told += _tell(soon, stage)
    return told


def _tell(due: QuerySet[Affiliation], stage: Told) -> int:
    """One event for each that has not had this letter; two workers at once share them out."""
    rows = list(due.filter(told__lt=stage).select_for_update(of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE])
    for one in rows:
        about = [one.person_id, one.institution_id]
        record(
            Kind.AFFILIATION_LAPSED if stage == Told.LAPSED else Kind.AFFILIATION_LAPSING,
            actor=None, subject=one, about=about, stage=int(stage), until=one.lapses_at,
        )  # fmt: skip
    Affiliation.objects.filter(pk__in=[one.pk for one in rows]).update(told=stage)
    return len(rows)


@transaction.atomic
def note_standing(person: Person, *, sign_in: SignIn, behind: Affiliation | None, by: Person) -> Standing:
    """Write down who the person is at this moment, and on whose word; goes with the signature or vote that asks."""
    place = behind.institution if behind is not None else None
    return Standing.objects.create(
        person=person, name=person.name, email=person.email if person.email_verified else "", orcid=person.orcid,
        institution=place, institution_name=place.name if place else "", ror=place.ror if place else "",
        scoped=behind.scoped if behind is not None else "", assurance=list(sign_in.assurance), issuer=sign_in.issuer,
        acr=sign_in.acr, amr=list(sign_in.amr), auth_time=sign_in.auth_time, taken_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def carry_ended(person: Person, *, to: Person, by: Person) -> None:
    """An identity moves to an account of its own: what an institution has ended stays ended for it as well."""
    for one in queries.latest_affiliations_of(person):
        if one.ended_at is not None:
            Affiliation.objects.create(
                person=to, institution=one.institution, starts_at=one.starts_at, confirmed_at=one.confirmed_at,
                lapses_at=one.lapses_at, ended_at=one.ended_at, ended_by=one.ended_by,
            )  # fmt: skip


def _said(affiliation: Affiliation, kind: str, *, by: Person, reason: str, at: datetime) -> None:
    AffiliationWord.objects.create(affiliation=affiliation, kind=kind, by=by, reason=reason[:500], at=at)


def _extend(
    person: Person, institution: Institution, *, provider: Provider | None, scoped: str, affirmed_by: Person | None
) -> Affiliation:
    """Prolong what is in force, or begin anew. Never shortens."""
    now = clock.now()
    facts = {"confirmed_at": now, "provider": provider, "scoped": scoped, "affirmed_by": affirmed_by}
    lapses_at = now + settings.AFFILIATION_MONTHS * MONTH
    held = queries.affiliations_of(person).filter(institution=institution).order_by("-lapses_at").first()
    if held is None:
        return Affiliation.objects.create(
            person=person, institution=institution, starts_at=now, lapses_at=lapses_at, **facts
        )
    Affiliation.objects.filter(pk=held.pk).update(lapses_at=max(held.lapses_at, lapses_at), told=Told.NOTHING, **facts)
    return held
