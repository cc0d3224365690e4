"""An entry of the register of decisions in words: for the public page, its CSV file, and the preview of the chair."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access_requests import denials
from apps.access_requests.models import Condition
from apps.access_requests.register import Entry
from apps.access_requests.states import ItemState
from apps.core.countries import name_of
from apps.datasets.matching.questions import QUESTIONS

ASKED = {one.name: one for one in QUESTIONS}
KINDS, ORGANISATIONS = dict(ASKED["kind"].choices), dict(ASKED["organisations"].choices)


def row(entry: Entry) -> dict[str, Any]:
    """The entry for `catalogue/_decision.html`."""
    return {
        "entry": entry,
        "outcome": str(ItemState(entry.outcome).label),
        "committee_url": reverse("committee_page", args=[entry.committee]),
        "dataset_url": reverse("dataset", args=[entry.dataset]) if entry.dataset else "",
        "applicant": applicant(entry),
        "facts": [(label, "; ".join(texts)) for label, texts in _facts(entry) if texts],
        "texts": [(str(one.question), one.text) for one in entry.answers if one.text],
    }


def applicant(entry: Entry) -> str:
    """The applicant's institution with its country, or what is known of the organisations that take part."""
    if entry.institution:
        return f"{entry.institution}, {name_of(entry.country)}" if entry.country else entry.institution
    return "; ".join(str(ORGANISATIONS[code]) for code in entry.organisations if code in ORGANISATIONS)


def purposes(entry: Entry) -> list[str]:
    """The research purpose in words, with the diseases by their ids."""
    said = [str(KINDS[code] if code in KINDS else ASKED[code].label) for code in entry.purposes]
    return said + list(entry.diseases)


def conditions(entry: Entry) -> list[str]:
    """By when the conditions are due."""
    labels = {one.value or "term": str(one.label) for one in Condition.Due}
    return [labels[code] for code in entry.conditions]


def _facts(entry: Entry) -> list[tuple[str, list[str]]]:
    coded = [one for one in entry.answers if one.chosen]
    chosen = [(str(one.question), [str(one.question.option(key)) for key in one.chosen]) for one in coded]
    return [
        (_("Research purpose"), purposes(entry)),
        *chosen,
        (_("Conditions, by when they are due"), conditions(entry)),
        (_("Reasons for a denial"), denials.labels(entry.reasons)),
    ]
