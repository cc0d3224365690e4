"""What an applicant fills in: the request, an answer, a signature, a reason."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.access_requests import fields, questions, rules
from apps.access_requests.fields import Kind, RequestField
from apps.access_requests.models import AccessRequest, Question
from apps.access_requests.purposes import beyond_last_day, matches, purpose_of
from apps.access_requests.rules_questions import answered_sentence, locked_sentence
from apps.core.errors import DomainError, Invalid
from apps.datasets.models import Dataset
from apps.forms.combined import AskedForm
from apps.people.colleagues import split_entries
from apps.web.common.forms import CleanTextField, RequiredChoicesField, RequiredDateField, RequiredTextField
from apps.web.form_questions import FormQuestions
from apps.web.requests.purpose_form import purpose_fields, purpose_initial, purpose_names, read_answers
from apps.web.requests.purpose_section import last_day_hint

ANSWER = "answer"  # the name that the rule for submitting gives to every question without an answer


class AnswersForm(forms.Form):
    """Every question of the committee with its answer: what is written is kept, whichever button is pressed."""

    use_required_attribute = False

    def __init__(self, *args: Any, questions: Sequence[Question] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.fields |= answer_fields(questions)
        for question in questions:
            self.initial.setdefault(answer_name(question), question.answer)
            if getattr(question, "locked", False):
                field = self.fields[answer_name(question)]
                field.disabled, field.help_text = True, answered_sentence()

    @property
    def answers(self) -> dict[UUID, str]:
        """What is answered, by question."""
        return {one.pk: self.cleaned_data.get(answer_name(one)) or "" for one in self.questions}

    @property
    def answer_boxes(self) -> list[dict[str, Any]]:
        """Each question with its field."""
        return [{"question": one, "field": self[answer_name(one)]} for one in self.questions]


class RequestForm(AnswersForm):
    """A request as it is being written: everything may still be empty; submitting asks for the rest.

    Its fields are those of `apps.access_requests.fields`; besides them the revision, and further datasets.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    add_dataset = CleanTextField(
        label=_("Add another dataset"),
        required=False,
        max_length=300,
        help_text=_("Enter words from its title or description, or the web address of its page. Then save."),
    )
    further = forms.MultipleChoiceField(label=_("Datasets found"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        chosen: Sequence[Dataset],
        asked: Sequence[AskedForm] = (),
        unlocked: frozenset[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unlocked = unlocked
        whole = unlocked is None or questions.FORMS in unlocked
        self.form_questions = FormQuestions(asked, unlocked=None if whole else unlocked)
        self.chosen = chosen
        sent = self.data.getlist("further") if hasattr(self.data, "getlist") else []
        self._choices_of_further([(slug, slug) for slug in sent])  # whether they can be requested is checked on saving
        for one in _own_fields():
            self.fields[one.name] = WIDGETS[one.kind](one)
        self.fields |= purpose_fields() | self.form_questions.fields()
        self.order_fields(["revision", *(one.name for one in _own_fields()), *purpose_names(), "add_dataset"])
        limit = rules.shortest_limit(chosen)
        if limit is not None:
            hint = _at_most(limit, self.initial.get(fields.STARTS_ON.name))
            self.fields[fields.ENDS_ON.name].help_text = f"{hint} {last_day_hint(self.initial, chosen)}".strip()
        self._lock()
        for one in fields.of_kind(Kind.DATASETS):
            choice = self.fields[one.name]
            assert isinstance(choice, RequiredChoicesField)
            choice.choices = [(dataset.slug, dataset.title) for dataset in chosen]

    def _lock(self) -> None:
        """What the committee did not ask about is shown as it was submitted, and says so."""
        if self.unlocked is None:
            return
        for name, field in self.fields.items():
            about = fields.DATASETS.name if name in ("add_dataset", "further") else name
            about = fields.RESEARCH_PURPOSE.name if name in purpose_names() else about
            if about in questions.SUBJECTS and about not in self.unlocked:
                field.disabled, field.help_text = True, locked_sentence()

    @property
    def answer_boxes(self) -> list[dict[str, Any]]:
        """Each question with its field; the first one about an unlocked field with that field, to change it there."""
        boxes, seen = super().answer_boxes, set[str]()
        for box in boxes:
            name = box["question"].field
            if self.unlocked is not None and name in self.unlocked and name in self.fields and name not in seen:
                box["pinned"] = self[name]
                seen.add(name)
        return boxes

    def offer(self, matches: Sequence[Dataset]) -> None:
        """Show these datasets to choose from."""
        self._choices_of_further([(one.slug, one.title) for one in matches])

    def _choices_of_further(self, choices: list[tuple[str, str]]) -> None:
        further = self.fields["further"]
        assert isinstance(further, forms.MultipleChoiceField)
        further.choices, self.offers_matches = choices, bool(choices)

    def clean(self) -> dict[str, Any]:
        """A period that ends before it starts, or is longer than the datasets in the form allow, is refused beside its
        field.
        """
        facts = super().clean() or self.cleaned_data
        self._read_purpose(facts)
        starts_on, ends_on = facts.get(fields.STARTS_ON.name), facts.get(fields.ENDS_ON.name)
        kept = [one for one in self.chosen if one.slug in (facts.get(fields.DATASETS.name) or ())]
        if starts_on is not None and ends_on is not None:
            wrong = rules.wrong_order(starts_on, ends_on) or rules.wrong_period(
                starts_on, ends_on, rules.shortest_limit(kept)
            )
            for name, sentence in (wrong or self._beyond_last_day(facts, kept)).items():
                self.add_error(name, sentence)
        return facts

    def _read_purpose(self, facts: dict[str, Any]) -> None:
        """The answers as one value; a page without the questions leaves them as they are."""
        locked = self.unlocked is not None and fields.RESEARCH_PURPOSE.name not in self.unlocked
        if not locked and any(name in self.data for name in purpose_names()):
            facts[fields.RESEARCH_PURPOSE.name], wrong = read_answers(facts)
            for name, sentence in wrong.items():
                self.add_error(name, sentence)

    def _beyond_last_day(self, facts: dict[str, Any], kept: Sequence[Dataset]) -> dict[str, str]:
        """What the use conditions say of the end date, compared with the answers in the form."""
        purpose = purpose_of(facts.get(fields.RESEARCH_PURPOSE.name))
        if purpose.is_empty:
            return {}
        return beyond_last_day(facts.get(fields.ENDS_ON.name), matches(purpose, kept))

    def clean_members(self) -> list[str]:
        return split_entries(str(self.cleaned_data["members"]))

    @property
    def groups(self) -> dict[str, list[forms.BoundField]]:
        """The fields as the page groups them: project, when, who, data; a locked one is not shown."""
        found: dict[str, list[forms.BoundField]] = {}
        boxed = {box["pinned"].name for box in self.answer_boxes if "pinned" in box}
        for one in _own_fields():
            found.setdefault(one.group, [])
            if one.name not in boxed and not self.fields[one.name].disabled:
                found[one.group].append(self[one.name])
        return found

    @property
    def chosen_datasets(self) -> list[tuple[str, str]]:
        """The datasets of the request, by short name and title."""
        return [(one.slug, one.title) for one in self.chosen]

    @property
    def purpose_rows(self) -> list[forms.BoundField]:
        """The questions of the research purpose, unless they are locked."""
        return [self[name] for name in purpose_names() if not self.fields[name].disabled]

    @property
    def locked_in_part(self) -> bool:
        """Whether the committee asked about some parts only; the page leaves the others out."""
        return self.unlocked is not None

    @property
    def documents_locked(self) -> bool:
        return self.unlocked is not None and questions.DOCUMENTS not in self.unlocked

    @property
    def texts(self) -> dict[str, Any]:
        """What the request itself keeps."""
        kept = {name: self.cleaned_data[name] for name in fields.stored() if name in self.cleaned_data}
        return kept | {"answers": self.form_questions.sent(self)}

    @property
    def asked_sections(self) -> list[dict[str, Any]]:
        """The questions of the committees' forms, as the template shows them; none while they are locked."""
        if self.unlocked is not None and questions.FORMS not in self.unlocked:
            return []
        return self.form_questions.boxes(self)


def _own_fields() -> list[RequestField]:
    """The fields that are one control each; the answers of the purpose are several."""
    return [one for one in fields.FIELDS if one.kind in WIDGETS]


def _text_field(one: RequestField) -> forms.Field:
    box = forms.TextInput() if one.kind == Kind.LINE else forms.Textarea(attrs={"rows": one.lines})
    said: dict[str, Any] = {"label": one.question, "help_text": one.help, "max_length": one.most, "widget": box}
    return RequiredTextField(**said) if one.required else CleanTextField(required=False, **said)


def _day_field(one: RequestField) -> forms.Field:
    said: dict[str, Any] = {"label": one.question, "help_text": one.help}
    box = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return (
        RequiredDateField(widget=box, **said) if one.required else forms.DateField(widget=box, required=False, **said)
    )


def _people_field(one: RequestField) -> forms.Field:
    box = forms.Textarea(attrs={"rows": one.lines, "autocapitalize": "none", "spellcheck": "false"})
    longest = one.most * fields.ENTRY_LENGTH
    return CleanTextField(label=one.question, help_text=one.help, required=False, max_length=longest, widget=box)


def _dataset_field(one: RequestField) -> forms.Field:
    return RequiredChoicesField(label=one.question, help_text=one.help, widget=forms.CheckboxSelectMultiple)


WIDGETS: dict[Kind, Callable[[RequestField], forms.Field]] = {
    Kind.LINE: _text_field,
    Kind.TEXT: _text_field,
    Kind.DAY: _day_field,
    Kind.PEOPLE: _people_field,
    Kind.DATASETS: _dataset_field,
}


def _at_most(limit: Dataset, starts_on: date | None) -> str:
    """What the datasets allow, said before anybody asks for more."""
    said = ngettext(
        "Access lasts at most %(n)s day. This is the limit for %(dataset)s.",
        "Access lasts at most %(n)s days. This is the limit for %(dataset)s.",
        limit.longest_grant_days,
    ) % {"n": limit.longest_grant_days, "dataset": limit.title}
    if starts_on is None:
        return said
    last = formats.date_format(rules.last_possible_day(starts_on, limit), "j M Y")
    return f"{said} " + gettext("With the saved start date, the last possible day is %(day)s.") % {"day": last}


def begun(request: AccessRequest, members: list[str]) -> dict[str, Any]:
    """The request as the form first shows it."""
    kept = {name: getattr(request, name) for name in fields.stored()}
    answers = purpose_initial(purpose_of(request.research_purpose))
    return {"revision": request.revision, **kept, **answers, "members": "\n".join(members)}


def answer_name(question: Question) -> str:
    """The name of the field that answers this question."""
    return f"answer_{question.pk.hex}"


def answer_fields(questions: Sequence[Question]) -> dict[str, forms.Field]:
    """A field for the answer to each question, needed before the request is submitted again."""
    box = {"rows": 4, "dir": "auto"}
    return {
        answer_name(one): RequiredTextField(label=one.text, max_length=10_000, widget=forms.Textarea(attrs=box))
        for one in questions
    }


def name_refused(form: AnswersForm, refusal: DomainError) -> None:
    """Every sentence of the refusal at its field, once; a field that has an error already keeps that."""
    says = refusal.fields if isinstance(refusal, Invalid) else {}
    for name, sentence in (says or {refusal.field: refusal.sentence}).items():
        if name == ANSWER:
            _name_unanswered(form, sentence)
        elif name not in form.errors:
            form.add_error(name if name in form.fields else None, sentence)


def _name_unanswered(form: AnswersForm, sentence: str) -> None:
    """The error beside each question that has no answer yet."""
    for one in form.questions:
        if not str(form[answer_name(one)].value() or "").strip():
            form.add_error(answer_name(one), sentence)
