"""What committee members fill in: votes, questions, conflicts, seats."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import Item, Vote
from apps.web.common.forms import CleanTextField

WHAT_A_VOTE_DOES = [
    (Vote.Choice.APPROVE, _("Approve – the data may be used as asked, once the agreement is signed")),
    (Vote.Choice.CONDITIONAL, _("Approve with conditions – your conditions become part of the agreement")),
    (Vote.Choice.DENY, _("Deny – the applicant reads the reason and gets no access")),
]


class VoteForm(forms.Form):
    """One vote on one dataset, on the round that the member has read (`seen`)."""

    seen = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Please reload the page.")})
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=WHAT_A_VOTE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you vote.")},
    )
    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("The applicant reads it, without your name. Your colleagues read it with your name."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Give a reason; the applicant will read it, without your name.")},
    )
    terms = CleanTextField(
        label=_("Conditions"),
        help_text=_("Only for an approval with conditions: what must hold, in words that can stand in a contract."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"vote-{item.pk.hex[:8]}-%s"
        super().__init__(*args, **kwargs)


class QuestionForm(forms.Form):
    """What the applicant has to explain or change before the review goes on."""

    text = CleanTextField(
        label=_("Question to the applicant"),
        help_text=_("The request goes back to the applicant. This round ends and its votes no longer count."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Ask the applicant something, so that they know what to change.")},
    )


class ConflictForm(forms.Form):
    """Why a member steps aside."""

    reason = CleanTextField(
        label=_("The conflict, in a few words"),
        help_text=_("You will no longer see this request. Your seat does not count for it, nor does a vote of yours."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say in a few words what the conflict is.")},
    )


class AcceptingForm(forms.Form):
    """Whether the committee takes new requests, and if not, why."""

    accepting = forms.TypedChoiceField(
        label=_("New requests"),
        choices=[("yes", _("Requests are accepted")), ("no", _("No requests are accepted at present"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    closed_because = CleanTextField(
        label=_("Why no requests are accepted"),
        help_text=_("One sentence. Everyone who looks for your datasets reads it."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AddMemberForm(forms.Form):
    """A colleague takes a seat."""

    code = CleanTextField(
        label=_("Colleague code"),
        help_text=_("Your colleague finds it on their account page, for example P-7K3Q-9XQ2."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
        error_messages={"required": _("Ask your colleague for their code.")},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()
