"""What differs between two versions of a form, as pages show it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access_requests.form_use import Use
from apps.forms.comparison import Change

WHAT = {
    "added": lambda: _("New"),
    "removed": lambda: _("Removed"),
    "changed": lambda: _("Changed"),
    "moved": lambda: _("Moved"),
}


def shown(change: Change, use: Use) -> dict[str, Any]:
    return {
        "key": change.key,
        "number": change.number,
        "label": change.label,
        "what": str(WHAT[change.what]()),
        "before": change.before,
        "after": change.after,
        "effect": _effect(change, use.drafts) if use.drafts and change.key else "",
    }


def _effect(change: Change, drafts: int) -> str:
    """What happens to drafts of requests that move to the new version."""
    count = ngettext("%(n)s draft", "%(n)s drafts", drafts) % {"n": drafts}
    what = {
        "added": _("one more question to answer"),
        "removed": _("the answer is left out"),
        "changed": _("answers that do not fit are kept as they were typed"),
        "moved": _("answers are kept"),
    }[change.what]
    return f"{count}: {what}"
