"""Setting up by pages: committees, providers, visa issuers, terms and templates, and what holds for all of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.agreements.models import Template
from apps.audit.models import Event
from apps.committees.models import Committee
from apps.people.models import Identity, Institution, Person, Provider, Terms, VisaIssuer
from tests import stories

pytestmark = pytest.mark.django_db
PROVIDER = {
    "name": "Elsewhere",
    "issuer": "http://127.0.0.1:1",
    "client_id": "c",
    "secret_name": "home",
    "scopes": "openid",
}
COMMITTEE = {"name": "Heart data", "slug": "heart", "quorum": "2", "review_days": "28"}
CLAUSE = {"heading": "Use", "text": "For $purpose.", "plain": "Use it so.", "plain_da": "Brug det."}
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def operator() -> Person:
    return stories.operator()


@pytest.fixture
def browser(operator: Person) -> Client:
    return stories.client_for(operator)


def errors(answer: Any) -> set[str]:
    return set(answer.context["form"].errors)


def clauses(*numbers: int, **other: str) -> dict[str, str]:
    said = {f"{part}_{number}": text for number in numbers for part, text in CLAUSE.items()}
    return {"title": "Agreement", "rows": str(max(numbers)), **said, **other}


# ------------------------------------------------------------------------------------------------------- committees
def test_a_committee_is_created_with_its_chair_and_changed(browser: Client) -> None:
    chair, new = stories.person(), reverse("set_up_committee_new")
    assert errors(browser.post(new, COMMITTEE)) == {"chair"}
    assert errors(browser.post(new, {**COMMITTEE, "chair": "P-NOPE-NOPE"})) == {"chair"}
    answer = browser.post(new, {**COMMITTEE, "chair": chair.code})
    assert answer["Location"] == reverse("committee_manage", args=["heart"])
    assert errors(browser.post(new, {**COMMITTEE, "chair": chair.code})) == {"slug"}
    page = reverse("set_up_committee", args=["heart"])
    seen = browser.get(page).context["form"].initial["seen"]
    said = {**COMMITTEE, "name": "Heart", "quorum": "3", "contact": "heart@x.example", "seen": seen}
    assert browser.post(page, said).status_code == 302
    made = Committee.objects.get(slug="heart")
    assert (made.name, made.quorum, made.contact) == ("Heart", 3, "heart@x.example")
    assert "heart@x.example" in Client().get(reverse("committee_page", args=["heart"])).content.decode()
    event = Event.objects.get(kind="committee.described")
    assert (event.facts["fields"], event.facts["quorum"]) == ("contact+name+quorum", 3)
    assert browser.post(page, said).status_code == 409  # what was seen is not there any more
    browser.post(page, {**said, "seen": ""})
    assert Event.objects.filter(kind="committee.described").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"quorum": "0"}, "quorum"), ({"quorum": "x"}, "quorum"), ({"quorum": "101"}, "quorum"),
        ({"review_days": "0"}, "review_days"), ({"review_days": "366"}, "review_days"), ({"slug": "Two Words"}, "slug"),
        ({"contact": "x"}, "contact"), ({"institution": "x"}, "institution"),
    ],
)  # fmt: skip
def test_a_committee_that_is_not_complete_is_refused(browser: Client, wrong: dict[str, str], field: str) -> None:
    said = {**COMMITTEE, "chair": stories.person().code, **wrong}
    answer = browser.post(reverse("set_up_committee_new"), said)
    assert (answer.status_code, errors(answer)) == (422, {field})
    if field != "slug":
        made = stories.committee_setup().committee
        changed = browser.post(reverse("set_up_committee", args=[made.slug]), said)
        assert (changed.status_code, errors(changed)) == (422, {field})


def test_all_errors_of_a_committee_are_named_at_once(browser: Client) -> None:
    new, nothing = reverse("set_up_committee_new"), {"quorum": "", "review_days": "28"}
    assert errors(browser.post(new, nothing)) == {"name", "slug", "chair", "quorum"}
    unknown = browser.post(new, {**COMMITTEE, "name": "", "slug": "Two Words", "contact": "x", "chair": "P-NOPE-NOPE"})
    assert errors(unknown) == {"name", "slug", "contact", "chair"}
    assert all(len(said) == 1 for said in unknown.context["form"].errors.values())
    assert not Committee.objects.exists()
    page = reverse("set_up_committee", args=[stories.committee_setup().committee.slug])
    assert errors(browser.post(page, {**nothing, "review_days": "0"})) == {"name", "quorum", "review_days"}


@pytest.mark.parametrize(("page", "other"), [("set_up_owners", {"institution"}), ("set_up_roles", {"kind", "days"})])
def test_an_unknown_person_is_named_beside_the_other_errors(browser: Client, page: str, other: set[str]) -> None:
    answer = browser.post(reverse(page), {"code": "P-NOPE-NOPE"})
    assert (answer.status_code, errors(answer)) == (422, {"code", *other})
    known = browser.post(reverse(page), {"code": stories.person().code})
    assert (known.status_code, errors(known)) == (422, other)
    assert browser.post(reverse(page)).status_code == 422, "a form without a single field"


# ------------------------------------------------------------------------------------------ providers and visa issuers
def test_all_errors_of_a_provider_are_named_at_once(browser: Client) -> None:
    new, nothing = reverse("set_up_provider_new"), {"scopes": "", "domains": "no domain"}
    every = {"name", "issuer", "client_id", "secret_name", "scopes", "domains"}
    answer = browser.post(new, nothing)
    assert (answer.status_code, errors(answer)) == (422, {*every, "slug"})
    assert all(len(said) == 1 for said in answer.context["form"].errors.values())
    browser.post(new, {**PROVIDER, "slug": "elsewhere"})
    assert errors(browser.post(new, {**PROVIDER, "slug": "elsewhere", "name": ""})) == {"name", "slug", "issuer"}
    assert errors(browser.post(reverse("set_up_provider", args=["elsewhere"]), nothing)) == every


def test_a_provider_is_entered_off_and_its_secret_is_never_shown(browser: Client, settings: Any) -> None:
    settings.PROVIDER_SECRETS = {"home": "the-very-secret-of-home"}
    answer = browser.post(reverse("set_up_provider_new"), {**PROVIDER, "slug": "elsewhere", "domains": "a.example"})
    made = Provider.objects.get(slug="elsewhere")
    page = reverse("set_up_provider", args=["elsewhere"])
    assert (answer["Location"], made.is_active, made.domains) == (page, False, ["a.example"])
    shown = browser.get(page).content.decode()
    assert "the-very-secret" not in shown and "/oidc/callback/" in shown
    tested = browser.post(reverse("set_up_provider_test", args=["elsewhere"]))
    assert [step.code for step in tested.context["tested"]] == ["refused"]
    assert "the-very-secret" not in tested.content.decode()
    assert browser.post(reverse("set_up_provider_on", args=["elsewhere"])).status_code == 409
    made.refresh_from_db()
    assert not made.is_active


def test_a_provider_is_changed_and_its_issuer_stays_once_people_have_it(browser: Client) -> None:
    browser.post(reverse("set_up_provider_new"), {**PROVIDER, "slug": "elsewhere"})
    made, page = Provider.objects.get(slug="elsewhere"), reverse("set_up_provider", args=["elsewhere"])
    seen = browser.get(page).context["form"].initial["seen"]
    said = {**PROVIDER, "name": "Renamed", "claim_name": "full_name", "seen": seen}
    assert browser.post(page, said).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.claims, made.is_active) == ("Renamed", {"name": "full_name"}, False)
    assert browser.post(page, said).status_code == 409
    Identity.objects.create(person=stories.person(), issuer=made.issuer, subject="s", provider=made)
    assert errors(browser.post(page, {**said, "seen": "", "issuer": "http://127.0.0.1:2"})) == {"issuer"}
    assert errors(browser.post(reverse("set_up_provider_new"), {**PROVIDER, "slug": "second"})) == {"issuer"}
    taken = {**PROVIDER, "slug": "elsewhere", "issuer": "http://127.0.0.1:2"}
    assert errors(browser.post(reverse("set_up_provider_new"), taken)) == {"slug"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"issuer": "ftp://x"}, "issuer"), ({"issuer": "http://idp.example"}, "issuer"),
        ({"issuer": "https://[x"}, "issuer"), ({"issuer": "https://x.example/#a"}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"secret_name": "none"}, "secret_name"), ({"secret_name": ""}, "secret_name"),
        ({"scopes": "profile"}, "scopes"), ({"domains": "no domain"}, "domains"), ({"slug": "Two Words"}, "slug"),
        ({"institution": "x"}, "institution"), ({"allowed_institutions": "x"}, "allowed_institutions"),
    ],
)  # fmt: skip
def test_a_provider_that_could_not_work_is_refused(browser: Client, wrong: dict[str, str], field: str) -> None:
    answer = browser.post(reverse("set_up_provider_new"), {**PROVIDER, "slug": "elsewhere", **wrong})
    assert (answer.status_code, errors(answer)) == (422, {field})
    assert not Provider.objects.filter(slug="elsewhere").exists()


def test_a_provider_is_switched_off_only_while_an_operator_has_another(operator: Person, browser: Client) -> None:
    mine = Provider.objects.create(
        slug="mine", name="Mine", issuer="https://m.example", client_id="c", secret_name="home"
    )
    off = reverse("set_up_provider_off", args=["mine"])
    assert browser.post(off).status_code == 409
    other = Provider.objects.create(
        slug="other", name="Other", issuer="https://o.example", client_id="c", secret_name="home"
    )
    Identity.objects.create(person=operator, issuer=other.issuer, subject="me")
    assert browser.post(off).status_code == 302
    mine.refresh_from_db()
    assert not mine.is_active


def test_a_visa_issuer_is_trusted_changed_ended_and_trusted_again(browser: Client) -> None:
    said = {
        "title": "V",
        "issuer": "https://v.example/",
        "jku": "https://v.example/k",
        "sources": "https://s.example\nhttps://t.example",
    }
    new, page = reverse("set_up_visa_issuer_new"), reverse("set_up_visa_issuer", args=["v"])
    assert browser.post(new, {**said, "slug": "v"}).status_code == 302
    assert errors(browser.post(new, {**said, "slug": "v", "issuer": "https://w.example/"})) == {"slug"}
    assert errors(browser.post(new, {**said, "slug": "w"})) == {"issuer"}
    every = {"title", "issuer", "jku", "sources"}
    assert errors(browser.post(new, {"slug": "v", "title": ""})) == {*every, "slug"}
    assert errors(browser.post(page, {"title": ""})) == every
    seen = browser.get(page).context["form"].initial["seen"]
    assert browser.post(page, {**said, "title": "W", "seen": seen}).status_code == 302
    assert browser.post(page, {**said, "title": "X", "seen": seen}).status_code == 409
    assert browser.get(reverse("set_up_visa_issuer_end", args=["v"])).status_code == 200  # says first what ends
    assert browser.post(reverse("set_up_visa_issuer_end", args=["v"])).status_code == 302
    found = VisaIssuer.objects.get()
    assert (found.title, found.ended_at is None) == ("W", False)
    assert browser.get(reverse("set_up_visa_issuers")).status_code == 200
    assert browser.post(page, said).status_code == 302
    assert VisaIssuer.objects.get().ended_at is None


# ------------------------------------------------------------------------------------------------ terms and templates
def test_a_new_version_of_the_terms_is_published_once(browser: Client) -> None:
    page = reverse("set_up_terms_new")
    assert errors(browser.post(page, {"text": " "})) == {"text"}
    seen = browser.get(page).context["form"].initial["seen"]
    assert browser.post(page, {"text": "Be careful.", "text_da": "Pas på.", "seen": seen}).status_code == 302
    assert errors(browser.post(page, {"text": "Be careful.", "text_da": "Pas på."})) == {"text"}
    assert browser.post(page, {"text": "Be very careful.", "seen": seen}).status_code == 409
    assert [one.version for one in Terms.objects.all()] == [1]
    assert browser.get(reverse("set_up_terms")).status_code == 200


def test_a_template_is_written_clause_by_clause(browser: Client) -> None:
    page = reverse("set_up_template_new")
    more = browser.post(page, {**clauses(1), "more": "1"})
    assert (more.status_code, more.context["form"].count) == (200, 4)
    assert more.context["form"]["text_1"].value() == CLAUSE["text"]
    assert not Template.objects.exists()
    assert browser.post(page, clauses(1, 3)).status_code == 302  # the second clause is empty: it is left out
    made = Template.objects.get()
    assert (made.version, len(made.clauses), made.committee) == (1, 2, None)
    shown = browser.get(page).context["form"]
    assert shown["heading_2"].value() == "Use"
    said = clauses(1, seen=shown.initial["seen"], opened="")
    assert browser.post(page, said).status_code == 302
    assert browser.post(page, said).status_code == 409
    committee = stories.committee_setup().committee
    own = browser.get(page, {"committee": committee.slug}).context["form"]
    opened = {"committee": str(committee.pk), "opened": str(committee.pk), "seen": own.initial["seen"]}
    assert browser.post(page, clauses(1, **opened)).status_code == 302
    listed = browser.get(reverse("set_up_templates")).context["list"].rows
    assert {(one.version, one.committee) for one in listed} == {(2, None), (1, committee)}
    assert browser.get(page, {"committee": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": ""}, {"title"}),
        ({"text_2": "For $nobody."}, {"text_2"}),
        ({"text_2": "5 $."}, {"text_2"}),
        ({"plain_da_2": ""}, {"plain_da_2"}),
        ({"committee": "x"}, {"committee"}),
        ({"text_1": "a\u202eb"}, {"text_1"}),
    ],
)
def test_a_template_with_a_fault_is_refused_at_its_field(
    browser: Client, wrong: dict[str, str], fields: set[str]
) -> None:
    answer = browser.post(reverse("set_up_template_new"), {**clauses(1, 2), **wrong})
    assert (answer.status_code, errors(answer)) == (422, fields)
    assert answer.context["form"]["heading_1"].value() == "Use"


@pytest.mark.parametrize("rows", ["", "x", "-1", "0", "99999", "1e9", "²"])
def test_a_made_up_number_of_clauses_costs_nothing(browser: Client, rows: str) -> None:
    answer = browser.post(reverse("set_up_template_new"), {"title": "T", "rows": rows})
    assert (answer.status_code, errors(answer)) == (422, {"heading_1"})


# ------------------------------------------------------------------------------------------------ what holds for all
@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("set_up_institution_new", {"name": HOSTILE, "country": "DK"}),
        ("set_up_visa_issuer_new", {"slug": "v", "title": HOSTILE, "issuer": "https://v.example", "jku": "https://v.example",
                                    "sources": HOSTILE}),
        ("set_up_provider_new", {**PROVIDER, "slug": "p", "name": HOSTILE}),
        ("set_up_template_new", clauses(1, title=HOSTILE)),
    ],
)  # fmt: skip
def test_markup_that_is_typed_is_shown_as_text(browser: Client, page: str, said: dict[str, str]) -> None:
    assert browser.post(reverse(page), said).status_code == 302
    for name in ("set_up_institutions", "set_up_visa_issuers", "set_up_providers", "set_up_templates"):
        assert b"<script>alert" not in browser.get(reverse(name), follow=True).content


def _institutions(n: int) -> None:
    Institution.objects.bulk_create([Institution(name=f"I {i:03}", country="DK") for i in range(n)])


def _committees(n: int) -> None:
    Committee.objects.bulk_create([Committee(slug=f"c{i}", name=f"C {i:03}") for i in range(n)])


def _providers(n: int) -> None:
    rows = [Provider(slug=f"p{i}", name=f"P {i}", issuer=f"https://{i}.example", client_id="c") for i in range(n)]
    Provider.objects.bulk_create(rows)


def _owners(n: int) -> None:
    place = stories.institution()
    for _ in range(n):
        stories.person(at=place)


@pytest.mark.parametrize(
    ("page", "fill"),
    [
        ("set_up_institutions", _institutions), ("set_up_committees", _committees), ("set_up_providers", _providers),
        ("set_up_owners", _owners),
    ],
)  # fmt: skip
def test_a_list_is_shown_page_by_page_for_the_same_statements(
    browser: Client, page: str, fill: Callable[[int], None]
) -> None:
    fill(26)
    with CaptureQueriesContext(connection) as few:
        first = browser.get(reverse(page))
    assert len(first.context["list"].rows) == 25 and first.context["list"].next_url
    following = browser.get(first.context["list"].next_url)
    assert following.status_code == 200 and following.context["list"].rows
    Institution.objects.bulk_create([Institution(name=f"Z {i}", country="DK") for i in range(30)])
    with CaptureQueriesContext(connection) as more:
        browser.get(reverse(page))
    assert len(more) <= len(few)


def test_an_old_sign_in_leads_to_a_new_one_and_keeps_the_text(operator: Person) -> None:
    late = stories.client_for(operator, fresh=False)
    answer = late.post(reverse("set_up_institution_new"), {"name": "A", "country": "DK"})
    assert answer.status_code == 401
    assert not Institution.objects.filter(name="A").exists()
