"""Write down what happened: `record(Kind.X, actor=..., subject=...)`, inside the transaction of the change itself."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from apps.audit.models import Event, Outbox
from apps.core import correlation
from apps.core.actors import Actor, kind_of, person_id_of


class Kind(models.TextChoices):
    """Every kind of event there is."""

    PERSON_CREATED = "person.created"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_SIGNED_OUT = "person.signed_out"
    SIGN_IN_REFUSED = "person.sign_in_refused"
    PERSON_DEACTIVATED = "person.deactivated"
    PERSON_REACTIVATED = "person.reactivated"
    AFFILIATION_CONFIRMED = "affiliation.confirmed"
    AFFILIATION_ENDED = "affiliation.ended"
    AFFILIATION_EXPIRING = "affiliation.expiring"
    AFFILIATION_EXPIRED = "affiliation.expired"
    SESSION_ENDED = "session.ended"
    LOGOUT_REFUSED = "session.logout_refused"
    PERSON_SIGNED_OUT_BY_PROVIDER = "person.away"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_SPLIT = "identity.split"
    PEOPLE_MERGED = "identity.merged"
    PROVIDER_ADDED = "provider.added"
    PROVIDER_DEACTIVATED = "provider.deactivated"
    BREAK_GLASS_MADE = "break_glass.made"
    BREAK_GLASS_DISABLED = "break_glass.disabled"
    BREAK_GLASS_USED = "break_glass.used"
    BREAK_GLASS_REFUSED = "break_glass.refused"
    VISA_ISSUER_ADDED = "visa_issuer.added"
    VISA_ISSUER_ENDED = "visa_issuer.ended"
    VISAS_READ = "visa.read"
    PLATFORM_ROLE_GIVEN = "platform_role.given"
    PLATFORM_ROLE_ENDED = "platform_role.ended"
    PLATFORM_ROLE_GAINED = "desk.gained_by_claim"
    PLATFORM_ROLE_LOST = "desk.lost_by_claim"
    CLAIM_MAPPED = "claim.mapped"
    CLAIM_UNMAPPED = "claim.unmapped"
    INSTITUTION_REGISTERED = "institution.registered"
    INSTITUTION_CHANGED = "institution.changed"
    INSTITUTION_SET = "person.home_set"
    TERMS_PUBLISHED = "terms.published"
    TERMS_ACCEPTED = "terms.accepted"
    TOKEN_MADE = "token.made"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    TOKEN_REFRESHED = "token.refreshed"  # noqa: S105
    TOKEN_REUSED = "token.reused"  # noqa: S105
    DEVICE_APPROVED = "device.approved"
    DEVICE_REFUSED = "device.refused"
    DEVICE_CODE_WRONG = "device.code_wrong"
    SERVICE_ACCOUNT_MADE = "service_account.made"
    SERVICE_ACCOUNT_ENDED = "service_account.ended"
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    COMMITTEE_CREATED = "committee.created"
    COMMITTEE_CHANGED = "committee.changed"
    COMMITTEE_MEMBER_ADDED = "committee.member_added"
    COMMITTEE_MEMBER_REMOVED = "committee.member_removed"
    COMMITTEE_MEMBER_REFUSED = "committee.member_refused"
    DATASET_DRAFTED = "dataset.drafted"
    DATASET_DESCRIBED = "dataset.described"
    VERSION_DRAFTED = "version.drafted"
    VERSION_PUBLISHED = "version.published"
    VERSION_WITHDRAWN = "version.withdrawn"
    FILE_UPLOADED = "file.uploaded"
    FILE_CHECKED = "file.checked"
    FILE_REMOVED = "file.removed"
    REQUEST_DRAFTED = "request.drafted"
    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_ACCEPTED_FOR_REVIEW = "request.accepted_for_review"
    REQUEST_RETURNED = "request.returned"
    REQUEST_WITHDRAWN = "request.withdrawn"
    MEMBER_RECUSED = "request.member_recused"
    QUORUM_MISSING = "request.quorum_missing"
    VOTE_CAST = "request.vote_cast"
    ITEM_DECIDED = "request.item_decided"
    REQUEST_DECIDED = "request.decided"
    REQUEST_ACTIVATED = "request.activated"
    REQUEST_CLOSED = "request.closed"
    TEMPLATE_PUBLISHED = "agreement.template_published"
    AGREEMENT_OFFERED = "agreement.offered"
    AGREEMENT_SIGNED = "agreement.signed"
    AGREEMENT_EXECUTED = "agreement.executed"
    AGREEMENT_TERMINATED = "agreement.terminated"
    AGREEMENT_PDF_STORED = "agreement.pdf_stored"
    GRANT_ISSUED = "grant.issued"
    GRANT_REVOKED = "grant.revoked"
    GRANT_SUSPENDED = "grant.suspended"
    GRANT_RESUMED = "grant.resumed"
    LINK_MADE = "link.made"
    LINK_ENDED = "link.ended"
    LINK_MISUSED = "link.misused"
    LINKS_GUESSED = "links.guessed"
    DOWNLOAD_STARTED = "download.started"
    DOWNLOAD_REFUSED = "download.refused"
    DOWNLOADS_STOPPED = "downloads.stopped"
    RESUME_PROPOSED = "downloads.resume_proposed"
    DOWNLOADS_RESUMED = "downloads.resumed"
    REFUSED = "refused"


# Events that call for nothing further; every other kind has its row in portal/consequences.py.
QUIET = frozenset({
    Kind.INSTITUTION_CHANGED, Kind.SESSION_ENDED, Kind.LOGOUT_REFUSED, Kind.PERSON_SIGNED_OUT_BY_PROVIDER,
    Kind.IDENTITY_SPLIT, Kind.PROVIDER_ADDED, Kind.PROVIDER_DEACTIVATED,
    Kind.VISA_ISSUER_ADDED, Kind.VISA_ISSUER_ENDED, Kind.VISAS_READ,
    Kind.PERSON_CREATED, Kind.PERSON_SIGNED_IN, Kind.PERSON_SIGNED_OUT, Kind.SIGN_IN_REFUSED,
    Kind.PERSON_REACTIVATED, Kind.PLATFORM_ROLE_GIVEN, Kind.PLATFORM_ROLE_ENDED, Kind.INSTITUTION_REGISTERED,
    Kind.INSTITUTION_SET, Kind.TERMS_PUBLISHED, Kind.TERMS_ACCEPTED,
    Kind.COMMITTEE_CREATED, Kind.COMMITTEE_CHANGED, Kind.DATASET_DRAFTED, Kind.DATASET_DESCRIBED, Kind.VERSION_DRAFTED,
    Kind.FILE_CHECKED, Kind.FILE_REMOVED, Kind.REQUEST_DRAFTED, Kind.VOTE_CAST,
    Kind.REQUEST_ACCEPTED_FOR_REVIEW, Kind.REQUEST_CLOSED, Kind.TEMPLATE_PUBLISHED, Kind.AGREEMENT_PDF_STORED, Kind.REQUEST_ACTIVATED,
    Kind.CLAIM_MAPPED, Kind.CLAIM_UNMAPPED, Kind.COMMITTEE_MEMBER_REFUSED,
    Kind.LINK_MADE, Kind.LINK_ENDED, Kind.DOWNLOAD_STARTED, Kind.DOWNLOAD_REFUSED, Kind.DOWNLOADS_STOPPED,
    Kind.RESUME_PROPOSED, Kind.DOWNLOADS_RESUMED, Kind.REFUSED, Kind.ROLE_TAKEN,
    Kind.TOKEN_REFRESHED, Kind.DEVICE_APPROVED, Kind.DEVICE_REFUSED, Kind.DEVICE_CODE_WRONG,
    Kind.SERVICE_ACCOUNT_MADE, Kind.SERVICE_ACCOUNT_ENDED,
})  # fmt: skip

# A fact is a code, an id, a number or a moment: no spaces, no "@", so neither sentences nor addresses fit.
CODE = re.compile(r"[\w.:/+-]{0,200}\Z", re.ASCII)


def record(
    kind: Kind,
    *,
    actor: Actor,
    subject: models.Model | None = None,
    about: Iterable[models.Model | uuid.UUID] = (),
    **facts: Any,
) -> Event:
    """Write one event; refuses to work outside a transaction, because then it could outlive a change that failed."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change")
    ids = [item if isinstance(item, uuid.UUID) else item.pk for item in about]
    event = Event.objects.create(
        kind=kind,
        actor_kind=kind_of(actor),
        actor_id=person_id_of(actor),
        subject_type=str(subject._meta.model_name) if subject is not None else "",
        subject_id=subject.pk if subject is not None and isinstance(subject.pk, uuid.UUID) else None,
        about=list(dict.fromkeys(ids)),
        correlation=correlation.current(),
        facts={name: _fact(name, value) for name, value in (correlation.through() | facts).items()},
    )
    if kind not in QUIET:
        Outbox.objects.create(event_id=event.pk)
        for listener in _listeners:
            transaction.on_commit(listener, robust=True)
    return event


_listeners: list[Callable[[], None]] = []


def when_owed(listener: Callable[[], None]) -> None:
    """Call `listener` after every commit that left consequences to carry (portal/consequences.py listens; nobody must)."""
    if listener not in _listeners:
        _listeners.append(listener)


def _fact(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    if not CODE.match(text):
        raise ValueError(f"the fact {name!r} is not a code; events carry no names and no free text")
    return text
