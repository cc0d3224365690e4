"""The form of an agreement template: a title and its clauses, each with four texts."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.agreements.models import Template
from apps.committees.models import Committee
from apps.web.common.forms import CleanTextField, RequiredTextField
from apps.web.set_up.forms import SeenForm

MORE, MOST = 3, 60
PARTS = {
    "heading": (_("Heading"), 300, 0),
    "text": (_("Text of the clause"), 20_000, 4),
    "plain": (_("In plain English"), 2000, 2),
    "plain_da": (_("In plain Danish"), 2000, 2),
}


class TemplateForm(SeenForm):
    """A template with room for `rows` clauses. A clause whose four texts are empty is left out."""

    title = RequiredTextField(label=_("Title"), max_length=200)
    committee = forms.ModelChoiceField(
        label=_("For the datasets of"),
        queryset=Committee.objects.order_by("name", "pk"),
        required=False,
        empty_label=_("all committees"),
        help_text=_("A committee’s own template is used instead of the one for all committees."),
    )
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened = CleanTextField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, rows: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.count = max(1, min(rows, MOST))
        self.initial["rows"] = self.count
        for number in range(1, self.count + 1):
            for part, (label, longest, lines) in PARTS.items():
                widget = forms.Textarea(attrs={"rows": lines, "dir": "auto"}) if lines else forms.TextInput()
                self.fields[f"{part}_{number}"] = CleanTextField(
                    label=label, max_length=longest, required=False, widget=widget
                )

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The fields of each clause, for the page."""
        return [
            {"number": number, "fields": [self[f"{part}_{number}"] for part in PARTS]}
            for number in range(1, self.count + 1)
        ]

    def entered(self) -> list[dict[str, str]]:
        """The clauses as the command takes them; their fields are numbered in the same way (see `compacted`)."""
        said = self.cleaned_data
        every = [{part: said.get(f"{part}_{number}", "") for part in PARTS} for number in range(1, self.count + 1)]
        return [clause for clause in every if any(clause.values())]


def compacted(sent: QueryDict) -> QueryDict:
    """The same form without gaps: a clause whose texts were all emptied is gone, and those after it move up."""
    rows = rows_sent(sent.get("rows", ""))
    every = [[sent.get(f"{part}_{number}", "") for part in PARTS] for number in range(1, rows + 1)]
    kept = [texts for texts in every if any(text.strip() for text in texts)]
    moved = sent.copy()
    moved["rows"] = str(rows)
    for number in range(1, rows + 1):
        texts = kept[number - 1] if number <= len(kept) else [""] * len(PARTS)
        for part, text in zip(PARTS, texts, strict=True):
            moved[f"{part}_{number}"] = text
    return moved


def initial_of(template: Template | None) -> dict[str, Any]:
    """The newest version as the form shows it."""
    if template is None:
        return {}
    texts = {
        f"{part}_{number}": clause[part] for number, clause in enumerate(template.clauses, start=1) for part in PARTS
    }
    return {"title": template.title, "committee": template.committee_id, "opened": template.committee_id, **texts}


def rows_sent(sent: str) -> int:
    """How many clauses the form had that was sent; what is no number of clauses counts as the fewest."""
    return min(int(sent), MOST) if sent.isascii() and sent.isdigit() and len(sent) < 5 else MORE
