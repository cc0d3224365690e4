"""Test the connection to a provider, as an operator needs to read it: what works, what is wrong, and who mends it.

Everything that a sign-in needs and that can be known without a person: the address, its certificate, the metadata
(OpenID Connect Discovery 1.0), the keys (RFC 7517), the clock, and whether the client secret is the right one. It reads
the documents again and changes nothing that sign-ins use.
"""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings

from apps.identity.oidc import discovery
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import SKEW, Untrusted, same
from apps.identity.oidc.client_credentials import basic_header
from apps.identity.oidc.connection_words import SENTENCES
from apps.identity.oidc.signatures import is_usable_key
from apps.identity.oidc.strict import read_object

NO_CODE = "gatehouse-connection-test"  # a code that no provider has issued: the answer is about the client alone
LONGEST_FACT = 300
CERTIFICATE_FAULTS = {
    10: "certificate_expired", 9: "certificate_not_yet",  # X509_V_ERR_* of OpenSSL
    18: "certificate_unknown", 19: "certificate_unknown", 20: "certificate_unknown", 21: "certificate_unknown",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that was tested; `ok` is None for what is not known. `code` chooses the sentence."""

    code: str
    ok: bool | None
    fact: str = ""

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])


@dataclass(frozen=True)
class Client:
    """What the portal is at this provider; the secret is used here and never shown."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str


def connection_steps(client: Client, now: datetime) -> list[Step]:
    """Every step, in order. After one without which the others make no sense there are none."""
    return list(_steps(client, now))


def works(steps: list[Step]) -> bool:
    """Whether people can sign in, as far as can be tested."""
    return bool(steps) and all(step.ok is not False for step in steps)


def _steps(client: Client, now: datetime) -> Iterator[Step]:
    address = f"{client.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = oidc_http.fetch(address)
    except Untrusted as fault:
        code = unreachable_code(fault)
        yield Step(code, False, address if code == "status" else client.issuer)
        return
    yield Step("reached", True, client.issuer)
    yield _clock(answer.date, now)
    try:
        document = read_object(answer.body)
    except Untrusted:
        yield Step("not_metadata", False, address)
        return
    yield _issuer(document, client.issuer)
    yield from _offers(document, client.issuer)
    yield _keys(document, client.issuer)
    yield _secret(document, client)
    yield _sign_out(document)


def unreachable_code(fault: Untrusted) -> str:
    """Why there is no answer: by the exception of the network or of TLS where there is one."""
    cause = fault.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CERTIFICATE_FAULTS.get(cause.verify_code, "certificate_name")
    kinds: dict[type[BaseException], str] = {
        ssl.SSLError: "tls", socket.gaierror: "unknown_host", ConnectionRefusedError: "refused",
    }  # fmt: skip
    found = next((code for kind, code in kinds.items() if isinstance(cause, kind)), fault.code)
    return found if found in SENTENCES else "unreachable"


def _clock(said: str, now: datetime) -> Step:
    """The time in the answer (RFC 9110, section 6.6.1) against the time of the database."""
    try:
        difference = abs((parsedate_to_datetime(said) - now).total_seconds())
    except (TypeError, ValueError):
        return Step("clock_unknown", None)
    fact = f"{difference:.0f} s"
    return Step("clock_apart", False, fact) if difference > SKEW else Step("clock", True, fact)


def _issuer(document: dict[str, Any], issuer: str) -> Step:
    if same(document.get("issuer"), issuer):
        return Step("issuer", True, issuer)
    return Step("issuer_other", False, str(document.get("issuer", ""))[:LONGEST_FACT])


def _offers(document: dict[str, Any], issuer: str) -> Iterator[Step]:
    faults = discovery.metadata_faults(document, issuer)
    if "metadata_address" in faults:
        yield Step("addresses", False, ", ".join(discovery.ENDPOINTS))
    if "metadata_offer" in faults:
        yield Step("flow_missing", False)
    elif "metadata_address" not in faults:
        yield Step("flow", True)


def _keys(document: dict[str, Any], issuer: str) -> Step:
    address = str(document.get("jwks_uri", ""))[:LONGEST_FACT]
    try:
        if not oidc_http.same_site(address, issuer):
            raise Untrusted("address")
        keys = read_object(oidc_http.fetch(address).body).get("keys")
    except Untrusted:
        return Step("keys_unreachable", False, address)
    usable = [one for one in keys if is_usable_key(one)] if isinstance(keys, list) else []
    return Step("keys", True, ", ".join(one["kid"][:40] for one in usable[:5])) if usable else Step("no_keys", False)


def _secret(document: dict[str, Any], client: Client) -> Step:
    """Ask the token endpoint with a code that does not exist: it names the client's fault first (RFC 6749, 5.2)."""
    endpoint = str(document.get("token_endpoint", ""))[:LONGEST_FACT]
    form = {
        "grant_type": "authorization_code", "code": NO_CODE, "redirect_uri": client.redirect_uri,
        "client_id": client.client_id,
    }  # fmt: skip
    headers: dict[str, str] = {}
    if "client_secret_basic" in document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        headers["Authorization"] = basic_header(client.client_id, client.secret)
    else:
        form["client_secret"] = client.secret
    try:
        if not oidc_http.same_site(endpoint, client.issuer):
            raise Untrusted("address")
        answer = oidc_http.fetch(endpoint, form=form, headers=headers, any_status=True)
        said = read_object(answer.body).get("error")
    except Untrusted:
        return Step("secret_unknown", None, endpoint)
    if said in {"invalid_client", "unauthorized_client"} or answer.status == 401:
        return Step("secret_wrong", False, str(said)[:60])
    return Step("secret", True)


def _sign_out(document: dict[str, Any]) -> Step:
    """A form may lead to the provider's sign-out page only if the content security policy names its origin."""
    end = document.get("end_session_endpoint")
    if not isinstance(end, str):
        return Step("no_sign_out", None)
    try:
        parts = oidc_http.address(end)
    except Untrusted:
        return Step("no_sign_out", None)  # the addresses were already found wrong
    origin = f"{parts.scheme}://{parts.netloc}"
    named = origin in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
    return Step("sign_out", True, origin) if named else Step("sign_out_origin", None, origin)
