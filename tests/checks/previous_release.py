"""What deploy/previous_release says: the release from which others upgrade."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

FILE = "deploy/previous_release"


@dataclass(frozen=True)
class PreviousRelease:
    """Its version, its commit, and its migrations: SHA-256 by path."""

    version: str
    commit: str
    migrations: dict[str, str]

    @property
    def names(self) -> set[tuple[str, str]]:
        """The migrations as Django names them: app and name."""
        return {(Path(path).parts[1], Path(path).stem) for path in self.migrations}


def previous_release(root: Path) -> PreviousRelease:
    """Read the file; ValueError or KeyError if it is not as it should be."""
    lines = (root / FILE).read_text(encoding="utf-8").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    facts = dict(pairs)
    version, commit = facts.pop("release"), facts.pop("commit")
    return PreviousRelease(version, commit, {path: digest for digest, path in facts.items()})


def changed(root: Path) -> list[str]:
    """Released migrations that are not what they were: databases have applied the old text."""
    wrong = []
    for path, digest in previous_release(root).migrations.items():
        file = root / path
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(f"{path} was released and has changed; write a new migration instead")
    return wrong
