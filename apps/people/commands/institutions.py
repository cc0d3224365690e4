"""Commands about institutions: register them and change what is known of them."""

from collections.abc import Iterable

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, Actor
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.entered import INSTITUTION_FIELDS, institution_facts
from apps.people.models import Institution
from apps.people.rules import check_can_set_up, check_domains, check_institution


@transaction.atomic
def register_institution(
    name: str, *, country: str, ror: str = "", domains: Iterable[str] = (), contact_email: str = "", by: Actor
) -> Institution:
    """Register an institution."""
    check_can_set_up(by, CONSOLE)
    name = typed(name, field="name").strip()
    check_institution(name, country, ror, contact_email)
    institution = Institution.objects.create(
        name=name, country=country.upper(), ror=ror, domains=check_domains(domains), contact_email=contact_email
    )
    record(Kind.INSTITUTION_REGISTERED, actor=by, subject=institution, country=institution.country)
    return institution


@transaction.atomic
def change_institution(
    institution: Institution,
    *,
    name: str,
    country: str,
    ror: str,
    domains: Iterable[str],
    contact_email: str,
    seen: str = "",
    by: Actor,
) -> None:
    """Change what is known of an institution. Agreements that were signed keep the name they were signed with.

    `seen` is the fingerprint of `institution_facts` that the editor opened, or empty to skip that check.
    """
    check_can_set_up(by, CONSOLE)
    locked = Institution.objects.select_for_update().get(pk=institution.pk)
    before = institution_facts(locked)
    check_unchanged(before, seen)
    name = typed(name, field="name").strip()
    check_institution(name, country, ror, contact_email, known=locked)
    locked.name, locked.country, locked.ror = name, country.upper(), ror
    locked.domains, locked.contact_email = check_domains(domains), contact_email
    changed = [field for field, value in institution_facts(locked).items() if value != before[field]]
    if changed:
        locked.save(update_fields=INSTITUTION_FIELDS)
        record(Kind.INSTITUTION_CHANGED, actor=by, subject=locked, fields="+".join(sorted(changed)))


@transaction.atomic
def set_domains(institution: Institution, *, domains: Iterable[str], by: Actor) -> None:
    """Set the domains after the @ of its people's affiliations; from the next sign-in, others are not accepted."""
    check_can_set_up(by, CONSOLE)
    Institution.objects.filter(pk=institution.pk).update(domains=check_domains(domains))
    record(Kind.INSTITUTION_CHANGED, actor=by, subject=institution, fields="domains")
