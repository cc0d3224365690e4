"""What operators read on System status after a restore from a backup, until they release it."""

from typing import Any

from django.utils.translation import gettext as _

from apps.grants.models import Restore


def restore_facts(restored: Restore | None) -> dict[str, Any]:
    """For the page: the restore, and the events since the backup by what became of them; nothing without a restore."""
    if restored is None:
        return {}
    sections = [
        {
            "heading": _("To check before you resume downloads"),
            "text": _(
                "The event log does not contain enough to repeat these changes. Make them again, or check that "
                "they are not needed."
            ),
            "rows": sorted(restored.by_hand.items()),
        },
        {
            "heading": _("Made after the backup and lost"),
            "text": _(
                "These changes were made after the backup and are lost. The people who made them must make them again."
            ),
            "rows": sorted(restored.lost.items()),
        },
        {
            "heading": _("Repeated by the restore"),
            "text": _(
                "These changes removed access, roles or other rights after the backup. The restore repeated them."
            ),
            "rows": sorted(restored.taken.items()),
        },
    ]
    return {"restored": restored, "since_backup": [one for one in sections if one["rows"]]}
