"""The checkers of other people find what we rely on them to find."""

import shutil
from pathlib import Path

from tests.checks import outside
from tests.checks.coverage import complete
from tests.checks.planting import ROOT, Fault

MODEL = """
class Forgotten(models.Model):
    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()
"""


def test_a_model_without_a_migration_is_found(tree: Path) -> None:
    Fault("apps/grants/models.py", MODEL, says="").plant(tree)
    assert "Forgotten" in "\n".join(outside.migrations(tree))


def test_a_broken_address_is_found_by_django(tree: Path) -> None:
    Fault("portal/urls.py", "urlpatterns.append('nothing')", says="").plant(tree)
    assert "urls.E004" in "\n".join(outside.system(tree))


def test_the_production_settings_are_ready_for_production(root: Path) -> None:
    """T119: `check --deploy` finds nothing with the sample environment."""
    assert outside.deployment(root) == []


def test_production_with_debug_on_is_found(tree: Path) -> None:
    """T57: a portal that shows its insides does not count as ready."""
    Fault("portal/settings/production.py", "DEBUG = True", says="").plant(tree)
    assert "security.W018" in "\n".join(outside.deployment(tree))


def test_a_signature_without_types_is_found(tree: Path) -> None:
    """In a module that no other imports: mypy would look again at all that import the changed one."""
    known = ROOT / "var" / "cache" / "mypy"  # what `manage.py lint` has found out about our own tree a moment ago
    if known.exists():
        shutil.copytree(known, tree / "var" / "cache" / "mypy")
    Fault("portal/wsgi.py", "def bare(thing):\n    return thing", says="").plant(tree)
    assert "no-untyped-def" in "\n".join(outside.types(tree))


def test_a_rule_that_no_test_runs_is_found(root: Path, tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    report.write_text('{"files": {"apps/grants/rules.py": {"missing_lines": [7], "missing_branches": [[3, 9]]}}}')
    assert complete(root, report) == [
        "apps/grants/rules.py:7: never run by a test",
        "apps/grants/rules.py:3: never goes on to line 9",
    ]


def test_a_report_that_covers_none_of_it_is_found(root: Path, tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    report.write_text('{"files": {"apps/web/views.py": {"missing_lines": [], "missing_branches": []}}}')
    assert complete(root, report) != []
