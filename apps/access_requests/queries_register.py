"""The register of decisions as a set: which decisions are final, and the facts that their entries are made of."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, JSONObject, TruncDate
from django.db.models.lookups import GreaterThan

from apps.access_requests import effect
from apps.access_requests.models import Appeal, Condition, Item, RegisterSetting
from apps.access_requests.register import Entry, entry_of, form_versions
from apps.access_requests.states import ACCEPTED, ItemState, RequestState
from apps.core import clock
from apps.datasets.models import Dataset
from apps.forms.queries import versions_by_id

OUTCOMES = (*ACCEPTED, ItemState.DENIED)
NEVER = (RequestState.DRAFT, RequestState.WITHDRAWN)
ORDER = ("-decided_at", "-pk")


def is_public() -> bool:
    """Whether the portal publishes its decisions: what was set last, and no if nothing was. One statement."""
    newest = RegisterSetting.objects.values_list("is_public", flat=True).first()
    return newest is True


def final() -> QuerySet[Item]:
    """The decisions that the register has, newest first: in effect, not withdrawn, and a denial only when no appeal
    against it is open or can still be made.
    """
    decided = Item.objects.filter(decided_at__isnull=False, state__in=OUTCOMES).exclude(request__state__in=NEVER)
    appeals = Appeal.objects.filter(item=OuterRef("pk"))
    is_final = (
        Q(state__in=ACCEPTED)
        | Q(Exists(appeals.exclude(outcome=Appeal.Outcome.OPEN)))
        | Q(~Exists(appeals), GreaterThan(_last_day_over(), _last_day_to_appeal()))
    )
    return decided.filter(~effect.pending() | Q(takes_effect_at__isnull=True)).filter(is_final).order_by(*ORDER)


def _last_day_to_appeal() -> Coalesce:
    """`rules_after.appeal_deadline` of a denied item, as an expression."""
    days = ExpressionWrapper(
        TruncDate("decided_at", tzinfo=UTC) + F("committee__appeal_days"), output_field=DateField()
    )
    return Coalesce("appeal_until", days)


def _last_day_over() -> TruncDate:
    """`rules_after.is_over` as an expression: a day before this one is over everywhere, last at UTC-12."""
    earlier = ExpressionWrapper(clock.sql_now() - Value(timedelta(hours=12)), output_field=DateTimeField())
    return TruncDate(earlier, tzinfo=UTC)


def public_dataset(slug: str) -> Dataset | None:
    """The dataset with this short name if everybody may see it: the register names no other."""
    return Dataset.objects.listed().filter(slug=slug).first()


def of_one(dataset: Dataset) -> Q:
    """The condition "on this dataset"."""
    return Q(dataset=dataset)


def of_committee(committee: UUID) -> Q:
    """The condition "decided by this committee"."""
    return Q(committee=committee)


def with_outcome(outcome: str) -> Q:
    """The condition "decided so", one of `OUTCOMES`."""
    return Q(state=outcome)


def years() -> range:
    """The years in which something was decided, in UTC, newest first. One statement: two rows of an index."""
    found = Item.objects.filter(decided_at__isnull=False).aggregate(first=Min("decided_at"), last=Max("decided_at"))
    if found["first"] is None:
        return range(0)
    return range(found["last"].astimezone(UTC).year, found["first"].astimezone(UTC).year - 1, -1)


def in_year(year: int) -> Q:
    """The condition "decided in this year", in UTC as the entries say it."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return Q(decided_at__gte=begin, decided_at__lt=end)


def with_facts(items: QuerySet[Item]) -> QuerySet[Item]:
    """The items with what `register.entry_of` reads: of the snapshot three values, and of the conditions no text."""
    conditions = Condition.objects.filter(item=OuterRef("pk")).order_by("pk")
    listed = Dataset.objects.listed().filter(pk=OuterRef("dataset_id"))
    found = items.select_related("committee", "dataset", "decided_in__institution")
    return found.only(
        "state", "decided_at", "adopted", "denial_codes", "request_id",
        "committee__slug", "committee__name", "dataset__slug", "dataset__title", "decided_in__number",
        "decided_in__institution__name", "decided_in__institution__country",
    ).annotate(
        names_dataset=Exists(listed),
        asked_purpose=KeyTransform("research_purpose", "decided_in__snapshot"),
        asked_summary=KeyTextTransform("public_summary", "decided_in__snapshot"),
        asked_forms=KeyTransform("forms", "decided_in__snapshot"),
        proposed=ArraySubquery(conditions.values(json=JSONObject(id="pk", due="due"))),
    )  # fmt: skip


def entries(items: Iterable[Item]) -> list[Entry]:
    """The entries of these items of `with_facts`; one statement, and none if no form was answered."""
    rows = list(items)
    wanted = form_versions(rows)
    versions = versions_by_id(wanted) if wanted else {}
    return [entry_of(row, versions) for row in rows]
