"""The states of a dataset version. Its diagram is docs/diagrams/version.md; a check compares the two."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.workflow import Workflow


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


VERSION_WORKFLOW = Workflow(
    {
        (VersionState.DRAFT, "publish"): VersionState.PUBLISHED,
        (VersionState.PUBLISHED, "supersede"): VersionState.SUPERSEDED,
        (VersionState.PUBLISHED, "withdraw"): VersionState.WITHDRAWN,
        (VersionState.SUPERSEDED, "withdraw"): VersionState.WITHDRAWN,
    },
    start=VersionState.DRAFT,
    name="version",
)
