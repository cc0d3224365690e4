"""Who ends or pauses a grant."""

from typing import Any

from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.core.text import is_blank
from apps.datasets.queries import is_manager
from apps.grants.models import AccessGrant, DownloadStop
from apps.people.rules import check_not_break_glass


def check_can_end(by: Any, grant: AccessGrant) -> None:
    """The dataset's owner or steward; or the holder, who may always give access back."""
    if not by.is_active or not (grant.holder_id == by.pk or is_manager(by, grant.dataset)):
        raise Denied(_("Only those who take care of the dataset, or the holder, may end this grant."))
    if grant.revoked_at is not None:
        raise WrongState(_("This grant has been revoked already."))


def check_can_pause(by: Any, grant: AccessGrant) -> None:
    if not by.is_active or not is_manager(by, grant.dataset):
        raise Denied(_("Only those who take care of the dataset may suspend or resume this grant."))
    if grant.revoked_at is not None:
        raise WrongState(_("This grant has been revoked already."))
    if grant.ends_at <= clock.now():
        raise WrongState(_("This grant has run out already."))


def check_can_resume(by: Any, grant: AccessGrant) -> None:
    """Those who take care of the dataset; but nobody lifts the pause of their own access."""
    check_can_pause(by, grant)
    if grant.holder_id == by.pk:
        raise Denied(_("This is your own access; somebody else has to lift its pause."))


def check_says_why(reason: str) -> None:
    if is_blank(reason):
        raise Invalid(_("Say why; the holder will read it."), field="reason")


def check_can_propose_resume(by: Any, freeze: DownloadStop) -> None:
    """Whoever signed in with an account that is nobody's own may stop downloads, and not let them run again."""
    check_not_break_glass(by)
    if freeze.ends_at is not None:
        raise WrongState(_("The downloads run again already."))


def check_two_people(by: Any, freeze: DownloadStop) -> None:
    check_can_propose_resume(by, freeze)
    if freeze.resume_proposed_by_id is None:
        raise WrongState(_("Nobody has proposed to thaw the downloads yet."))
    if freeze.resume_proposed_by_id == by.pk:
        raise Denied(_("A second person must confirm the thaw."))
