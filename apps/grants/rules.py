"""Who ends or pauses a grant."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.datasets.queries import is_manager
from apps.grants.models import AccessGrant, DownloadStop
from apps.people.models import Person
from apps.people.queries import accounts_of
from apps.people.rules import check_not_break_glass


def check_can_end(by: Person, grant: AccessGrant) -> None:
    """The dataset's owner or steward; or the holder, who may always end their access early."""
    if not by.is_active or not (grant.holder_id == by.pk or is_manager(by, grant.dataset)):
        raise Denied(_("Only a dataset owner, a data steward or the user with this access can revoke it."))
    if grant.revoked_at is not None:
        raise WrongState(_("This access is already revoked."))


def check_can_end_all(by: Person, holder: Person, grants: Collection[AccessGrant]) -> None:
    """Whoever ends all of somebody's access within their reach: there is some, and it is not their own."""
    if not by.is_active:
        raise Denied(_("Your account is not active. Contact the portal’s operator."))
    if accounts_of(by).filter(pk=holder.pk).exists():
        raise Denied(_("This is your own access. End it in My access."))
    if not grants:
        raise WrongState(_("This person has no access that you can end."))


def check_can_pause(by: Person, grant: AccessGrant) -> None:
    if not by.is_active or not is_manager(by, grant.dataset):
        raise Denied(_("Only a dataset owner or a data steward can suspend or resume this access."))
    if grant.revoked_at is not None:
        raise WrongState(_("This access is already revoked."))
    if grant.ends_at <= clock.now():
        raise WrongState(_("This access has already ended."))


def check_can_resume(by: Person, grant: AccessGrant) -> None:
    """A dataset owner or data steward, but nobody resumes their own access."""
    check_can_pause(by, grant)
    if grant.holder_id == by.pk:
        raise Denied(_("You cannot resume your own access. Another dataset owner or data steward must do it."))


def check_says_why(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Enter a reason. The user can read it."), field="reason")


def check_stop_says_why(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Enter the reason for the stop in one sentence."), field="reason")


def check_not_stopped(current: DownloadStop | None) -> None:
    """Downloads are not stopped already; otherwise who stopped them is named, since only operators ask."""
    if current is not None and current.started_by is None:
        raise WrongState(_("Downloads are already stopped: the portal was restored from a backup."))
    if current is not None:
        raise WrongState(_("Downloads are already stopped. %(name)s stopped them.") % {"name": current.started_by})


def check_not_proposed(stop: DownloadStop) -> None:
    if stop.resume_proposed_by_id is not None:
        raise WrongState(
            _("%(name)s already proposed to resume downloads. You can confirm it.") % {"name": stop.resume_proposed_by}
        )


def check_can_propose_resume(by: Person, freeze: DownloadStop) -> None:
    """A break-glass account may stop downloads, but not resume them."""
    check_not_break_glass(by)
    if freeze.ends_at is not None:
        raise WrongState(_("Downloads are already resumed."))
    check_restore_is_understood(freeze)


def check_restore_is_understood(freeze: DownloadStop) -> None:
    """After a restore, downloads resume only if this release could judge every event since the backup."""
    unknown = sorted({kind for one in freeze.restores.all() for kind in one.unknown_kinds})
    if unknown:
        raise WrongState(
            _(
                "The events since the backup include types that this release does not know: %(kinds)s. Install the "
                "release that wrote them, run manage.py replay, then resume downloads."
            )
            % {"kinds": ", ".join(unknown)}
        )


def check_two_people(by: Person, freeze: DownloadStop) -> None:
    check_can_propose_resume(by, freeze)
    if freeze.resume_proposed_by_id is None:
        raise WrongState(_("Nobody has proposed to resume downloads yet."))
    if freeze.resume_proposed_by_id == by.pk:
        raise Denied(_("A second person must confirm that downloads resume."))
