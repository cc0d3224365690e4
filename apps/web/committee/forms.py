"""What committee members fill in: votes, questions, conflicts, memberships."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models import Item, Vote
from apps.web.common.forms import CleanTextField

WHAT_A_VOTE_DOES = [
    (Vote.Choice.APPROVE, _("Approve – the data may be used as requested once the agreement is fully signed")),
    (Vote.Choice.CONDITIONAL, _("Approve with conditions – if approved, your conditions become part of the agreement")),
    (Vote.Choice.DENY, _("Deny – if denied, the applicant can read the reason and does not get access")),
]


class VoteForm(forms.Form):
    """One vote on one dataset, on the round that the member has read (`seen`)."""

    seen = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Reload the page and try again.")})
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=WHAT_A_VOTE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a vote.")},
    )
    reason = CleanTextField(
        label=_("Reason"),
        help_text=_(
            "If the decision follows your vote, the applicant sees your reason without "
            "your name. Members of the committees concerned see it with your name."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Enter a reason. If the decision follows your vote, the applicant sees it without your name.")
        },
    )
    terms = CleanTextField(
        label=_("Conditions"),
        help_text=_(
            "Only for an approval with conditions. Write each condition as it should "
            "appear in the agreement, for example “Publications must cite the dataset.”"
        ),
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
        help_text=_("The request goes back to the applicant. This round ends, and its votes no longer count."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a question, so that the applicant knows what to change.")},
    )


class ConflictForm(forms.Form):
    """Why a member declares a conflict of interest."""

    reason = CleanTextField(
        label=_("Conflict of interest"),
        help_text=_(
            "Describe it briefly. You can no longer review this request, you are not an "
            "eligible voter, and any vote you have cast on it no longer counts."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Describe the conflict of interest briefly.")},
    )


class AcceptingForm(forms.Form):
    """Whether the committee takes new requests, and if not, why."""

    accepting = forms.TypedChoiceField(
        label=_("New requests"),
        choices=[("yes", _("Requests are accepted")), ("no", _("Not accepting requests at present"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether requests are accepted.")},
    )
    closed_because = CleanTextField(
        label=_("Why no requests are accepted"),
        help_text=_("One sentence, shown on the committee page and on the pages of its datasets."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AddMemberForm(forms.Form):
    """A colleague becomes a member."""

    code = CleanTextField(
        label=_("Colleague code"),
        help_text=_("Your colleague finds the code on their Account page, for example P-7K3Q-9XQ2."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
        error_messages={"required": _("Enter the colleague code. Your colleague finds it on their Account page.")},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()
