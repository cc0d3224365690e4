"""Download links: the list of those a person created, which of them work now, and why the others do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_safe

from apps.downloads.models import DownloadLink
from apps.downloads.queries import every_link_of
from apps.grants.access_state import access_states, states_of_grants
from apps.people.models import Person
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.list_filters import Choice, DateRange, Option, Search, columns
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.common.state_presenters import shown

LIST = ListSpec(
    noun=ngettext_lazy("%(total)s link", "%(total)s links", "n"),
    sorts=(
        Sort("newest", _lazy("Newest first"), "-made_at -pk"),
        Sort("end", _lazy("First to expire"), "expires_at pk"),
        Sort("file", _lazy("File"), "file pk", {"file": Lower("distribution__name")}),
    ),
    filters=(
        Choice("show", _lazy("Status"), tabs=True, options=[
            Option("working", _lazy("Works"), Q(opens=True)),
            Option("refused", _lazy("Does not work"), Q(is_living=True, opens=False)),
            Option("over", _lazy("Expired or ended"), Q(is_living=False)),
        ]),
        Search(_lazy("File or dataset"), columns("distribution__name", "distribution__version__dataset__title")),
        DateRange("made", _lazy("Created"), "made_at"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One link; `why` is the state or the sentence that says why it does not work now."""

    link: DownloadLink
    why: str
    shown: dict[str, Any] | None


@require_safe
@signed_in
def my_links(request: AuthenticatedRequest) -> HttpResponse:
    """The links the person created: those that work, those that are refused now and why, and those that are over."""
    person = request.actor
    page = list_page(request, LIST, every_link_of(person))
    return render(request, "access/links.html", {"list": page, "rows": rows_of(person, page.rows)})


def rows_of(person: Person, part: Iterable[Any]) -> list[Row]:
    """The rows of these links; the number of statements does not depend on how many."""
    part = list(part)
    refused = [one for one in part if one.is_living and not one.opens]
    grants = states_of_grants(person, [one.grant for one in refused if one.grant_id]) if refused else {}
    others = [one.distribution.version.dataset for one in refused if not one.grant_id]
    datasets = access_states(person, others) if others else {}
    rows = []
    for one in part:
        state = None
        if one.is_living and not one.opens:
            state = grants.get(one.grant_id) or datasets.get(one.distribution.version.dataset_id)
        rows.append(Row(one, _why(one, person, state), shown(state) if state is not None else None))
    return rows


def _why(link: Any, person: Person, state: Any) -> str:
    """A sentence for what no access state says; empty if the state says it."""
    if link.ended_at is not None:
        return _("You ended this link.")
    if not link.is_living:
        return _("This link has expired.")
    if link.opens:
        return ""
    if person.signed_out_at is not None:
        return _("You signed out at your institution. The link works again after you sign in.")
    if state is not None and not state.gives_access:
        return ""
    return _("A condition for this link is no longer met. Create a new link.")
