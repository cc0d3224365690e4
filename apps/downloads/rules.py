"""When a byte may leave."""

from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.actors import ANONYMOUS, Actor, Viewer, person_id_of
from apps.core.errors import Denied, Gone, NeedsSecondFactor, TooOften
from apps.datasets.models import Distribution
from apps.downloads.models import DownloadLink
from apps.grants.queries import grant_is_active, lacks_only_second_factor, may_download

SOMEBODY_ELSE = "somebody-else"
MOST_GUESSES, GUESSING = 100, 15 * 60  # links that do not exist, from one network, in so many seconds


def check_guesses(tries: int) -> None:
    """So many links that do not exist in a quarter of an hour, and from there the next one is too many."""
    if tries > MOST_GUESSES:
        refusal = TooOften(
            _("There were too many attempts from your network to open links that do not exist. Wait 15 minutes.")
        )
        refusal.headers = {"Retry-After": str(GUESSING)}
        raise refusal


def check_can_download(by: Viewer, file: Distribution) -> None:
    """The access rule, asked now."""
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
            "You cannot download this file at present. To see what is missing, open “Why "
            "can or can’t I download this?” on the dataset page."
        )
    )


def check_alive(link: DownloadLink) -> None:
    if link.ended_at is not None or link.expires_at <= clock.now():
        raise Gone(_("This link has expired or was ended. Sign in and create a new one."))


def check_same_person(link: DownloadLink, visitor: Actor) -> None:
    """A link works without a session (curl, wget); but never in somebody else's."""
    if visitor is not ANONYMOUS and link.person_id is not None and person_id_of(visitor) != link.person_id:
        raise Denied(_("This link was created for another person."), code=SOMEBODY_ELSE)


def check_maker(link: DownloadLink) -> None:
    """Whoever made the link has not signed out at their institution since."""
    if link.person is not None and link.person.signed_out_at is not None:
        raise Gone(
            _(
                "The person who created this link has signed out at their institution. The "
                "link works again after they sign in."
            )
        )


def check_token(link: DownloadLink) -> None:
    """A link that was made with a token ends with it: whoever revokes a stolen token has nothing else to look for."""
    if link.made_with is not None and link.made_with.is_revoked():
        raise Gone(
            _(
                "The access token or service account that created this link has been revoked "
                "or has ended. Create a new link."
            )
        )


def check_grant(link: DownloadLink) -> None:
    """The very grant the link was made on is still active; another grant means another link."""
    if link.grant_id is not None and not grant_is_active(link.grant_id):
        raise Gone(_("The access that this link depends on is not active now. See “My access” for the reason."))
