"""Who the invented accounts are, and what a token says about them."""

import hmac
from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from oauth2_provider.oauth2_validators import OAuth2Validator

from deploy.demo.identity_provider import visas
from deploy.demo.people import PEOPLE, DemoPerson


class InventedAccounts(ModelBackend):
    """Knows the people of deploy/demo/people.py by e-mail; their passwords are public, so none is stored."""

    def authenticate(
        self,
        request: HttpRequest | None,
        email: str = "",
        password: str = "",
        **others: Any,  # noqa: ARG002 - Django's shape
    ) -> User | None:
        """The account with that e-mail and password, if the demo has one."""
        for one in PEOPLE:
            fits = hmac.compare_digest(one.password.encode(), password.encode())
            if fits and one.email.casefold() == email.strip().casefold():
                return User.objects.filter(username=one.subject, is_active=True).first()
        return None


class Claims(OAuth2Validator):
    """The subject is stable and says nothing; the address and the name may change."""

    oidc_claim_scope = {**OAuth2Validator.oidc_claim_scope, "groups": "profile", "amr": "openid"}

    def get_additional_claims(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "sub": lambda request: request.user.username,
            "email": lambda request: request.user.email,
            "email_verified": lambda request: bool(request.user.email),
            "name": lambda request: request.user.first_name,
            "groups": lambda request: list(_invented(request.user).groups),
            "amr": lambda request: list(_invented(request.user).amr),
        }

    def validate_silent_login(self, request: Any) -> bool:
        """prompt=none: the view has answered whoever is not signed in here already."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        """The only client is asked nothing."""
        return True

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        """The passport is in the userinfo alone: an identity token travels in addresses, where it must be short."""
        claims: dict[str, Any] = super().get_userinfo_claims(request)
        passport = visas.passport_of(request.user.username) if visas.CLAIM in request.scopes else []
        return claims | ({visas.CLAIM: passport} if passport else {})


def _invented(user: User) -> DemoPerson:
    return next(one for one in PEOPLE if one.subject == user.username)
