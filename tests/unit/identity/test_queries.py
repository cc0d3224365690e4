"""Whether a provider said that somebody signed out, after they set out to sign in."""

from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.identity.models import LogoutToken
from apps.identity.queries import signed_out_since
from apps.people.models import Provider

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_sign_out_counts_from_the_moment_of_the_id_token() -> None:
    facts = {"name": "Home", "issuer": "https://home.test", "client_id": "g", "secret_name": "home"}
    provider, now = Provider.objects.create(slug="home", **facts), clock.now()
    other = Provider.objects.create(slug="other", **{**facts, "issuer": "https://other.test"})
    said = now - HOUR
    LogoutToken.objects.create(provider=provider, jti="1", subject="astrid", issued_at=said, at=said)
    before, after = said - HOUR, said + timedelta(microseconds=1)

    def signed_out(of: Provider = provider, **how: Any) -> bool:
        asked = {"subject": "astrid", "sid": "", "asked_at": before, "issued_at": before, **how}
        return signed_out_since(of, **asked)

    assert signed_out()
    assert signed_out(issued_at=said, asked_at=said)
    assert not signed_out(issued_at=after)
    assert not signed_out(asked_at=after)
    assert not signed_out(issued_at=None), "without a moment, only what is said from now on"
    assert not signed_out(asked_at=None)
    assert not signed_out(subject="else")
    assert not signed_out(other)
    assert signed_out(sid="s1"), "every session of theirs"
    LogoutToken.objects.create(provider=provider, jti="2", sid="s2", issued_at=said, at=said)
    assert signed_out(subject="somebody", sid="s2")
    assert not signed_out(subject="somebody", sid="s3")
