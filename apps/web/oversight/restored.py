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
                "These changes cannot be repeated from the event log. Set them again, or check that they do not matter."
            ),
            "rows": sorted(restored.by_hand.items()),
        },
        {
            "heading": _("Lost since the backup"),
            "text": _("These were given or written after the backup and are not in it. People have to do them again."),
            "rows": sorted(restored.lost.items()),
        },
        {
            "heading": _("Taken away again"),
            "text": _("These ended something after the backup. The restore ended it again."),
            "rows": sorted(restored.taken.items()),
        },
    ]
    return {"restored": restored, "since_backup": [one for one in sections if one["rows"]]}
