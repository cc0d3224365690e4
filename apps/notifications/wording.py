"""What a letter says. The name of a letter stands here with its subject line and its text; marks are filled in."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.notifications.wording_accounts import ABOUT_ACCOUNTS

LONGEST_SUBJECT = 200
LONGEST_LINE = 160
LONGEST_QUOTE = 4000
# Where a mail program would make a link of what somebody typed: "evil.example", "http://", "a@b".
LINK_MAKING = re.compile(r"(?<=\w)([.:@])(?=[^\W\d]|/)")
JOINER = "\u2060"

LETTERS: dict[str, tuple[Any, Any]] = {
    "version_published.holder": (
        _("New version of %(dataset)s"),
        _("Version %(number)s of “%(dataset)s” has been published. Your access includes it. You can download it now."),
    ),
    "version_published.manager": (
        _("Version %(number)s of %(dataset)s is published"),
        _("%(actor)s published version %(number)s of “%(dataset)s”. Its files can no longer be changed."),
    ),
    "version_withdrawn.holder": (
        _("Version %(number)s of %(dataset)s was withdrawn"),
        _(
            "The owner withdrew version %(number)s of “%(dataset)s”. Its files can no longer be "
            "downloaded. Stop using copies of it. Reason:"
        ),
    ),
    "request_submitted.committee": (
        _("New request for %(committees)s: %(reference)s"),
        _(
            "%(applicant)s (%(institution)s) requests access to %(datasets)s in the request "
            "“%(title)s”. Check whether the request is complete, then vote."
        ),
    ),
    "request_submitted.committee_again": (
        _("%(reference)s was resubmitted to %(committees)s"),
        _(
            "%(applicant)s (%(institution)s) answered and resubmitted the request “%(title)s”. "
            "This is round %(round)s. Votes from earlier rounds no longer count."
        ),
    ),
    "request_submitted.applicant": (
        _("Your request %(reference)s was submitted"),
        _(
            "Your request “%(title)s” for %(datasets)s was submitted to %(committees)s. Target "
            "review time: %(days)s days. The request page shows the current step and who it is "
            "waiting for."
        ),
    ),
    "request_submitted.applicant_again": (
        _("Round %(round)s of your request %(reference)s has started"),
        _(
            "Your request “%(title)s” was resubmitted to %(committees)s with your answer. A new "
            "review round has started."
        ),
    ),
    "request_submitted.member": (
        _("You are named in the request %(reference)s"),
        _(
            "%(applicant)s (%(institution)s) named you as a project member in “%(title)s”, a "
            "request for access to %(datasets)s. If the request is approved, you must sign the "
            "agreement yourself. If this is a mistake, contact %(applicant)s."
        ),
    ),
    "request_returned.applicant": (
        _("Changes requested: %(reference)s"),
        _(
            "The committee has a question about your request “%(title)s”. Answer on the request "
            "page, make any changes and submit the request again. Question:"
        ),
    ),
    "request_withdrawn.committee": (
        _("%(reference)s was withdrawn"),
        _("%(applicant)s withdrew the request “%(title)s”. You do not need to do anything."),
    ),
    "request_withdrawn.member": (
        _("%(reference)s was withdrawn"),
        _("%(applicant)s withdrew the request “%(title)s”, in which you are named."),
    ),
    "quorum_missing.chair": (
        _("Too few eligible voters for %(reference)s"),
        _(
            "The quorum of “%(committee)s” is %(quorum)s, but only %(left)s of its members can "
            "vote on %(reference)s. The others are involved in the request, have declared a "
            "conflict of interest or have left. Add a member who is not involved. New members vote "
            "from the next round, so then request changes to start a new round."
        ),
    ),
    "quorum_missing.operator": (
        _("Too few eligible voters for %(reference)s"),
        _(
            "The quorum of “%(committee)s” is %(quorum)s, but only %(left)s of its members can "
            "vote on %(reference)s. The committee has no chair, or the chair is involved in the "
            "request. Arrange for another person to add members."
        ),
    ),
    "item_decided.approved": (
        _("Approved: %(dataset)s for %(reference)s"),
        _(
            "%(committee)s approved the use of “%(dataset)s” in “%(title)s”. The next step is a "
            "data use agreement. Access starts only after both parties have signed it. Reason:"
        ),
    ),
    "item_decided.conditional": (
        _("Approved with conditions: %(dataset)s for %(reference)s"),
        _(
            "%(committee)s approved the use of “%(dataset)s” in “%(title)s” with conditions. The "
            "next step is a data use agreement that contains them. Reason and conditions:"
        ),
    ),
    "item_decided.denied": (
        _("Denied: %(dataset)s for %(reference)s"),
        _("%(committee)s denied the use of “%(dataset)s” in “%(title)s”. Reason:"),
    ),
    "agreement_offered.party": (
        _("Sign the agreement %(reference)s"),
        _(
            "The data use agreement for “%(dataset)s” is ready. Read it and sign it with your "
            "name. Everyone who will use the data must sign."
        ),
    ),
    "agreement_signed.owner": (
        _("%(reference)s is awaiting your countersignature"),
        _(
            "%(actor)s (%(institution)s) signed the data use agreement for “%(dataset)s”. Access "
            "starts only after an owner of the dataset has countersigned it."
        ),
    ),
    "agreement_terminated.party": (
        _("The agreement %(reference)s was terminated"),
        _(
            "%(actor)s terminated the data use agreement for “%(dataset)s”. All access under this "
            "agreement has ended. Reason:"
        ),
    ),
    "grant_issued.holder": (
        _("Access granted: %(dataset)s"),
        _(
            "You may use “%(dataset)s” from %(starts)s until %(ends)s under the agreement "
            "%(reference)s. You can download its files in this period."
        ),
    ),
    "grant_revoked.holder": (
        _("Your access to %(dataset)s was revoked"),
        _(
            "%(actor)s revoked your access to “%(dataset)s”. The download links you created with "
            "this access no longer work. Delete your copies as the agreement %(reference)s "
            "requires. Reason:"
        ),
    ),
    "grant_revoked.giver": (
        _("You ended your access to %(dataset)s"),
        _(
            "Your access to “%(dataset)s” has ended, as you requested. Delete your copies as the "
            "agreement %(reference)s requires. Your reason:"
        ),
    ),
    "grant_revoked.owner": (
        _("%(holder)s ended their access to %(dataset)s"),
        _("%(holder)s no longer needs “%(dataset)s” and ended their access. Reason:"),
    ),
    "grant_suspended.holder": (
        _("Your access to %(dataset)s is suspended"),
        _(
            "%(actor)s suspended your access to “%(dataset)s”. You cannot download files with this "
            "access until it is resumed. Reason:"
        ),
    ),
    "grant_resumed.holder": (
        _("Your access to %(dataset)s was resumed"),
        _("%(actor)s resumed your access to “%(dataset)s”. The end date is still %(ends)s."),
    ),
    "seat_given.person": (
        _("You are now a member of %(committee)s"),
        _("You now decide on access requests in “%(committee)s”. “Requests to review” shows what is waiting for you."),
    ),
    "seat_given.chair": (
        _("You are now the chair of %(committee)s"),
        _("You are now the chair of “%(committee)s”. You vote, your vote breaks ties, and you add and remove members."),
    ),
    "seat_ended.person": (
        _("You are no longer a member of %(committee)s"),
        _("Your membership of “%(committee)s” has ended. Your votes on undecided requests no longer count."),
    ),
    "seat_given.by_claim": (
        _("%(person)s is now a member of %(committee)s"),
        _(
            "An institution’s sign-in made %(person)s a member of “%(committee)s”. They can vote "
            "in rounds that start from now on, for as long as the institution confirms the "
            "membership. Members now: %(seated)s. Votes needed: %(quorum)s."
        ),
    ),
    "seat_ended.by_claim": (
        _("%(person)s is no longer a member of %(committee)s"),
        _(
            "The institution of %(person)s no longer confirms their membership of “%(committee)s”. "
            "The membership has ended, and their votes on undecided requests no longer count. "
            "Members now: %(seated)s. Votes needed: %(quorum)s."
        ),
    ),
    "platform_role_gained.person": (
        _("You have a new role: %(desk)s"),
        _(
            "Your institution’s sign-in gave you the role %(desk)s. You have it for as long as your "
            "institution confirms it."
        ),
    ),
    "platform_role_lost.person": (
        _("Your role has ended: %(desk)s"),
        _("Your institution’s sign-in no longer confirms your role %(desk)s, so the role has ended."),
    ),
    "role_given.dataset": (
        _("You have a role on %(dataset)s"),
        _("%(actor)s gave you a role on the dataset “%(dataset)s”: %(role)s."),
    ),
    "role_given.institution": (
        _("You are now a signing official of %(institution)s"),
        _(
            "You are now a signing official of %(institution)s. You confirm and end the affiliations "
            "of its people and see their access."
        ),
    ),
    **ABOUT_ACCOUNTS,
}

ROLES = {
    "own_dataset": _("dataset owner: publishes, countersigns agreements and manages roles"),
    "steward_dataset": _("data steward: describes and publishes the dataset and sees who uses it"),
    "curate_dataset": _("curator: checks the dataset before it is published"),
    "view_draft_dataset": _("viewer of the draft"),
}


def written(notification: str, facts: Mapping[str, Any], *, reader: str, quoted: str) -> tuple[str, str]:
    """Subject and text of a letter in the language that is active now."""
    subject, body = LETTERS[notification]
    filled = {name: _shown(value) for name, value in facts.items()}
    parts = [gettext("Hello %(name)s,") % {"name": one_line(reader)}, str(body) % filled]
    if quoted.strip():
        parts.append(block(quoted))
    return one_line(str(subject) % filled)[:LONGEST_SUBJECT], "\n\n".join(parts) + "\n"


def _shown(value: Any) -> str:
    """A fact as it stands in a sentence: moments with their zone, the portal's own words, or what somebody typed."""
    if isinstance(value, datetime):
        return f"{formats.date_format(value, 'j F Y H:i')} UTC"
    if isinstance(value, Promise):
        return str(value)
    return one_line(str(value))


def one_line(typed: str) -> str:
    """What somebody typed, safe inside a sentence or a subject line: one line, not too long, and never a link."""
    text = " ".join(_visible(typed).split())
    cut = text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"
    return LINK_MAKING.sub(rf"\1{JOINER}", cut)


def block(typed: str) -> str:
    """What somebody typed at length, marked as theirs on every line; nothing in it becomes a link."""
    text = "\n".join(_visible(line) for line in typed.strip()[:LONGEST_QUOTE].splitlines())
    return "\n".join(f"> {line}".rstrip() for line in LINK_MAKING.sub(rf"\1{JOINER}", text).split("\n"))


def _visible(text: str) -> str:
    """Without control characters and without those that turn the direction of text; white space becomes spaces."""
    kept = (" " if c.isspace() else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
