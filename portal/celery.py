"""The Celery app: it carries ids, as JSON, and nothing becomes true because a task ran."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")


class AfterMigrations(Task):  # type: ignore[type-arg]
    """A task that does nothing on a database that this code was not written for: beat asks again in seconds."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from apps.core import schema  # after Django's settings are loaded

        return super().__call__(*args, **kwargs) if schema.is_current() else None


app = Celery("portal", task_cls=AfterMigrations)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_transaction_pooler(**_given: Any) -> None:
    """Before the first task; see portal/pooler.py."""
    from portal import pooler

    pooler.refuse_transaction_pooler()


@worker_ready.connect
def _begin_heartbeat(**_facts: Any) -> None:
    """The worker's main process reports, whatever its pool is busy with."""
    from portal.health_checks import beat

    beat("worker")
