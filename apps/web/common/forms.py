"""Refusals of commands, shown beside the fields of the form that was sent."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from django import forms
from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext_lazy

from apps.core.errors import DomainError, Invalid
from apps.core.text import typed


class FormRefusals:
    """`with FormRefusals(form) as refusals: command(...)` adds the sentences of a refusal to the form.

    It catches Invalid and the further kinds that are named; any other refusal goes on and becomes a page of its own.
    Afterwards `refusals.refusal` is what was refused, or None, and `refusals.status` is the HTTP status of the page
    that shows the form again: that of the refusal, or 422 for a form that is not valid.
    """

    def __init__(self, form: forms.BaseForm, *further: type[DomainError]) -> None:
        self._form = form
        self._kinds: tuple[type[DomainError], ...] = (Invalid, *further)
        self.refusal: DomainError | None = None

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal is not None else Invalid.status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> bool:
        if not isinstance(fault, self._kinds):
            return False
        self.refusal = fault
        for name, sentence in _sentences(fault).items():
            self._form.add_error(name if name in self._form.fields else None, sentence)
        return True


def _sentences(refusal: DomainError) -> dict[str, str]:
    """The sentences by the name of their field; what belongs to no field is shown above the form."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    return fields or {refusal.field: refusal.sentence}


def refusal_of(act: Callable[[], object], kind: type[DomainError] = DomainError) -> DomainError | None:
    """What a rule or a command says against it, or None; refusals of other kinds go on."""
    try:
        act()
    except kind as refusal:
        return refusal
    return None


def name_the_rest(form: forms.BaseForm, *rules: Callable[[], object]) -> None:
    """Beside what the form itself found: what these rules refuse, so that all errors are named at once.

    For `clean` of a form. A field that has an error already keeps that.
    """
    for rule in rules:
        refusal = refusal_of(rule, Invalid)
        for name, sentence in _sentences(refusal).items() if refusal is not None else ():
            if name not in form.errors:
                form.add_error(name if name in form.fields else None, sentence)


class CleanTextField(forms.CharField):
    """Text as it is stored (`apps.core.text.typed`): a hidden character is an error of the field.

    The browser is not asked to cut text that is too long: the answer says so. A line's end counts as one character, as
    it does in the browser, which sends two. A field that another answer makes required has `depends`: it is not marked
    as optional, and its help text says when it is required.
    """

    def __init__(self, *, depends: bool = False, **options: Any) -> None:
        self.depends = depends
        super().__init__(**options)

    def to_python(self, value: object) -> str | None:
        sent = super().to_python(value)
        if not sent:
            return sent
        try:
            text = typed(sent)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.sentence, code="hidden") from None
        return (text.strip() if self.strip else text) or self.empty_value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: said for name, said in super().widget_attrs(widget).items() if name != "maxlength"}


class ColleagueField(CleanTextField):
    """A person, named as `apps.people.colleagues.find_colleague` understands it."""

    def __init__(self, **options: Any) -> None:
        said = gettext_lazy("Enter the e-mail address, ORCID iD or colleague code of the person.")
        options.setdefault("label", gettext_lazy("Colleague"))
        options.setdefault("error_messages", {"required": said})
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(max_length=254, widget=widget, help_text=said, **options)


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
