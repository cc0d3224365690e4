"""What letters say about accounts: identities, affiliations, links, tokens and the break-glass accounts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ABOUT_ACCOUNTS: dict[str, tuple[Any, Any]] = {
    "identity_linked.person": (
        _("A second identity was added to your account"),
        _(
            "Whoever signs in with that identity, at %(provider)s, is signed in as you from now on. If this was not "
            "you, write to the portal’s operator at once: the two can be taken apart."
        ),
    ),
    "break_glass.made.auditor": (
        _("A break-glass account was made"),
        _("%(account)s was made at the command line. With it somebody can sign in when no institution answers."),
    ),
    "break_glass.disabled.auditor": (
        _("A break-glass account was disabled"),
        _("%(account)s was disabled at the command line. Nobody signs in with it any more."),
    ),
    "break_glass.used.auditor": (
        _("Somebody signed in with a break-glass account"),
        _(
            "%(account)s was used on %(when)s. It holds the operator's desk for an hour and opens no data."
            " Please ask the operators who used it and why, and look through what was done with it."
        ),
    ),
    "break_glass.refused.auditor": (
        _("A break-glass sign-in was turned away"),
        _(
            "Somebody tried to sign in as %(account)s on %(when)s and was turned away. Five wrong tries let the account"
            " rest for a quarter of an hour. Further letters about tries wait as long; the event log holds every one."
        ),
    ),
    "break_glass.refused.auditor_unknown": (
        _("A break-glass sign-in was turned away"),
        _(
            "On %(when)s somebody tried to sign in with a break-glass account that does not exist."
            " Further letters about tries wait a quarter of an hour; the event log holds every one."
        ),
    ),
    "affiliation_lapsing.person": (
        _("%(institution)s stands behind you until %(until)s"),
        _(
            "Sign in through %(institution)s before %(until)s, and its word that you belong to it counts anew."
            " Otherwise what rests on it stops then: %(access)s."
        ),
    ),
    "affiliation_lapsing.official": (
        _("The affiliation of %(person)s lapses on %(until)s"),
        _(
            "%(person)s has not signed in through %(institution)s for a long time. On %(until)s its word about them"
            " lapses, and with it: %(access)s. If they are still with you, affirm them; otherwise there is nothing to"
            " do."
        ),
    ),
    "affiliation_lapsed.person": (
        _("%(institution)s no longer stands behind you"),
        _(
            "Its word that you belong to it lapsed on %(until)s, and what rests on it has stopped: %(access)s."
            " It goes on when you sign in through %(institution)s, or when one of its signing officials affirms you."
        ),
    ),
    "affiliation_ended.person": (
        _("%(institution)s has ended your affiliation"),
        _(
            "%(actor)s, who signs for %(institution)s, has said that you no longer belong to it. What rests on its word"
            " has stopped: %(access)s. A sign-in does not bring it back; if this is a mistake, ask a signing official"
            " of the institution. This is the reason given:"
        ),
    ),
    "affiliation_affirmed.person": (
        _("%(institution)s stands behind you"),
        _(
            "%(actor)s, who signs for %(institution)s, has affirmed that you belong to it. What rests on its word goes"
            " on: %(access)s. This is what was said:"
        ),
    ),
    "link_misused.maker": (
        _("Somebody else opened your link to %(file)s"),
        _(
            "Somebody who is signed in as another person opened the download link that you made for “%(file)s”. They "
            "were refused. If you gave it to nobody, end the link on its page."
        ),
    ),
    "links_guessed.operator": (
        _("Somebody tries download links that do not exist"),
        _(
            "%(count)s links that do not exist were tried from one network within a quarter of an hour. Further tries "
            "from there are answered with “wait”; real links go on working. The server's log names the address. If it "
            "does not stop, close the address out at the front server."
        ),
    ),
    "token_made.personal": (
        _("A personal token was made for your account"),
        _("The token “%(token)s” was made; it ends on %(ends)s. If this was not you, revoke it on its page at once."),
    ),
    "token_made.device": (
        _("A program was let in to your account"),
        _(
            "“%(token)s” may act for you now, until %(ends)s at the latest, because its code was typed here. If you "
            "did not start it yourself, revoke it on the page of your tokens at once."
        ),
    ),
    "token_made.service": (
        _("A token was made for your service account"),
        _(
            "The token “%(token)s” of the service account “%(service)s” was made; it ends on %(ends)s. If this was not "
            "you, revoke it on the account's page at once."
        ),
    ),
    "token_revoked.person": (
        _("A token of yours was revoked"),
        _("The token “%(token)s” was revoked and opens nothing any more."),
    ),
    "token_reused.person": (
        _("A program was locked out of your account"),
        _(
            "“%(token)s” showed a key that had been used before. So two programs have it, and one of them may not be "
            "yours: both are locked out. If you copied the key to another machine, let each of them in by itself. If "
            "not, somebody may have read it on your machine: look into that first."
        ),
    ),
}
