"""Whose access somebody may see and end, and what of it is not over."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.core import clock, roles
from apps.core.actors import Viewer
from apps.datasets.models import Dataset, Version
from apps.grants.models import AccessGrant, Reach
from apps.grants.queries import verdicts
from apps.people.models import Person, PlatformRole, Terms, TermsAcceptance, Visa
from apps.people.models.visas import ACCEPTED_TERMS
from apps.people.queries import institutions_signed_for, platform_roles_of


def within_reach(by: Viewer, reach: str) -> QuerySet[AccessGrant]:
    """The grants that `by` may see and end as manager of datasets, as signing official, or as operator."""
    if reach == Reach.DATASETS:
        return AccessGrant.objects.filter(roles.role_exists(by, Dataset.MANAGERS, Dataset, outer="dataset_id"))
    if reach == Reach.INSTITUTION:
        return AccessGrant.objects.filter(institution__in=institutions_signed_for(by).order_by().values("pk"))
    operates = platform_roles_of(by).filter(kind=PlatformRole.Kind.OPERATOR)
    return AccessGrant.objects.filter(Exists(operates)) if reach == Reach.PORTAL else AccessGrant.objects.none()


def not_over(grants: QuerySet[AccessGrant]) -> QuerySet[AccessGrant]:
    """Those that are neither revoked nor past their end; suspended ones and those that have not begun included."""
    found = grants.filter(revoked_at__isnull=True, ends_at__gt=clock.sql_now())
    return found.select_related("agreement").defer("agreement__text").order_by("ends_at", "pk")


def who_can_use_registered(people: QuerySet[Person]) -> QuerySet[Person]:
    """Those of them whom `can_use_registered` names, as a set for a filter: `people` have a valid affiliation."""
    registered = Version.objects.available().filter(dataset__access=Dataset.Access.REGISTERED).order_by()
    current = Terms.objects.order_by("-version").values("pk")[:1]
    here = TermsAcceptance.objects.filter(person=OuterRef("pk"), terms__in=current)
    at_home = Visa.objects.counted_now().filter(type=ACCEPTED_TERMS, identity__person=OuterRef("pk"), terms__in=current)
    open_accounts = people.filter(is_active=True, is_break_glass=False)
    return open_accounts.filter(Q(Exists(here)) | Q(Exists(at_home)), Exists(registered))


def can_use_registered(people: Iterable[UUID]) -> set[UUID]:
    """Those who can download datasets with registered access, as after a sign-in with a second factor and unless all
    downloads are stopped.

    Nothing in the access rule tells two registered datasets apart for them, so one that is published stands for all.
    """
    version = Version.objects.available().filter(dataset__access=Dataset.Access.REGISTERED).order_by("pk").first()
    if version is None:
        return set()
    found = verdicts(people, version).items()
    return {who for who, one in found if all(fact.holds or fact.part == "not_frozen" for fact in one.facts)}
