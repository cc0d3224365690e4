"""The request form by sections: what each needs, which one is shown, where saving leads, and the last check."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.access_requests import commands
from apps.datasets import commands as datasets
from apps.datasets.conditions import Use
from apps.web.requests.section_pages import section_address
from tests import stories
from tests.integration.web.test_requests import typed

pytestmark = pytest.mark.django_db


def opened(client: Client, case: stories.Case, section: str = "") -> Any:
    return client.get(reverse("request_edit", args=[case.request.pk]), {"section": section} if section else {})


def test_the_form_opens_at_the_first_section_that_lacks_an_answer_and_leads_on() -> None:
    case = stories.draft(complete=False)
    client, url = stories.client_for(case.applicant), reverse("request_edit", args=[case.request.pk])
    page = opened(client, case)
    steps = page.context["steps"]
    assert [one.key for one in steps.rows] == ["project", "datasets", "purpose", "people", "documents"]
    assert (steps.current, steps.complete, len(steps.needed), steps.position) == ("project", 1, 2, 1)
    assert set(steps.rows[0].missing) == {"title", "purpose", "public_summary", "starts_on", "ends_on"}
    assert set(steps.away) == {"datasets", "purpose", "people", "documents"}
    text = page.content.decode()
    assert text.count('data-step="project"') == 2 and 'name="about_kind"' in text  # what is hidden is sent too
    sent = client.post(f"{url}?section=project", typed(case, go=steps.following))
    assert sent["Location"] == section_address(case.request.pk, "datasets")
    assert client.post(f"{url}?section=people", typed(case))["Location"] == section_address(case.request.pk, "people")
    assert client.post(url, typed(case, go="check"))["Location"] == reverse("request_check", args=[case.request.pk])
    documents = client.post(f"{url}?section=purpose", typed(case, **{"ethics-approval": "1"}))["Location"]
    assert documents == f"{reverse('request_documents', args=[case.request.pk])}?section=purpose&kind=ethics"
    shown = client.get(documents).context
    assert shown["form"]["kind"].value() == "ethics" and shown["back"].endswith("/edit/?section=purpose")
    assert client.post(url, typed(case, go="//elsewhere.example"))["Location"] == url
    assert opened(client, case).context["steps"].current == "overview"
    assert opened(client, case, "all").context["steps"].away == {}
    assert opened(client, case, "no-such").context["steps"].current == "overview"


def test_a_refused_save_shows_every_section_that_has_an_error() -> None:
    case = stories.draft(complete=False)
    client, url = stories.client_for(case.applicant), reverse("request_edit", args=[case.request.pk])
    page = client.post(f"{url}?section=project", typed(case, members="P-0000-0000"))
    assert page.status_code == 422 and page.context["steps"].current == "people"
    page = client.post(f"{url}?section=project", typed(case, members="P-0000-0000", about_countries="Atlantis"))
    assert page.status_code == 422 and page.context["steps"].shown == {"purpose"}  # the form first, then the people
    late = typed(case, ends_on=str(case.request.created_at.date()), about_countries="Atlantis")
    steps = client.post(url, late).context["steps"]
    assert steps.shown == {"project", "purpose"} and steps.current == ""
    submitted = client.post(reverse("request_submit", args=[case.request.pk]), {})
    assert submitted.status_code == 422 and submitted.context["steps"].current == "project"


def test_the_check_shows_answers_what_is_missing_who_decides_and_the_match() -> None:
    case = stories.draft(complete=False)
    dataset, owner = case.published_dataset.dataset, case.published_dataset.owner
    datasets.describe(dataset, by=owner, conditions=[Use("DUO:0000042"), Use("DUO:0000019")])
    client, url = stories.client_for(case.applicant), reverse("request_check", args=[case.request.pk])
    page = client.get(url)
    assert len(page.context["steps"].missing) == 5
    purpose = next(part for part in page.context["sections"] if part["section"].key == "purpose")
    assert purpose["section"].unanswered == ("kind", "sensitive", "publish") and not purpose["section"].is_done
    assert [row["href"].rpartition("#")[2] for row in purpose["rows"]] == [
        "id_about_kind", "id_about_sensitive", "id_about_publish",
    ]  # fmt: skip
    fields = opened(client, case, "purpose").context["form"].fields
    assert dataset.title in fields["about_publish"].needed_for and not hasattr(fields["about_ai"], "needed_for")
    assert all("?section=project#id_" in one["href"] for one in page.context["steps"].missing)
    assert f'action="{reverse("request_submit", args=[case.request.pk])}"' in page.content.decode()
    said = {"version": 1, "kind": "health", "publish": True, "sensitive": []}
    commands.change(case.request, by=case.applicant, research_purpose=said, **stories.answers())
    page = client.get(url)
    assert page.context["steps"].missing == []
    assert [row["committee"] for row in page.context["decides"]] == [dataset.committee]
    assert page.context["decides"][0]["expected"] is not None
    assert len(page.context["obligations"]) == 1
    rows = {part["section"].key: part["rows"] for part in page.context["sections"]}
    assert next(one for one in page.context["steps"].rows if one.key == "purpose").is_done
    assert len(rows["project"]) == 5 and len(rows["purpose"]) == 3 and len(rows["datasets"]) == 1
    assert client.post(reverse("request_submit", args=[case.request.pk]), {}).status_code == 302
    assert client.get(url).status_code == 409


def test_a_returned_request_is_on_one_page_and_names_the_question_without_an_answer() -> None:
    case = stories.returned()
    steps = opened(stories.client_for(case.applicant), case).context["steps"]
    assert steps.is_whole and steps.rows[0].key == "questions" and len(steps.rows[0].missing) == 1
    page = stories.client_for(case.applicant).get(reverse("request_check", args=[case.request.pk]))
    assert page.status_code == 200 and len(page.context["steps"].missing) == 1
    one = stories.client_for(case.applicant).get(
        reverse("request_edit", args=[case.request.pk]), {"section": "questions"}
    )
    assert one.context["steps"].current == "questions"


def test_what_a_save_changes_is_shown_in_the_list_of_sections() -> None:
    case = stories.draft(complete=False)
    part = stories.client_for(case.applicant).get(reverse("request_match", args=[case.request.pk]))
    assert 'data-part="sections"' in part.content.decode() and part.context["steps"].complete == 1


def test_the_ethics_approval_is_tied_to_its_file_and_a_removed_one_is_asked_for_again() -> None:
    case = stories.draft()
    said = {"version": 1, "ethics": "approved", "ethics_until": "2099-12-31"}
    commands.change(case.request, by=case.applicant, research_purpose=said)
    client = stories.client_for(case.applicant)
    page = opened(client, case, "purpose")
    assert page.context["ethics"].lacks_file and len(page.context["ethics"].warnings) == 1
    stories.document(case.request, by=case.applicant)  # of another kind
    file = stories.document(case.request, by=case.applicant, kind="ethics", name="approval.pdf")
    ethics = client.get(reverse("request_check", args=[case.request.pk])).context["ethics"]
    assert (ethics.files, ethics.warnings) == ([file], [])
    commands.remove_attachment(file, by=case.applicant)
    assert opened(client, case, "purpose").context["ethics"].lacks_file
