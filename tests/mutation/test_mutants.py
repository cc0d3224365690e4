"""The mutants themselves: which there are, and that a function of this process really changes and changes back."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.mutants import mutants_of
from tests.mutation.plugin import change

SOURCE = """
from django.db.models import Q

def grown(age, limit=18):
    return age >= limit and not age > 120

class Rule:
    def rows(self, table):
        return [one for one in table.filter(Q(until__gt=1), kind="x").order_by("-until") if one.good]
"""


@pytest.fixture
def module(tmp_path: Path) -> Any:
    path = tmp_path / "planted.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("planted", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_each_part_of_a_rule_has_its_mutants(module: Any) -> None:
    changes = {mutant.name.partition("::")[2] for mutant in mutants_of(Path(module.__file__))}
    assert "grown: age >= limit: comparison 1 turned" in changes
    assert "grown: not age > 120: negation left out" in changes
    assert "grown: age >= limit and (not age > 120): and/or" in changes
    assert "Rule.rows: Q(until__gt=1): until__gte for until__gt" in changes
    assert "Rule.rows: order by until, not -until" in changes
    assert "Rule.rows: if one.good: left out" in changes
    assert not any("18" in one for one in changes)  # a default is not in the body


def test_the_function_in_this_process_has_the_mutants_code(module: Any) -> None:
    assert module.grown(18)
    turned = next(one for one in mutants_of(Path(module.__file__)) if one.change.startswith("age >= limit: "))
    change(turned, among=vars(module).values())
    assert not module.grown(18)
