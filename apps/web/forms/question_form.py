"""The form in which one question of a committee's form is edited."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Invalid
from apps.forms import editing, kinds, parsing
from apps.forms.comparison import said
from apps.forms.definition import Definition, Json, Question, question_json
from apps.forms.kinds import Profile, Readers, Type
from apps.web.common.forms import CleanTextField, refusal_of

RULES = 4  # rules of a condition that the page offers
LINE = re.compile(r"\s*([a-z][a-z0-9_]*)\s*:\s*(.+?)\s*\Z")
NUMBERS = ("least", "most", "most_words", "largest_mb")


class QuestionEdit(forms.Form):
    """Everything about one question; what its type does not have must be empty."""

    label_en = CleanTextField(label=gettext_lazy("Question"), max_length=500)
    label_da = CleanTextField(label=gettext_lazy("Question in Danish"), max_length=500, required=False)
    help_en = CleanTextField(
        label=gettext_lazy("Hint"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    help_da = CleanTextField(
        label=gettext_lazy("Hint in Danish"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    type = forms.ChoiceField(label=gettext_lazy("Answer type"), choices=Type.choices)
    required = forms.BooleanField(label=gettext_lazy("Required when shown"), required=False)
    options = CleanTextField(
        label=gettext_lazy("Answers to choose from"), required=False, max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("One on each line: key, English text, Danish text. Example: yes: Yes | Ja"),
    )  # fmt: skip
    columns = CleanTextField(
        label=gettext_lazy("Columns of the table"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One on each line: key, type, English text, Danish text. * means required. "
            "Example: name: text: Name | Navn *"
        ),
    )  # fmt: skip
    least = forms.FloatField(label=gettext_lazy("At least"), required=False)
    most = forms.FloatField(label=gettext_lazy("At most"), required=False)
    most_words = forms.IntegerField(label=gettext_lazy("Maximum number of words"), required=False, min_value=1)
    earliest = CleanTextField(
        label=gettext_lazy("Earliest day"), required=False, max_length=10,
        help_text=gettext_lazy("A date such as 2026-09-01, or the word today."),
    )  # fmt: skip
    latest = CleanTextField(label=gettext_lazy("Latest day"), required=False, max_length=10)
    formats = CleanTextField(
        label=gettext_lazy("File types"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For example: pdf docx"),
    )
    largest_mb = forms.IntegerField(label=gettext_lazy("Largest file in MB"), required=False, min_value=1)
    readers = forms.ChoiceField(
        label=gettext_lazy("Who reads the answer?"), choices=Readers.choices, widget=forms.RadioSelect
    )
    confidential = forms.BooleanField(
        label=gettext_lazy("Applicants may mark the answer as confidential, with a reason"), required=False
    )
    prefill = forms.ChoiceField(
        label=gettext_lazy("Fill in from the profile"), required=False, choices=[("", "–"), *Profile.choices]
    )
    refers_to = CleanTextField(
        label=gettext_lazy("Legal basis of the question"), required=False, max_length=2_000,
        help_text=gettext_lazy("Separate references with semicolons. Example: EHDS 67(2)(a)"),
    )  # fmt: skip
    joined = forms.ChoiceField(
        label=gettext_lazy("Show this question if"), required=False,
        choices=[("all", gettext_lazy("all conditions are met")), ("any", gettext_lazy("any condition is met"))],
    )  # fmt: skip

    def __init__(self, *args: Any, form: Definition, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._question = question
        self._leave_out_other_types(question)
        self.nested = not is_flat(question.visible_if)
        self.nested_words = said(form, question.visible_if) if self.nested else ""
        if self.nested:
            del self.fields["joined"]
            return
        choices = [("", _("no condition")), *rules_over(form, question.key)]
        for number in range(RULES):
            self.fields[f"rule{number}"] = forms.ChoiceField(
                label=_("Condition %(n)s") % {"n": number + 1}, choices=choices, required=False
            )
            self.fields[f"number{number}"] = forms.FloatField(
                label=_("Number for condition %(n)s") % {"n": number + 1}, required=False
            )

    def _leave_out_other_types(self, question: Question) -> None:
        """Only what the type has is asked: of the type that was sent, or of the stored one."""
        sent = self.data.get("type", "")
        kind = Type(sent) if sent in Type.values else question.type
        for name, json_name in [(name, "largest" if name == "largest_mb" else name) for name in self.fields]:
            known = parsing.ONLY_FOR.get(json_name, parsing.ASKING if json_name in parsing.READ else frozenset(Type))
            if kind not in known:
                del self.fields[name]
        parts = [("", "–"), *(one for one in Profile.choices if kind in kinds.FILLED_FROM[Profile(one[0])])]
        if len(parts) == 1:
            self.fields.pop("prefill", None)
        elif "prefill" in self.fields:
            self.fields["prefill"].choices = parts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if not self.errors:
            refusal = refusal_of(self._read, Invalid)
            if refusal is not None:
                place, _colon, why = refusal.sentence.partition(": ")
                name = {"label": "label_en", "help": "help_en", "largest": "largest_mb"}.get(_name(place), _name(place))
                self.add_error(name if name in self.fields else None, why if name in self.fields else refusal.sentence)
        return facts

    def _read(self) -> None:
        self.question = parsing.question(self._json(), "question")

    def _json(self) -> dict[str, Any]:
        """The question as JSON, which the reader of forms then judges."""
        old = self._question
        facts = dict.fromkeys(self.base_fields, "") | {"least": None, "most": None} | self.cleaned_data
        found: dict[str, Any] = {
            "key": old.key,
            "type": facts["type"],
            "label": _texts(old.label, facts["label_en"], facts["label_da"]),
            "help": _texts(old.help, facts["help_en"], facts["help_da"]),
            **self._parts(facts),
            "formats": facts["formats"].replace(",", " ").split(),
            "refers_to": [one.strip() for one in facts["refers_to"].split(";") if one.strip()],
            "visible_if": old.visible_if if self.nested else self._condition(),
            **{name: facts[name] for name in ("required", "confidential", "prefill", "earliest", "latest")},
        }
        if facts["readers"] not in ("", Readers.COMMITTEES):
            found["readers"] = facts["readers"]
        for name in ("least", "most", "most_words"):
            found[name] = _whole(facts[name] or (0 if facts[name] == 0 else None))
        if facts["largest_mb"]:
            found["largest"] = facts["largest_mb"] * 1_000_000
        return {name: value for name, value in found.items() if value not in (None, "", [], {}) and value is not False}

    def _parts(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The answers to choose and the columns; a question that has just got its type begins with an example."""
        old = self._question
        new = editing.with_question(editing.empty({}), "project", label=old.label, kind=Type(facts["type"]))[0]
        example = next(new.questions())
        lines = {
            "options": [_option(line, old) for line in facts["options"].splitlines() if line.strip()],
            "columns": [_column(line, old) for line in facts["columns"].splitlines() if line.strip()],
        }
        if facts["type"] == old.type:
            return lines
        begun = question_json(example)
        return {name: found or begun.get(name, []) for name, found in lines.items()}

    def _condition(self) -> Json:
        parts = []
        for number in range(RULES):
            rule, value = self.cleaned_data[f"rule{number}"], _whole(self.cleaned_data[f"number{number}"])
            if rule:
                parts.append(from_rule(rule, 0 if value is None else value))
        if len(parts) < 2:
            return parts[0] if parts else None
        return {self.cleaned_data["joined"] or "all": parts}


