"""The commands of a clone say one sentence where their parts are not installed."""

import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.management.optional import optional_command

COMMANDS = {
    "demo": "deploy.demo.command",
    "seed": "deploy.demo.seed.command",
    "story": "tests.acceptance.command",
    "lint": "tests.checks.command",
    "messages": "tests.checks.messages_command",
}


@pytest.mark.parametrize("module", COMMANDS.values())
def test_a_command_that_is_installed_is_the_one_of_its_module(module: str) -> None:
    assert optional_command(module).__module__ == module


@pytest.mark.parametrize(("name", "module"), COMMANDS.items())
def test_a_command_that_is_not_installed_says_where_to_run_it(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = module.split(".")[0]
    for loaded in [each for each in sys.modules if each == top or each.startswith(f"{module.rpartition('.')[0]}")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module.rpartition(".")[0], None)
    command = optional_command(module)()
    with pytest.raises(CommandError, match="Run this command in a clone"):
        call_command(command)


def test_control_an_error_inside_an_installed_module_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a module that is there and imports something missing raises that error."""
    (tmp_path / "broken_command.py").write_text("import a_module_that_nobody_has\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="a_module_that_nobody_has"):
        optional_command("broken_command")
