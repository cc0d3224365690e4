import uuid

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A key that was sent with a form or API call, so that a second call with it changes nothing.

    `person_id` is no foreign key: these rows are deleted after a while and are no evidence.
    """

    PERSONAL_FIELDS: tuple[str, ...] = ()

    key = models.UUIDField()
    person_id = models.UUIDField()
    digest = models.CharField(max_length=64)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="idempotency_key_once_per_person")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{uuid.UUID(str(self.key))}"


class Heartbeat(models.Model):
    """The last report of one part of the portal: a worker, the scheduler, a provider, the storage, e-mail.

    A part that stopped reporting has an old `seen_at`; nobody writes a row for it.
    """

    PERSONAL_FIELDS: tuple[str, ...] = ()

    name = models.CharField(max_length=100, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())
    worked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=40, blank=True, db_default="")
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
