"""A decision that does not take effect yet: until when it can be undone, and the form to undo it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy

from apps.access_requests import denials, effect
from apps.access_requests.models import Appeal, Item
from apps.access_requests.rules_after import check_can_undo
from apps.committees.models import CommitteeMember
from apps.people.models import Person
from apps.web.common.forms import CleanTextField, refusal_of


class UndoForm(forms.Form):
    """Why the decision is undone."""

    use_required_attribute = False

    why = CleanTextField(
        label=gettext_lazy("Reason for undoing the decision"),
        help_text=gettext_lazy("Committee members can read the reason. The applicant cannot."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )

    def __init__(self, *args: Any, item: UUID, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"undo-{item.hex[:8]}-%s"
        super().__init__(*args, **kwargs)


def after_vote(
    item: Item, voters: list[CommitteeMember], me: Person, now: datetime, form: UndoForm | None = None
) -> dict[str, Any]:
    """What the case page shows of a decision that can be undone, of those undone before, and of an appeal."""
    pending = effect.is_pending(item, now)
    may = pending and refusal_of(lambda: check_can_undo(me, item, voters, now)) is None
    appeal: Appeal | None = getattr(item, "appeal", None)
    return {
        "pending_until": item.takes_effect_at if pending else None,
        "undo_form": (form or UndoForm(item=item.pk)) if may else None,
        "denial_reasons": denials.labels(item.denial_codes or ()),
        "undone": list(item.undone_decisions.all()),
        "appeal": appeal,
        "appealed_reasons": denials.labels(appeal.denied_codes) if appeal is not None else [],
    }


def time_of(moment: datetime | None) -> str:
    """The time of day with its zone, in the reader's time zone: 14:10 CET."""
    return formats.date_format(timezone.localtime(moment), "H:i T") if moment is not None else ""
