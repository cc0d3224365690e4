"""Sentences that a rule and a page both say."""

from django.utils.translation import gettext as _


def named_too_late() -> str:
    """Why a deputy who was named in mid-round by somebody other than the member has no vote."""
    return _(
        "Someone other than the member named you as the deputy after this round started. You can vote from the next "
        "round."
    )
