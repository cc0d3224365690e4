"""Sign-in with an institution's account: OpenID Connect Core 1.0, authorization code with PKCE S256.

mozilla-django-oidc carries the protocol; the parts of it that decide are replaced. Whatever goes wrong ends on one
plain page with a reference, in one event, and in no account. From the outside in: `leaving` and `views` (off and
back), `refusals`, `backend` (the steps), `told` and `passports` (what may be believed), `signatures`, `documents`,
`outbound`, `strict`; `checks` and `visa_checks` are pure.
"""

from apps.accounts.oidc.asking import roles_asked
from apps.accounts.oidc.backend import InstitutionalSignIn
from apps.accounts.oidc.browsers import browser_family
from apps.accounts.oidc.documents import document_of, keys_of
from apps.accounts.oidc.leaving import LINKING, SESSION, local_path
from apps.accounts.oidc.logout import back_channel_logout, provider_logout
from apps.accounts.oidc.views import (
    sign_in_callback,
    sign_in_of,
    sign_in_start,
    sign_out,
    signed_in,
)

__all__ = [
    "LINKING",
    "SESSION",
    "InstitutionalSignIn",
    "back_channel_logout",
    "browser_family",
    "document_of",
    "keys_of",
    "local_path",
    "provider_logout",
    "roles_asked",
    "sign_in_callback",
    "sign_in_of",
    "sign_in_start",
    "sign_out",
    "signed_in",
]
