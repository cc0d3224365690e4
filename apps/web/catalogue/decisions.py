"""The register of decisions: who got which data for which purpose, for everybody, if the portal publishes it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests import queries_register as register
from apps.access_requests.denials import labels
from apps.access_requests.register import Entry
from apps.access_requests.states import ItemState
from apps.committees.models import Committee
from apps.committees.queries import public as committees
from apps.core.errors import NotFound
from apps.datasets.models import Dataset
from apps.web.common.actor import PageRequest
from apps.web.common.cache import cached_for_a_minute
from apps.web.common.csv_export import csv_response
from apps.web.common.list_filters import Answer, Choice, Filter, Option
from apps.web.common.lists import ListSpec, Sort, counted, list_page
from apps.web.decision_rows import applicant, conditions, purposes, row

NOUN = ngettext_lazy("%(total)s decision", "%(total)s decisions", "n")
COLUMNS = (
    (gettext_lazy("Decided"), lambda one: one.decided_on),
    (gettext_lazy("Committee"), lambda one: one.committee_name),
    (gettext_lazy("Dataset"), lambda one: one.dataset_title),
    (gettext_lazy("Short name of the dataset"), lambda one: one.dataset),
    (gettext_lazy("Institution of the applicant"), lambda one: applicant(one)),
    (gettext_lazy("Decision"), lambda one: str(ItemState(one.outcome).label)),
    (gettext_lazy("Research purpose"), lambda one: purposes(one)),
    (gettext_lazy("Public summary"), lambda one: _summaries(one)),
    (gettext_lazy("Conditions, by when they are due"), lambda one: conditions(one)),
    (gettext_lazy("Reasons for a denial"), lambda one: labels(one.reasons)),
)


class OneDataset:
    """The filter for one public dataset, which its page links to; a short name that no public dataset has is named."""

    name = "dataset"

    def __init__(self, asked: Mapping[str, str]) -> None:
        self.slug = asked.get(self.name, "").replace("\x00", "?").strip()[:80]
        self.found: Dataset | None = register.public_dataset(self.slug) if self.slug else None

    def read(self, _asked: Mapping[str, str]) -> Answer:
        label = _("Short name of the dataset")
        shown = {"kind": "search", "name": self.name, "label": label, "value": self.slug if self.found else ""}
        if not self.slug:
            return Answer(shown)
        if self.found is None:
            return Answer(shown, problems=(_("No public dataset has this short name, so the filter was ignored."),))
        chip = (f"{_('Dataset')}: {self.found.title}", (self.name,))
        return Answer(shown, (register.of_one(self.found),), {self.name: self.slug}, (chip,))


@require_safe
def decisions(request: PageRequest) -> HttpResponseBase:
    """Every final decision that may be read by everybody, newest first; a page that does not exist while it is off."""
    if not register.is_public():
        raise NotFound(_("There is no page at this address."))
    page = list_page(request, _spec(request.GET), register.with_facts(register.final()))
    if page.is_export:
        return csv_response("decisions", COLUMNS, page.matching, present=register.entries)
    context = {"list": page, "rows": [row(entry) for entry in register.entries(page.rows)]}
    return render(request, "catalogue/decisions.html", context)


def decisions_link(dataset: Dataset | None = None, committee: Committee | None = None) -> dict[str, str]:
    """The link to the decisions on a public dataset or of a committee, with their number; empty while it is off.

    While the register is off this asks one statement a minute; whether the page exists is asked each time there.
    """
    if not cached_for_a_minute("register-is-public", register.is_public):
        return {}
    if committee is not None:
        where, query = register.of_committee(committee.pk), {"committee": committee.slug}
    else:
        if dataset is None or dataset.listed_from is None:
            return {}
        where, query = register.of_one(dataset), {"dataset": dataset.slug}
    number = counted(register.final().filter(where))
    if not number:
        return {}
    return {"url": f"{reverse('decisions')}?{urlencode(query)}", "label": ListSpec(NOUN, ()).counted(number)}


def _spec(asked: Mapping[str, str]) -> ListSpec:
    shown, years = cached_for_a_minute("register", _choices)
    filters: list[Filter] = [
        OneDataset(asked),
        Choice(
            "outcome", gettext_lazy("Decision"),
            [Option(one.value, one.label, register.with_outcome(one)) for one in register.OUTCOMES],
        ),
        Choice("year", gettext_lazy("Year"), [Option(str(one), str(one), register.in_year(one)) for one in years]),
        Choice(
            "committee", gettext_lazy("Committee"),
            [Option(slug, name, register.of_committee(pk)) for pk, slug, name in shown],
        ),
    ]  # fmt: skip
    return ListSpec(NOUN, [Sort("new", "", " ".join(register.ORDER))], filters)


def _choices() -> tuple[list[Any], range]:
    """The committees and the years of the filters."""
    return list(committees().values_list("pk", "slug", "name")), register.years()


def _summaries(entry: Entry) -> str:
    return "\n\n".join(text for text in (entry.summary, *(one.text for one in entry.answers)) if text)
