"""Files that answer questions of committees' forms: required, frozen, shared, private, and kept by a new version."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.access_requests import commands, form_answers, queries_thread, submitted
from apps.access_requests.form_files import field_of
from apps.access_requests.models import AccessRequest, Attachment
from apps.core.errors import Invalid
from apps.forms import commands as forms
from apps.forms.combined import names_of
from apps.forms.models import FormVersion
from tests import stories
from tests.unit.access_requests.test_form_answers import answer, asked, complete
from tests.unit.forms import samples
from tests.unit.forms.samples import question, yes_no

pytestmark = pytest.mark.django_db
PLAN = question("plan", "file", formats=["pdf"], most=1, required=True)
SECRET = question("secret", "file", readers="committee")
FORM = samples.read(PLAN, SECRET, yes_no("ethics"),
    question("approval", "file", visible_if={"question": "ethics", "is": "yes"}))  # fmt: skip


def attach(request: AccessRequest, version: FormVersion, key: str, **how: Any) -> Attachment:
    field = field_of(version.form_id, key)
    return stories.document(request, field=field, by=request.applicant, **how)


def missing(request: AccessRequest) -> set[str]:
    return {name.split("-")[1] for name in form_answers.missing(request)}


def test_a_required_file_is_missing_until_it_is_attached_and_the_round_names_its_sha256() -> None:
    request, [version], _datasets = asked(FORM)
    complete(request)
    assert missing(request) == {"plan"}
    attached, hidden = attach(request, version, "plan"), attach(request, version, "approval")
    assert missing(request) == set() and request.answers[str(version.pk)]["valid"] == {}
    said = commands.submit(request, by=request.applicant).snapshot
    (frozen,) = said["forms"][0]["answers"]["plan"]
    assert (frozen["id"], frozen["sha256"]) == (str(attached.pk), attached.sha256)
    assert [one["id"] for one in said["attachments"]] == [str(attached.pk)], "a hidden question is not answered"
    assert hidden.pk not in queries_thread.documents_in(said, committees=[]).values_list("pk", flat=True)
    assert submitted.as_pdf(submitted.document(request, request.rounds.get(), request.applicant))[:4] == b"%PDF"


@pytest.mark.parametrize(("key", "how"), [
    ("plan", {"name": "plan.txt", "content": b"Text"}), ("other", {}), ("ethics", {}),
])  # fmt: skip
def test_a_file_that_the_form_does_not_ask_for_is_refused_and_not_stored(key: str, how: dict[str, Any]) -> None:
    request, [version], _datasets = asked(FORM)
    with pytest.raises(Invalid) as refused:
        attach(request, version, key, **how)
    assert refused.value.field == "file" and not request.attachments.exists()


def test_one_more_file_than_the_form_asks_for_is_refused_until_one_is_removed() -> None:
    request, [version], _datasets = asked(FORM)
    first = attach(request, version, "plan")
    with pytest.raises(Invalid):
        attach(request, version, "plan")
    commands.remove_attachment(first, by=request.applicant)
    attach(request, version, "plan")


def test_an_infected_file_answers_nothing() -> None:
    request, [version], _datasets = asked(FORM)
    file = attach(request, version, "plan")
    Attachment.objects.filter(pk=file.pk).update(check_state="infected", checked_at=file.uploaded_at, storage_key=None)
    assert missing(request) == {"plan"}


def test_a_shared_question_is_answered_once_and_a_private_file_is_read_by_its_committee_only() -> None:
    request, [first, second], [one, two] = asked(FORM, samples.read(PLAN, SECRET))
    complete(request)
    shared, private = attach(request, first, "plan"), attach(request, first, "secret")
    assert missing(request) == set(), "the second committee asks the same"
    commands.submit(request, by=request.applicant)
    stories.declare(request)
    read_by = {
        reader.pk: set(queries_thread.attachments_for(reader, request).values_list("pk", flat=True))
        for reader in (one.committee_setup.chair, two.committee_setup.chair, request.applicant)
    }
    assert list(read_by.values()) == [{shared.pk, private.pk}, {shared.pk}, {shared.pk, private.pk}]
    said = request.rounds.get().snapshot
    theirs = queries_thread.documents_in(said, committees=[two.committee_setup.committee.pk])
    assert set(theirs) == {shared}
    document = submitted.document(request, request.rounds.get(), two.committee_setup.chair)
    assert str(private.pk) not in str(document["request"]) and str(shared.pk) in str(document["request"])
    assert second.pk != first.pk


def test_a_shared_file_stays_with_the_form_that_remains() -> None:
    """Its first form leaves the request before it is submitted; a private file of that form is read by nobody else."""
    request, [first, second], [one, two] = asked(samples.read(PLAN, SECRET), samples.read(PLAN, SECRET))
    complete(request)
    shared, private = attach(request, first, "plan"), attach(request, first, "secret")
    commands.choose_datasets(request, datasets=[two.dataset], by=request.applicant)
    request.refresh_from_db()
    assert missing(request) == set()
    (form,) = form_answers.asked_forms(request)
    assert (form.version, form.files["plan"], form.files["secret"]) == (second.pk, [shared], [])
    with pytest.raises(Invalid):
        attach(request, second, "plan")  # there is one, and the form asks for one
    commands.submit(request, by=request.applicant)
    stories.declare(request)
    said, chair = request.rounds.get().snapshot, two.committee_setup.chair
    assert [row["id"] for row in said["attachments"]] == [str(shared.pk)]
    assert set(queries_thread.documents_in(said, committees=[two.committee_setup.committee.pk])) == {shared}
    assert set(queries_thread.attachments_for(chair, request)) == {shared}
    assert str(shared.pk) in str(submitted.document(request, request.rounds.get(), chair)["request"]["attachments"])
    assert not queries_thread.attachments_for(one.committee_setup.chair, request).filter(pk=private.pk).exists()
    commands.request_changes(request, text="Which?", field="answers", by=chair)
    request.refresh_from_db()
    commands.remove_attachment(shared, by=request.applicant)
    assert missing(request) == {"plan"}


def test_files_stay_with_a_new_version_which_says_if_it_does_not_accept_them() -> None:
    request, [version], [dataset] = asked(samples.read(PLAN))
    attach(request, version, "plan")
    form = version.form
    chair = dataset.committee_setup.chair
    forms.change_draft(form, definition=samples.read(PLAN | {"formats": ["docx"]}), by=chair)
    newer = forms.publish(form, by=chair)
    request = commands.use_form_version(request, version=newer, by=request.applicant)
    (asked_now,) = form_answers.asked_forms(request)
    assert list(asked_now.answers.typed) == ["plan"] and len(asked_now.files["plan"]) == 1


def test_files_are_locked_with_the_answers_of_the_form() -> None:
    """The control is a question about the forms."""
    request, [version], [dataset] = asked(FORM)
    complete(request)
    file = attach(request, version, "plan")
    commands.submit(request, by=request.applicant)
    chair = dataset.committee_setup.chair
    stories.declare(request)
    commands.request_changes(request, text="Why?", field="title", by=chair)
    request.refresh_from_db()
    for act in (
        lambda: attach(request, version, "secret"),
        lambda: commands.remove_attachment(file, by=request.applicant),
    ):
        with pytest.raises(Invalid):
            act()
    commands.save_answers(request, answers={one.pk: "So." for one in request.questions.all()}, by=request.applicant)
    commands.submit(request, by=request.applicant)
    commands.request_changes(request, text="Which?", field="answers", by=chair)
    request.refresh_from_db()
    attach(request, version, "secret")
    commands.remove_attachment(file, by=request.applicant)


def test_the_api_refuses_a_file_as_an_answer() -> None:
    request, [version], _datasets = asked(FORM)
    attach(request, version, "plan")
    (known,) = form_answers.asked_forms(request)
    with pytest.raises(Invalid):
        form_answers.changed(request, {version.pk: {"plan": [{"id": "1"}]}})
    form_answers.changed(request, {version.pk: {"plan": known.answers.valid["plan"], "ethics": "no"}})


# --------------------------------------------------------------------------------------------------------- the page
def test_the_request_page_shows_private_answers_only_to_the_applicant_and_their_committee() -> None:
    """Whoever manages a dataset reads its requests without the answers that only a committee reads."""
    private = question("secret", readers="committee")
    request, [version], [dataset] = asked(samples.read(PLAN, private, SECRET | {"key": "hidden"}))
    complete(request)
    answer(request, version, secret="Only for the committee")
    attach(request, version, "plan"), attach(request, version, "hidden", name="hidden.pdf")
    commands.submit(request, by=request.applicant)
    setup = dataset.committee_setup
    stories.declare(request)
    where = reverse("request_page", args=[request.pk])
    seen = {
        who: ("Only for the committee" in text, "hidden.pdf" in text)
        for who, text in (
            (name, stories.client_for(one).get(where).content.decode())
            for name, one in (("owner", dataset.owner), ("applicant", request.applicant))
        )
    }
    assert seen["owner"] == (False, False)
    assert seen["applicant"] == (True, True), "control"
    case = stories.client_for(setup.chair).get(reverse("case", args=[request.pk])).content.decode()
    assert "Only for the committee" in case


def test_files_are_attached_and_removed_in_the_form_and_what_was_typed_is_kept() -> None:
    request, [version], _datasets = asked(FORM)
    own = {key: name for (_version, key), name in names_of(form_answers.asked_forms(request)).items()}
    client, where = stories.client_for(request.applicant), reverse("request_edit", args=[request.pk])
    body = {f"{name}.asked": "1" for name in own.values()} | {"datasets": [request.items.get().dataset.slug]}

    def post(**more: Any) -> Any:
        request.refresh_from_db()
        return client.post(where, body | {"revision": request.revision, "title": "A title"} | more)

    refused = post(**{f"{own['plan']}.file": SimpleUploadedFile("plan.txt", b"Text"), own["ethics"]: "no"})
    assert refused.status_code == 422 and set(refused.context["form"].errors) == {own["plan"]}
    request.refresh_from_db()
    assert request.title == "A title" and request.answers[str(version.pk)]["valid"] == {"ethics": "no"}
    both = {f"{own['plan']}.file": SimpleUploadedFile("plan.pdf", b"%PDF-1.7\n"), own["ethics"]: "no"}
    assert post(attach=own["plan"], **both).status_code == 302
    file = request.attachments.get()
    assert file.field == field_of(version.form_id, "plan")
    assert str(file.pk) in client.get(where).content.decode()
    assert post(remove=str(file.pk)).status_code == 302 and not request.attachments.exists()
