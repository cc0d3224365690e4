"""Which questions of the research purpose the chosen datasets need, and which of them are open."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests.models import AccessRequest
from apps.access_requests.purposes import purpose_of, uses_by_dataset
from apps.datasets.matching.needed import needed, unanswered
from apps.datasets.models import Dataset
from apps.web.requests.purpose_form import PREFIX

NAMED = 3  # titles beside a question


class Needs(NamedTuple):
    """`by`: the titles of the datasets that need a question, by its name; `unanswered`: the names of open ones."""

    by: dict[str, list[str]]
    unanswered: tuple[str, ...]


def needs_of(found: AccessRequest, chosen: Sequence[Dataset]) -> Needs:
    """What the stored answers lack for these datasets; one statement."""
    by: dict[str, list[str]] = {}
    uses = uses_by_dataset(one.pk for one in chosen)
    for dataset in chosen:
        if dataset.pk in uses:
            for name in needed(use.code for use in uses[dataset.pk]):
                by.setdefault(name, []).append(dataset.title)
    return Needs(by, tuple(unanswered(by, purpose_of(found.research_purpose))))


def mark(fields: dict[str, forms.Field], needs: Needs) -> None:
    """Say at each question which datasets need it, in place of "(optional)"."""
    for name, titles in needs.by.items():
        if PREFIX + name in fields:
            asked: Any = fields[PREFIX + name]
            asked.needed_for = _needed_for(titles)


def _needed_for(titles: list[str]) -> str:
    if len(titles) <= NAMED:
        return _("needed for %(datasets)s") % {"datasets": "; ".join(titles)}
    n = len(titles)
    return ngettext("needed for %(n)s dataset", "needed for %(n)s datasets", n) % {"n": n}
