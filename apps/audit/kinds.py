"""Every kind of event, one row a kind: its code, its group, its icon and tone, and its sentence in a history.

Which kinds call for something further is not said here: `portal.consequences` names what changes something,
`apps.notifications.messages` who is notified, and `apps.audit.record` writes the outbox for exactly those.
"""

from collections.abc import Mapping
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What a kind of event is about; the messages about it are in the file of this name."""

    ACCOUNTS = "accounts"
    DATASETS = "datasets"
    REQUESTS = "requests"
    AGREEMENTS = "agreements"
    ACCESS = "access"
    OPERATIONS = "operations"


class Kind(models.TextChoices):
    """Every kind of event there is: code, group, icon, tone, sentence (its label).

    `%(number)s` and the like are filled from the event's facts. A row that lacks a part does not load.
    """

    group: Group
    icon: str
    tone: str

    def __new__(cls, code: str, group: Group, icon: str, tone: str) -> Self:
        """A kind is its code, with the rest of its row as attributes."""
        kind = str.__new__(cls, code)
        kind._value_ = code
        kind.group, kind.icon, kind.tone = group, icon, tone
        return kind

    PERSON_CREATED = (
        "person.created", Group.ACCOUNTS, "person", "still", _("An account was created at the first sign-in"),
    )  # fmt: skip
    PERSON_SIGNED_IN = "person.signed_in", Group.ACCOUNTS, "sign-in", "still", _("Signed in")
    PERSON_SIGNED_OUT = "person.signed_out", Group.ACCOUNTS, "sign-out", "still", _("Signed out")
    SIGN_IN_REFUSED = "person.sign_in_refused", Group.ACCOUNTS, "ban", "bad", _("A sign-in was refused")
    NAME_ENTERED = (
        "person.name_entered", Group.ACCOUNTS, "person", "note",
        _("The person entered their own name, because their institution did not send one"),
    )  # fmt: skip
    PERSON_DEACTIVATED = "person.deactivated", Group.ACCOUNTS, "ban", "bad", _("The account was closed")
    PERSON_REACTIVATED = "person.reactivated", Group.ACCOUNTS, "check", "good", _("The account was reopened")
    AFFILIATION_CONFIRMED = (
        "affiliation.confirmed", Group.ACCOUNTS, "check", "good", _("The institution confirmed the affiliation"),
    )  # fmt: skip
    AFFILIATION_ENDED = "affiliation.ended", Group.ACCOUNTS, "ban", "bad", _("The institution ended the affiliation")
    AFFILIATION_EXPIRING = "affiliation.expiring", Group.ACCOUNTS, "mail", "wait", _("An affiliation will expire soon")
    AFFILIATION_EXPIRED = "affiliation.expired", Group.ACCOUNTS, "ban", "bad", _("An affiliation has expired")
    SESSION_ENDED = "session.ended", Group.ACCOUNTS, "sign-out", "still", _("A session was ended")
    LOGOUT_REFUSED = (
        "session.logout_refused", Group.ACCOUNTS, "ban", "bad",
        _("A sign-out message from an identity provider was rejected"),
    )  # fmt: skip
    PERSON_SIGNED_OUT_BY_PROVIDER = (
        "person.away", Group.ACCOUNTS, "sign-out", "still",
        _("Signed out at the institution; access tokens and download links are paused until the "
          "next sign-in"),
    )  # fmt: skip
    IDENTITY_LINKED = "identity.linked", Group.ACCOUNTS, "sign-in", "note", _("An identity was added to the account")
    IDENTITY_SPLIT = (
        "identity.split", Group.ACCOUNTS, "sign-in", "wait", _("An operator separated an identity from the account"),
    )  # fmt: skip
    PEOPLE_MERGED = (
        "identity.merged", Group.ACCOUNTS, "person", "wait", _("An operator merged two accounts of one person"),
    )  # fmt: skip
    PROVIDER_ADDED = (
        "provider.added", Group.OPERATIONS, "id-card", "note", _("An identity provider was added or changed"),
    )  # fmt: skip
    PROVIDER_DEACTIVATED = (
        "provider.deactivated", Group.OPERATIONS, "ban", "still", _("An identity provider was switched off"),
    )  # fmt: skip
    BREAK_GLASS_MADE = "break_glass.made", Group.OPERATIONS, "key", "wait", _("An emergency account was created")
    BREAK_GLASS_DISABLED = (
        "break_glass.disabled", Group.OPERATIONS, "key", "still", _("An emergency account was disabled"),
    )  # fmt: skip
    BREAK_GLASS_USED = (
        "break_glass.used", Group.OPERATIONS, "sign-in", "bad", _("A person signed in with an emergency account"),
    )  # fmt: skip
    BREAK_GLASS_REFUSED = (
        "break_glass.refused", Group.OPERATIONS, "ban", "bad", _("A sign-in with an emergency account was refused"),
    )  # fmt: skip
    VISA_ISSUER_ADDED = "visa_issuer.added", Group.OPERATIONS, "id-card", "note", _("A trusted visa issuer was added")
    VISA_ISSUER_ENDED = "visa_issuer.ended", Group.OPERATIONS, "ban", "still", _("A visa issuer is no longer trusted")
    VISAS_READ = "visa.read", Group.ACCOUNTS, "id-card", "still", _("Visas were read at sign-in")
    PLATFORM_ROLE_GIVEN = "platform_role.given", Group.ACCOUNTS, "id-card", "note", _("A portal role was assigned")
    PLATFORM_ROLE_ENDED = "platform_role.ended", Group.ACCOUNTS, "id-card", "still", _("A portal role ended")
    PLATFORM_ROLE_GAINED = (
        "platform_role.gained_by_claim", Group.ACCOUNTS, "id-card", "note", _("A sign-in claim assigned a portal role"),
    )  # fmt: skip
    PLATFORM_ROLE_LOST = (
        "platform_role.lost_by_claim", Group.ACCOUNTS, "id-card", "still",
        _("A portal role ended: the institution no longer confirms it"),
    )  # fmt: skip
    CLAIM_MAPPED = "claim.mapped", Group.OPERATIONS, "id-card", "note", _("A sign-in claim was mapped to a role")
    CLAIM_UNMAPPED = (
        "claim.unmapped", Group.OPERATIONS, "id-card", "still", _("A sign-in claim no longer assigns a role"),
    )  # fmt: skip
    INSTITUTION_REGISTERED = (
        "institution.registered", Group.OPERATIONS, "institution", "note", _("An institution was registered"),
    )  # fmt: skip
    INSTITUTION_CHANGED = (
        "institution.changed", Group.OPERATIONS, "institution", "note", _("The details of an institution were changed"),
    )  # fmt: skip
    OPERATOR_CODE_MADE = (
        "operator_code.made", Group.OPERATIONS, "key", "wait", _("A code for the first operator was created"),
    )  # fmt: skip
    PROVIDER_ACTIVATED = (
        "provider.activated", Group.OPERATIONS, "id-card", "note", _("An identity provider was switched on"),
    )  # fmt: skip
    INSTITUTION_SET = "person.home_set", Group.ACCOUNTS, "institution", "note", _("The person's institution was set")
    TERMS_PUBLISHED = "terms.published", Group.OPERATIONS, "agreement", "note", _("New terms of use were published")
    TERMS_ACCEPTED = "terms.accepted", Group.ACCOUNTS, "check", "good", _("The terms of use were accepted")
    TOKEN_MADE = "token.made", Group.ACCOUNTS, "key", "note", _("An access token was created")
    TOKEN_REVOKED = "token.revoked", Group.ACCOUNTS, "key", "still", _("An access token was revoked")
    CALENDAR_FEED_MADE = "calendar_feed.made", Group.ACCOUNTS, "calendar", "note", _("A calendar feed was created")
    CALENDAR_FEED_ENDED = "calendar_feed.ended", Group.ACCOUNTS, "calendar", "still", _("A calendar feed was ended")
    TOKEN_REFRESHED = "token.refreshed", Group.ACCOUNTS, "key", "still", _("A program renewed its access token")
    TOKEN_REUSED = (
        "token.reused", Group.ACCOUNTS, "ban", "bad",
        _("A program reused an old refresh token, and its access was revoked"),
    )  # fmt: skip
    DEVICE_APPROVED = "device.approved", Group.ACCOUNTS, "key", "note", _("A device was authorised")
    DEVICE_REFUSED = "device.refused", Group.ACCOUNTS, "ban", "still", _("A device was not authorised")
    DEVICE_CODE_WRONG = "device.code_wrong", Group.ACCOUNTS, "ban", "bad", _("An invalid device code was entered")
    SERVICE_ACCOUNT_MADE = "service_account.made", Group.ACCOUNTS, "key", "note", _("A service account was created")
    SERVICE_ACCOUNT_ENDED = "service_account.ended", Group.ACCOUNTS, "key", "still", _("A service account was ended")
    ROLE_GIVEN = "role.given", Group.ACCOUNTS, "person", "note", _("A role was assigned")
    OWNER_MISSING = (
        "dataset.owner_missing", Group.DATASETS, "person", "bad", _("The account of the last dataset owner was closed"),
    )  # fmt: skip
    ROLE_TAKEN = "role.taken", Group.ACCOUNTS, "person", "still", _("A role was removed")
    COMMITTEE_CREATED = "committee.created", Group.REQUESTS, "committee", "note", _("The committee was created")
    COMMITTEE_CHANGED = (
        "committee.changed", Group.REQUESTS, "committee", "note",
        _("The committee started or stopped accepting requests"),
    )  # fmt: skip
    COMMITTEE_DESCRIBED = (
        "committee.described", Group.REQUESTS, "committee", "note", _("The details of the committee were changed"),
    )  # fmt: skip
    DEPUTY_NAMED = "committee.deputy_named", Group.REQUESTS, "person", "note", _("A deputy was named for a member")
    DEPUTY_ENDED = "committee.deputy_ended", Group.REQUESTS, "person", "still", _("A deputy was removed")
    COMMITTEE_MEMBER_ADDED = (
        "committee.member_added", Group.REQUESTS, "person", "note", _("A committee member was added"),
    )  # fmt: skip
    COMMITTEE_MEMBER_REMOVED = (
        "committee.member_removed", Group.REQUESTS, "person", "still", _("A committee membership ended"),
    )  # fmt: skip
    COMMITTEE_MEMBER_REFUSED = (
        "committee.member_refused", Group.REQUESTS, "ban", "wait", _("A committee role from sign-in was not assigned"),
    )  # fmt: skip
    DATASET_DRAFTED = "dataset.drafted", Group.DATASETS, "draft", "still", _("The dataset was created")
    DATASET_DESCRIBED = "dataset.described", Group.DATASETS, "edit", "still", _("The description was changed")
    VERSION_DRAFTED = (
        "version.drafted", Group.DATASETS, "draft", "still", _("The draft of version %(number)s was created"),
    )  # fmt: skip
    ONTOLOGY_LOADED = "ontology.loaded", Group.OPERATIONS, "settings", "note", _("A disease ontology was loaded")
    DATASET_DISCARDED = (
        "dataset.discarded", Group.DATASETS, "trash", "still", _("The dataset was discarded before it was published"),
    )  # fmt: skip
    DATASET_PROPOSED = (
        "dataset.proposed", Group.DATASETS, "committee", "wait",
        _("The dataset was proposed to a committee of another institution"),
    )  # fmt: skip
    DATASET_ACCEPTED = "dataset.accepted", Group.DATASETS, "check", "good", _("The committee accepted the dataset")
    DATASET_DECLINED = "dataset.declined", Group.DATASETS, "ban", "bad", _("The committee declined the dataset")
    PROPOSAL_WITHDRAWN = (
        "dataset.proposal_withdrawn", Group.DATASETS, "undo", "still", _("The proposal to the committee was withdrawn"),
    )  # fmt: skip
    VERSION_DISCARDED = (
        "version.discarded", Group.DATASETS, "trash", "still", _("The draft of version %(number)s was discarded"),
    )  # fmt: skip
    VERSION_RELEASED = (
        "version.released", Group.DATASETS, "published", "good", _("The embargo of version %(number)s ended"),
    )  # fmt: skip
    VERSION_PUBLISHED = "version.published", Group.DATASETS, "published", "good", _("Version %(number)s was published")
    VERSION_WITHDRAWN = "version.withdrawn", Group.DATASETS, "withdrawn", "bad", _("Version %(number)s was withdrawn")
    FILE_UPLOADED = "file.uploaded", Group.DATASETS, "upload", "note", _("A file was uploaded")
    FILE_CHECKED = "file.checked", Group.DATASETS, "check", "good", _("The checksum of a file was computed")
    FILE_REMOVED = "file.removed", Group.DATASETS, "trash", "still", _("A file was removed from the draft")
    REQUEST_DRAFTED = "request.drafted", Group.REQUESTS, "draft", "still", _("The request was created")
    REQUEST_DISCARDED = "request.discarded", Group.REQUESTS, "trash", "still", _("The draft request was discarded")
    REQUEST_SUBMITTED = (
        "request.submitted", Group.REQUESTS, "submitted", "note", _("The request was submitted (round %(round)s)"),
    )  # fmt: skip
    REQUEST_ACCEPTED_FOR_REVIEW = (
        "request.accepted_for_review", Group.REQUESTS, "screened", "note",
        _("The request was accepted for review; voting started"),
    )  # fmt: skip
    PROJECT_MEMBER_ADDED = (
        "request.project_member_added", Group.REQUESTS, "person", "note",
        _("A project member was added to the request"),
    )  # fmt: skip
    PROJECT_MEMBER_REMOVED = (
        "request.project_member_removed", Group.REQUESTS, "person", "still",
        _("A project member was removed from the request"),
    )  # fmt: skip
    QUESTION_ANSWERED = (
        "request.question_answered", Group.REQUESTS, "question", "note",
        _("The applicant answered a question of the committee"),
    )  # fmt: skip
    REQUEST_RETURNED = "request.returned", Group.REQUESTS, "returned", "wait", _("The committee requested changes")
    REQUEST_WITHDRAWN = "request.withdrawn", Group.REQUESTS, "withdrawn", "still", _("The request was withdrawn")
    MEMBER_RECUSED = (
        "request.member_recused", Group.REQUESTS, "ban", "still",
        _("A committee member declared a conflict of interest"),
    )  # fmt: skip
    VERDICT_GIVEN = (
        "request.verdict_given", Group.REQUESTS, "check", "note",
        _("A verdict was given on criterion %(number)s of the checklist"),
    )  # fmt: skip
    CHECKLIST_CHANGED = (
        "committee.checklist_changed", Group.REQUESTS, "edit", "note", _("The checklist of the committee was changed"),
    )  # fmt: skip
    NO_CONFLICT_DECLARED = (
        "request.no_conflict_declared", Group.REQUESTS, "check", "still",
        _("A committee member declared that they have no conflict of interest"),
    )  # fmt: skip
    QUORUM_MISSING = (
        "request.quorum_missing", Group.REQUESTS, "committee", "wait",
        _("The committee has too few eligible voters to decide"),
    )  # fmt: skip
    REVIEW_DATE_SET = (
        "request.review_date_set",
        Group.REQUESTS,
        "clock",
        "still",
        _("The due date of the review was set"),
    )
    REVIEW_EXTENDED = (
        "request.review_extended",
        Group.REQUESTS,
        "clock",
        "wait",
        _("The review was extended to %(due)s"),
    )
    REVIEW_ON_FAST_TRACK = (
        "request.review_on_fast_track", Group.REQUESTS, "clock", "note",
        _("The review was moved to the fast track, due %(due)s"),
    )  # fmt: skip
    REVIEW_DUE_SOON = "request.review_due_soon", Group.REQUESTS, "calendar", "still", _("The review is due soon")
    REVIEW_DUE = "request.review_due", Group.REQUESTS, "calendar", "wait", _("The review is due today")
    ANSWER_DUE_SOON = (
        "request.answer_due_soon", Group.REQUESTS, "calendar", "wait", _("The time to answer ends on %(due)s"),
    )  # fmt: skip
    REVIEW_OVERDUE = "request.review_overdue", Group.REQUESTS, "alert", "bad", _("The review is overdue")
    VOTE_CAST = "request.vote_cast", Group.REQUESTS, "vote", "note", _("A vote was cast")
    VOTE_CHANGED = "request.vote_changed", Group.REQUESTS, "vote", "note", _("A vote was changed")
    VOTE_CONFIRMED = "request.vote_confirmed", Group.REQUESTS, "vote", "note", _("A vote was confirmed")
    CONDITION_PROPOSED = "request.condition_proposed", Group.REQUESTS, "edit", "note", _("A condition was proposed")
    CONDITION_REPORTED = (
        "request.condition_reported", Group.REQUESTS, "check", "note", _("A condition was reported as met"),
    )  # fmt: skip
    CONDITION_ACCEPTED = (
        "request.condition_accepted", Group.REQUESTS, "check", "good", _("A condition was accepted as met"),
    )  # fmt: skip
    CONDITION_SENT_BACK = (
        "request.condition_sent_back", Group.REQUESTS, "undo", "wait", _("A report on a condition was sent back"),
    )  # fmt: skip
    CONDITION_DUE_SOON = "request.condition_due_soon", Group.REQUESTS, "calendar", "still", _("A condition is due soon")
    CONDITION_OVERDUE = "request.condition_overdue", Group.REQUESTS, "alert", "bad", _("A condition is overdue")
    VOTER_LEFT = "request.voter_left", Group.REQUESTS, "person", "wait", _("A committee member can no longer vote")
    CONFIRMATION_NEEDED = (
        "request.confirmation_needed", Group.REQUESTS, "vote", "wait",
        _("All remaining members have voted; one of them must confirm or change their vote"),
    )  # fmt: skip
    VOTES_DIVIDED = (
        "request.votes_divided", Group.REQUESTS, "vote", "wait",
        _("All members have voted, and the votes do not decide"),
    )  # fmt: skip
    FORM_CREATED = "form.created", Group.REQUESTS, "draft", "still", _("A form was created")
    FORM_DRAFT_DISCARDED = (
        "form.draft_discarded",
        Group.REQUESTS,
        "ban",
        "still",
        _("The draft of a form was discarded"),
    )
    FORM_PUBLISHED = "form.published", Group.REQUESTS, "check", "note", _("Version %(version)s of a form was published")
    FORM_WITHDRAWN = "form.withdrawn", Group.REQUESTS, "ban", "note", _("A form was withdrawn")
    MESSAGE_SENT = "request.message_sent", Group.REQUESTS, "inbox", "note", _("A message was sent")
    MESSAGE_WITHDRAWN = "request.message_withdrawn", Group.REQUESTS, "undo", "still", _("A message was withdrawn")
    ATTACHMENT_ADDED = "request.attachment_added", Group.REQUESTS, "file", "note", _("A document was attached")
    ATTACHMENT_CHECKED = (
        "request.attachment_checked",
        Group.REQUESTS,
        "check",
        "still",
        _("A document was checked for malware"),
    )
    ATTACHMENT_REFUSED = "request.attachment_refused", Group.REQUESTS, "ban", "bad", _("A document contained malware")
    ATTACHMENT_OPENED = "request.attachment_opened", Group.REQUESTS, "download", "still", _("A document was opened")
    ATTACHMENT_REMOVED = "request.attachment_removed", Group.REQUESTS, "trash", "still", _("A document was removed")
    INTERNAL_MESSAGE_SENT = (
        "request.internal_message_sent", Group.REQUESTS, "inbox", "note", _("A committee-only message was sent"),
    )  # fmt: skip
    INTERNAL_MESSAGE_WITHDRAWN = (
        "request.internal_message_withdrawn", Group.REQUESTS, "undo", "still",
        _("A committee-only message was withdrawn"),
    )  # fmt: skip
    ITEM_DECIDED = "request.item_decided", Group.REQUESTS, "decided", "note", _("Decision on %(dataset)s")
    DECISION_REACHED = (
        "request.decision_reached",
        Group.REQUESTS,
        "decided",
        "note",
        _("Decision on %(dataset)s reached by vote"),
    )
    DECISION_UNDONE = "request.decision_undone", Group.REQUESTS, "undo", "wait", _("Decision on %(dataset)s undone")
    DECISION_APPEALED = "request.appealed", Group.REQUESTS, "vote", "wait", _("Decision on %(dataset)s appealed")
    APPEAL_STARTED = "request.appeal_started", Group.REQUESTS, "vote", "note", _("Review of the appeal started")
    APPEAL_WITHDRAWN = "request.appeal_withdrawn", Group.REQUESTS, "undo", "still", _("The appeal was withdrawn")
    APPROVAL_RULE_WRITTEN = "approval_rule.written", Group.REQUESTS, "edit", "note", _("An approval rule was written")
    APPROVAL_RULE_TRIED = (
        "approval_rule.tried", Group.REQUESTS, "eye", "still",
        _("Shadow run: %(approved)s of %(looked_at)s past cases approved, %(differed)s of them decided otherwise"),
    )  # fmt: skip
    APPROVAL_RULE_AGREED = (
        "approval_rule.agreed", Group.REQUESTS, "vote", "note", _("A member agreed to an approval rule"),
    )  # fmt: skip
    APPROVAL_RULE_STARTED = "approval_rule.started", Group.REQUESTS, "active", "good", _("An approval rule is on")
    APPROVAL_RULE_PAUSED = "approval_rule.paused", Group.REQUESTS, "suspended", "wait", _("An approval rule was paused")
    APPROVAL_RULE_ENDED = "approval_rule.ended", Group.REQUESTS, "closed", "still", _("An approval rule was ended")
    ITEM_APPROVED_BY_RULE = (
        "request.approved_by_rule", Group.REQUESTS, "approved", "good", _("%(dataset)s: approved by a rule"),
    )  # fmt: skip
    RULE_DECISION_CHECKED = (
        "approval_rule.checked", Group.REQUESTS, "eye", "note", _("A member checked an approval by a rule"),
    )  # fmt: skip
    REQUEST_DECIDED = "request.decided", Group.REQUESTS, "decided", "note", _("All datasets were decided")
    REQUEST_ACTIVATED = "request.activated", Group.REQUESTS, "active", "good", _("Access was granted for this request")
    REQUEST_CLOSED = "request.closed", Group.REQUESTS, "closed", "still", _("The request was closed")
    TEMPLATE_PUBLISHED = (
        "agreement.template_published", Group.AGREEMENTS, "agreement", "note",
        _("A new agreement template was published"),
    )  # fmt: skip
    AGREEMENT_OFFERED = (
        "agreement.offered", Group.AGREEMENTS, "agreement", "wait", _("The agreement for %(dataset)s is ready to sign"),
    )  # fmt: skip
    AGREEMENT_SIGNED = "agreement.signed", Group.AGREEMENTS, "sign", "note", _("The agreement was signed")
    AGREEMENT_EXECUTED = "agreement.executed", Group.AGREEMENTS, "executed", "good", _("The agreement is fully signed")
    AGREEMENT_TERMINATED = (
        "agreement.terminated", Group.AGREEMENTS, "terminated", "bad", _("The agreement was terminated"),
    )  # fmt: skip
    AGREEMENT_PDF_STORED = (
        "agreement.pdf_stored", Group.AGREEMENTS, "file", "still", _("The signed agreement was saved as a PDF"),
    )  # fmt: skip
    AGREEMENT_PDF_DOWNLOADED = (
        "agreement.pdf_downloaded", Group.AGREEMENTS, "download", "still", _("The signed PDF was downloaded"),
    )  # fmt: skip
    AGREEMENT_EXPIRED = (
        "agreement.expired", Group.AGREEMENTS, "expired", "bad", _("The agreement expired before everyone signed"),
    )  # fmt: skip
    GRANT_ISSUED = "grant.issued", Group.ACCESS, "grant", "good", _("Access to %(dataset)s was granted")
    GRANT_REVOKED = "grant.revoked", Group.ACCESS, "revoked", "bad", _("Access to %(dataset)s was revoked")
    GRANT_SUSPENDED = "grant.suspended", Group.ACCESS, "suspended", "wait", _("Access to %(dataset)s was suspended")
    GRANT_RESUMED = "grant.resumed", Group.ACCESS, "active", "good", _("Access to %(dataset)s was resumed")
    GRANT_ENDING = "grant.ending", Group.ACCESS, "calendar", "wait", _("Access to %(dataset)s ends soon")
    GRANT_ENDED = "grant.ended", Group.ACCESS, "calendar", "still", _("Access to %(dataset)s ended")
    LINK_MADE = "link.made", Group.ACCESS, "link", "note", _("A download link was created")
    LINK_ENDED = "link.ended", Group.ACCESS, "link", "still", _("A download link was ended")
    LINK_MISUSED = "link.misused", Group.ACCESS, "ban", "bad", _("A person tried to use another person’s download link")
    LINKS_GUESSED = (
        "links.guessed", Group.OPERATIONS, "ban", "bad",
        _("Someone repeatedly tried to use download links that do not exist"),
    )  # fmt: skip
    DOWNLOAD_STARTED = "download.started", Group.ACCESS, "download", "note", _("A download started")
    DOWNLOAD_CONTINUED = (
        "download.continued", Group.ACCESS, "download", "still", _("Another part of a download was sent"),
    )  # fmt: skip
    DOWNLOAD_REFUSED = "download.refused", Group.ACCESS, "ban", "bad", _("A download was refused")
    DOWNLOADS_STOPPED = "downloads.stopped", Group.OPERATIONS, "frozen", "bad", _("All downloads were stopped")
    RESUME_PROPOSED = (
        "downloads.resume_proposed", Group.OPERATIONS, "undo", "wait", _("Resuming downloads was proposed"),
    )  # fmt: skip
    DOWNLOADS_RESUMED = "downloads.resumed", Group.OPERATIONS, "check", "good", _("Downloads were resumed")
    BACKUP_MADE = "backup.made", Group.OPERATIONS, "download", "still", _("A backup was made")
    PORTAL_RESTORED = "portal.restored", Group.OPERATIONS, "undo", "bad", _("The portal was restored from a backup")
    INSTITUTION_EXPORTED = (
        "institution.exported", Group.OPERATIONS, "download", "note", _("Everything about an institution was exported"),
    )  # fmt: skip
    SITE_TEXT_PUBLISHED = (
        "site_text.published", Group.OPERATIONS, "edit", "note", _("A text of the portal was published"),
    )  # fmt: skip
    WORK_LATE = "work.late", Group.OPERATIONS, "clock", "bad", _("Background tasks or e-mails are late")
    WORK_CAUGHT_UP = (
        "work.caught_up", Group.OPERATIONS, "check", "good", _("Background tasks or e-mails are no longer late"),
    )  # fmt: skip
    AUDIT_LOG_READ = "audit.log_read", Group.OPERATIONS, "eye", "still", _("The event log was read")
    ACCESS_CHECKED = (
        "audit.access_checked", Group.OPERATIONS, "eye", "still", _("The access of another person was looked up"),
    )  # fmt: skip
    PEOPLE_SEARCHED = "audit.people_searched", Group.OPERATIONS, "eye", "still", _("People were searched")
    PERSON_RECORD_READ = "audit.person_record_read", Group.OPERATIONS, "eye", "still", _("A person’s record was read")
    LIST_EXPORTED = "list.exported", Group.OPERATIONS, "download", "note", _("A list was exported as CSV")
    REFUSED = "refused", Group.OPERATIONS, "ban", "bad", _("An action was refused")


BY_CODE: Mapping[str, Kind] = {str(kind): kind for kind in Kind}


def kind_of(code: str) -> Kind | None:
    """The kind with this code; None for a code of another release."""
    return BY_CODE.get(code)


# What only the one committee may read that the event names.
ONE_COMMITTEE_ONLY = frozenset({Kind.INTERNAL_MESSAGE_SENT, Kind.INTERNAL_MESSAGE_WITHDRAWN, Kind.VERDICT_GIVEN})
# What only the committee may read: who voted, who left, who declared a conflict of interest, how the votes are, and
# its internal messages.
COMMITTEE_ONLY = ONE_COMMITTEE_ONLY | {
    Kind.VOTE_CAST, Kind.VOTE_CHANGED, Kind.VOTE_CONFIRMED, Kind.CONDITION_PROPOSED, Kind.VOTER_LEFT,
    Kind.CONFIRMATION_NEEDED, Kind.VOTES_DIVIDED, Kind.MEMBER_RECUSED, Kind.DECISION_REACHED, Kind.DECISION_UNDONE,
    Kind.NO_CONFLICT_DECLARED,
    Kind.ITEM_APPROVED_BY_RULE, Kind.RULE_DECISION_CHECKED,
}  # fmt: skip
# What is proposed without a name.
UNNAMED = frozenset({Kind.CONDITION_PROPOSED})
