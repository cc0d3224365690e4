"""The provider's own pages: sign in, and who is signed in here."""

from django import forms
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from deploy.demo.identity_provider import visas
from deploy.demo.identity_provider.accounts import InventedAccounts
from deploy.demo.people import INSTITUTIONS, PEOPLE, DemoPerson


class SignInForm(forms.Form):
    """An e-mail and a password, or a press on one of the accounts."""

    email = forms.EmailField(
        label="E-mail", required=False, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password", required=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    account = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest | None = None, **given: object) -> None:
        super().__init__(**given)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, str]:
        typed = self.cleaned_data
        chosen = next((one for one in PEOPLE if one.key == typed.get("account")), None)
        email, password = (
            (chosen.email, chosen.password) if chosen else (typed.get("email", ""), typed.get("password", ""))
        )
        self.user = InventedAccounts().authenticate(self.request, email=email, password=password)
        if self.user is None:
            raise forms.ValidationError("No account has that e-mail and password. The accounts are listed below.")
        return typed

    def get_user(self) -> User | None:
        return self.user


class SignIn(LoginView):
    """Asks who somebody is, also when the browser is signed in already: prompt=login means what it says."""

    template_name = "sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = False

    def form_valid(self, form: SignInForm) -> HttpResponse:
        # A fresh sign-in of the same person also gets a new session and a new time.
        self.request.session.flush()
        login(self.request, form.get_user(), backend="deploy.demo.identity_provider.accounts.InventedAccounts")
        return HttpResponseRedirect(self.get_success_url())

    def get_default_redirect_url(self) -> str:
        return "/"

    def get_context_data(self, **given: object) -> dict[str, object]:
        return {**super().get_context_data(**given), "accounts": _accounts()}


def _accounts() -> list[tuple[DemoPerson, str]]:
    names = {one.key: one.name for one in INSTITUTIONS}
    return [(one, names[one.institution]) for one in PEOPLE]


def no_icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for one unasked; an address that is not there would stand in their console as a fault."""
    return HttpResponse(status=204)


def visa_keys(request: HttpRequest) -> HttpResponse:
    """The public keys of the demo's visa issuer (RFC 7517)."""
    return JsonResponse(visas.published())


def home(request: HttpRequest) -> HttpResponse:
    """Who this browser is signed in as at the provider."""
    return render(request, "home.html")
