"""Whom an event concerns, and what each of them is told. Asked of the course's own sets; nothing is changed here."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.access_requests import queries as requests
from apps.access_requests.models import AccessRequest, Item
from apps.agreements.models import Agreement, Signature
from apps.audit.models import Event
from apps.audit.record import Kind
from apps.committees.models import Committee
from apps.committees.queries import memberships_of
from apps.datasets.models import Dataset, Version
from apps.datasets.queries import owners_of, stewards_of
from apps.grants.models import AccessGrant, Suspension
from apps.notifications import affiliations, break_glass
from apps.notifications.alerts import ALERTS
from apps.notifications.notes import (
    Note,
    Notes,
    actor_of,
    platform_role_gained,
    platform_role_lost,
    seat_ended,
    seat_given,
    subject_of,
)
from apps.notifications.wording import ROLES
from apps.people.models import Institution, Person, PlatformRole
from apps.people.queries import people_with_platform_role
from apps.tokens.models import PersonalToken

WITHOUT_SUBJECT = {Kind.BREAK_GLASS_REFUSED, Kind.LINKS_GUESSED}


def notes_about(event: Event) -> list[Note]:
    """Who is told what about this event: everyone at most once, and only people whose account is active."""
    about = TELLERS.get(Kind(event.kind))
    notes: dict[UUID, Note] = {}
    told = about is not None and (event.subject_id is not None or event.kind in WITHOUT_SUBJECT)
    for note in about(event) if about is not None and told else ():
        if note.reader.is_active:
            notes.setdefault(note.reader.pk, note)
    return list(notes.values())


def _version_published(event: Event) -> Notes:
    """Holders hear of it when its files may leave; under an embargo only those who manage the dataset do."""
    version, facts, path = _version(event)
    if Version.objects.out().filter(pk=version.pk).exists():
        for holder in _holders(version.dataset):
            yield Note(holder, "version_published.holder", path, facts)
    actor = actor_of(event)
    for manager in (*owners_of(version.dataset), *stewards_of(version.dataset)):
        yield Note(manager, "version_published.manager", path, facts | {"actor": actor})


def _version_withdrawn(event: Event) -> Notes:
    version, facts, path = _version(event)
    for holder in _holders(version.dataset):
        yield Note(holder, "version_withdrawn.holder", path, facts, version.withdrawn_because)


def _version(event: Event) -> tuple[Version, dict[str, Any], str]:
    version = Version.objects.select_related("dataset").get(pk=subject_of(event))
    facts = {"dataset": version.dataset.title, "number": version.number}
    return version, facts, reverse("dataset", args=[version.dataset.slug])


def _holders(dataset: Dataset) -> Iterable[Person]:
    """Everyone whose grant on the dataset is in force now."""
    return Person.objects.filter(pk__in=AccessGrant.objects.active().filter(dataset=dataset).values("holder_id"))


def _request_submitted(event: Event) -> Notes:
    request, facts = _request(event)
    page, case = reverse("request_page", args=[request.pk]), reverse("case", args=[request.pk])
    number = int(event.facts.get("round", 1))
    facts, again = facts | {"round": number}, "" if number == 1 else "_again"
    yield Note(request.applicant, f"request_submitted.applicant{again}", page, facts)
    for member in _bench(request):
        yield Note(member, f"request_submitted.committee{again}", case, facts)
    if number == 1:
        for person in requests.people_of(request):
            yield Note(person, "request_submitted.member", page, facts)


def _request_returned(event: Event) -> Notes:
    request, facts = _request(event)
    asked = request.questions.filter(round__number=event.facts.get("round")).order_by("-asked_at").first()
    page = reverse("request_page", args=[request.pk])
    yield Note(request.applicant, "request_returned.applicant", page, facts, asked.text if asked else "")


def _request_withdrawn(event: Event) -> Notes:
    """A draft that nobody else has seen is withdrawn without a letter."""
    request, facts = _request(event)
    if request.submitted_at is None:
        return
    for member in _bench(request):
        yield Note(member, "request_withdrawn.committee", reverse("case", args=[request.pk]), facts)
    for person in requests.people_of(request).exclude(pk=request.applicant_id):
        yield Note(person, "request_withdrawn.member", reverse("request_page", args=[request.pk]), facts)


def _request(event: Event) -> tuple[AccessRequest, dict[str, Any]]:
    request = AccessRequest.objects.select_related("applicant__institution").get(pk=subject_of(event))
    items = list(request.items.select_related("dataset", "committee").order_by("dataset__title"))
    return request, {
        "reference": request.reference,
        "title": request.title,
        "applicant": request.applicant.name,
        "institution": request.applicant.institution or "–",
        "datasets": ", ".join(f"“{item.dataset.title}”" for item in items),
        "committees": ", ".join(dict.fromkeys(item.committee.name for item in items)),
        "days": max((item.committee.review_days for item in items), default=0),
    }


def _bench(request: AccessRequest) -> Iterator[Person]:
    """Everyone seated for one of the request's datasets who may decide on it."""
    for item in request.items.select_related("committee", "request"):
        yield from (seat.person for seat in requests.eligible_voters(item))


