"""Whom somebody on a request wrote or worked with: what the applicant names, so that committees can judge conflicts."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import AccessRequest
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.people.models import Person


class SharedWork(models.Model):
    """One person with whom `party`, who is on the request, wrote or worked, and on what.

    `colleague` is what the applicant typed: a name, an e-mail address, an ORCID iD or a colleague code. It is compared
    with a member when that member is asked about conflicts (`shared_work.names`), and never tells the applicant whether
    it names a member. A round freezes the id of the row, so that the texts can be erased; a row is never changed, and
    one that a round may name is marked as removed instead of deleted.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("colleague", "work")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="shared_works")
    party = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    colleague = models.CharField(_("worked with"), max_length=200)
    work = models.CharField(_("publication or project"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"))
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("shared work")
        verbose_name_plural = _("shared works")
        ordering = ["added_at", "id"]
        constraints = [seen_text("colleague", "work", name="shared_work_text_is_seen")]
        indexes = [models.Index(fields=["request", "added_at"], name="shared_work_by_request")]

    def __str__(self) -> str:
        return f"shared work {self.pk} of {self.request_id}"
