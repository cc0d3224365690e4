"""The questions with which a request goes back to the applicant."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests.questions import SUBJECTS
from apps.web.common.forms import CleanTextField

FURTHER = (2, 3, 4, 5)


class QuestionForm(forms.Form):
    """What the applicant has to explain or change before the review goes on: one question, or up to five.

    A question about one part of the request unlocks that part only.
    """

    use_required_attribute = False

    text = CleanTextField(
        label=gettext_lazy("Question to the applicant"),
        help_text=gettext_lazy(
            "The request goes back to the applicant. This round ends, and its votes no longer count."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Enter a question, so that the applicant knows what to change.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"] = self._subject()
        for n in FURTHER:
            label = _("Question %(n)s") % {"n": n}
            box = forms.Textarea(attrs={"rows": 2, "class": "short"})
            self.fields[f"text_{n}"] = CleanTextField(label=label, required=False, max_length=5000, widget=box)
            self.fields[f"field_{n}"] = self._subject()

    def _subject(self) -> forms.ChoiceField:
        hint = _("The applicant can change only what you ask about. “The whole request” unlocks everything.")
        choices = [("", _("The whole request")), *SUBJECTS.items()]
        return forms.ChoiceField(label=_("About"), required=False, choices=choices, help_text=hint)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        for n in FURTHER:
            if facts.get(f"field_{n}") and not facts.get(f"text_{n}") and f"text_{n}" not in self.errors:
                self.add_error(f"text_{n}", _("Enter a question, so that the applicant knows what to change."))
        return facts

    @property
    def pairs(self) -> list[dict[str, forms.BoundField]]:
        """The further questions, each with what it is about."""
        return [{"text": self[f"text_{n}"], "field": self[f"field_{n}"]} for n in FURTHER]

    @property
    def further_used(self) -> bool:
        """Whether something was entered there, so that the page shows it."""
        return any(str(pair["text"].value() or "") or pair["text"].errors for pair in self.pairs)

    def questions(self) -> dict[str, Any]:
        """What was entered, as the command wants it."""
        said = self.cleaned_data
        further = [(said[f"field_{n}"], said[f"text_{n}"]) for n in FURTHER if said[f"text_{n}"]]
        return {"text": said["text"], "field": said["field"], "further": further}
