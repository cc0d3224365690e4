"""What the pages of the catalogue say about a dataset, as plain values for the templates."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.access_requests import queries as requests
from apps.core.actors import Viewer
from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.conditions import explained, listed
from apps.datasets.models import Dataset
from apps.people.models import Person
from apps.web.common.cache import cached_for_a_minute

ACCESS_WORDS: dict[str, Any] = {
    Dataset.Access.OPEN: gettext_lazy("Open access"),
    Dataset.Access.REGISTERED: gettext_lazy("Registered access"),
    Dataset.Access.CONTROLLED: gettext_lazy("Controlled access"),
}
ACCESS_MEANS: dict[str, Any] = {
    Dataset.Access.OPEN: gettext_lazy("Anyone can download these files without signing in."),
    Dataset.Access.REGISTERED: gettext_lazy(
        "Sign in with your institution and accept the terms of use. Then you can download the files."
    ),
    Dataset.Access.CONTROLLED: gettext_lazy(
        "A data access committee decides on each request. You sign an agreement, and access ends on a fixed date."
    ),
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
    if wait is None:
        return ""
    return ngettext("usually %(days)s day", "usually %(days)s days", wait.days) % {"days": wait.days}


def _keywords(one: Dataset) -> list[str]:
    return [word.strip() for word in one.keywords.replace(";", ",").split(",") if word.strip()]


def about(found: Any, person: Viewer) -> dict[str, Any]:
    """What the page of a dataset (as `dataset_called` found it) says besides its files."""
    return {
        "access_label": ACCESS_WORDS[found.access],
        "access_means": ACCESS_MEANS[found.access],
        "conditions": explained(listed(found.condition_rows)),
        "keywords": _keywords(found),
        "asks": asks(found),
        "manages": isinstance(person, Person) and datasets.managed_by(person).filter(pk=found.pk).exists(),
    }


def asks(found: Dataset) -> list[dict[str, str]]:
    """What having the data asks of a person, in the order in which it comes."""
    if found.access == Dataset.Access.OPEN:
        return [{"label": _("Download the files"), "note": _("cite the data as described on this page")}]
    begin = {"label": _("Sign in with your institution"), "note": _("you do not need to create an account here")}
    if found.requires_second_factor:
        begin["note"] = _("with a second factor, such as a code or a security key, which your institution confirms")
    if found.access == Dataset.Access.REGISTERED:
        return [begin, {"label": _("Accept the terms of use"), "note": _("once, and again if they change")},
                {"label": _("Download"), "note": ""}]  # fmt: skip
    days = ngettext("for at most %(n)s day", "for at most %(n)s days", found.longest_grant_days)
    return [
        begin,
        {
            "label": _("Describe your project"),
            "note": _("purpose, public summary, start and end date, project members"),
        },
        {"label": _("The committee decides"), "note": str(found.committee or "")},
        {
            "label": _("Sign the agreement"),
            "note": _("you and each project member sign, then the dataset owner countersigns"),
        },
        {"label": _("Download"), "note": days % {"n": found.longest_grant_days}},
    ]
