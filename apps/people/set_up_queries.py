"""Sets that only the set-up asks for: who was appointed, who may own datasets, which institution lacks an official."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.core import roles
from apps.people.models import Institution, Person
from apps.people.queries import official_roles


def signing_officials_of(institution: Institution) -> QuerySet[Person]:
    """Everybody who was appointed for this institution, whether or not their affiliation counts now."""
    return roles.people_with_role(institution, Institution.SIGNING_OFFICIAL).order_by("name", "pk")


def institutions_without_official() -> QuerySet[Institution]:
    """The institutions that nobody signs for now."""
    return Institution.objects.filter(~Exists(official_roles().filter(content_object=OuterRef("pk"))))


def people_who_can_own() -> QuerySet[Person]:
    """Everybody who may create datasets: an open account that belongs to an institution."""
    return Person.objects.filter(institution__isnull=False, is_active=True, is_break_glass=False)
