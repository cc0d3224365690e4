"""The gallery: every part of the design system in every state, for whoever builds a page.

Its contents are samples, as data would be, and so are not translated; it is served in the demo and in debug only.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.web.common.state_samples import samples

BADGES: dict[str, list[tuple[str, str]]] = {
    "access": [("open", "Open"), ("registered", "Registered"), ("controlled", "Controlled")],
    "version": [
        ("draft", "Draft"),
        ("in_review", "In review"),
        ("embargoed", "Embargoed"),
        ("published", "Published"),
        ("superseded", "Superseded"),
        ("withdrawn", "Withdrawn"),
    ],
    "request": [
        ("draft", "Draft"),
        ("submitted", "Submitted"),
        ("screened", "Screened"),
        ("in_review", "In review"),
        ("returned", "With the applicant"),
        ("decided", "Decided"),
        ("active", "Active"),
        ("closed", "Closed"),
        ("withdrawn", "Withdrawn"),
        ("lapsed", "Lapsed"),
    ],
    "item": [
        ("open", "Waiting for votes"),
        ("approved", "Approved"),
        ("approved_with_conditions", "Approved with conditions"),
        ("denied", "Denied"),
        ("appealed", "Appealed"),
    ],
    "agreement": [
        ("offered", "Offered"),
        ("signed_by_applicant", "Signed by the applicant"),
        ("signed_by_institution", "Signed by the institution"),
        ("countersigned", "Countersigned"),
        ("executed", "Executed"),
        ("superseded", "Superseded"),
        ("terminated", "Terminated"),
        ("expired", "Expired"),
    ],
    "grant": [
        ("active", "Active"),
        ("upcoming", "Not yet"),
        ("expiring", "Ends in 12 days"),
        ("expired", "Over"),
        ("suspended", "Suspended"),
        ("revoked", "Revoked"),
    ],
}

STEPS: dict[str, list[dict[str, str]]] = {
    "under way": [
        {"label": "Draft", "state": "done", "note": "2 March"},
        {"label": "Submitted", "state": "done", "note": "3 March"},
        {"label": "In review", "state": "current", "note": "day 9, usually 14"},
        {"label": "Decided", "state": "todo"},
        {"label": "Agreement", "state": "todo"},
        {"label": "Active", "state": "todo"},
    ],
    "stopped": [
        {"label": "Draft", "state": "done"},
        {"label": "Submitted", "state": "done"},
        {"label": "In review", "state": "done"},
        {"label": "Denied", "state": "stopped", "note": "you may appeal once"},
    ],
}

TIMELINE: list[dict[str, Any]] = [
    {
        "what": "The committee is reviewing your request",
        "who": "Breast Cancer Data Access Committee",
        "when": datetime(2026, 3, 9, 8, 12, tzinfo=UTC),
        "icon": "clock",
        "current": True,
    },
    {
        "what": "Returned with a question",
        "who": "Ingrid Halvorsen, chair",
        "when": datetime(2026, 3, 5, 14, 40, tzinfo=UTC),
        "icon": "undo",
        "tone": "wait",
        "note": "Which of your partners will hold a copy of the data, and in which country?",
    },
    {
        "what": "Submitted",
        "who": "Amara Okafor",
        "when": datetime(2026, 3, 3, 10, 5, tzinfo=UTC),
        "icon": "mail",
        "tone": "note",
    },
]

CHECKS: list[dict[str, Any]] = [
    {"ok": True, "sentence": "You are signed in and active.", "fact": "Amara Okafor, University of Leiden"},
    {"ok": False, "sentence": "You have an active grant.", "fact": "Your grant ended on 1 March 2026.",
     "href": "#checklist", "action": "Ask for a renewal"},
    {"ok": None, "sentence": "Your training is in date.", "fact": "No training record has reached us yet."},
]  # fmt: skip

CLAUSES: list[dict[str, str]] = [
    {
        "title": "Purpose",
        "text": "The Recipient shall process the Data solely for the Approved Purpose set out in Schedule 1.",
        "plain": "Use the data for what you asked for, and for nothing else.",
    },
    {
        "title": "No re-identification",
        "text": "The Recipient shall not attempt to identify, contact or trace any individual from the Data.",
        "plain": "Do not try to find out who anyone in the data is.",
    },
]

ACTOR_SNAPSHOT: dict[str, Any] = {
    "name": "Amara Okafor", "email": "amara.okafor@leiden.example", "orcid": "0000-0002-1825-0097",
    "institution_name": "University of Leiden", "ror": "https://ror.org/01abcde00",
    "scoped": "staff@leiden.example", "assurance": ["https://refeds.org/assurance/IAP/high"],
    "issuer": "https://sign-in.leiden.example", "acr": "https://refeds.org/profile/mfa", "amr": ["pwd", "otp"],
    "auth_time": datetime(2026, 3, 3, 10, 1, tzinfo=UTC),
}  # fmt: skip

CARDS: list[dict[str, Any]] = [
    {
        "url": "#cards",
        "title": "German Breast Cancer Study Group 2",
        "summary": "Recurrence-free survival of 686 women with node-positive breast cancer, by hormone therapy.",
        "access": "controlled",
        "access_label": "Controlled",
        "institution": "University Hospital Freiburg",
        "files": 1,
        "size": 24_831,
        "keywords": ["oncology", "survival"],
        "wait": "usually 14 days",
    },
    {
        "url": "#cards",
        "title": "Anatomical brain scan",
        "summary": "One T1-weighted magnetic resonance volume in NIfTI-1, for teaching and for testing pipelines.",
        "access": "open",
        "access_label": "Open",
        "institution": "Nordic Imaging Archive",
        "files": 2,
        "size": 11_204_000,
        "keywords": ["imaging", "MRI"],
        "wait": "",
    },
]

ICON_NAMES = (
    "gate check check-circle x x-circle alert info question lock unlock id-card key clock hourglass calendar "
    "file draft dataset folder upload download copy link external inbox mail person people institution scales "
    "pen agreement shield eye search filter down up right left plus minus trash refresh undo pause ban archive "
    "sun moon theme globe settings sign-out sign-in home book chart code bell list menu circle"
)


class SampleForm(forms.Form):
    """A form with every kind of control, so that its refusals can be seen."""

    calm = True  # the summary of its errors does not take the focus

    title = forms.CharField(label="Title of the project", help_text="One line that a colleague would understand.")
    purpose = forms.CharField(label="Purpose", widget=forms.Textarea, required=False)
    until = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    country = forms.ChoiceField(label="Country", choices=[("DK", "Denmark"), ("NL", "Netherlands")])
    use = forms.ChoiceField(
        label="Kind of use",
        help_text="The committee reads this first.",
        widget=forms.RadioSelect,
        choices=[("research", "Research in health"), ("method", "Development of methods")],
    )
    needs = forms.MultipleChoiceField(
        label="What you need",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("table", "The table"), ("book", "The codebook")],
    )
    notification = forms.FileField(label="Approval of your ethics board", required=False)
    terms = forms.BooleanField(label="I have read the terms and accept them.")


def _samples() -> dict[str, Any]:
    """Everything the gallery shows, as plain values."""
    refused = SampleForm(data={"refused-purpose": "To study survival.", "refused-country": "DK"}, prefix="refused")
    return {
        "badges": BADGES,
        "steps": STEPS,
        "states": samples(),
        "timeline": TIMELINE,
        "checks": CHECKS,
        "clauses": CLAUSES,
        "actor_snapshot": ACTOR_SNAPSHOT,
        "cards": CARDS,
        "blank_form": SampleForm(prefix="blank"),
        "refused_form": refused,
        "tones": ["info", "success", "warning", "danger"],
        "crumbs": [{"label": "Datasets", "url": "#top"}, {"label": "German Breast Cancer Study Group 2"}],
        "tabs": [
            {"label": "About", "url": "#tabs", "current": True},
            {"label": "Files", "url": "#tabs", "count": 4},
            {"label": "Versions", "url": "#tabs", "count": 2},
        ],
        "bars": [
            {"label": "Approved", "value": 42},
            {"label": "Denied", "value": 7},
            {"label": "Withdrawn", "value": 3},
        ],
        "points": [{"label": f"week {week}", "value": (week * 7) % 11 + 2} for week in range(1, 21)],
        "signed_at": datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
        "soon": clock.now() + timedelta(minutes=42),
        "icons": ICON_NAMES.split(),
    }


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part of the design system on one page."""
    return render(request, "components/gallery.html", _samples())
