"""Two versions of a form, or two rounds of answers, compared so that a person can read what is different."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.sizes import size_in_words
from apps.forms import values
from apps.forms.definition import Definition, Json, Question, Section, in_language
from apps.forms.kinds import Readers, Type


@dataclass(frozen=True)
class Change:
    """One question or section that differs. `before` and `after` are lines; nothing for what is not in that version.

    `what` is "added", "removed", "changed" or "moved"; `key` is that of the question, `number` its place (2.3).
    """

    what: str
    key: str
    number: str
    label: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def compare(old: Definition, new: Definition) -> list[Change]:
    """What the new version has that the old one has not, and the other way round; in the order of the new one."""
    found = [*_texts_of_form(old, new)]
    before, after = old.numbered(), new.numbered()
    earlier = {question.key: question for question in old.questions()}
    for section in new.sections:
        found += _of_section(old, section)
        for question in section.questions:
            number, was = after[question.key], earlier.get(question.key)
            if was is None:
                found.append(Change("added", question.key, number, str(question), (), described(new, question)))
            else:
                found += _of_question(old, new, was, question)
    for question in old.questions():
        if question.key not in after:
            number = before[question.key]
            found.append(Change("removed", question.key, number, str(question), described(old, question), ()))
    kept = {section.key for section in new.sections}
    gone = [section for section in old.sections if section.key not in kept]
    return found + [Change("removed", "", "", str(section), (_("Section"),), ()) for section in gone]


def _texts_of_form(old: Definition, new: Definition) -> Iterator[Change]:
    for label, before, after in (
        (_("Name of the form"), old.name, new.name),
        (_("Introduction"), old.about, new.about),
    ):
        if before != after:
            yield Change("changed", "", "", label, _in_all(before), _in_all(after))


def _of_section(old: Definition, section: Section) -> Iterator[Change]:
    was = next((one for one in old.sections if one.key == section.key), None)
    if was is None:
        yield Change("added", "", "", str(section), (), (_("Section"),))
        return
    before, after = _section_lines(old, was), _section_lines(old, section)
    if before != after:
        yield Change("changed", "", "", str(section), before, after)


def _section_lines(within: Definition, section: Section) -> tuple[str, ...]:
    shown = (
        [_("shown if %(condition)s") % {"condition": said(within, section.visible_if)}] if section.visible_if else []
    )
    return (*_in_all(section.title), *_in_all(section.help), *shown)


def _of_question(old: Definition, new: Definition, was: Question, question: Question) -> Iterator[Change]:
    number = new.numbered()[question.key]
    if was != question:
        before, after = described(old, was), described(new, question)
        if before == after:  # only a number that it refers to is another one
            return
        yield Change("changed", question.key, number, str(question), _but(before, after), _but(after, before))
        return
    sections = [form.section_of(question.key) for form in (old, new)]
    if _neighbours(old, question.key) != _neighbours(new, question.key) and _is_moved(old, new, question.key, sections):
        places = (old.numbered()[question.key], number)
        yield Change("moved", question.key, number, str(question), (places[0],), (places[1],))


def _is_moved(old: Definition, new: Definition, key: str, sections: list[Section | None]) -> bool:
    """In another section, or with another kept question before it in its own."""
    if sections[0] is None or sections[1] is None or sections[0].key != sections[1].key:
        return True
    kept = {one.key for one in old.questions()} & {one.key for one in new.questions()}
    orders = [[one.key for one in section.questions if one.key in kept] for section in sections if section is not None]
    places = [order.index(key) for order in orders]
    return orders[0][: places[0]][-1:] != orders[1][: places[1]][-1:]


def _neighbours(form: Definition, key: str) -> tuple[str, str]:
    section = form.section_of(key)
    return (section.key if section is not None else "", form.numbered()[key])


def _but(lines: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that the other side has not; all of them if there is none."""
    own = tuple(line for line in lines if line not in others)
    return own or lines[:1]


# ------------------------------------------------------------------------------------------------- in words
def described(form: Definition, question: Question) -> tuple[str, ...]:
    """Everything about a question, a line each: its text, type with limits, and who must answer and who reads it."""
    rows = [*_in_all(question.label), *_in_all(question.help), _type_with_limits(question)]
    rows += [f"{option.key}: {' / '.join(_in_all(option.label))}" for option in question.options]
    rows += [f"{column.key}: {'; '.join(described(form, column))}" for column in question.columns]
    if question.asks:
        rows.append(_("required") if question.required else _("optional"))
    if question.readers != Readers.COMMITTEES:
        rows.append(_("read by: %(readers)s") % {"readers": Readers(question.readers).label})
    if question.confidential:
        rows.append(_("can be marked as confidential"))
    if question.prefill:
        rows.append(_("filled in from the profile: %(part)s") % {"part": question.prefill})
    if question.refers_to:
        rows.append(_("refers to %(rules)s") % {"rules": ", ".join(question.refers_to)})
    if question.visible_if:
        rows.append(_("shown if %(condition)s") % {"condition": said(form, question.visible_if)})
    return tuple(rows)


