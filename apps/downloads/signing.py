"""The secret part of a download link: random, signed, and stored only as a digest."""

import hashlib
import hmac
import re
import secrets

from django.conf import settings

PURPOSE = b"gatehouse download link\x00"
TOKEN = re.compile(r"([a-z0-9]{1,8})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{32})\Z", re.ASCII)


def new_token() -> str:
    """A new secret: `key id . 256 random bits . first 128 bits of an HMAC-SHA256`.

    The HMAC shows that the portal issued the secret, before the database is asked.
    """
    key_id, secret = settings.LINK_KEY_ID, secrets.token_urlsafe(32)
    return f"{key_id}.{secret}.{_mac(key_id, secret)}"


def digest_of(token: str) -> str | None:
    """The digest of a token that the table stores (SHA-256, hex); None if its signature or its key is not ours."""
    match = TOKEN.match(token)
    if match is None or match[1] not in settings.LINK_KEYS:
        return None
    if not hmac.compare_digest(match[3], _mac(match[1], match[2])):
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(key_id: str, secret: str) -> str:
    key = settings.LINK_KEYS[key_id].encode()
    return hmac.new(key, PURPOSE + f"{key_id}.{secret}".encode(), hashlib.sha256).hexdigest()[:32]
