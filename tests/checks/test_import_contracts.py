"""The import contracts of pyproject.toml hold, and each breaks when someone breaks it."""

import tomllib
from pathlib import Path

import pytest

from tests.checks.check_events import declared
from tests.checks.outside import imports
from tests.checks.planting import ROOT, Fault

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}
COURSE = ("access_requests", "accounts", "agreements", "committees", "datasets", "downloads", "grants")


def fault(contract: str, path: str, text: str) -> Fault:
    return Fault(path, text, says=f"{NAMES[contract]} BROKEN")


FAULTS = [
    fault("root", "apps/core/errors.py", "import portal.urls"),
    fault("root", "apps/web/common/decorators.py", "from portal import urls"),
    fault("order", "apps/datasets/queries.py", "from apps.grants import models as later"),
    fault("order", "apps/core/clock.py", "from apps.audit import record as later"),
    fault("order", "apps/web/common/decorators.py", "from apps.api import apps as sibling"),
    fault("order", "apps/billing/models.py", "from apps.core import clock"),
    fault("files", "apps/grants/models.py", "from apps.grants import rules"),
    fault("files", "apps/datasets/queries.py", "from apps.datasets import commands"),
    fault("files", "apps/agreements/states.py", "from apps.agreements import models"),
    *(fault("files", f"apps/{app}/helpers.py", "from apps.core import clock") for app in COURSE),
    fault("signing", "apps/downloads/queries.py", "from apps.downloads import signing"),
    fault("signing", "apps/web/common/decorators.py", "from apps.downloads.signing import sign"),
    fault("roles", "apps/datasets/models.py", "from guardian import models as rows"),
    fault("roles", "apps/web/common/decorators.py", "import guardian"),
    fault("surfaces", "apps/web/common/decorators.py", "from apps.audit.record import record"),
    fault("surfaces", "apps/web/common/decorators.py", "from apps.core import workflow"),
    fault("surfaces", "apps/api/extra.py", "from apps.core import roles"),
    fault("prepared", "apps/datasets/queries.py", "from apps.core.db import Prepared"),
    fault("prepared", "apps/web/committee/queue.py", "from apps.core import prepared"),
    fault("acyclic", "apps/core/errors.py", "def late() -> None:\n    from apps.core import storage, workflow"),
    fault("acyclic", "apps/web/common/decorators.py", "from apps.web import downloads_open"),
    fault("acyclic", "apps/accounts/models/people.py", "from apps.accounts.models import visas"),
    fault("acyclic", "tests/checks/source.py", "from tests.checks import sizes"),
    fault("acyclic", "deploy/demo/seed/catalogue.py", "from portal.management.commands import seed"),
]


def test_the_contracts_are_kept(root: Path) -> None:
    assert imports(root) == []


@pytest.mark.parametrize("planted", FAULTS, ids=str)
def test_a_contract_breaks_under_a_planted_fault(tree: Path, planted: Fault) -> None:
    planted.plant(tree)
    assert planted.says in "\n".join(imports(tree))


def test_every_contract_is_shown_to_break() -> None:
    broken = {planted.says.removesuffix(" BROKEN") for planted in FAULTS}
    assert broken == set(NAMES.values())


def test_every_course_app_stands_under_the_order_of_files() -> None:
    order = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "order")
    course = order[order.index("downloads") : order.index("audit")]
    containers = next(contract["containers"] for contract in CONTRACTS if contract["id"] == "files")
    assert [f"apps.{app}" for app in course] == containers


def test_the_tree_that_is_checked_is_the_real_one(root: Path) -> None:
    assert len(declared(root)) > 20
