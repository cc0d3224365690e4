"""A request answers the forms of its committees: kept, missing, frozen, read by whom, copied, moved on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access_requests import commands, form_answers, questions
from apps.access_requests.models import AccessRequest, Round
from apps.core import clock
from apps.core.errors import Denied, Invalid, WrongState
from apps.datasets.models import Dataset
from apps.forms import commands as forms
from apps.forms.answers import Answers, read
from apps.forms.combined import names_of
from apps.forms.definition import Definition
from apps.forms.models import FormVersion
from apps.forms.queries import versions_by_id
from tests import stories
from tests.unit.forms import samples
from tests.unit.forms.samples import question, yes_no

pytestmark = pytest.mark.django_db
FORM = samples.read(
    question("lead", "person", required=True, prefill="name"),
    yes_no("leaves", required=True),
    question("where", "country", required=True, visible_if={"question": "leaves", "is": "yes"}),
    question("secret", readers="committee", confidential=True),
)


def published(setup: stories.CommitteeSetup, definition: Definition = FORM) -> FormVersion:
    form = forms.create_form(setup.committee, definition=definition, by=setup.chair)
    return forms.publish(form, by=setup.chair)


def asked(*definitions: Definition) -> tuple[AccessRequest, list[FormVersion], list[stories.PublishedDataset]]:
    """A draft for a dataset of a committee for each of these forms."""
    datasets = [stories.published_dataset(committee_setup=stories.committee_setup()) for _one in definitions]
    versions = [published(one.committee_setup, form) for one, form in zip(datasets, definitions, strict=True)]
    applicant = stories.person("Ann Holm")
    return commands.draft([one.dataset for one in datasets], by=applicant), versions, datasets


def answer(request: AccessRequest, version: FormVersion, **sent: Any) -> AccessRequest:
    found = read(version.read, sent, {"secret": "Trade secret"} if "secret" in sent else {})
    return commands.change(request, by=request.applicant, answers={version.pk: found})


def complete(request: AccessRequest) -> None:
    """The fields that every request has."""
    commands.change(
        request, by=request.applicant, title="A title", purpose=stories.PURPOSE, public_summary=stories.SUMMARY,
        starts_on=clock.today(), ends_on=clock.today() + timedelta(days=100),
    )  # fmt: skip


def test_a_draft_begins_with_the_published_forms_and_the_profile() -> None:
    request, [version], _datasets = asked(FORM)
    assert request.answers == {str(version.pk): Answers({"lead": {"name": "Ann Holm"}}).as_json()}
    assert [one.version for one in form_answers.asked_forms(request)] == [version.pk]


def test_a_request_without_forms_costs_and_asks_nothing() -> None:
    case = stories.draft()
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert (form_answers.asked_forms(case.request), form_answers.missing(case.request)) == ([], {})
        assert form_answers.frozen(case.request) == {}
    assert len(statements) == 0


def test_what_the_form_wants_is_missing_until_it_is_answered() -> None:
    request, [version], _datasets = asked(FORM)
    complete(request)
    with pytest.raises(Invalid) as refused:
        commands.submit(request, by=request.applicant)
    assert [name.split("-")[1] for name in refused.value.fields] == ["leaves"]
    request = answer(request, version, lead={"name": "Ann"}, leaves="yes", where="Atlantis")
    assert list(form_answers.asked_forms(request)[0].answers.typed) == ["where"]
    assert [name.split("-")[1] for name in form_answers.missing(request)] == ["where"]
    request = answer(request, version, lead={"name": "Ann"}, leaves="no", where="Atlantis")
    commands.submit(request, by=request.applicant)


def test_the_snapshot_has_the_version_and_the_shown_answers_only() -> None:
    request, [version], _datasets = asked(FORM)
    complete(request)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no", where="US", secret="x")
    row = commands.submit(request, by=request.applicant).snapshot["forms"][0]
    assert row["version"] == str(version.pk)
    assert row["answers"] == {"lead": {"name": "Ann"}, "leaves": "no", "secret": "x"}
    assert row["confidential"] == {"secret": "Trade secret"}


def test_a_private_answer_is_read_by_its_committee_and_the_applicant_only() -> None:
    request, versions, datasets = asked(FORM, samples.read(question("other")))
    complete(request)
    request = answer(request, versions[0], lead={"name": "Ann"}, leaves="no", secret="x")
    rows = commands.submit(request, by=request.applicant).snapshot["forms"]
    known = versions_by_id(one.pk for one in versions)

    def secrets(committees: Any) -> list[bool]:
        found = form_answers.readable(rows, known, committees)
        return ["secret" in one.answers.valid for one in found if one.version == versions[0].pk]

    own, other = (one.committee_setup.committee.pk for one in datasets)
    assert (secrets(None), secrets({own}), secrets({other}), secrets(())) == ([True], [True], [False], [False])
    assert form_answers.readable(rows, {}, None) == []


def test_shared_questions_are_answered_once_also_when_a_dataset_is_added() -> None:
    request, [version], _datasets = asked(FORM)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no")
    other = stories.published_dataset(committee_setup=stories.committee_setup())
    second = published(other.committee_setup, samples.read(yes_no("leaves"), question("new")))
    commands.add_dataset(request, dataset=other.dataset, by=request.applicant)
    request.refresh_from_db()
    assert request.answers[str(second.pk)]["valid"] == {"leaves": "no"}


def test_what_one_committee_reads_is_never_an_answer_to_another() -> None:
    """Another committee that asks with the same key and shape gets nothing and has a field of its own."""
    request, [version], _datasets = asked(FORM)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no", secret="x")
    other = stories.published_dataset(committee_setup=stories.committee_setup())
    second = published(other.committee_setup, FORM)
    commands.add_dataset(request, dataset=other.dataset, by=request.applicant)
    request.refresh_from_db()
    assert "secret" not in request.answers[str(second.pk)]["valid"]
    names = names_of(form_answers.asked_forms(request))
    assert names[version.pk, "secret"] != names[second.pk, "secret"]
    assert names[version.pk, "leaves"] == names[second.pk, "leaves"]


def test_a_form_is_asked_as_long_as_a_dataset_of_its_committee_is_in_the_request() -> None:
    request, versions, datasets = asked(FORM, samples.read(question("other", required=True)))
    commands.choose_datasets(request, datasets=[datasets[0].dataset], by=request.applicant)
    request.refresh_from_db()
    assert [one.version for one in form_answers.asked_forms(request)] == [versions[0].pk]
    assert str(versions[1].pk) in request.answers  # the answers stay, in case the dataset is added again
    assert [name.split("-")[1] for name in form_answers.missing(request)] == ["leaves"]


def test_a_request_stays_on_its_version_until_the_draft_moves() -> None:
    request, [version], [dataset] = asked(FORM)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no")
    chair, committee = dataset.committee_setup.chair, dataset.committee_setup.committee
    forms.change_draft(version.form, definition=samples.read(yes_no("leaves"), question("new")), by=chair)
    second = forms.publish(version.form, by=chair)
    assert [one.version for one in form_answers.asked_forms(request)] == [version.pk]
    assert form_answers.newer_versions(request, [committee.pk]) == [second]
    for by, wanted in ((stories.person(), second), (request.applicant, version)):
        with pytest.raises((Denied, WrongState)):
            commands.use_form_version(request, version=wanted, by=by)
    moved = commands.use_form_version(request, version=second, by=request.applicant)
    assert moved.answers == {str(second.pk): Answers({"leaves": "no"}).as_json()}
    assert moved.revision == request.revision + 1
    assert form_answers.newer_versions(moved, [committee.pk]) == []


@pytest.mark.parametrize(("field", "moves"), [("title", False), (questions.FORMS, True), ("", True)])
def test_a_returned_request_moves_only_when_its_answers_are_unlocked(field: str, moves: bool) -> None:
    request, [version], [dataset] = asked(FORM)
    complete(request)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no", secret="x")
    commands.submit(request, by=request.applicant)
    chair = dataset.committee_setup.chair
    forms.change_draft(version.form, definition=samples.read(yes_no("leaves"), question("new")), by=chair)
    second = forms.publish(version.form, by=chair)
    stories.declare(request)
    commands.accept_for_review(request, by=chair)
    commands.request_changes(request, text="Why?", field=field, by=chair)
    if moves:
        assert str(second.pk) in commands.use_form_version(request, version=second, by=request.applicant).answers
        return
    with pytest.raises(Invalid) as refusal:
        commands.use_form_version(request, version=second, by=request.applicant)
    assert set(refusal.value.fields) == {questions.FORMS}
    request.refresh_from_db()
    assert str(second.pk) not in request.answers


def test_a_draft_can_take_a_form_that_was_published_later() -> None:
    dataset = stories.published_dataset(committee_setup=stories.committee_setup())
    request = commands.draft([dataset.dataset], by=stories.person("Ann Holm"))
    version = published(dataset.committee_setup)
    assert form_answers.missing(request) == {}
    moved = commands.use_form_version(request, version=version, by=request.applicant)
    assert moved.answers[str(version.pk)]["valid"] == {"lead": {"name": "Ann Holm"}}


def test_a_copy_answers_the_newest_version_with_what_was_written() -> None:
    request, [version], [dataset] = asked(FORM)
    complete(request)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no", secret="x")
    commands.submit(request, by=request.applicant)
    new = samples.read(yes_no("leaves"), question("secret", readers="committee", confidential=True))
    forms.change_draft(version.form, definition=new, by=dataset.committee_setup.chair)
    second = forms.publish(version.form, by=dataset.committee_setup.chair)
    copied = commands.copy(request, starts_on=clock.today(), by=request.applicant)
    assert copied.answers == {
        str(second.pk): Answers({"leaves": "no", "secret": "x"}, {}, {"secret": "Trade secret"}).as_json()
    }


def test_answers_that_are_too_large_or_to_other_forms_are_not_kept() -> None:
    request, [version], _datasets = asked(samples.read(*(question(f"q{n}", "long_text") for n in range(60))))
    with pytest.raises(Invalid):
        answer(request, version, **{f"q{n}": "x" * 20_000 for n in range(60)})
    other = published(stories.committee_setup())
    assert str(other.pk) not in answer(request, other, leaves="no").answers


def test_the_answers_of_a_round_can_be_erased_and_its_fingerprint_not() -> None:
    request, [version], _datasets = asked(FORM)
    complete(request)
    request = answer(request, version, lead={"name": "Ann"}, leaves="no")
    current = commands.submit(request, by=request.applicant)
    Round.objects.filter(pk=current.pk).update(snapshot=current.snapshot | {"forms": []})
    with pytest.raises(Exception, match="cannot be changed"):
        Round.objects.filter(pk=current.pk).update(snapshot=current.snapshot | {"datasets": []})


def test_changing_answers_takes_no_further_statement() -> None:
    """Autosave: the answers are in the row that is written anyway."""
    request, [version], _datasets = asked(FORM)
    with CaptureQueriesContext(connection) as without:
        commands.change(request, by=request.applicant, title="One")
    with CaptureQueriesContext(connection) as with_answers:
        answer(request, version, leaves="no")
    assert len(with_answers) == len(without)
    assert Dataset.objects.filter(items__request=request).count() == 1
