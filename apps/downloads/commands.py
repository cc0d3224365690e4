"""Commands on downloads: create, open and end a link, download a file. The event is recorded before a file is sent."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.audit.record import Kind, record
from apps.core import clock, rate
from apps.core.actors import ANONYMOUS, Actor, person_id_of
from apps.core.db import lock_name
from apps.core.errors import Denied, DomainError, NotFound
from apps.core.storage import PrivateBucketStorage, private_storage
from apps.datasets.models import Dataset, Distribution
from apps.downloads import queries_one, rules, signing
from apps.downloads.delivery import Delivery, disposition_of, etag_of
from apps.downloads.models import DownloadLink
from apps.downloads.ranges import Asked, Plan, plan
from apps.grants.models import AccessGrant
from apps.people.models import Person
from apps.people.rules import check_person, check_person_or

log = logging.getLogger(__name__)
ONE_DOWNLOAD = timedelta(hours=1)  # calls of the API within it, by one person for one file, are one download


@transaction.atomic
def make_link(file: Distribution, *, by: Actor, token_id: UUID | None = None) -> tuple[DownloadLink, str]:
    """Create a link to one file. Returns it with its secret, which is not stored.

    The link expires after LINK_HOURS, at the end of the grant, or when the token that made it (`token_id`) is revoked.
    """
    person = check_person_or(by, ANONYMOUS)
    rules.check_can_download(by, file)
    grant = _grant_for(file, person)
    expires_at = clock.now() + timedelta(hours=settings.LINK_HOURS)
    if grant is not None:
        expires_at = min(expires_at, grant.ends_at)
    secret = signing.new_token()
    digest = signing.digest_of(secret)
    assert digest is not None
    link = DownloadLink.objects.create(
        digest=digest, person=person, distribution=file, grant=grant, expires_at=expires_at,
        made_with_id=token_id, second_factor=person is not None and person.second_factor,
    )  # fmt: skip
    record(Kind.LINK_MADE, actor=by, subject=link, about=_about(link), until=expires_at)
    return link, secret


@transaction.atomic
def end_link(link: DownloadLink, *, by: Actor) -> None:
    """End the link. Ending it again does nothing."""
    by = check_person(by)
    if link.person_id != by.pk:
        raise Denied(_("This link belongs to another person."))
    if DownloadLink.objects.filter(pk=link.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        record(Kind.LINK_ENDED, actor=by, subject=link, about=_about(link))


def open_link(token: str, *, by: Actor, asked: Asked | None = None, network: str = "") -> Delivery:
    """Check the link and everything it depends on, record the download, and return how the file is sent.

    A response without bytes (HEAD, 304, 412, 416) is no download and no event. The first bytes sent by a link are a
    download; further parts, a resumed download or a repetition by the same link continue it.

    `by` is who is signed in where the link is used, or ANONYMOUS (curl); `network` is the address of the client.
    All of this is checked at every request, each Range included. A refusal is recorded in a transaction of its own,
    because the refused one rolls back.
    """
    visitor = check_person_or(by, ANONYMOUS)
    digest = signing.digest_of(token)
    link: DownloadLink | None = None
    try:
        with transaction.atomic():
            link = queries_one.lock_link(digest) if digest else None
            if link is not None:
                return _deliver(link, by=by, asked=asked or Asked())
    except DomainError as refusal:
        assert link is not None
        _record_refusal(link, about=_about(link), why=refusal.code, by=visitor or link.person or by)
        raise
    _record_unknown_link(network)
    raise NotFound(_("This link does not exist."))


def fetch(file: Distribution, *, by: Actor, asked: Asked | None = None) -> Delivery:
    """Send one file to a person, or to a visitor if the data are open.

    A link is created, used and ended at once, so no address works afterwards. A refusal is recorded. Calls of one
    person for one file within ONE_DOWNLOAD, and parts without the first byte sent to a visitor, continue a download.
    """
    check_person_or(by, ANONYMOUS)
    try:
        return _fetch(file, by=by, asked=asked or Asked())
    except DomainError as refusal:
        about = [file.version_id, file.version.dataset_id]
        _record_refusal(file, about=about, why=refusal.code, by=by)
        raise


def _record_refusal(subject: Model, *, about: list[UUID], why: str, by: Actor) -> None:
    """Record the refusal; if the same one is frequent, with the number so far in this minute."""
    count = rate.should_record(f"no-download:{subject.pk}:{person_id_of(by) or 'nobody'}:{why}")
    if not count:
        return
    facts = {"why": why, **rate.count_fact(count)}
    with transaction.atomic():
        if why == rules.OTHER_PERSON:
            record(Kind.LINK_MISUSED, actor=by, subject=subject, about=about, **facts)
        else:
            record(Kind.DOWNLOAD_REFUSED, actor=by, subject=subject, about=about, **facts)


def _record_unknown_link(network: str) -> None:
    """Count a link that does not exist; refuse more of them from a network that tried too many."""
    tries = rate.count_event(f"no-link:{network}", within=rules.UNKNOWN_LINKS_WINDOW)
    excess = tries - rules.MAX_UNKNOWN_LINKS
    if excess > 0 and excess & (excess - 1) == 0:  # the first one in excess, then each time the number doubles
        with transaction.atomic():
            record(Kind.LINKS_GUESSED, actor=ANONYMOUS, count=tries)
        log.warning("%s links that do not exist were tried from %s", tries, network)
    rules.check_unknown_links(tries)


@transaction.atomic
def _fetch(file: Distribution, *, by: Actor, asked: Asked) -> Delivery:
    continues = _continues(file, by, asked)
    link, _secret = make_link(file, by=by)
    read = queries_one.read_link if link.grant_id is None else queries_one.lock_link
    now = read(link.digest)
    assert now is not None
    delivery = _deliver(now, by=by, asked=asked, continues=continues)
    DownloadLink.objects.filter(pk=link.pk).update(ended_at=clock.now())
    return delivery


def _continues(file: Distribution, by: Actor, asked: Asked) -> bool:
    """Whether a call without a link of its own continues a download. Calls of one person for one file take turns."""
    person_id = person_id_of(by)
    if person_id is None:
        return not plan(asked, size=file.size, etag=etag_of(file.sha256)).from_start
    lock_name(f"download:{person_id}:{file.pk}")
    since = clock.now() - ONE_DOWNLOAD
    return DownloadLink.objects.filter(person_id=person_id, distribution=file, started_at__gte=since).exists()


def _deliver(link: DownloadLink, *, by: Actor, asked: Asked, continues: bool = False) -> Delivery:
    """Check everything the link depends on, record the download, and return how the file is sent.

    The link was read by `lock_link` in this transaction.
    """
    rules.check_same_person(link, by)
    rules.check_active(link, at=link.asked_at)
    rules.check_signed_out(link)
    rules.check_token(link)
    if link.person is not None:  # the sign-in that created the link counts, not the present one
        link.person.second_factor = link.second_factor
    rules.check_access(link)
    delivery = _delivery(link.distribution, asked)
    if delivery.plan.sends_bytes:
        _record_bytes(link, delivery.plan, continues=continues)
    return delivery


def _record_bytes(link: DownloadLink, planned: Plan, *, continues: bool) -> None:
    """Record which bytes are sent: of a download that starts, or of one that continues."""
    unused = DownloadLink.objects.filter(pk=link.pk, started_at__isnull=True)
    first = link.started_at is None and unused.update(started_at=clock.sql_now())
    facts = {"range": planned.code, "sha256": link.distribution.sha256}
    by, about = link.person or ANONYMOUS, _about(link)
    if first and not continues:
        record(Kind.DOWNLOAD_STARTED, actor=by, subject=link, about=about, **facts)
    else:
        record(Kind.DOWNLOAD_CONTINUED, actor=by, subject=link, about=about, **facts)


def _grant_for(file: Distribution, person: Person | None) -> AccessGrant | None:
    """The active grant that ends last, for a link to this file; None for open and registered access."""
    if person is None or file.version.dataset.access != Dataset.Access.CONTROLLED:
        return None
    active = AccessGrant.objects.active().filter(holder=person, dataset_id=file.version.dataset_id)
    grant = active.order_by("-ends_at").first()
    if grant is None:  # it ended after the access rule was checked
        raise Denied(_("Your access to this dataset has just ended."))
    return grant


def _delivery(file: Distribution, asked: Asked) -> Delivery:
    planned, disposition = plan(asked, size=file.size, etag=etag_of(file.sha256)), disposition_of(file.name)
    storage, accel, location = private_storage(), "", ""
    if isinstance(storage, PrivateBucketStorage):
        location = storage.presign(file.storage_key, disposition=disposition, media_type=file.media_type)
    else:
        accel = storage.accel_path(file.storage_key)
    return Delivery(
        name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256,
        disposition=disposition, plan=planned, accel_path=accel, location=location,
    )  # fmt: skip


def _about(link: DownloadLink) -> list[UUID]:
    ids = [link.distribution_id, link.distribution.version_id, link.distribution.version.dataset_id, link.grant_id]
    return [pk for pk in ids if pk is not None]
