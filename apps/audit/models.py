from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.actors import ACTOR_KINDS, PERSON
from apps.core.triggers import Trigger, evidence


class Event(models.Model):
    """Events, append-only. Written in the transaction of the change; never updated, never deleted.

    It points at nothing (ids, no foreign keys) and holds no names and no free text, so that people can be erased
    from the rows that name them while every proof stays true. `facts` are codes, ids, numbers and moments.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)  # one of core.actors.ACTOR_KINDS
    actor_id = models.UUIDField(null=True)  # of a person; a named actor has none
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    about = ArrayField(models.UUIDField(), default=list)
    correlation = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["at", "id"], name="event_by_time"),
            models.Index(fields=["subject_id", "at", "id"], name="event_by_subject"),
            models.Index(fields=["actor_id", "at", "id"], name="event_by_actor"),
            models.Index(fields=["kind", "at", "id"], name="event_by_kind"),
            GinIndex(fields=["about"], name="event_by_about", fastupdate=True),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(actor_kind__in=ACTOR_KINDS), name="event_actor_is_known"),
            models.CheckConstraint(
                condition=Q(actor_kind=PERSON, actor_id__isnull=False)
                | (~Q(actor_kind=PERSON) & Q(actor_id__isnull=True)),
                name="event_actor_id_is_a_persons",
            ),
            *evidence(
                "audit_event",
                "the event log is append-only: events are never changed or deleted",
                error="insufficient_privilege",
            ),
            # Nobody can choose the time of an event, whatever the INSERT says.
            Trigger(
                name="audit_event_own_time",
                on="INSERT",
                function="BEGIN NEW.at := statement_timestamp(); RETURN NEW; END",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class Outbox(models.Model):
    """An event whose consequences are still pending. Same transaction as the event; gone when all are done."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    event_id = models.BigIntegerField(primary_key=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["not_before", "event_id"], name="outbox_due")]

    def __str__(self) -> str:
        return f"event {self.event_id}"
