"""How a committee decides on one request: the rules that were valid when the round began.

A change of a committee's rules applies to the rounds that begin after it. A round from before rules were kept, and a
committee that the round does not name, follow the committee's row.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast

from apps.access_requests.models import AccessRequest, Item, Membership, Round
from apps.access_requests.queries_cohorts import concerns_student
from apps.access_requests.states import UNDER_REVIEW, ItemState, RequestState
from apps.committees.decisions import VotingRules
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import Viewer
from apps.people.queries import accounts_of


def rules_to_keep(request: AccessRequest) -> dict[str, Any]:
    """What a round that begins now keeps: the rules of each committee that has something to decide, by its id."""
    items = request.items.filter(state=ItemState.OPEN).select_related("committee")
    return kept_rules(item.committee for item in items)


def kept_rules(committees: Iterable[Committee]) -> dict[str, Any]:
    """The rules of these committees as JSON. `blind` only where it is chosen: release 0.1.0 does not know it."""
    return {str(committee.pk): _as_json(committee.voting_rules) for committee in committees}


def _as_json(rules: VotingRules) -> dict[str, Any]:
    return {name: value for name, value in asdict(rules).items() if name != "blind" or value}


def is_period_over(rules: VotingRules, item: Item) -> bool:
    """Whether the time to vote without reading the others' votes is over: after the due date, or once decided.

    Without a due date it lasts until everybody has voted.
    """
    if not rules.blind or item.state != ItemState.OPEN:
        return True
    return item.due_on is not None and item.due_on < clock.today()


def rules_in(seen: Round | None, committee: Committee) -> VotingRules:
    """How the committee decides in this round; without a round, how it decides now."""
    return rules_of(seen.voting_rules.get(str(committee.pk)) if seen is not None else None, committee)


def rules_of(kept: dict[str, Any] | None, committee: Committee) -> VotingRules:
    """The same from what the round keeps about this committee, if it does."""
    return VotingRules(**kept) if kept else committee.voting_rules


def rules_of_item(item: Item) -> VotingRules:
    """How this item was decided, or is decided in the open round."""
    if item.decided_in_id is not None:
        return rules_in(item.decided_in, item.committee)
    open_round = Round.objects.filter(request_id=item.request_id, closed_at__isnull=True).only("voting_rules").first()
    return rules_in(open_round, item.committee)


def kept_rules_listed() -> Subquery:
    """What the open round keeps about the committee, inside a query on items; NULL if it keeps nothing."""
    return _kept(Func(F("voting_rules"), _committee(), function="jsonb_extract_path", output_field=JSONField()))


def kept_rule_listed(name: str) -> Subquery:
    """One of these rules as text, inside a query on items."""
    path = (_committee(), Value(name))
    return _kept(Func(F("voting_rules"), *path, function="jsonb_extract_path_text", output_field=TextField()))


def _committee() -> Cast:
    return Cast(OuterRef("committee_id"), TextField())


def _kept(value: Func) -> Subquery:
    begun = Round.objects.filter(request=OuterRef("request_id"), closed_at__isnull=True).order_by()
    return Subquery(begun.annotate(kept=value).values("kept")[:1])


def asked_by(person: Viewer) -> set[UUID]:
    """The committees that a submitted request of this person's, or for a class with this person on its roster, awaits a
    decision of, also while it is returned."""
    me = accounts_of(person).values("pk")
    named = Membership.objects.filter(request=OuterRef("request_id"), person_id__in=me)
    theirs = Q(request__applicant_id__in=me) | Q(Exists(named)) | Q(concerns_student(person, "request_id"))
    waiting = Item.objects.filter(
        theirs, state=ItemState.OPEN, request__state__in=(*UNDER_REVIEW, RequestState.RETURNED)
    )
    return set(waiting.values_list("committee_id", flat=True))
