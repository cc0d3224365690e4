"""Who somebody was, and which institution confirmed it, at the moment they signed or voted."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence
from apps.people.models.people import Institution, Person

PERSONAL = ("name", "email", "orcid", "scoped")


class ActorSnapshot(models.Model):
    """What the portal knew of a person when they did an act that counts: written with the act, never changed.

    `email` is the verified address or empty. The database refuses every change but taking the personal fields out.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = PERSONAL

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="actor_snapshots")
    taken_at = models.DateTimeField(db_default=Now())
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    orcid = models.CharField(_("ORCID iD"), max_length=40, blank=True)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="actor_snapshots")
    institution_name = models.CharField(max_length=200, blank=True)
    ror = models.CharField(_("ROR ID"), max_length=40, blank=True)
    scoped = models.CharField(max_length=200, blank=True)
    assurance = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    issuer = models.CharField(max_length=300, blank=True)
    acr = models.CharField(max_length=200, blank=True)
    amr = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    auth_time = models.DateTimeField()

    class Meta:
        verbose_name = _("actor snapshot")
        verbose_name_plural = _("actor snapshots")
        constraints = [
            seen_text("name", "institution_name", name="actor_snapshot_text_is_seen"),
            *evidence(
                "people_actorsnapshot",
                "an actor snapshot cannot be changed or deleted; personal fields may only be emptied",
                may_be_emptied=PERSONAL,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.taken_at:%Y-%m-%d}"
