"""Verbs about affiliations: confirmed by a sign-in, affirmed and ended by the institution's signing official."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from apps.accounts import queries, rules
from apps.accounts.models import Affiliation, Institution, Person, Provider
from apps.audit.record import Kind, record
from apps.core import clock

MONTH = timedelta(days=365) / 12


@transaction.atomic
def confirm_affiliation(
    person: Person, *, institution: Institution, provider: Provider | None = None, scoped: str = "", by: Person | None
) -> bool:
    """The institution's sign-in says that the person belongs there: it counts for another year from now.

    What a signing official has ended, only a signing official begins again. Returns whether it counts.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    latest = Affiliation.objects.filter(person=person, institution=institution).order_by("-starts_at", "-pk").first()
    if latest is not None and latest.ended_at is not None:
        return False
    _extend(person, institution, provider=provider, scoped=scoped, affirmed_by=None)
    return True


@transaction.atomic
def affirm_affiliation(person: Person, *, institution: Institution, by: Person) -> None:
    """The signing official says that the person belongs to the institution."""
    rules.check_can_speak_for(by, institution, person)
    Person.objects.select_for_update().get(pk=person.pk)
    _extend(person, institution, provider=None, scoped="", affirmed_by=by)
    record(Kind.AFFILIATION_AFFIRMED, actor=by, subject=person, about=[institution])


@transaction.atomic
def end_affiliation(person: Person, *, institution: Institution, by: Person) -> None:
    """The person has left the institution: what they had through it stops at the next request."""
    rules.check_can_speak_for(by, institution, person)
    held = Affiliation.objects.in_force().filter(person=person, institution=institution)
    ended = Affiliation.objects.filter(pk__in=held.values("pk")).update(ended_at=clock.now(), ended_by=by)
    rules.check_affiliation_there(ended)
    record(Kind.AFFILIATION_ENDED, actor=by, subject=person, about=[institution])


def _extend(
    person: Person, institution: Institution, *, provider: Provider | None, scoped: str, affirmed_by: Person | None
) -> None:
    """Prolong what is in force, or begin anew. Never shortens."""
    now = clock.now()
    facts = {"confirmed_at": now, "provider": provider, "scoped": scoped, "affirmed_by": affirmed_by}
    lapses_at = now + settings.AFFILIATION_MONTHS * MONTH
    held = queries.affiliations_of(person).filter(institution=institution).order_by("-lapses_at").first()
    if held is None:
        Affiliation.objects.create(person=person, institution=institution, starts_at=now, lapses_at=lapses_at, **facts)
        return
    Affiliation.objects.filter(pk=held.pk).update(lapses_at=max(held.lapses_at, lapses_at), **facts)