def initial_of(question: Question) -> dict[str, Any]:
    """What the page shows of the question that is stored."""
    shown = {f"label_{one}": question.label.get(one, "") for one in ("en", "da")}
    shown |= {f"help_{one}": question.help.get(one, "") for one in ("en", "da")}
    simple = (
        "type",
        "required",
        "least",
        "most",
        "most_words",
        "earliest",
        "latest",
        "readers",
        "confidential",
        "prefill",
    )
    rules = flat_rules(question.visible_if) if is_flat(question.visible_if) else []
    condition: dict[str, Any] = {f"rule{at}": rule for at, (rule, _number) in enumerate(rules)}
    condition |= {f"number{at}": number for at, (_rule, number) in enumerate(rules) if number is not None}
    return shown | {name: getattr(question, name) for name in simple} | condition | {
        "options": "\n".join(f"{one.key}: {_both(one.label)}" for one in question.options),
        "columns": "\n".join(
            f"{one.key}: {one.type}: {_both(one.label)}{' *' if one.required else ''}" for one in question.columns
        ),
        "formats": " ".join(question.formats),
        "largest_mb": question.largest // 1_000_000 if question.largest else None,
        "refers_to": "; ".join(question.refers_to),
        "joined": "any" if question.visible_if and "any" in question.visible_if else "all",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- conditions
def rules_over(form: Definition, key: str) -> list[tuple[str, str]]:
    """What a condition can ask about the questions before this one, as choices; `key|is|option` and the like."""
    choices = []
    for question in form.questions():
        if question.key == key:
            break
        found = []
        if question.type in kinds.WITH_OPTIONS:
            found += [f"{question.key}|{word}|{one.key}" for one in question.options for word in ("is", "not")]
        if question.type == Type.NUMBER:
            found += [f"{question.key}|at_least|", f"{question.key}|at_most|"]
        if question.asks:
            found += [f"{question.key}|answered|", f"{question.key}|empty|"]
        choices += [(rule, _rule_said(form, rule)) for rule in found]
    return choices


def _rule_said(form: Definition, rule: str) -> str:
    words = {"at_least": _("is at least the number"), "at_most": _("is at most the number")}
    key, word, _option = rule.split("|")
    question, number = form.question(key), form.numbered()[key]
    if word in words:
        return f"{number} {question} {words[word]}"
    return f"{said(form, from_rule(rule, 0))} – {question}"


def from_rule(rule: str, number: float) -> Json:
    """The condition of one choice."""
    key, word, option = rule.split("|")
    if word in ("at_least", "at_most"):
        return {"question": key, word: number}
    if word in ("answered", "empty"):
        return {"question": key, "answered": word == "answered"}
    condition = {"question": key, "is": option}
    return {"not": condition} if word == "not" else condition


def is_flat(condition: Json) -> bool:
    """Whether the page can show the condition as a list of rules."""
    if condition is None:
        return True
    parts = condition.get("all", condition.get("any", [condition]))
    plain = [one.get("not", one) for one in parts]
    known = all("question" in one for one in plain) and all("is" in one["not"] for one in parts if "not" in one)
    return known and len(parts) <= RULES


def flat_rules(condition: Json) -> list[tuple[str, float | None]]:
    """The choices that a flat condition consists of, each with its number."""
    if condition is None:
        return []
    found: list[tuple[str, float | None]] = []
    for one in condition.get("all", condition.get("any", [condition])):
        plain = one.get("not", one)
        if "is" in plain:
            found.append((f"{plain['question']}|{'not' if 'not' in one else 'is'}|{plain['is']}", None))
        elif "answered" in plain:
            found.append((f"{plain['question']}|{'answered' if plain['answered'] else 'empty'}|", None))
        else:
            word = "at_least" if "at_least" in plain else "at_most"
            found.append((f"{plain['question']}|{word}|", plain[word]))
    return found


# ------------------------------------------------------------------------------------------------- lines of text
def _name(place: str) -> str:
    return re.split(r"[.\[]", place.removeprefix("question."))[0]


def _whole(number: float | None) -> float | None:
    return int(number) if number is not None and number == int(number) else number


def _texts(old: Any, english: str, danish: str) -> dict[str, str]:
    return {**old, "en": english, "da": danish} if english else {}


def _both(texts: Any) -> str:
    return " | ".join(text for text in (texts.get("en", ""), texts.get("da", "")) if text)


def _label(text: str) -> dict[str, str]:
    english, _bar, danish = (part.strip() for part in text.partition("|"))
    return {"en": english} | ({"da": danish} if danish else {})


def _option(line: str, old: Question) -> dict[str, Any]:
    found = LINE.match(line)
    if found is None:
        raise Invalid(_("question.options: write each answer as “key: text”, not “%(line)s”.") % {"line": line[:60]})
    known = old.option(found[1])
    return {"key": found[1], "label": {**(known.label if known is not None else {}), **_label(found[2])}}


def _column(line: str, old: Question) -> dict[str, Any]:
    """A column as JSON; what the line does not say, such as a limit, stays as it is if the type stays."""
    found = LINE.match(line)
    kind, _colon, text = (part.strip() for part in (found[2] if found else "").partition(":"))
    if found is None or not text:
        raise Invalid(
            _("question.columns: write each column as “key: type: text”, not “%(line)s”.") % {"line": line[:60]}
        )
    known = next((one for one in old.columns if one.key == found[1] and one.type == kind), None)
    kept = question_json(known) if known is not None else {}
    label = {**kept.get("label", {}), **_label(text.rstrip("* "))}
    return kept | {"key": found[1], "type": kind, "label": label, "required": text.endswith("*")}
