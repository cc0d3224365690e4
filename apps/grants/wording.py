"""Each part of the access rule as a sentence, for when it holds and for when it does not."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# part: (it holds, it does not)
SENTENCES: dict[str, tuple[Any, Any]] = {
    "person": (
        gettext_lazy("Your account is active, or the data are open to everyone."),
        gettext_lazy("Sign in: without an active account only open data can be downloaded."),
    ),
    "own_account": (
        gettext_lazy("You signed in as yourself, or the data are open to everyone."),
        gettext_lazy(
            "A break-glass account opens no data; neither does a visit without signing in, unless they are open."
        ),
    ),
    "affiliated": (
        gettext_lazy("An institution stands behind you, or the data are open and need none."),
        gettext_lazy("No institution stands behind you at present: sign in through yours."),
    ),
    "published": (gettext_lazy("The version is published."), gettext_lazy("The version is not published.")),
    "not_withdrawn": (gettext_lazy("The version stands."), gettext_lazy("The version was withdrawn.")),
    "embargo_past": (gettext_lazy("No embargo is in the way."), gettext_lazy("The version is still under embargo.")),
    "entitled": (
        gettext_lazy("The access level lets you in: open, terms accepted, or a grant in force."),
        gettext_lazy(
            "Nothing lets you in yet: accept the terms (registered data) or ask for access (controlled data)."
        ),
    ),
    "second_factor": (
        gettext_lazy("The sign-in had a second factor, or the data ask for none."),
        gettext_lazy("These data ask for a second factor, and this sign-in, token or link had none."),
    ),
    "not_frozen": (gettext_lazy("Downloads are running."), gettext_lazy("All downloads are stopped at present.")),
    "begun": (gettext_lazy("The grant has begun."), gettext_lazy("The grant has not begun yet.")),
    "not_ended": (gettext_lazy("The grant has not ended."), gettext_lazy("The grant has ended.")),
    "not_revoked": (gettext_lazy("The grant was not revoked."), gettext_lazy("The grant was revoked.")),
    "not_suspended": (gettext_lazy("The grant is not suspended."), gettext_lazy("The grant is suspended.")),
    "signed": (gettext_lazy("You signed the agreement."), gettext_lazy("Your own signature is missing.")),
    "executed": (
        gettext_lazy("Both sides signed the agreement."),
        gettext_lazy("The agreement is not signed by both sides yet."),
    ),
    "not_terminated": (gettext_lazy("The agreement stands."), gettext_lazy("The agreement was terminated.")),
    "vouched": (
        gettext_lazy("The institution that stood behind you when you signed still does."),
        gettext_lazy(
            "The institution that stood behind you when you signed no longer does: sign in through it, ask one of its "
            "signing officials to affirm you, or ask anew from where you are now."
        ),
    ),
}


def sentence_of(part: str, *, holds: bool) -> str:
    """The part as a sentence; a part without one says so instead of vanishing."""
    good, bad = SENTENCES.get(part, (_("A further condition is met."), _("A further condition is not met.")))
    return str(good if holds else bad)
