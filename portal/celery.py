"""The Celery app: it carries ids, as JSON, and nothing becomes true because a task ran."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.demo.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _begin_heartbeat(**_facts: Any) -> None:
    """The worker's main process reports, whatever its pool is busy with."""
    from portal.health_checks import beat

    beat("worker")
