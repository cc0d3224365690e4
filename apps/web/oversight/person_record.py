"""What one person holds over all datasets: for those who answer for the datasets, the person, or the portal."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_safe

from apps.access_requests.models import AccessRequest, Membership
from apps.access_requests.queries import for_datasets_managed_by
from apps.committees.models import CommitteeMember
from apps.core.errors import Denied, NotFound
from apps.datasets.models import DatasetRole
from apps.downloads.queries import links_that_open
from apps.grants.access_state import states_of_grants, states_of_requests
from apps.grants.access_state.words import said
from apps.grants.commands import end_all_access
from apps.grants.models import AccessGrant, Reach
from apps.grants.reach import can_use_registered, not_over, within_reach
from apps.identity.queries import sessions_of
from apps.people.commands.readings import record_person_read
from apps.people.models import Person, PlatformRole
from apps.people.queries import (
    institutions_signed_for,
    latest_affiliations_of,
    people_of,
    platform_roles_of,
)
from apps.tokens.models import PersonalToken, ServiceAccount
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form, writes
from apps.web.common.forms import FormRefusals
from apps.web.common.idempotency import idempotent_form
from apps.web.common.lists import ListSpec, Sort, list_page
from apps.web.common.reason_form import FullReasonForm
from apps.web.sign_in.step_up import freshly_signed_in

GRANTS = ListSpec(
    ngettext_lazy("%(total)s access grant", "%(total)s access grants", "n"), [Sort("newest", "", "-issued_at -pk")]
)
REQUESTS_SHOWN = 50


@dataclass(frozen=True)
class Sight:
    """What of a person somebody may see: everything (auditor, operator), or what concerns their datasets or people."""

    everything: bool
    audits: bool
    operates: bool
    speaks_for: bool
    grants: QuerySet[AccessGrant]
    requests: QuerySet[AccessRequest]

    @property
    def whole_person(self) -> bool:
        """Whether the reader answers for the person, and not only for datasets they use."""
        return self.everything or self.speaks_for

    @property
    def anything(self) -> bool:
        return self.everything or self.speaks_for or self.grants.exists() or self.requests.exists()


def _sight(actor: Person, person: Person) -> Sight:
    kinds = set(platform_roles_of(actor).values_list("kind", flat=True))
    everything = bool(kinds)
    grants = AccessGrant.objects.filter(holder=person)
    named = Membership.objects.filter(request=OuterRef("pk"), person=person)
    requests = AccessRequest.objects.filter(Q(applicant=person) | Exists(named), submitted_at__isnull=False)
    if not everything:
        mine = [within_reach(actor, reach).values("pk") for reach in (Reach.DATASETS, Reach.INSTITUTION)]
        grants = grants.filter(Q(pk__in=mine[0]) | Q(pk__in=mine[1]))
        requests = requests.filter(pk__in=for_datasets_managed_by(actor).values("pk"))
    speaks_for = people_of(institutions_signed_for(actor)).filter(pk=person.pk).exists()
    return Sight(
        everything=everything,
        audits=PlatformRole.Kind.AUDITOR in kinds,
        operates=PlatformRole.Kind.OPERATOR in kinds,
        speaks_for=speaks_for,
        grants=grants,
        requests=requests,
    )


def person_in_sight(request: AuthenticatedRequest, code: str) -> tuple[Person, Sight]:
    """The person with this colleague code, if the reader answers for anything of theirs."""
    person = Person.objects.select_related("institution", "merged_into").filter(code=code.upper()).first()
    sight = _sight(request.actor, person) if person is not None else None
    if person is None or sight is None or not sight.anything:
        raise NotFound(_("This person does not exist, or you are not allowed to see this page."))
    return person, sight


@writes
@require_safe
@signed_in
def person_record(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Access, requests, roles and links of one person, as far as the reader answers for them.

    Reading it with a portal role is an event.
    """
    person, sight = person_in_sight(request, code)
    if sight.everything:
        record_person_read(person, by=request.actor)
    page = list_page(request, GRANTS, sight.grants.select_related("dataset", "agreement__item__request"))
    states = states_of_grants(request.actor, page.rows)
    requests = list(sight.requests.order_by("-submitted_at", "-pk")[: REQUESTS_SHOWN + 1])
    progress = states_of_requests(person, requests[:REQUESTS_SHOWN])
    context = {
        "person": person,
        "sight": sight,
        "list": page,
        "grants": [{"grant": one, "said": said(states[one.pk]), "state": states[one.pk]} for one in page.rows],
        "requests": [{"request": one, "said": said(progress[one.pk])} for one in requests[:REQUESTS_SHOWN]],
        "more_requests": len(requests) > REQUESTS_SHOWN,
        "links": links_that_open(person).filter(grant__in=sight.grants.values("pk")).count(),
        "endings": _endings(request.actor, person),
        "registered": sight.whole_person and person.pk in can_use_registered([person.pk]),
        "can_close": sight.operates and person.is_active and person.pk != request.actor.pk,
        **_roles(person, sight),
    }
    return render(request, "oversight/person.html", context)


