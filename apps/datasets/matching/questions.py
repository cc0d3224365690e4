"""The questions of a purpose, each once: what people read and choose. Form, pages and comparison of rounds read it."""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.countries import name_of
from apps.datasets.matching.purpose import Purpose


class Kind(StrEnum):
    """How a question is answered: yes or no, one or some of a list, diseases, countries, a day, or one line."""

    FLAG = "flag"
    ONE = "one"
    SOME = "some"
    DISEASES = "diseases"
    COUNTRIES = "countries"
    DAY = "day"
    LINE = "line"


@dataclass(frozen=True)
class Question:
    """One question. `label` is short, for a list of answers; `choices` are the answers of ONE and SOME."""

    name: str
    kind: Kind
    label: Any
    question: Any
    hint: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()


QUESTIONS: tuple[Question, ...] = (
    Question(
        "kind", Kind.ONE, gettext_lazy("Kind of research"), gettext_lazy("What kind of research is it?"),
        choices=(
            ("disease", gettext_lazy("Research on specific diseases")),
            ("health", gettext_lazy("Health, medical or biomedical research in general")),
            ("population", gettext_lazy("Population research, for example variation in the general population")),
            ("ancestry", gettext_lazy("Population origins or ancestry")),
            ("methods", gettext_lazy("Development of methods or software only")),
            ("other", gettext_lazy("Other research")),
            ("care", gettext_lazy("Clinical care, not research")),
        ),
    ),
    Question(
        "diseases", Kind.DISEASES, gettext_lazy("Diseases"), gettext_lazy("Which diseases?"),
        hint=gettext_lazy("Enter one disease on each line: its name, or its MONDO or DOID id."),
    ),
    Question(
        "methods", Kind.FLAG, gettext_lazy("Develops methods"),
        gettext_lazy("Does the project develop methods or software?"),
    ),
    Question(
        "ancestry", Kind.FLAG, gettext_lazy("Studies ancestry"),
        gettext_lazy("Does the project study population origins or ancestry?"),
    ),
    Question("genetic", Kind.FLAG, gettext_lazy("Genetic study"), gettext_lazy("Is it a genetic study?")),
    Question(
        "sensitive", Kind.SOME, gettext_lazy("Sensitive topics"), gettext_lazy("Does the project do any of these?"),
        hint=gettext_lazy("The committee always checks such projects."),
        choices=(
            ("controls", gettext_lazy("Use the data as a control group for another disease")),
            ("children", gettext_lazy("Study children, or differences between ages or sexes")),
            ("stigma", gettext_lazy("Study a stigmatised condition or group")),
            ("illegal", gettext_lazy("Study illegal behaviour or violence")),
            ("sexuality", gettext_lazy("Study sexual orientation or behaviour")),
            ("psychology", gettext_lazy("Study intelligence or psychological traits")),
            ("vulnerable", gettext_lazy("Study another vulnerable population")),
        ),
    ),
    Question("commercial", Kind.FLAG, gettext_lazy("Commercial use"), gettext_lazy("Is the use commercial?")),
    Question(
        "organisations", Kind.SOME, gettext_lazy("Organisations"),
        gettext_lazy("Which organisations take part?"),
        choices=(
            ("public", gettext_lazy("Public, for example a hospital or a university")),
            ("nonprofit", gettext_lazy("Private, not for profit")),
            ("company", gettext_lazy("A company or another organisation that works for profit")),
        ),
    ),
    Question(
        "countries", Kind.COUNTRIES, gettext_lazy("Countries of use"),
        gettext_lazy("In which countries do people use the data?"),
        hint=gettext_lazy("Enter names or two-letter codes, separated by commas, for example: Denmark, NO."),
    ),
    Question(
        "processing", Kind.COUNTRIES, gettext_lazy("Countries of storage and processing"),
        gettext_lazy("In which countries are the data stored and processed?"),
        hint=gettext_lazy("Enter names or two-letter codes, separated by commas, for example: Denmark, NO."),
    ),
    Question(
        "ai", Kind.ONE, gettext_lazy("AI models"), gettext_lazy("Are AI models trained on the data?"),
        choices=(
            ("no", gettext_lazy("No")),
            ("inside", gettext_lazy("Yes, and the models stay where the data are")),
            ("leaves", gettext_lazy("Yes, and the models leave the institution")),
        ),
    ),
    Question(
        "reidentify", Kind.FLAG, gettext_lazy("Tries to identify people"),
        gettext_lazy("Does the project try to identify or contact people in the data?"),
    ),
    Question(
        "ethics", Kind.ONE, gettext_lazy("Ethics approval"), gettext_lazy("Does the project have ethics approval?"),
        choices=(
            ("approved", gettext_lazy("Yes")),
            ("pending", gettext_lazy("Applied for")),
            ("none", gettext_lazy("No")),
        ),
    ),
    Question(
        "ethics_until", Kind.DAY, gettext_lazy("Ethics approval valid until"),
        gettext_lazy("Last day of the ethics approval"),
        hint=gettext_lazy("If a dataset requires ethics approval, access ends when the approval ends."),
    ),
    Question(
        "publish", Kind.FLAG, gettext_lazy("Will publish"),
        gettext_lazy("Do you agree to publish the results, if a dataset requires it?"),
    ),
    Question(
        "return_results", Kind.FLAG, gettext_lazy("Will return results"),
        gettext_lazy("Do you agree to return the results to the source, if a dataset requires it?"),
    ),
    Question(
        "collaborate", Kind.FLAG, gettext_lazy("Will collaborate"),
        gettext_lazy("Do you agree to collaborate with the investigators, if a dataset requires it?"),
    ),
    Question(
        "project", Kind.LINE, gettext_lazy("Approved project"),
        gettext_lazy("Name or number of the approved project, if there is one"),
    ),
)  # fmt: skip
assert [one.name for one in QUESTIONS] == [one.name for one in fields(Purpose)]


def answers(purpose: Purpose) -> list[dict[str, str]]:
    """Each answered question as people read it: `label` and `value`."""
    found = []
    for one in QUESTIONS:
        said = getattr(purpose, one.name)
        if said is not None:
            found.append({"label": str(one.label), "value": _shown(one, said)})
    return found


def in_words(purpose: Purpose) -> str:
    """All answers as text, one a line."""
    return "\n".join(f"{one['label']}: {one['value']}" for one in answers(purpose))


def _shown(question: Question, said: Any) -> str:
    if isinstance(said, bool):
        return _("Yes") if said else _("No")
    if isinstance(said, date):
        return date_format(said, "j M Y")
    if isinstance(said, tuple):
        return ", ".join(f"{one.label} ({one.id})" if one.id and one.label else one.label or one.id for one in said)
    if isinstance(said, frozenset) and question.kind == Kind.COUNTRIES:
        return ", ".join(sorted(map(name_of, said)))
    labels = {value: str(label) for value, label in question.choices}
    if isinstance(said, frozenset):
        return ", ".join(label for value, label in labels.items() if value in said) or _("None of these")
    return labels.get(said, str(said))
