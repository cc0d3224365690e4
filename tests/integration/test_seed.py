"""The seeded world: real files, people at every step of the way, and no consequence left pending."""

import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.access_requests.models import AccessRequest, Item
from apps.agreements.models import Agreement
from apps.audit.models import Outbox
from apps.datasets.models import Dataset, Distribution
from apps.downloads.models import DownloadLink
from apps.grants.models import AccessGrant
from apps.notifications.models import Notification
from apps.people.models import Person
from tests.production import COMPLETE, ROOT

pytestmark = pytest.mark.django_db


def test_every_step_of_the_way_is_somewhere_in_the_seeded_world() -> None:
    out = StringIO()
    call_command("seed", stdout=out)
    states = set(AccessRequest.objects.values_list("state", flat=True))
    assert states == {"draft", "submitted", "in_review", "returned", "decided", "active", "closed", "withdrawn"}
    assert set(Item.objects.values_list("state", flat=True)) == {"open", "approved", "conditional", "denied"}
    assert set(Agreement.objects.values_list("state", flat=True)) == {"offered", "signed", "executed"}
    assert set(Dataset.objects.values_list("access", flat=True)) == {"open", "registered", "controlled"}
    assert Dataset.objects.filter(listed_from__isnull=True).count() == 1
    assert not Distribution.objects.filter(sha256="").exists()
    assert AccessGrant.objects.active().exists()
    assert AccessGrant.objects.filter(revoked_at__isnull=False).exists()
    stopped = AccessGrant.objects.filter(holder__name="Nils Aaberg").get()
    assert not AccessGrant.objects.active().filter(pk=stopped.pk).exists()
    assert Notification.objects.filter(kind="affiliation.expiring", reader__name="Freja Winther").count() == 1
    assert DownloadLink.objects.active().exists()
    assert not Outbox.objects.exists()
    assert Notification.objects.exists()


def test_the_seed_is_sown_only_once() -> None:
    call_command("seed", stdout=StringIO())
    before = AccessRequest.objects.count()
    with pytest.raises(CommandError, match="in use already"):
        call_command("seed", stdout=StringIO())
    assert AccessRequest.objects.count() == before


def refused_seed(**environment: str) -> str:
    """What `manage.py seed` says in the environment of a production portal; it must not reach the database."""
    env = {"PATH": os.environ["PATH"], **COMPLETE, **environment}
    done = subprocess.run([sys.executable, "manage.py", "seed"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_the_seed_is_refused_in_the_environment_of_a_production_portal() -> None:
    """Case 43: also when DJANGO_SETTINGS_MODULE is missing, so that the demo's settings find production's database."""
    assert "in a demo only" in refused_seed(DJANGO_SETTINGS_MODULE="portal.settings.production")
    assert "DJANGO_SETTINGS_MODULE" in refused_seed()


def test_the_seed_is_refused_outside_a_demo(settings: Any) -> None:
    """Case 43. Its people and its auditor role are invented; on a production database they would be real."""
    settings.DEMO = False
    with pytest.raises(CommandError, match="in a demo only"):
        call_command("seed", stdout=StringIO())
    assert not Person.objects.exists()
