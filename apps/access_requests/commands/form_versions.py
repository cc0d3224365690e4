"""A draft moves to another version of a form."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access_requests import form_answers, questions, rules
from apps.access_requests.commands.locks import _lock
from apps.access_requests.models import AccessRequest
from apps.access_requests.rules_questions import check_unlocked, editable_fields
from apps.access_requests.states import ItemState
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import WrongState
from apps.forms.models import FormVersion
from apps.forms.queries import asked_by
from apps.people.rules import check_person


@transaction.atomic
def use_form_version(request: AccessRequest, *, version: FormVersion, by: Actor) -> AccessRequest:
    """Answer the newest published version of a form from now on; answers that fit it stay, others stay as typed."""
    by = check_person(by)
    request = _lock(request)
    rules.check_can_edit(by, request)
    check_unlocked(editable_fields(request), [questions.FORMS])
    items = request.items.exclude(state=ItemState.WITHDRAWN)
    offered = asked_by(set(items.values_list("dataset__committee_id", flat=True)))
    if version not in offered or str(version.pk) in request.answers:
        raise WrongState(_("This request cannot use this version of the form any more. Reload the page."))
    form_answers.move_to(request, version)
    request.revision += 1
    request.changed_at = clock.now()
    request.save(update_fields=["answers", "revision", "changed_at"])
    return request
