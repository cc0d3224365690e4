"""A denied dataset on the page of its request: the reasons, the options, and the appeal."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.access_requests import denials, queries_waits
from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Appeal, Item
from apps.access_requests.rules_after import can_appeal_until
from apps.access_requests.states import ItemState, RequestState
from apps.people.models import Person
from apps.web.common.forms import CleanTextField


class AppealForm(forms.Form):
    """Why the applicant thinks that a denial is wrong."""

    use_required_attribute = False

    text = CleanTextField(
        label=gettext_lazy("Why is the decision wrong?"),
        help_text=gettext_lazy(
            "Refer to the reasons of the committee. The committee and the project members can read your appeal."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Explain why the decision is wrong.")},
    )

    def __init__(self, *args: Any, item: UUID, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"appeal-{item.hex[:8]}-%s"
        super().__init__(*args, **kwargs)


def after_decision(
    items: list[Item], now: datetime, *, mine: bool, form: AppealForm | None = None, about: UUID | None = None
) -> dict[str, Any]:
    """What the page shows of denials and appeals: `denied`, and `appeals` with those that are under review too.

    `items` are as announced; `form` is one that was sent about the item `about` and not taken.
    """
    rows = [_row(item, now, mine=mine, form=form if item.pk == about else None) for item in items]
    shown = [row for row in rows if row["denied"] or row["appeal"]]
    denied = [row for row in shown if row["denied"]]
    known = queries_waits.waits({row["item"].committee_id for row in denied}) if denied and mine else {}
    return {"appeals": shown, "denied": [row | {"wait": known.get(row["item"].committee_id)} for row in denied]}


def revisions(found: AccessRequest, items: list[Item], person: Person) -> dict[str, Any]:
    """The denied request that this one revises, and those that revise this one, as far as this person may read them."""
    if found.revises_id is None and not any(item.state == ItemState.DENIED for item in items):
        return {"revises": None, "revised_by": []}
    wanted = Q(pk=found.revises_id) if found.revises_id is not None else Q(pk__in=[])
    related = requests.visible_to(person).filter(wanted | Q(revises=found)).exclude(pk=found.pk)
    rows = list(related.exclude(~Q(applicant=person), state=RequestState.DRAFT).order_by("created_at"))
    return {
        "revises": next((one for one in rows if one.pk == found.revises_id), None),
        "revised_by": [one for one in rows if one.revises_id == found.pk],
    }


def _row(item: Item, now: datetime, *, mine: bool, form: AppealForm | None) -> dict[str, Any]:
    appeal: Appeal | None = getattr(item, "appeal", None)
    until = can_appeal_until(item, appeal, now)
    return {
        "item": item,
        "denied": item.state == ItemState.DENIED,
        "reasons": denials.labels(item.denial_codes or ()),
        "until": until,
        "appeal": appeal,
        "form": (form or AppealForm(item=item.pk)) if until is not None and mine else None,
        "can_withdraw": mine and appeal is not None and appeal.outcome == Appeal.Outcome.OPEN,
    }
