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
        _("A new version of %(dataset)s is out"),
        _("Version %(number)s of “%(dataset)s” has been published. Your access covers it; you can download it now."),
    ),
    "version_published.manager": (
        _("Version %(number)s of %(dataset)s is published"),
        _("%(actor)s published version %(number)s of “%(dataset)s”. Its files stand as they are from now on."),
    ),
    "version_withdrawn.holder": (
        _("Version %(number)s of %(dataset)s has been withdrawn"),
        _(
            "Version %(number)s of “%(dataset)s” was withdrawn by its owner. Its files can no longer be downloaded;"
            " please stop using copies of it. This is the reason given:"
        ),
    ),
    "request_submitted.committee": (
        _("A request waits for %(committees)s: %(reference)s"),
        _(
            "%(applicant)s (%(institution)s) asks for %(datasets)s."
            " The request is called “%(title)s”. Please look whether it is complete, and then vote."
        ),
    ),
    "request_submitted.committee_again": (
        _("%(reference)s is back with %(committees)s"),
        _(
            "%(applicant)s (%(institution)s) has answered and handed in the request “%(title)s” again."
            " This is round %(round)s; votes of earlier rounds no longer count."
        ),
    ),
    "request_submitted.applicant": (
        _("Your request %(reference)s has arrived"),
        _(
            "Your request “%(title)s” for %(datasets)s is with %(committees)s now. A review is meant to take"
            " %(days)s days. Its page shows at any time which step it is at and who has it."
        ),
    ),
    "request_submitted.applicant_again": (
        _("Round %(round)s of your request %(reference)s has begun"),
        _("Your request “%(title)s” is back with %(committees)s, with your answer. The review begins anew."),
    ),
    "request_submitted.member": (
        _("You are named in the request %(reference)s"),
        _(
            "%(applicant)s (%(institution)s) named you as somebody who will use %(datasets)s in “%(title)s”."
            " If it is approved, you sign for yourself. If this is a mistake, please tell %(applicant)s."
        ),
    ),
    "request_returned.applicant": (
        _("The committee has a question about %(reference)s"),
        _(
            "Your request “%(title)s” is back with you; the committee waits for your answer."
            " Answer on its page, change what you like, and hand it in again. This is the question:"
        ),
    ),
    "request_withdrawn.committee": (
        _("%(reference)s was withdrawn"),
        _("%(applicant)s took back the request “%(title)s”. There is nothing left to do about it."),
    ),
    "request_withdrawn.member": (
        _("%(reference)s was withdrawn"),
        _("%(applicant)s took back the request “%(title)s”, in which you are named."),
    ),
    "quorum_missing.chair": (
        _("Too few may decide on %(reference)s"),
        _(
            "The quorum of “%(committee)s” is %(quorum)s, and only %(left)s of those seated may decide on"
            " %(reference)s: the others have a part in it, stepped aside or left. Please seat somebody who has none. A"
            " new seat counts from the next round, so return the request with a question then."
        ),
    ),
    "quorum_missing.operator": (
        _("Too few may decide on %(reference)s"),
        _(
            "The quorum of “%(committee)s” is %(quorum)s, and only %(left)s of those seated may decide on"
            " %(reference)s. Its chair is empty or has a part in the request. Please see to it that somebody else can"
            " seat members."
        ),
    ),
    "item_decided.approved": (
        _("Approved: %(dataset)s for %(reference)s"),
        _(
            "%(committee)s approved the use of “%(dataset)s” in “%(title)s”. A data use agreement follows;"
            " access begins when both sides have signed it. This is the committee's reason:"
        ),
    ),
    "item_decided.conditional": (
        _("Approved with conditions: %(dataset)s for %(reference)s"),
        _(
            "%(committee)s approved the use of “%(dataset)s” in “%(title)s”, with conditions. A data use agreement"
            " that names them follows. These are the committee's reason and its conditions:"
        ),
    ),
    "item_decided.denied": (
        _("Not approved: %(dataset)s for %(reference)s"),
        _("%(committee)s did not approve the use of “%(dataset)s” in “%(title)s”. This is the committee's reason:"),
    ),
    "agreement_offered.party": (
        _("Please sign the agreement %(reference)s"),
        _(
            "The data use agreement for “%(dataset)s” is ready. Please read it and sign it with your name."
            " Everyone who will use the data signs for themselves."
        ),
    ),
    "agreement_signed.owner": (
        _("%(reference)s waits for your countersignature"),
        _(
            "%(actor)s (%(institution)s) signed the data use agreement for “%(dataset)s”."
            " Access begins when an owner of the dataset has countersigned it."
        ),
    ),
    "agreement_terminated.party": (
        _("The agreement %(reference)s has been terminated"),
        _(
            "%(actor)s terminated the data use agreement for “%(dataset)s”. Every access that stood on it has ended."
            " This is the reason given:"
        ),
    ),
    "grant_issued.holder": (
        _("You have access to %(dataset)s"),
        _(
            "You may use “%(dataset)s” from %(starts)s until %(ends)s, as the agreement %(reference)s says."
            " You can download its files now."
        ),
    ),
    "grant_revoked.holder": (
        _("Your access to %(dataset)s has been revoked"),
        _(
            "%(actor)s ended your access to “%(dataset)s”. Links you made no longer open anything;"
            " please delete your copies as the agreement %(reference)s asks. This is the reason given:"
        ),
    ),
    "grant_revoked.giver": (
        _("You gave back your access to %(dataset)s"),
        _(
            "Your access to “%(dataset)s” has ended, as you asked. Please delete your copies"
            " as the agreement %(reference)s asks. This is what you gave as your reason:"
        ),
    ),
    "grant_revoked.owner": (
        _("%(holder)s gave back access to %(dataset)s"),
        _("%(holder)s no longer needs “%(dataset)s”; the access has ended. This is the reason given:"),
    ),
    "grant_suspended.holder": (
        _("Your access to %(dataset)s is suspended"),
        _(
            "%(actor)s suspended your access to “%(dataset)s”. No file opens until it is resumed."
            " This is the reason given:"
        ),
    ),
    "grant_resumed.holder": (
        _("Your access to %(dataset)s is back"),
        _("%(actor)s resumed your access to “%(dataset)s”. It lasts until %(ends)s, as before."),
    ),
    "seat_given.person": (
        _("You have a seat in %(committee)s"),
        _("You decide on access requests in “%(committee)s” now. Your desk shows what waits for you."),
    ),
    "seat_given.chair": (
        _("You chair %(committee)s"),
        _("You chair “%(committee)s” now: you vote, your vote breaks ties, and you care for its seats."),
    ),
    "seat_ended.person": (
        _("Your seat in %(committee)s has ended"),
        _("You no longer sit in “%(committee)s”. Your votes on requests still open no longer count."),
    ),
    "seat_given.by_claim": (
        _("%(person)s has a seat in %(committee)s"),
        _(
            "An institution's sign-in gave %(person)s a seat in “%(committee)s”. It counts in the rounds that begin"
            " from now on, and as long as the institution says so. Seated now: %(seated)s; votes needed: %(quorum)s."
        ),
    ),
    "seat_ended.by_claim": (
        _("%(person)s no longer sits in %(committee)s"),
        _(
            "The institution of %(person)s no longer says that they belong to “%(committee)s”, so the seat has ended"
            " and their votes on requests still open no longer count. Seated now: %(seated)s; votes needed: %(quorum)s."
        ),
    ),
    "platform_role_gained.person": (
        _("You have a desk of this portal: %(desk)s"),
        _("Your institution's sign-in gave you the desk of %(desk)s. It counts as long as your institution says so."),
    ),
    "platform_role_lost.person": (
        _("Your desk of this portal has ended: %(desk)s"),
        _("Your institution's sign-in no longer says that you are %(desk)s here, so the desk has ended."),
    ),
    "role_given.dataset": (
        _("You help with %(dataset)s"),
        _("%(actor)s gave you a role on the dataset “%(dataset)s”: %(role)s."),
    ),
    "role_given.institution": (
        _("You sign for %(institution)s"),
        _("You are a signing official of %(institution)s now: you answer for its people and see what they may use."),
    ),
    **ABOUT_ACCOUNTS,
}

ROLES = {
    "own_dataset": _("owner: publishes, countersigns and decides who helps"),
    "steward_dataset": _("steward: describes and publishes it, and sees who uses it"),
    "curate_dataset": _("curator: checks it before it is published"),
    "view_draft_dataset": _("reader of the draft"),
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
