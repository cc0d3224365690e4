"""Addresses of the review queue, the cases and the committee's own pages."""

from django.urls import path

from apps.web.committee import (
    approval_rules,
    case,
    checklist,
    conditions,
    conflicts,
    deadlines,
    deputies,
    due_date,
    manage,
    members,
    queue,
    thread,
    undo,
    voting_rules,
)

urlpatterns = [
    path("review/", queue.review_queue, name="review_queue"),
    path("review/<uuid:pk>/", case.case, name="case"),
    path("review/<uuid:pk>/conflict/", conflicts.declare, name="case_declare"),
    path("review/<uuid:pk>/checklist/<slug:slug>/<int:number>/", checklist.verdict, name="case_verdict"),
    path("review/<uuid:pk>/accept/", case.accept_for_review, name="case_accept"),
    path("review/<uuid:pk>/request-changes/", case.request_changes, name="case_request_changes"),
    path("review/<uuid:pk>/recuse/", case.recuse, name="case_recuse"),
    path("review/<uuid:pk>/messages/", thread.case_message, name="case_message"),
    path("review/<uuid:pk>/items/<uuid:item>/vote/", case.vote, name="vote"),
    path("review/<uuid:pk>/items/<uuid:item>/confirm/", case.confirm_vote, name="vote_confirm"),
    path("review/<uuid:pk>/items/<uuid:item>/undo/", undo.undo_decision, name="decision_undo"),
    path("review/<uuid:pk>/reports/<uuid:report>/", conditions.review_report, name="condition_review"),
    path("conditions/", conditions.conditions, name="conditions"),
    path("review/<uuid:pk>/due-date/<slug:slug>/", due_date.due_date, name="case_due_date"),
    path("committees/<slug:slug>/deadlines/", deadlines.deadlines, name="committee_deadlines"),
    path("committees/<slug:slug>/approval-rules/", approval_rules.approval_rules, name="approval_rules"),
    path("committees/<slug:slug>/approval-rules/new/", approval_rules.approval_rule_new, name="approval_rule_new"),
    path("committees/<slug:slug>/approval-rules/<uuid:pk>/", approval_rules.approval_rule, name="approval_rule"),
    path("committees/<slug:slug>/approvals/<uuid:pk>/", approval_rules.approval_rule_check, name="approval_rule_check"),
    path("committees/<slug:slug>/manage/", manage.manage, name="committee_manage"),
    path("review/as-deputy/", deputies.to_vote_as_deputy, name="vote_as_deputy"),
    path("committees/<slug:slug>/members/<uuid:pk>/deputy/", deputies.deputies, name="member_deputies"),
    path("committees/<slug:slug>/checklist/", checklist.checklist, name="committee_checklist"),
    path("committees/<slug:slug>/rules/", voting_rules.voting_rules, name="committee_rules"),
    path("committees/<slug:slug>/members/<uuid:pk>/remove/", members.remove_member, name="member_remove"),
    path("committees/<slug:slug>/chair/", members.name_chair, name="committee_chair"),
]
