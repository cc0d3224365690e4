"""What letters say about accounts: identities, affiliations, links, tokens and the break-glass accounts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ABOUT_ACCOUNTS: dict[str, tuple[Any, Any]] = {
    "identity_linked.person": (
        _("An identity was added to your account"),
        _(
            "Anyone who signs in with that identity at %(provider)s is now signed in as you. If "
            "you did not add it, contact the portal’s operator at once. The operator can split it "
            "off again."
        ),
    ),
    "break_glass.made.auditor": (
        _("An emergency account was created"),
        _("%(account)s was created on the command line. It is for signing in when no institution’s sign-in works."),
    ),
    "break_glass.disabled.auditor": (
        _("An emergency account was disabled"),
        _("%(account)s was disabled on the command line. Nobody can sign in with it."),
    ),
    "break_glass.used.auditor": (
        _("A person signed in with an emergency account"),
        _(
            "%(account)s was used on %(when)s. It has the operator role for one hour and no access "
            "to registered or controlled data. Ask the operators who used it and why, and check "
            "what was done with it."
        ),
    ),
    "break_glass.refused.auditor": (
        _("A sign-in with an emergency account was refused"),
        _(
            "Someone tried to sign in as %(account)s on %(when)s. The sign-in was refused. After "
            "five failed attempts the account is locked for 15 minutes. You are notified of at "
            "most six attempts in 15 minutes. The event log contains every attempt."
        ),
    ),
    "break_glass.refused.auditor_unknown": (
        _("A sign-in with an emergency account was refused"),
        _(
            "Someone tried to sign in on %(when)s with an emergency account that does not exist. "
            "You are notified of at most six attempts in 15 minutes. The event log contains every "
            "attempt."
        ),
    ),
    "affiliation_lapsing.person": (
        _("Your affiliation with %(institution)s expires on %(until)s"),
        _(
            "Sign in through %(institution)s before %(until)s to renew your affiliation. If you do "
            "not, your access to these datasets with controlled access is suspended on that date: "
            "%(access)s."
        ),
    ),
    "affiliation_lapsing.official": (
        _("The affiliation of %(person)s expires on %(until)s"),
        _(
            "No sign-in through %(institution)s has confirmed the affiliation of %(person)s for a "
            "long time. It expires on %(until)s, and access to these datasets with controlled "
            "access is then suspended: %(access)s. If the person still belongs to your "
            "institution, confirm the affiliation. Otherwise you do not need to do anything."
        ),
    ),
    "affiliation_lapsed.person": (
        _("Your affiliation with %(institution)s has expired"),
        _(
            "Your affiliation expired on %(until)s. Your access to these datasets with controlled "
            "access is suspended: %(access)s. To resume it, sign in through %(institution)s, or "
            "ask one of its signing officials to confirm your affiliation."
        ),
    ),
    "affiliation_ended.person": (
        _("%(institution)s ended your affiliation"),
        _(
            "%(actor)s, a signing official of %(institution)s, ended your affiliation. Your access "
            "to these datasets with controlled access is suspended: %(access)s. Signing in does "
            "not restore it. If this is a mistake, contact a signing official of the institution. "
            "Reason:"
        ),
    ),
    "affiliation_affirmed.person": (
        _("%(institution)s confirmed your affiliation"),
        _(
            "%(actor)s, a signing official of %(institution)s, confirmed your affiliation. Your "
            "access to these datasets with controlled access depends on it: %(access)s. Reason:"
        ),
    ),
    "link_misused.maker": (
        _("Someone else opened your download link to %(file)s"),
        _(
            "Someone signed in to another account opened the download link that you created for "
            "“%(file)s”. They were refused. If you did not share the link, end it on the download "
            "links page."
        ),
    ),
    "links_guessed.operator": (
        _("Attempts to use download links that do not exist"),
        _(
            "%(count)s download links that do not exist were tried from one network within 15 "
            "minutes. Further such attempts from there are refused. Links that exist still work. "
            "The server log shows the address. If the attempts continue, block the address at the "
            "reverse proxy."
        ),
    ),
    "token_made.personal": (
        _("A personal access token was created for your account"),
        _(
            "The token “%(token)s” was created. It expires on %(ends)s. If you did not create it, "
            "revoke the token on the access tokens page at once."
        ),
    ),
    "token_made.device": (
        _("A device was authorised for your account"),
        _(
            "“%(token)s” can act in your name until %(ends)s at the latest, because its code was "
            "entered in your account. If you did not start this, revoke the token on the access "
            "tokens page at once."
        ),
    ),
    "token_made.service": (
        _("A token was created for your service account"),
        _(
            "The token “%(token)s” of the service account “%(service)s” was created. It expires on "
            "%(ends)s. If you did not create it, revoke the token on the service account page at "
            "once."
        ),
    ),
    "token_revoked.person": (
        _("One of your access tokens was revoked"),
        _("The token “%(token)s” was revoked and no longer works."),
    ),
    "token_reused.person": (
        _("A device was signed out of your account"),
        _(
            "“%(token)s” used a secret that had already been used. Two programs may have it, and "
            "one of them may not be yours, so both are signed out. If you copied the secret to "
            "another machine, authorise each machine separately. If not, someone may have read it "
            "on your machine. Check that first."
        ),
    ),
}
