"""The person behind a provider's answer, after every check; mozilla-django-oidc carries the steps.

As shipped the library matches people by e-mail and leaves audience, issuer and the userinfo's subject unchecked, so
the steps that decide are replaced here. A person is (issuer, subject), nothing else.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from apps.core import clock
from apps.core.actors import SYSTEM
from apps.identity.commands.identities import link_identity
from apps.identity.oidc import admission, discovery, silent_recheck
from apps.identity.oidc import http as oidc_http
from apps.identity.oidc.checks import (
    Expected,
    Untrusted,
    claim_faults,
    hash_faults,
    moment,
    same,
    subject_faults,
    token_faults,
    usable,
    userinfo_faults,
)
from apps.identity.oidc.claims import facts_about, institution_of, plain, scoped_at, words
from apps.identity.oidc.client_credentials import basic_header
from apps.identity.oidc.factors import has_second_factor
from apps.identity.oidc.passports import visas_of
from apps.identity.oidc.signatures import signed_claims
from apps.identity.oidc.strict import read_object
from apps.people.commands.people import get_or_create_person
from apps.people.commands.visas import store_visas
from apps.people.models import Identity, Person, Provider


class InstitutionalSignIn(OIDCAuthenticationBackend):
    """Knows a person by issuer and subject; refuses every answer that is not wholly in order."""

    provider: Provider
    entry: dict[str, Any]

    def __init__(self) -> None:
        """The library reads one provider from the settings here; ours come from the table, one a sign-in."""
        self.UserModel = get_user_model()

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> Person | None:
        """The person, or None with the reason left on the request for the page and the log."""
        begun = getattr(request, "sign_in_begun", None)
        if request is None or begun is None:
            return None
        self.provider, self.entry = begun
        self.OIDC_RP_CLIENT_ID = self.provider.client_id
        self.OIDC_RP_CLIENT_SECRET = ""  # goes into a header, see get_token
        try:
            person: Person | None = super().authenticate(request, **kwargs)
        except Untrusted as fault:
            request.sign_in_fault = fault.code  # type: ignore[attr-defined]
            return None
        return person

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The code for tokens, at the token endpoint of the provider that was asked, with the PKCE verifier."""
        document = discovery.document_of(self.provider)
        form = {name: value for name, value in payload.items() if name != "client_secret"}
        form["redirect_uri"] = self.entry["redirect_uri"]
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        answer = read_object(self._ask_for_token(document["token_endpoint"], form, basic="client_secret_basic" in ways))
        _refuse(token_faults(answer))
        return answer

    def _ask_for_token(self, endpoint: str, form: dict[str, Any], *, basic: bool) -> bytes:
        """With the client secret; if the provider refuses, with the other one that it may have been changed from."""
        first, *others = self._secrets()
        try:
            return self._call(endpoint, form, first, basic=basic)
        except Untrusted as fault:
            if not others or fault.code not in {"client_secret", "status"}:  # not every provider says which it is
                raise
        return self._call(endpoint, form, others[0], basic=basic)

    def _call(self, endpoint: str, form: dict[str, Any], secret: str, *, basic: bool) -> bytes:
        if basic:
            headers = {"Authorization": basic_header(self.provider.client_id, secret)}
            return oidc_http.fetch(endpoint, form=form, headers=headers).body
        return oidc_http.fetch(endpoint, form={**form, "client_secret": secret}, headers={}).body

    def _secrets(self) -> list[str]:
        name = self.provider.secret_name
        found = [secrets.get(name, "") for secrets in (settings.PROVIDER_SECRETS, settings.PROVIDER_SECRET_FALLBACKS)]
        if not found[0]:
            raise Untrusted("no_secret")
        return [secret for secret in found if secret]

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        claims = signed_claims(self.provider, token)
        expected = Expected(
            issuer=self.provider.issuer,
            client_id=self.provider.client_id,
            nonce=kwargs["nonce"],
            now=clock.now().timestamp(),
            proof_since=self.entry["added_on"] if self.entry["again"] else None,
        )
        _refuse(claim_faults(claims, expected))
        return claims

    def store_tokens(self, access_token: str, id_token: str) -> None:  # noqa: ARG002 - the library's shape
        """Nothing is kept before the person is known; the view keeps the identity token for the provider's sign-out."""
        self.request.sign_in_token = id_token

    def get_userinfo(
        self,
        access_token: str,
        id_token: str,  # noqa: ARG002 - the library's shape
        payload: dict[str, Any],
    ) -> dict[str, Any]:
        """What the provider says of the person; a signed answer is checked like any signed token."""
        endpoint = discovery.document_of(self.provider).get("userinfo_endpoint")
        if not endpoint:
            return payload
        answer = oidc_http.fetch(endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if answer.kind != "application/jwt":
            said = read_object(answer.body)
        else:
            said = signed_claims(self.provider, answer.body.decode("ascii", "replace").strip())
            if not same(said.get("iss"), self.provider.issuer) or said.get("aud") != self.provider.client_id:
                raise Untrusted("userinfo")
        return said

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> Person | None:
        """The person behind (issuer, subject); nobody comes into being before the last check is passed."""
        _refuse(subject_faults(payload) + hash_faults(payload, access_token))
        said = self.get_userinfo(access_token, id_token, payload)
        _refuse(userinfo_faults(said, payload["sub"]))
        facts = facts_about(self.provider, said)
        facts |= {"acr": plain(payload.get("acr"), 200), "amr": words(payload.get("amr"))}
        self.request.sign_in = {
            "issuer": self.provider.issuer,
            "acr": facts["acr"],
            "amr": facts["amr"],
            "assurance": facts["assurance"],
            "second_factor": has_second_factor(
                acr=facts["acr"], amr=facts["amr"], accepted=self.provider.second_factor_acrs
            ),
            # a provider that does not say when it asked for proof has proved nothing for a signature
            "auth_time": int(moment(payload.get("auth_time")) or 0),
        }
        self.request.sign_in_facts = facts
        self.request.sign_in_said = {**payload, **said}
        self.request.sign_in_subject = payload["sub"]
        self.request.sign_in_sid = payload["sid"] if usable(payload.get("sid")) else ""
        self.request.sign_in_issued = datetime.fromtimestamp(moment(payload.get("iat")) or 0, tz=UTC)
        if self.entry["silent"]:
            return self._still_here()
        visas = visas_of(self.provider, payload["sub"], said, now=clock.now().timestamp())
        person = self._linked(facts) if self.entry["link"] else self._known_person(facts)
        store_visas(self.provider, subject=payload["sub"], visas=visas, by=SYSTEM)
        return person

    def _still_here(self) -> Person:
        """Asked without any page: the answer is about whoever sits here, or it counts for nothing."""
        person = silent_recheck.confirmed_person(
            self.request,
            provider=self.provider,
            subject=self.request.sign_in_subject,
            expected=self.entry["silent"],
        )
        if person is None:
            raise Untrusted("another_person")
        return person

    def _known_person(self, facts: dict[str, Any]) -> Person:
        subject, institution = self.request.sign_in_subject, institution_of(self.provider, facts)
        known = Identity.objects.filter(issuer=self.provider.issuer, subject=subject).select_related("person").first()
        self.request.sign_in_first = known is None
        if not admission.admits(known.person if known is not None else None):
            raise Untrusted("restored")
        if known is not None and not known.person.is_active:
            self.request.sign_in_person = known.person
            raise Untrusted("inactive")
        return get_or_create_person(
            self.provider.issuer,
            subject=subject,
            name=facts["name"],
            email=facts["email"],
            email_verified=facts["email_verified"],
            provider=self.provider,
            institution=institution,
            scoped=scoped_at(institution, facts),
            claims=facts,
            by=SYSTEM,
        )

    def _linked(self, facts: dict[str, Any]) -> Person:
        """The signed-in person gains this identity; the two sign-ins were made in one sitting."""
        visitor: Any = self.request.user
        if not visitor.is_authenticated or str(visitor.pk) != self.entry["link"]:
            raise Untrusted("link_of_another")
        person: Person = visitor
        institution = institution_of(self.provider, facts)
        linked = link_identity(
            person, provider=self.provider, subject=self.request.sign_in_subject, claims=facts,
            institution=institution, scoped=scoped_at(institution, facts), by=person,
        )  # fmt: skip
        if not linked:
            raise Untrusted("identity_taken")
        return person

    def get_user(self, user_id: Any) -> Person | None:
        """A deactivated person is out at their next request."""
        return Person.objects.filter(pk=user_id, is_active=True).select_related("institution").first()


def _refuse(faults: list[str]) -> None:
    if faults:
        raise Untrusted(faults[0])
