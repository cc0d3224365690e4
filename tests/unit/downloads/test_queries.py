"""Which links are listed as a person's, which of them work, and what was downloaded on a grant."""

from datetime import timedelta

import pytest

from apps.core.actors import ANONYMOUS
from apps.datasets import commands as datasets
from apps.downloads import commands, queries
from apps.downloads.models import DownloadLink
from apps.downloads.queries import Use
from apps.grants import commands as grants
from apps.grants.models import AccessGrant
from apps.tokens.commands.tokens import make_token, revoke_token
from tests import stories

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def working(access: stories.Access) -> set[object]:
    """The links of the holder that work: the same by the list and by the mark on each link."""
    listed = set(queries.links_that_open(access.holder).values_list("pk", flat=True))
    assert listed == {link.pk for link in queries.every_link_of(access.holder) if link.opens}
    return listed


def test_the_address_of_a_link_ends_with_the_name_of_its_file() -> None:
    access = stories.linked()
    path = f"/d/{access.token}/table 1 æ.csv".replace(" ", "%20").replace("æ", "%C3%A6")
    file = access.file
    file.name = "table 1 æ.csv"
    assert queries.address_of_link(file, access.token).endswith(path)
    assert queries.address_of_link(file, access.token).startswith("http")


def test_each_person_sees_their_own_links_newest_first() -> None:
    access, other = stories.linked(), stories.linked()
    assert access.link is not None and other.link is not None
    newer, _secret = commands.make_link(access.file, by=access.holder)
    moments = {"made_at": access.link.made_at - HOUR, "expires_at": access.link.expires_at - HOUR}
    DownloadLink.objects.filter(pk=access.link.pk).update(**moments)
    assert list(queries.links_of(access.holder)) == [newer, access.link]
    assert list(queries.links_of(other.holder)) == [other.link]
    assert set(queries.every_link_of(access.holder)) == {newer, access.link}
    commands.end_link(newer, by=access.holder)
    assert list(queries.links_of(access.holder)) == [access.link]
    living = {link.pk: link.is_living for link in queries.every_link_of(access.holder)}
    assert living == {newer.pk: False, access.link.pk: True}
    assert working(access) == {access.link.pk}
    for nobody in (ANONYMOUS, access.owner):
        assert not queries.links_of(nobody).exists()
        assert not queries.every_link_of(nobody).exists()
        assert not queries.links_that_open(nobody).exists()


def test_a_link_works_for_whoever_created_it() -> None:
    """Others who may download the same file have it in none of their lists."""
    file, maker, colleague = stories.published_dataset(access="open").file, stories.person(), stories.person()
    link, _secret = commands.make_link(file, by=maker)
    assert list(queries.links_that_open(maker)) == [link]
    assert not queries.links_that_open(colleague).exists()


def test_a_link_works_by_its_own_grant_not_by_another() -> None:
    access = stories.linked()
    grants.revoke(access.grant, reason="The study has ended.", by=access.owner)
    stories.granted(published_dataset=access.published_dataset, applicant=access.holder)
    assert working(access) == set()
    again, _secret = commands.make_link(access.file, by=access.holder)
    assert working(access) == {again.pk}


def test_a_link_works_by_its_own_token_not_by_another() -> None:
    access = stories.granted()
    token, _secret = make_token("pipeline", scopes=["download"], days=7, by=access.holder)
    other, _secret = make_token("another", scopes=["download"], days=7, by=access.holder)
    links = [commands.make_link(access.file, by=access.holder, token_id=one.pk)[0] for one in (token, other)]
    assert working(access) == {link.pk for link in links}
    revoke_token(token, by=access.holder)
    assert working(access) == {links[1].pk}


def test_a_link_works_by_the_version_of_its_file_not_by_another() -> None:
    access = stories.linked()
    stories.published_dataset(access="open")
    assert len(working(access)) == 1
    datasets.withdraw(access.published_dataset.version, reason="Consent.", by=access.owner)
    assert working(access) == set()


def test_what_was_downloaded_is_counted_for_each_grant() -> None:
    access, idle = stories.linked(), stories.linked()
    size = access.file.size
    assert queries.use_of([access.grant.pk]) == {}
    commands.open_link(access.token, by=ANONYMOUS)
    commands.open_link(access.token, by=ANONYMOUS)  # the same download once more
    assert queries.use_of([access.grant.pk, idle.grant.pk]) == {access.grant.pk: Use(1, 1, size)}
    _link, secret = commands.make_link(access.file, by=access.holder)
    commands.open_link(secret, by=ANONYMOUS)
    use = queries.use_of([access.grant.pk])[access.grant.pk]
    assert (use.downloads, use.files) == (2, 1)
    assert queries.use_of([idle.grant.pk]) == {}
    assert AccessGrant.objects.get(queries.ever_used()) == access.grant
    assert queries.used_links().count() == 2
