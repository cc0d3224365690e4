"""The import contracts of pyproject.toml hold, and each breaks when someone breaks it."""

import tomllib
from pathlib import Path

import pytest

from tests.checks.check_events import declared
from tests.checks.outside import imports
from tests.checks.planting import ROOT, Fault

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}
DOMAIN = ("committees", "forms", "datasets", "access_requests", "agreements", "grants", "downloads")


def fault(contract: str, path: str, text: str) -> Fault:
    return Fault(path, text, says=f"{NAMES[contract]} BROKEN")


FAULTS = [
    fault("root", "apps/core/errors.py", "import portal.urls"),
    fault("root", "apps/web/common/decorators.py", "from portal import urls"),
    fault("root", "portal/urls.py", "from deploy.demo import people"),
    fault("root", "portal/management/commands/lint.py", "def late() -> None:\n    from tests.checks import checks"),
    fault("root", "deploy/demo/seed/catalogue.py", "from tests import stories"),
    fault("order", "apps/datasets/queries.py", "from apps.grants import models as later"),
    fault("order", "apps/core/clock.py", "from apps.audit import record as later"),
    fault("order", "apps/people/models/people.py", "from apps.tokens import models as later"),
    fault("order", "apps/tokens/queries.py", "from apps.identity import queries as later"),
    fault("order", "apps/web/common/decorators.py", "from apps.api import apps as sibling"),
    fault("order", "apps/billing/models.py", "from apps.core import clock"),
    *(fault("domain", f"apps/{app}/models.py", "from apps.tokens.models import PersonalToken") for app in DOMAIN),
    fault("domain", "apps/downloads/rules.py", "def late() -> None:\n    from apps.tokens import queries"),
    fault("domain", "apps/committees/queries.py", "from apps.identity import queries as sign_in"),
    fault("modules", "apps/grants/models.py", "from apps.grants import rules"),
    fault("modules", "apps/datasets/queries.py", "from apps.datasets import commands"),
    fault("modules", "apps/agreements/states.py", "from apps.agreements import models"),
    fault("modules", "apps/agreements/capacities.py", "from apps.agreements import queries"),
    fault("modules", "apps/committees/decisions.py", "from apps.committees import models"),
    fault("modules", "apps/access_requests/fields.py", "from apps.access_requests import models"),
    fault("modules", "apps/grants/queries.py", "from apps.grants import explanations"),
    fault("modules", "apps/identity/commands/sessions.py", "from apps.identity.oidc import claims"),
    fault("modules", "apps/tokens/models.py", "from apps.tokens import queries"),
    fault("modules", "apps/people/queries.py", "from apps.people.rules import check_person"),
    fault("modules", "apps/audit/kinds.py", "from apps.audit import models"),
    fault("signing", "apps/downloads/queries.py", "from apps.downloads import signing"),
    fault("signing", "apps/web/common/decorators.py", "from apps.downloads.signing import sign"),
    fault("roles", "apps/datasets/models/datasets.py", "from guardian import models as rows"),
    fault("roles", "apps/web/common/decorators.py", "import guardian"),
    fault("writes", "apps/web/common/decorators.py", "from apps.audit.record import record"),
    fault("writes", "apps/web/common/decorators.py", "from apps.core import workflow"),
    fault("writes", "apps/api/extra.py", "from apps.core import roles"),
    fault("db", "apps/datasets/queries.py", "from apps.core.db import Prepared"),
    fault("db", "apps/web/committee/queue.py", "from apps.core import db"),
    fault("acyclic", "apps/core/errors.py", "def late() -> None:\n    from apps.core import workflow"),
    fault("acyclic", "apps/web/common/decorators.py", "from apps.web.catalogue import views"),
    fault("acyclic", "apps/people/models/people.py", "from apps.people.models import visas"),
    fault("acyclic", "tests/checks/source.py", "from tests.checks import sizes"),
    fault("acyclic", "deploy/demo/people.py", "from deploy.demo import seed"),
]


# `make test` plants the first fault of each contract, `make test-all` plants all of them.
FIRST = {planted.says: planted for planted in reversed(FAULTS)}
PLANTED = [
    pytest.param(planted, id=str(planted), marks=[] if FIRST[planted.says] is planted else [pytest.mark.exhaustive])
    for planted in FAULTS
]


def test_a_module_that_no_contract_lists_is_no_way_round(tree: Path) -> None:
    """A query that reaches a command through a new module counts as one that imports the command."""
    Fault("apps/grants/helpers.py", "from apps.grants import commands", says="").plant(tree)
    assert imports(tree) == []
    Fault("apps/grants/queries.py", "from apps.grants import helpers", says="").plant(tree)
    assert f"{NAMES['modules']} BROKEN" in "\n".join(imports(tree))


@pytest.mark.parametrize("planted", PLANTED)
def test_a_contract_breaks_under_a_planted_fault(tree: Path, planted: Fault) -> None:
    planted.plant(tree)
    assert planted.says in "\n".join(imports(tree))


def test_every_contract_is_shown_to_break() -> None:
    broken = {planted.says.removesuffix(" BROKEN") for planted in FAULTS}
    assert broken == set(NAMES.values())


def listed(contract: str, key: str) -> list[str]:
    """What the contract of this id says under a key."""
    found: list[str] = next(row[key] for row in CONTRACTS if row["id"] == contract)
    return found


def test_every_app_with_models_has_its_modules_in_order() -> None:
    apps = [one for one in listed("order", "layers") if one not in ("web | api", "core")]
    assert [f"apps.{app}" for app in apps] == listed("modules", "containers")


def test_every_app_from_committees_to_downloads_is_kept_from_identity_and_tokens() -> None:
    order = listed("order", "layers")
    domain = order[order.index("downloads") : order.index("identity")]
    assert [f"apps.{app}" for app in reversed(domain)] == listed("domain", "source_modules")
    assert tuple(reversed(domain)) == DOMAIN


def test_the_tree_that_is_checked_is_the_real_one(root: Path) -> None:
    assert len(declared(root)) > 20
