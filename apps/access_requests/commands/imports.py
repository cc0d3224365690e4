"""Import a request from JSON: a draft of the person who imports it, with everything the file says, or nothing."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access_requests import form_answers, imported, imported_work, rules
from apps.access_requests.commands.applicant import change, draft, name_members
from apps.access_requests.commands.shared_work import keep_shared_work
from apps.access_requests.models import AccessRequest
from apps.access_requests.queries import people_of
from apps.access_requests.shared_work import FIELD, YEARS, Work
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import DomainError, Invalid
from apps.datasets.models import Dataset
from apps.datasets.queries import visible_to
from apps.forms.answers import Answers, read
from apps.people.models import Person
from apps.people.rules import check_person


@transaction.atomic
def import_request(data: Any, *, by: Actor) -> AccessRequest:
    """A new draft with the fields, datasets and members of the document; raises Invalid with a sentence by path."""
    by = check_person(by)
    said = imported.read(data)
    datasets = _datasets(said.datasets, by)
    made = draft(datasets, by=by)
    try:
        name_members(made, codes=said.members, by=by)
    except Invalid as refusal:
        raise Invalid(refusal.sentence, fields={"request.members": refusal.sentence}) from None
    _keep_works(made, said.works, by)
    try:
        return change(made, by=by, answers=_answers(made, said), **said.values)
    except Invalid as refusal:
        raise Invalid(
            refusal.sentence, fields={f"request.{key}": text for key, text in refusal.fields.items()}
        ) from None


def _keep_works(made: AccessRequest, said: list[imported_work.Said], by: Person) -> None:
    """The shared work of the people who are on the draft, as far as its year is still asked for."""
    if not said:
        return
    first = clock.today().year - YEARS
    ids = {one.code: one.pk for one in people_of(made)} | {"": by.pk}
    works = [Work(ids[one.code], one.colleague, one.work, one.year) for one in said if one.code in ids]
    try:
        keep_shared_work(made, works=[one for one in works if one.year >= first], by=by)
    except Invalid as refusal:
        raise Invalid(refusal.sentence, fields={FIELD: refusal.sentence}) from None
    made.refresh_from_db(fields=["revision"])


def _answers(made: AccessRequest, said: imported.Imported) -> dict[UUID, Answers]:
    """The answers to the forms that the draft asks; a form that its committees have not published is left out."""
    made.refresh_from_db(fields=["answers"])
    asked = {one.version: one.definition for one in form_answers.asked_forms(made)}
    return {pk: read(asked[pk], *parts) for pk, parts in said.answers.items() if pk in asked}


def _datasets(slugs: list[str], by: Person) -> list[Dataset]:
    """The datasets with these short names, each of which can be requested now."""
    found = {one.slug: one for one in visible_to(by).select_related("committee").filter(slug__in=slugs)}
    wrong = {}
    for number, slug in enumerate(slugs):
        try:
            if slug not in found:
                raise Invalid(_("This dataset does not exist, or you are not allowed to see it."))
            rules.check_can_request(by, found[slug])
        except DomainError as refusal:
            wrong[f"request.datasets[{number}]"] = refusal.sentence
    if wrong:
        raise imported.refused(wrong)
    return [found[slug] for slug in dict.fromkeys(slugs)]
