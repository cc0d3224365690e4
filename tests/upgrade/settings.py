"""The test settings with one more migration than the database has: what an upgrade meets."""

from tests.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.upgrade.planted"]
