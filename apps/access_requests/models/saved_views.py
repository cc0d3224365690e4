"""Filters of Requests to review that a committee member saved."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.core.identifiers import new_id
from apps.people.models import Person


class SavedView(models.Model):
    """A name for filters of the review queue, of one person. `query` is the part of an address after the "?".

    A preference and no evidence: it is changed and deleted. A view of one committee names it in its filters.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("name", "query")
    LONGEST = 60  # characters of a name
    MOST = 20  # views of one person

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=LONGEST)
    query = models.CharField(max_length=2000)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint("person", Lower("name"), name="saved_view_name_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(is_default=True), name="saved_view_one_default"),
        ]

    def __str__(self) -> str:
        return self.name
