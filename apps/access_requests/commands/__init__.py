"""Verbs about access requests. Locks are taken in one order everywhere: the request, then its items."""

from apps.access_requests.commands.applicant import (
    add_dataset,
    answer,
    change,
    choose_datasets,
    discard,
    draft,
    name_members,
    submit,
    withdraw,
)
from apps.access_requests.commands.review import (
    accept_for_review,
    activate,
    add_committee_member,
    close_denied,
    record_committees_without_quorum,
    recount,
    recuse,
    remove_committee_member,
    request_changes,
    sync_member_claims,
    vote,
)

__all__ = [
    "activate",
    "add_dataset",
    "answer",
    "change",
    "choose_datasets",
    "close_denied",
    "discard",
    "draft",
    "sync_member_claims",
    "name_members",
    "record_committees_without_quorum",
    "recount",
    "request_changes",
    "accept_for_review",
    "add_committee_member",
    "recuse",
    "submit",
    "remove_committee_member",
    "vote",
    "withdraw",
]
