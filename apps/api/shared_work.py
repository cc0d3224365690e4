"""Shared work of a request in the API: colleague codes instead of ids."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests import commands
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import people_of
from apps.access_requests.queries_shared_work import named_now
from apps.access_requests.shared_work import FIELD, Work
from apps.api.errors import InvalidFields
from apps.api.schemas.requests import SharedWork
from apps.core.errors import Invalid
from apps.people.models import Person


def shared_work_out(request: AccessRequest) -> list[dict[str, Any]]:
    """What is named now. One statement."""
    return [
        {"party": one.party.code, "colleague": one.colleague, "work": one.work, "year": one.year}
        for one in named_now(request)
    ]


def keep_sent(request: AccessRequest, sent: Sequence[SharedWork], *, by: Person) -> None:
    """Name exactly what was sent; every refusal is one of the field."""
    ids = {one.code: one.pk for one in people_of(request)} | {"": request.applicant_id}
    if any(one.party not in ids for one in sent):
        raise InvalidFields({FIELD: _("Choose a person on this request.")})
    works = [Work(ids[one.party], one.colleague, one.work, one.year) for one in sent]
    try:
        commands.keep_shared_work(request, works=works, by=by)
    except Invalid as refusal:
        raise InvalidFields({FIELD: refusal.sentence}) from None
