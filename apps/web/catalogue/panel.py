"""The panel "Your access" of a dataset's page: the access state, and what goes with it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access_requests import queries as requests
from apps.access_requests import queries_waits
from apps.access_requests.rules import not_accepting
from apps.access_requests.states import EDITABLE
from apps.core.actors import Viewer
from apps.datasets.models import Dataset
from apps.datasets.states import VersionState
from apps.grants.access_state import AccessState, Action, Do, State
from apps.grants.access_state.words import day
from apps.people.models import Person
from apps.people.queries import current_affiliation_of
from apps.web.common.actions import Place
from apps.web.common.clock_rows import period_of
from apps.web.common.state_presenters import action, shown, shown_all, with_one_file

BEFORE_REQUEST = (State.NONE, State.SIGN_IN_NEEDED, State.AFFILIATION_NEEDED)


def panel(
    person: Viewer, dataset: Dataset, state: AccessState, version: Any, wait: queries_waits.Wait | None, only: Any
) -> dict[str, Any]:
    """The state in words with the page's own parts: further actions, what the person needs, the usual time.

    `version` is one of `sized_versions`, or None if no version is shown; `only` is its file if it has one.
    """
    files = version.files if version is not None and version.state != VersionState.WITHDRAWN else 0
    asked = dataset.access == Dataset.Access.CONTROLLED and state.state in BEFORE_REQUEST
    return with_one_file(shown(state), state, only) | {
        "also": [one for one in shown_all(state.also) if one["state"].request is not None],
        "links": _links(person, state, dataset),
        "closed": _not_accepting(dataset) if state.is_closed else "",
        "needs": _needs(person, dataset, state) if state.state in BEFORE_REQUEST else [],
        "wait": wait if asked else None,
        "committee": dataset.committee if asked else None,
        "target": period_of(dataset.committee) if asked and dataset.committee is not None else "",
        "longest": dataset.longest_grant_days if asked else None,
        "continues": state.state == State.SIGN_IN_NEEDED,
        "files": files,
        "bytes": version.bytes if files else 0,
    }


def _links(person: Viewer, state: AccessState, dataset: Dataset) -> list[dict[str, Any]]:
    """The further actions, as links below the button."""
    links = []
    if state.state == State.ACTIVE and state.action is not None and state.action.code == Do.RENEW:
        links.append(action(Do.DOWNLOAD, state.grant))
    if state.grant is not None and (state.action is None or state.action.code != Do.VIEW_ACCESS):
        links.append(action(Do.VIEW_ACCESS, state.grant))
    elif state.is_closed and state.request is not None and state.action != Action(Do.VIEW_REQUEST, state.request):
        links.append(action(Do.VIEW_REQUEST, state.request))
    if state.state == State.NONE and _has_draft(person):
        begin = Place(reverse("request_begin", args=[dataset.slug]))
        links.append({"label": _("Add to a draft you have started"), "place": begin})
    if state.state == State.AFFILIATION_NEEDED and dataset.access == Dataset.Access.CONTROLLED:
        links.append(action(Do.REQUEST_ACCESS, dataset))
    return links


def _not_accepting(dataset: Dataset) -> str:
    """Why no new request can follow one that is over, if the committee accepts none."""
    committee = dataset.committee
    return not_accepting(committee) if committee is not None and not committee.accepting else ""


def _has_draft(person: Viewer) -> bool:
    return (
        isinstance(person, Person) and requests.of_person(person).filter(applicant=person, state__in=EDITABLE).exists()
    )


def _needs(person: Viewer, dataset: Dataset, state: AccessState) -> list[dict[str, Any]]:
    """What access needs, each with whether this person has it: True, False, or None (not known before sign-in)."""
    if dataset.access == Dataset.Access.OPEN:
        return []
    someone = person if isinstance(person, Person) else None
    affiliation = current_affiliation_of(someone) if someone is not None else None
    until = _("%(institution)s, until %(day)s")
    needs = [
        {
            "ok": affiliation is not None if someone is not None else None,
            "label": _("Verified affiliation"),
            "note": until % {"institution": affiliation.institution, "day": day(affiliation.valid_until)}
            if affiliation is not None
            else _("A signing official of your institution must confirm it.")
            if state.cause in {"ended", "lapsed"}
            else _("Your institution confirms it when you sign in."),
        }
    ]
    if dataset.requires_second_factor:
        strong = someone is not None and someone.second_factor is True
        note = _("Used in this session") if strong else _("For example a code or a security key, at sign-in")
        needs.append({"ok": strong if someone is not None else None, "label": _("Second factor"), "note": note})
    return needs
