"""What of a returned request can be changed in its forms, beside what the committee asked about."""

from datetime import timedelta

import pytest

from apps.access_requests import commands
from apps.access_requests.form_answers import asked_forms
from apps.access_requests.models import AccessRequest
from apps.access_requests.rules import missing_for_submission
from apps.access_requests.rules_questions import editable_fields
from apps.access_requests.since_submission import wrong_today
from apps.core import clock
from apps.core.errors import Invalid
from apps.datasets.conditions import Use
from apps.forms.combined import names_of
from apps.forms.models import FormVersion
from tests import stories
from tests.unit.access_requests.test_form_answers import answer, asked, complete, published
from tests.unit.access_requests.test_purposes import HEALTH, say, with_conditions
from tests.unit.forms import samples
from tests.unit.forms.samples import question, yes_no

pytestmark = pytest.mark.django_db
QUESTIONS = (
    yes_no("leaves", required=True),
    question("where", "country", required=True, visible_if={"question": "leaves", "is": "yes"}),
    question("begin", "date", earliest="today", required=True),
    question("note", visible_if={"question": "begin", "answered": True}),
    question("city", visible_if={"question": "where", "answered": True}),
)
FORM = samples.read(*QUESTIONS)


def names(request: AccessRequest, version: FormVersion) -> dict[str, str]:
    forms = [one for one in asked_forms(request) if one.version == version.pk]
    return {key: name for (_pk, key), name in names_of(forms).items()}


def returned(field: str = "title") -> tuple[AccessRequest, FormVersion, stories.PublishedDataset]:
    """Back with the applicant, who was asked about this field; the answers to the form are submitted."""
    request, [version], [dataset] = asked(FORM)
    complete(request)
    request = answer(request, version, leaves="no", begin=clock.today().isoformat())
    commands.submit(request, by=request.applicant)
    stories.declare(request)
    commands.request_changes(request, text="Why?", field=field, by=dataset.committee_setup.chair)
    return AccessRequest.objects.get(pk=request.pk), version, dataset


def test_a_locked_form_opens_an_answer_that_was_lost_and_what_depends_on_it() -> None:
    """An answer that was erased is missing in the round. The control is the round before it was: all is locked."""
    request, version, _dataset = returned()
    today = clock.today()
    assert editable_fields(request) == {"title"}
    key, last = names(request, version), request.rounds.get()
    del last.snapshot["forms"][0]["answers"]["begin"]
    last.save(update_fields=["snapshot"])
    assert editable_fields(request) == {"title", key["begin"], key["note"]}
    later = (today + timedelta(days=5)).isoformat()
    answer(request, version, leaves="no", begin=later, note="Later.")
    with pytest.raises(Invalid) as refused:
        answer(AccessRequest.objects.get(pk=request.pk), version, leaves="yes", begin=later, note="Later.")
    assert set(refused.value.fields) == {key["leaves"]}


def test_a_dataset_that_was_asked_for_brings_its_form_unlocked() -> None:
    request, version, _dataset = returned("datasets")
    other = stories.published_dataset(committee_setup=stories.committee_setup())
    new = published(other.committee_setup, samples.read(*QUESTIONS, question("more", required=True)))
    commands.add_dataset(request, dataset=other.dataset, by=request.applicant)
    request.refresh_from_db()
    editable = editable_fields(request)
    assert editable is not None
    theirs, earlier = names(request, new), names(request, version)
    assert theirs["more"] in editable and earlier["leaves"] not in editable, "answered already"
    answer(request, new, more="Yes", leaves="no", begin=clock.today().isoformat())
    with pytest.raises(Invalid):
        answer(request, version, leaves="yes", where="DK")


def test_a_request_that_was_never_submitted_has_nothing_that_became_wrong() -> None:
    assert wrong_today(stories.draft().request) == frozenset()


def test_an_answer_that_does_not_fit_a_dataset_unlocks_no_dataset_but_a_new_condition_does() -> None:
    """The control is the same misfit, made by the owner after the request was submitted."""
    case = with_conditions(stories.draft(), Use("DUO:0000006"), Use("DUO:0000046"))
    say(case, HEALTH)
    stories.in_review(stories.submitted(case))
    commands.request_changes(case.request, text="Which?", field="research_purpose", by=case.committee_setup.chair)
    request = say(case.reload(), HEALTH | {"commercial": True})
    assert "datasets" in missing_for_submission(request)
    assert editable_fields(request) == {"research_purpose"}
    with_conditions(case, Use("DUO:0000007", "MONDO:0004992"))
    assert editable_fields(request) == {"research_purpose", "datasets"}
