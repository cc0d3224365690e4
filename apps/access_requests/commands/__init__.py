"""Verbs about access requests. Locks are taken in one order everywhere: the request, then its items."""

from apps.access_requests.commands.appeals import appeal, revise, withdraw_appeal
from apps.access_requests.commands.applicant import (
    add_dataset,
    answer,
    change,
    choose_datasets,
    copy,
    discard,
    draft,
    name_members,
    save_answers,
    submit,
    withdraw,
    withdraw_for_closed_account,
)
from apps.access_requests.commands.approval_rules import (
    agree_to_rule,
    check_rule_decision,
    decide_by_rules,
    end_approval_rule,
    keep_approval_rule,
    pause_approval_rule,
    run_on_past_cases,
    write_approval_rule,
)
from apps.access_requests.commands.assignments import assign, unassign
from apps.access_requests.commands.attachments import attach, check_attachment, open_attachment, remove_attachment
from apps.access_requests.commands.checklists import change_checklist, give_verdict
from apps.access_requests.commands.clocks import (
    extend_review,
    notify_of_due_dates,
    set_missing_clocks,
    use_fast_track,
)
from apps.access_requests.commands.cohorts import (
    confirm_place,
    decline_place,
    describe_class,
    drop_class,
    invite_students,
    keep_roster,
    remind_students,
)
from apps.access_requests.commands.committee_rules import change_voting_rules, set_after_decision
from apps.access_requests.commands.conditions import accept_report, report_condition, send_report_back
from apps.access_requests.commands.conflicts import declare_no_conflict, recuse
from apps.access_requests.commands.decide import take_effect, undo_decision
from apps.access_requests.commands.deputies import end_deputy, name_deputy
from apps.access_requests.commands.form_versions import use_form_version
from apps.access_requests.commands.imports import import_request
from apps.access_requests.commands.invitations import (
    accept_claim,
    claim_invitation,
    confirm_invitation,
    decline_invitation,
    erase_invitations,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from apps.access_requests.commands.lapse import lapse, remind_of_answers
from apps.access_requests.commands.members import (
    add_committee_member,
    name_chair,
    remove_committee_member,
    report_lost_voters,
    report_open_votes,
    sync_member_claims,
)
from apps.access_requests.commands.outside import end_outside_reviewer, invite_outside_reviewer, recommend
from apps.access_requests.commands.review import (
    accept_for_review,
    activate,
    close_denied,
    close_over,
    record_committees_without_quorum,
    request_changes,
)
from apps.access_requests.commands.saved_views import delete_view, rename_view, save_view, set_default_view
from apps.access_requests.commands.shared_work import add_shared_work, keep_shared_work, remove_shared_work
from apps.access_requests.commands.thread import withdraw_message, write_message
from apps.access_requests.commands.votes import confirm_vote, propose_condition, vote

__all__ = [
    "accept_claim",
    "claim_invitation",
    "confirm_invitation",
    "decline_invitation",
    "erase_invitations",
    "invite",
    "resend_invitation",
    "withdraw_invitation",
    "accept_report",
    "confirm_place",
    "decline_place",
    "describe_class",
    "drop_class",
    "invite_students",
    "keep_roster",
    "remind_students",
    "report_condition",
    "set_after_decision",
    "send_report_back",
    "agree_to_rule",
    "check_rule_decision",
    "decide_by_rules",
    "end_approval_rule",
    "keep_approval_rule",
    "pause_approval_rule",
    "run_on_past_cases",
    "write_approval_rule",
    "extend_review",
    "lapse",
    "remind_of_answers",
    "notify_of_due_dates",
    "set_missing_clocks",
    "unassign",
    "end_outside_reviewer",
    "invite_outside_reviewer",
    "recommend",
    "delete_view",
    "rename_view",
    "save_view",
    "set_default_view",
    "use_fast_track",
    "activate",
    "add_dataset",
    "answer",
    "appeal",
    "assign",
    "import_request",
    "revise",
    "take_effect",
    "undo_decision",
    "withdraw_appeal",
    "attach",
    "check_attachment",
    "open_attachment",
    "remove_attachment",
    "change",
    "change_checklist",
    "give_verdict",
    "change_voting_rules",
    "choose_datasets",
    "close_denied",
    "close_over",
    "add_shared_work",
    "keep_shared_work",
    "remove_shared_work",
    "copy",
    "discard",
    "end_deputy",
    "name_deputy",
    "draft",
    "sync_member_claims",
    "name_members",
    "record_committees_without_quorum",
    "report_lost_voters",
    "report_open_votes",
    "confirm_vote",
    "propose_condition",
    "name_chair",
    "request_changes",
    "save_answers",
    "accept_for_review",
    "add_committee_member",
    "declare_no_conflict",
    "recuse",
    "submit",
    "use_form_version",
    "remove_committee_member",
    "vote",
    "withdraw",
    "withdraw_for_closed_account",
    "withdraw_message",
    "write_message",
]
