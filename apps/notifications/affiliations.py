"""Who is told that an institution stands behind somebody, soon will not, or no longer does."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.grants.models import AccessGrant
from apps.grants.queries import depending_on
from apps.notifications.notes import Note, Notes, actor_of, subject_of
from apps.people.models import Affiliation, AffiliationStatement, Institution, Person
from apps.people.queries import officials_of


def expiring(event: Event) -> Notes:
    """The person, twice; the institution's officials a week before, if access hangs on it. Not if it was prolonged."""
    affiliation, facts = _affiliation(event)
    if affiliation.valid_until.isoformat() != event.facts["until"]:
        return
    yield Note(affiliation.person, "affiliation_lapsing.person", _behind(), facts)
    if event.facts["stage"] != Affiliation.Told.A_WEEK or not _rests_on(affiliation.institution, affiliation.person):
        return
    page = f"{reverse('institution_people')}?{urlencode({'of': affiliation.institution_id, 'show': 'soon'})}"
    for official in officials_of([affiliation.institution_id]).get(affiliation.institution_id, []):
        yield Note(official, "affiliation_lapsing.official", page, facts)


def expired(event: Event) -> Notes:
    affiliation, facts = _affiliation(event)
    yield Note(affiliation.person, "affiliation_lapsed.person", _behind(), facts)


def _affiliation(event: Event) -> tuple[Affiliation, dict[str, Any]]:
    affiliation = Affiliation.objects.select_related("person", "institution").get(pk=subject_of(event))
    facts = _resting(affiliation.institution, affiliation.person)
    return affiliation, facts | {"until": affiliation.valid_until, "person": affiliation.person.name}


def said(event: Event) -> Notes:
    """What a signing official said about somebody, with their reason."""
    person, place = Person.objects.get(pk=subject_of(event)), Institution.objects.get(pk=event.about[0])
    kind = "ended" if event.kind == Kind.AFFILIATION_ENDED else "affirmed"
    words = AffiliationStatement.objects.filter(affiliation__person=person, affiliation__institution=place, kind=kind)
    word = words.filter(at__lte=event.at).order_by("-at").first()
    facts = _resting(place, person) | {"actor": actor_of(event)}
    yield Note(person, f"affiliation_{kind}.person", _behind(), facts, word.reason if word else "")


def _resting(place: Institution, person: Person) -> dict[str, Any]:
    """The institution, and what of the person's access rests on its word, by title."""
    titles = ", ".join(f"“{grant.dataset.title}”" for grant in _rests_on(place, person))
    return {"institution": place.name, "access": titles or _("none")}


def _rests_on(place: Institution, person: Person) -> list[AccessGrant]:
    return list(depending_on(place, [person.pk]))


def _behind() -> str:
    return f"{reverse('account')}#behind"
