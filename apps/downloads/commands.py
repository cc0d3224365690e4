"""Verbs about downloads: make a link, end it, open it. Written down first, then opened."""

import base64
import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from apps.audit.record import Kind, record
from apps.core import clock, rate
from apps.core.actors import ANONYMOUS, Actor, person_id_of
from apps.core.db import lock_for_share
from apps.core.errors import Denied, DomainError, NotFound
from apps.core.storage import PrivateBucketStorage, sealed
from apps.datasets.models import Dataset, Distribution
from apps.downloads import queries, rules, signing
from apps.downloads.models import DownloadLink
from apps.grants.models import AccessGrant
from apps.people.models import Person
from apps.people.rules import check_person, check_person_or

log = logging.getLogger(__name__)
RANGE = re.compile(r"bytes=([0-9,\- ]{1,60})\Z")


@dataclass(frozen=True)
class Delivery:
    """How the bytes leave: by the front server (`accel_path`) or by a minute-long storage address (`location`)."""

    name: str
    media_type: str
    size: int
    sha256: str
    disposition: str
    accel_path: str = ""
    location: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What every client may rely on: name, checksum (RFC 9530), and no sniffing, running, keeping or passing on."""
        digest = base64.b64encode(bytes.fromhex(self.sha256)).decode()
        return {
            "Content-Disposition": self.disposition,
            "ETag": f'"{self.sha256}"',
            "Repr-Digest": f"sha-256=:{digest}:",
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "private, no-store",
        }


@transaction.atomic
def make_link(file: Distribution, *, by: Actor, token_id: UUID | None = None) -> tuple[DownloadLink, str]:
    """A link to one file and, this once, its secret; it lives a day at most and never longer than the grant.

    A link that was created with a personal token (`token_id`) ends when that token is revoked.
    """
    person = check_person_or(by, ANONYMOUS)
    rules.check_can_download(by, file)
    grant = _grant_behind(file, person)
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
    """The link opens nothing any more."""
    by = check_person(by)
    if link.person_id != by.pk:
        raise Denied(_("This link belongs to another person."))
    if DownloadLink.objects.filter(pk=link.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        record(Kind.LINK_ENDED, actor=by, subject=link, about=_about(link))


def open_link(token: str, *, by: Actor, byte_range: str = "", asked_from: str = "") -> Delivery:
    """Check the link and everything it stands on, write the event, then say how the bytes leave.

    `by` is who is signed in where the link is used, or ANONYMOUS (curl); `asked_from` the address of the network it
    came from. Asked for every request, each Range included. A refusal is written down as well, in a transaction of its
    own, because the refused one rolls back.
    """
    visitor = check_person_or(by, ANONYMOUS)
    digest = signing.digest_of(token)
    link = queries.link_of_digest(digest) if digest else None
    if link is None:
        _note_guess(asked_from)
        raise NotFound(_("This link does not exist."))
    try:
        return _start(link, by=by, byte_range=byte_range)
    except DomainError as refusal:
        _note_refusal(link, about=_about(link), why=refusal.code, by=visitor or link.person or by)
        raise


def fetch(file: Distribution, *, by: Actor, byte_range: str = "") -> Delivery:
    """Let the bytes of one file go to whoever asks in person, or to a visitor when the data are open.

    As if a link had been made, used and ended at once: no address outlives the answer. A refusal is written down.
    """
    check_person_or(by, ANONYMOUS)
    try:
        return _fetch(file, by=by, byte_range=byte_range)
    except DomainError as refusal:
        about = [file.version_id, file.version.dataset_id]
        _note_refusal(file, about=about, why=refusal.code, by=by)
        raise


def _note_refusal(what: Model, *, about: list[UUID], why: str, by: Actor) -> None:
    """Write the refusal down; in a flood of the same one, how many so far this minute."""
    count = rate.should_record(f"no-download:{what.pk}:{person_id_of(by) or 'nobody'}:{why}")
    if not count:
        return
    facts = {"why": why, **rate.counted(count)}
    with transaction.atomic():
        if why == rules.SOMEBODY_ELSE:
            record(Kind.LINK_MISUSED, actor=by, subject=what, about=about, **facts)
        else:
            record(Kind.DOWNLOAD_REFUSED, actor=by, subject=what, about=about, **facts)


def _note_guess(asked_from: str) -> None:
    """A link that there never was: a slip, or somebody guesses. Links that do exist go on working from there."""
    tries = rate.times(f"no-link:{asked_from}", within=rules.GUESSING)
    beyond = tries - rules.MOST_GUESSES
    if beyond > 0 and beyond & (beyond - 1) == 0:  # the first one beyond, then every doubling
        with transaction.atomic():
            record(Kind.LINKS_GUESSED, actor=ANONYMOUS, count=tries)
        log.warning("%s links that do not exist were tried from %s", tries, asked_from)
    rules.check_guesses(tries)


@transaction.atomic
def _fetch(file: Distribution, *, by: Actor, byte_range: str) -> Delivery:
    link, _secret = make_link(file, by=by)
    delivery = _start(link, by=by, byte_range=byte_range)
    DownloadLink.objects.filter(pk=link.pk).update(ended_at=clock.now())
    return delivery


@transaction.atomic
def _start(link: DownloadLink, *, by: Actor, byte_range: str) -> Delivery:
    """The grant row is locked for share, so that a revocation orders before this start or after it, never between."""
    if link.grant_id is not None:
        lock_for_share(AccessGrant, link.grant_id)
    link = queries.as_it_is_now(link)
    rules.check_same_person(link, by)
    rules.check_alive(link)
    rules.check_maker(link)
    rules.check_token(link)
    rules.check_grant(link)
    if link.person is not None:  # as they had signed in when they made it; a link's rights never change
        link.person.second_factor = link.second_factor
    rules.check_can_download(link.person or ANONYMOUS, link.distribution)
    delivery = _delivery(link.distribution)
    record(
        Kind.DOWNLOAD_STARTED, actor=link.person or ANONYMOUS, subject=link, about=_about(link),
        range=_range_code(byte_range), sha256=link.distribution.sha256,
    )  # fmt: skip
    return delivery


def _grant_behind(file: Distribution, person: Person | None) -> AccessGrant | None:
    """The grant a link to this file depends on: the active one that lasts longest; none for open and registered."""
    if person is None or file.version.dataset.access != Dataset.Access.CONTROLLED:
        return None
    active = AccessGrant.objects.active().filter(holder=person, dataset_id=file.version.dataset_id)
    grant = active.order_by("-ends_at").first()
    if grant is None:  # it ended since the rule was asked
        raise Denied(_("Your access to this dataset has just ended."))
    return grant


def _delivery(file: Distribution) -> Delivery:
    disposition = content_disposition_header(True, file.name) or "attachment"
    storage, accel, location = sealed(), "", ""
    if isinstance(storage, PrivateBucketStorage):
        location = storage.presign(file.storage_key, disposition=disposition, media_type=file.media_type)
    else:
        accel = storage.accel_path(file.storage_key)
    return Delivery(
        name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256,
        disposition=disposition, accel_path=accel, location=location,
    )  # fmt: skip


def _about(link: DownloadLink) -> list[UUID]:
    ids = [link.distribution_id, link.distribution.version_id, link.distribution.version.dataset_id, link.grant_id]
    return [pk for pk in ids if pk is not None]


def _range_code(byte_range: str) -> str:
    """The asked range as a code an event can hold; an odd one is called odd."""
    if not byte_range:
        return "all"
    match = RANGE.match(byte_range)
    return match[1].replace(" ", "").replace(",", "+") if match else "odd"
