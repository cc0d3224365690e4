"""Planting a fault in a copy of the tree, to see that the check which guards against it finds it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", "*.pyc", "staticfiles", "node_modules")


@dataclass(frozen=True)
class Fault:
    """Text added at the end of a file of the tree (a new file where there is none), and what the finding must say."""

    path: str
    text: str
    says: str
    new: bool = False

    def plant(self, tree: Path) -> None:
        """Write the fault into the tree."""
        target = tree / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent.parent.name == "apps" and not (target.parent / "__init__.py").exists():
            (target.parent / "__init__.py").touch()
        before = target.read_text(encoding="utf-8") if target.exists() and not self.new else ""
        target.write_text(f"{before}\n{self.text}\n", encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.path}: {self.text[:50]}"


def copy(target: Path, *, only: tuple[str, ...] = ()) -> Path:
    """The tree as it is now, or `only` these files of it, without what a machine made; times are kept so that caches
    stay true.
    """
    if not only:
        shutil.copytree(ROOT, target, ignore=LEFT_OUT, dirs_exist_ok=True)
    for path in only:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).exists():
            shutil.copy2(ROOT / path, target / path)
    return target
