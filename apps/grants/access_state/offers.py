"""What a dataset offers a person who has asked for nothing, and what keeps everybody out whatever they hold."""

from datetime import datetime
from typing import Any

from apps.datasets.models import Dataset, Version
from apps.grants.access_state.facts import DatasetFacts, Facts
from apps.grants.access_state.kinds import AccessState, Action, Do, State, Turn
from apps.people.models import Person


def base(dataset: Dataset, facts: Facts) -> AccessState:
    """What the dataset offers this person if they have asked for nothing."""
    known = facts.datasets[dataset.pk]
    visitor = not isinstance(facts.viewer, Person)
    if dataset.access == Dataset.Access.OPEN:
        return outside(known, dataset, facts) or _opened(State.OPEN, known, dataset, facts)
    if visitor:
        closed = outside(known, dataset, facts, stopped=False) or _not_accepting(dataset, facts)
        return closed or _signing_in(dataset, facts)
    parts = known.parts
    own = parts.get("person", False) and parts.get("not_break_glass", False)
    if known.version is not None and not own:
        return _state(State.ACCOUNT_BLOCKED, dataset, facts, action=Action(Do.WHY, dataset))
    if dataset.access == Dataset.Access.CONTROLLED:
        closed = outside(known, dataset, facts, stopped=False) or _not_accepting(dataset, facts)
        return closed or _to_request(known, dataset, facts)
    return outside(known, dataset, facts, stopped=False) or _registered(known, dataset, facts)


def _state(state: State, dataset: Dataset, facts: Facts, **more: Any) -> AccessState:
    return AccessState(state, facts.now, dataset=dataset, version=facts.datasets[dataset.pk].version, **more)


def _opened(state: State, known: DatasetFacts, dataset: Dataset, facts: Facts) -> AccessState:
    if not known.opens:
        return _state(State.SUSPENDED, dataset, facts, cause="further", action=Action(Do.WHY, dataset))
    return _state(state, dataset, facts, action=Action(Do.DOWNLOAD, dataset))


def _signing_in(dataset: Dataset, facts: Facts) -> AccessState:
    controlled = dataset.access == Dataset.Access.CONTROLLED
    code = Do.SIGN_IN_TO_REQUEST if controlled else Do.SIGN_IN
    return _state(
        State.SIGN_IN_NEEDED, dataset, facts, cause=dataset.access, turn=Turn.YOU, action=Action(code, dataset)
    )


def _not_accepting(dataset: Dataset, facts: Facts) -> AccessState | None:
    committee = dataset.committee
    if dataset.access != Dataset.Access.CONTROLLED or (committee is not None and committee.accepting):
        return None
    who = (committee.name,) if committee is not None else ()
    why = committee.closed_because if committee is not None else ""
    until = committee.closed_until if committee is not None else None
    action = Action(Do.VIEW_COMMITTEE, committee) if committee is not None else Action(Do.WHY, dataset)
    return _state(
        State.NOT_ACCEPTING, dataset, facts, turn=Turn.OTHERS, waiting_for=who, reason=why, action=action,
        due=until if until is not None and until >= facts.now.date() else None,
    )  # fmt: skip


def _to_request(known: DatasetFacts, dataset: Dataset, facts: Facts) -> AccessState:
    """Nobody is kept from writing a request without an affiliation; it is needed to sign."""
    if not known.parts.get("affiliated", False):
        return _unaffiliated(dataset, facts, cause="request")
    return _state(State.NONE, dataset, facts, turn=Turn.YOU, action=Action(Do.REQUEST_ACCESS, dataset))


def _unaffiliated(dataset: Dataset, facts: Facts, cause: str) -> AccessState:
    """No affiliation is valid: a sign-in restores one that lapsed, only a signing official one that was ended or that
    the last sign-in did not renew.
    """
    ended = facts.ended_for_viewer
    if ended is not None:
        return _state(
            State.AFFILIATION_NEEDED, dataset, facts, cause="lapsed" if ended.lapsed else "ended", turn=Turn.OTHERS,
            by=ended.institution, waiting_for=ended.officials, action=Action(Do.ASK_OFFICIAL, dataset),
        )  # fmt: skip
    again = Action(Do.SIGN_IN_AGAIN, dataset)
    return _state(State.AFFILIATION_NEEDED, dataset, facts, cause=cause, turn=Turn.YOU, action=again)


def _registered(known: DatasetFacts, dataset: Dataset, facts: Facts) -> AccessState:
    """The true obstacle: what the terms cannot help comes before the terms."""
    if not known.parts.get("affiliated", False):
        return _unaffiliated(dataset, facts, cause="")
    obstacles = (
        ("second_factor", State.SECOND_FACTOR_NEEDED, Do.SECOND_FACTOR),
        ("entitled", State.TERMS_NEEDED, Do.ACCEPT_TERMS),
    )
    for part, state, code in obstacles:
        if not known.parts.get(part, False):
            done = "terms_accepted" if known.parts.get("entitled") else ""
            return _state(state, dataset, facts, cause=done, turn=Turn.YOU, action=Action(code, dataset))
    return outside(known, dataset, facts) or _opened(State.REGISTERED, known, dataset, facts)


def outside(known: DatasetFacts, dataset: Dataset, facts: Facts, *, stopped: bool = True) -> AccessState | None:
    """What keeps everybody out, whatever they hold: no version, an embargo, or all downloads stopped."""
    parts, version = known.parts, known.version
    if version is None or not parts.get("published", False):
        return _state(State.VERSION_WITHDRAWN, dataset, facts, cause="none", action=None)
    if not parts.get("not_withdrawn", False):
        return withdrawn(version, dataset, facts.now)
    if not parts.get("embargo_past", False):
        until = version.embargo_until
        return _state(State.EMBARGOED, dataset, facts, turn=Turn.OTHERS, until=until, action=Action(Do.WHY, dataset))
    if stopped and not parts.get("not_frozen", False):
        return _state(State.DOWNLOADS_STOPPED, dataset, facts, turn=Turn.OTHERS, action=Action(Do.WHY, dataset))
    return None


def withdrawn(version: Version, dataset: Dataset, now: datetime) -> AccessState:
    return AccessState(
        State.VERSION_WITHDRAWN, now, dataset=dataset, version=version, since=version.withdrawn_at,
        reason=version.withdrawn_because, number=version.number,
    )  # fmt: skip
