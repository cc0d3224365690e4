"""The command by which a committee chooses its checklist."""

from collections.abc import Sequence

from django.db import transaction

from apps.audit.record import Kind, record
from apps.committees import rules, rules_checklist
from apps.committees.checklists import Checklist
from apps.committees.models import Committee
from apps.core.actors import Actor
from apps.core.editing import check_unchanged
from apps.core.text import typed
from apps.people.rules import check_person


@transaction.atomic
def set_checklist(committee: Committee, *, criteria: Sequence[str], required: bool, seen: str = "", by: Actor) -> None:
    """Choose the criteria of the rounds that begin from now on; those under way keep theirs.

    `seen` is the fingerprint of `Checklist.as_json` that the editor opened.
    """
    by = check_person(by)
    rules.check_can_manage_committee(by, committee)
    locked = Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    before = Checklist.read(locked.checklist)
    check_unchanged(before.as_json(), seen)
    texts = tuple(typed(one, field="criteria").strip() for one in criteria)
    rules_checklist.check_checklist(texts, required)
    wanted = Checklist(texts, required)
    if wanted == before:
        return
    Committee.objects.filter(pk=locked.pk).update(checklist=wanted.as_json())
    record(Kind.CHECKLIST_CHANGED, actor=by, subject=locked, criteria=len(texts), required=required)
