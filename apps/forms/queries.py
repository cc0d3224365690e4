"""Sets of forms and their versions."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.committees.models import Committee
from apps.forms.models import Form, FormVersion


def forms_of(committee: Committee) -> QuerySet[Form]:
    """The forms of a committee with their versions, the newest version first; withdrawn forms last."""
    return Form.objects.filter(committee=committee).prefetch_related("versions").order_by("withdrawn_at", "created_at")


def draft_of(form: Form) -> FormVersion | None:
    """The version that can be changed, if there is one."""
    return FormVersion.objects.filter(form=form, published_at__isnull=True).first()


def published_version(form: Form) -> FormVersion | None:
    """The newest published version."""
    return FormVersion.objects.filter(form=form, published_at__isnull=False).order_by("-number").first()


def asked_by(committee_ids: Iterable[UUID]) -> list[FormVersion]:
    """The newest published version of each form of these committees that is not withdrawn, the oldest form first."""
    published = FormVersion.objects.filter(published_at__isnull=False, form__withdrawn_at__isnull=True)
    newest = published.filter(form__committee_id__in=set(committee_ids)).order_by("form_id", "-number")
    found = newest.distinct("form_id").select_related("form__committee")
    return sorted(found, key=lambda one: (one.form.committee.name, one.form.created_at))


def versions_by_id(ids: Iterable[UUID]) -> dict[UUID, FormVersion]:
    """These versions with their forms and committees, by id; an unknown id is left out."""
    found = FormVersion.objects.filter(pk__in=set(ids)).select_related("form__committee")
    return {one.pk: one for one in sorted(found, key=lambda one: (one.form.committee.name, one.form.created_at))}
