"""Verbs about access requests. Locks are taken in one order everywhere: the request, then its items."""

from apps.access_requests.commands.asking import (
    add_dataset,
    answer,
    change,
    choose_datasets,
    draft,
    name_members,
    submit,
    withdraw,
)
from apps.access_requests.commands.deciding import (
    activate,
    close_denied,
    follow_seat_claims,
    note_short_benches,
    recount,
    return_with_question,
    screen,
    seat_member,
    step_aside,
    unseat_member,
    vote,
)

__all__ = [
    "activate",
    "add_dataset",
    "answer",
    "change",
    "choose_datasets",
    "close_denied",
    "draft",
    "follow_seat_claims",
    "name_members",
    "note_short_benches",
    "recount",
    "return_with_question",
    "screen",
    "seat_member",
    "step_aside",
    "submit",
    "unseat_member",
    "vote",
    "withdraw",
]
