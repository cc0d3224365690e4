"""The command by which a committee chooses its deadlines."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.audit.record import Kind, record
from apps.committees import rules, rules_clock
from apps.committees.clock_settings import CLOCK_FIELDS, clock_facts
from apps.committees.models import Committee
from apps.core.actors import Actor
from apps.core.editing import check_unchanged
from apps.people.rules import check_person


@transaction.atomic
def set_clock(committee: Committee, *, chosen: Mapping[str, Any], seen: str = "", by: Actor) -> list[str]:
    """Choose the deadlines of reviews that start from now on; those under way keep theirs. Returns what changed.

    `chosen` has every name of CLOCK_FIELDS; `seen` is the fingerprint of `clock_facts` that the editor opened.
    """
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    locked = Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    before = clock_facts(locked)
    check_unchanged(before, seen)
    rules_clock.check_clock(chosen)
    changed = [name for name in CLOCK_FIELDS if chosen[name] != before[name]]
    if changed:
        for name in CLOCK_FIELDS:
            setattr(locked, name, chosen[name])
        if chosen["clock_unit"] == Committee.ClockUnit.DAYS:  # `review_days` is the one place of a number of days
            locked.review_days, locked.clock_amount = chosen["clock_amount"], None
        locked.save(update_fields=[*CLOCK_FIELDS, "review_days"])
        record(Kind.COMMITTEE_DESCRIBED, actor=by, subject=locked, fields="+".join(changed), quorum=locked.quorum)
    return changed
