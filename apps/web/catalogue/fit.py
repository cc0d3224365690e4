"""The filter "Fits my purpose" of the catalogue, and the badge beside each dataset. Plain values for the templates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests.models import AccessRequest
from apps.access_requests.purposes import last_purpose, recipients
from apps.core import clock
from apps.core.actors import Viewer
from apps.datasets import search
from apps.datasets.fit import Fit, fit_of
from apps.datasets.matching import BY_CODE, WORDS, Outcome
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.web.match_rows import outcome_shown

NAME = "fit"  # in the address: ?fit=match&fit=obligations


@dataclass(frozen=True)
class ReaderFit:
    """What fits the purpose that the reader wrote last, in this request."""

    request: AccessRequest
    fit: Fit


def fit_of_reader(person: Viewer) -> ReaderFit | None:
    """None for a visitor, and for a reader who never answered a question about a purpose."""
    last = last_purpose(person) if isinstance(person, Person) else None
    if last is None or last[0].is_empty or not isinstance(person, Person):
        return None
    return ReaderFit(last[1], fit_of(last[0], recipients([person]), today=clock.today()))


def searched(filters: Mapping[str, Sequence[str]], reader: ReaderFit | None) -> dict[str, Sequence[str]]:
    """The filters as the search knows them: the chosen outcomes as the sets of conditions that have them."""
    asked = {name: values for name, values in filters.items() if name != NAME}
    chosen = filters.get(NAME, ())
    if reader is None or not chosen:
        return asked
    return asked | {search.FITTING: reader.fit.keys([BY_CODE[one] for one in chosen]) or ["-"]}


def fit_group(reader: ReaderFit, rows: Sequence[search.Row], chosen: Sequence[str], *, most: int) -> dict[str, Any]:
    """The filter with its values, counted in `rows`: the results without this filter."""
    counts = Counter(reader.fit.of(row.uses_set) for row in rows[:most] if row.access == Dataset.Access.CONTROLLED)
    values = [
        {"value": one.code, "label": str(WORDS[one]), "count": counts[one], "chosen": one.code in chosen}
        for one in Outcome
        if counts[one] or one.code in chosen
    ]
    return {
        "name": NAME,
        "label": _("Fits my purpose"),
        "open": True,
        "first": values,
        "more": [],
        "number": len(values),
        "purpose_of": reader.request,
    }


def badge(reader: ReaderFit | None, access: str, key: str) -> dict[str, Any] | None:
    """The outcome for one dataset of the list; none for data that need no request."""
    if reader is None or access != Dataset.Access.CONTROLLED:
        return None
    return outcome_shown(reader.fit.of(key))
