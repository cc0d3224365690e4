"""Outside reviewers on the pages of a case: what the committee reads of them, and what they can send."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests.models import AccessRequest, OutsideReviewer, Recommendation, Round
from apps.access_requests.queries_conflicts import declared
from apps.access_requests.queries_outside import outside_reviews_of, recommendations_of
from apps.access_requests.rules_assignments import is_assignable
from apps.committees.models import Committee
from apps.people.models import Person
from apps.web.committee.deputies import day_field
from apps.web.committee.forms import PersonForm
from apps.web.common.forms import CleanTextField


class InviteForm(PersonForm):
    """Who reviews from outside the committee, why and until when."""

    use_required_attribute = False

    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Explain why the committee asks this person. The members of the committee can read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )
    last_day = day_field(
        gettext_lazy("Last day"),
        help_text=gettext_lazy(
            "At most 90 days from now. If the committee decides earlier, the reviewer can no longer read the request."
        ),
    )


class RecommendationForm(forms.Form):
    """What an outside reviewer recommends, on the round that they have read (`seen`)."""

    use_required_attribute = False

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    says = forms.ChoiceField(
        label=gettext_lazy("Recommendation"),
        choices=Recommendation.Says.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a recommendation.")},
    )
    text = CleanTextField(
        label=gettext_lazy("Comment"),
        help_text=gettext_lazy("The members of the committee can read it with your name. The applicant cannot."),
        max_length=Recommendation.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter a comment.")},
    )


def outside_of_case(
    case: AccessRequest, seen: Round, entries: Iterable[Mapping[str, Any]], me: Person, typed: Any
) -> dict[str, Any]:
    """The outside reviewers of the reader's committees with what they recommend, or the reader's own as one of them.

    No statement where there are none, otherwise one.
    """
    entries = list(entries)
    members = {str(one["id"]) for entry in entries if entry["is_member"] for one in entry["item"].outside_listed}
    outside = [entry for entry in entries if entry["is_outside"]]
    own = {str(one["id"]) for entry in outside for one in entry["item"].outside_listed if one["person"] == str(me.pk)}
    ids = members | own
    rows = list(recommendations_of(UUID(pk) for pk in ids)) if ids else []
    names = sorted({one["name"] for entry in entries if entry["is_member"] for one in entry["item"].outside_listed})
    form = None
    if outside and seen.closed_at is None:
        form = typed or RecommendationForm(initial={"seen": seen.pk}, auto_id="recommendation-%s")
    return {
        "outside_names": names,
        "recommendations": rows,
        "is_outside": bool(outside),
        "recommendation_form": form,
    }


def task_from_outside(mine: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What waits for an outside reviewer, as `task_of` says it for members; empty for everybody else."""
    if mine and all(entry["is_outside"] for entry in mine):
        return {"kind": "outside", "to": "#recommendations"}
    return {}


def outside_of_committee(
    asked: AccessRequest, committee: Committee, *, leads: bool, typed: InviteForm | None
) -> dict[str, Any]:
    """Everybody who is or was an outside reviewer of the request for the committee, and the form for another."""
    rows = OutsideReviewer.objects.filter(request=asked, committee=committee).select_related("person__institution")
    current = set(OutsideReviewer.objects.current().filter(request=asked).values_list("pk", flat=True))
    form = None
    if leads and is_assignable(asked, committee):
        form = typed or InviteForm(auto_id=f"outside-{committee.slug}-%s")
    return {"rows": [{"row": one, "is_current": one.pk in current} for one in rows], "leads": leads, "form": form}


def reviews_shown(person: Person) -> list[dict[str, Any]]:
    """What the person reviews as an outside reviewer now; the title of a request only after their declaration."""
    mine = outside_reviews_of(person).annotate(
        declared=declared(person, "request_id"), answered=Exists(Recommendation.objects.filter(reviewer=OuterRef("pk")))
    )
    return [
        {
            "review": one,
            "title": (one.declared and one.request.title) or one.request.reference,
            "action": _next_action(one),
            "url": reverse("case", args=[one.request_id]),
        }
        for one in mine
    ]


def _next_action(review: Any) -> str:
    """What the reviewer does next."""
    if not review.declared:
        return _("Declare conflicts of interest")
    return _("View request") if review.answered else _("Review request")
