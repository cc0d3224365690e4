"""What a restore does about each kind of event that happened after the backup. One row a kind; a test keeps it whole.

A restore repeats what took something away (`takes`), and never what gave something: that is lost, and operators read
how much of it there was. What it cannot repeat, because an event carries no texts, an operator sets again by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from apps.audit.kinds import Kind
from apps.audit.models import Event
from portal.backup import taking, taking_invitations, taking_students

Take = Callable[[Event], bool]


class Effect(Enum):
    """What happens to the effect of an event."""

    TAKEN = "taken"  # repeated: it took something away
    ENDED = "ended"  # it ended a session, token, link or device; a restore ends all of them
    LOST = "lost"  # it gave, wrote or tidied something that is not so in the backup; people do it again
    BY_HAND = (
        "by_hand"  # it may have narrowed something, and does not say how: an operator sees to it before the release
    )
    NOTHING = "nothing"  # it changed nothing that a restore could undo


@dataclass(frozen=True)
class Row:
    """`take` repeats the effect; False: its object is not in the backup, and an operator must look."""

    effect: Effect
    take: Take | None = None


def takes(function: Take) -> Row:
    return Row(Effect.TAKEN, function)


ENDED, LOST, BY_HAND, NOTHING = (
    Row(Effect.ENDED), Row(Effect.LOST), Row(Effect.BY_HAND), Row(Effect.NOTHING),
)  # fmt: skip

EFFECTS: Mapping[Kind, Row] = {
    # People, sign-in and roles
    Kind.PERSON_CREATED: LOST,
    Kind.PERSON_SIGNED_IN: NOTHING,
    Kind.PERSON_SIGNED_OUT: ENDED,
    Kind.SIGN_IN_REFUSED: NOTHING,
    Kind.NAME_ENTERED: LOST,
    Kind.PERSON_DEACTIVATED: takes(taking.close_account),
    Kind.PERSON_REACTIVATED: LOST,
    Kind.AFFILIATION_CONFIRMED: LOST,
    Kind.AFFILIATION_ENDED: takes(taking.end_affiliation),
    Kind.AFFILIATION_EXPIRING: NOTHING,
    Kind.AFFILIATION_EXPIRED: NOTHING,
    Kind.SESSION_ENDED: ENDED,
    Kind.LOGOUT_REFUSED: NOTHING,
    Kind.PERSON_SIGNED_OUT_BY_PROVIDER: ENDED,
    Kind.IDENTITY_LINKED: LOST,
    Kind.IDENTITY_SPLIT: takes(taking.split_identity),
    Kind.PEOPLE_MERGED: takes(taking.merge_people),
    Kind.PROVIDER_ADDED: BY_HAND,
    Kind.PROVIDER_DEACTIVATED: takes(taking.deactivate_provider),
    Kind.PROVIDER_ACTIVATED: LOST,
    Kind.OPERATOR_CODE_MADE: LOST,
    Kind.BREAK_GLASS_MADE: LOST,
    Kind.BREAK_GLASS_DISABLED: takes(taking.disable_break_glass),
    Kind.BREAK_GLASS_USED: NOTHING,
    Kind.BREAK_GLASS_REFUSED: NOTHING,
    Kind.VISA_ISSUER_ADDED: BY_HAND,
    Kind.VISA_ISSUER_ENDED: takes(taking.end_visa_issuer),
    Kind.VISAS_READ: takes(taking.drop_visas),
    Kind.PLATFORM_ROLE_GIVEN: LOST,
    Kind.PLATFORM_ROLE_ENDED: takes(taking.end_platform_role),
    Kind.PLATFORM_ROLE_GAINED: LOST,
    Kind.PLATFORM_ROLE_LOST: takes(taking.end_claimed_role),
    Kind.CLAIM_MAPPED: LOST,
    Kind.CLAIM_UNMAPPED: takes(taking.unmap_claim),
    Kind.INSTITUTION_REGISTERED: LOST,
    Kind.INSTITUTION_CHANGED: BY_HAND,
    Kind.INSTITUTION_SET: LOST,
    Kind.TERMS_PUBLISHED: BY_HAND,
    Kind.ONTOLOGY_LOADED: LOST,
    Kind.TERMS_ACCEPTED: LOST,
    Kind.TOKEN_MADE: LOST,
    Kind.TOKEN_REVOKED: ENDED,
    Kind.CALENDAR_FEED_MADE: LOST,
    Kind.CALENDAR_FEED_ENDED: ENDED,
    Kind.TOKEN_REFRESHED: ENDED,
    Kind.TOKEN_REUSED: ENDED,
    Kind.DEVICE_APPROVED: LOST,
    Kind.DEVICE_REFUSED: ENDED,
    Kind.DEVICE_CODE_WRONG: NOTHING,
    Kind.SERVICE_ACCOUNT_MADE: LOST,
    Kind.SERVICE_ACCOUNT_ENDED: takes(taking.end_service_account),
    Kind.ROLE_GIVEN: LOST,
    Kind.ROLE_TAKEN: takes(taking.take_role),
    Kind.OWNER_MISSING: NOTHING,
    # Committees
    Kind.COMMITTEE_CREATED: LOST,
    Kind.COMMITTEE_CHANGED: takes(taking.stop_accepting),
    Kind.COMMITTEE_DESCRIBED: BY_HAND,
    Kind.DEPUTY_NAMED: LOST,
    Kind.DEPUTY_ENDED: takes(taking.end_deputy),
    Kind.COMMITTEE_MEMBER_ADDED: LOST,
    Kind.COMMITTEE_MEMBER_REMOVED: takes(taking.remove_member),
    Kind.COMMITTEE_MEMBER_REFUSED: NOTHING,
    # Datasets and files
    Kind.DATASET_DRAFTED: LOST,
    Kind.DATASET_DESCRIBED: takes(taking.tighten_dataset),
    Kind.DATASET_DISCARDED: LOST,
    Kind.DATASET_PROPOSED: LOST,
    Kind.DATASET_ACCEPTED: LOST,
    Kind.DATASET_DECLINED: LOST,
    Kind.PROPOSAL_WITHDRAWN: LOST,
    Kind.VERSION_DRAFTED: LOST,
    Kind.VERSION_DISCARDED: LOST,
    Kind.VERSION_RELEASED: NOTHING,
    Kind.VERSION_PUBLISHED: LOST,
    Kind.VERSION_WITHDRAWN: takes(taking.withdraw_version),
    Kind.FILE_UPLOADED: LOST,
    Kind.FILE_CHECKED: NOTHING,
    Kind.FILE_REMOVED: LOST,
    # Requests and votes
    Kind.REQUEST_DRAFTED: LOST,
    Kind.REQUEST_DISCARDED: LOST,
    Kind.REQUEST_SUBMITTED: LOST,
    Kind.REQUEST_ACCEPTED_FOR_REVIEW: LOST,
    Kind.PROJECT_MEMBER_ADDED: LOST,
    Kind.PROJECT_MEMBER_REMOVED: takes(taking.remove_project_member),
    Kind.INVITATION_SENT: LOST,
    Kind.INVITATION_RESENT: LOST,
    Kind.INVITATION_UNDELIVERED: NOTHING,
    Kind.INVITATION_CLAIMED: LOST,
    Kind.INVITATION_CONFIRMED: LOST,
    Kind.INVITATION_DECLINED: takes(taking_invitations.decline),
    Kind.INVITATION_WITHDRAWN: takes(taking_invitations.withdraw),
    Kind.SHARED_WORK_CHANGED: LOST,
    Kind.CLASS_ADDED: LOST,
    Kind.CLASS_CHANGED: LOST,
    Kind.CLASS_DROPPED: LOST,
    Kind.ROSTER_CHANGED: LOST,
    Kind.STUDENTS_INVITED: LOST,
    Kind.STUDENTS_REMINDED: NOTHING,
    Kind.STUDENT_CONFIRMED: LOST,
    Kind.STUDENT_DECLINED: LOST,
    Kind.STUDENT_REMOVED: takes(taking_students.remove_student),
    Kind.QUESTION_ANSWERED: LOST,
    Kind.REQUEST_RETURNED: LOST,
    Kind.REQUEST_WITHDRAWN: takes(taking.withdraw_request),
    Kind.MEMBER_RECUSED: takes(taking.recuse),
    Kind.NO_CONFLICT_DECLARED: LOST,
    Kind.VERDICT_GIVEN: LOST,
    Kind.REVIEWER_ASSIGNED: LOST,
    Kind.REVIEWER_UNASSIGNED: LOST,
    Kind.OUTSIDE_REVIEWER_INVITED: LOST,
    Kind.OUTSIDE_REVIEWER_ENDED: takes(taking.end_outside_reviewer),
    Kind.RECOMMENDATION_GIVEN: LOST,
    Kind.CHECKLIST_CHANGED: BY_HAND,
    Kind.QUORUM_MISSING: NOTHING,
    Kind.REVIEW_DATE_SET: NOTHING,
    Kind.REVIEW_EXTENDED: BY_HAND,
    Kind.REVIEW_ON_FAST_TRACK: BY_HAND,
    Kind.REVIEW_DUE_SOON: NOTHING,
    Kind.REVIEW_DUE: NOTHING,
    Kind.REVIEW_OVERDUE: NOTHING,
    Kind.ANSWER_DUE_SOON: NOTHING,
    Kind.VOTE_CAST: LOST,
    Kind.VOTE_CHANGED: BY_HAND,
    Kind.VOTE_CONFIRMED: LOST,
    Kind.CONDITION_PROPOSED: LOST,
    Kind.CONDITION_REPORTED: LOST,
    Kind.CONDITION_ACCEPTED: LOST,
    Kind.CONDITION_SENT_BACK: LOST,
    Kind.CONDITION_DUE_SOON: NOTHING,
    Kind.CONDITION_OVERDUE: NOTHING,
    Kind.VOTER_LEFT: NOTHING,
    Kind.CONFIRMATION_NEEDED: NOTHING,
    Kind.VOTES_DIVIDED: NOTHING,
    Kind.ATTACHMENT_ADDED: LOST,
    Kind.ATTACHMENT_CHECKED: NOTHING,
    Kind.ATTACHMENT_REFUSED: takes(taking.refuse_attachment),
    Kind.ATTACHMENT_OPENED: NOTHING,
    Kind.ATTACHMENT_REMOVED: takes(taking.remove_attachment),
    Kind.FORM_CREATED: LOST,
    Kind.FORM_DRAFT_DISCARDED: NOTHING,
    Kind.FORM_PUBLISHED: LOST,
    Kind.FORM_WITHDRAWN: LOST,
    Kind.MESSAGE_SENT: LOST,
    Kind.MESSAGE_WITHDRAWN: takes(taking.withdraw_message),
    Kind.INTERNAL_MESSAGE_SENT: LOST,
    Kind.INTERNAL_MESSAGE_WITHDRAWN: takes(taking.withdraw_message),
    Kind.ITEM_DECIDED: LOST,
    Kind.DECISION_REACHED: LOST,
    Kind.DECISION_UNDONE: takes(taking.undo_decision),
    Kind.DECISION_APPEALED: LOST,
    Kind.APPEAL_STARTED: LOST,
    Kind.APPEAL_WITHDRAWN: takes(taking.withdraw_appeal),
    Kind.APPROVAL_RULE_WRITTEN: LOST,
    Kind.APPROVAL_RULE_TRIED: LOST,
    Kind.APPROVAL_RULE_AGREED: LOST,
    Kind.APPROVAL_RULE_STARTED: LOST,
    Kind.APPROVAL_RULE_PAUSED: takes(taking.pause_approval_rule),
    Kind.APPROVAL_RULE_ENDED: takes(taking.end_approval_rule),
    Kind.ITEM_APPROVED_BY_RULE: LOST,
    Kind.RULE_DECISION_CHECKED: LOST,
    Kind.REQUEST_DECIDED: LOST,
    Kind.REQUEST_ACTIVATED: LOST,
    Kind.REQUEST_CLOSED: LOST,
    # Agreements
    Kind.TEMPLATE_PUBLISHED: BY_HAND,
    Kind.AGREEMENT_OFFERED: LOST,
    Kind.AGREEMENT_SIGNED: LOST,
    Kind.AGREEMENT_EXECUTED: LOST,
    Kind.AGREEMENT_TERMINATED: takes(taking.terminate_agreement),
    Kind.AGREEMENT_PDF_STORED: LOST,
    Kind.AGREEMENT_PDF_DOWNLOADED: NOTHING,
    Kind.AGREEMENT_EXPIRED: NOTHING,
    # Access
    Kind.GRANT_ISSUED: LOST,
    Kind.GRANT_REVOKED: takes(taking.revoke_grant),
    Kind.GRANT_SUSPENDED: takes(taking.suspend_grant),
    Kind.GRANT_RESUMED: LOST,
    Kind.GRANT_ENDING: NOTHING,
    Kind.GRANT_ENDED: NOTHING,
    Kind.LINK_MADE: ENDED,
    Kind.LINK_ENDED: ENDED,
    Kind.LINK_MISUSED: NOTHING,
    Kind.LINKS_GUESSED: NOTHING,
    Kind.DOWNLOAD_STARTED: NOTHING,
    Kind.DOWNLOAD_CONTINUED: NOTHING,
    Kind.DOWNLOAD_REFUSED: NOTHING,
    # Settings and operations: every restore stops all downloads
    Kind.DOWNLOADS_STOPPED: ENDED,
    Kind.RESUME_PROPOSED: NOTHING,
    Kind.DOWNLOADS_RESUMED: LOST,
    Kind.BACKUP_MADE: NOTHING,
    Kind.PORTAL_RESTORED: NOTHING,
    Kind.INSTITUTION_EXPORTED: NOTHING,
    Kind.SITE_TEXT_PUBLISHED: LOST,
    Kind.AUDIT_LOG_READ: NOTHING,
    Kind.ACCESS_CHECKED: NOTHING,
    Kind.PEOPLE_SEARCHED: NOTHING,
    Kind.PERSON_RECORD_READ: NOTHING,
    Kind.LIST_EXPORTED: NOTHING,
    Kind.WORK_LATE: NOTHING,
    Kind.WORK_CAUGHT_UP: NOTHING,
    Kind.REFUSED: NOTHING,
}
