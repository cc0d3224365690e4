"""A copy of the tree for each test that plants a fault."""

from pathlib import Path

import pytest

from tests.checks import planting


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clean copy of the tree, to plant one fault in."""
    return planting.copy(tmp_path / "tree")


@pytest.fixture
def root() -> Path:
    """The tree itself."""
    return planting.ROOT
