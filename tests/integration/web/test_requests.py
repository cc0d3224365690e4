"""Asking, signing and holding access, through the applicant's browser."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.access_requests import commands as requests
from apps.access_requests.models import AccessRequest, Question
from apps.agreements.models import Agreement
from apps.api import schemas
from apps.committees.commands import set_accepting
from apps.core import clock
from apps.core.storage import private_storage
from apps.grants import commands as grants
from apps.people.models import Person
from apps.web.requests.forms import AnswersForm, RequestForm, answer_name
from tests import stories

pytestmark = pytest.mark.django_db


def typed(case: stories.Case, **changes: Any) -> dict[str, Any]:
    """What the form sends."""
    case.request.refresh_from_db()
    filled = {
        "revision": str(case.request.revision),
        **{name: str(value) for name, value in stories.answers().items()},
        "members": "",
        "datasets": [case.published_dataset.dataset.slug],
        "add_dataset": "",
        "_once": str(uuid.uuid4()),
    }
    return filled | changes


def states_on(url: str, person: Any) -> list[str]:
    """The access states that the badges of a page show to this person."""
    return re.findall(r'data-access-state="(\w+)"', stories.client_for(person).get(url).content.decode())


def test_asking_makes_one_draft_however_often_the_button_was_pressed() -> None:
    published_dataset, person = stories.published_dataset(), stories.person()
    client, form = stories.client_for(person), {"dataset": published_dataset.dataset.slug, "_once": str(uuid.uuid4())}
    first, second = client.post("/requests/new/", form), client.post("/requests/new/", form)
    assert first["Location"] == second["Location"]
    assert AccessRequest.objects.filter(applicant=person).count() == 1


def test_asking_for_nothing_or_for_what_nobody_knows_is_refused() -> None:
    client = stories.client_for(stories.person())
    assert client.post("/requests/new/", {}).status_code == 422
    assert client.post("/requests/new/", {"dataset": "none"}).status_code == 422


def test_whoever_is_not_signed_in_is_sent_to_sign_in() -> None:
    answer = Client().get("/requests/")
    assert answer.status_code == 302
    assert "next=%2Frequests%2F" in answer["Location"]


def test_saving_keeps_text_colleagues_and_datasets() -> None:
    case, colleague, other = stories.draft(complete=False), stories.person(), stories.published_dataset()
    form = typed(case, members=colleague.code.lower(), add_dataset=f"http://testserver/datasets/{other.dataset.slug}/")
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/edit/", form)
    assert answer.status_code == 302
    case.reload()
    assert case.request.title == form["title"]
    assert case.request.memberships.get().person == colleague
    assert case.request.items.count() == 2


def test_a_refused_save_keeps_everything_typed_and_nothing_in_the_database() -> None:
    case = stories.draft(complete=False)
    form = typed(case, members="P-0000-0000", title="A title with care")
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/edit/", form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_members_error"' in text and "P-0000-0000" in text
    assert "A title with care" in text
    assert case.reload().request.title == ""


def test_a_dataset_nobody_knows_is_named_beside_its_field() -> None:
    case = stories.draft()
    answer = stories.client_for(case.applicant).post(
        f"/requests/{case.request.pk}/edit/", typed(case, add_dataset="none")
    )
    assert answer.status_code == 422
    assert 'id="id_add_dataset_error"' in answer.content.decode()


def test_a_further_dataset_is_found_by_words_and_several_are_offered_to_choose_from() -> None:
    """Case 18: nobody pastes an address."""
    case = stories.draft()
    first, second = (stories.published_dataset(title=f"Zebrafish imaging {one}") for one in ("alpha", "beta"))
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/"
    answer = client.post(url, typed(case, add_dataset="zebrafish"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert all(f'name="further" value="{one.dataset.slug}"' in text for one in (first, second))
    assert case.request.items.count() == 1
    chosen = typed(case, add_dataset="zebrafish", further=[second.dataset.slug])
    assert client.post(url, chosen).status_code == 302
    case.reload()
    assert (
        client.post(
            url, typed(case, datasets=chosen["datasets"] + [second.dataset.slug], add_dataset="alpha")
        ).status_code
        == 302
    )
    assert {item.dataset for item in case.request.items.all()} >= {first.dataset, second.dataset}
    assert client.post(url, typed(case, add_dataset="narwhal")).status_code == 422


def test_colleagues_are_named_by_email_orcid_code_or_their_name_at_the_same_institution() -> None:
    """Case 18: by what both know; nobody is found by a part of it, and many wrong entries end the asking."""
    home = stories.institution()
    case = stories.draft(applicant=stories.person(at=home))
    by_mail, by_orcid, by_code, by_name = stories.person(), stories.person(), stories.person(), stories.person(at=home)
    Person.objects.filter(pk=by_orcid.pk).update(orcid="0000-0002-1825-0097")
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/"
    named = f"{by_mail.email.upper()}\nhttps://orcid.org/0000-0002-1825-0097; {by_code.code.lower()}\n{by_name.name}"
    assert client.post(url, typed(case, members=named)).status_code == 302
    assert {one.person for one in case.request.memberships.all()} == {by_mail, by_orcid, by_code, by_name}
    stranger = stories.person()
    unverified = stories.person()
    Person.objects.filter(pk=unverified.pk).update(email_verified=False)
    for wrong in (stranger.name, stranger.email[:-1], "@nordvik.example", unverified.email):
        case.reload()
        assert client.post(url, typed(case, members=wrong)).status_code == 422, wrong


def test_a_dataset_is_added_to_a_draft_from_its_own_page() -> None:
    case, other = stories.draft(), stories.published_dataset()
    client, old = stories.client_for(case.applicant), typed(case)
    path, page = f"/requests/{case.request.pk}/datasets/", f"/datasets/{other.dataset.slug}/request/"
    assert page in client.get(f"/datasets/{other.dataset.slug}/").content.decode()
    assert path in client.get(page).content.decode()
    form = {"dataset": other.dataset.slug, "_once": str(uuid.uuid4())}
    answers = [client.post(path, form) for _twice in range(2)]
    assert [answer["Location"] for answer in answers] == [f"/requests/{case.request.pk}/edit/"] * 2
    assert set(case.request.items.values_list("dataset", flat=True)) == {
        case.published_dataset.dataset.pk,
        other.dataset.pk,
    }
    assert path not in client.get(page).content.decode()
    assert client.post(f"/requests/{case.request.pk}/edit/", old).status_code == 409  # the window without it
    assert client.post(path, {"dataset": "none"}).status_code == 422
    assert client.post(path, {}).status_code == 422


def test_a_second_window_never_overwrites_the_first() -> None:
    case = stories.draft()
    old = typed(case, title="From the old window")
    requests.change(case.request, by=case.applicant, title="From the new window")
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/edit/", old)
    assert answer.status_code == 409
    assert "From the old window" in answer.content.decode()
    assert case.reload().request.title == "From the new window"


def test_autosave_answers_with_the_new_revision_or_a_problem() -> None:
    case = stories.draft()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/autosave/"
    form = typed(case, title="Typed just now")
    answer = client.post(url, form, HTTP_ACCEPT="application/json")
    assert answer.json()["revision"] == int(form["revision"]) + 1
    stale = client.post(url, form, HTTP_ACCEPT="application/json")
    assert stale.status_code == 409
    assert stale["Content-Type"] == "application/problem+json"
    odd = client.post(url, typed(case, starts_on="someday"), HTTP_ACCEPT="application/json")
    assert odd.status_code == 422
    assert odd.json()["errors"][0]["field"] == "starts_on"


def test_submitting_says_field_by_field_what_is_missing_and_keeps_the_rest() -> None:
    case = stories.draft(complete=False)
    form = typed(case, purpose="", ends_on="")
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/submit/", form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "id_purpose_error" in text
    assert "id_ends_on_error" in text
    assert form["title"] in text
    short = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/submit/", {})
    assert short.status_code == 422


def test_submitting_the_form_hands_the_request_in() -> None:
    case = stories.draft(complete=False)
    answer = stories.client_for(case.applicant).post(f"/requests/{case.request.pk}/submit/", typed(case))
    assert answer["Location"] == f"/requests/{case.request.pk}/"
    assert case.reload().request.state == "submitted"


def answered(case: stories.Case, text: str, **more: str) -> dict[str, str]:
    assert case.question is not None
    return {f"answer_{case.question.pk.hex}": text, "_once": str(uuid.uuid4()), **more}


def test_questions_are_answered_on_the_page_and_one_button_sends_all() -> None:
    case = stories.returned()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    empty = client.post(f"{page}answers/", answered(case, " ", send="1"))
    assert empty.status_code == 422
    assert f"answer_{case.question.pk.hex}_error" in empty.content.decode()
    sent = client.post(f"{page}answers/", answered(case, "Age and grade.", send="1"))
    assert sent["Location"] == page
    assert case.reload().request.state == "submitted"
    assert "Age and grade." in client.get(page).content.decode()
    assert client.post(f"{page}answers/", answered(case, "Too late.")).status_code == 409


@pytest.mark.parametrize("then", ["other", "save", "edit", "send"])
def test_case_12_an_answer_is_kept_whichever_button_is_pressed(then: str) -> None:
    """Case 12: an answer to the committee was lost when another button was pressed."""
    case = stories.returned()
    requests.change(case.request, by=case.applicant, public_summary="")  # so that it cannot be sent yet
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    answer = client.post(f"{page}answers/", answered(case, "Age and grade.", **{then: "1"}))
    assert answer.status_code == (422 if then == "send" else 302)
    assert case.request.questions.get().answer == "Age and grade."
    assert "Age and grade." in client.get(f"{page}edit/").content.decode()


def test_case_12_the_form_of_the_request_sends_answers_too() -> None:
    """Case 12: the form of the request sends what is written in the answers, and autosave keeps it."""
    case = stories.returned()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    saved = client.post(f"{page}autosave/", typed(case) | answered(case, "By autosave."))
    assert saved.status_code == 200
    assert case.request.questions.get().answer == "By autosave."
    case.reload()
    answer = client.post(f"{page}submit/", typed(case) | answered(case, "With the form."))
    assert answer["Location"] == page
    assert case.request.questions.get().answer == "With the form."
    assert case.reload().request.state == "submitted"


def test_the_applicant_sees_whom_it_waits_for_but_never_who_voted_what() -> None:
    case = stories.in_review()
    stories.vote(case, case.committee_setup.members[0])
    text = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/").content.decode()
    assert f"Waiting for {case.committee_setup.committee.name}" in text
    assert "A vote was cast" not in text
    assert case.committee_setup.members[0].name not in text
    assert case.committee_setup.chair.name not in text


def test_unknown_is_404_and_known_but_forbidden_is_403() -> None:
    colleague = stories.person()
    case = stories.draft(members=[colleague])
    url = f"/requests/{case.request.pk}/edit/"
    assert stories.client_for(stories.person()).get(url).status_code == 404
    assert stories.client_for(colleague).get(url).status_code == 404
    stories.submitted(case)
    assert stories.client_for(colleague).get(url).status_code == 403
    assert stories.client_for(case.applicant).get(url).status_code == 409


def test_the_committee_reads_what_was_submitted_and_not_what_is_being_written() -> None:
    case = stories.returned()
    requests.change(case.request, by=case.applicant, purpose="A text that is still being written, for nobody else yet")
    url = f"/requests/{case.request.pk}/"
    assert "still being written" in stories.client_for(case.applicant).get(url).content.decode()
    read = stories.client_for(case.committee_setup.chair).get(url).content.decode()
    assert "still being written" not in read
    assert f"/review/{case.request.pk}/" in read


@pytest.mark.parametrize("stage", ["draft", "submitted", "in_review", "returned", "decided"])
def test_every_state_of_a_request_has_its_page(stage: str) -> None:
    case = getattr(stories, stage)()
    client = stories.client_for(case.applicant)
    assert client.get(f"/requests/{case.request.pk}/").status_code == 200
    assert case.request.reference in client.get("/requests/").content.decode()


def test_a_denied_and_a_withdrawn_request_say_so() -> None:
    denied = stories.decided(choice="deny")
    stories.drain()
    assert (
        "My reason to deny."
        in stories.client_for(denied.applicant).get(f"/requests/{denied.request.pk}/").content.decode()
    )
    case = stories.submitted()
    client = stories.client_for(case.applicant)
    assert client.post(f"/requests/{case.request.pk}/withdraw/", {"_once": str(uuid.uuid4())}).status_code == 302
    assert "withdrawn" in client.get(f"/requests/{case.request.pk}/").content.decode()


def test_a_request_page_costs_the_same_however_long_its_story(django_assert_max_num_queries: Any) -> None:
    access = stories.granted(members=[stories.person(), stories.person()])
    client = stories.client_for(access.holder)
    for url in (f"/requests/{access.case.request.pk}/", "/requests/", "/access/", f"/access/{access.grant.pk}/"):
        client.get(url)
        with django_assert_max_num_queries(18 + 4):
            assert client.get(url).status_code == 200


def sign_url(agreement_setup: stories.AgreementSetup, verb: str = "sign") -> str:
    return f"/agreements/{agreement_setup.agreement.pk}/{verb}/"


def signature(agreement_setup: stories.AgreementSetup, name: str) -> dict[str, str]:
    return {"typed_name": name, "seen": agreement_setup.agreement.sha256, "_once": str(uuid.uuid4())}


def test_signing_asks_for_the_very_name_and_keeps_what_was_typed() -> None:
    agreement_setup = stories.offered()
    client = stories.client_for(agreement_setup.applicant)
    wrong = client.post(sign_url(agreement_setup), signature(agreement_setup, "Somebody Else"))
    assert wrong.status_code == 422
    assert "Somebody Else" in wrong.content.decode()
    assert (
        client.post(sign_url(agreement_setup), signature(agreement_setup, agreement_setup.applicant.name)).status_code
        == 302
    )
    assert agreement_setup.reload().agreement.state == "signed"


def test_signing_long_after_the_sign_in_asks_to_sign_in_again() -> None:
    agreement_setup = stories.offered()
    client = stories.client_for(agreement_setup.applicant, fresh=False)
    answer = client.post(sign_url(agreement_setup), signature(agreement_setup, agreement_setup.applicant.name))
    text = answer.content.decode()
    assert answer.status_code == 401
    assert "again=1" in text
    assert agreement_setup.applicant.name in text


def test_both_sides_sign_on_the_same_page_and_access_follows() -> None:
    agreement_setup = stories.signed()
    owner = stories.client_for(agreement_setup.owner)
    page = f"/agreements/{agreement_setup.agreement.pk}/"
    assert "Countersign" in owner.get(page).content.decode()
    assert "/countersign/" not in stories.client_for(agreement_setup.applicant).get(page).content.decode()
    assert (
        owner.post(
            sign_url(agreement_setup, "countersign"), signature(agreement_setup, agreement_setup.owner.name)
        ).status_code
        == 302
    )
    stories.drain()
    assert states_on("/access/", agreement_setup.applicant) == ["active"]
    assert page in stories.client_for(agreement_setup.applicant).get("/agreements/").content.decode()


def test_an_agreement_is_shown_to_those_it_concerns_only() -> None:
    agreement_setup = stories.offered()
    assert stories.client_for(stories.person()).get(f"/agreements/{agreement_setup.agreement.pk}/").status_code == 404
    assert (
        stories.client_for(agreement_setup.owner)
        .post(sign_url(agreement_setup), signature(agreement_setup, "x"))
        .status_code
        == 403
    )


def test_danish_readers_get_the_danish_lines_beside_the_signed_text() -> None:
    agreement_setup = stories.offered()
    client = stories.client_for(agreement_setup.applicant)
    text = client.get(f"/agreements/{agreement_setup.agreement.pk}/", HTTP_ACCEPT_LANGUAGE="da").content.decode()
    assert "Du må bruge data" in text


def test_the_pdf_is_there_once_everybody_has_signed() -> None:
    access = stories.granted()
    agreement = Agreement.objects.get(pk=access.agreement_setup.agreement.pk)
    answer = stories.client_for(access.holder).get(f"/agreements/{agreement.pk}/pdf/")
    assert answer["X-Accel-Redirect"] == private_storage().accel_path(agreement.pdfs.get().storage_key)
    assert answer["Content-Disposition"] == f'attachment; filename="{agreement.reference}.pdf"'
    other = stories.offered()
    assert stories.client_for(other.applicant).get(f"/agreements/{other.agreement.pk}/pdf/").status_code == 404


def test_terminating_asks_why_and_ends_the_access_at_once() -> None:
    access = stories.granted()
    client, url = stories.client_for(access.owner), sign_url(access.agreement_setup, "terminate")
    assert client.post(url, {"reason": " ", "_once": str(uuid.uuid4())}).status_code == 422
    assert client.post(url, {"reason": "The study ended.", "_once": str(uuid.uuid4())}).status_code == 302
    holder = stories.client_for(access.holder)
    assert "The study ended." in holder.get(f"/agreements/{access.agreement_setup.agreement.pk}/").content.decode()
    assert states_on("/access/", access.holder) == ["terminated"]


def test_giving_back_is_the_holders_and_asks_why() -> None:
    access = stories.granted()
    url, client = f"/access/{access.grant.pk}/end-early/", stories.client_for(access.holder)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert stories.client_for(access.owner).post(url, {"reason": "x"}).status_code == 403
    assert client.post(url, {"reason": "We are done."}).status_code == 302
    assert "We are done." in client.get(f"/access/{access.grant.pk}/").content.decode()


def test_a_suspended_grant_says_why() -> None:
    access = stories.granted()
    grants.suspend(access.grant, reason="Training lapsed.", by=access.owner)
    client = stories.client_for(access.holder)
    assert "Training lapsed." in client.get(f"/access/{access.grant.pk}/").content.decode()
    assert stories.client_for(stories.person()).get(f"/access/{access.grant.pk}/").status_code == 404


@pytest.mark.parametrize("url", ["/requests/", "/agreements/", "/access/"])
def test_empty_pages_say_what_to_do_next(url: str) -> None:
    text = stories.client_for(stories.person()).get(url).content.decode()
    assert 'class="empty"' in text
    assert "button--primary" in text


def test_a_save_whose_answer_was_lost_gets_the_first_answer() -> None:
    """The same key and words again: the draft was changed by nobody else, and it is not called so."""
    case = stories.draft()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/autosave/"
    form = typed(case, title="Typed just now") | {"_save": str(uuid.uuid4())}
    first, second = (client.post(url, form, HTTP_ACCEPT="application/json") for _twice in range(2))
    assert first.json() == second.json()
    assert case.reload().request.revision == first.json()["revision"]
    other = client.post(url, form | {"title": "Other words"}, HTTP_ACCEPT="application/json")
    assert other.status_code == 422
    refused = typed(case, starts_on="someday") | {"_save": str(uuid.uuid4())}
    assert client.post(url, refused, HTTP_ACCEPT="application/json").status_code == 422
    mended = refused | {"starts_on": "", "revision": str(case.reload().request.revision)}
    assert client.post(url, mended, HTTP_ACCEPT="application/json").status_code == 200  # a refusal takes no key


def test_submitting_too_early_keeps_what_was_typed_in_the_draft() -> None:
    """Also without script: whoever leaves the refused page finds their text in the draft."""
    case, other = stories.draft(complete=False), stories.published_dataset()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/submit/"
    form = typed(case, public_summary="", add_dataset=other.dataset.slug) | {"_once": str(uuid.uuid4())}
    answer = client.post(url, form)
    assert answer.status_code == 422
    asked = case.reload().request
    assert (asked.state, asked.title, asked.purpose) == ("draft", form["title"], form["purpose"])
    assert asked.items.count() == 2
    text = answer.content.decode()
    assert f'name="revision" value="{asked.revision}"' in text
    assert text.count(f'value="{other.dataset.slug}"') == 1  # a dataset of the request now, and no longer to be added
    slugs = [case.published_dataset.dataset.slug, other.dataset.slug]
    mended = form | {"public_summary": "In plain words.", "add_dataset": "", "datasets": slugs}
    assert client.post(url, mended | {"revision": str(asked.revision)}).status_code == 302
    assert case.reload().request.state == "submitted"


def test_the_form_says_how_long_the_data_are_given_for_at_most() -> None:
    case = stories.draft()
    page = stories.client_for(case.applicant).get(f"/requests/{case.request.pk}/edit/")
    most = case.published_dataset.dataset.longest_grant_days
    assert f"at most {most} days" in page.content.decode()


def test_case_2_the_form_refuses_a_period_that_is_too_long_beside_its_field() -> None:
    """Case 2: 800 days on a dataset with at most 365: refused in the form, and everything typed is kept there."""
    case = stories.draft()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/"
    begin = clock.today()
    most = case.published_dataset.dataset.longest_grant_days
    too_long = typed(case, title="Kept title", ends_on=str(begin + timedelta(days=most)))
    for where in (url, f"/requests/{case.request.pk}/submit/"):
        answer = client.post(where, too_long)
        assert answer.status_code == 422
        assert "id_ends_on_error" in answer.content.decode()
        assert "Kept title" in answer.content.decode()
    assert client.post(url, typed(case, ends_on=str(begin + timedelta(days=most - 1)))).status_code == 302


def test_access_until_the_end_of_a_day_names_that_day_and_not_the_next() -> None:
    access = stories.granted()
    last = access.grant.agreement.ends_on
    assert access.grant.ends_at.date() == last + timedelta(days=1)  # midnight
    page = stories.client_for(access.grant.holder).get("/access/").content.decode()
    assert f"Access until {last.day} {last:%b %Y}" in page


def test_what_is_too_long_is_said_and_never_cut_on_the_way() -> None:
    """A browser cuts what is pasted beyond `maxlength` without a word; and it sends two characters for a line's end."""
    case = stories.draft()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/"
    assert "maxlength" not in client.get(url).content.decode()
    lines = "a\r\n" * 9_999 + "an end"
    assert client.post(url, typed(case, purpose=lines)).status_code == 422  # 20,004 characters
    lines = lines.removeprefix("a\r\na\r\n")
    assert len(lines) > 20_000
    assert client.post(url, typed(case, purpose=lines)).status_code == 302
    assert case.reload().request.purpose == lines.replace("\r\n", "\n")


