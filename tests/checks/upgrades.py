"""`python -m tests.checks.upgrades`: what a migration after the previous release may not do, in the current folder.

During an upgrade the code of the previous release serves on the new schema. So a migration only adds, and what it adds
the old code can leave out (expand); what nobody uses any more is removed one release later (contract).
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

from tests.checks.previous_release import PreviousRelease, changed, previous_release

# What a check cannot judge, and why the old code keeps working: `app.name: Operation(model.name)`.
JUSTIFIED: dict[str, str] = {
    "access_requests.0003_answers: AddConstraint(round.access_requests_round_frozen)": (
        "it refuses less than the trigger before it: answers to forms can be erased too; the old code freezes none"
    ),
    "access_requests.0016_cohort_classes: AddConstraint(round.access_requests_round_frozen)": (
        "it refuses less than the trigger before it: the supervision of a class can be erased too"
    ),
    "access_requests.0010_cond_due_dates: AddConstraint(condition.proposed_condition_says_when)": (
        "it is about the new columns, which the old code leaves empty"
    ),
    "committees.0002_contact: AddConstraint(committee.committee_contact_is_seen)": (
        "it is about the new column, which the old code leaves empty"
    ),
    "access_requests.0008_deputies: AddConstraint(vote.vote_first_of_member_once)": (
        "the old code leaves the new column empty, and then it is what vote_first_of_voter_once says"
    ),
    "access_requests.0008_deputies: AddConstraint(vote.access_requests_vote_own)": (
        "for votes of the old code, which leaves the new column empty, it refuses what it refused"
    ),
    "committees.0003_voting_rules: AddConstraint(committee.committee_rule_is_known)": (
        "it allows the one rule that the old code knows, and more"
    ),
    "datasets.0007_keys_of_search_documents: AddConstraint(searchdocument.datasets_searchdocument_keyed)": (
        "it is a trigger that fills the new column of each document and refuses none"
    ),
    **dict.fromkeys(
        (
            f"committees.0005_appeals: AddConstraint(committee.committee_{name})"
            for name in ("appeal_text_is_seen", "undo_within_an_hour", "appeal_days")
        ),
        "it is about new columns, which the old code leaves at their defaults",
    ),
    "people.0002_reason_of_a_closed_account: AddConstraint(person.person_closing_is_seen)": (
        "it is about the new column, which the old code leaves empty"
    ),
}
REMOVES = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
SQL = re.compile(r"\b(?:DROP\s+(?:COLUMN|TABLE|VIEW)|RENAME|SET\s+NOT\s+NULL|TYPE)\b", re.IGNORECASE)
SENTENCES = {
    REMOVES: "takes away what the previous release uses: remove it one release later, with its line in JUSTIFIED",
    (AddIndexConcurrently,): "",
    (migrations.AddIndex,): "stops all writes while it is built: use AddIndexConcurrently, with atomic = False",
    (migrations.AddConstraint, migrations.AlterUniqueTogether): (
        "may refuse rows that the previous release writes: say in JUSTIFIED why it does not"
    ),
}


def faults(loader: MigrationLoader, released: PreviousRelease) -> Iterator[str]:
    """Each operation of a later migration that the code of the previous release may not survive."""
    for key in sorted(set(loader.graph.nodes) - released.names):
        migration = loader.disk_migrations[key]
        if not migration.__module__.startswith("apps."):
            continue
        if not migration.atomic and len(migration.operations) != 1:
            yield f"{_name(migration)} is not atomic and has several operations: a second attempt would repeat some"
        old_tables = set(loader.project_state(sorted(released.names)).models)
        state = loader.project_state(key, at_end=False)
        for operation in _flat(migration.operations):
            before = state.clone()
            operation.state_forwards(migration.app_label, state)
            why = _judge(operation, migration.app_label, before, state, old_tables)
            name = f"{_name(migration)}: {_call(operation)}"
            if why and name not in JUSTIFIED:
                yield f"{name} {why}"


def _judge(operation: Any, app: str, before: Any, after: Any, old_tables: set[tuple[str, str]]) -> str:
    """Why the operation is refused, or an empty text."""
    if isinstance(operation, migrations.RunSQL):
        return "removes or narrows what the previous release uses" if SQL.search(str(operation.sql)) else ""
    model = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    if (app, str(model).lower()) not in old_tables:
        return ""
    for kinds, sentence in SENTENCES.items():
        if isinstance(operation, kinds):
            return sentence
    if isinstance(operation, migrations.AddField):
        return _added(operation.field)
    if isinstance(operation, migrations.AlterField):
        fields = [state.models[app, operation.model_name_lower].fields[operation.name] for state in (before, after)]
        return _altered(*fields)
    return ""


def _added(field: Any) -> str:
    optional = field.null or field.many_to_many or field.has_db_default()
    return "" if optional else "is NOT NULL without a default of the database: null=True or db_default="


def _altered(old: Any, new: Any) -> str:
    if old.null and not new.null:
        return "is now NOT NULL; the previous release may leave it out"
    if (new.unique and not old.unique) or old.db_column != new.db_column:
        return "is now unique or has another column; the previous release does not know"
    lengths = (old.max_length or sys.maxsize, new.max_length or sys.maxsize)
    kinds = [_type(field) for field in (old, new)]
    widened = kinds[0] == kinds[1] or kinds == ["varchar", "text"]
    return "" if widened and lengths[1] >= lengths[0] else "has a narrower or another type"


def _type(field: Any) -> str:
    """The kind of column, without its length; for a foreign key what it points at."""
    if field.is_relation:
        return f"{type(field).__name__} {str(field.deconstruct()[3]['to']).lower()}"
    return re.sub(r"\(.*", "", field.db_type(connection) or "")


def _flat(operations: Any) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
            yield from (one for one in operation.state_operations if isinstance(one, REMOVES))
        else:
            yield operation


def _name(migration: Any) -> str:
    return f"{migration.app_label}.{migration.name}"


def _call(operation: Any) -> str:
    inner = getattr(operation, "constraint", None) or getattr(operation, "index", None)
    parts = [getattr(operation, "model_name", ""), getattr(inner, "name", "") or getattr(operation, "name", "")]
    return f"{type(operation).__name__}({'.'.join(part for part in parts if part)})"


def main() -> int:
    """Print the findings; 1 if there are any."""
    django.setup()
    root = Path.cwd()
    found = changed(root) or list(faults(MigrationLoader(None, ignore_no_migrations=True), previous_release(root)))
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
