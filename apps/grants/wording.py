"""Each part of the access rule as a sentence, for when it holds and for when it does not."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# part: (it holds, it does not)
SENTENCES: dict[str, tuple[Any, Any]] = {
    "person": (
        gettext_lazy("Your account is active, or the data have open access."),
        gettext_lazy("Sign in. Without an active account, you can download only open access data."),
    ),
    "own_account": (
        gettext_lazy("You use your own account, or the data have open access."),
        gettext_lazy(
            "You are not signed in, or you use an emergency account. Only open access data can be downloaded this way."
        ),
    ),
    "affiliated": (
        gettext_lazy("You have a valid affiliation with an institution, or the data have open access and need none."),
        gettext_lazy("You have no valid affiliation with an institution. Sign in through your institution."),
    ),
    "published": (gettext_lazy("The version is published."), gettext_lazy("The version is not published.")),
    "not_withdrawn": (gettext_lazy("The version is not withdrawn."), gettext_lazy("The version was withdrawn.")),
    "embargo_past": (
        gettext_lazy("The version is not under embargo."),
        gettext_lazy("The version is still under embargo."),
    ),
    "entitled": (
        gettext_lazy("The access level allows this download: open access, accepted terms of use, or active access."),
        gettext_lazy(
            "The access level does not allow this download yet. Accept the terms of use "
            "(registered access) or request access (controlled access)."
        ),
    ),
    "second_factor": (
        gettext_lazy("The sign-in had a second factor, or the data do not require one."),
        gettext_lazy("These data require a second factor. This sign-in, access token or link had none."),
    ),
    "not_frozen": (gettext_lazy("Downloads are available."), gettext_lazy("All downloads are stopped.")),
    "begun": (gettext_lazy("The access has started."), gettext_lazy("The access has not started yet.")),
    "not_ended": (gettext_lazy("The access has not ended."), gettext_lazy("The access has ended.")),
    "not_revoked": (gettext_lazy("The access was not revoked."), gettext_lazy("The access was revoked.")),
    "not_suspended": (gettext_lazy("The access is not suspended."), gettext_lazy("The access is suspended.")),
    "signed": (gettext_lazy("You signed the agreement."), gettext_lazy("Your signature is missing.")),
    "executed": (
        gettext_lazy("The agreement is fully signed."),
        gettext_lazy("The agreement is not fully signed yet."),
    ),
    "not_terminated": (gettext_lazy("The agreement is not terminated."), gettext_lazy("The agreement was terminated.")),
    "vouched": (
        gettext_lazy("Your affiliation at the time of signing is still valid."),
        gettext_lazy(
            "Your affiliation at the time of signing is no longer valid. Sign in through that "
            "institution, ask one of its signing officials to confirm your affiliation, or submit "
            "a new request from your current institution."
        ),
    ),
}


def sentence_of(part: str, *, holds: bool) -> str:
    """The part as a sentence; a part without one says so instead of vanishing."""
    good, bad = SENTENCES.get(part, (_("A further condition is met."), _("A further condition is not met.")))
    return str(good if holds else bad)
