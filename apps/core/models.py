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
