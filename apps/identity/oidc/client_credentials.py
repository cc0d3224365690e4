"""How the portal proves at a token endpoint which client it is."""

import base64
from urllib.parse import quote_plus


def basic_header(client_id: str, secret: str) -> str:
    """The Authorization header. RFC 6749, section 2.3.1: both halves are form-encoded before they are joined."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
