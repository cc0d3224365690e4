"""Data access requests: what is asked, by whom, the rounds of review, the votes and the decisions."""

from apps.access_requests.models.appeals import Appeal, UndoneDecision
from apps.access_requests.models.approval_rules import ApprovalRule, RuleAgreement, RuleDecision, ShadowRun
from apps.access_requests.models.assignments import Assignment
from apps.access_requests.models.attachments import Attachment
from apps.access_requests.models.checklists import Verdict
from apps.access_requests.models.clocks import ReviewClock
from apps.access_requests.models.cohorts import Cohort, NamedAccount, Student
from apps.access_requests.models.conditions import ConditionReport
from apps.access_requests.models.conflicts import NoConflictDeclaration
from apps.access_requests.models.invitations import Invitation
from apps.access_requests.models.outside_reviewers import OutsideReviewer, Recommendation
from apps.access_requests.models.register import RegisterSetting
from apps.access_requests.models.requests import AccessRequest, Item, Membership, Round
from apps.access_requests.models.review import Condition, Question, Recusal, Vote
from apps.access_requests.models.saved_views import SavedView
from apps.access_requests.models.shared_work import SharedWork
from apps.access_requests.models.thread import Message

__all__ = [
    "AccessRequest",
    "Appeal",
    "ApprovalRule",
    "Assignment",
    "Attachment",
    "Cohort",
    "Condition",
    "ConditionReport",
    "Invitation",
    "Item",
    "Membership",
    "Message",
    "NamedAccount",
    "NoConflictDeclaration",
    "OutsideReviewer",
    "Question",
    "Recommendation",
    "Recusal",
    "RegisterSetting",
    "ReviewClock",
    "Round",
    "RuleAgreement",
    "RuleDecision",
    "SavedView",
    "ShadowRun",
    "SharedWork",
    "Student",
    "UndoneDecision",
    "Verdict",
    "Vote",
]
