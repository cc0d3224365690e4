"""When a file may be downloaded, and when a download link works."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.core.actors import ANONYMOUS, Actor, Viewer, person_id_of
from apps.core.errors import Denied, Gone, NeedsSecondFactor, TooOften
from apps.datasets.models import Distribution
from apps.downloads.models import DownloadLink
from apps.grants.queries import grant_is_active, lacks_only_second_factor, may_download, may_download_on

OTHER_PERSON = "somebody-else"
MAX_UNKNOWN_LINKS = 100  # links that do not exist, tried from one network within UNKNOWN_LINKS_WINDOW
UNKNOWN_LINKS_WINDOW = 15 * 60  # seconds


def check_unknown_links(tries: int) -> None:
    """At most MAX_UNKNOWN_LINKS links that do not exist are tried from one network in UNKNOWN_LINKS_WINDOW."""
    if tries > MAX_UNKNOWN_LINKS:
        refusal = TooOften(
            _("There were too many attempts from your network to open links that do not exist. Wait 15 minutes.")
        )
        refusal.headers = {"Retry-After": str(UNKNOWN_LINKS_WINDOW)}
        raise refusal


def check_can_download(by: Viewer, file: Distribution) -> None:
    """The access rule allows this download now."""
    if may_download(by, file.pk):
        return
    if lacks_only_second_factor(by, file.pk):
        raise NeedsSecondFactor(
            _(
                "These data require a second factor, and your institution did not confirm one. "
                "Sign in with a second factor, then create the link or access token again."
            )
        )
    raise Denied(
        _(
            "You cannot download this file now. To see what is missing, open “Why can or can’t I download this?” on "
            "the dataset page."
        )
    )


def check_active(link: DownloadLink, *, at: datetime) -> None:
    """The link has not expired at this moment and was not ended."""
    if link.ended_at is not None or link.expires_at <= at:
        raise Gone(_("This link has expired or was ended. Sign in and create a new one."))


def check_same_person(link: DownloadLink, visitor: Actor) -> None:
    """The link is used by its person, or without a session (curl, wget), but not by another person who is signed in."""
    if visitor is not ANONYMOUS and link.person_id is not None and person_id_of(visitor) != link.person_id:
        raise Denied(_("This link was created for another person."), code=OTHER_PERSON)


def check_signed_out(link: DownloadLink) -> None:
    """The person of the link has not signed out at their institution since."""
    if link.person is not None and link.person.signed_out_at is not None:
        raise Gone(
            _(
                "The person who created this link has signed out at their institution. The "
                "link works again after they sign in."
            )
        )


def check_token(link: DownloadLink) -> None:
    """The token with which the link was created is not revoked, so revoking a stolen token ends its links too."""
    if link.made_with is not None and link.made_with.is_revoked():
        raise Gone(
            _(
                "The access token or service account that created this link has been revoked "
                "or has ended. Create a new link."
            )
        )


def check_grant(link: DownloadLink) -> None:
    """The grant for which the link was created is active; another grant needs another link."""
    if link.grant_id is not None and not grant_is_active(link.grant_id):
        raise Gone(_("The access that this link depends on is not active now. See “My access” for the reason."))


def check_access(link: DownloadLink) -> None:
    """`check_grant` and `check_can_download`, in one statement if nothing is missing.

    The person of the link has the second factor that the sign-in had which created it.
    """
    person, grant = link.person, link.grant_id
    if person is not None and grant is not None and may_download_on(person, link.distribution_id, grant):
        return
    check_grant(link)
    check_can_download(person or ANONYMOUS, link.distribution)
