"""Approval rules, their shadow runs and decisions as dictionaries for responses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.access_requests import queries_approval
from apps.access_requests.models import ApprovalRule, Item, RuleDecision, ShadowRun
from apps.access_requests.queries import before_committees_of
from apps.datasets.models import Dataset
from apps.people.models import Institution, Person

JsonObject = dict[str, Any]
MOST_CASES = 100  # of a shadow run in one answer


def rules(found: Sequence[ApprovalRule]) -> list[JsonObject]:
    """These rules; the same number of statements however many they are."""
    pauses = queries_approval.must_pause(found)
    wanted = [one.covers for one in found]
    slugs = Dataset.objects.filter(pk__in={pk for one in wanted for pk in one.datasets}).values_list("pk", "slug")
    names = Institution.objects.filter(pk__in={pk for one in wanted for pk in one.institutions})
    datasets, homes = dict(slugs), dict(names.values_list("pk", "name"))
    return [_rule(one, pauses.get(one.pk, ""), datasets, homes) for one in found]


def _rule(one: ApprovalRule, must_pause: str, datasets: dict[UUID, str], homes: dict[UUID, str]) -> JsonObject:
    covers, owner = one.covers, one.owner.person
    paused = one.ended_at is None and (one.paused_at is not None or bool(must_pause))
    return {
        "id": one.pk,
        "title": one.title,
        "owner": {"code": owner.code, "name": owner.name},
        "state": _state(one, paused),
        "paused_because": str(one.pause or must_pause) if paused else "",
        "datasets": sorted(slug for pk, slug in datasets.items() if str(pk) in covers.datasets),
        "kinds": sorted(covers.kinds),
        "institutions": sorted(name for pk, name in homes.items() if str(pk) in covers.institutions),
        "sample_every": one.sample_every,
        "replaces": one.replaces_id,
        "written_at": one.written_at,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
    }


def _state(one: ApprovalRule, paused: bool) -> str:
    if one.ended_at is not None:
        return "ended"
    if paused:
        return "paused"
    return "on" if one.started_at is not None else "off"


def run_out(run: ShadowRun, by: Person) -> JsonObject:
    """A shadow run; of its cases those that the person may read, the ones decided otherwise first."""
    differed = set(run.differed)
    wanted = [*run.differed, *(pk for pk in run.approved if pk not in differed)][:MOST_CASES]
    readable = Item.objects.filter(request__in=before_committees_of(by)).select_related("request", "dataset")
    items = readable.in_bulk(wanted)
    cases = [items[UUID(pk)] for pk in wanted if UUID(pk) in items]
    return {
        "id": run.pk,
        "run_at": run.run_at,
        "looked_at": run.looked_at,
        "is_cut": run.is_cut,
        "approved": len(run.approved),
        "differed": len(run.differed),
        "reasons": run.reasons,
        "cases": [_case(one) | {"differs": str(one.pk) in differed} for one in cases],
        "not_readable": len(wanted) - len(cases),
        "agreed_by": [
            {"code": one.person.code, "name": one.person.name} for one in run.agreements.select_related("person")
        ],
    }


def decision(one: RuleDecision) -> JsonObject:
    return _case(one.item) | {"id": one.pk, "rule": one.rule_id, "decided_at": one.decided_at}


def _case(item: Item) -> JsonObject:
    return {"request": item.request_id, "reference": item.request.reference, "dataset": item.dataset.slug}
