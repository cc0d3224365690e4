"""What all forms of the pages share."""

from typing import Any

from django import forms
from django.core.validators import EMPTY_VALUES

from apps.core.errors import DomainError, Invalid


class CleanTextField(forms.CharField):
    """Text that may turn out too long: the browser is not asked to cut it without a word, the answer says it.

    A line's end counts as one character, as it does in the browser, which sends two.
    """

    def to_python(self, value: object) -> str | None:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: said for name, said in super().widget_attrs(widget).items() if name != "maxlength"}


class Required:
    """A field that a command will ask for in its own words: shown as needed, and no obstacle to saving a draft."""

    def validate(self, value: object) -> None:
        if value not in EMPTY_VALUES:
            super().validate(value)  # type: ignore[misc]


class RequiredTextField(Required, CleanTextField):
    """Text that is needed in the end."""


class RequiredDateField(Required, forms.DateField):
    """A day that is needed in the end."""


class RequiredChoicesField(Required, forms.MultipleChoiceField):
    """At least one choice is needed in the end."""


def add_error(form: forms.BaseForm, refusal: DomainError) -> None:
    """Put a command's sentences beside the fields they are about; what belongs to no field stands on top."""
    says = refusal.fields if isinstance(refusal, Invalid) else {}
    for name, sentence in (says or {refusal.field: refusal.sentence}).items():
        form.add_error(name if name in form.fields else None, sentence)
