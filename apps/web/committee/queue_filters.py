"""Filters of Requests to review by who is assigned."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests.queries_assignments import assigned_to, assigned_to_nobody
from apps.web.common.list_filters import Option


def reviewer_options(me: UUID, among: Sequence[UUID], members: Iterable[tuple[UUID, str]]) -> list[Option]:
    """The reader, nobody, and each other member of these committees, in this order."""
    return [
        Option("me", _("Assigned to you"), assigned_to([me], among)),
        Option("nobody", _("Nobody assigned"), assigned_to_nobody(among)),
        *(Option(str(pk), name, assigned_to([pk], among)) for pk, name in members),
    ]
