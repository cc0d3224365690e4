"""The clock of a review: which date was set for which committee and round, by which rule."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.access_requests.models.requests import Round
from apps.committees.models import Committee
from apps.core.identifiers import new_id
from apps.core.text import seen_text
from apps.core.triggers import evidence
from apps.people.models import Person


class ReviewClock(models.Model):
    """The date by which one committee means to decide, as it was shown from `set_at` on. Evidence.

    The newest row of a committee and a request counts. A round sets one; an extension or the fast track sets another.
    `first_round` is the round with which this clock started: an appeal starts another one. Without `due_on` no date
    could be computed, and none is shown.
    """

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("reason",)

    class Change(models.TextChoices):
        NONE = "", _("Set at submission")
        EXTENDED = "extended", _("Extended")
        FAST = "fast", _("Fast track")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="clocks")
    first_round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    rule = models.JSONField()  # apps.committees.clocks.terms.ClockRule
    due_on = models.DateField(null=True)
    is_extended = models.BooleanField()
    change = models.CharField(max_length=10, choices=Change.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("review clock")
        verbose_name_plural = _("review clocks")
        ordering = ["set_at", "id"]
        constraints = [
            seen_text("reason", name="clock_text_is_seen"),
            models.UniqueConstraint(fields=["round", "committee"], condition=Q(change=""), name="clock_once_a_round"),
            models.UniqueConstraint(
                fields=["first_round", "committee", "change"], condition=~Q(change=""), name="clock_changed_once"
            ),
            models.CheckConstraint(
                condition=Q(change="") | Q(due_on__isnull=False, set_by__isnull=False), name="clock_change_by_somebody"
            ),
            *evidence(
                "access_requests_reviewclock",
                "a date of a review clock cannot be changed or deleted",
                may_be_emptied=["reason"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee_id} by {self.due_on}"
