"""`manage.py lint` and `manage.py messages` as a person uses them."""

import shutil
from pathlib import Path

import polib
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.checks import checks, diagrams
from tests.checks.translations import CATALOGUE, translations, update


def test_one_check_can_be_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lint", "--only", "sizes")
    printed = capsys.readouterr().out
    assert "sizes" in printed
    assert "1 checks, nothing found" in printed


def test_every_check_says_what_it_looks_at(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lint", "--list")
    assert len(capsys.readouterr().out.splitlines()) == len(checks.CHECKS)


def test_an_unknown_check_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(CommandError, match="no check called nonsense; there are style"):
        call_command("lint", "--only", "nonsense")


def test_all_run_although_one_finds_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "CHECKS", {"first": lambda _root: ["a finding"], "second": lambda _root: []})
    with pytest.raises(CommandError, match="1 of 2 checks found something: first"):
        call_command("lint")
    printed = capsys.readouterr().out
    assert "a finding" in printed
    assert "second" in printed


def test_a_check_that_stops_is_a_finding(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(checks, "CHECKS", {"first": lambda _root: [1 / 0 and "never"], "second": lambda _root: []})
    with pytest.raises(CommandError, match="1 of 2 checks found something: first"):
        call_command("lint")
    assert "the check itself stopped: ZeroDivisionError" in capsys.readouterr().out


def test_a_coverage_report_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "coverage.json"
    report.write_text('{"files": {"apps/grants/rules.py": {"missing_lines": [7]}}}')
    with pytest.raises(CommandError):
        call_command("lint", "--coverage", report)
    assert "apps/grants/rules.py:7: never run by a test" in capsys.readouterr().out


def test_drawing_makes_the_diagrams_what_the_tables_say(
    tree: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_DIR = tree
    shutil.rmtree(tree / "docs" / "diagrams")
    (tree / "docs" / "diagrams").mkdir()
    (tree / "docs" / "diagrams" / "unheard-of.md").touch()
    assert len(diagrams.diagrams(tree)) == len(diagrams.pages(tree)) + 1
    call_command("lint", "--draw")
    assert diagrams.diagrams(tree) == []
    assert "diagrams drawn" in capsys.readouterr().out


def test_collecting_messages_keeps_the_danish_there_is(
    tree: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_DIR = tree
    path = tree / CATALOGUE
    update(tree)
    catalogue = polib.pofile(str(path))
    entry = next(entry for entry in catalogue if not entry.msgid_plural)
    entry.msgstr = "dansk"
    catalogue.save(str(path))
    call_command("messages")
    assert polib.pofile(str(path)).find(entry.msgid).msgstr == "dansk"
    assert "messages in locale/da" in capsys.readouterr().out
    assert not [finding for finding in translations(tree) if "compiles to" in finding or "not in the" in finding]


def test_danish_with_another_placeholder_is_found(tree: Path) -> None:
    page = tree / "templates" / "planted.html"
    page.write_text("{% load i18n %}{% blocktranslate %}Dear {{ name }}{% endblocktranslate %}")
    update(tree)
    catalogue = polib.pofile(str(tree / CATALOGUE))
    entry = catalogue.find("Dear %(name)s")
    entry.msgstr = "Kære %(navn)s"
    catalogue.save(str(tree / CATALOGUE))
    assert "other placeholders in the Danish of 'Dear %(name)s'" in "\n".join(translations(tree))