def _roles(person: Person, sight: Sight) -> dict[str, Any]:
    """Affiliations for those who speak for the institution; with everything, also every role on the portal, and how
    many sessions and tokens are active.
    """
    found: dict[str, Any] = {}
    if sight.whole_person:
        found["affiliations"] = latest_affiliations_of(person)
    if sight.everything:
        found["platform_roles"] = platform_roles_of(person)
        found["memberships"] = CommitteeMember.objects.active().filter(person=person).select_related("committee")
        rows = DatasetRole.objects.filter(user=person).select_related("content_object", "permission")
        found["dataset_roles"] = rows.order_by("content_object__title", "pk")
        found["institutions"] = institutions_signed_for(person)
        found["tokens"] = PersonalToken.objects.alive().filter(person=person).count()
        found["service_accounts"] = ServiceAccount.objects.alive().filter(owner=person).count()
        found["sessions"] = sessions_of(person).count()
    return found


def _endings(actor: Person, person: Person) -> list[dict[str, Any]]:
    """In which capacities the reader can end access of this person now, and how many accesses that would be."""
    counts = [(reach, not_over(within_reach(actor, reach).filter(holder=person)).count()) for reach in Reach]
    mine = person.pk == actor.pk
    return [{"reach": reach, "count": count} for reach, count in counts if count and not mine]


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def person_end_access(request: AuthenticatedRequest, code: str, reach: str) -> HttpResponse:
    """A page that says what ends and what remains and asks why; then all of it ends."""
    person, sight = person_in_sight(request, code)
    ending = list(
        not_over(within_reach(request.actor, reach).filter(holder=person)).select_related(
            "dataset", "agreement__item__request"
        )
    )
    if not ending or person.pk == request.actor.pk:
        raise Denied(_("This person has no access that you can end."))
    form = FullReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            ended = end_all_access(person, reach=reach, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _done(len(ended), not_over(sight.grants).count()))
            return redirect("person_record", code=person.code)
    ids = [grant.pk for grant in ending]
    colleagues = not_over(
        AccessGrant.objects.filter(agreement__in=[grant.agreement_id for grant in ending]).exclude(holder=person)
    )
    context = {
        "person": person, "form": form, "reach": Reach(reach), "ending": ending,
        "links": links_that_open(person).filter(grant__in=ids).count(),
        "remaining": not_over(sight.grants.exclude(pk__in=ids)).select_related("dataset"),
        "colleagues": colleagues.values("holder").distinct().count(),
    }  # fmt: skip
    return render(request, "oversight/end_access.html", context, status=422 if form.errors else 200)


def _done(ended: int, remaining: int) -> str:
    """What happened, and what remains as far as the reader can see."""
    done = ngettext("%(n)s access grant was ended.", "%(n)s access grants were ended.", ended) % {"n": ended}
    if not remaining:
        return done
    left = ngettext(
        "%(n)s other access grant that you can see remains.",
        "%(n)s other access grants that you can see remain.",
        remaining,
    )
    return f"{done} {left % {'n': remaining}}"
