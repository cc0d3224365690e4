"""What the pages of the catalogue say about a dataset, as plain values for the templates."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests import queries as requests
from apps.core.actors import Viewer
from apps.core.addresses import absolute
from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.conditions import explained, listed
from apps.datasets.models import Dataset, Version
from apps.people.models import Person
from apps.web.common.cache import cached_for_a_minute

ACCESS_WORDS: dict[str, Any] = {
    Dataset.Access.OPEN: gettext_lazy("Open access"),
    Dataset.Access.REGISTERED: gettext_lazy("Registered access"),
    Dataset.Access.CONTROLLED: gettext_lazy("Controlled access"),
}


def cards(found: Iterable[Dataset]) -> list[dict[str, Any]]:
    """The datasets as cards; two statements for all of them, however many there are."""
    rows = list(found)
    sizes = search.sizes_of(one.pk for one in rows)
    waits = cached_for_a_minute("waits", requests.waits)
    return [_card(one, sizes.get(one.pk), waits.get(one.committee_id) if one.committee_id else None) for one in rows]


def _card(one: Dataset, size: search.Size | None, wait: requests.Wait | None) -> dict[str, Any]:
    return {
        "url": reverse("dataset", args=[one.slug]),
        "title": one.title,
        "summary": one.summary,
        "access": one.access,
        "access_label": ACCESS_WORDS[one.access],
        "state": "" if size and size.files else "withdrawn",
        "state_label": "" if size and size.files else _("No files available"),
        "institution": str(one.institution or ""),
        "files": size.files if size and size.files else None,
        "size": size.bytes if size and size.files else None,
        "keywords": _keywords(one)[:4],
        "wait": _wait_words(one, wait),
    }


def _wait_words(one: Dataset, wait: requests.Wait | None) -> str:
    if one.access != Dataset.Access.CONTROLLED or one.committee is None:
        return ""
    if not one.committee.accepting:
        return _("not accepting requests")
    if wait is None or wait.decisions < requests.FEWEST_DECISIONS:
        return ""
    return ngettext("usually %(days)s day", "usually %(days)s days", wait.days) % {"days": wait.days}


def _keywords(one: Dataset) -> list[str]:
    return [word.strip() for word in one.keywords.replace(";", ",").split(",") if word.strip()]


def about(found: Any, person: Viewer, version: Version | None) -> dict[str, Any]:
    """What the page of a dataset (as `dataset_called` found it) says besides its files."""
    return {
        "access_label": ACCESS_WORDS[found.access],
        "conditions": explained(listed(found.condition_rows)),
        "subjects": [{"label": word, "url": _subject_url(word)} for word in _keywords(found)],
        "owners": found.owner_names,
        "citation": found.attribution or citation(found, version, found.owner_names),
        "manages": isinstance(person, Person) and datasets.managed_by(person).filter(pk=found.pk).exists(),
    }


def _subject_url(word: str) -> str:
    return f"{reverse('catalogue')}?{urlencode({'subject': word.lower()})}"


def citation(found: Dataset, version: Version | None, owners: list[str]) -> str:
    """How to cite the dataset if its owner says nothing: owners (year). Title (Version n) [Data set]. Institution."""
    who = ", ".join(owners) or str(found.institution or "")
    year = f" ({version.published_at.year})" if version is not None and version.published_at is not None else ""
    number = f" (Version {version.number})" if version is not None else ""
    address = absolute(reverse("dataset", args=[found.slug]))
    return f"{who}{year}. {found.title}{number} [Data set]. {found.institution or ''}. {address}"


def on_this_page(found: Any, versions: list[Any], version: Any) -> list[dict[str, Any]]:
    """The sections of the page of a dataset, as links."""
    files = version.files if version is not None else 0
    rows: list[tuple[str, Any, int | None]] = [
        ("about", _("About"), None),
        ("conditions", _("Use conditions"), None) if found.condition_rows else ("", "", None),
        ("files", _("Files"), files),
        ("versions", _("Versions"), len(versions)),
        ("cite", _("Cite"), None),
    ]
    return [{"url": f"#{anchor}", "label": label, "count": number} for anchor, label, number in rows if anchor]
