"""Forms of a committee: who changes them, drafts and published versions, and what can never change."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Event
from apps.core.errors import Denied, Invalid, WrongState
from apps.forms import commands, queries, rules
from apps.forms.definition import Definition, sha256_of
from apps.forms.models import Form, FormVersion
from apps.forms.parsing import parse_draft
from tests import stories
from tests.unit.forms import samples
from tests.unit.forms.samples import question

pytestmark = pytest.mark.django_db
ONE, TWO = samples.read(question("a")), samples.read(question("a"), question("b"))


def made(definition: Definition = ONE) -> tuple[Form, Any]:
    setup = stories.committee_setup()
    return commands.create_form(setup.committee, definition=definition, by=setup.chair), setup


def test_only_whoever_manages_the_committee_changes_its_forms() -> None:
    form, setup = made()
    for by in (setup.members[0], stories.person(), stories.committee_setup().chair):
        for act in (
            lambda by: commands.create_form(setup.committee, definition=ONE, by=by),
            lambda by: commands.change_draft(form, definition=TWO, by=by),
            lambda by: commands.publish(form, by=by),
            lambda by: commands.withdraw_form(form, by=by),
            lambda by: commands.discard_draft(form, by=by),
        ):
            with pytest.raises(Denied):
                act(by)
    operator = stories.operator()
    commands.change_draft(form, definition=TWO, by=operator)
    commands.publish(form, by=operator)


def test_a_version_goes_from_draft_to_published_and_the_next_begins() -> None:
    form, setup = made()
    assert queries.published_version(form) is None and queries.asked_by([setup.committee.pk]) == []
    first = commands.publish(form, by=setup.chair)
    assert (first.number, first.sha256, first.is_published) == (1, sha256_of(ONE), True)
    assert first.read == ONE and str(first) == f"{form.pk} version 1" and str(form) == f"form {form.pk}"
    draft = commands.change_draft(form, definition=TWO, by=setup.chair)
    assert (draft.number, queries.asked_by([setup.committee.pk])) == (2, [first])
    second = commands.publish(form, revision=draft.revision, by=setup.chair)
    assert queries.asked_by([setup.committee.pk]) == [second]
    assert set(queries.versions_by_id([first.pk, second.pk])) == {first.pk, second.pk}
    kinds = list(Event.objects.filter(subject_id=form.pk).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["form.created", "form.published", "form.published"]


def test_a_stale_window_changes_and_publishes_nothing() -> None:
    form, setup = made()
    draft = commands.change_draft(form, definition=TWO, revision=0, by=setup.chair)
    for act in (
        lambda: commands.change_draft(form, definition=ONE, revision=0, by=setup.chair),
        lambda: commands.publish(form, revision=0, by=setup.chair),
    ):
        with pytest.raises(WrongState):
            act()
    assert queries.draft_of(form) == draft


def test_a_form_with_a_problem_or_without_a_change_is_not_published() -> None:
    form, setup = made(parse_draft(samples.form()))
    with pytest.raises(Invalid):
        commands.publish(form, by=setup.chair)
    for definition in (ONE, ONE):
        commands.change_draft(form, definition=definition, by=setup.chair)
        if queries.published_version(form) is None:
            commands.publish(form, by=setup.chair)
    with pytest.raises(WrongState):
        commands.publish(form, by=setup.chair)
    commands.discard_draft(form, by=setup.chair)
    with pytest.raises(WrongState):
        commands.publish(form, by=setup.chair)


def test_a_form_that_asks_for_a_file_that_cannot_be_stored_is_not_published() -> None:
    """The control also accepts a type that can."""
    form, setup = made(samples.read(question("a", "file", formats=["doc", "xls"])))
    with pytest.raises(Invalid):
        commands.publish(form, by=setup.chair)
    assert [one.key for one in rules.obstacles_to_publishing(queries.draft_of(form).read)] == ["a"]
    commands.change_draft(form, definition=samples.read(question("a", "file", formats=["doc", "pdf"])), by=setup.chair)
    commands.publish(form, by=setup.chair)


def test_a_withdrawn_form_is_not_asked_and_not_changed() -> None:
    form, setup = made()
    commands.publish(form, by=setup.chair)
    commands.withdraw_form(form, by=setup.chair)
    assert queries.asked_by([setup.committee.pk]) == []
    for act in (commands.withdraw_form, commands.publish):
        with pytest.raises(WrongState):
            act(form, by=setup.chair)
    with pytest.raises(WrongState):
        commands.change_draft(form, definition=TWO, by=setup.chair)
    assert list(queries.forms_of(setup.committee)) == [form]


def test_a_form_that_was_never_published_goes_with_its_draft() -> None:
    form, setup = made()
    commands.discard_draft(form, by=setup.chair)
    assert not Form.objects.exists()


def test_a_published_version_is_frozen_by_the_database() -> None:
    form, setup = made()
    version = commands.publish(form, by=setup.chair)
    for statement in (
        "UPDATE committee_forms_formversion SET published_at = NULL",
        "UPDATE committee_forms_formversion SET definition = '{}'",
        "DELETE FROM committee_forms_formversion",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    draft = commands.change_draft(form, definition=TWO, by=setup.chair)
    FormVersion.objects.filter(pk=draft.pk).update(sha256="x")  # control: the draft can be changed
    version.refresh_from_db()
    assert version.is_published
