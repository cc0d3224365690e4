"""The secret of a download link against bits that flip, spellings that vary, and keys that are lost."""

import hashlib
import random
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from apps.audit.models import Event
from apps.core.actors import ANONYMOUS
from apps.core.errors import NotFound
from apps.downloads import commands, signing
from apps.downloads.models import DownloadLink
from tests import stories
from tests.identity.test_back_channel import send
from tests.unit.portal.test_environment import COMPLETE, start

pytestmark = pytest.mark.django_db
SAMPLES = 10_000
NEW = {"k2": "another-link-key-that-is-only-used-by-tests"}


def flipped(token: str, bits: list[int]) -> str:
    """The token with these bits the other way round, as the text that an address would carry."""
    raw = bytearray(token.encode("ascii"))
    for bit in bits:
        raw[bit // 8] ^= 1 << bit % 8
    return raw.decode("latin-1")


def all_bits(token: str) -> Iterator[str]:
    yield from (flipped(token, [bit]) for bit in range(8 * len(token)))


def ten_thousand(token: str) -> Iterator[str]:
    """Two to eight bits at once, anywhere."""
    dice = random.Random(49)
    for _time in range(SAMPLES):
        yield flipped(token, dice.sample(range(8 * len(token)), dice.randint(2, 8)))


def still_open(forged: Iterator[str], known: Callable[[str], str | None]) -> list[str]:
    digests = set(DownloadLink.objects.values_list("digest", flat=True))
    return [token for token in forged if known(token) in digests]


def test_no_flipped_bit_opens_anything() -> None:
    """T49: each of the 632 bits of a link alone, and 10,000 samples of several: 0 are known."""
    token = stories.linked().token
    singles, samples = list(all_bits(token)), list(ten_thousand(token))
    assert (len(singles), len(samples)) == (8 * len(token), SAMPLES)
    assert token not in {*singles, *samples}
    assert [one for one in singles + samples if signing.digest_of(one) is not None] == []
    assert still_open(iter([token]), signing.digest_of) == [token]  # the control: the untouched one is known


def test_it_is_the_signature_and_the_digest_that_refuse() -> None:
    """The control of T49: looked up by its random part alone, a link would open with any other bit flipped."""
    token = stories.linked().token
    secret = token.split(".")[1]

    def naive(shown: str) -> str | None:
        return hashlib.sha256(token.encode()).hexdigest() if secret in shown else None

    assert len(still_open(all_bits(token), naive)) == 8 * (len(token) - len(secret))


def test_ten_thousand_new_secrets_are_all_different() -> None:
    """T49: 256 random bits each."""
    secrets = {signing.new_token().split(".")[1] for _time in range(SAMPLES)}
    assert len(secrets) == SAMPLES
    assert {len(secret) for secret in secrets} == {43}


def test_one_address_has_one_meaning() -> None:
    """T50: order, doubles, extras, case and encodings change neither which file leaves, nor for whom, nor when."""
    access = stories.linked()
    path = f"/d/{access.token}/x"
    plain = Client().get(path)["X-Accel-Redirect"]
    encoded = "/d/" + "".join(f"%{ord(sign):02X}" for sign in access.token) + "/x"
    extras = ["a=1&b=2", "b=2&a=1", "token=other&token=more", "expires=9999999999", "file=x", "grant=&person=", "%00=1"]
    for variant in (encoded, *(f"{path}?{extra}" for extra in extras), f"/d/{access.token}/{quote('Ænother.csv')}"):
        assert Client().get(variant)["X-Accel-Redirect"] == plain, variant
    swapped = f"{access.token.swapcase()}"
    doubled = encoded.replace("%", "%25")
    for variant in (
        f"/d/{swapped}/x",
        doubled,
        f"/d/{access.token}./x",
        f"/d/{access.token}%20/x",
        f"/D/{access.token}/x",
    ):
        assert Client().get(variant).status_code == 404, variant


def test_the_drill_for_a_lost_link_key() -> None:
    """T52: the key is gone or was seen by others. A new one is put in: every old link is dead at once, those who are
    entitled make new ones, and nothing else is touched.
    """
    access = stories.linked()
    secret, browser = stories.token(access.holder, "download"), stories.client_for(access.holder)
    stolen = signing.new_token()  # made by whoever has the old key; it stands in no table either
    with override_settings(LINK_KEYS=NEW, LINK_KEY_ID="k2"):
        for old in (access.token, stolen):
            with pytest.raises(NotFound, match="does not exist"):
                commands.open_link(old, by=ANONYMOUS)
        assert not Event.objects.filter(kind="download.started").exists()
        _link, token = commands.make_link(access.file, by=access.holder)
        assert commands.open_link(token, by=ANONYMOUS).sha256 == access.file.sha256
        assert browser.get("/account/").status_code == 200
        call = {"headers": {"Authorization": f"Bearer {secret}"}}
        assert Client().get(f"/api/v1/files/{access.file.pk}/content", **call).status_code == 200
    with pytest.raises(NotFound):  # the control: the old key alone does not open what the new one signed
        commands.open_link(token, by=ANONYMOUS)


def test_the_drill_for_a_lost_secret_key() -> None:
    """T52: everybody signs in again; a fallback lets them stay; links and tokens do not hang on it."""
    access = stories.linked()
    browser = stories.client_for(access.holder)
    secret = stories.token(access.holder, "read")
    kept = settings.SECRET_KEY
    with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[kept]):
        assert browser.get("/account/").status_code == 200  # rotated in its window
    browser = stories.client_for(access.holder)
    with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[]):
        assert browser.get("/account/").status_code == 302
        assert Client().get(f"/d/{access.token}/x").status_code == 200
        call = {"headers": {"Authorization": f"Bearer {secret}"}}
        assert Client().get("/api/v1/me", **call).status_code == 200


def test_a_portal_without_the_key_it_signs_with_does_not_start() -> None:
    """T52: a lost key is a start that fails with a sentence, not links that nobody can open."""
    said = start("settings.DEBUG", **{**COMPLETE, "LINK_KEYS": ""})
    assert ImproperlyConfigured.__name__ in said.stderr
    assert "LINK_KEYS" in said.stderr.strip().splitlines()[-1]


def test_no_secret_serves_the_purpose_of_another() -> None:
    """T53: a link, a token for scripts, a session's key, a form's key and a form's token, tried at every endpoint."""
    access = stories.linked()
    browser = stories.client_for(access.holder)
    page = browser.get("/account/tokens/").content.decode()
    once, csrf = (re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("_once", "csrfmiddlewaretoken"))
    secrets = {
        "link": access.token,
        "token": stories.token(access.holder, "read", "download"),
        "session": browser.session.session_key or "",
        "form key": once,
        "form token": csrf,
    }

    def by_cookie(secret: str) -> int:
        visitor = Client()
        visitor.cookies[settings.SESSION_COOKIE_NAME] = secret
        return int(visitor.get("/account/").status_code)

    endpoints: dict[str, Callable[[str], int]] = {
        "link": lambda secret: Client().get(f"/d/{secret}/x").status_code,
        "token": lambda secret: Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code,
        "session": by_cookie,
        "back channel": lambda secret: send({"logout_token": secret}).status_code,
        "callback": lambda secret: Client().get("/oidc/callback/", {"code": secret, "state": secret}).status_code,
    }
    opened = {
        (what, endpoint) for what in secrets for endpoint in endpoints if endpoints[endpoint](secrets[what]) == 200
    }
    assert opened == {(name, name) for name in ("link", "token", "session")}
