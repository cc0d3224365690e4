"""Why can I (not) download this? Each part of the access rule with its fact, now or at a past moment."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.actors import Viewer, actor_of
from apps.core.errors import Denied, NotFound
from apps.datasets import queries as datasets
from apps.datasets.models import Dataset, Version
from apps.grants import explanations
from apps.grants import queries as grants
from apps.grants.access_state import access_state
from apps.people.commands.readings import record_access_check
from apps.people.models import Person
from apps.people.queries import colleagues_by_code
from apps.web.catalogue import access_presenters
from apps.web.catalogue.forms import WhyForm
from apps.web.common.actor import PageRequest
from apps.web.common.auth import sign_in_address
from apps.web.common.decorators import writes


@writes
@require_safe
def your_access(request: PageRequest, slug: str) -> HttpResponse:
    """The whole checklist for the version that counts today; managers may ask for somebody else."""
    dataset = datasets.visible_to(request.actor).select_related("committee").filter(slug=slug).first()
    if dataset is None:
        raise NotFound(_("This dataset does not exist, or you are not allowed to see it."))
    form, manages = WhyForm(request.GET or None), _manages(request.actor, dataset)
    if not manages:
        del form.fields["person"]
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    person = _asked_person(form, request, asked.get("person", ""), manages)
    at = _moment(form, asked.get("at"))
    version = _version(request.actor, dataset)
    context: dict[str, Any] = {
        "dataset": dataset, "version": version, "form": form, "at": at,
        "somebody": person if person is not request.actor else None,
    }  # fmt: skip
    if version is not None and not form.errors:
        if person is not request.actor:
            record_access_check(person, dataset=dataset, at=at, by=actor_of(request.actor))
        verdict = grants.why(person, version, at)
        state = access_state(person, dataset) if person is request.actor and at is None else None
        links = _links(person, request.path, own=person is request.actor)
        checks = access_presenters.checks(verdict, links, state)
        why_not = " ".join(check["fact"] for check in checks if not check["ok"] and not check["follows"])
        context |= {"verdict": verdict, "checks": checks, "why_not": why_not}
    return render(request, "catalogue/your_access.html", context, status=422 if form.errors else 200)


def _links(person: Viewer, path: str, *, own: bool) -> dict[str, str]:
    """Where each next action is done. A sign-in helps a visitor, a second factor somebody who is signed in; whom to
    ask about an affiliation is on one's own account page.
    """
    signing_in = (
        {explanations.SECOND_FACTOR: sign_in_address(path, factor=True)}
        if isinstance(person, Person)
        else {explanations.SIGN_IN: sign_in_address(path)}
    )
    asking = {explanations.ASK_OFFICIAL: reverse("account") + "#affiliations"} if own else {}
    return signing_in | asking | {explanations.ACCEPT_TERMS: f"{reverse('terms')}?next={path}"}


def _manages(person: Viewer, dataset: Dataset) -> bool:
    return isinstance(person, Person) and datasets.managed_by(person).filter(pk=dataset.pk).exists()


def _asked_person(form: WhyForm, request: PageRequest, code: str, manages: bool) -> Any:
    """Who is asked about: the visitor, or a colleague by code if the visitor manages the dataset."""
    if request.GET.get("person") and not manages:
        raise Denied(_("Only a dataset owner or a data steward can check the access of another person."))
    if not code:
        return request.actor
    found: Person | None = colleagues_by_code([code.strip().upper()]).first()
    if found is None:
        form.add_error("person", _("No colleague has this code. Check the code and try again."))
    return found


def _moment(form: WhyForm, at: datetime | None) -> datetime | None:
    if at is not None and at > clock.now():
        form.add_error("at", _("This time is in the future. Enter the current time or an earlier one."))
        return None
    return at


def _version(person: Viewer, dataset: Dataset) -> Version | None:
    """The version that counts today; else the newest one the visitor may know of (withdrawn, say)."""
    current = datasets.current_version(dataset)
    return current or datasets.versions_visible_to(person, dataset).prefetch_related(None).first()
