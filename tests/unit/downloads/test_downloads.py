"""Download links: bound to a person, a file and a grant; checked again at every use; every download is recorded."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from apps.agreements import commands as agreements
from apps.audit.models import Event
from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.core.errors import Denied, DomainError, Gone, NotFound
from apps.datasets import commands as datasets
from apps.datasets.models import Distribution
from apps.downloads import commands, queries, signing
from apps.downloads.models import DownloadLink
from apps.downloads.ranges import Asked
from apps.grants import commands as grants
from apps.identity.commands.identities import deactivate
from apps.notifications.models import Notification
from apps.people.commands.people import accept_terms
from apps.tokens.queries import token_for
from tests import stories
from tests.unit.core.test_small_parts import BUCKET

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def events(kind: str) -> list[dict[str, Any]]:
    return [event.facts for event in Event.objects.filter(kind=kind).order_by("id")]


# ----------------------------------------------------------------------------------------------------------- making
def test_a_link_lives_a_day_and_never_longer_than_its_grant() -> None:
    """L9."""
    access = stories.linked()
    assert access.link is not None
    assert timedelta(hours=23) < access.link.expires_at - access.link.made_at <= timedelta(hours=24)
    assert str(access.link) == f"link to {access.file.pk}"
    assert queries.links_of(access.holder).get() == access.link
    short = stories.granted(days=1)
    grants.AccessGrant.objects.filter(pk=short.grant.pk).update(ends_at=clock.now() + timedelta(minutes=5))
    link, _token = commands.make_link(short.file, by=short.holder)
    short.grant.refresh_from_db()
    assert link.expires_at == short.grant.ends_at


def test_only_who_may_download_makes_a_link() -> None:
    access = stories.granted()
    for by in (access.owner, access.case.committee_setup.chair, stories.person(), stories.operator(), ANONYMOUS):
        with pytest.raises(Denied, match="cannot download"):
            commands.make_link(access.file, by=by)
    assert not DownloadLink.objects.exists()


def test_open_and_registered_data_need_no_grant() -> None:
    free = stories.published_dataset(access="open")
    link, token = commands.make_link(free.file, by=ANONYMOUS)
    assert (link.person, link.grant) == (None, None)
    assert commands.open_link(token, by=ANONYMOUS).sha256 == free.file.sha256
    assert commands.open_link(token, by=stories.person()).size == free.file.size
    listed, someone = stories.published_dataset(access="registered"), stories.person()
    accept_terms(stories.terms(), by=someone)
    link, token = commands.make_link(listed.file, by=someone)
    assert (link.person, link.grant) == (someone, None)
    assert commands.open_link(token, by=ANONYMOUS).name == listed.file.name


def test_access_that_ends_while_the_link_is_made_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    access = stories.granted()
    monkeypatch.setattr(commands.rules, "check_can_download", lambda *_args: None)
    grants.revoke(access.grant, reason="A breach.", by=access.owner)
    with pytest.raises(Denied, match="has just ended"):
        commands.make_link(access.file, by=access.holder)


def test_the_secret_is_not_stored_and_not_written_down() -> None:
    """T49, L54."""
    access = stories.linked()
    assert access.link is not None
    secret = access.token.split(".")[1]
    assert len(secret) == 43  # 256 bits
    stored = str(vars(DownloadLink.objects.get())) + str([(e.facts, e.about) for e in Event.objects.all()])
    assert secret not in stored
    assert access.link.digest == hashlib.sha256(access.token.encode()).hexdigest()


@pytest.mark.parametrize("how", [{"expires_at": timedelta(hours=25)}, {"expires_at": timedelta()}, {"person": None}])
def test_the_database_bounds_a_link(how: dict[str, Any]) -> None:
    access = stories.linked()
    assert access.link is not None
    change = {k: access.link.made_at + v if isinstance(v, timedelta) else v for k, v in how.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        DownloadLink.objects.filter(pk=access.link.pk).update(**change)


# ---------------------------------------------------------------------------------------------------------- tokens
def test_any_changed_sign_of_a_token_makes_it_unknown() -> None:
    """T49, T50: every character, replaced by another of its kind, and every case."""
    access = stories.linked()
    assert signing.digest_of(access.token) == DownloadLink.objects.get().digest
    for position, notification in enumerate(access.token):
        for other in (
            "A" if notification != "A" else "B",
            "0" if notification != "0" else "1",
            notification.swapcase(),
        ):
            forged = access.token[:position] + other + access.token[position + 1 :]
            if forged != access.token:
                assert signing.digest_of(forged) is None, position


@pytest.mark.parametrize("token", ["", "x", "k1..", "k1." + "a" * 43 + "." + "0" * 32, "gh_abc", "a.b.c", "\x00"])
def test_what_was_never_a_token_is_unknown(token: str) -> None:
    """L27, T53: and it is not even looked up."""
    assert signing.digest_of(token) is None
    with pytest.raises(NotFound, match="does not exist"):
        commands.open_link(token, by=ANONYMOUS)


def test_a_token_for_scripts_is_no_link_and_a_link_is_no_token_for_scripts() -> None:
    """T53, L43."""
    access = stories.linked()
    secret = stories.token(access.holder, "download")
    with pytest.raises(NotFound):
        commands.open_link(secret, by=ANONYMOUS)
    assert token_for(access.token) is None


def test_a_key_that_stays_keeps_its_links_and_a_key_that_goes_ends_them() -> None:
    """T52."""
    access = stories.linked()
    old = {"k1": "a-link-key-that-is-only-ever-used-by-tests"}
    new = {"k2": "another-link-key-that-is-only-used-by-tests"}
    with override_settings(LINK_KEYS=old | new, LINK_KEY_ID="k2"):
        assert commands.open_link(access.token, by=ANONYMOUS)
        assert signing.new_token().startswith("k2.")
    with override_settings(LINK_KEYS=new, LINK_KEY_ID="k2"), pytest.raises(NotFound):
        commands.open_link(access.token, by=ANONYMOUS)


# --------------------------------------------------------------------------------------------------------- opening
def test_bytes_leave_by_the_front_server_and_only_after_the_event() -> None:
    """I4, T63, T69."""
    access = stories.linked()
    delivery = commands.open_link(access.token, by=access.holder, asked=Asked(byte_range="bytes=0-9, 20-"))
    assert delivery.accel_path.startswith("/_sealed/")
    assert delivery.location == ""
    assert delivery.sha256 == access.file.sha256
    assert delivery.headers["Content-Disposition"].startswith("attachment")
    assert delivery.headers["X-Content-Type-Options"] == "nosniff"
    last = access.file.size - 1
    assert events("download.started") == [{"range": f"0-9+20-{last}", "sha256": access.file.sha256}]


def test_no_byte_without_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """T111, I4: if it cannot be written down, nothing opens."""
    access = stories.linked()
    monkeypatch.setattr(commands, "record", _log_full)
    with pytest.raises(OSError, match="full"):
        commands.open_link(access.token, by=ANONYMOUS)


def _log_full(*_args: object, **_facts: object) -> None:
    raise OSError(28, "the log is full")


@pytest.mark.parametrize("name", ['quo"te.csv', "line\nbreak", "Kjær ✓.csv", "a" * 255])
def test_a_file_name_never_breaks_its_header(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """L29, T75."""
    access = stories.linked()
    file = access.file
    file.name = name
    said = commands._delivery(file, Asked()).disposition
    assert said.startswith("attachment")
    assert "\n" not in said
    assert "\r" not in said


@override_settings(STORAGES={"private": {"BACKEND": "apps.core.storage.PrivateBucketStorage", "OPTIONS": BUCKET}})
def test_bytes_in_a_bucket_leave_by_an_address_of_a_minute() -> None:
    """L52."""
    with override_settings():
        link = DownloadLink(distribution=Distribution(name="a.csv", size=1, storage_key="ab/cd", sha256="00"))
        delivery = commands._delivery(link.distribution, Asked())
    assert delivery.accel_path == ""
    assert "X-Amz-Expires=60" in delivery.location


# ------------------------------------------------------------------------------------------------- what ends a link
def revoked(access: stories.Access) -> None:
    grants.revoke(access.grant, reason="A breach.", by=access.owner)


def suspended(access: stories.Access) -> None:
    grants.suspend(access.grant, reason="A question.", by=access.owner)


def terminated(access: stories.Access) -> None:
    agreements.terminate(access.agreement_setup.agreement, reason="A breach.", by=access.owner)


def withdrawn(access: stories.Access) -> None:
    datasets.withdraw(access.published_dataset.version, reason="Consent was withdrawn.", by=access.owner)


def deactivated(access: stories.Access) -> None:
    deactivate(access.holder, by=stories.operator())


def frozen(access: stories.Access) -> None:
    grants.stop_downloads("An incident.", by=stories.operator())


def ended(access: stories.Access) -> None:
    assert access.link is not None
    commands.end_link(access.link, by=access.holder)
    commands.end_link(access.link, by=access.holder)
    assert Event.objects.filter(kind="link.ended").count() == 1


@pytest.mark.parametrize("what", [revoked, suspended, terminated, withdrawn, deactivated, frozen, ended])
def test_a_link_is_closed_at_its_next_use(what: Any) -> None:
    """T14, T16, T26, T91, L31: also for a Range in the middle of a download; and the refusal is written down."""
    access = stories.linked()
    commands.open_link(access.token, by=ANONYMOUS, asked=Asked(byte_range="bytes=0-4"))
    what(access)
    with pytest.raises(DomainError) as refused:
        commands.open_link(access.token, by=ANONYMOUS, asked=Asked(byte_range="bytes=5-"))
    assert refused.value.status in (403, 410)
    assert events("download.refused") == [{"why": refused.value.code}]
    assert len(events("download.started")) == 1


def test_a_link_ends_with_its_time_to_the_microsecond() -> None:
    """T89."""
    access = stories.linked()
    assert access.link is not None
    with clock.freeze(access.link.expires_at - TICK):
        assert commands.open_link(access.token, by=ANONYMOUS)
        assert queries.links_of(access.holder).exists()
    with clock.freeze(access.link.expires_at):
        with pytest.raises(Gone, match="has expired"):
            commands.open_link(access.token, by=ANONYMOUS)
        assert not queries.links_of(access.holder).exists()


def test_another_grant_does_not_revive_a_link() -> None:
    """L8, L31: the same person, the same dataset, a new grant: a new link."""
    access = stories.linked()
    revoked(access)
    stories.granted(published_dataset=access.published_dataset, applicant=access.holder)
    with pytest.raises(Gone, match="is not active now"):
        commands.open_link(access.token, by=ANONYMOUS)
    assert commands.make_link(access.file, by=access.holder)


def test_a_link_never_works_in_somebody_elses_session() -> None:
    """T54, L2: 403, an event of its own kind, and whoever made the link is notified: once, however often it is
    tried.
    """
    access = stories.linked()
    other = stories.person()
    stories.drain()
    for _time in range(3):
        with pytest.raises(Denied, match="for another person"):
            commands.open_link(access.token, by=other)
    alerts = Event.objects.filter(kind="link.misused")
    assert [(one.actor_id, one.subject_id, one.facts) for one in alerts] == [
        (other.pk, access.link.pk if access.link else None, {"why": "somebody-else"})
    ] * 3
    assert not Event.objects.filter(kind__in=["download.refused", "download.started"]).exists()
    stories.drain()
    notification = Notification.objects.get(kind="link.misused")
    assert (notification.reader, notification.path) == (access.holder, "/links/")
    assert access.file.name in notification.subject.replace("\u2060", "")
    assert other.name not in notification.subject + notification.body
    commands.open_link(access.token, by=access.holder)  # the control: in the maker's own session it opens
    assert access.link is not None
    with pytest.raises(Denied, match="belongs to another person"):
        commands.end_link(access.link, by=other)


def test_a_link_opens_its_own_file_and_no_other() -> None:
    """L2, L38."""
    access = stories.linked()
    assert commands.open_link(access.token, by=ANONYMOUS).name == access.file.name


# ---------------------------------------------------------------------------------------------------- asked in person
def test_a_file_asked_for_in_person_is_written_down_and_leaves_no_open_address() -> None:
    access = stories.granted()
    delivery = commands.fetch(access.file, by=access.holder, asked=Asked(byte_range="bytes=0-1"))
    assert delivery.sha256 == access.file.sha256
    assert not queries.links_of(access.holder).exists()
    assert events("download.started") == [{"range": "0-1", "sha256": access.file.sha256}]


def test_a_refusal_in_person_is_written_down_too() -> None:
    access, other = stories.granted(), stories.person()
    with pytest.raises(Denied):
        commands.fetch(access.file, by=other)
    refusal = Event.objects.get(kind="download.refused")
    assert (refusal.actor_id, refusal.facts) == (other.pk, {"why": "denied"})
