"""A file, and the links to it: made here, shown once, ended here."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.actors import Viewer, actor_of
from apps.core.errors import Denied, Gone, NeedsSecondFactor, NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Distribution
from apps.datasets.states import VersionState
from apps.downloads import commands, queries
from apps.grants.queries import files_of, lacks_only_second_factor
from apps.web.access import download_commands as lines
from apps.web.common.actor import AuthenticatedRequest, PageRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form, shown_once_response
from apps.web.common.saved_forms import forget_saved_form
from apps.web.sign_in.step_up import second_factor_first


@require_page_or_form
@idempotent_form
def file_page(request: PageRequest, pk: UUID) -> HttpResponse:
    """One file; a POST makes a link and shows it in the answer itself, because nothing else keeps its secret.

    With `start`, the page that answers starts the download by itself.
    """
    file = _find(request.actor, pk)
    if request.method != "POST":
        return _page(request, file)
    by = actor_of(request.actor)
    try:
        link, token = commands.make_link(file, by=by)
    except NeedsSecondFactor as refusal:
        return second_factor_first(request, refusal)
    except Denied as refusal:
        return _page(request, file, refused=str(refusal.sentence), status=refusal.status)
    forget_saved_form(request)
    more: dict[str, Any] = {
        "link": link,
        "address": queries.address_of_link(file, token),
        "starts": "start" in request.POST,
    }
    return shown_once_response(_page(request, file, **more))


def _find(person: Viewer, pk: UUID) -> Distribution:
    file = datasets.files_visible_to(person).filter(pk=pk).first()
    if file is None:
        raise NotFound(_("This file does not exist, or you are not allowed to see it."))
    if file.version.state == VersionState.WITHDRAWN:
        raise Gone(_("This version was withdrawn: %(why)s") % {"why": file.version.withdrawn_because})
    return file


def _page(request: PageRequest, file: Distribution, *, status: int = 200, **more: Any) -> HttpResponse:
    version = file.version
    one = files_of(version, request.actor).filter(pk=file.pk).first()
    mine = queries.every_link_of(request.actor) if request.actor.is_authenticated else None
    alive = mine.filter(distribution=file, opens=True) if mine is not None else []
    may = bool(getattr(one, "may_download", False))
    context: dict[str, Any] = {
        "file": file,
        "version": version,
        "dataset": version.dataset,
        "may": may,
        "factor_missing": not may and lacks_only_second_factor(request.actor, file.pk),
        "links": alive,
        **more,
    }
    if "address" in more:
        context["commands"] = lines.commands(file, more["address"])
    return render(request, "access/file.html", context, status=status)


@require_POST
@signed_in
@idempotent_form
def link_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The link opens nothing any more."""
    link = queries.links_of(request.actor).filter(pk=pk).first()
    if link is None:
        raise NotFound(_("This link does not exist, or it has already ended."))
    commands.end_link(link, by=request.actor)
    messages.success(request, _("The download link was ended and no longer works."))
    return HttpResponseRedirect(reverse("my_links"))
