"""The search knows the portal's own use conditions: no re-identification, no training of AI models, opt-out applied.

Search documents are written again when a dataset changes; no dataset has these conditions yet.
"""

from importlib import import_module

from apps.datasets.search_sql import SearchFunctions
from django.db import migrations

EARLIER = import_module("apps.datasets.migrations.0002_pairs_of_characters").STATEMENTS
CONDITION = "FUNCTION public.search_condition("
OWN = (
    "WHEN 'GH:0000001' THEN 'NRI no attempt to identify people' "
    "WHEN 'GH:0000002' THEN 'NAI no training of AI models' "
    "WHEN 'GH:0000003' THEN 'OPT people who opted out are removed, also later'"
)
STATEMENTS = [
    one.replace(" ELSE '' END$fn$", f" {OWN} ELSE '' END$fn$") if CONDITION in one else one for one in EARLIER
]
(NAMED,) = [statement for statement in STATEMENTS if CONDITION in statement]


class Migration(migrations.Migration):

    dependencies = [("datasets", "0002_pairs_of_characters")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([(NAMED, None)], migrations.RunSQL.noop)],
            state_operations=[
                migrations.RemoveConstraint(model_name="searchdocument", name="datasets_search_functions"),
                migrations.AddConstraint(
                    model_name="searchdocument",
                    constraint=SearchFunctions(name="datasets_search_functions", statements=STATEMENTS),
                ),
            ],
        ),
    ]