def _quorum_missing(event: Event) -> Notes:
    """The chair who may seat others; the operators where the chair is empty or has a part in the request."""
    request, facts = _request(event)
    committee = Committee.objects.get(pk__in=event.about)
    facts |= {"committee": committee.name, "left": event.facts["left"], "quorum": event.facts["quorum"]}
    part_of_it = requests.people_of(request).values("pk")
    chairs = [seat.person for seat in memberships_of(committee).filter(is_chair=True).exclude(person__in=part_of_it)]
    for chair in chairs:
        yield Note(chair, "quorum_missing.chair", reverse("committee_manage", args=[committee.slug]), facts)
    for operator in () if chairs else people_with_platform_role(PlatformRole.Kind.OPERATOR):
        yield Note(operator, "quorum_missing.operator", reverse("committee_page", args=[committee.slug]), facts)


def _item_decided(event: Event) -> Notes:
    item = Item.objects.select_related("request", "dataset", "committee").get(pk=subject_of(event))
    facts = {
        "reference": item.request.reference,
        "title": item.request.title,
        "dataset": item.dataset.title,
        "committee": item.committee.name,
    }
    said = "\n\n".join(part for part in (item.reason, item.terms) if part)
    for person in requests.people_of(item.request):
        path = reverse("request_page", args=[item.request_id])
        yield Note(person, f"item_decided.{item.state}", path, facts, said)


def _agreement_offered(event: Event) -> Notes:
    agreement, facts, path = _agreement(event)
    for person in requests.people_of(agreement.item.request):
        yield Note(person, "agreement_offered.party", path, facts)


def _agreement_signed(event: Event) -> Notes:
    """The applicant's signature calls the owners; the others' follow in the letter about the access itself."""
    if event.facts.get("capacity") != Signature.Capacity.APPLICANT:
        return
    agreement, facts, path = _agreement(event)
    place = agreement.item.request.applicant.institution or "–"
    for owner in owners_of(agreement.item.dataset):
        yield Note(owner, "agreement_signed.owner", path, facts | {"institution": place})


def _agreement_terminated(event: Event) -> Notes:
    """Everyone who was to sign or has signed, except the one who did it."""
    agreement, facts, path = _agreement(event)
    signed = Person.objects.filter(pk__in=agreement.signatures.values("signer_id"))
    for person in (*requests.people_of(agreement.item.request), *signed):
        if person.pk != event.actor_id:
            yield Note(person, "agreement_terminated.party", path, facts, agreement.ended_because)


def _agreement(event: Event) -> tuple[Agreement, dict[str, Any], str]:
    fetched = Agreement.objects.select_related("item__dataset", "item__request__applicant__institution")
    agreement = fetched.get(pk=subject_of(event))
    facts = {"reference": agreement.reference, "dataset": agreement.item.dataset.title, "actor": actor_of(event)}
    return agreement, facts, reverse("agreement_page", args=[agreement.pk])


