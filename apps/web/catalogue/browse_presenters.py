"""What the catalogue shows of its results and filters, as plain values for the templates."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests import queries as requests
from apps.core.actors import Viewer
from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.conditions import TERMS
from apps.datasets.matching import BY_CODE, WORDS
from apps.datasets.models import Dataset
from apps.datasets.search_words import Understood
from apps.grants.access_state import AccessState, State, access_states
from apps.grants.access_state.words import said
from apps.people.models import Person
from apps.web.catalogue.fit import NAME as FIT
from apps.web.catalogue.fit import ReaderFit, badge
from apps.web.catalogue.highlight import marked
from apps.web.catalogue.presenters import ACCESS_WORDS
from apps.web.common.cache import cached_for_a_minute

OPEN_AT_FIRST = {"access", "institution", "subject", "condition"}
SHOWN_VALUES, MOST_VALUES = 5, 40
FACET_LABELS: dict[str, Any] = {
    "access": gettext_lazy("Access"),
    "subject": gettext_lazy("Subject"),
    "condition": gettext_lazy("Use conditions"),
    "institution": gettext_lazy("Institution"),
    "committee": gettext_lazy("Committee"),
    "format": gettext_lazy("File format"),
}
# Names of file formats by the ending of the file name; an ending without a name is shown itself.
FORMATS = {
    "DCM": "DICOM", "NII": "NIfTI", "H5": "HDF5", "H5AD": "AnnData", "PARQUET": "Parquet", "XLSX": "Excel",
    "SAV": "SPSS", "DTA": "Stata", "SAS7BDAT": "SAS", "RDS": "R", "GZ": "gzip", "JPG": "JPEG", "TIF": "TIFF",
}  # fmt: skip
# States that say nothing beyond the access level, which is beside them.
UNSAID = {
    State.NONE, State.OPEN, State.REGISTERED, State.SIGN_IN_NEEDED, State.TERMS_NEEDED, State.SECOND_FACTOR_NEEDED,
    State.AFFILIATION_NEEDED, State.NOT_ACCEPTING, State.ACCOUNT_BLOCKED, State.DOWNLOADS_STOPPED, State.EMBARGOED,
    State.VERSION_WITHDRAWN,
}  # fmt: skip


def known_waits() -> dict[UUID, requests.Wait]:
    """How long each committee usually takes, if at least 5 decisions say so."""
    waits = cached_for_a_minute("waits", requests.waits)
    return {pk: wait for pk, wait in waits.items() if wait.decisions >= requests.FEWEST_DECISIONS}


def days_to_decision(waits: Mapping[UUID, requests.Wait]) -> Callable[[search.Row], tuple[int, float]]:
    """The key of the order by time to decision: no decision needed first, unknown last."""

    def key(row: search.Row) -> tuple[int, float]:
        if row.access != Dataset.Access.CONTROLLED:
            return 0, -row.relevance
        wait = waits.get(row.committee) if row.committee is not None else None
        return wait.days if wait is not None else 1_000_000, -row.relevance

    return key


def count(found: search.Result) -> str:
    """The number of results in words: "43 datasets", "1,000+ datasets"."""
    if found.more_than_counted:
        counted = number_format(datasets.COUNTED_UP_TO, force_grouping=True)
        return _("More than %(number)s datasets") % {"number": counted}
    return ngettext("%(n)s dataset", "%(n)s datasets", found.total) % {"n": found.total}


def position(before: int, shown: int, found: search.Result) -> str:
    """Which of the results are shown: "1–25 of 43 datasets"."""
    if not shown or found.total <= shown:
        return count(found)
    first, last = number_format(before + 1, force_grouping=True), number_format(before + shown, force_grouping=True)
    return _("%(first)s–%(last)s of %(all)s") % {"first": first, "last": last, "all": count(found)}


def notes(found: search.Result) -> list[str]:
    """What the reader should know about how the words were understood."""
    sentences = []
    if found.words.typed and not found.words.query:
        sentences.append(_("The search contains no words. All datasets are shown."))
    if found.words.is_cut:
        sentences.append(_("The search is too long. Only its first words were used."))
    return sentences


def results(
    rows: Iterable[Dataset], words: Understood, person: Viewer, reader: ReaderFit | None = None
) -> list[dict[str, Any]]:
    """The datasets as rows of the list; two statements for all of them, and those of the person's states."""
    shown = list(rows)
    sizes = search.sizes_of(one.pk for one in shown)
    waits = known_waits()
    states = access_states(person, shown) if isinstance(person, Person) else {}
    found = []
    for one in shown:
        size = sizes.get(one.pk)
        row = _row(one, size, waits, states.get(one.pk), words)
        found.append(row | {"fit": badge(reader, one.access, size.uses_key if size is not None else "")})
    return found


