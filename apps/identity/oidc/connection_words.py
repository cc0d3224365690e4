"""What each step of a connection test says to the operator, by its code: what is wrong, and who mends it how."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "reached": _("The provider answers, and its certificate is valid."),
    "certificate_expired": _("The provider’s certificate has expired. Ask the provider to renew it."),
    "certificate_not_yet": _("The provider’s certificate is not valid yet. Check the clock of this machine."),
    "certificate_unknown": _(
        "The provider’s certificate was issued by an authority that this machine does not know. Install the "
        "authority’s "
        "certificate on this machine, or ask the provider to send the complete chain."
    ),
    "certificate_name": _("The provider’s certificate is for another host name. Check the issuer."),
    "tls": _(
        "No secure connection could be made. Gatehouse needs TLS 1.2 or newer. Ask the provider which versions it "
        "supports."
    ),
    "unknown_host": _(
        "This host name is not known. Check the spelling of the issuer and the name server of this machine."
    ),
    "refused": _(
        "The host refuses the connection. Check the port in the issuer, and whether a firewall lets this machine reach "
        "it."
    ),
    "unreachable": _("The host cannot be reached from this machine. Check the network and the firewall."),
    "slow": _("The provider did not answer in time. Check whether a firewall lets this machine reach it."),
    "busy": _("Too many sign-ins are in progress. Try again in a few seconds."),
    "address": _("Gatehouse cannot open this address. Enter the issuer as an https address."),
    "status": _("The host answers, but publishes no settings at this address. Check the path of the issuer."),
    "not_metadata": _("The host does not publish OpenID Connect settings at this address. Check the issuer."),
    "clock": _("The clocks of the provider and of the portal agree."),
    "clock_unknown": _("The provider does not send its time, so the clocks were not compared."),
    "clock_apart": _(
        "The clocks of the provider and of the portal differ by more than a minute, so sign-ins would be refused. "
        "Synchronise the clock of this machine."
    ),
    "issuer": _("The issuer in the provider’s settings is the one you entered."),
    "issuer_other": _(
        "The provider uses another issuer. Enter it exactly as shown here, including a slash at the end."
    ),
    "addresses": _(
        "The provider’s settings lack an address that Gatehouse needs, or one is not https. Ask the provider."
    ),
    "flow": _("The provider supports the authorisation code flow with PKCE (S256)."),
    "flow_missing": _(
        "The provider does not offer what Gatehouse needs: the authorisation code flow with PKCE (S256), and tokens "
        "signed "
        "with RS256 or ES256. Ask the provider."
    ),
    "keys": _("The provider’s signing keys can be read and used."),
    "keys_unreachable": _("The provider’s signing keys cannot be read. Ask the provider."),
    "no_keys": _(
        "The provider publishes no signing key that Gatehouse can use: RS256 with at least 2048 bits, or ES256, with a "
        "key "
        "ID (kid). Ask the provider."
    ),
    "secret": _("The provider accepts the client ID and the client secret."),
    "secret_unknown": _("The answer of the provider does not show whether the client secret is right."),
    "secret_wrong": _(
        "The provider does not accept the client ID with this secret. Copy both again from the provider; the secret "
        "may "
        "have been replaced."
    ),
    "sign_out": _("Signing out here also signs people out at the provider."),
    "no_sign_out": _("The provider has no address for signing out. Signing out ends only the session here."),
    "sign_out_origin": _(
        "Browsers will not open the provider’s page for signing out. Add this origin to SIGN_IN_ORIGINS in the "
        "environment "
        "and restart the portal."
    ),
}
