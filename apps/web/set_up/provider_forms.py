"""What an operator enters about identity providers and visa issuers."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.people.models import Institution, Provider
from apps.people.models.providers import STANDARD_CLAIMS
from apps.people.rules import check_domains, check_new_slug, check_provider
from apps.web.common.forms import CleanTextField, RequiredTextField, name_the_rest
from apps.web.set_up.forms import ManyLinesField, SeenForm, institution_field

EXACT = {"class": "mono", "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
CLAIM_LABELS = {
    "name": _("Claim with the name"),
    "email": _("Claim with the e-mail address"),
    "email_verified": _("Claim that says whether the e-mail address is verified"),
    "orcid": _("Claim with the ORCID iD"),
    "institution": _("Claim with the institution (ROR ID)"),
    "scoped_affiliations": _("Claim with the affiliations"),
    "assurance": _("Claim with the assurance"),
}


def exact(**more: Any) -> forms.TextInput:
    """A field for identifiers that are compared exactly."""
    return forms.TextInput(attrs={**EXACT, **more})


class ShortNameMixin(forms.Form):
    """The name of a new row in addresses."""

    slug = RequiredTextField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Part of the web address, for example nordvik. Cannot be changed later."),
        widget=exact(),
    )


class ProviderForm(SeenForm):
    """An identity provider; its secret is named, never entered."""

    name = RequiredTextField(
        label=_("Name on the sign-in page"), max_length=200, help_text=_("For example, the name of the institution.")
    )
    institution = institution_field(
        required=False,
        help_text=_("Each sign-in through this provider confirms the affiliation with this institution."),
    )
    issuer = RequiredTextField(
        label=_("Issuer"),
        max_length=300,
        help_text=_("The address in the provider’s documentation, without /.well-known/openid-configuration."),
        widget=exact(inputmode="url"),
    )
    client_id = RequiredTextField(
        label=_("Client ID"),
        max_length=200,
        help_text=_("Given by the provider when it registers this portal."),
        widget=exact(),
    )
    secret_name = forms.ChoiceField(
        label=_("Client secret"),
        help_text=_(
            "The secret is not entered here and is never shown. Add it on the server to PROVIDER_SECRETS as "
            "name:secret, restart the portal, and choose its name."
        ),
        error_messages={"required": _("Choose a secret."), "invalid_choice": _("Choose a secret from the list.")},
    )
    domains = ManyLinesField(
        label=_("Domains"),
        max_length=5000,
        required=False,
        help_text=_(
            "One per line, for example hospital.example. Affiliations with other domains do not count. People who "
            "enter their e-mail address on the sign-in page find this provider by the domain."
        ),
    )
    allowed_institutions = forms.ModelMultipleChoiceField(
        label=_("Institutions that this provider may name in its claims"),
        queryset=Institution.objects.order_by("name", "pk"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("Only for a provider that serves several institutions, such as a federation."),
    )
    scopes = RequiredTextField(label=_("Scopes"), max_length=300, initial="openid email profile", widget=exact())
    requested_acr = CleanTextField(
        label=_("Requested acr values"),
        max_length=300,
        required=False,
        help_text=_("Sent to the provider at every sign-in (acr_values)."),
        widget=exact(),
    )
    second_factor_acrs = ManyLinesField(
        label=_("acr values that mean a second factor"),
        max_length=5000,
        required=False,
        help_text=_(
            "One per line, for example https://refeds.org/profile/mfa. The value mfa in amr always counts as a second"
            " factor."
        ),
    )
    trusts_visas = forms.BooleanField(label=_("Accept GA4GH passports from this provider"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = [(name, name) for name in sorted(settings.PROVIDER_SECRETS)]
        secret = self.fields["secret_name"]
        assert isinstance(secret, forms.ChoiceField)
        secret.choices = [("", _("Choose a secret")), *names]
        mapped = self.initial.get("claims", {})
        for ours, standard in STANDARD_CLAIMS.items():
            self.initial[f"claim_{ours}"] = mapped.get(ours, "")
            self.fields[f"claim_{ours}"] = CleanTextField(
                label=CLAIM_LABELS[ours],
                max_length=200,
                required=False,
                widget=exact(placeholder=standard),
            )

    def clean(self) -> None:
        """What the command would refuse is named with the other errors."""
        self.check(self.initial.get("slug", ""))

    def check(self, slug: str) -> None:
        """The rules of the command, asked about what is right so far of the provider with this short name."""
        said = self.cleaned_data
        facts = {name: said.get(name, "") for name in ("name", "issuer", "client_id", "secret_name", "scopes")}
        name_the_rest(self, lambda: check_provider(slug=slug, **facts), lambda: check_domains(said.get("domains", ())))

    @property
    def claim_fields(self) -> list[Any]:
        return [self[f"claim_{ours}"] for ours in STANDARD_CLAIMS]

    def facts(self) -> dict[str, Any]:
        """What the command takes."""
        said = dict(self.cleaned_data)
        names = {ours: said.pop(f"claim_{ours}") for ours in STANDARD_CLAIMS}
        said["claims"] = {ours: theirs for ours, theirs in names.items() if theirs}
        said["named"] = said.pop("allowed_institutions")
        return said


class NewProviderForm(ShortNameMixin, ProviderForm):
    """A provider that nobody knows yet."""

    field_order = ("name", "slug", "institution")

    def clean(self) -> None:
        """A short name that is taken says nothing about the issuer."""
        slug = self.cleaned_data.get("slug", "")
        name_the_rest(self, lambda: check_new_slug(Provider, slug))
        self.check("" if "slug" in self.errors else slug)


class VisaIssuerForm(SeenForm):
    """Whose signature on visas counts, exactly as the visas say it."""

    title = RequiredTextField(label=_("Name"), max_length=200)
    issuer = RequiredTextField(
        label=_("Issuer"), max_length=300, help_text=_("Exactly as in its visas (iss)."), widget=exact(inputmode="url")
    )
    jku = RequiredTextField(
        label=_("Address of the issuer’s keys"),
        max_length=300,
        help_text=_("Exactly as in its visas (jku). The portal calls no other address."),
        widget=exact(inputmode="url"),
    )
    sources = ManyLinesField(
        label=_("Sources"),
        max_length=5000,
        help_text=_("One per line: the organisations whose statements this issuer may pass on, as https addresses."),
        error_messages={"required": _("Enter at least one source.")},
    )
    provider = forms.ModelChoiceField(
        label=_("Identity provider that uses the same user identifiers (sub)"),
        queryset=Provider.objects.order_by("name", "pk"),
        required=False,
        empty_label=_("no provider"),
        help_text=_(
            "If you choose no provider, a visa counts only if a LinkedIdentities visa connects it to the person’s "
            "sign-in."
        ),
    )


class NewVisaIssuerForm(ShortNameMixin, VisaIssuerForm):
    """A visa issuer that nobody trusts yet."""

    field_order = ("title", "slug")