def _row(
    one: Dataset,
    size: search.Size | None,
    waits: Mapping[UUID, requests.Wait],
    state: AccessState | None,
    words: Understood,
) -> dict[str, Any]:
    typed = [group.typed for group in words.groups]
    return {
        "url": reverse("dataset", args=[one.slug]),
        "title": marked(one.title, typed),
        "summary": marked(one.summary, typed),
        "access": one.access,
        "access_label": ACCESS_WORDS[one.access],
        "institution": str(one.institution or ""),
        "year": one.listed_from,
        "size": size if size is not None and size.files else None,
        "formats": ", ".join(FORMATS.get(one, one) for one in size.formats[:4]) if size is not None else "",
        "state": said(state) if state is not None and state.state not in UNSAID else None,
        "wait": _wait(one, waits),
    }


def _wait(one: Dataset, waits: Mapping[UUID, requests.Wait]) -> str:
    if one.access != Dataset.Access.CONTROLLED or one.committee is None:
        return ""
    if not one.committee.accepting:
        return _("Not accepting requests")
    wait = waits.get(one.committee.pk)
    if wait is None:
        return ""
    return ngettext("Usually %(days)s day", "Usually %(days)s days", wait.days) % {"days": wait.days}


def facet_groups(found: search.Result) -> list[dict[str, Any]]:
    """The filters with their values; values without results are left out unless they are chosen."""
    groups = []
    for name, values in search.facets(found).items():
        chosen = set(found.filters.get(name, ()))
        rows = [
            {"value": one.value, "label": label_of(name, one), "count": one.count, "chosen": one.value in chosen}
            for one in values
            if one.count or one.value in chosen
        ]
        rows.sort(key=lambda row: not row["chosen"])
        if not rows:
            continue
        groups.append(
            {
                "name": name,
                "label": FACET_LABELS[name],
                "open": name in OPEN_AT_FIRST or bool(chosen),
                "first": rows[:SHOWN_VALUES],
                "more": rows[SHOWN_VALUES:MOST_VALUES],
                "number": len(rows),
            }
        )
    return groups


def label_of(name: str, value: search.FacetValue) -> str:
    """The value as people read it."""
    if name == "access":
        return str(ACCESS_WORDS.get(value.value, value.value))
    if name == "condition":
        short, label = TERMS.get(value.value, ("", ""))
        return f"{str(label)[:1].upper()}{str(label)[1:]} ({short})" if short else value.value
    if name == "format":
        return FORMATS.get(value.value, value.value)
    return value.label


def chips(
    found: search.Result, url: Callable[[str, str], str], asked: Mapping[str, Sequence[str]]
) -> list[dict[str, str]]:
    """The active filters, each with the address of the same list without it."""
    fits = [
        {"filter": str(_("Fits my purpose")), "label": str(WORDS[BY_CODE[one]]), "url": url(FIT, one)}
        for one in asked.get(FIT, ())
        if search.FITTING in found.filters
    ]
    values = {name: {one.value: one for one in known} for name, known in _labels(found).items()}
    return fits + [
        {
            "filter": str(FACET_LABELS[name]),
            "label": label_of(name, values[name].get(one, search.FacetValue(one, one, 0))),
            "url": url(name, one),
        }
        for name, chosen in found.filters.items()
        if name in FACET_LABELS
        for one in chosen
    ]


def _labels(found: search.Result) -> dict[str, Sequence[search.FacetValue]]:
    """The values that the rows have, for the labels of chips; no statement."""
    names = [name for name in found.filters if name in FACET_LABELS]
    return {name: search.values_of(found.rows, name, found.filters.get(name, ())) for name in names}
