"""Who could download a dataset at a moment, through what, and who could not and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.audit.queries import counted
from apps.core.actors import ANONYMOUS
from apps.datasets.models import Dataset, Version
from apps.grants.explanations import explain
from apps.grants.models import AccessGrant
from apps.grants.queries import FOLLOWS, Fact, Verdict, verdicts, why
from apps.people.commands.readings import record_access_check, record_export
from apps.people.models import Person, TermsAcceptance
from apps.people.rules import check_auditor
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.csv_export import MOST_ROWS, csv_response
from apps.web.common.decorators import writes
from apps.web.common.lists import EXPORT
from apps.web.oversight.forms import AccessAtForm
from apps.web.oversight.lookup import Found, dataset_meant, person_meant

LIST = "access_at_moment"
SHOWN = 200
DOWNLOAD = "download.started"


@dataclass(frozen=True)
class Answer:
    """One person at the moment: whether they could download, through which grant, and if not, why not."""

    person: Person
    allowed: bool
    grant: AccessGrant | None
    reasons: list[str]
    downloads: int


@writes
@require_safe
@signed_in
def access_at(request: AuthenticatedRequest) -> HttpResponseBase:
    """The answer for everybody who had or has anything to do with the dataset, or for one person."""
    check_auditor(request.actor)
    form = AccessAtForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        at = form.cleaned_data["at"]
        dataset, person = dataset_meant(form.cleaned_data["dataset"]), _person(form.cleaned_data["person"])
        context |= {"at": at, "dataset": dataset, "person": person, "offered": _offered(dataset, person)}
        context["unclear"] = _unclear(request, dataset, person)
        if dataset.dataset is not None and (person is None or person.person is not None):
            someone = person.person if person is not None else None
            record_access_check(someone, dataset=dataset.dataset, at=at, by=request.actor)
            version, people = _version(dataset.dataset, at), _people(dataset.dataset, someone, at)
            if request.GET.get(EXPORT) == "csv" and version is not None:
                record_export(LIST, rows=min(people.count(), MOST_ROWS), by=request.actor)
                return csv_response("access", COLUMNS, people, present=lambda part: answers(part, version, at))
            context |= _found(dataset.dataset, version, people, at)
    return render(request, "oversight/access_at.html", context, status=422 if form.errors else 200)


def _person(words: str) -> Found | None:
    return person_meant(words) if words else None


def _offered(dataset: Found, person: Found | None) -> dict[str, Any]:
    """What the words may mean, when they do not name exactly one dataset or person."""
    return {
        "dataset": dataset.choices if dataset.dataset is None else (),
        "person": person.choices if person is not None and person.person is None else (),
    }


def _unclear(request: AuthenticatedRequest, dataset: Found, person: Found | None) -> list[dict[str, Any]]:
    """The words that name nothing or several things, each with the links that ask about exactly one of them."""
    found = [("dataset", dataset, dataset.dataset)] + ([("person", person, person.person)] if person else [])
    return [
        {
            "name": name, "words": request.GET.get(name, ""), "several": bool(meant.choices),
            "offered": [{"one": one, "url": _asking_about(request, name, one.value)} for one in meant.choices],
        }
        for name, meant, one in found if one is None
    ]  # fmt: skip


def _asking_about(request: AuthenticatedRequest, name: str, value: str) -> str:
    params = request.GET.copy()
    params[name] = value
    return f"?{params.urlencode()}"


def _version(dataset: Dataset, at: datetime) -> Version | None:
    """The version that counted at the moment: the newest one published by then and not withdrawn, else the newest."""
    published = Version.objects.filter(dataset=dataset, published_at__lte=at).select_related("dataset")
    there = published.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at))
    return there.order_by("-number").first() or published.order_by("-number").first()


def _people(dataset: Dataset, person: Person | None, at: datetime) -> QuerySet[Person]:
    """The one person, or everybody to whom the dataset was given by then: by a grant, or by accepting the terms."""
    people = Person.objects.select_related("institution").order_by("name", "pk")
    if person is not None:
        return people.filter(pk=person.pk)
    if dataset.access == Dataset.Access.REGISTERED:
        return people.filter(pk__in=TermsAcceptance.objects.filter(accepted_at__lte=at).values("person"))
    return people.filter(pk__in=AccessGrant.objects.filter(dataset=dataset, issued_at__lte=at).values("holder"))


def _found(dataset: Dataset, version: Version | None, people: QuerySet[Person], at: datetime) -> dict[str, Any]:
    shown = list(people[: SHOWN + 1])
    rows = list(answers(shown[:SHOWN], version, at)) if version is not None else []
    rows.sort(key=lambda one: not one.allowed)
    return {
        "answered": True,
        "version": version,
        "rows": rows,
        "could": sum(one.allowed for one in rows),
        "more": len(shown) > SHOWN,
        **(_for_everyone(version, at) if dataset.access == Dataset.Access.OPEN else {}),
    }


def _for_everyone(version: Version | None, at: datetime) -> dict[str, Any]:
    """Whether visitors could download data with open access, and if not, why not."""
    if version is None:
        return {"is_open": True}
    verdict = why(ANONYMOUS, version, at)
    return {"is_open": True, "everyone": verdict.allowed, "everyone_reasons": _reasons(verdict)}


def answers(people: Sequence[Person], version: Version | None, at: datetime) -> Iterator[Answer]:
    """The answer for each of these people, by the access rule itself; statements for 50 people at a time."""
    if version is None:
        return
    found = verdicts([person.pk for person in people], version, at)
    grants = [verdict.grant.pk for verdict in found.values() if verdict.grant is not None]
    downloads = counted(DOWNLOAD, grants, before=at)
    for person in people:
        verdict = found[person.pk]
        grant = verdict.grant
        number = downloads[grant.pk] if grant is not None else 0
        yield Answer(person, verdict.allowed, grant, _reasons(verdict), number)


def _reasons(verdict: Verdict) -> list[str]:
    """The sentences of the conditions that were not met; a grant's own conditions stand for "no active grant"."""
    facts: list[Fact] = []
    for fact in verdict.facts:
        own = fact.part == "entitled" and verdict.grant is not None
        facts += [*verdict.grant_facts] if own and not fact.holds else [fact]
    missing = [fact for fact in facts if not fact.holds and fact.cause != FOLLOWS]
    return list(dict.fromkeys(explain(fact, verdict).sentence for fact in missing))


def _request_of(answer: Answer) -> str:
    return answer.grant.agreement.item.request.reference if answer.grant is not None else ""


COLUMNS: list[tuple[Any, Any]] = [
    (_("Person"), lambda one: str(one.person)),
    (_("Colleague code"), lambda one: one.person.code),
    (_("Institution"), lambda one: str(one.person.institution or "")),
    (_("Could download"), lambda one: one.allowed),
    (_("Reasons"), lambda one: one.reasons),
    (_("Request"), _request_of),
    (_("Agreement"), lambda one: one.grant.agreement.reference if one.grant is not None else ""),
    (_("From"), lambda one: one.grant.starts_at if one.grant is not None else None),
    (_("Last day"), lambda one: one.grant.last_day if one.grant is not None else None),
    (_("Downloads before this time"), lambda one: one.downloads),
]
