"""The pages with which an operator sets up a portal: what they refuse, what they keep, and what they never show."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Event
from apps.committees.models import Committee
from apps.core.actors import CONSOLE
from apps.core.errors import Denied, WrongState
from apps.identity.commands.break_glass import make_break_glass
from apps.people.commands.first_operator import make_operator_code
from apps.people.commands.people import end_platform_role
from apps.people.models import Institution, OperatorCode, Person, PlatformRole, Provider
from apps.people.queries import platform_roles_of
from apps.people.rules import check_can_set_up
from apps.people.set_up_queries import signing_officials_of
from apps.web.set_up import steps
from tests import stories

pytestmark = pytest.mark.django_db
PROVIDER = {
    "name": "Elsewhere",
    "issuer": "http://127.0.0.1:1",
    "client_id": "c",
    "secret_name": "home",
    "scopes": "openid",
}
COMMITTEE = {"name": "Heart data", "slug": "heart", "rule": "majority", "quorum": "2", "review_days": "28"}
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


# ------------------------------------------------------------------------------------------------ the first operator
def test_the_first_operator_enters_the_code_that_the_command_line_made() -> None:
    code, person = make_operator_code(by=CONSOLE), stories.person()
    client, page = stories.client_for(person), reverse("first_operator")
    wrong = client.post(page, {"code": "aaaaa-bbbbb-ccccc-ddddd-eeeee"})
    assert (wrong.status_code, errors(wrong)) == (422, {"code"})
    assert not platform_roles_of(person).exists()
    answer = client.post(page, {"code": f" {code.upper()} "})
    assert (answer.status_code, answer["Location"]) == (302, reverse("set_up"))
    assert [role.kind for role in platform_roles_of(person)] == ["operator"]
    events = set(Event.objects.values_list("kind", flat=True))
    assert {"operator_code.made", "platform_role.given"} <= events
    assert client.get(page).status_code == 404  # once there is an operator, there is no such page
    with pytest.raises(WrongState):
        make_operator_code(by=CONSOLE)


def test_a_code_counts_once_within_its_hour_and_only_the_newest_does() -> None:
    first, second = make_operator_code(by=CONSOLE), make_operator_code(by=CONSOLE)
    client, page = stories.client_for(stories.person()), reverse("first_operator")
    assert client.post(page, {"code": first}).status_code == 422
    assert not OperatorCode.objects.filter(digest=second).exists()  # only its digest is stored
    OperatorCode.objects.update(made_at="2020-01-01T00:00Z", ends_at="2020-01-01T01:00Z")
    assert client.post(page, {"code": second}).status_code == 404
    assert client.get(page).status_code == 404


def test_without_a_code_nobody_finds_the_page_and_an_old_sign_in_is_not_enough() -> None:
    person = stories.person()
    assert stories.client_for(person).get(reverse("first_operator")).status_code == 404
    code = make_operator_code(by=CONSOLE)
    late = stories.client_for(person, fresh=False)
    assert late.post(reverse("first_operator"), {"code": code}).status_code == 401
    assert not platform_roles_of(person).exists()


def test_an_emergency_account_sets_nothing_up() -> None:
    """An hour of operating must not become more."""
    account = make_break_glass(days=1, by=CONSOLE).account.person
    PlatformRole.objects.create(person=account, kind="operator", ends_at="2099-01-01T00:00Z")
    with pytest.raises(Denied):
        check_can_set_up(account)


# ------------------------------------------------------------------------------------------------------ what is missing
def test_an_empty_portal_lists_what_is_missing_in_order_and_home_says_so(browser: Client) -> None:
    answer = browser.get(reverse("set_up"))
    todo = [step.code for step in answer.context["to_do"]]
    order = [one.code for one in steps.PARTS]
    assert todo == sorted(todo, key=order.index)
    assert {"operators", "committees", "template", "terms", "texts"} <= set(todo)
    assert answer.context["next"].code == todo[0]
    assert [one.code for one in browser.get("/").context["set_up_to_do"]] == todo
    assert reverse("set_up") in browser.get(reverse("system_status")).content.decode()


def test_home_of_others_and_of_an_operator_of_a_complete_portal_says_nothing(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stories.client_for(stories.person()).get("/").context["set_up_to_do"] == []
    done = tuple(
        steps.Part(one.code, one.label, one.page, lambda: steps.Found(True, ""), one.required) for one in steps.PARTS
    )
    monkeypatch.setattr(steps, "PARTS", done)
    assert browser.get("/").context["set_up_to_do"] == []
    answer = browser.get(reverse("set_up"))
    assert answer.context["done"] == answer.context["required"] and answer.context["next"] is None


def test_each_part_says_what_it_lacks(settings: Any) -> None:
    """A provider that names no institution, and a committee that cannot decide, are not done."""
    settings.OPERATOR_NAME, settings.CONTACT_EMAIL = "Nordvik", "help@nordvik.example"
    Provider.objects.create(slug="x", **{name: PROVIDER[name] for name in ("name", "issuer", "client_id")})
    Committee.objects.create(slug="empty", name="Empty")
    stories.institution()
    states = {step.code: step.state for step in steps.steps()}
    assert (states["contact"], states["institutions"]) == ("done", "done")
    assert (states["providers"], states["committees"], states["officials"]) == ("todo", "todo", "optional")
    assert steps._counted("%(n)s", steps.MOST) == f"{steps.MOST}+"


# ------------------------------------------------------------------------------------------- institutions and officials
def test_an_institution_is_registered_changed_and_kept_from_doubles(browser: Client) -> None:
    new = reverse("set_up_institution_new")
    said = {
        "name": "Nordvik",
        "country": "no",
        "domains": "nordvik.example\n\nlab.nordvik.example",
        "contact_email": "a@b.example",
    }
    assert browser.post(new, said).status_code == 302
    made = Institution.objects.get(name="Nordvik")
    assert (made.country, made.domains) == ("NO", ["lab.nordvik.example", "nordvik.example"])
    again = browser.post(new, {**said, "name": "nordvik"})
    assert (again.status_code, errors(again)) == (422, {"name"})
    page = reverse("set_up_institution", args=[made.pk])
    assert browser.get(page).status_code == 200
    assert browser.post(page, {**said, "name": "Nordvik Hospital"}).status_code == 302
    made.refresh_from_db()
    assert made.name == "Nordvik Hospital"
    kinds = list(Event.objects.filter(subject_id=made.pk).order_by("pk").values_list("kind", "facts__fields"))
    assert kinds == [("institution.registered", None), ("institution.changed", "name")]
    browser.post(page, {**said, "name": "Nordvik Hospital"})  # nothing changed: no event
    assert Event.objects.filter(subject_id=made.pk).count() == 2


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"name": "", "country": "DK"}, {"name"}),
        ({"name": "X", "country": "1"}, {"country"}),
        ({"name": "X", "country": "DK", "ror": "01"}, {"ror"}),
        ({"name": "X", "country": "DK", "contact_email": "nobody"}, {"contact_email"}),
        ({"name": "X", "country": "DK", "domains": "no domain"}, {"domains"}),
        ({"name": "X\u202eY", "country": "DK"}, {"name"}),
        ({"name": "X" * 201, "country": "DK"}, {"name"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    browser: Client, said: dict[str, str], fields: set[str]
) -> None:
    answer = browser.post(reverse("set_up_institution_new"), {"contact_email": "", **said})
    assert (answer.status_code, errors(answer)) == (422, fields)
    assert answer.context["form"]["country"].value() == said["country"]
    assert not Institution.objects.filter(name__startswith="X").exists()


def test_the_contact_of_an_institution_is_shown_to_its_people(browser: Client) -> None:
    found, person = stories.institution(), stories.person()
    said = {"name": found.name, "country": "NO", "contact_email": "data@nordvik.example"}
    browser.post(reverse("set_up_institution", args=[found.pk]), said)
    browser.post(reverse("set_up_owners"), {"code": person.code, "institution": str(found.pk)})
    assert "data@nordvik.example" in stories.client_for(person).get(reverse("account")).content.decode()


def test_a_ror_id_belongs_to_one_institution(browser: Client) -> None:
    said = {"name": "One", "country": "DK", "ror": "https://ror.org/01aj84f44"}
    assert browser.post(reverse("set_up_institution_new"), said).status_code == 302
    answer = browser.post(reverse("set_up_institution_new"), {**said, "name": "Two"})
    assert errors(answer) == {"ror"}


def test_two_operators_at_once_lose_nothing(browser: Client) -> None:
    """The second one is refused, and keeps what they typed."""
    found = stories.institution()
    page = reverse("set_up_institution", args=[found.pk])
    seen = browser.get(page).context["form"].initial["seen"]
    other = stories.client_for(stories.operator())
    assert other.post(page, {"name": "By the other", "country": "NO", "seen": seen}).status_code == 302
    answer = browser.post(page, {"name": "By me", "country": "NO", "seen": seen})
    assert answer.status_code == 409
    assert answer.context["form"]["name"].value() == "By me"
    found.refresh_from_db()
    assert found.name == "By the other"


def test_a_signing_official_is_appointed_and_dismissed(browser: Client) -> None:
    found, person = stories.institution(), stories.person()
    add = reverse("set_up_official_add", args=[found.pk])
    assert browser.post(add, {"code": "P-NOPE-NOPE"}).status_code == 422
    assert browser.post(add, {"code": ""}).status_code == 422
    Person.objects.filter(pk=person.pk).update(email="ann@nordvik.example", email_verified=True)
    assert browser.post(add, {"code": "ann@nordvik.example"}).status_code == 302  # a code or an ORCID iD as well
    assert list(signing_officials_of(found)) == [person]
    assert person.name in browser.get(reverse("set_up_institution", args=[found.pk])).content.decode()
    assert browser.get(reverse("set_up_institutions")).status_code == 200
    end = reverse("set_up_official_end", args=[found.pk, person.pk])
    assert len(browser.get(end).context["effects"]) == 2
    assert list(signing_officials_of(found)) == [person], "looking at the page ends nothing"
    assert browser.post(end).status_code == 302
    assert not signing_officials_of(found).exists()


# ------------------------------------------------------------------------------------------------ people and roles
def test_a_person_is_given_an_institution_and_may_create_datasets(browser: Client) -> None:
    found, person = stories.institution(), stories.person()
    Person.objects.filter(pk=person.pk).update(institution=None)
    answer = browser.post(reverse("set_up_owners"), {"code": "P-NOPE-NOPE", "institution": str(found.pk)})
    assert (answer.status_code, errors(answer)) == (422, {"code"})
    assert errors(browser.post(reverse("set_up_owners"), {"code": person.code})) == {"institution"}
    said = {"code": person.code, "institution": str(found.pk)}
    assert browser.post(reverse("set_up_owners"), said).status_code == 302
    person.refresh_from_db()
    assert person.institution == found


def test_a_platform_role_is_assigned_extended_and_ended(browser: Client) -> None:
    person, page = stories.person(), reverse("set_up_roles")
    for days, status in (("0", 422), ("367", 422), ("30", 302), ("60", 302)):
        assert browser.post(page, {"code": person.code, "kind": "auditor", "days": days}).status_code == status
    roles = platform_roles_of(person)
    assert roles.count() == 1  # the second one replaced the first
    assert browser.post(page, {"code": person.code, "kind": "owner", "days": "3"}).status_code == 422
    role = roles.get()
    assert browser.get(reverse("set_up_role_end", args=[role.pk])).context["refusal"] == ""
    assert platform_roles_of(person).exists(), "looking at the page ends nothing"
    assert browser.post(reverse("set_up_role_end", args=[role.pk])).status_code == 302
    assert not platform_roles_of(person).exists()


def test_the_last_operator_keeps_the_role(operator: Person, browser: Client) -> None:
    role = platform_roles_of(operator).get()
    end = reverse("set_up_role_end", args=[role.pk])
    account = make_break_glass(days=1, by=CONSOLE).account.person
    PlatformRole.objects.create(person=account, kind="operator", ends_at="2099-01-01T00:00Z")  # no other operator
    page = browser.get(end)
    assert page.context["refusal"] and "button--danger" not in page.content.decode()
    assert browser.post(end).status_code == 409
    assert platform_roles_of(operator).exists()
    stories.operator()
    page = browser.get(end)
    assert page.context["refusal"] == "" and "button--danger" in page.content.decode()
    assert len(page.context["effects"]) == 4, (
        "what ends, that it is one's own, who is left, and what one alone cannot do"
    )
    answer = browser.post(end)  # control: with another one they may leave
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not platform_roles_of(operator).exists()


def test_the_command_line_may_end_the_last_operator(operator: Person) -> None:
    end_platform_role(operator, kind="operator", by=CONSOLE)
    assert not platform_roles_of(operator).exists()


def test_closed_and_emergency_accounts_get_no_role(browser: Client) -> None:
    page = reverse("set_up_roles")
    closed, account = stories.person(), make_break_glass(days=1, by=CONSOLE).account.person
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    for one in (closed, account):
        answer = browser.post(page, {"code": one.code, "kind": "operator", "days": "3"})
        assert (answer.status_code, errors(answer)) == (422, {"code"})
