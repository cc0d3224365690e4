"""What a checklist may contain."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.committees.checklists import LONGEST, MOST, too_long
from apps.core.errors import Invalid


def check_checklist(criteria: Sequence[str], required: bool) -> None:
    """At most MOST criteria of at most LONGEST characters, each once; a required checklist has at least one."""
    fields: dict[str, str] = {}
    if len(criteria) > MOST:
        fields["criteria"] = _("Enter at most %(n)s criteria.") % {"n": MOST}
    elif long := too_long(criteria):
        fields["criteria"] = _("A criterion can have at most %(n)s characters. Shorten line %(line)s.") % {
            "n": LONGEST, "line": long[0],
        }  # fmt: skip
    elif len(set(criteria)) < len(criteria):
        fields["criteria"] = _("Two lines are the same. Enter each criterion once.")
    if required and not criteria:
        fields["criteria"] = _("Enter at least one criterion, or do not require verdicts.")
    if fields:
        raise Invalid(_("The checklist was not changed."), fields=fields)
