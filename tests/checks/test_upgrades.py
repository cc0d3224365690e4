"""Which operations of a migration the code of the previous release would not survive."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tests.checks.previous_release import PreviousRelease
from tests.checks.upgrades import JUSTIFIED, faults

SIZE = models.CharField(max_length=20)
Operations = list[Any]


def found(operations: Operations, *, atomic: bool = True) -> list[str]:
    """What is said of a migration of these operations on the released model `shop.Hat`."""
    before = ProjectState()
    before.add_model(ModelState("shop", "Hat", [("id", models.BigAutoField(primary_key=True)), ("size", SIZE)]))
    migration = migrations.Migration("0002_next", "shop")
    migration.operations, migration.atomic = operations, atomic
    migration.__class__ = type("Migration", (migrations.Migration,), {"__module__": "apps.shop.migrations.x"})
    key = ("shop", "0002_next")
    loader: Any = SimpleNamespace(
        graph=SimpleNamespace(nodes={key}),
        disk_migrations={key: migration},
        project_state=lambda _nodes, at_end=True: before.clone(),
    )
    return list(faults(loader, PreviousRelease("1", "c", {"apps/shop/migrations/0001_initial.py": "d"})))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("hat", "size"),
        migrations.RenameField("hat", "size", "width"),
        migrations.DeleteModel("Hat"),
        migrations.RenameModel("Hat", "Cap"),
        migrations.AddField("hat", "colour", models.CharField(max_length=9, default="red")),
        migrations.AlterField("hat", "size", models.CharField(max_length=19)),
        migrations.AlterField("hat", "size", models.CharField(max_length=20, unique=True)),
        migrations.AlterField("hat", "size", models.IntegerField()),
        migrations.AlterField("hat", "size", models.CharField(max_length=20, db_column="width")),
        migrations.AddConstraint("hat", models.UniqueConstraint(fields=["size"], name="one_size")),
        migrations.AddIndex("hat", models.Index(fields=["size"], name="by_size")),
        migrations.RunSQL("ALTER TABLE shop_hat ALTER size SET NOT NULL"),
        migrations.RunSQL("ALTER TABLE shop_hat DROP COLUMN size"),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("hat", "size")]),
    ],
    ids=repr,
)
def test_what_takes_something_from_the_old_code_is_found(operation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 38: old code on the new schema."""
    said = found([operation])
    assert len(said) == 1
    monkeypatch.setitem(JUSTIFIED, said[0].split(") ")[0] + ")", "a reason")
    assert found([operation]) == []


def test_a_second_not_null_is_found() -> None:
    optional = migrations.AddField("hat", "colour", models.CharField(max_length=9, null=True))
    assert len(found([optional, migrations.AlterField("hat", "colour", models.CharField(max_length=9))])) == 1


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("hat", "colour", models.CharField(max_length=9, null=True))],
        [migrations.AddField("hat", "colour", models.CharField(max_length=9, db_default="red"))],
        [migrations.AlterField("hat", "size", models.CharField(max_length=30, help_text="longer"))],
        [migrations.AlterField("hat", "size", models.TextField())],
        [migrations.RunSQL("CREATE TABLE caps (id int)")],
        [
            migrations.CreateModel("Cap", [("id", models.BigAutoField(primary_key=True)), ("size", SIZE)]),
            migrations.AddIndex("cap", models.Index(fields=["size"], name="caps_by_size")),
            migrations.RemoveField("cap", "size"),
        ],
    ],
)
def test_what_only_adds_is_not_found(operations: Operations) -> None:
    assert found(operations) == []


def test_a_migration_in_steps_is_one_operation() -> None:
    index = AddIndexConcurrently("hat", models.Index(fields=["size"], name="by_size"))
    assert found([index], atomic=False) == []
    assert len(found([index, migrations.RunSQL("SELECT 1")], atomic=False)) == 1
