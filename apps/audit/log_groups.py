"""The groups of events that an auditor chooses from: code, heading, kinds. Every kind is in exactly one."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.audit.groups import Group
from apps.audit.kinds import Kind

_HEADINGS = {
    Group.REQUESTS: _("Requests, decisions and votes"),
    Group.ACCESS: _("Access granted and ended"),
    Group.AGREEMENTS: _("Agreements and signatures"),
    Group.DATASETS: _("Datasets and files"),
    Group.ACCOUNTS: _("Sign-in and roles"),
    Group.OPERATIONS: _("Settings and operations"),
}
_DOWNLOADS = tuple(kind for kind in Kind if kind.group == Group.ACCESS and kind.startswith(("link.", "download.")))
READINGS = tuple(kind for kind in Kind if kind.startswith("audit."))  # of the log, and of what people have
LOG_GROUPS: Mapping[str, tuple[Any, tuple[Kind, ...]]] = {
    "downloads": (_("Downloads and links"), _DOWNLOADS),
    **{
        group.value: (heading, tuple(kind for kind in Kind if kind.group == group and kind not in _DOWNLOADS))
        for group, heading in _HEADINGS.items()
    },
}
