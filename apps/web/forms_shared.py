"""What all forms of the pages share."""

from django import forms

from apps.core.errors import Invalid, Refusal


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a command's sentences beside the fields they are about; what belongs to no field stands on top."""
    says = refusal.fields if isinstance(refusal, Invalid) else {}
    for name, sentence in (says or {refusal.field: refusal.sentence}).items():
        form.add_error(name if name in form.fields else None, sentence)
