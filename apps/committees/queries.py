"""Sets of committees and of their members."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.committees.decisions import too_few
from apps.committees.models import Committee, CommitteeMember, CommitteeMemberClaim
from apps.core import roles
from apps.core.actors import Viewer
from apps.people.models.claims import CURRENT, confirmed
from apps.people.queries import flag

COMMITTEE_FIELDS = ("name", "institution_id", "about", "quorum", "review_days", "contact")


def with_member_counts(committees: QuerySet[Committee]) -> QuerySet[Committee]:
    """The same committees, annotated with `member_count`: how many members each has now."""
    appointed = CommitteeMember.objects.appointed().filter(committee=OuterRef("pk")).order_by().values("committee")
    count = Subquery(appointed.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return committees.annotate(member_count=Coalesce(count, 0))


def memberships_of(committee: Committee) -> QuerySet[CommitteeMember]:
    """The current members of this committee, the chair first."""
    return (
        CommitteeMember.objects.appointed()
        .filter(committee=committee)
        .select_related("person")
        .order_by("-is_chair", "starts_at")
    )


def committees_of(person: Viewer) -> QuerySet[Committee]:
    """The committees in which this person is a member now and may act."""
    appointed = CommitteeMember.objects.active().filter(person_id=roles.person_id(person))
    return Committee.objects.filter(pk__in=appointed.values("committee_id"))


def chaired_by(person: Viewer) -> QuerySet[Committee]:
    """The committees in which this person is the chair now and may act."""
    appointed = CommitteeMember.objects.active().filter(person_id=roles.person_id(person), is_chair=True)
    return Committee.objects.filter(pk__in=appointed.values("committee_id"))


def is_chaired_by(person: Viewer) -> Exists:
    """The condition "this person is the chair", for use in a query on committees."""
    appointed = CommitteeMember.objects.active().filter(person_id=roles.person_id(person), is_chair=True)
    return Exists(appointed.filter(committee=OuterRef("pk")))


def member_claims() -> QuerySet[CommitteeMemberClaim]:
    """The claim rules in use, each with `assigned`: the members it added, confirmed or not."""
    appointed = (
        CommitteeMember.objects.appointed().select_related("person__institution").annotate(counts=flag(confirmed()))
    )
    fetched = CommitteeMemberClaim.objects.filter(CURRENT).select_related("provider", "committee")
    return fetched.prefetch_related(Prefetch("members", queryset=appointed.order_by("starts_at"), to_attr="assigned"))


def memberships_from_claims(person: Viewer) -> QuerySet[CommitteeMember]:
    """The memberships that claims gave this person, including those that the provider has yet to confirm again."""
    mine = CommitteeMember.objects.appointed().filter(person_id=roles.person_id(person), claim__isnull=False)
    return mine.select_related("committee")


def committee_facts(committee: Committee) -> dict[str, Any]:
    """What an operator enters about a committee, by field."""
    return {name: getattr(committee, name) for name in COMMITTEE_FIELDS}


def unable_to_decide(committees: QuerySet[Committee]) -> list[Committee]:
    """Those that have no chair, or fewer members than their quorum; two statements at most."""
    counted: dict[UUID, Any] = {committee.pk: committee for committee in with_member_counts(committees)}
    chairs = CommitteeMember.objects.appointed().filter(committee__in=counted, is_chair=True)
    chaired = set(chairs.values_list("committee_id", flat=True))
    return [one for one in counted.values() if one.pk not in chaired or too_few(one.member_count, one.quorum)]


def public() -> QuerySet[Committee]:
    """Every committee, by name: anyone may see who decides about data."""
    return Committee.objects.select_related("institution").order_by("name")
