"""What committee members fill in: votes, questions, conflicts, memberships."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.access_requests.denials import DenialReason
from apps.access_requests.due_dates import LONGEST_DAYS, DueDate, with_due_date
from apps.access_requests.models import Condition, Item, Vote
from apps.web.common.forms import CleanTextField, ColleagueField, RequiredTextField

WHAT_A_VOTE_DOES = [
    (Vote.Choice.APPROVE, _("Approve – the data may be used as requested once the agreement is fully signed")),
    (
        Vote.Choice.CONDITIONAL,
        _("Approve with conditions – only if the agreement contains the conditions you select or enter"),
    ),
    (Vote.Choice.DENY, _("Deny – the applicant does not get access and can read the reason")),
    (Vote.Choice.ABSTAIN, _("Abstain – your vote counts for the quorum but for neither side")),
]


class VoteForm(forms.Form):
    """One vote on one dataset, on the round that the member has read (`seen`)."""

    use_required_attribute = False

    seen = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Reload the page and try again.")})
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=WHAT_A_VOTE_DOES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a vote.")},
    )
    denial_codes = forms.MultipleChoiceField(
        label=_("Reasons for a denial"),
        help_text=_("Select reasons only if you deny. If the decision follows your vote, the applicant sees them."),
        choices=DenialReason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Select reasons from the list.")},
    )
    conditions = forms.MultipleChoiceField(
        label=_("Conditions"),
        help_text=_(
            "Only for an approval with conditions. Members proposed these conditions. A condition becomes part of the"
            " agreement if enough members adopt it. The number needed is the same as for an approval."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Select conditions from the list.")},
    )
    new_condition = CleanTextField(
        label=_("Propose a condition"),
        help_text=_(
            "Required if you approve with conditions and select none above. Write it as it should appear in the "
            "agreement, for example “Publications must cite the dataset.” The other members see it without your name."
        ),
        max_length=2000,
        required=False,
        depends=True,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": " "}),  # controls.css asks whether it is shown
    )
    new_due = forms.ChoiceField(
        label=_("When the new condition must be met"),
        help_text=_(
            "If a condition has a due date, the applicant reports it as met and a committee member reviews the "
            "report. Nobody can sign or download until the conditions due before that step are met."
        ),
        choices=Condition.Due.choices,
        required=False,
        error_messages={"invalid_choice": _("Select when the condition must be met.")},
    )
    new_due_on = forms.DateField(
        label=_("Due date of the new condition"),
        help_text=_("Only for a condition due by a date."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    new_due_days = forms.IntegerField(
        label=_("Days after signing"),
        help_text=_("Only for a condition due some days after the agreement is fully signed."),
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
    )
    reason = CleanTextField(
        label=_("Reason"),
        help_text=_(
            "If the decision follows your vote, the applicant sees your reason without your name. Members of the "
            "committees that decide see it with your name after they have voted."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Enter a reason. If the decision follows your vote, the applicant sees it without your name.")
        },
    )

    def __init__(self, *args: Any, item: Item, proposed: Iterable[Condition], **kwargs: Any) -> None:
        kwargs["auto_id"] = f"vote-{item.pk.hex[:8]}-%s"
        super().__init__(*args, **kwargs)
        choices = [(str(condition.pk), with_due_date(condition)) for condition in proposed]
        field = self.fields["conditions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        if not choices:
            del self.fields["conditions"]
            self.fields["new_condition"].help_text = _(
                "Required if you approve with conditions. Nobody has proposed one yet. Write it as it should appear in "
                "the agreement, for example “Publications must cite the dataset.” The other members see it without "
                "your name."
            )

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as the command wants it."""
        said = self.cleaned_data
        conditions = [UUID(pk) for pk in said.get("conditions", [])]
        names = ("choice", "reason", "new_condition", "denial_codes")
        return {"conditions": conditions, "new_due": self.due_date(), **{name: said[name] for name in names}}

    def due_date(self) -> DueDate:
        """By when the new condition has to be met."""
        said = self.cleaned_data
        return DueDate(said.get("new_due", ""), said.get("new_due_on"), said.get("new_due_days"))


class ConflictForm(forms.Form):
    """Why a member declares a conflict of interest."""

    reason = CleanTextField(
        label=_("Conflict of interest"),
        help_text=_(
            "Describe the conflict of interest briefly. You will no longer be able to review or vote on this "
            "request, and a vote that you have cast on it will no longer count."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Describe the conflict of interest briefly.")},
    )


class AcceptingForm(forms.Form):
    """Whether the committee takes new requests, and if not, why."""

    use_required_attribute = False

    accepting = forms.TypedChoiceField(
        label=_("New requests"),
        choices=[("yes", _("Requests are accepted")), ("no", _("Not accepting requests"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether requests are accepted.")},
    )
    closed_because = RequiredTextField(
        label=_("Why no requests are accepted"),
        help_text=_(
            "Needed if no requests are accepted. One sentence, shown on the committee page and on the pages of its "
            "datasets."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    closed_until = forms.DateField(
        label=_("Not accepting requests until"),
        help_text=_(
            "Enter the day if you know it. The committee does not start accepting requests by itself on that day."
        ),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ContactForm(forms.Form):
    """Where applicants reach the committee."""

    contact = CleanTextField(
        label=_("E-mail address or web page"),
        help_text=_("Shown on the committee page, its datasets and requests in review."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PersonForm(forms.Form):
    """A colleague, named as `find_colleague` understands it."""

    code = ColleagueField()


class AddMemberForm(PersonForm):
    """A colleague becomes a member."""


class RemoveMemberForm(forms.Form):
    """Why and when a membership ends."""

    use_required_attribute = False

    last_day = forms.DateField(
        label=_("Last day as a member"),
        help_text=_("If you enter today’s date, the membership ends now."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Enter the last day."), "invalid": _("Enter a date, for example 2027-06-30.")},
    )
    reason = CleanTextField(
        label=_("Reason"),
        help_text=_(
            "The member, the other members and auditors can read it, also in the history of the affected requests."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason.")},
    )


class NameChairForm(PersonForm):
    """An operator names another chair."""

    use_required_attribute = False

    reason = CleanTextField(
        label=_("Reason"),
        help_text=_("The members and auditors can read it, also in the history of the affected requests."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a reason.")},
    )
