"""Where each next action of an access state is done: one table for pages, lists, e-mails and links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.grants.access_state.kinds import Action, Do


@dataclass(frozen=True)
class Place:
    """An address to open; or, with `post`, to which a form with these `fields` is sent."""

    href: str
    post: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


def _dataset(one: Any) -> str:
    return reverse("dataset", args=[one.slug])


def _sign_in_for(path: str, *, factor: bool = False) -> Place:
    """Where signing in starts, and where it comes back to; with `factor`, two factors are asked for."""
    asked = {"next": path} | ({"factor": "1"} if factor else {})
    return Place(f"{reverse('oidc_authentication_init')}?{urlencode(asked)}")


def _signing_in(one: Any) -> Place:
    return _sign_in_for(_dataset(one))


def _begin(one: Any) -> str:
    """The page on which a request for this dataset is begun: signing in comes back to it."""
    return reverse("request_begin", args=[one.slug])


def _new_request(one: Any) -> Place:
    return Place(reverse("request_new"), post=True, fields={"dataset": one.slug})


def _copy(one: Any) -> Place:
    """A new draft that starts with what this request says."""
    return Place(reverse("request_copy", args=[one.pk]), post=True)


def _revision(one: Any) -> Place:
    """A new draft that starts with what this denied request says, and is linked to it."""
    return Place(reverse("request_revise", args=[one.pk]), post=True)


def _files(one: Any) -> Place:
    """The files of a grant are on its own page, those of other datasets on the page of the dataset."""
    if one._meta.model_name == "accessgrant":
        return Place(reverse("grant_page", args=[one.pk]) + "#files")
    return Place(_dataset(one) + "#files")


def _page(name: str) -> Callable[[Any], Place]:
    return lambda one: Place(reverse(name, args=[one.pk]))


PLACES: Mapping[Do, Callable[[Any], Place]] = {
    Do.SIGN_IN: _signing_in,
    Do.SIGN_IN_TO_REQUEST: lambda one: _sign_in_for(_begin(one)),
    Do.SECOND_FACTOR: lambda one: _sign_in_for(_dataset(one), factor=True),
    Do.SIGN_IN_AGAIN: _signing_in,
    Do.ASK_OFFICIAL: lambda _one: Place(reverse("account") + "#affiliations"),
    Do.ACCEPT_TERMS: lambda one: Place(f"{reverse('terms')}?next={_dataset(one)}"),
    Do.REQUEST_ACCESS: _new_request,
    Do.REQUEST_AGAIN: _copy,
    Do.REVISE: _revision,
    Do.RENEW: _copy,
    Do.CONTINUE_DRAFT: _page("request_edit"),
    Do.ANSWER: lambda one: Place(reverse("request_page", args=[one.pk]) + "#questions"),
    Do.MEET_CONDITIONS: lambda one: Place(reverse("request_page", args=[one.pk]) + "#conditions"),
    Do.VIEW_REQUEST: _page("request_page"),
    Do.SIGN: _page("agreement_page"),
    Do.COUNTERSIGN: _page("agreement_page"),
    Do.VIEW_AGREEMENT: _page("agreement_page"),
    Do.DOWNLOAD: _files,
    Do.VIEW_ACCESS: _page("grant_page"),
    Do.VIEW_CURRENT: lambda one: Place(reverse("dataset_version", args=[one.dataset.slug, one.number])),
    Do.VIEW_COMMITTEE: lambda one: Place(reverse("committee_page", args=[one.slug])),
    Do.WHY: lambda one: Place(reverse("your_access", args=[one.slug])),
}


def place_of(action: Action | None) -> Place | None:
    """The place of this action; None without one."""
    return PLACES[action.code](action.on) if action is not None else None


def href_of(action: Action | None) -> str:
    """The address as a link, for e-mails and lists: what a form must send is begun on the page it is about."""
    place = place_of(action)
    if place is None or action is None:
        return ""
    if not place.post:
        return place.href
    return _begin(action.on) if action.code == Do.REQUEST_ACCESS else reverse("request_page", args=[action.on.pk])
