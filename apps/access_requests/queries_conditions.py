"""Conditions of decisions as sets: which count, which are not met, what was reported and by whom it is reviewed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from apps.access_requests.models import Condition, ConditionReport
from apps.access_requests.states import ItemState
from apps.core import clock

Verdict = ConditionReport.Verdict


def of_decisions(*, lasting: bool = False) -> QuerySet[Condition]:
    """The conditions that approvals contain and that have to be met by some time; of decisions in effect. With
    `lasting` also those without a due date, which apply as long as access lasts and which nobody reports.

    Where a previous release decided and did not write down which were adopted, all that were proposed with a due date:
    unknown is no, and the committee can accept each of them.
    """
    adopted = Q(item__adopted__isnull=True) | Q(item__adopted__contains=[F("pk")])
    dated = ~Q(due=Condition.Due.NONE)
    wanted = dated | Q(item__adopted__isnull=False) if lasting else dated
    found = Condition.objects.filter(adopted, wanted, item__state=ItemState.CONDITIONAL)
    return found.exclude(item__takes_effect_at__gt=clock.sql_now())


def unmet(at: datetime | None = None, *, lasting: bool = False) -> QuerySet[Condition]:
    """Those of them that the committee had not accepted as met by the moment."""
    accepted = ConditionReport.objects.filter(
        condition=OuterRef("pk"), verdict=Verdict.ACCEPTED, reviewed_at__lte=clock.sql_now(at)
    )
    return of_decisions(lasting=lasting).filter(~Exists(accepted))


def unreported() -> QuerySet[Condition]:
    """Those that are not met and wait for the applicant's side: nothing was reported, or it was sent back."""
    waiting = ConditionReport.objects.filter(condition=OuterRef("pk"), verdict=Verdict.WAITING)
    return unmet().filter(~Exists(waiting))


def of_approval(item: UUID) -> list[Condition]:
    """Every condition of one approval, also those without a due date, with their reports. Two statements."""
    return list(_with_reports(of_decisions(lasting=True).filter(item=item)))


def listed(items: Iterable[UUID]) -> dict[UUID, list[Condition]]:
    """The conditions of these items that have a due date, with their reports, by item. Two statements."""
    rows: dict[UUID, list[Condition]] = {}
    for one in _with_reports(of_decisions().filter(item__in=list(items))):
        rows.setdefault(one.item_id, []).append(one)
    return rows


def _with_reports(found: QuerySet[Condition]) -> QuerySet[Condition]:
    reports = ConditionReport.objects.select_related("message__author", "reviewed_by").order_by("-reported_at", "-pk")
    return found.prefetch_related(Prefetch("reports", reports)).order_by("proposed_at", "pk")