def test_a_program_may_write_as_much_as_the_form_takes() -> None:
    """More would be taken by the API and then refused by the form, with no way to hand it in from there."""
    fields, question = RequestForm(chosen=[]).fields, Question(text="Which?")
    for name in ("title", "purpose", "public_summary"):
        assert schemas.NewRequest.model_json_schema()["properties"][name]["maxLength"] == fields[name].max_length
    assert (
        schemas.NewAnswer.model_json_schema()["properties"]["text"]["maxLength"]
        == AnswersForm(questions=[question]).fields[answer_name(question)].max_length
    )


@pytest.mark.parametrize("wrong", ["nothing entered", "too long", "ends first", "mistyped"])
def test_every_error_of_a_request_is_named_at_once(wrong: str) -> None:
    """The form, colleagues, what is missing and a committee that accepts no requests: one page, and nothing is lost."""
    case = stories.draft(complete=False)
    chair = case.committee_setup.chair
    set_accepting(case.committee_setup.committee, accepting=False, closed_because="Holidays.", by=chair)
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    assert len(client.get(f"{url}edit/").context["closed"]) == 1
    today, empty = clock.today(), {"title": "", "purpose": "", "public_summary": ""}
    days = {
        "nothing entered": {"starts_on": "", "ends_on": ""},
        "too long": {"ends_on": str(today + timedelta(days=3000))},
        "ends first": {"ends_on": str(today - timedelta(days=1))},
        "mistyped": {"ends_on": "some day"},
    }[wrong]
    two = "nobody@nordvik.example\nno-one@nordvik.example"
    answer = client.post(f"{url}submit/", typed(case, members=two, **empty, **days))
    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert set(errors) == {*empty, *days, "members", "datasets"}
    assert all(len(said) == 1 for said in errors.values())
    assert all(entry in errors["members"][0] for entry in two.split())
    assert AccessRequest.objects.get(pk=case.request.pk).memberships.count() == 0


def test_an_unanswered_question_is_one_error() -> None:
    case = stories.returned()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    empty = client.post(f"{page}answers/", answered(case, " ", send="1"))
    assert case.question is not None
    assert set(empty.context["form"].errors) == {f"answer_{case.question.pk.hex}"}
