"""What is sealed with the portal's own key: secrets that must be read again, and that no copy of the database tells."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

PURPOSE = b"gatehouse: the second factor of break-glass accounts"


def seal(text: str) -> str:
    """The text, encrypted and authenticated (Fernet) with a key derived from SECRET_KEY for this purpose alone."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again, also if it was sealed with one of SECRET_KEY_FALLBACKS; empty if no key fits."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(one))) for one in secrets])


def _derived(secret: str | bytes) -> bytes:
    """RFC 5869: a key for one purpose out of a secret that serves several."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(force_bytes(secret))
