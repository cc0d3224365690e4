"""Kinds of event that not everybody who may read a history may read."""

from apps.audit.kinds import Kind

# What only the one committee may read that the event names.
ONE_COMMITTEE_ONLY = frozenset({
    Kind.INTERNAL_MESSAGE_SENT, Kind.INTERNAL_MESSAGE_WITHDRAWN, Kind.VERDICT_GIVEN,
    Kind.REVIEWER_ASSIGNED, Kind.REVIEWER_UNASSIGNED, Kind.RECOMMENDATION_GIVEN,
})  # fmt: skip
# What only the committee may read: who voted, who left, who declared a conflict of interest or none, how the votes are,
# its verdicts and its internal messages.
COMMITTEE_ONLY = ONE_COMMITTEE_ONLY | {
    Kind.VOTE_CAST, Kind.VOTE_CHANGED, Kind.VOTE_CONFIRMED, Kind.CONDITION_PROPOSED, Kind.VOTER_LEFT,
    Kind.CONFIRMATION_NEEDED, Kind.VOTES_DIVIDED, Kind.MEMBER_RECUSED, Kind.DECISION_REACHED, Kind.DECISION_UNDONE,
    Kind.NO_CONFLICT_DECLARED, Kind.ITEM_APPROVED_BY_RULE, Kind.RULE_DECISION_CHECKED,
}  # fmt: skip
# What is said without a name: who proposed a condition; who declined or wants to join and is no part of the request.
UNNAMED = frozenset({Kind.CONDITION_PROPOSED, Kind.INVITATION_CLAIMED, Kind.INVITATION_DECLINED})
