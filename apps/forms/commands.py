"""Verbs about forms. The form is locked first, then its draft."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.committees.models import Committee
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import WrongState
from apps.forms import queries, rules
from apps.forms.definition import Definition, sha256_of, to_json
from apps.forms.models import Form, FormVersion
from apps.people.rules import check_person


@transaction.atomic
def create_form(committee: Committee, *, definition: Definition, by: Actor) -> Form:
    """A new form with a draft of its first version; nobody is asked it before it is published."""
    by = check_person(by)
    rules.check_can_change_forms(by, committee)
    form = Form.objects.create(committee=committee)
    FormVersion.objects.create(form=form, number=1, definition=to_json(definition), sha256=sha256_of(definition))
    record(Kind.FORM_CREATED, actor=by, subject=form, about=[committee])
    return form


@transaction.atomic
def change_draft(form: Form, *, definition: Definition, revision: int | None = None, by: Actor) -> FormVersion:
    """The draft is this from now on; without a draft, one is begun from the published version."""
    by = check_person(by)
    form = _lock(form)
    rules.check_can_change_forms(by, form.committee)
    rules.check_not_withdrawn(form)
    draft = queries.draft_of(form) or _begun(form)
    rules.check_revision(draft, revision)
    draft.definition, draft.sha256 = to_json(definition), sha256_of(definition)
    draft.revision += 1
    draft.changed_at = clock.now()
    draft.save()
    return draft


@transaction.atomic
def discard_draft(form: Form, *, by: Actor) -> None:
    """Delete the draft; the published versions stay. A form that was never published is deleted with it."""
    by = check_person(by)
    form = _lock(form)
    rules.check_can_change_forms(by, form.committee)
    draft = _draft(form)
    record(Kind.FORM_DRAFT_DISCARDED, actor=by, subject=form, about=[form.committee], version=draft.number)
    draft.delete()
    if not form.versions.exists():
        form.delete()


@transaction.atomic
def publish(form: Form, *, revision: int | None = None, by: Actor) -> FormVersion:
    """The draft becomes a version that never changes; new requests answer it from now on."""
    by = check_person(by)
    form = _lock(form)
    rules.check_can_change_forms(by, form.committee)
    rules.check_not_withdrawn(form)
    draft = _draft(form)
    rules.check_revision(draft, revision)
    rules.check_can_publish(draft.read, queries.published_version(form))
    draft.published_at, draft.published_by = clock.now(), by
    draft.save(update_fields=["published_at", "published_by"])
    facts = {"version": draft.number, "sha256": draft.sha256}
    record(Kind.FORM_PUBLISHED, actor=by, subject=form, about=[form.committee, draft], **facts)
    return draft


@transaction.atomic
def withdraw_form(form: Form, *, by: Actor) -> None:
    """No new request is asked this form; requests that have it keep it."""
    by = check_person(by)
    form = _lock(form)
    rules.check_can_change_forms(by, form.committee)
    rules.check_not_withdrawn(form)
    form.withdrawn_at = clock.now()
    form.save(update_fields=["withdrawn_at"])
    record(Kind.FORM_WITHDRAWN, actor=by, subject=form, about=[form.committee])


def _lock(form: Form) -> Form:
    return Form.objects.select_for_update(of=["self"]).select_related("committee").get(pk=form.pk)


def _draft(form: Form) -> FormVersion:
    draft = queries.draft_of(form)
    if draft is None:
        raise WrongState(rules.no_draft())
    return draft


def _begun(form: Form) -> FormVersion:
    """A draft after the newest published version."""
    newest = queries.published_version(form)
    assert newest is not None  # a form without a draft was published
    return FormVersion(form=form, number=newest.number + 1)
