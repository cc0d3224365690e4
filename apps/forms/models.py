"""The forms of a committee and their versions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.committees.models import Committee
from apps.core.identifiers import new_id
from apps.core.triggers import Trigger, never_truncated
from apps.forms.definition import Definition
from apps.forms.parsing import parse_draft
from apps.people.models import Person

MOST_READ = 100  # forms that a process remembers
_READ: dict[str, Definition] = {}  # by the SHA-256 of their text: the same text is the same form
FROZEN = """
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION USING MESSAGE = 'a published form cannot be changed or deleted', ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
"""


class Form(models.Model):
    """What a committee asks applicants besides the fields of every request. Its texts are in its versions."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="forms")
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"form {self.pk}"


class FormVersion(models.Model):
    """One version of a form. The draft can be changed; a published version never.

    `definition` is the JSON of `apps.forms.definition`, `sha256` that of its canonical text; requests name the version
    that they answer.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)  # of the draft: two windows never overwrite each other
    changed_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("version of a form")
        verbose_name_plural = _("versions of forms")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(published_at__isnull=True), name="form_one_draft"),
            models.CheckConstraint(condition=Q(number__gte=1), name="form_version_is_numbered"),
            Trigger(name="committee_forms_formversion_frozen", on="DELETE OR UPDATE", function=FROZEN),
            never_truncated("committee_forms_formversion", "a published form cannot be changed or deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} version {self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def read(self) -> Definition:
        """The form of this version; read once for each fingerprint, because reading a long form takes a while."""
        if self.sha256 not in _READ:
            if len(_READ) >= MOST_READ:
                _READ.clear()
            _READ[self.sha256] = parse_draft(self.definition)
        return _READ[self.sha256]
