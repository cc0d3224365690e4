"""Switching the register of decisions on and off."""

from django.db import transaction

from apps.access_requests.models import RegisterSetting
from apps.access_requests.queries_register import is_public
from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, Actor
from apps.people.models import Person
from apps.people.rules import check_can_set_up


@transaction.atomic
def publish_register(*, public: bool, by: Actor) -> None:
    """From now on visitors can read the register of decisions, or nobody can. The same again changes nothing.

    Nothing is locked: of two at once, the one that is written last counts, and both are events.
    """
    check_can_set_up(by, CONSOLE)
    if is_public() == public:
        return
    made = RegisterSetting.objects.create(is_public=public, set_by=by if isinstance(by, Person) else None)
    record(Kind.REGISTER_PUBLISHED if public else Kind.REGISTER_WITHDRAWN, actor=by, subject=made)
