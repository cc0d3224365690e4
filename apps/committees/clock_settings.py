"""What a committee chooses about its clock: columns of `Committee`, with the rule that follows from them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.committees.clocks.calendars import Calendar, NoDate
from apps.committees.clocks.days import Unit
from apps.committees.clocks.terms import ClockRule


class ClockSettings(models.Model):
    """Until a committee chooses, the clock is its target review time in calendar days, without holidays."""

    class ClockUnit(models.TextChoices):
        DAYS = Unit.DAYS.value, _("days")
        WORKING_DAYS = Unit.WORKING_DAYS.value, _("working days")
        MONTHS = Unit.MONTHS.value, _("calendar months")

    class AnswerUnit(models.TextChoices):
        WEEKS = Unit.WEEKS.value, _("weeks")
        WORKING_DAYS = Unit.WORKING_DAYS.value, _("working days")

    calendar = models.CharField(_("calendar"), max_length=10, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", db_default="UTC")
    closing_days = ArrayField(models.DateField(), null=True, blank=True, verbose_name=_("closing days"))
    clock_unit = models.CharField(
        max_length=12, choices=ClockUnit.choices, default=ClockUnit.DAYS, db_default=ClockUnit.DAYS.value
    )
    clock_amount = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: `review_days`
    extension_amount = models.PositiveSmallIntegerField(default=0, db_default=0)  # 0: reviews cannot be extended
    fast_amount = models.PositiveSmallIntegerField(default=0, db_default=0)  # 0: there is no fast track
    fast_extension_amount = models.PositiveSmallIntegerField(default=0, db_default=0)
    answer_unit = models.CharField(
        max_length=12, choices=AnswerUnit.choices, default=AnswerUnit.WEEKS, db_default=AnswerUnit.WEEKS.value
    )
    answer_amount = models.PositiveSmallIntegerField(default=0, db_default=0)  # 0: no limit for the applicant
    remind_days = models.PositiveSmallIntegerField(default=3, db_default=3)  # before the due day; 0: no reminder
    closed_until = models.DateField(null=True, blank=True)  # "Not accepting requests until"; NULL: not known
    shows_members = models.BooleanField(default=True, db_default=True)  # on the public page

    class Meta:
        abstract = True

    review_days: Any

    @property
    def clock_length(self) -> int:
        """How many of `clock_unit` a review may take."""
        return self.clock_amount or self.review_days

    def clock_rule(self, *, fast: bool = False) -> ClockRule:
        """The rule of a clock that starts today."""
        return ClockRule(
            unit=Unit(self.clock_unit),
            amount=self.fast_amount if fast else self.clock_length,
            extension=self.fast_extension_amount if fast else self.extension_amount,
            calendar=self.calendar,
            time_zone=self.time_zone,
            closed=tuple(sorted(self.closing_days or ())),
            fast=fast,
        )

    def working_calendar(self) -> Calendar | None:
        """The committee's calendar today; None if it is unknown."""
        try:
            return self.clock_rule().days
        except NoDate:
            return None


CLOCK_FIELDS = (
    "calendar", "time_zone", "closing_days", "clock_unit", "clock_amount", "extension_amount", "fast_amount",
    "fast_extension_amount", "answer_unit", "answer_amount", "remind_days", "shows_members",
)  # fmt: skip


def clock_facts(committee: ClockSettings) -> dict[str, Any]:
    """What the committee chose about its deadlines, by field."""
    facts = {name: getattr(committee, name) for name in CLOCK_FIELDS}
    return facts | {"clock_amount": committee.clock_length, "closing_days": list(committee.closing_days or ())}
