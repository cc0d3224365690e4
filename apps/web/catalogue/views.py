"""Finding data, and knowing before asking whether it can be had, what it asks, and how long it takes."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.access_requests import queries_approval, queries_waits
from apps.access_requests.rules import not_accepting
from apps.committees import queries as committees
from apps.core import clock
from apps.core.actors import Viewer
from apps.core.errors import Gone, NotFound
from apps.datasets import queries as datasets
from apps.datasets import search
from apps.datasets.models import Dataset, Distribution, Version
from apps.datasets.states import VersionState
from apps.grants.access_state import access_state, state_of_version
from apps.web.catalogue import presenters as parts
from apps.web.catalogue.decisions import decisions_link
from apps.web.catalogue.files import files_page
from apps.web.catalogue.match import match_of_dataset, with_verdicts
from apps.web.catalogue.panel import panel
from apps.web.common.actor import PageRequest
from apps.web.common.cache import cached_for_a_minute
from apps.web.common.clock_rows import deadlines_of
from apps.web.common.lists import ListPage
from apps.web.common.voting_rules import rule_sentences

SHOWN = 24


def front_page(request: PageRequest) -> HttpResponse:
    """The public front page: search, what is new, how access works, and how much there is."""
    found = datasets.catalogue()
    page = datasets.first_page(found, size=6)
    context: dict[str, Any] = {
        "cards": parts.cards(page.items),
        "total": page.total,
        "more": page.more_than_counted,
        "search_url": reverse("catalogue"),
        "numbers": cached_for_a_minute("numbers", datasets.public_numbers),
    }
    return render(request, "catalogue/home.html", context)


@require_safe
def dataset(request: PageRequest, slug: str) -> HttpResponse:
    """Everything about one dataset: what it is, who decides, what it asks, how long it takes, its files."""
    found = _visible_dataset(request.actor, slug)
    versions = datasets.sized_versions(found, request.actor)
    shown = next((one for one in versions if one.state == VersionState.PUBLISHED), None)
    shown = shown or next((one for one in versions if one.state != VersionState.DRAFT), None)
    return _dataset_page(request, found, versions, shown)


@require_safe
def dataset_version(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """One version, for whoever was cited it: an older one says what is newer, a withdrawn one is a tombstone."""
    found = _visible_dataset(request.actor, slug)
    versions = datasets.sized_versions(found, request.actor)
    shown = next((one for one in versions if one.number == number), None)
    if shown is None:
        raise NotFound(_("This version of the dataset does not exist."))
    return _dataset_page(request, found, versions, shown)


def _dataset_page(request: PageRequest, found: Dataset, versions: list[Any], shown: Version | None) -> HttpResponse:
    person = request.actor
    committee = found.committee
    waits = cached_for_a_minute("waits", queries_waits.waits) if committee else {}
    listed = None if shown is None or shown.state == VersionState.WITHDRAWN else files_page(request, shown, person)
    state = access_state(person, found) if shown is None else state_of_version(person, shown, found)
    one_version = request.resolver_match is not None and request.resolver_match.url_name == "dataset_version"
    number = _("Version %(number)s") % {"number": shown.number} if one_version and shown is not None else ""
    context = {
        "page_title": f"{found.title} · {number}" if number else found.title,
        "dataset": found,
        "versions": versions,
        "version": shown,
        "files": listed,
        "tabs": parts.on_this_page(found, versions, shown),
        "newest": next((one for one in versions if one.state == VersionState.PUBLISHED), None),
        "panel": panel(
            person, found, state, shown, waits.get(committee.pk) if committee else None, _only(shown, listed)
        ),
        **parts.about(found, person, shown),
        **match_of_dataset(person, found),
        "decisions": decisions_link(dataset=found),
    }
    with_verdicts(context["conditions"], context)
    return render(request, "catalogue/dataset.html", context)


def _only(version: Any, listed: ListPage | None) -> Distribution | None:
    """The file of a version that has one file, if the list shows it."""
    return listed.rows[0] if listed is not None and version.files == 1 and listed.rows else None


@require_safe
def checksums(request: PageRequest, slug: str, number: int) -> HttpResponse:
    """The checksums of a version in the format of sha256sum, to check what was downloaded."""
    found = _visible_dataset(request.actor, slug)
    version = _versions(request.actor, found).filter(number=number).prefetch_related("distributions").first()
    if version is None:
        raise NotFound(_("This version of the dataset does not exist."))
    if version.state == VersionState.WITHDRAWN:
        raise Gone(_("This version was withdrawn: %(why)s") % {"why": version.withdrawn_because})
    lines = [f"{one.sha256}  {one.name}\n" for one in version.distributions.all() if one.sha256]
    return HttpResponse("".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def committee_page(request: PageRequest, slug: str) -> HttpResponse:
    """Who decides, by which rule, how long it takes, and about which datasets."""
    committee: Any = committees.public().filter(slug=slug).annotate(asked_at=clock.sql_now()).first()
    if committee is None:
        raise NotFound(_("This committee does not exist."))
    found = search.find(filters={"committee": [slug]})
    page = search.datasets_of(row.dataset for row in found.rows[:SHOWN])
    members = committees.memberships_of(committee).select_related("person__institution")
    context = {
        "committee": committee,
        "rule_sentences": rule_sentences(committee.voting_rules),
        "has_approval_rule": queries_approval.started({committee.pk}).exists(),
        "closed": not_accepting(committee) if not committee.accepting else "",
        "deadlines": deadlines_of(committee, committee.asked_at.date()),
        "memberships": members,
        "wait": queries_waits.waits([committee.pk]).get(committee.pk),
        "cards": parts.cards(page),
        "decisions": decisions_link(committee=committee),
        "more_url": f"{reverse('catalogue')}?{urlencode({'committee': slug})}" if found.total > SHOWN else "",
    }
    return render(request, "catalogue/committee.html", context)


def _visible_dataset(person: Viewer, slug: str) -> Dataset:
    found = datasets.dataset_called(slug, person)
    if found is None:
        raise NotFound(_("This dataset does not exist, or you are not allowed to see it."))
    return found


def _versions(person: Viewer, found: Dataset) -> Any:
    return datasets.versions_visible_to(person, found).prefetch_related(None)
