"""Every kind of event, one row a kind: its code, its group, its icon and tone, and its sentence in a history.

Which kinds call for something further is not said here: `portal.consequences` names what changes something,
`apps.notifications.messages` who is notified, and `apps.audit.record` writes the outbox for exactly those.
"""

from collections.abc import Mapping
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.audit.groups import Group

ACCOUNTS, DATASETS, REQUESTS, AGREEMENTS, ACCESS, OPERATIONS = Group


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

    PERSON_CREATED = "person.created", ACCOUNTS, "person", "still", _("An account was created at the first sign-in")
    PERSON_SIGNED_IN = "person.signed_in", ACCOUNTS, "sign-in", "still", _("Signed in")
    PERSON_SIGNED_OUT = "person.signed_out", ACCOUNTS, "sign-out", "still", _("Signed out")
    SIGN_IN_REFUSED = "person.sign_in_refused", ACCOUNTS, "ban", "bad", _("A sign-in was refused")
    NAME_ENTERED = (
        "person.name_entered", ACCOUNTS, "person", "note",
        _("The person entered their own name, because their institution did not send one"),
    )  # fmt: skip
    PERSON_DEACTIVATED = "person.deactivated", ACCOUNTS, "ban", "bad", _("The account was closed")
    PERSON_REACTIVATED = "person.reactivated", ACCOUNTS, "check", "good", _("The account was reopened")
    AFFILIATION_CONFIRMED = (
        "affiliation.confirmed", ACCOUNTS, "check", "good", _("The institution confirmed the affiliation"),
    )  # fmt: skip
    AFFILIATION_ENDED = "affiliation.ended", ACCOUNTS, "ban", "bad", _("The institution ended the affiliation")
    AFFILIATION_EXPIRING = "affiliation.expiring", ACCOUNTS, "mail", "wait", _("An affiliation will expire soon")
    AFFILIATION_EXPIRED = "affiliation.expired", ACCOUNTS, "ban", "bad", _("An affiliation has expired")
    SESSION_ENDED = "session.ended", ACCOUNTS, "sign-out", "still", _("A session was ended")
    LOGOUT_REFUSED = (
        "session.logout_refused", ACCOUNTS, "ban", "bad",
        _("A sign-out message from an identity provider was rejected"),
    )  # fmt: skip
    PERSON_SIGNED_OUT_BY_PROVIDER = (
        "person.away", ACCOUNTS, "sign-out", "still",
        _("Signed out at the institution; access tokens and download links are paused until the "
          "next sign-in"),
    )  # fmt: skip
    IDENTITY_LINKED = "identity.linked", ACCOUNTS, "sign-in", "note", _("An identity was added to the account")
    IDENTITY_SPLIT = (
        "identity.split", ACCOUNTS, "sign-in", "wait", _("An operator separated an identity from the account"),
    )  # fmt: skip
    PEOPLE_MERGED = "identity.merged", ACCOUNTS, "person", "wait", _("An operator merged two accounts of one person")
    PROVIDER_ADDED = "provider.added", OPERATIONS, "id-card", "note", _("An identity provider was added or changed")
    PROVIDER_DEACTIVATED = (
        "provider.deactivated", OPERATIONS, "ban", "still", _("An identity provider was switched off"),
    )  # fmt: skip
    BREAK_GLASS_MADE = "break_glass.made", OPERATIONS, "key", "wait", _("An emergency account was created")
    BREAK_GLASS_DISABLED = "break_glass.disabled", OPERATIONS, "key", "still", _("An emergency account was disabled")
    BREAK_GLASS_USED = (
        "break_glass.used", OPERATIONS, "sign-in", "bad", _("A person signed in with an emergency account"),
    )  # fmt: skip
    BREAK_GLASS_REFUSED = (
        "break_glass.refused", OPERATIONS, "ban", "bad", _("A sign-in with an emergency account was refused"),
    )  # fmt: skip
    VISA_ISSUER_ADDED = "visa_issuer.added", OPERATIONS, "id-card", "note", _("A trusted visa issuer was added")
    VISA_ISSUER_ENDED = "visa_issuer.ended", OPERATIONS, "ban", "still", _("A visa issuer is no longer trusted")
    VISAS_READ = "visa.read", ACCOUNTS, "id-card", "still", _("Visas were read at sign-in")
    PLATFORM_ROLE_GIVEN = "platform_role.given", ACCOUNTS, "id-card", "note", _("A portal role was assigned")
    PLATFORM_ROLE_ENDED = "platform_role.ended", ACCOUNTS, "id-card", "still", _("A portal role ended")
    PLATFORM_ROLE_GAINED = (
        "platform_role.gained_by_claim", ACCOUNTS, "id-card", "note", _("A sign-in claim assigned a portal role"),
    )  # fmt: skip
    PLATFORM_ROLE_LOST = (
        "platform_role.lost_by_claim", ACCOUNTS, "id-card", "still",
        _("A portal role ended: the institution no longer confirms it"),
    )  # fmt: skip
    CLAIM_MAPPED = "claim.mapped", OPERATIONS, "id-card", "note", _("A sign-in claim was mapped to a role")
    CLAIM_UNMAPPED = "claim.unmapped", OPERATIONS, "id-card", "still", _("A sign-in claim no longer assigns a role")
    INSTITUTION_REGISTERED = (
        "institution.registered", OPERATIONS, "institution", "note", _("An institution was registered"),
    )  # fmt: skip
    INSTITUTION_CHANGED = (
        "institution.changed", OPERATIONS, "institution", "note", _("The details of an institution were changed"),
    )  # fmt: skip
    OPERATOR_CODE_MADE = "operator_code.made", OPERATIONS, "key", "wait", _("A code for the first operator was created")
    PROVIDER_ACTIVATED = "provider.activated", OPERATIONS, "id-card", "note", _("An identity provider was switched on")
    INSTITUTION_SET = "person.home_set", ACCOUNTS, "institution", "note", _("The person's institution was set")
    TERMS_PUBLISHED = "terms.published", OPERATIONS, "agreement", "note", _("New terms of use were published")
    TERMS_ACCEPTED = "terms.accepted", ACCOUNTS, "check", "good", _("The terms of use were accepted")
    TOKEN_MADE = "token.made", ACCOUNTS, "key", "note", _("An access token was created")
    TOKEN_REVOKED = "token.revoked", ACCOUNTS, "key", "still", _("An access token was revoked")
    CALENDAR_FEED_MADE = "calendar_feed.made", ACCOUNTS, "calendar", "note", _("A calendar feed was created")
    CALENDAR_FEED_ENDED = "calendar_feed.ended", ACCOUNTS, "calendar", "still", _("A calendar feed was ended")
    TOKEN_REFRESHED = "token.refreshed", ACCOUNTS, "key", "still", _("A program renewed its access token")
    TOKEN_REUSED = (
        "token.reused", ACCOUNTS, "ban", "bad",
        _("A program reused an old refresh token, and its access was revoked"),
    )  # fmt: skip
    DEVICE_APPROVED = "device.approved", ACCOUNTS, "key", "note", _("A device was authorised")
    DEVICE_REFUSED = "device.refused", ACCOUNTS, "ban", "still", _("A device was not authorised")
    DEVICE_CODE_WRONG = "device.code_wrong", ACCOUNTS, "ban", "bad", _("An invalid device code was entered")
    SERVICE_ACCOUNT_MADE = "service_account.made", ACCOUNTS, "key", "note", _("A service account was created")
    SERVICE_ACCOUNT_ENDED = "service_account.ended", ACCOUNTS, "key", "still", _("A service account was ended")
    ROLE_GIVEN = "role.given", ACCOUNTS, "person", "note", _("A role was assigned")
    OWNER_MISSING = (
        "dataset.owner_missing", DATASETS, "person", "bad", _("The account of the last dataset owner was closed"),
    )  # fmt: skip
    ROLE_TAKEN = "role.taken", ACCOUNTS, "person", "still", _("A role was removed")
    COMMITTEE_CREATED = "committee.created", REQUESTS, "committee", "note", _("The committee was created")
    COMMITTEE_CHANGED = (
        "committee.changed", REQUESTS, "committee", "note",
        _("The committee started or stopped accepting requests"),
    )  # fmt: skip
    COMMITTEE_DESCRIBED = (
        "committee.described", REQUESTS, "committee", "note", _("The details of the committee were changed"),
    )  # fmt: skip
    DEPUTY_NAMED = "committee.deputy_named", REQUESTS, "person", "note", _("A deputy was named for a member")
    DEPUTY_ENDED = "committee.deputy_ended", REQUESTS, "person", "still", _("A deputy was removed")
    COMMITTEE_MEMBER_ADDED = "committee.member_added", REQUESTS, "person", "note", _("A committee member was added")
    COMMITTEE_MEMBER_REMOVED = (
        "committee.member_removed", REQUESTS, "person", "still", _("A committee membership ended"),
    )  # fmt: skip
    COMMITTEE_MEMBER_REFUSED = (
        "committee.member_refused", REQUESTS, "ban", "wait", _("A committee role from sign-in was not assigned"),
    )  # fmt: skip
    DATASET_DRAFTED = "dataset.drafted", DATASETS, "draft", "still", _("The dataset was created")
    DATASET_DESCRIBED = "dataset.described", DATASETS, "edit", "still", _("The description was changed")
    VERSION_DRAFTED = "version.drafted", DATASETS, "draft", "still", _("The draft of version %(number)s was created")
    ONTOLOGY_LOADED = "ontology.loaded", OPERATIONS, "settings", "note", _("A disease ontology was loaded")
    DATASET_DISCARDED = (
        "dataset.discarded", DATASETS, "trash", "still", _("The dataset was discarded before it was published"),
    )  # fmt: skip
    DATASET_PROPOSED = (
        "dataset.proposed", DATASETS, "committee", "wait",
        _("The dataset was proposed to a committee of another institution"),
    )  # fmt: skip
    DATASET_ACCEPTED = "dataset.accepted", DATASETS, "check", "good", _("The committee accepted the dataset")
    DATASET_DECLINED = "dataset.declined", DATASETS, "ban", "bad", _("The committee declined the dataset")
    PROPOSAL_WITHDRAWN = (
        "dataset.proposal_withdrawn", DATASETS, "undo", "still", _("The proposal to the committee was withdrawn"),
    )  # fmt: skip
    VERSION_DISCARDED = (
        "version.discarded", DATASETS, "trash", "still", _("The draft of version %(number)s was discarded"),
    )  # fmt: skip
    VERSION_RELEASED = "version.released", DATASETS, "published", "good", _("The embargo of version %(number)s ended")
    VERSION_PUBLISHED = "version.published", DATASETS, "published", "good", _("Version %(number)s was published")
    VERSION_WITHDRAWN = "version.withdrawn", DATASETS, "withdrawn", "bad", _("Version %(number)s was withdrawn")
    FILE_UPLOADED = "file.uploaded", DATASETS, "upload", "note", _("A file was uploaded")
    FILE_CHECKED = "file.checked", DATASETS, "check", "good", _("The checksum of a file was computed")
    FILE_REMOVED = "file.removed", DATASETS, "trash", "still", _("A file was removed from the draft")
    REQUEST_DRAFTED = "request.drafted", REQUESTS, "draft", "still", _("The request was created")
    REQUEST_DISCARDED = "request.discarded", REQUESTS, "trash", "still", _("The draft request was discarded")
    REQUEST_SUBMITTED = (
        "request.submitted", REQUESTS, "submitted", "note", _("The request was submitted (round %(round)s)"),
    )  # fmt: skip
    REQUEST_ACCEPTED_FOR_REVIEW = (
        "request.accepted_for_review", REQUESTS, "screened", "note",
        _("The request was accepted for review; voting started"),
    )  # fmt: skip
    PROJECT_MEMBER_ADDED = (
        "request.project_member_added", REQUESTS, "person", "note",
        _("A project member was added to the request"),
    )  # fmt: skip
    PROJECT_MEMBER_REMOVED = (
        "request.project_member_removed", REQUESTS, "person", "still",
        _("A project member was removed from the request"),
    )  # fmt: skip
    INVITATION_SENT = "request.invitation_sent", REQUESTS, "mail", "note", _("A person was invited to the request")
    INVITATION_RESENT = "request.invitation_resent", REQUESTS, "mail", "still", _("An invitation was sent again")
    INVITATION_UNDELIVERED = (
        "request.invitation_undelivered", REQUESTS, "mail", "wait", _("An invitation could not be delivered"),
    )  # fmt: skip
    INVITATION_CLAIMED = (
        "request.invitation_claimed", REQUESTS, "person", "wait",
        _("Someone asked to use an invitation with another account"),
    )  # fmt: skip
    INVITATION_CONFIRMED = (
        "request.invitation_confirmed", REQUESTS, "person", "good",
        _("An invited person confirmed and became a project member"),
    )  # fmt: skip
    INVITATION_DECLINED = "request.invitation_declined", REQUESTS, "ban", "still", _("An invited person declined")
    INVITATION_WITHDRAWN = "request.invitation_withdrawn", REQUESTS, "undo", "still", _("An invitation was withdrawn")
    SHARED_WORK_CHANGED = "request.shared_work_changed", REQUESTS, "edit", "still", _("Shared work was changed")
    CLASS_ADDED = "request.class_added", REQUESTS, "person", "note", _("The request was made a request for a class")
    CLASS_CHANGED = "request.class_changed", REQUESTS, "edit", "still", _("The details of the class were changed")
    CLASS_DROPPED = "request.class_dropped", REQUESTS, "trash", "still", _("The class was removed from the request")
    ROSTER_CHANGED = (
        "request.roster_changed", REQUESTS, "edit", "still",
        _("The roster of the class was changed: %(added)s added, %(changed)s changed, %(removed)s removed"),
    )  # fmt: skip
    STUDENTS_INVITED = "request.students_invited", REQUESTS, "mail", "note", _("Students were invited (%(n)s)")
    STUDENTS_REMINDED = "request.students_reminded", REQUESTS, "mail", "still", _("Students were reminded (%(n)s)")
    STUDENT_CONFIRMED = "class.student_confirmed", REQUESTS, "check", "good", _("A student confirmed their place")
    STUDENT_DECLINED = "class.student_declined", REQUESTS, "ban", "still", _("A student declined their place")
    STUDENT_REMOVED = "class.student_removed", REQUESTS, "ban", "wait", _("A student was removed from the class")
    QUESTION_ANSWERED = (
        "request.question_answered", REQUESTS, "question", "note",
        _("The applicant answered a question of the committee"),
    )  # fmt: skip
    REQUEST_RETURNED = "request.returned", REQUESTS, "returned", "wait", _("The committee requested changes")
    REQUEST_WITHDRAWN = "request.withdrawn", REQUESTS, "withdrawn", "still", _("The request was withdrawn")
    MEMBER_RECUSED = (
        "request.member_recused", REQUESTS, "ban", "still",
        _("A committee member declared a conflict of interest"),
    )  # fmt: skip
    VERDICT_GIVEN = (
        "request.verdict_given", REQUESTS, "check", "note",
        _("A verdict was given on criterion %(number)s of the checklist"),
    )  # fmt: skip
    CHECKLIST_CHANGED = (
        "committee.checklist_changed", REQUESTS, "edit", "note", _("The checklist of the committee was changed"),
    )  # fmt: skip
    NO_CONFLICT_DECLARED = (
        "request.no_conflict_declared", REQUESTS, "check", "still",
        _("A committee member declared that they have no conflict of interest"),
    )  # fmt: skip
    REVIEWER_ASSIGNED = (
        "request.reviewer_assigned", REQUESTS, "person", "note", _("A member was assigned to review the request"),
    )  # fmt: skip
    REVIEWER_UNASSIGNED = (
        "request.reviewer_unassigned", REQUESTS, "person", "still",
        _("A member is no longer assigned to review the request"),
    )  # fmt: skip
    OUTSIDE_REVIEWER_INVITED = (
        "request.outside_reviewer_invited", REQUESTS, "person", "note", _("The committee invited an outside reviewer"),
    )  # fmt: skip
    OUTSIDE_REVIEWER_ENDED = (
        "request.outside_reviewer_ended", REQUESTS, "person", "still",
        _("An outside reviewer can no longer read the request"),
    )  # fmt: skip
    RECOMMENDATION_GIVEN = (
        "request.recommendation_given", REQUESTS, "inbox", "note",
        _("An outside reviewer sent a recommendation to the committee"),
    )  # fmt: skip
    QUORUM_MISSING = (
        "request.quorum_missing", REQUESTS, "committee", "wait",
        _("The committee has too few eligible voters to decide"),
    )  # fmt: skip
    REVIEW_DATE_SET = "request.review_date_set", REQUESTS, "clock", "still", _("The due date of the review was set")
    REVIEW_EXTENDED = "request.review_extended", REQUESTS, "clock", "wait", _("The review was extended to %(due)s")
    REVIEW_ON_FAST_TRACK = (
        "request.review_on_fast_track", REQUESTS, "clock", "note",
        _("The review was moved to the fast track, due %(due)s"),
    )  # fmt: skip
    REVIEW_DUE_SOON = "request.review_due_soon", REQUESTS, "calendar", "still", _("The review is due soon")
    REVIEW_DUE = "request.review_due", REQUESTS, "calendar", "wait", _("The review is due today")
    ANSWER_DUE_SOON = "request.answer_due_soon", REQUESTS, "calendar", "wait", _("The time to answer ends on %(due)s")
    REVIEW_OVERDUE = "request.review_overdue", REQUESTS, "alert", "bad", _("The review is overdue")
    VOTE_CAST = "request.vote_cast", REQUESTS, "vote", "note", _("A vote was cast")
    VOTE_CHANGED = "request.vote_changed", REQUESTS, "vote", "note", _("A vote was changed")
    VOTE_CONFIRMED = "request.vote_confirmed", REQUESTS, "vote", "note", _("A vote was confirmed")
    CONDITION_PROPOSED = "request.condition_proposed", REQUESTS, "edit", "note", _("A condition was proposed")
    CONDITION_REPORTED = "request.condition_reported", REQUESTS, "check", "note", _("A condition was reported as met")
    CONDITION_ACCEPTED = "request.condition_accepted", REQUESTS, "check", "good", _("A condition was accepted as met")
    CONDITION_SENT_BACK = (
        "request.condition_sent_back", REQUESTS, "undo", "wait", _("A report on a condition was sent back"),
    )  # fmt: skip
    CONDITION_DUE_SOON = "request.condition_due_soon", REQUESTS, "calendar", "still", _("A condition is due soon")
    CONDITION_OVERDUE = "request.condition_overdue", REQUESTS, "alert", "bad", _("A condition is overdue")
    VOTER_LEFT = "request.voter_left", REQUESTS, "person", "wait", _("A committee member can no longer vote")
    CONFIRMATION_NEEDED = (
        "request.confirmation_needed", REQUESTS, "vote", "wait",
        _("All remaining members have voted; one of them must confirm or change their vote"),
    )  # fmt: skip
    VOTES_DIVIDED = (
        "request.votes_divided", REQUESTS, "vote", "wait",
        _("All members have voted, and the votes do not decide"),
    )  # fmt: skip
    FORM_CREATED = "form.created", REQUESTS, "draft", "still", _("A form was created")
    FORM_DRAFT_DISCARDED = "form.draft_discarded", REQUESTS, "ban", "still", _("The draft of a form was discarded")
    FORM_PUBLISHED = "form.published", REQUESTS, "check", "note", _("Version %(version)s of a form was published")
    FORM_WITHDRAWN = "form.withdrawn", REQUESTS, "ban", "note", _("A form was withdrawn")
    MESSAGE_SENT = "request.message_sent", REQUESTS, "inbox", "note", _("A message was sent")
    MESSAGE_WITHDRAWN = "request.message_withdrawn", REQUESTS, "undo", "still", _("A message was withdrawn")
    ATTACHMENT_ADDED = "request.attachment_added", REQUESTS, "file", "note", _("A document was attached")
    ATTACHMENT_CHECKED = (
        "request.attachment_checked",
        REQUESTS,
        "check",
        "still",
        _("A document was checked for malware"),
    )
    ATTACHMENT_REFUSED = "request.attachment_refused", REQUESTS, "ban", "bad", _("A document contained malware")
    ATTACHMENT_OPENED = "request.attachment_opened", REQUESTS, "download", "still", _("A document was opened")
    ATTACHMENT_REMOVED = "request.attachment_removed", REQUESTS, "trash", "still", _("A document was removed")
    INTERNAL_MESSAGE_SENT = (
        "request.internal_message_sent", REQUESTS, "inbox", "note", _("A committee-only message was sent"),
    )  # fmt: skip
    INTERNAL_MESSAGE_WITHDRAWN = (
        "request.internal_message_withdrawn", REQUESTS, "undo", "still",
        _("A committee-only message was withdrawn"),
    )  # fmt: skip
    ITEM_DECIDED = "request.item_decided", REQUESTS, "decided", "note", _("Decision on %(dataset)s")
    DECISION_REACHED = (
        "request.decision_reached",
        REQUESTS,
        "decided",
        "note",
        _("Decision on %(dataset)s reached by vote"),
    )
    DECISION_UNDONE = "request.decision_undone", REQUESTS, "undo", "wait", _("Decision on %(dataset)s undone")
    DECISION_APPEALED = "request.appealed", REQUESTS, "vote", "wait", _("Decision on %(dataset)s appealed")
    APPEAL_STARTED = "request.appeal_started", REQUESTS, "vote", "note", _("Review of the appeal started")
    APPEAL_WITHDRAWN = "request.appeal_withdrawn", REQUESTS, "undo", "still", _("The appeal was withdrawn")
    APPROVAL_RULE_WRITTEN = "approval_rule.written", REQUESTS, "edit", "note", _("An approval rule was written")
    APPROVAL_RULE_TRIED = (
        "approval_rule.tried", REQUESTS, "eye", "still",
        _("Shadow run: %(approved)s of %(looked_at)s past cases approved, %(differed)s of them decided otherwise"),
    )  # fmt: skip
    APPROVAL_RULE_AGREED = "approval_rule.agreed", REQUESTS, "vote", "note", _("A member agreed to an approval rule")
    APPROVAL_RULE_STARTED = "approval_rule.started", REQUESTS, "active", "good", _("An approval rule is on")
    APPROVAL_RULE_PAUSED = "approval_rule.paused", REQUESTS, "suspended", "wait", _("An approval rule was paused")
    APPROVAL_RULE_ENDED = "approval_rule.ended", REQUESTS, "closed", "still", _("An approval rule was ended")
    ITEM_APPROVED_BY_RULE = (
        "request.approved_by_rule", REQUESTS, "approved", "good", _("%(dataset)s: approved by a rule"),
    )  # fmt: skip
    RULE_DECISION_CHECKED = (
        "approval_rule.checked", REQUESTS, "eye", "note", _("A member checked an approval by a rule"),
    )  # fmt: skip
    REQUEST_DECIDED = "request.decided", REQUESTS, "decided", "note", _("All datasets were decided")
    REQUEST_ACTIVATED = "request.activated", REQUESTS, "active", "good", _("Access was granted for this request")
    REQUEST_CLOSED = "request.closed", REQUESTS, "closed", "still", _("The request was closed")
    TEMPLATE_PUBLISHED = (
        "agreement.template_published", AGREEMENTS, "agreement", "note",
        _("A new agreement template was published"),
    )  # fmt: skip
    AGREEMENT_OFFERED = (
        "agreement.offered", AGREEMENTS, "agreement", "wait", _("The agreement for %(dataset)s is ready to sign"),
    )  # fmt: skip
    AGREEMENT_SIGNED = "agreement.signed", AGREEMENTS, "sign", "note", _("The agreement was signed")
    AGREEMENT_EXECUTED = "agreement.executed", AGREEMENTS, "executed", "good", _("The agreement is fully signed")
    AGREEMENT_TERMINATED = "agreement.terminated", AGREEMENTS, "terminated", "bad", _("The agreement was terminated")
    AGREEMENT_PDF_STORED = (
        "agreement.pdf_stored", AGREEMENTS, "file", "still", _("The signed agreement was saved as a PDF"),
    )  # fmt: skip
    AGREEMENT_PDF_DOWNLOADED = (
        "agreement.pdf_downloaded", AGREEMENTS, "download", "still", _("The signed PDF was downloaded"),
    )  # fmt: skip
    AGREEMENT_EXPIRED = (
        "agreement.expired", AGREEMENTS, "expired", "bad", _("The agreement expired before everyone signed"),
    )  # fmt: skip
    GRANT_ISSUED = "grant.issued", ACCESS, "grant", "good", _("Access to %(dataset)s was granted")
    GRANT_REVOKED = "grant.revoked", ACCESS, "revoked", "bad", _("Access to %(dataset)s was revoked")
    GRANT_SUSPENDED = "grant.suspended", ACCESS, "suspended", "wait", _("Access to %(dataset)s was suspended")
    GRANT_RESUMED = "grant.resumed", ACCESS, "active", "good", _("Access to %(dataset)s was resumed")
    GRANT_ENDING = "grant.ending", ACCESS, "calendar", "wait", _("Access to %(dataset)s ends soon")
    GRANT_ENDED = "grant.ended", ACCESS, "calendar", "still", _("Access to %(dataset)s ended")
    LINK_MADE = "link.made", ACCESS, "link", "note", _("A download link was created")
    LINK_ENDED = "link.ended", ACCESS, "link", "still", _("A download link was ended")
    LINK_MISUSED = "link.misused", ACCESS, "ban", "bad", _("A person tried to use another person’s download link")
    LINKS_GUESSED = (
        "links.guessed", OPERATIONS, "ban", "bad",
        _("Someone repeatedly tried to use download links that do not exist"),
    )  # fmt: skip
    DOWNLOAD_STARTED = "download.started", ACCESS, "download", "note", _("A download started")
    DOWNLOAD_CONTINUED = "download.continued", ACCESS, "download", "still", _("Another part of a download was sent")
    DOWNLOAD_REFUSED = "download.refused", ACCESS, "ban", "bad", _("A download was refused")
    DOWNLOADS_STOPPED = "downloads.stopped", OPERATIONS, "frozen", "bad", _("All downloads were stopped")
    RESUME_PROPOSED = "downloads.resume_proposed", OPERATIONS, "undo", "wait", _("Resuming downloads was proposed")
    DOWNLOADS_RESUMED = "downloads.resumed", OPERATIONS, "check", "good", _("Downloads were resumed")
    BACKUP_MADE = "backup.made", OPERATIONS, "download", "still", _("A backup was made")
    PORTAL_RESTORED = "portal.restored", OPERATIONS, "undo", "bad", _("The portal was restored from a backup")
    INSTITUTION_EXPORTED = (
        "institution.exported", OPERATIONS, "download", "note", _("Everything about an institution was exported"),
    )  # fmt: skip
    SITE_TEXT_PUBLISHED = "site_text.published", OPERATIONS, "edit", "note", _("A text of the portal was published")
    REGISTER_PUBLISHED = "register.published", OPERATIONS, "eye", "note", _("The register of decisions was made public")
    REGISTER_WITHDRAWN = (
        "register.withdrawn", OPERATIONS, "ban", "still", _("The register of decisions was switched off"),
    )  # fmt: skip
    WORK_LATE = "work.late", OPERATIONS, "clock", "bad", _("Background tasks or e-mails are late")
    WORK_CAUGHT_UP = "work.caught_up", OPERATIONS, "check", "good", _("Background tasks or e-mails are no longer late")
    AUDIT_LOG_READ = "audit.log_read", OPERATIONS, "eye", "still", _("The event log was read")
    ACCESS_CHECKED = "audit.access_checked", OPERATIONS, "eye", "still", _("The access of another person was looked up")
    PEOPLE_SEARCHED = "audit.people_searched", OPERATIONS, "eye", "still", _("People were searched")
    PERSON_RECORD_READ = "audit.person_record_read", OPERATIONS, "eye", "still", _("A person’s record was read")
    LIST_EXPORTED = "list.exported", OPERATIONS, "download", "note", _("A list was exported as CSV")
    REFUSED = "refused", OPERATIONS, "ban", "bad", _("An action was refused")


BY_CODE: Mapping[str, Kind] = {str(kind): kind for kind in Kind}


def kind_of(code: str) -> Kind | None:
    """The kind with this code; None for a code of another release."""
    return BY_CODE.get(code)
