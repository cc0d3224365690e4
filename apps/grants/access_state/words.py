"""The words of every state: badge, icon, sentences, and the label of every next action. One table; e-mails, pages and
the API read it and write no state in other words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.grants.access_state.kinds import AccessState, Do, State
from apps.grants.access_state.words_of_appeals import APPEAL_WORDS
from apps.grants.access_state.words_of_conditions import CONDITION_WORDS


@dataclass(frozen=True)
class Words:
    """One row: the icon by name, the badge, and at most two sentences.

    %(since)s, %(until)s, %(last)s, %(due)s are days; %(who)s the names of those waited for; %(questions)s is their
    number; %(by)s, %(reason)s, %(project)s, %(dataset)s, %(number)s and %(version)s are as in `AccessState`. A sentence
    whose value is missing is left out. "You" is said only where the state is the reader's own.
    """

    icon: str
    badge: Any
    sentences: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Said:
    """A state in words, in the language that is active now."""

    tone: str
    icon: str
    badge: str
    sentences: tuple[str, ...]
    button: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


PLACE = re.compile(r"%\((\w+)\)s")
# By state and cause; a cause without a row of its own has the words of the state.
CONFIRMED_BY = _("The affiliation can be confirmed by: %(who)s.")
CHANGE_A_VOTE = _("The members must change a vote or request changes.")
NOT_RESTORED = (_("%(by)s ended the affiliation. Signing in does not restore it."), CONFIRMED_BY)
NOT_RENEWED = (_("Signing in did not renew the affiliation with %(by)s."), CONFIRMED_BY)

WORDS: Mapping[tuple[State, str], Words] = {
    (State.NONE, ""): Words("lock", _("Controlled access"), (_("You have no access and no request."),)),
    (State.NONE, "not_named"): Words(
        "lock",
        _("No access"),
        (_("You were added to this request after the committee decided. The decision does not include you."),),
    ),
    (State.SIGN_IN_NEEDED, ""): Words("lock", _("Controlled access"), (_("A committee decides on each request."),)),
    (State.SIGN_IN_NEEDED, "registered"): Words(
        "id-card",
        _("Registered access"),
        (_("Sign in through your institution and accept the terms of use to download the files."),),
    ),
    (State.DRAFT, ""): Words("draft", _("Draft"), (_("Your request is not submitted yet."),)),
    (State.SUBMITTED, ""): Words(
        "submitted",
        _("Submitted"),
        (_("Submitted on %(since)s. %(who)s checks that the request is complete."),),
    ),
    (State.IN_REVIEW, ""): Words("in_review", _("In review"), (_("Submitted on %(since)s. Waiting for %(who)s."),)),
    (State.IN_REVIEW, "divided"): Words(
        "in_review",
        _("In review"),
        (_("Submitted on %(since)s. The members of %(who)s have voted, but their votes do not decide."), CHANGE_A_VOTE),
    ),
    (State.CHANGES_REQUESTED, ""): Words(
        "question",
        _("Changes requested"),
        (_("The committee asked %(questions)s on %(since)s. Its review is paused until you answer."),),
    ),
    (State.CHANGES_REQUESTED, "answered"): Words(
        "question",
        _("Changes requested"),
        (_("You answered all questions. Submit the request again to continue the review."),),
    ),
    (State.CHANGES_REQUESTED, "others"): Words(
        "question",
        _("Changes requested"),
        (_("The committee requested changes on %(since)s. Waiting for %(who)s."),),
    ),
    (State.PREPARING, ""): Words(
        "agreement",
        _("Approved"),
        (_("Approved on %(since)s. The agreement is being prepared."),),
    ),
    (State.PREPARING, "conditional"): Words(
        "agreement",
        _("Approved with conditions"),
        (_("Approved with conditions on %(since)s. The agreement is being prepared."),),
    ),
    (State.PREPARING, "access"): Words(
        "agreement",
        _("Fully signed"),
        (_("The agreement was fully signed on %(since)s. Access is being prepared."),),
    ),
    (State.AWAITING_SIGNATURES, ""): Words(
        "sign",
        _("Awaiting your signature"),
        (_("Approved. The agreement has been waiting for your signature since %(since)s."),),
    ),
    (State.AWAITING_SIGNATURES, "conditional"): Words(
        "sign",
        _("Awaiting your signature"),
        (
            _("Approved with conditions. The agreement has been waiting for your signature since %(since)s."),
            _("The agreement contains the conditions of the committee."),
        ),
    ),
    (State.AWAITING_SIGNATURES, "others"): Words(
        "sign",
        _("Awaiting signatures"),
        (_("Waiting for %(who)s since %(since)s."),),
    ),
    (State.AWAITING_SIGNATURES, "countersign"): Words(
        "sign",
        _("Awaiting your countersignature"),
        (_("The applicant signed. The agreement has been waiting for your countersignature since %(since)s."),),
    ),
    (State.SCHEDULED, ""): Words(
        "calendar",
        _("Access from %(since)s"),
        (_("Access starts on %(since)s and lasts until %(last)s."),),
    ),
    (State.ACTIVE, ""): Words("check", _("Access until %(last)s"), (_("Project: %(project)s"),)),
    (State.ACTIVE, "ends_soon"): Words(
        "calendar",
        _("Access until %(last)s"),
        (_("Your access ends on %(last)s. A renewal starts with what you wrote before."),),
    ),
    (State.ACTIVE, "renewing"): Words(
        "calendar",
        _("Access until %(last)s"),
        (_("You have started a new request for this dataset."),),
    ),
    (State.ACTIVE, "several"): Words(
        "check",
        _("Access until %(last)s"),
        (_("You have access for %(number)s projects."),),
    ),
    (State.SUSPENDED, ""): Words(
        "alert",
        _("Suspended since %(since)s"),
        (_("%(by)s suspended this access: %(reason)s"), _("If access is resumed, it lasts until %(last)s.")),
    ),
    (State.SUSPENDED, "affiliation"): Words(
        "institution",
        _("Suspended: affiliation not valid"),
        (
            _(
                "The affiliation with %(who)s is not valid. Access resumes after a sign-in through this institution, "
                "or when one of its signing officials confirms the affiliation."
            ),
            _("If you have moved to another institution, submit a new request."),
        ),
    ),
    (State.SUSPENDED, "affiliation_ended"): Words("institution", _("Suspended: affiliation ended"), NOT_RESTORED),
    (State.SUSPENDED, "affiliation_lapsed"): Words(
        "institution",
        _("Suspended: affiliation not valid"),
        NOT_RENEWED,
    ),
    (State.SUSPENDED, "no_institution"): Words(
        "institution",
        _("Suspended: institution not known"),
        (_("The agreement does not record an institution. Submit a new request."),),
    ),
    (State.SUSPENDED, "further"): Words(
        "alert",
        _("Suspended"),
        (_("A condition of this access is not met."),),
    ),
    (State.ENDED, ""): Words("calendar", _("Ended on %(last)s"), (_("Access ended on %(last)s."),)),
    (State.ENDED, "by_holder"): Words(
        "calendar",
        _("Ended early on %(since)s"),
        (_("%(by)s ended this access early: %(reason)s"),),
    ),
    (State.REVOKED, ""): Words(
        "ban",
        _("Revoked on %(since)s"),
        (_("%(by)s revoked this access: %(reason)s"),),
    ),
    (State.TERMINATED, ""): Words(
        "ban",
        _("Agreement terminated on %(since)s"),
        (_("The agreement was terminated: %(reason)s"),),
    ),
    **{key: Words(*row) for key, row in (APPEAL_WORDS | CONDITION_WORDS).items()},
    (State.EXPIRED, ""): Words(
        "calendar",
        _("Expired: not signed in time"),
        (_("The period of this agreement ended on %(last)s before everyone had signed. It gives no access."),),
    ),
    (State.WITHDRAWN, ""): Words("undo", _("Withdrawn on %(since)s"), (_("The applicant withdrew this request."),)),
    (State.WITHDRAWN, "lapsed"): Words(
        "clock", _("Closed on %(since)s"), (_("The committee’s questions were not answered in time."),)
    ),
    (State.NOT_ACCEPTING, ""): Words(
        "clock",
        _("Not accepting requests"),
        (_("%(who)s is not accepting requests: %(reason)s"), _("It expects to accept requests again after %(due)s.")),
    ),
    (State.OPEN, ""): Words("unlock", _("Open access"), (_("Anyone can download these files without signing in."),)),
    (State.REGISTERED, ""): Words(
        "check",
        _("Registered access"),
        (_("You accepted the terms of use. You can download the files."),),
    ),
    (State.TERMS_NEEDED, ""): Words(
        "id-card",
        _("Registered access"),
        (_("You are signed in. Accept the terms of use to download the files."),),
    ),
    (State.SECOND_FACTOR_NEEDED, ""): Words(
        "key",
        _("Second factor needed"),
        (_("This dataset requires a second factor, and your sign-in had none."),),
    ),
    (State.SECOND_FACTOR_NEEDED, "terms_accepted"): Words(
        "key",
        _("Second factor needed"),
        (_("You accepted the terms of use. This dataset also requires a second factor, and your sign-in had none."),),
    ),
    (State.SECOND_FACTOR_NEEDED, "granted"): Words(
        "key",
        _("Second factor needed"),
        (_("You have access until %(last)s. This dataset also requires a second factor, and your sign-in had none."),),
    ),
    (State.AFFILIATION_NEEDED, ""): Words(
        "institution",
        _("Affiliation not verified"),
        (_("No institution confirms your affiliation now. Sign in through your institution again."),),
    ),
    (State.AFFILIATION_NEEDED, "request"): Words(
        "institution",
        _("Affiliation not verified"),
        (
            _("No institution confirms your affiliation now. Sign in through your institution again."),
            _("You can already write your request. You need the affiliation to submit it and to sign the agreement."),
        ),
    ),
    (State.AFFILIATION_NEEDED, "ended"): Words("institution", _("Affiliation ended"), NOT_RESTORED),
    (State.AFFILIATION_NEEDED, "lapsed"): Words(
        "institution",
        _("Affiliation not verified"),
        NOT_RENEWED,
    ),
    (State.ACCOUNT_BLOCKED, ""): Words(
        "ban",
        _("No access"),
        (_("This account cannot be used to access data."),),
    ),
    (State.EMBARGOED, ""): Words(
        "clock",
        _("Files available on %(until)s"),
        (_("The files are under embargo until %(until)s."),),
    ),
    (State.EMBARGOED, "granted"): Words(
        "clock",
        _("Files available on %(until)s"),
        (
            _("You have access until %(last)s. The files are under embargo until %(until)s."),
            _("You are notified when the files are available."),
        ),
    ),
    (State.VERSION_WITHDRAWN, ""): Words(
        "ban",
        _("Withdrawn on %(since)s"),
        (_("Version %(version)s was withdrawn: %(reason)s"),),
    ),
    (State.VERSION_WITHDRAWN, "granted"): Words(
        "ban",
        _("Withdrawn on %(since)s"),
        (
            _("Version %(version)s was withdrawn: %(reason)s"),
            _("You have access until %(last)s. You are notified when a new version is available."),
        ),
    ),
    (State.VERSION_WITHDRAWN, "none"): Words(
        "clock",
        _("No files available"),
        (_("No version of this dataset is published."),),
    ),
    (State.DOWNLOADS_STOPPED, ""): Words(
        "alert",
        _("Downloads stopped"),
        (_("All downloads are stopped for now, for everyone."),),
    ),
    (State.DOWNLOADS_STOPPED, "granted"): Words(
        "alert",
        _("Downloads stopped"),
        (_("You have access until %(last)s. All downloads are stopped for now, for everyone."),),
    ),
}

LABELS: Mapping[Do, Any] = {
    Do.SIGN_IN: _("Sign in"),
    Do.SIGN_IN_TO_REQUEST: _("Sign in to request access"),
    Do.SECOND_FACTOR: _("Sign in with a second factor"),
    Do.SIGN_IN_AGAIN: _("Sign in through your institution"),
    Do.ASK_OFFICIAL: _("Find out whom to ask"),
    Do.ACCEPT_TERMS: _("Read and accept the terms of use"),
    Do.REQUEST_ACCESS: _("Request access"),
    Do.REQUEST_AGAIN: _("Submit a new request"),
    Do.REVISE: _("Revise and resubmit"),
    Do.RENEW: _("Renew access"),
    Do.CONTINUE_DRAFT: _("Continue draft"),
    Do.ANSWER: _("Answer the committee"),
    Do.MEET_CONDITIONS: _("Report a condition as met"),
    Do.VIEW_REQUEST: _("View request"),
    Do.SIGN: _("Sign agreement"),
    Do.COUNTERSIGN: _("Countersign agreement"),
    Do.VIEW_AGREEMENT: _("View agreement"),
    Do.DOWNLOAD: _("Download files"),
    Do.VIEW_ACCESS: _("View access"),
    Do.VIEW_CURRENT: _("View the current version"),
    Do.VIEW_COMMITTEE: _("View committee"),
    Do.WHY: _("Why can or can’t I download this?"),
}


def words_of(state: AccessState) -> Words:
    """The row of a state; raises KeyError for a state without one."""
    return WORDS.get((state.state, state.cause)) or WORDS[state.state, ""]


def said(state: AccessState) -> Said:
    """The state in words."""
    row, values = words_of(state), _values(state)
    sentences = tuple(text for text in (_filled(one, values) for one in row.sentences) if text)
    badge = _filled(row.badge, values) or str(_plain(state))
    button = str(LABELS[state.action.code]) if state.action is not None else ""
    return Said(state.tone, row.icon, badge, sentences, button, values)


def label(state: AccessState) -> str:
    """The badge alone, for lists."""
    return said(state).badge


def day(moment: date | datetime | None) -> str:
    """A day as it is written in a sentence, in the reader's time zone: 27 Nov 2026."""
    if moment is None:
        return ""
    local = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return formats.date_format(local, "j M Y")


def days_left(state: AccessState) -> str:
    """The rest of an access: "23 days left"; empty without an end."""
    left = state.days_left
    if left is None:
        return ""
    return gettext("last day today") if left == 0 else ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}


def _values(state: AccessState) -> dict[str, Any]:
    request, version = state.request, state.version
    return {
        "since": day(state.since),
        "until": day(state.until),
        "last": day(state.last_day),
        "due": day(state.due),
        "who": ", ".join(state.waiting_for),
        "by": state.by,
        "reason": state.reason,
        "project": (request.title or request.reference) if request is not None else "",
        "dataset": state.dataset.title if state.dataset is not None else "",
        "version": str(version.number) if version is not None else "",
        "number": str(state.number),
        "questions": ngettext("%(n)s question", "%(n)s questions", state.number) % {"n": state.number},
    }


def _filled(text: Any, values: Mapping[str, Any]) -> str:
    """The text with its values; empty if one of them is missing."""
    plain = str(text)
    return "" if any(values[name] == "" for name in PLACE.findall(plain)) else plain % values


def _plain(state: AccessState) -> Any:
    """A badge without its day, for a row whose day is not known."""
    return gettext("Suspended") if state.state == State.SUSPENDED else gettext("Closed")
