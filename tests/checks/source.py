"""Reading a source tree without running it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PACKAGES = ("apps", "portal")
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__", "dist", "build"}


@dataclass(frozen=True)
class Source:
    """One Python file: where it stands in the tree, what it says and what it means."""

    path: Path
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, sentence: str) -> str:
        """A finding that an editor can jump to."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {sentence}"


def sources(root: Path, *folders: str, migrations: bool = False) -> Iterator[Source]:
    """Every Python file of the folders (the packages of the portal when none are named), in a stable order."""
    for folder in folders or PACKAGES:
        for path in sorted((root / folder).rglob("*.py")):
            if NOT_OURS & set(path.parts[len(root.parts) :]) or ("migrations" in path.parts and not migrations):
                continue
            yield _read(path.relative_to(root), path.read_text(encoding="utf-8"))


def source(root: Path, path: str) -> Source | None:
    """One file by its place in the tree, or nothing when the tree has none there."""
    full = root / path
    if not full.exists():
        return None
    return _read(Path(path), full.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def _read(path: Path, text: str) -> Source:
    """Parsed once: fifteen checks read the same files, and their tests some hundred copies of them."""
    return Source(path, text, ast.parse(text, str(path)))


def dotted(node: ast.AST) -> str:
    """The written name of an expression such as `models.Grant.objects`, or an empty string when it is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call written anywhere below this node."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def files(root: Path) -> list[Path]:
    """Every file of the tree that belongs to the project: what git would commit, or all where git is not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and (root / ".git").exists():
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
        return sorted(name for name in names if (root / name).is_file())
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not NOT_OURS & set(path.parts))
