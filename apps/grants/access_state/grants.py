"""The state of one grant: every part of it, then the rest of the access rule."""

from collections.abc import Mapping
from typing import Any

from apps.grants.access_state.conditions import held_by_conditions
from apps.grants.access_state.facts import Facts, GrantFacts, Who
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.grants.access_state.offers import outside
from apps.grants.models import RENEW_DAYS, AccessGrant

# The parts of the rule that are known here, for access that somebody else holds; with another part it is not active.
RULE_PARTS = frozenset(
    {
        "person", "not_break_glass", "affiliated", "published", "not_withdrawn", "embargo_past", "entitled",
        "second_factor", "not_frozen",
    }
)  # fmt: skip


def of_grant(one: GrantFacts, who: Who, facts: Facts) -> AccessState:
    grant, parts = one.grant, one.parts
    request = grant.agreement.item.request
    same: dict[str, Any] = {
        "at": facts.now, "dataset": grant.dataset, "request": request, "agreement": grant.agreement, "grant": grant,
        "until": grant.real_end, "last_day": grant.last_day, "version": facts.datasets[grant.dataset_id].version,
    }  # fmt: skip
    see = Action(Do.VIEW_ACCESS, grant)
    if not parts["not_revoked"]:
        return _revoked(grant, see, same)
    if not parts["not_terminated"]:
        agreement = grant.agreement
        return AccessState(
            State.TERMINATED, since=agreement.ended_at, reason=agreement.ended_because, action=see, **same
        )
    if not parts["not_ended"]:
        return AccessState(State.ENDED, since=grant.ends_at, action=see, **same)
    if not parts["not_suspended"]:
        pause = one.pause
        return AccessState(
            State.SUSPENDED, turn=Turn.OTHERS, since=pause.starts_at if pause else None, action=see,
            by=str(pause.by) if pause else "", reason=pause.reason if pause else "", **same,
        )  # fmt: skip
    if not parts["affiliation_active"]:
        return _without_affiliation(grant, who, facts, same)
    if not parts["conditions_met"]:
        unreported, item = getattr(grant, "conditions_unreported", False), grant.agreement.item
        return held_by_conditions(State.SUSPENDED, item, who, unreported=unreported, same=same)
    if not all(holds for part, holds in parts.items() if part != "begun"):
        return AccessState(State.SUSPENDED, cause="further", turn=Turn.OTHERS, action=see, **same)
    return _living(grant, who, facts, same, begun=parts["begun"])


def _without_affiliation(grant: AccessGrant, who: Who, facts: Facts, same: Mapping[str, Any]) -> AccessState:
    """The affiliation that the signature names is not valid: it lapsed, which a sign-in mends; it lapsed and the last
    sign-in did not renew it, or a signing official ended it, which only a signing official mends; or nobody knows which
    it was, which nothing mends.
    """
    see = Action(Do.VIEW_ACCESS, grant)
    if grant.institution is None:
        return AccessState(State.SUSPENDED, cause="no_institution", turn=Turn.OTHERS, action=see, **same)
    ended = facts.ended.get((grant.holder_id, grant.institution.pk))
    if ended is not None:
        return AccessState(
            State.SUSPENDED, cause="affiliation_lapsed" if ended.lapsed else "affiliation_ended", turn=Turn.OTHERS,
            by=ended.institution, waiting_for=ended.officials,
            action=Action(Do.ASK_OFFICIAL, grant) if who.is_viewer else see, **same,
        )  # fmt: skip
    return AccessState(
        State.SUSPENDED, cause="affiliation", turn=Turn.YOU if who.is_viewer else Turn.OTHERS,
        waiting_for=(grant.institution.name,), action=Action(Do.SIGN_IN_AGAIN, grant.dataset) if who.is_viewer else see,
        **same,
    )  # fmt: skip


def _revoked(grant: AccessGrant, see: Action, same: Mapping[str, Any]) -> AccessState:
    """Revoked by somebody else; or ended early by the holder."""
    own = grant.revoked_by_id == grant.holder_id
    return AccessState(
        State.ENDED if own else State.REVOKED, cause="by_holder" if own else "", since=grant.revoked_at, action=see,
        by=str(grant.revoked_by or ""), reason=grant.revoked_because, **same,
    )  # fmt: skip


def _living(grant: AccessGrant, who: Who, facts: Facts, same: dict[str, Any], *, begun: bool) -> AccessState:
    """Every part of the grant holds (it may begin later): what the rest of the access rule says."""
    known, see = facts.datasets[grant.dataset_id], Action(Do.VIEW_ACCESS, grant)
    if not grant.holder.is_active or grant.holder.is_break_glass:
        return AccessState(State.ACCOUNT_BLOCKED, action=see, **same)
    kept_out = outside(known, grant.dataset, facts)
    if kept_out is not None:
        same["until"] = kept_out.until or grant.ends_at
        cause = kept_out.cause or ("granted" if who.is_viewer else "")
        return AccessState(
            kept_out.state, cause=cause, turn=kept_out.turn, since=kept_out.since,
            reason=kept_out.reason, number=kept_out.number, action=see, **same,
        )  # fmt: skip
    if not begun:
        return AccessState(State.SCHEDULED, since=grant.starts_at, action=see, **same)
    if who.is_viewer and not known.parts.get("second_factor", False):
        action = Action(Do.SECOND_FACTOR, grant.dataset)
        return AccessState(State.SECOND_FACTOR_NEEDED, cause="granted", turn=Turn.YOU, action=action, **same)
    if not (known.opens if who.is_viewer else set(known.parts) == RULE_PARTS):
        return AccessState(State.SUSPENDED, cause="further", turn=Turn.OTHERS, action=see, **same)
    left = (grant.last_day - facts.now.date()).days
    first_half = facts.now - grant.starts_at < grant.ends_at - facts.now
    files = Action(Do.DOWNLOAD, grant) if who.is_viewer else see
    if left > RENEW_DAYS or first_half:
        return AccessState(State.ACTIVE, since=grant.starts_at, action=files, **same)
    mine = who.is_viewer and grant.agreement.item.request.applicant_id == grant.holder_id
    return AccessState(
        State.ACTIVE, cause="ends_soon" if mine else "", since=grant.starts_at,
        action=Action(Do.RENEW, same["request"]) if mine else files, **same,
    )  # fmt: skip
