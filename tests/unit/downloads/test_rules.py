"""When a file may be downloaded, when a link works, and how many links that do not exist may be tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.audit.models import Event
from apps.audit.record import Kind
from apps.core import clock
from apps.core.actors import ANONYMOUS, SYSTEM
from apps.core.errors import Denied, DomainError, Gone, NeedsSecondFactor, TooOften
from apps.datasets.models import Dataset
from apps.downloads import commands, rules, signing
from apps.downloads.models import DownloadLink
from apps.grants import commands as grants
from apps.people.models import Person
from tests import stories


def refusal(check: Callable[..., object], *args: Any, **facts: Any) -> type[Exception] | None:
    """The kind of refusal; None if the check passes."""
    try:
        check(*args, **facts)
    except DomainError as refused:
        return type(refused)
    return None


def test_a_link_works_until_its_last_moment_and_until_it_is_ended(noon: datetime) -> None:
    for facts, refused in (
        ({"expires_at": noon + timedelta(microseconds=1)}, None),
        ({"expires_at": noon}, Gone),
        ({"expires_at": noon + timedelta(hours=1), "ended_at": noon}, Gone),
    ):
        assert refusal(rules.check_active, DownloadLink(**facts), at=noon) is refused


def test_a_link_is_used_by_its_person_or_without_a_session(noon: datetime) -> None:
    someone, other = Person(), Person()
    for owner, visitor, refused in (
        (someone, someone, None),
        (someone, ANONYMOUS, None),
        (None, other, None),
        (someone, other, Denied),
    ):
        assert refusal(rules.check_same_person, DownloadLink(person=owner), visitor) is refused
    with pytest.raises(Denied) as denied:
        rules.check_same_person(DownloadLink(person=someone), other)
    assert denied.value.code == rules.OTHER_PERSON
    assert refusal(rules.check_signed_out, DownloadLink(person=someone)) is None
    assert refusal(rules.check_signed_out, DownloadLink(person=None)) is None
    assert refusal(rules.check_signed_out, DownloadLink(person=Person(signed_out_at=noon))) is Gone
    assert refusal(rules.check_token, DownloadLink()) is None
    assert refusal(rules.check_grant, DownloadLink()) is None


def test_a_hundred_unknown_links_from_one_network_are_enough() -> None:
    assert refusal(rules.check_unknown_links, rules.MAX_UNKNOWN_LINKS) is None
    with pytest.raises(TooOften) as refused:
        rules.check_unknown_links(rules.MAX_UNKNOWN_LINKS + 1)
    assert refused.value.headers == {"Retry-After": "900"}


def test_a_secret_of_another_form_or_key_has_no_digest(settings: Any) -> None:
    token = signing.new_token()
    key, secret, mac = token.split(".")
    assert signing.digest_of(token) is not None
    assert len(mac) == 32
    for other in (f"x.{secret}.{mac}", f"{key}.{secret}.{'0' * 32}", f"{token}0", f"{key}.{secret[1:]}.{mac}", ""):
        assert signing.digest_of(other) is None
    settings.LINK_KEYS = {"other": "k"}
    assert signing.digest_of(token) is None


@pytest.mark.django_db
def test_nobody_makes_a_link_that_the_access_rule_does_not_open() -> None:
    """The grant alone is not enough: each other part of the rule is asked when the link is made."""
    access = stories.granted()
    assert refusal(commands.make_link, access.file, by=access.holder) is None
    assert refusal(rules.check_can_download, AnonymousUser(), access.file) is Denied
    Dataset.objects.filter(pk=access.published_dataset.dataset.pk).update(requires_second_factor=True)
    assert refusal(commands.make_link, access.file, by=access.holder) is NeedsSecondFactor
    access.holder.second_factor = True
    assert refusal(commands.make_link, access.file, by=access.holder) is None
    assert [one.second_factor for one in DownloadLink.objects.order_by("made_at")] == [False, True]
    grants.stop_downloads("An incident.", by=stories.operator())
    assert refusal(commands.make_link, access.file, by=access.holder) is Denied
    assert DownloadLink.objects.count() == 2


@pytest.mark.django_db
def test_the_grant_and_the_token_of_a_link_are_asked_at_each_use() -> None:
    access = stories.linked()
    assert access.link is not None
    assert refusal(rules.check_grant, access.link) is None
    grants.revoke(access.grant, reason="The study has ended.", by=access.owner)
    assert refusal(rules.check_grant, access.link) is Gone
    stories.token(access.holder, "download")
    access.link.made_with = access.holder.tokens.get()
    assert refusal(rules.check_token, access.link) is None
    access.holder.tokens.update(revoked_at=clock.now())
    access.link.made_with = access.holder.tokens.get()
    assert refusal(rules.check_token, access.link) is Gone


@pytest.mark.django_db
def test_one_link_is_ended_once_by_its_person() -> None:
    access = stories.linked()
    other, _secret = commands.make_link(access.file, by=access.holder)
    assert access.link is not None
    assert refusal(commands.end_link, access.link, by=access.owner) is Denied
    for _ in range(2):
        commands.end_link(access.link, by=access.holder)
    assert DownloadLink.objects.active().get() == other
    assert [one.subject_id for one in Event.objects.filter(kind=Kind.LINK_ENDED)] == [access.link.pk]


@pytest.mark.django_db
def test_a_refused_download_is_recorded_with_what_it_was_about_and_only_for_visitors_and_people() -> None:
    access = stories.granted()
    file = access.file
    refused = Event.objects.filter(kind=Kind.DOWNLOAD_REFUSED)
    assert refusal(commands.fetch, file, by=SYSTEM) is Denied
    assert not refused.exists()
    assert refusal(commands.fetch, file, by=access.owner) is Denied
    assert (refused.get().actor_id, refused.get().subject_id) == (access.owner.pk, file.pk)
    assert set(refused.get().about) >= {file.version_id, access.published_dataset.dataset.pk}
