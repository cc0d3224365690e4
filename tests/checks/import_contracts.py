"""`python -m tests.checks.import_contracts CACHE`: the import contracts of the tree one stands in."""

import sys

from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure


def main(cache: str) -> int:
    """Zero when every contract is kept."""
    configure()
    kept = lint_imports(config_filename="pyproject.toml", cache_dir=cache, no_logo=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.path.insert(0, ".")
    raise SystemExit(main(sys.argv[1]))
