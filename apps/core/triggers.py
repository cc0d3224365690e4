"""Database triggers, declared on the models they guard: rows that are evidence cannot be changed or removed.

A trigger is an entry of `Meta.constraints`, so makemigrations and migrate treat it as any other constraint. The whole
text of its function goes into the migration. No function reads a session variable, and each has its own search_path:
nothing that a connection may SET changes what a trigger does (docs/decisions/triggers-on-the-models.md).
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models

SEARCH_PATH = "pg_catalog, pg_temp"  # pg_temp is named last: otherwise temporary tables are found first

INSTALLED = """
SELECT trigger.tgname, pg_get_triggerdef(trigger.oid), function.prosrc,
       array_to_string(function.proconfig, ';'), trigger.tgenabled::text
FROM pg_trigger trigger
JOIN pg_class guarded ON guarded.oid = trigger.tgrelid
JOIN pg_namespace schema ON schema.oid = guarded.relnamespace AND schema.nspname = 'public'
JOIN pg_proc function ON function.oid = trigger.tgfoid
WHERE NOT trigger.tgisinternal
"""


class Trigger(models.BaseConstraint):
    """A BEFORE (or AFTER) trigger and its function, both called `name`.

    `on` is the events as PostgreSQL prints them: INSERT OR DELETE OR UPDATE, or TRUNCATE. `each` is ROW or STATEMENT.
    `function` is a PL/pgSQL block; it writes the schema before each table, and must not ask for session variables.
    `table` is the guarded table if it is not that of the model: an app may follow the rows of an earlier one.
    """

    def __init__(
        self, *, name: str, on: str, function: str, each: str = "ROW", when: str = "BEFORE", table: str = ""
    ) -> None:
        super().__init__(name=name)
        self.on, self.function, self.each, self.when, self.table = on, function, each, when, table

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Nothing within CREATE TABLE: the trigger is created after the table."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: Any, _schema_editor: Any) -> Any:
        return f"{self.function_sql()}; {self.trigger_sql(model)}"

    def remove_sql(self, model: Any, _schema_editor: Any) -> Any:
        return f"DROP TRIGGER {self.name} ON public.{self._table_of(model)}; DROP FUNCTION public.{self.name}()"

    def function_sql(self) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION public.{self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {SEARCH_PATH} AS $function${self.function}$function$"
        )

    def trigger_sql(self, model: Any) -> str:
        """Exactly the text that pg_get_triggerdef returns for this trigger."""
        return (
            f"CREATE TRIGGER {self.name} {self.when} {self.on} ON public.{self._table_of(model)} "
            f"FOR EACH {self.each} EXECUTE FUNCTION {self.name}()"
        )

    def _table_of(self, model: Any) -> str:
        return self.table or str(model._meta.db_table)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing: forms cannot check a trigger."""

    def deconstruct(self) -> Any:
        path, args, _options = super().deconstruct()
        options = {"name": self.name, "on": self.on, "each": self.each, "function": self.function}
        return path, args, options | ({"when": self.when, "table": self.table} if self.table else {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trigger) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


# ------------------------------------------------------------------------------------------------- what models declare
def evidence(
    table: str,
    message: str,
    *,
    may_change: Iterable[str] = (),
    may_be_emptied: Iterable[str] = (),
    refuse_if: Iterable[str] = (),
    error: str = "check_violation",
) -> list[Trigger]:
    """Rows of `table` cannot be deleted, and only the columns named here may be changed; new columns are frozen too.

    Without any such column every UPDATE is refused, even one that changes nothing.

    `may_change` are columns that take any value, limited by `refuse_if` (SQL conditions on OLD and NEW; one that is
    true or unknown refuses). `may_be_emptied` are personal texts, which may become '' and nothing else. `message` is
    the text of the error and `error` its PostgreSQL condition name.
    """
    free, personal = list(may_change), list(may_be_emptied)
    frozen = f" - ARRAY[{', '.join(map(_text, free + personal))}]"
    emptied = [f"NEW.{column} NOT IN ('', OLD.{column})" for column in personal]
    conditions = [f"to_jsonb(NEW){frozen} <> to_jsonb(OLD){frozen}", *emptied, *refuse_if]
    changed = "\n        OR ".join(["TG_OP = 'DELETE'", *(f"({condition}) IS NOT FALSE" for condition in conditions)])
    function = _refuse_if(changed, message, error) if free + personal else _refuse(message, error)
    return [
        Trigger(name=f"{table}_frozen", on="DELETE OR UPDATE", function=function),
        never_truncated(table, message, error=error),
    ]


def never_truncated(table: str, message: str, *, error: str = "check_violation") -> Trigger:
    """TRUNCATE, which row triggers do not see, is refused."""
    return Trigger(name=f"{table}_not_truncated", on="TRUNCATE", each="STATEMENT", function=_refuse(message, error))


def set_once(*columns: str) -> list[str]:
    """Conditions for `refuse_if`: once a column has a value, it cannot be changed."""
    return [f"OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns]


def _refuse(message: str, error: str) -> str:
    return f"""
BEGIN
    RAISE EXCEPTION USING MESSAGE = {_text(message)}, ERRCODE = {_text(error)};
END
"""


def _refuse_if(condition: str, message: str, error: str) -> str:
    return f"""
BEGIN
    IF {condition}
    THEN
        RAISE EXCEPTION USING MESSAGE = {_text(message)}, ERRCODE = {_text(error)};
    END IF;
    RETURN NEW;
END
"""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# ------------------------------------------------------------------------------------------- what the database has
def differences() -> list[str]:
    """How the triggers in the database differ from the declared ones; nothing if they are the same.

    One line for each trigger that is missing, not declared, switched off, or has another definition or function.
    """
    declared = {
        trigger.name: (trigger.trigger_sql(model), trigger.function, f"search_path={SEARCH_PATH}", "O")
        for model in apps.get_models()
        for trigger in model._meta.constraints
        if isinstance(trigger, Trigger)
    }
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED)
        installed = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    return [
        *(f"{name} is declared and not in the database" for name in sorted(declared.keys() - installed.keys())),
        *(f"{name} is in the database and not declared" for name in sorted(installed.keys() - declared.keys())),
        *(
            f"{name} is not what its model declares"
            for name in sorted(declared.keys() & installed.keys())
            if declared[name] != installed[name]
        ),
    ]
