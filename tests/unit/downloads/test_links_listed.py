"""Case 4: a link is listed as working only if it would open now, whatever has happened since it was created."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.actors import ANONYMOUS
from apps.core.errors import DomainError
from apps.datasets import commands as datasets
from apps.downloads import commands
from apps.downloads.models import DownloadLink
from apps.downloads.queries import every_link_of
from apps.grants import commands as grants
from apps.identity.commands.identities import deactivate
from apps.people.models import Affiliation, Person
from apps.tokens.commands.tokens import make_token, revoke_token
from tests import stories

pytestmark = pytest.mark.django_db
Change = Callable[[stories.Access], object]

CHANGES: dict[str, Change] = {
    "nothing": lambda access: None,
    "revoked": lambda access: grants.revoke(access.grant, reason="The study has ended.", by=access.owner),
    "suspended": lambda access: grants.suspend(access.grant, reason="Training has expired.", by=access.owner),
    "withdrawn": lambda access: datasets.withdraw(access.published_dataset.version, reason="Consent.", by=access.owner),
    "affiliation over": lambda access: Affiliation.objects.filter(person=access.holder).update(valid_until=clock.now()),
    "signed out at home": lambda access: Person.objects.filter(pk=access.holder.pk).update(signed_out_at=clock.now()),
    "account closed": lambda access: deactivate(access.holder, by=stories.operator()),
    "ended": lambda access: commands.end_link(DownloadLink.objects.get(person=access.holder), by=access.holder),
    "expired": lambda access: DownloadLink.objects.update(
        made_at=clock.now() - timedelta(hours=20), expires_at=clock.now() - timedelta(hours=1)
    ),
    "second factor asked": lambda access: type(access.published_dataset.dataset).objects.update(
        requires_second_factor=True
    ),
}


def opens(secret: str) -> bool:
    try:
        commands.open_link(secret, by=ANONYMOUS)
    except DomainError:
        return False
    return True


def listed(holder: Person) -> bool:
    return bool(every_link_of(holder).get().opens)  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_is_listed_as_working_exactly_if_it_opens(change: str) -> None:
    """Case 4."""
    access = stories.granted()
    _link, secret = commands.make_link(access.file, by=access.holder)
    CHANGES[change](access)
    assert listed(access.holder) is opens(secret) is (change == "nothing")


def test_a_link_made_with_a_second_factor_keeps_it() -> None:
    access = stories.granted()
    CHANGES["second factor asked"](access)
    access.holder.second_factor = True
    _link, secret = commands.make_link(access.file, by=access.holder)
    access.holder.second_factor = False
    assert listed(access.holder) is opens(secret) is True


def test_a_link_ends_with_the_token_that_created_it() -> None:
    access = stories.granted()
    token, _secret = make_token("pipeline", scopes=["download"], days=7, by=access.holder)
    _link, secret = commands.make_link(access.file, by=access.holder, token_id=token.pk)
    assert listed(access.holder) is opens(secret) is True
    revoke_token(token, by=access.holder)
    assert listed(access.holder) is opens(secret) is False
