"""Filters of Requests to review by who is assigned."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from apps.access_requests.queries_assignments import assigned_to, assigned_to_nobody
from apps.committees.models import CommitteeMember
from apps.web.common.list_filters import Option


def reviewer_options(me: UUID, among: Sequence[UUID]) -> list[Option]:
    """The reader, nobody, and each other member of these committees by name. One statement."""
    members = CommitteeMember.objects.appointed().filter(committee_id__in=among).exclude(person_id=me)
    people = members.order_by("person__name", "person_id").values_list("person_id", "person__name").distinct()
    return [
        Option("me", _("Assigned to you"), assigned_to([me], among)),
        Option("nobody", _("Nobody assigned"), assigned_to_nobody(among)),
        *(Option(str(pk), name, assigned_to([pk], among)) for pk, name in people),
    ]
