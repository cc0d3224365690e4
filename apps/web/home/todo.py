"""To do: one row for each item that waits for a person, in the order in which it should be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.access_requests.models import Invitation, Student
from apps.access_requests.states import RequestState
from apps.agreements.models import Agreement
from apps.core import clock
from apps.grants.access_state import Do, State
from apps.grants.models import DownloadStop
from apps.people.models import Affiliation
from apps.web.common.actions import Place
from apps.web.requests.my_requests import Row

WHAT: dict[Do, Any] = {
    Do.SIGN: _lazy("Sign the data use agreement"),
    Do.ANSWER: _lazy("Answer the committee"),
    Do.MEET_CONDITIONS: _lazy("Report a condition of your approval as met"),
    Do.CONTINUE_DRAFT: _lazy("Continue draft"),
    Do.RENEW: _lazy("Renew your access"),
    Do.SIGN_IN_AGAIN: _lazy("Sign in through your institution to resume your access"),
}
BLOCKED, DUE, WAITING, DRAFT = range(4)


@dataclass(frozen=True)
class Task:
    """What to do, for which project or dataset, and where. `rank` is BLOCKED, DUE, WAITING or DRAFT.

    `place`, `label` and `action_icon` are what components/state_action.html reads.
    """

    rank: int
    what: str
    about: str
    place: Place | None
    label: str
    icon: str
    tone: str
    reference: str = ""
    note: str = ""
    since: datetime | None = None
    last_day: date | None = None
    left: str = ""
    action_icon: str = ""


def sorted_tasks(tasks: Iterable[Task]) -> list[Task]:
    """What stops work now, then what has the earliest last day, then what has waited longest; drafts last."""

    def order(task: Task) -> tuple[int, str, str]:
        return task.rank, task.last_day.isoformat() if task.last_day else "", _text(task.since)

    return sorted(tasks, key=order)


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def of_request(row: Row) -> Task:
    """A request whose next step is the person's."""
    shown, state = row.shown, row.state
    code = state.action.code if state.action is not None else None
    return Task(
        rank=DRAFT if state.state == State.DRAFT else WAITING,
        what=str(WHAT.get(code, shown["label"])) if code is not None else shown["badge"],
        about=row.request.title or _("Untitled request"),
        place=shown["place"],
        label=shown["label"],
        icon=shown["icon"],
        tone=shown["tone"],
        reference=row.request.reference,
        since=state.since,
    )


def of_access(row: dict[str, Any]) -> Task:
    """Access that the person can resume or should renew."""
    shown, grant = row["shown"], row["grant"]
    state = shown["state"]
    suspended = state.state == State.SUSPENDED
    code = state.action.code if state.action is not None else None
    return Task(
        rank=BLOCKED if suspended else DUE,
        what=str(WHAT.get(code, shown["label"])) if code is not None else shown["badge"],
        about=grant.dataset.title,
        place=shown["place"],
        label=shown["label"],
        icon=shown["icon"],
        tone=shown["tone"],
        reference=grant.agreement.item.request.reference,
        note=shown["badge"],
        last_day=None if suspended else grant.last_day,
        left=shown["left"],
    )


def of_place(place: Student) -> Task:
    """A place in a class that its student confirms, or in which they sign the agreement."""
    confirmed = place.confirmed_at is not None
    return Task(
        rank=WAITING,
        what=_("Sign the agreement of your class") if confirmed else _("Confirm your place in a class"),
        about=place.cohort.course,
        place=Place(reverse("class_place", args=[place.cohort_id])),
        label=_("View class"),
        icon="sign" if confirmed else "mail",
        tone="note",
        note=str(place.cohort.request.applicant),
        since=place.confirmed_at or place.invited_at,
        last_day=place.cohort.last_day,
    )


def of_review(request: Any) -> Task:
    """A request that waits for this committee member, who must have `declared` before its title is shown."""
    to_check = request.state == RequestState.SUBMITTED
    what = _("Check that a request is complete") if to_check else _("Vote on a request")
    return Task(
        rank=WAITING,
        what=what if request.declared else _("Declare whether you have a conflict of interest"),
        about=(request.declared and request.title) or request.reference,
        place=Place(reverse("case", args=[request.pk])),
        label=_("View request"),
        icon="vote",
        tone="note",
        reference=request.reference,
        note=str(request.applicant),
        since=request.submitted_at,
    )


def of_invitation(invitation: Invitation) -> Task:
    """An invitation to a request that names this person; its title is not shown before they open it."""
    return Task(
        rank=DUE,
        what=_("Confirm your part"),
        about=_("%(name)s invites you to a request") % {"name": invitation.invited_by},
        place=Place(reverse("invitation", args=[invitation.pk])),
        label=_("View invitation"),
        icon="mail",
        tone="note",
        note=str(invitation.invited_by.institution or ""),
        last_day=localtime(invitation.expires_at).date(),
        left=_("Answer by %(day)s") % {"day": date_format(localtime(invitation.expires_at), "j M Y")},
    )


def of_countersigning(agreement: Agreement) -> Task:
    """An agreement for a dataset of this owner, which everybody else has signed."""
    return Task(
        rank=WAITING,
        what=_("Countersign an agreement"),
        about=agreement.item.dataset.title,
        place=Place(reverse("agreement_page", args=[agreement.pk])),
        label=_("Countersign agreement"),
        icon="sign",
        tone="note",
        reference=agreement.reference,
        note=str(agreement.item.request.applicant),
        since=agreement.offered_at,
    )


def of_confirming(affiliation: Affiliation) -> Task:
    """An affiliation that a signing official confirms before it ends, or because its end suspends access."""
    expired = affiliation.valid_until <= clock.now()
    words = _("Access is suspended: the affiliation expired on %(day)s") if expired else _("Ends on %(day)s")
    return Task(
        rank=DUE,
        what=_("Confirm an affiliation"),
        about=str(affiliation.person),
        place=Place(reverse("affiliation_confirm", args=[affiliation.institution_id, affiliation.person_id])),
        label=_("Confirm affiliation"),
        icon="institution",
        tone="wait" if expired else "note",
        note=str(affiliation.institution),
        last_day=localtime(affiliation.valid_until).date(),
        left=words % {"day": date_format(localtime(affiliation.valid_until), "j M Y")},
    )


def of_stop(stop: DownloadStop) -> Task:
    """A stop of all downloads, whose end this operator can propose or confirm."""
    proposed = stop.resume_proposed_by_id is not None
    return Task(
        rank=BLOCKED,
        what=_("Confirm that downloads resume") if proposed else _("Propose to resume downloads"),
        about=_("All downloads are stopped"),
        place=Place(reverse("system_status")),
        label=_("System status"),
        icon="pause",
        tone="bad",
        note=stop.reason,
        since=stop.starts_at,
    )
