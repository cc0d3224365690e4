"""What the register of decisions says of one decision. Pure functions; only they decide what is left out.

An entry is made of codes, of what everybody may see already (committee, dataset, institution), and of what the form
told the applicant that the public reads after an approval. It never has a reason or a condition in words, a name, a
reference, a title, a roster, or an answer that is confidential or that a committee reads (docs/decisions/
register-of-decisions.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any
from uuid import UUID

from apps.access_requests import denials
from apps.access_requests.models import Condition, Item
from apps.access_requests.purposes import purpose_of
from apps.access_requests.states import ACCEPTED, ItemState
from apps.datasets.matching import Purpose
from apps.forms.definition import Definition, Question
from apps.forms.kinds import Readers, Type
from apps.forms.models import FormVersion
from apps.forms.visibility import shown_keys

FLAGS = ("methods", "ancestry", "genetic", "commercial")
# The kinds of answer that an entry has. A short text, a table or a file can hold a name, also when a form marks it.
SUMMARIES, CODED = Type.LONG_TEXT, (Type.CHOICE, Type.CHOICES)


@dataclass(frozen=True)
class PublicAnswer:
    """An answer that the form marks for the public: its question, and a text or the keys of the chosen options."""

    question: Question
    text: str = ""
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One decision as the public reads it. `decided_on` is a day in UTC, the same for every reader.

    `dataset` and `dataset_title` are empty for a dataset that is not public. `institution` and `country` are those of
    the applicant when the request was submitted; if they are not known, `organisations` has the kinds that take part.
    """

    decided_on: date
    committee: str
    committee_name: str
    outcome: str
    dataset: str = ""
    dataset_title: str = ""
    institution: str = ""
    country: str = ""
    organisations: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    diseases: tuple[str, ...] = ()
    summary: str = ""
    answers: tuple[PublicAnswer, ...] = field(default=())
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def entry_of(item: Item, versions: Mapping[UUID, FormVersion]) -> Entry:
    """The entry of a decided item that `queries_register.with_facts` fetched; `versions` are the forms it may need."""
    row: Any = item
    assert item.decided_at is not None
    assert item.decided_in is not None
    at = item.decided_in.institution
    purpose = purpose_of(row.asked_purpose)
    accepted = item.state in ACCEPTED
    return Entry(
        decided_on=item.decided_at.astimezone(UTC).date(),
        committee=item.committee.slug,
        committee_name=item.committee.name,
        outcome=item.state,
        dataset=item.dataset.slug if row.names_dataset else "",
        dataset_title=item.dataset.title if row.names_dataset else "",
        institution=at.name if at is not None else "",
        country=at.country.upper() if at is not None else "",
        organisations=tuple(sorted(purpose.organisations or ())) if at is None else (),
        purposes=purposes_in(purpose),
        diseases=tuple(sorted({one.id for one in purpose.diseases or () if one.id})),
        summary=(row.asked_summary or "").strip() if accepted else "",
        answers=_answers(item.committee_id, row.asked_forms, versions) if accepted else (),
        conditions=kinds_of_conditions(item.state, item.adopted, row.proposed),
        reasons=tuple(denials.in_order(item.denial_codes or ())) if item.state == ItemState.DENIED else (),
    )


def purposes_in(purpose: Purpose) -> tuple[str, ...]:
    """The kind of research and what applies to it, as codes; nothing for what was not answered."""
    kinds = (purpose.kind,) if purpose.kind is not None else ()
    return (*kinds, *(name for name in FLAGS if getattr(purpose, name)))


def kinds_of_conditions(state: str, adopted: list[UUID] | None, proposed: list[dict[str, str]]) -> tuple[str, ...]:
    """By when the adopted conditions are due, each kind once, in the order of `Condition.Due`; "term" has no date.

    Where a previous release did not write down what was adopted, every condition with a due date counts.
    """
    if state != ItemState.CONDITIONAL:
        return ()
    kept = {str(pk) for pk in adopted} if adopted is not None else None
    found = {row["due"] for row in proposed if (row["id"] in kept if kept is not None else row["due"])}
    return tuple(due or "term" for due in Condition.Due.values if due in found)


def form_versions(items: list[Item]) -> set[UUID]:
    """The versions of the forms that the entries of these items may need: those of the committee that decided."""
    rows: list[Any] = list(items)
    return {UUID(one["version"]) for row in rows for one in _own(row.committee_id, row.asked_forms)}


def _own(committee: UUID, forms: Any) -> list[dict[str, Any]]:
    """The answered forms of this committee; none if they were erased."""
    return [one for one in forms if one.get("committee") == str(committee)] if isinstance(forms, list) else []


def _answers(committee: UUID, forms: Any, versions: Mapping[UUID, FormVersion]) -> tuple[PublicAnswer, ...]:
    found: list[PublicAnswer] = []
    for row in _own(committee, forms):
        version = versions.get(UUID(row["version"]))
        if version is not None:
            found += public_answers(version.read, row.get("answers", {}), row.get("confidential", {}))
    return tuple(found)


def public_answers(
    definition: Definition, answers: Mapping[str, Any], confidential: Mapping[str, str]
) -> list[PublicAnswer]:
    """The answers to shown questions that the form marks for the public and the applicant did not mark confidential."""
    shown = shown_keys(definition, answers)
    found = []
    for one in definition.questions():
        value = answers.get(one.key)
        if one.key not in shown or one.readers != Readers.PUBLIC or one.key in confidential or not value:
            continue
        if one.type == SUMMARIES and isinstance(value, str):
            found.append(PublicAnswer(one, text=value))
        elif one.type in CODED:
            keys = value if isinstance(value, list) else [value]
            found.append(PublicAnswer(one, chosen=tuple(key for key in keys if one.option(key) is not None)))
    return found
