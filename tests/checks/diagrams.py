"""The workflow tables as drawn in docs/diagrams."""

import importlib
from pathlib import Path

from apps.core.workflow import Workflow

INTRODUCTION = "Drawn from `apps/{app}/states.py` by `python manage.py lint --draw`; change the table, not this page."


def workflows(root: Path) -> dict[str, tuple[str, Workflow]]:
    """Every workflow by its name, with the app it belongs to."""
    found = {}
    for path in sorted((root / "apps").glob("*/states.py")):
        app = path.parent.name
        module = importlib.import_module(f"apps.{app}.states")
        tables = [value for value in vars(module).values() if isinstance(value, Workflow)]
        found.update({table.name: (app, table) for table in tables})
    return found


def page(app: str, table: Workflow) -> str:
    """One diagram as a Markdown page."""
    title = table.name[:1].upper() + table.name[1:]
    return f"# {title}\n\n{INTRODUCTION.format(app=app)}\n\n```mermaid\n{table.mermaid().rstrip()}\n```\n"


def pages(root: Path) -> dict[Path, str]:
    """What docs/diagrams should hold."""
    folder = root / "docs" / "diagrams"
    names = workflows(root).items()
    return {folder / f"{name.lower().replace(' ', '-').replace('_', '-')}.md": page(*found) for name, found in names}


def diagrams(root: Path) -> list[str]:
    """The committed diagrams equal the tables."""
    wanted = pages(root)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    extra = [path for path in (root / "docs" / "diagrams").glob("*.md") if path not in wanted]
    findings = [
        f"{path.relative_to(root)} is not what the table says; run `python manage.py lint --draw`" for path in stale
    ]
    return findings + [f"{path.relative_to(root)} shows a workflow that does not exist" for path in extra]


def draw(root: Path) -> list[Path]:
    """Write docs/diagrams."""
    wanted = pages(root)
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in (root / "docs" / "diagrams").glob("*.md"):
        if path not in wanted:
            path.unlink()
    return sorted(wanted)