def _grant_issued(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    yield Note(grant.holder, "grant_issued.holder", path, facts)


def _grant_revoked(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    if event.actor_id != grant.holder_id:
        yield Note(grant.holder, "grant_revoked.holder", path, facts, grant.revoked_because)
        return
    yield Note(grant.holder, "grant_revoked.giver", path, facts, grant.revoked_because)
    uses = reverse("dataset_users", args=[grant.dataset.slug])
    for owner in owners_of(grant.dataset):
        yield Note(owner, "grant_revoked.owner", uses, facts, grant.revoked_because)


def _grant_suspended(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    pause = Suspension.objects.filter(grant=grant, starts_at__lte=event.at).order_by("-starts_at").first()
    yield Note(grant.holder, "grant_suspended.holder", path, facts, pause.reason if pause else "")


def _grant_resumed(event: Event) -> Notes:
    grant, facts, path = _grant(event)
    yield Note(grant.holder, "grant_resumed.holder", path, facts)


def _grant(event: Event) -> tuple[AccessGrant, dict[str, Any], str]:
    grant = AccessGrant.objects.select_related("dataset", "holder", "agreement").get(pk=subject_of(event))
    facts = {
        "dataset": grant.dataset.title,
        "holder": grant.holder.name,
        "starts": grant.starts_at,
        "ends": grant.ends_at,
        "reference": grant.agreement.reference,
        "actor": actor_of(event),
    }
    return grant, facts, reverse("grant_page", args=[grant.pk])


def _role_given(event: Event) -> Notes:
    """A role somebody was given; who took it themselves (by drafting a dataset) needs no letter."""
    dataset = Dataset.objects.filter(pk=subject_of(event)).first()
    if dataset is None:
        yield from _appointed(event)
        return
    facts = {"dataset": dataset.title, "role": ROLES.get(event.facts.get("role"), "–"), "actor": actor_of(event)}
    path = reverse("managed_dataset", args=[dataset.slug])
    for person in Person.objects.filter(pk__in=event.about):
        if person.pk != event.actor_id:
            yield Note(person, "role_given.dataset", path, facts)


def _appointed(event: Event) -> Notes:
    person = Person.objects.filter(pk=subject_of(event)).first()
    institution = Institution.objects.filter(pk__in=event.about).first()
    if person is not None and institution is not None:
        facts = {"institution": institution.name}
        yield Note(person, "role_given.institution", reverse("institution_people"), facts)


def _token(event: Event) -> Notes:
    """A letter of its own for each kind of token that is made: personal, a program's, a service account's."""
    token = PersonalToken.objects.select_related("person", "service").get(pk=subject_of(event))
    notification = (
        f"token_made.{token.kind}" if event.kind == Kind.TOKEN_MADE else event.kind.replace(".", "_") + ".person"
    )
    path = reverse("service_account", args=[token.service_id]) if token.service_id else reverse("tokens")
    facts = {"token": token.name, "ends": token.ends_at or token.expires_at, "service": token.service or "–"}
    yield Note(token.person, notification, path, facts)


def _break_glass(event: Event) -> Notes:
    for auditor, notification, path, facts in break_glass.told(event):
        yield Note(auditor, notification, path, facts)


TELLERS: dict[Kind, Callable[[Event], Notes]] = {
    Kind.VERSION_PUBLISHED: _version_published,
    Kind.VERSION_WITHDRAWN: _version_withdrawn,
    Kind.REQUEST_SUBMITTED: _request_submitted,
    Kind.REQUEST_RETURNED: _request_returned,
    Kind.REQUEST_WITHDRAWN: _request_withdrawn,
    Kind.QUORUM_MISSING: _quorum_missing,
    Kind.ITEM_DECIDED: _item_decided,
    Kind.AGREEMENT_OFFERED: _agreement_offered,
    Kind.AGREEMENT_SIGNED: _agreement_signed,
    Kind.AGREEMENT_TERMINATED: _agreement_terminated,
    Kind.GRANT_ISSUED: _grant_issued,
    Kind.GRANT_REVOKED: _grant_revoked,
    Kind.GRANT_SUSPENDED: _grant_suspended,
    Kind.GRANT_RESUMED: _grant_resumed,
    Kind.PLATFORM_ROLE_GAINED: platform_role_gained,
    Kind.PLATFORM_ROLE_LOST: platform_role_lost,
    Kind.COMMITTEE_MEMBER_ADDED: seat_given,
    Kind.COMMITTEE_MEMBER_REMOVED: seat_ended,
    Kind.ROLE_GIVEN: _role_given,
    Kind.TOKEN_MADE: _token,
    Kind.TOKEN_REVOKED: _token,
    Kind.TOKEN_REUSED: _token,
    Kind.AFFILIATION_EXPIRING: affiliations.expiring,
    Kind.AFFILIATION_EXPIRED: affiliations.expired,
    Kind.AFFILIATION_ENDED: affiliations.said,
    Kind.AFFILIATION_CONFIRMED: affiliations.said,
    Kind.BREAK_GLASS_MADE: _break_glass,
    Kind.BREAK_GLASS_DISABLED: _break_glass,
    Kind.BREAK_GLASS_USED: _break_glass,
    Kind.BREAK_GLASS_REFUSED: _break_glass,
    **ALERTS,
}