def summary(form: Definition, question: Question) -> str:
    """A question in one line under its label: type with limits, whether it is required, who reads it, when shown."""
    rows = [_type_with_limits(question)]
    if question.required:
        rows.append(_("required"))
    if question.readers != Readers.COMMITTEES:
        rows.append(str(Readers(question.readers).label))
    if question.visible_if:
        rows.append(_("shown if %(condition)s") % {"condition": said(form, question.visible_if)})
    return " · ".join(rows)


def _type_with_limits(question: Question) -> str:
    return ", ".join([str(Type(question.type).label), *limits(question)])


def limits(question: Question) -> Iterator[str]:
    """The limits of an answer in words, said before it is typed."""
    if question.least is not None:
        yield _("at least %(least)s") % {"least": _amount(question, question.least)}
    if question.most is not None:
        yield _("at most %(most)s") % {"most": _amount(question, question.most)}
    if question.most_words is not None:
        words = ngettext("at most %(most)s word", "at most %(most)s words", question.most_words)
        yield words % {"most": question.most_words}
    if question.earliest:
        yield _("from %(day)s") % {"day": _("today") if question.earliest == "today" else question.earliest}
    if question.latest:
        yield _("until %(day)s") % {"day": _("today") if question.latest == "today" else question.latest}
    if question.formats:
        yield _("types: %(types)s") % {"types": ", ".join(question.formats)}
    if question.largest is not None:
        yield _("at most %(size)s each") % {"size": size_in_words(question.largest)}


def _amount(question: Question, number: float) -> str:
    """A limit with what it counts, such as "2,000 characters"; of a number only the number."""
    count = int(number)
    counted = {
        Type.TEXT: ngettext("%(n)s character", "%(n)s characters", count),
        Type.LONG_TEXT: ngettext("%(n)s character", "%(n)s characters", count),
        Type.FILE: ngettext("%(n)s file", "%(n)s files", count),
        Type.TABLE: ngettext("%(n)s row", "%(n)s rows", count),
        Type.CHOICES: ngettext("%(n)s answer", "%(n)s answers", count),
        Type.COUNTRY: ngettext("%(n)s country", "%(n)s countries", count),
    }.get(Type(question.type), "%(n)s")
    return counted % {"n": _number(number)}


def _number(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else str(number)


def _in_all(texts: Mapping[str, str]) -> tuple[str, ...]:
    """A text in each of its languages, the reader's first."""
    first = in_language(texts)
    return tuple(dict.fromkeys([first, *texts.values()])) if first else ()


def said(form: Definition, condition: Json, *, by_text: bool = False) -> str:
    """A condition in words: `2.2 is Yes and not (2.3 is answered)`; `by_text` has the questions instead of numbers."""
    if condition is None:
        return ""
    if "not" in condition:
        return _("not (%(condition)s)") % {"condition": said(form, condition["not"], by_text=by_text)}
    for name, word in (("all", _("and")), ("any", _("or"))):
        if name in condition:
            inner = [said(form, one, by_text=by_text) for one in condition[name]]
            joined = f" {word} ".join(inner)
            return joined if len(inner) == 1 else f"({joined})"
    return _comparison_said(form, condition, by_text)


def _comparison_said(form: Definition, part: Mapping[str, Any], by_text: bool) -> str:
    asked = form.question(part["question"])
    number = form.numbered().get(part["question"], part["question"])
    here = {"question": f"“{asked}”" if by_text and asked is not None else number}
    if "answered" in part:
        sentence = _("%(question)s is answered") if part["answered"] else _("%(question)s is not answered")
        return sentence % here
    if "is" in part:
        option = asked.option(part["is"]) if asked is not None else None
        return _("%(question)s is %(answer)s") % (here | {"answer": option or part["is"]})
    name = "at_least" if "at_least" in part else "at_most"
    sentence = _("%(question)s is %(n)s or more") if name == "at_least" else _("%(question)s is %(n)s or less")
    return sentence % (here | {"n": _number(part[name])})


# ------------------------------------------------------------------------------------------------- answers
def compare_answers(
    questions: Mapping[str, Question], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    """The answers that differ between two rounds, by the key of the question, in the order of `questions`."""
    found = []
    for key, question in questions.items():
        old, new = before.get(key), after.get(key)
        if old != new:
            what = "added" if old is None else "removed" if new is None else "changed"
            old_lines, new_lines = (tuple(values.lines(question, one)) for one in (old, new))
            found.append(Change(what, key, "", str(question), old_lines, new_lines))
    return found
